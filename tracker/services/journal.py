"""The journal: every state change leaves an entry, and each entry seals the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, true, update

from tracker.extensions import db, keys, only_read
from tracker.models import JournalEntry, JournalSeal, User

FIRST = "0" * 64
SEAL = "journal-seal"  # the purpose of the key that seals the end of the journal
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
    last, end = _end()
    previous, count = last, 0
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
        count += 1
    db.session.flush()
    # An end that does not hold is left as it is: sealing it anew would hide what was done to it.
    if end.holds(last):
        sealed = update(JournalSeal).values(**_sealed(end.entries + count, previous))
        db.session.execute(sealed, execution_options={"synchronize_session": False})


class End(NamedTuple):
    """What the seal says of the journal's end; without a seal nothing holds."""

    entries: int
    last_hash: str | None
    mac: str | None

    def holds(self, last: str) -> bool:
        """Whether the seal is ours, and that of a journal which ends in `last`."""
        ours = keys.macs(SEAL, f"{self.entries} {self.last_hash}")
        return self.last_hash == last and self.mac in ours


def _end() -> tuple[str, End]:
    """The hash that the next entry follows, and what the seal says of the journal's end."""
    newest = select(JournalEntry.hash).order_by(JournalEntry.id.desc()).limit(1).scalar_subquery()
    last = select(func.coalesce(newest, FIRST).label("hash")).subquery()
    seal_columns = (JournalSeal.entries, JournalSeal.last_hash, JournalSeal.mac)
    query = select(last.c.hash, *seal_columns).outerjoin_from(last, JournalSeal, true())
    row = db.session.execute(query).one()
    return row[0], End(*row[1:])


def _sealed(entries: int, last: str) -> dict[str, Any]:
    return {"entries": entries, "last_hash": last, "mac": keys.mac(SEAL, f"{entries} {last}")}


def reseal(*, now: datetime) -> None:
    """Seal the journal's end as it stands, after the secret was lost; the journal tells of it."""
    record("journal.reseal", "journal", 0, {}, by=None, now=now)
    entries = db.session.scalar(select(func.count()).select_from(JournalEntry)) or 0
    db.session.merge(JournalSeal(id=1, **_sealed(entries, _end()[0])))
    db.session.commit()


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


@dataclass(frozen=True)
class Verdict:
    """What reading the whole journal showed: how many entries there are, the ids where the chain
    does not hold, and whether it ends where its seal says."""

    entries: int
    broken: list[int]
    ends_as_sealed: bool

    def __bool__(self) -> bool:
        return self.ends_as_sealed and not self.broken


def verify() -> Verdict:
    """Read the whole chain and the seal of its end.

    The seal shows that the newest entries were cut off, or that the chain was made anew by
    somebody without the service's secret. That the whole database was put back to what it was
    earlier, seal included, only a copy kept elsewhere can show.
    """
    only_read()
    previous, count, broken = FIRST, 0, []
    for entry in db.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).yield_per(1000):
        count += 1
        if entry.previous_hash != previous or entry.hash != seal(entry):
            broken.append(entry.id)
        previous = entry.hash
    end = _end()[1]
    return Verdict(count, broken, end.entries == count and end.holds(previous))


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
