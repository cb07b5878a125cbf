"""What the journal says of actions: what was done after an instant, and how they were finished."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import JournalEntry
from tracker.services.actions.ids import each

FINISHING = ("action.complete", "action.verify", "action.drop")
OVERWRITING = (
    *("action.edit", "action.undo", "action.report", "action.reopen", "action.take_back"),
    *FINISHING,
)
TIE, UNTIE = "action.tie", "action.untie"
PROOFS = {"action.evidence_remove": 1, "action.evidence_restore": -1}


@dataclass(frozen=True)
class Entry:
    """A deed, when it was done, and what it held."""

    deed: str
    at: datetime
    data: Mapping[str, Any]


def is_pair(value: Any) -> bool:
    """Whether it is what stood before and what after."""
    return isinstance(value, list) and len(value) == 2


def entries_since(ids: Collection[int], end: datetime) -> dict[int, list[Entry]]:
    """What has been done to the actions from `end` on, by action, oldest first."""
    query = (
        select(JournalEntry.subject_id, JournalEntry.deed, JournalEntry.at, JournalEntry.data)
        .where(
            JournalEntry.subject == "action",
            JournalEntry.subject_id.in_(each(ids)),
            JournalEntry.at >= end,
            JournalEntry.deed.in_((*OVERWRITING, TIE, UNTIE, *PROOFS)),
        )
        .order_by(JournalEntry.at, JournalEntry.id)
    )
    found: dict[int, list[Entry]] = defaultdict(list)
    for action_id, *entry in db.session.execute(query):
        found[action_id].append(Entry(*entry))
    return found


def finished_by(ids: Collection[int], end: datetime) -> dict[int, dict[str, Entry]]:
    """Of each deed that finishes an action, the last before `end`, by action and deed."""
    query = (
        select(JournalEntry.subject_id, JournalEntry.deed, JournalEntry.at, JournalEntry.data)
        .where(
            JournalEntry.subject == "action",
            JournalEntry.subject_id.in_(each(ids)),
            JournalEntry.at < end,
            JournalEntry.deed.in_(FINISHING),
        )
        .order_by(JournalEntry.at, JournalEntry.id)
    )
    found: dict[int, dict[str, Entry]] = defaultdict(dict)
    for action_id, *entry in db.session.execute(query):
        found[action_id][entry[0]] = Entry(*entry)
    return found
