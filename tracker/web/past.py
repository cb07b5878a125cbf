"""The journal of one thing, as the timeline macro draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.models import JournalEntry
from tracker.web.local import local_day, long_date

Mark = tuple[Any, str, str]  # what the deed is called, its icon and its tone


def drawn(entry: JournalEntry, mark: Mark, lines: Sequence[str]) -> dict[str, Any]:
    """One entry; `lines` say what the deed was about."""
    title, icon, tone = mark
    day = local_day(entry.at)
    return {
        "title": title,
        "when": long_date(day),
        "datetime": day.isoformat(),
        "who": entry.actor,
        "text": "\n".join(lines),
        "icon": icon,
        "tone": tone,
    }
