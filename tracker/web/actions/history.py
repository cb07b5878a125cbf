"""An action's past in words: who did what, and each field from what to what."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.statuses import ActionStatus, Health
from tracker.models import JournalEntry
from tracker.services import places
from tracker.web.actions.words import state_word
from tracker.web.local import local_day, long_date

SHOWN_IN_LINE = 120

_DEEDS = {
    "action.create": (_l("Åtgärden skapades"), "plus", "info"),
    "action.edit": (_l("Åtgärden ändrades"), "info", "muted"),
    "action.undo": (_l("En ändring ångrades"), "back", "muted"),
    "action.report": (_l("Lägesrapport"), "mail", "info"),
    "action.correct_report": (_l("Lägesrapporten rättades"), "mail", "muted"),
    "action.complete": (_l("Åtgärden genomfördes"), "done", "good"),
    "action.verify": (_l("Åtgärden verifierades"), "verified", "good"),
    "action.reopen": (_l("Åtgärden öppnades igen"), "ongoing", "info"),
    "action.drop": (_l("Åtgärden avbröts"), "dropped", "muted"),
    "action.take_back": (_l("Steget ångrades"), "back", "muted"),
    "action.carry": (_l("Åtgärden fördes över till en annan plan"), "arrow", "info"),
    "action.milestone_add": (_l("Nytt delsteg"), "plus", "info"),
    "action.milestone_edit": (_l("Delsteg ändrades"), "info", "muted"),
    "action.milestone_remove": (_l("Delsteg togs bort"), "dropped", "muted"),
    "action.milestone_restore": (_l("Delsteg lades tillbaka"), "back", "muted"),
    "action.milestone_done": (_l("Delsteg klart"), "success", "good"),
    "action.milestone_undone": (_l("Delsteg öppnat igen"), "planned", "muted"),
    "action.wait": (_l("Åtgärden väntar på en annan"), "soon", "info"),
    "action.unwait": (_l("Åtgärden väntar inte längre på en annan"), "info", "muted"),
    "action.link": (_l("Länk lades till"), "plus", "info"),
    "action.unlink": (_l("Länk togs bort"), "dropped", "muted"),
    "action.tie": (_l("Åtgärden kopplades till fler punkter"), "plus", "info"),
    "action.untie": (_l("Kopplingen till en punkt togs bort"), "dropped", "muted"),
    "action.evidence_add": (_l("Underlag lades till"), "plus", "info"),
    "action.evidence_remove": (_l("Underlag togs bort"), "dropped", "muted"),
    "action.evidence_restore": (_l("Underlag lades tillbaka"), "back", "muted"),
}

# In the order in which a form asks for them. What is not here is for machines.
_FIELDS = {
    "title": _l("Rubrik"),
    "owner": _l("Ägare"),
    "contributors": _l("Medverkande"),
    "unit_id": _l("Förvaltning"),
    "committee_id": _l("Nämnd"),
    "plan": _l("Plan"),
    "starts_on": _l("Startdatum"),
    "deadline": _l("Slutdatum"),
    "deadline_reason": _l("Skäl"),
    "status": _l("Status"),
    "health": _l("Läge"),
    "percent": _l("Andel klart"),
    "forecast": _l("Prognos"),
    "text": _l("Med ord"),
    "by_link": _l("Lämnad"),
    "reason": _l("Skäl"),
    "decided_by": _l("Beslut av"),
    "evidence": _l("Underlag"),
    "file_name": _l("Fil"),
    "link": _l("Länk"),
    "url": _l("Adress"),
    "needs": _l("Åtgärd"),
    "texts": _l("Punkt"),
    "milestone": _l("Delsteg"),
    "due": _l("Klart senast"),
    "done_on": _l("Klart"),
    "description": _l("Beskrivning"),
    "expected_effect": _l("Förväntad effekt"),
    "effect_measure": _l("Hur effekten märks"),
    "cost": _l("Kostnad"),
}
_LISTS = ("contributors", "texts")
_DAYS = ("starts_on", "deadline", "forecast", "due", "done_on")

Names = Mapping[str, Mapping[int, str]]


@dataclass(frozen=True)
class Line:
    """One thing that a deed said or changed; `before` and `after` are whole texts that are too
    long for `text`, to be unfolded."""

    text: str
    before: str = ""
    after: str = ""

    @property
    def folded(self) -> bool:
        """Whether there is more than the line."""
        return bool(self.before or self.after)


@dataclass(frozen=True)
class PastDeed:
    """A journal entry as the page draws it."""

    title: str
    icon: str
    tone: str
    day: date
    who: str
    lines: tuple[Line, ...]


def past_deeds(entries: Iterable[JournalEntry], unseen: Collection[int] = ()) -> list[PastDeed]:
    """Journal entries in words, in the same order; other actions that are `unseen` by number."""
    names: Names = {
        "unit_id": {unit.id: unit.name for unit in places.units()},
        "committee_id": {item.id: item.name for item in places.committees()},
    }
    return [_past_deed(entry, names, unseen) for entry in entries]


def _past_deed(entry: JournalEntry, names: Names, unseen: Collection[int]) -> PastDeed:
    title, icon, tone = _DEEDS.get(entry.deed, (_("Åtgärden ändrades"), "info", "muted"))
    return PastDeed(
        title=str(title),
        icon=icon,
        tone=tone,
        day=local_day(entry.at),
        who=entry.actor,
        lines=tuple(_lines(entry.data, names, unseen)),
    )


def _lines(data: Mapping[str, Any], names: Names, unseen: Collection[int]) -> Iterator[Line]:
    for field, label in _FIELDS.items():
        value = data.get(field)
        if value in (None, "", []):
            continue
        if field == "needs" and (key := data.get("needs_id")) in unseen:
            hidden = _("Åtgärd nr %(number)s, som du inte har rätt att se", number=key)
            yield Line(str(hidden))
        elif field == "texts":
            yield from (_said(str(label), text) for text in value)
        elif _is_pair(field, value):
            yield _change(str(label), *(_value(field, side, names) for side in value))
        else:
            yield _said(str(label), _value(field, value, names))
    yield from _own_columns(data.get("extra"))


def _own_columns(pair: Any) -> Iterator[Line]:
    """What the columns that only a spreadsheet knows said before and after."""
    if not _is_pair("extra", pair):
        return
    before, after = pair
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield _change(name, before.get(name, ""), after.get(name, ""))


def _is_pair(field: str, value: Any) -> bool:
    """Whether a value is [before, after]; of a list of names it is two lists."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    return field not in _LISTS or all(isinstance(side, list) for side in value)


def _said(label: str, text: str) -> Line:
    if len(text) > SHOWN_IN_LINE or "\n" in text:
        return Line(label, after=text)
    return Line(str(_("%(field)s: %(value)s", field=label, value=text)))


def _change(label: str, before: str, after: str) -> Line:
    if len(before) + len(after) > SHOWN_IN_LINE or "\n" in before + after:
        return Line(str(_("%(field)s ändrades", field=label)), before, after)
    nothing = _("ingenting")
    sentence = _(
        "%(field)s: från %(before)s till %(after)s",
        field=label,
        before=before or nothing,
        after=after or nothing,
    )
    return Line(str(sentence))


def _value(field: str, value: Any, names: Names) -> str:
    """What a stored value is called; empty where there is none."""
    if value in (None, "", []):
        return ""
    if field in names:
        return names[field].get(value, str(_("en som inte längre finns")))
    if field in _DAYS:
        return long_date(date.fromisoformat(value))
    if field in _WORDS:
        return _WORDS[field](value)
    return ", ".join(value) if isinstance(value, list) else str(value)


_WORDS: dict[str, Callable[[Any], str]] = {
    "status": lambda value: state_word(ActionStatus(value)).lower(),
    "health": lambda value: state_word(Health(value)).lower(),
    "percent": lambda value: str(_("%(number)s procent", number=value)),
    "by_link": lambda _yes: str(_("via länken i ett mejl")),
}
