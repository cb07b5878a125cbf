"""How plans, their minutes and their past are said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.models import ActionPlan, DecisionKind, JournalEntry, PlanState
from tracker.services.plans.listing import PlanRow
from tracker.web.local import day_in_words, unbroken
from tracker.web.past import drawn
from tracker.web.plans.blueprint import bp

KINDS = {
    DecisionKind.ADOPTED: _l("Antagen"),
    DecisionKind.FOLLOWED_UP: _l("Följd upp"),
    DecisionKind.CLOSED: _l("Slutrapporten behandlad"),
}


@bp.app_template_filter("plan_period")
def plan_period(plan: ActionPlan | PlanRow) -> str:
    """A plan's period: 2017–2018 where it is whole years, else its days."""
    first, last = plan.starts_on, plan.ends_on
    if first and last:
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
            years = (first.year, last.year)
            return str(first.year) if years[0] == years[1] else "–".join(map(str, years))
        return f"{day_in_words(first)} – {day_in_words(last)}"
    if first:
        return str(_("från %(day)s", day=day_in_words(first)))
    return str(_("till %(day)s", day=day_in_words(last))) if last else ""


@bp.app_template_filter("plan_state")
def plan_state(plan: ActionPlan | PlanRow) -> dict[str, str]:
    """A plan's state as the chip macro takes it: label, tone and icon."""
    if plan.closed_on is not None:
        return {"label": str(_("Avslutad")), "tone": "muted", "icon": "verified"}
    if plan.state is PlanState.ADOPTED:
        return {"label": str(_("Antagen")), "tone": "good", "icon": "done"}
    return {"label": str(_("Utkast")), "tone": "neutral", "icon": "planned"}


@bp.app_template_filter("decision_kind")
def decision_kind(kind: DecisionKind) -> str:
    """What a body decided about a plan."""
    return str(KINDS[kind])


_DEEDS = {
    "plan.create": (_l("Planen påbörjades"), "plus", "info"),
    "plan.next": (_l("Planen påbörjades som nästa periods plan"), "plus", "info"),
    "plan.edit": (_l("Planen ändrades"), "info", "muted"),
    "plan.add_points": (_l("Punkter lades till"), "plus", "muted"),
    "plan.edit_point": (_l("En punkt ändrades"), "info", "muted"),
    "plan.remove_point": (_l("En punkt togs bort"), "dropped", "muted"),
    "plan.move_point": (_l("En punkt flyttades"), "info", "muted"),
    "plan.adopt": (_l("Planen antogs"), "done", "good"),
    "plan.follow_up": (_l("Planen följdes upp"), "mail", "info"),
    "plan.minutes": (_l("Slutrapporten behandlades"), "mail", "info"),
    "plan.correct": (_l("Ett beslut rättades"), "info", "warn"),
    "plan.remove_decision": (_l("Ett beslut togs bort"), "dropped", "warn"),
    "plan.withdraw": (_l("Antagandet togs tillbaka"), "back", "warn"),
    "plan.close": (_l("Planen avslutades"), "verified", "good"),
    "plan.reopen": (_l("Planen öppnades igen"), "ongoing", "warn"),
    "plan.publicity_open": (_l("Planen öppnades för allmänheten"), "success", "info"),
    "plan.publicity_change": (_l("Det som allmänheten ser ändrades"), "info", "muted"),
    "plan.publicity_close": (_l("Planen stängdes för allmänheten"), "dropped", "muted"),
    "plan.give": (_l("Åtgärder fördes över till en annan plan"), "arrow", "info"),
    "plan.take": (_l("Åtgärder togs över från en annan plan"), "arrow", "info"),
}

_FIELDS = {
    "title": _l("Planens namn"),
    "purpose": _l("Syfte"),
    "starts_on": _l("Gäller från och med"),
    "ends_on": _l("Gäller till och med"),
    "evaluation": _l("Utvärdering"),
    "label": _l("Nummer"),
    "text": _l("Text"),
    "body": _l("Organ"),
    "decided_on": _l("Beslutsdag"),
    "section": _l("Paragraf"),
    "record_number": _l("Diarienummer"),
    "note": _l("Redovisat och beslutat"),
}
_CHANGES = ("plan.edit", "plan.edit_point", "plan.correct")


def past_of(entries: tuple[JournalEntry, ...]) -> list[dict[str, Any]]:
    """A plan's journal as the timeline macro draws it, newest first."""
    return [_past(entry) for entry in entries]


def _past(entry: JournalEntry) -> dict[str, Any]:
    mark = _DEEDS.get(entry.deed, (entry.deed, "info", "muted"))
    return drawn(entry, mark, _lines(entry.deed, entry.data))


def _lines(deed: str, data: Mapping[str, Any]) -> list[str]:
    if deed in _CHANGES:
        return _changes(data)
    lines = []
    if "decided_on" in data:
        lines.append(_minutes(data))
    if deed in {"plan.give", "plan.take"}:
        lines.append(_carried(deed, data))
    if deed == "plan.next":
        lines.append(_("Efter ”%(plan)s”", plan=data.get("previous", "")))
    if deed == "plan.remove_point":
        lines.append(f"{data['label']}. {data['text']}")
    if deed == "plan.move_point":
        lines.append(_moved(data))
    lines += [f"{label}. {text}" for label, text in data.get("points", ())]
    lines += [data[name] for name in ("note", "reason") if data.get(name)]
    if data.get("unanswered_reason"):
        reason = data["unanswered_reason"]
        lines.append(_("Antogs fast punkter saknade svar: %(reason)s", reason=reason))
    return lines


def _changes(data: Mapping[str, Any]) -> list[str]:
    lines = []
    if "decision" in data:
        day, section = data["decision"]
        lines.append(unbroken(_("Beslutet %(day)s § %(section)s", day=day, section=section)))
    for name, label in _FIELDS.items():
        if name in data and data[name][0] != data[name][1]:
            before, after = (str(value or _("inget")) for value in data[name])
            lines.append(
                _(
                    "%(field)s: från %(before)s till %(after)s",
                    field=label,
                    before=before,
                    after=after,
                )
            )
    return lines


def _minutes(data: Mapping[str, Any]) -> str:
    words = unbroken(
        _(
            "%(body)s %(day)s § %(section)s",
            body=data["body"],
            day=day_in_words(date.fromisoformat(data["decided_on"])),
            section=data["section"],
        )
    )
    return f"{words}, {data['record_number']}" if data.get("record_number") else words


def _moved(data: Mapping[str, Any]) -> str:
    before, after = data["position"]
    return str(
        _(
            "Punkt %(label)s: från plats %(before)s till plats %(after)s",
            label=data["label"],
            before=before,
            after=after,
        )
    )


def _carried(deed: str, data: Mapping[str, Any]) -> str:
    number, plan = data["number"], data["plan"]
    if deed == "plan.give":
        return str(
            ngettext(
                "%(num)s åtgärd till ”%(plan)s”",
                "%(num)s åtgärder till ”%(plan)s”",
                number,
                plan=plan,
            )
        )
    return str(
        ngettext(
            "%(num)s åtgärd från ”%(plan)s”", "%(num)s åtgärder från ”%(plan)s”", number, plan=plan
        )
    )
