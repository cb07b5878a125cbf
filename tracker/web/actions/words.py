"""How dates, states and past deeds are said on the pages about actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.domain.calendar import local_date
from tracker.domain.statuses import (
    HEALTH_MARKS,
    STATUS_MARKS,
    TIMELINESS_MARKS,
    ActionStatus,
    Health,
    Timeliness,
)
from tracker.models import JournalEntry, OutboxState
from tracker.services.actions.lists import Counts
from tracker.services.actions.pages import ReminderShown
from tracker.web.actions import bp
from tracker.web.local import long_date, today


@bp.app_template_filter("state_word")
def state_word(state: ActionStatus | Health | Timeliness) -> str:
    """The reader's word for a state."""
    if isinstance(state, ActionStatus):
        return str(_(STATUS_MARKS[state].label))
    if isinstance(state, Health):
        return str(_(HEALTH_MARKS[state].label))
    return str(_(TIMELINESS_MARKS[state].label))


@bp.app_template_filter("local_day")
def local_day(moment: datetime) -> date:
    """The municipality's own day of an instant."""
    return local_date(moment, current_app.extensions["settings"].timezone)


@bp.app_template_filter("days_away")
def days_away(day: date) -> str:
    """How far off a day is: i dag, om 3 dagar, för 3 dagar sedan."""
    return days_from_now((day - today()).days)


def days_from_now(days: int) -> str:
    """A number of days from today, in words; negative lies in the past."""
    if days == 0:
        return str(_("i dag"))
    if days == 1:
        return str(_("i morgon"))
    if days == -1:
        return str(_("i går"))
    if days > 0:
        return str(ngettext("om %(num)s dag", "om %(num)s dagar", days))
    return str(ngettext("för %(num)s dag sedan", "för %(num)s dagar sedan", -days))


@bp.app_template_filter("days_ago")
def days_ago(days: int) -> str:
    """A number of days back in time, in words."""
    return days_from_now(-days)


def sentences_of(counts: Counts) -> str:
    """The plan in a line: 12 av 31 åtgärder är genomförda. 4 är försenade, 2 saknar ägare."""
    if not counts.live:
        return str(_("Alla åtgärder är avbrutna."))
    head = (
        _one_reached(counts.done)
        if counts.live == 1
        else ngettext(
            "%(num)s av %(total)s åtgärder är genomförd.",
            "%(num)s av %(total)s åtgärder är genomförda.",
            counts.done,
            total=counts.live,
        )
    )
    parts = [
        text
        for number, text in (
            (counts.late, ngettext("%(num)s är försenad", "%(num)s är försenade", counts.late)),
            (
                counts.ownerless,
                ngettext("%(num)s saknar ägare", "%(num)s saknar ägare", counts.ownerless),
            ),
            (
                counts.dropped,
                ngettext("%(num)s är avbruten", "%(num)s är avbrutna", counts.dropped),
            ),
        )
        if number
    ]
    return f"{head} {', '.join(parts)}." if parts else str(head)


def _one_reached(done: int) -> str:
    return str(_("1 av 1 åtgärd är genomförd.") if done else _("0 av 1 åtgärd är genomförd."))


def sentences_of_mine(number: int, late: int) -> str:
    """A manager's own in a line: Du har 4 åtgärder. 1 är försenad."""
    if not number:
        return str(_("Du har inga öppna åtgärder."))
    head = ngettext("Du har %(num)s åtgärd.", "Du har %(num)s åtgärder.", number)
    if not late:
        nobody = _("Ingen är försenad.")
        return f"{head} {nobody}"
    overdue = ngettext("%(num)s är försenad.", "%(num)s är försenade.", late)
    return f"{head} {overdue}"


@dataclass(frozen=True)
class WayBack:
    """The list that the reader came from."""

    url: str
    label: str
    more_points: bool = False


def way_back(target: str) -> WayBack:
    """The list behind a local path; the plan's where the path says nothing."""
    path = target.partition("?")[0]
    if path == url_for("points.index"):
        return WayBack(target, _("Förbättringspunkter"), more_points=True)
    if path == url_for("actions.mine"):
        return WayBack(target, _("Mina åtgärder"))
    if path == url_for("start.index"):
        return WayBack(target, _("Läget"))
    listed = target if path == url_for("actions.index") else url_for("actions.index")
    return WayBack(listed, _("Handlingsplan"))


_DEEDS = {
    "action.create": (_l("Åtgärden skapades"), "plus", "info"),
    "action.edit": (_l("Åtgärden ändrades"), "info", "muted"),
    "action.report": (_l("Lägesrapport"), "mail", "info"),
    "action.complete": (_l("Åtgärden genomfördes"), "done", "good"),
    "action.verify": (_l("Åtgärden verifierades"), "verified", "good"),
    "action.reopen": (_l("Åtgärden öppnades igen"), "ongoing", "info"),
    "action.drop": (_l("Åtgärden avbröts"), "dropped", "muted"),
    "action.milestone_done": (_l("Delsteg klart"), "success", "good"),
    "action.milestone_undone": (_l("Delsteg öppnat igen"), "planned", "muted"),
}

_FIELDS = {
    "title": _l("Rubrik"),
    "description": _l("Beskrivning"),
    "expected_effect": _l("Förväntad effekt"),
    "owner": _l("Ägare"),
    "unit_id": _l("Förvaltning"),
    "committee_id": _l("Nämnd"),
    "deadline": _l("Slutdatum"),
    "status": _l("Status"),
}


def past_deeds(entries: tuple[JournalEntry, ...]) -> list[dict[str, Any]]:
    """Journal entries as the timeline macro draws them, newest first."""
    return [_past_deed(entry) for entry in entries]


def _past_deed(entry: JournalEntry) -> dict[str, Any]:
    title, icon, tone = _DEEDS.get(entry.deed, (entry.deed, "info", "muted"))
    day = local_day(entry.at)
    return {
        "title": title,
        "when": long_date(day),
        "datetime": day.isoformat(),
        "who": entry.actor,
        "text": _details(entry.deed, entry.data),
        "icon": icon,
        "tone": tone,
    }


def _details(deed: str, data: Mapping[str, Any]) -> str:
    if deed == "action.edit":
        return "\n".join(_changes(data))
    if deed == "action.report":
        word = state_word(Health(data["health"]))
        return f"{word}. {data['text']}" if data["text"] else word
    names = ("evidence", "url", "reason", "decided_by", "milestone")
    return "\n".join(
        str(data[name]) for name in names if data.get(name) and deed != "action.create"
    )


def _changes(data: Mapping[str, Any]) -> list[str]:
    """What an edit changed; long texts and places are only named."""
    lines = []
    for name, label in _FIELDS.items():
        if name not in data:
            continue
        if name in ("title", "owner", "deadline", "status"):
            before, after = (_value(name, value) for value in data[name])
            lines.append(
                _(
                    "%(field)s: från %(before)s till %(after)s",
                    field=label,
                    before=before,
                    after=after,
                )
            )
        else:
            lines.append(_("%(field)s ändrades", field=label))
    if data.get("deadline_reason"):
        lines.append(data["deadline_reason"])
    if data.get("milestone"):
        lines.append(_("Nytt delsteg: %(title)s", title=data["milestone"]))
    return lines


def _value(name: str, value: Any) -> str:
    if not value:
        return str(_("ingen"))
    if name == "status":
        return state_word(ActionStatus(value)).lower()
    return str(value)


def reminder_sentence(reminder: ReminderShown) -> str:
    """What became of a mail: Påminnelse skickad torsdag 12 november till Anna Berg."""
    name = reminder.recipient
    if reminder.sent_at is not None:
        day = long_date(local_day(reminder.sent_at))
        return str(_("Påminnelse skickad %(day)s till %(name)s.", day=day, name=name))
    if reminder.state is OutboxState.DEAD:
        return str(_("Påminnelsen till %(name)s gick inte att leverera.", name=name))
    return str(_("Påminnelse på väg till %(name)s.", name=name))
