"""How rounds and their past are said."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.rounds import RoundState, Suggestion, Usual
from tracker.models import JournalEntry
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
    "round.reopen": (_l("Omgången öppnades igen"), "ongoing", "warn"),
}

_FIELDS = {
    "name": _l("Namn"),
    "plan": _l("Plan"),
    "opens_on": _l("Öppnar"),
    "due_on": _l("Sista dag"),
}


def round_state(state: RoundState) -> dict[str, str]:
    """A round's state as the chip macro takes it: label, tone and icon."""
    label, tone, icon = _STATES[state]
    return {"label": str(label), "tone": tone, "icon": icon}


def suggested_name(one: Suggestion) -> str:
    """Tertial 1 2027."""
    names = {
        Usual.FIRST: _("Tertial 1 %(year)s", year=one.year),
        Usual.SECOND: _("Tertial 2 %(year)s", year=one.year),
        Usual.WHOLE_YEAR: _("Årsbokslut %(year)s", year=one.year),
    }
    return str(names[one.usual])


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
            before, after = (str(value or _("alla planer")) for value in data[name])
            lines.append(
                _(
                    "%(field)s: från %(before)s till %(after)s",
                    field=label,
                    before=before,
                    after=after,
                )
            )
    return lines
