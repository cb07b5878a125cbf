"""Who did what, when: append-only, each entry holding the hash of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, UtcDateTime, WithId


class JournalEntry(WithId, Base):
    """One deed. `actor` is the name as it was then; `data` says what changed."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_subject", "subject", "subject_id"),)

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor: Mapped[str] = mapped_column(String(120))
    deed: Mapped[str] = mapped_column(String(50))
    subject: Mapped[str] = mapped_column(String(50))
    subject_id: Mapped[int]
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class JournalSeal(WithId, Base):
    """The one row (id 1) that knows how long the journal is, and ends in what.

    `mac` is an HMAC with a key that the database does not hold: whoever cuts entries off the end
    cannot make the seal that fits.
    """

    __tablename__ = "journal_seal"
    __table_args__ = (CheckConstraint("id = 1", name="is_one"),)

    entries: Mapped[int]
    last_hash: Mapped[str] = mapped_column(String(64))
    mac: Mapped[str] = mapped_column(String(64))
