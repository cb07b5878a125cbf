"""How rounds and their past are said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import format_date, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.rounds import RoundKind, RoundState, Suggestion
from tracker.models import JournalEntry, ReportState
from tracker.services.rounds.calendar import Happening, NotOffered, RoundDate, RoundYear
from tracker.services.rounds.nudging import Heard, NudgeShown
from tracker.services.rounds.reporting import ReportMade
from tracker.web.local import clock_time, long_date, short_date, today
from tracker.web.past import drawn

_STATES = {
    RoundState.PLANNED: (_l("Kommande"), "neutral", "planned"),
    RoundState.OPEN: (_l("Öppen"), "info", "ongoing"),
    RoundState.LATE: (_l("Sista dagen har passerat"), "warn", "overdue"),
    RoundState.ENDED: (_l("Avslutad"), "muted", "done"),
}

_DEEDS = {
    "round.add": (_l("Omgången lades till"), "plus", "info"),
    "round.change": (_l("Omgången ändrades"), "info", "muted"),
    "round.close": (_l("Omgången avslutades"), "done", "good"),
    "round.nudge": (_l("De som inte har svarat påmindes"), "mail", "info"),
    "round.reopen": (_l("Omgången öppnades igen"), "ongoing", "warn"),
}

_FIELDS = {
    "name": _l("Namn"),
    "kind": _l("Slag"),
    "plan": _l("Plan"),
    "opens_on": _l("Öppnar"),
    "due_on": _l("Sista dag"),
    "as_of": _l("Mätdag"),
    "meetings": _l("Nämndernas möten"),
}
_EMPTY = {
    "plan": _l("alla planer"),
    "as_of": _l("sista dagen"),
    "meetings": _l("inga"),
}

KINDS = {
    RoundKind.TERTIAL_1: _l("Tertial 1"),
    RoundKind.TERTIAL_2: _l("Tertial 2"),
    RoundKind.YEAR_END: _l("Årsbokslut"),
    RoundKind.EXTRA: _l("Extra omgång"),
}

_HAPPENINGS = {
    Happening.OPENS: (_l("%(name)s öppnar"), "ongoing"),
    Happening.DUE: (_l("%(name)s: sista dagen att rapportera"), "soon"),
    Happening.CLOSED: (_l("%(name)s: avslutad"), "done"),
    Happening.MEASURED: (_l("%(name)s: mätdag"), "info"),
    Happening.DUE_AND_MEASURED: (_l("%(name)s: sista dagen att rapportera, och mätdag"), "soon"),
    Happening.DISPATCH: (_l("%(name)s: handlingarna går ut till %(committees)s"), "mail"),
    Happening.MEETING: (_l("%(name)s: möte i %(committees)s"), "bell"),
}

_REPORTS = {
    ReportState.DRAFT: _l("Utkast"),
    ReportState.REVIEWED: _l("Granskad rapport"),
    ReportState.PUBLISHED: _l("Publicerad rapport"),
}


def round_state(state: RoundState) -> dict[str, str]:
    """A round's state as the chip macro takes it: label, tone and icon."""
    label, tone, icon = _STATES[state]
    return {"label": str(label), "tone": tone, "icon": icon}


def round_kind(kind: RoundKind) -> str:
    """Tertial 1."""
    return str(KINDS[kind])


def suggested_name(one: Suggestion) -> str:
    """Tertial 1 2027."""
    return f"{KINDS[one.kind]} {one.year}"


def happening(one: RoundDate) -> dict[str, str]:
    """What a date of the calendar is, in words, and its drawing."""
    sentence, icon = _HAPPENINGS[one.what]
    names = _listed(one.committees)
    return {"words": str(sentence) % {"name": one.round_name, "committees": names}, "icon": icon}


@dataclass(frozen=True)
class Row:
    """A date of the calendar, or (without one) today's own line in it; `past` before today."""

    on: date
    date: RoundDate | None = None
    past: bool = False


def months(shown: RoundYear) -> list[tuple[str, list[Row]]]:
    """The year's dates month by month, with today among them where it is this year."""
    now = today()
    rows = [Row(one.on, one, one.on < now) for one in shown.dates]
    if rows and shown.year == now.year:
        place = sum(row.on < now for row in rows)
        rows.insert(place, Row(now))
    by_month: dict[int, list[Row]] = {}
    for row in rows:
        by_month.setdefault(row.on.month, []).append(row)
    return [(str(format_date(held[0].on, "MMMM")), held) for held in by_month.values()]


def not_offered(one: NotOffered) -> str:
    """Why a usual round cannot be added."""
    name = suggested_name(one.usual)
    if one.meets is not None:
        other, opens, due = one.meets
        return str(
            _(
                "%(name)s krockar med ”%(other)s”, som pågår %(opens)s till %(due)s. Ändra den "
                "först, eller lägg in en egen omgång med andra dagar.",
                name=name,
                other=other,
                opens=long_date(opens),
                due=long_date(due),
            )
        )
    return str(
        _(
            "%(name)s ligger för långt fram. Den går att lägga in från och med %(day)s.",
            name=name,
            day=long_date(one.not_before),
        )
    )


def _listed(names: tuple[str, ...]) -> str:
    """Kommunstyrelsen, Skolnämnden och Tekniska nämnden."""
    *others, last = names or ("",)
    return str(_("%(some)s och %(last)s", some=", ".join(others), last=last)) if others else last


def next_date(one: RoundDate | None) -> str:
    """The calendar's first sentence: what comes next."""
    if one is None:
        return ""
    said = happening(one)["words"]
    if one.on == today():
        return str(_("I dag: %(what)s.", what=said))
    return str(_("Härnäst, %(day)s: %(what)s.", day=long_date(one.on), what=said))


def report_name(one: ReportMade) -> str:
    """Publicerad rapport, version 2."""
    name = _REPORTS[one.state]
    if one.ordinal == 1:
        return str(name)
    return str(_("%(report)s, version %(number)s", report=name, number=one.ordinal))


def nudge_lead(shown: NudgeShown) -> str:
    """How many hear of a nudge, and when."""
    people = ngettext(
        "%(num)s person får en påminnelse till.",
        "%(num)s personer får en påminnelse till.",
        len(shown.heard),
    )
    return f"{people} {nudge_when(shown)}"


def nudge_when(shown: NudgeShown) -> str:
    """When the mails of a nudge leave."""
    days = {one.on for one in shown.heard}
    if days == {shown.today}:
        if shown.at is None:
            return str(_("Den kommer i dagens mejl, inom några minuter."))
        return str(_("Den kommer i dagens mejl, kl. %(hour)s.", hour=clock_time(shown.at)))
    day = long_date(max(days))
    if shown.today in days:
        return str(
            _(
                "Den som inte har fått dagens mejl får det i dag, de andra %(day)s på morgonen: "
                "ingen får två mejl samma dag.",
                day=day,
            )
        )
    if shown.works_today:
        return str(
            _(
                "Dagens mejl har redan gått, så den kommer %(day)s på morgonen: ingen får två mejl "
                "samma dag.",
                day=day,
            )
        )
    return str(_("Mejl går bara på arbetsdagar, så den kommer %(day)s på morgonen.", day=day))


def nudged(heard: tuple[Heard, ...]) -> str:
    """What the next page says when it is done."""
    on_days = sorted({one.on for one in heard})
    people = ngettext("%(num)s person påminns", "%(num)s personer påminns", len(heard))
    days = _listed(tuple(_("i dag") if day == today() else long_date(day) for day in on_days))
    return f"{people} {days}."


def past_of(entries: tuple[JournalEntry, ...]) -> list[dict[str, Any]]:
    """A round's journal as the timeline macro draws it, newest first."""
    return [_past(entry) for entry in entries]


def _past(entry: JournalEntry) -> dict[str, Any]:
    mark = _DEEDS.get(entry.deed, (entry.deed, "info", "muted"))
    return drawn(entry, mark, _changes(entry.data) if entry.deed == "round.change" else [])


def _changes(data: dict[str, Any]) -> list[str]:
    lines = []
    for name, label in _FIELDS.items():
        if name in data:
            before, after = (_said(name, value) for value in data[name])
            lines.append(
                _(
                    "%(field)s: från %(before)s till %(after)s",
                    field=label,
                    before=before,
                    after=after,
                )
            )
    return lines


def _said(name: str, value: Any) -> str:
    """A field's value in the journal."""
    if not value:
        return str(_EMPTY.get(name, ""))
    if name == "kind":
        return str(KINDS[RoundKind(value)])
    return "; ".join(map(_meeting, value)) if name == "meetings" else str(value)


def _meeting(kept: list[str]) -> str:
    committee, dispatch, meets = kept
    values = {"committee": committee, "dispatch": dispatch, "meets": meets}
    return str(_("%(committee)s (handlingar %(dispatch)s, möte %(meets)s)", **values))


def meeting_days(dispatch: date | None, meets: date | None) -> str:
    """A committee's dates in one line; empty where it has none."""
    if dispatch is None and meets is None:
        return ""
    values = {"dispatch": short_date(dispatch) or "–", "meets": short_date(meets) or "–"}
    return str(_("handlingar %(dispatch)s, möte %(meets)s", **values))
