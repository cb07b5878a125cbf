"""The journal: every state change leaves an entry, and each entry seals the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, text

from tracker.extensions import db, only_read
from tracker.models import JournalEntry, User

FIRST = "0" * 64
LOCK = 0x617467  # "atg": the advisory lock that lets one writer at a time extend the chain


def record(  # the journal's own columns
    deed: str,
    subject: str,
    subject_id: int,
    data: dict[str, Any],
    *,
    by: User | None,
    now: datetime,
) -> None:
    """Add an entry in the caller's transaction. `by` None means the system itself."""
    record_many([(deed, subject, subject_id, data, by, now)])


def record_many(
    rows: Iterable[tuple[str, str, int, dict[str, Any], User | None, datetime]],
) -> None:
    """Add many entries at once, in their order, in the caller's transaction."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    previous = _last_hash()
    for deed, subject, subject_id, data, by, at in rows:
        entry = JournalEntry(
            at=at,
            actor_id=by.id if by else None,
            actor=by.name if by else "Åtgärda",
            deed=deed,
            subject=subject,
            subject_id=subject_id,
            # As it will be read back: keys that are numbers become text, and sort as text.
            data=json.loads(json.dumps(data)),
            previous_hash=previous,
        )
        entry.hash = previous = seal(entry)
        db.session.add(entry)
    db.session.flush()


def _last_hash() -> str:
    last = db.session.scalar(select(JournalEntry.hash).order_by(JournalEntry.id.desc()).limit(1))
    return last or FIRST


def seal(entry: JournalEntry) -> str:
    """SHA-256 over the canonical JSON of an entry and the hash before it."""
    fields = [
        entry.previous_hash,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor_id,
        entry.actor,
        entry.deed,
        entry.subject,
        entry.subject_id,
        entry.data,
    ]
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def said(deed: str, subject: str, subject_id: int) -> list[dict[str, Any]]:
    """The data of every such deed done to one thing, oldest first."""
    query = (
        select(JournalEntry.data)
        .where(
            JournalEntry.subject == subject,
            JournalEntry.subject_id == subject_id,
            JournalEntry.deed == deed,
        )
        .order_by(JournalEntry.id)
    )
    return list(db.session.scalars(query))


def verify() -> tuple[int, list[int]]:
    """Read the whole chain: the number of entries, and the ids where it does not hold.

    A chain cannot show that its newest entries were cut off; only a copy kept elsewhere can.
    """
    only_read()
    previous, count, broken = FIRST, 0, []
    for entry in db.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).yield_per(1000):
        count += 1
        if entry.previous_hash != previous or entry.hash != seal(entry):
            broken.append(entry.id)
        previous = entry.hash
    return count, broken


def latest(limit: int) -> list[JournalEntry]:
    """The newest entries, newest first."""
    query = select(JournalEntry).order_by(JournalEntry.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def history(subject: str, subject_id: int) -> list[JournalEntry]:
    """Everything that was done to one thing, newest first."""
    query = (
        select(JournalEntry)
        .where(JournalEntry.subject == subject, JournalEntry.subject_id == subject_id)
        .order_by(JournalEntry.id.desc())
    )
    return list(db.session.scalars(query))
