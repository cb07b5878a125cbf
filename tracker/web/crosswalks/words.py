"""What the pages of crosswalks call things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from tracker.domain.corrections import Row
from tracker.domain.crosswalk import Match
from tracker.domain.editions import editions
from tracker.models import JournalEntry
from tracker.services.evaluations import ListedEvaluation
from tracker.web.local import month_name
from tracker.web.past import drawn

DEEDS = {
    "crosswalk.correct": (_l("Gick igenom delområdena"), "done", "good"),
    "crosswalk.reset": (_l("Återgick till förslaget"), "back", "muted"),
    "crosswalk.undo": (_l("Ångrade den senaste ändringen"), "back", "muted"),
}
# In which tone and with which icon each kind of pair is drawn.
LOOKS = {
    Match.SAME: ("good", "same"),
    Match.REVISED: ("info", "at_risk"),
    Match.SPLIT: ("info", "arrow"),
    Match.MERGED: ("info", "arrow"),
    Match.NEW: ("neutral", "plus"),
    Match.DROPPED: ("muted", "dropped"),
}


def name_of(one: ListedEvaluation) -> str:
    """Testköping, november 2025."""
    return str(_("%(place)s, %(month)s", place=one.municipality, month=month_name(one.month)))


def edition_name(key: str) -> str:
    """The edition as people know it; one that we do not know by its key."""
    return {one.key: one.name for one in editions()}.get(key, key)


def counted(counts: dict[Match, int]) -> list[str]:
    """12 samma, 3 reviderade, …"""
    words = {
        Match.SAME: lambda n: ngettext("%(num)s samma", "%(num)s samma", n),
        Match.REVISED: lambda n: ngettext("%(num)s reviderat", "%(num)s reviderade", n),
        Match.SPLIT: lambda n: ngettext("%(num)s delat", "%(num)s delade", n),
        Match.MERGED: lambda n: ngettext("%(num)s sammanslaget", "%(num)s sammanslagna", n),
        Match.NEW: lambda n: ngettext("%(num)s nytt", "%(num)s nya", n),
        Match.DROPPED: lambda n: ngettext("%(num)s utgått", "%(num)s utgångna", n),
    }
    return [str(words[match](number)) for match, number in counts.items() if number]


def row_words(row: Row) -> str:
    """1.2, 1.3 – delat; only the word where nothing answers."""
    match = str(_(row.match.label)) if row.match else ""
    return ", ".join(row.to) + (f" – {match}" if row.to and match else match)


def side_words(side: Iterable[Sequence[str]]) -> str:
    """One side of a change as the journal keeps it: a list of [later code, match]."""
    found = list(side)
    if not found:
        return str(_("inget"))
    codes = ", ".join(code for code, _match in found if code)
    match = str(_(Match(found[0][1]).label))
    return f"{codes} – {match}" if codes else match


def change_lines(rows: dict[str, Any]) -> list[str]:
    """What a change in the journal did, a line for each sub-area."""
    return [
        _(
            "%(code)s: %(before)s → %(after)s",
            code=key.removeprefix("+"),
            before=side_words(before),
            after=side_words(after),
        )
        for key, (before, after) in rows.items()
    ]


def _right_line(codes: Sequence[str]) -> list[str]:
    """What somebody said yes to as it was suggested, in one line where there is any."""
    known = ", ".join(code.removeprefix("+") for code in codes)
    return [_("Stämmer som föreslaget: %(codes)s.", codes=known)] if known else []


def history(entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
    """What people have said, newest first, as the timeline draws it."""
    return [
        drawn(
            entry,
            DEEDS[entry.deed],
            [*change_lines(entry.data["rows"]), *_right_line(entry.data.get("right", ()))]
            or [_("Förslaget stämde, och gäller nu som besked.")],
        )
        for entry in entries
        if entry.deed in DEEDS
    ]
