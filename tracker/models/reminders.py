"""The reminder ledger, the outbox, and the worker's sign of life (DESIGN §5)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.ladder import Reason, To
from tracker.models.actions import Action
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.people import User


class OutboxState(StrEnum):
    """Where a message stands on its way."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    UNCERTAIN = "uncertain"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"


class ReminderState(StrEnum):
    """What became of a step of the ladder."""

    IN_MAIL = "in_mail"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class OutboxMessage(WithId, Base):
    """One mail to one person: frozen bytes, claimed under a lease, sent once.

    `kind`, `recipient_id` and `local_date` are its only unique key, so that two planners meet
    in the database. `data_started_at` is committed before DATA: a lease that ran out with it set
    is `uncertain`, the one case in which the same bytes may go twice; `resent_at` is committed
    before that second DATA, so that there is no third. A dead letter that an administrator has
    `set_aside_at` some time no longer raises the alarm.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("kind", "recipient_id", "local_date"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint(
            "(state = 'claimed') = (lease_token IS NOT NULL)", name="claimed_has_lease"
        ),
        CheckConstraint(
            "(lease_token IS NULL) = (lease_expires_at IS NULL)", name="lease_is_whole"
        ),
        CheckConstraint("set_aside_at IS NULL OR state = 'dead'", name="only_dead_set_aside"),
        Index("ix_outbox_state_next_at", "state", "next_at"),
    )

    kind: Mapped[str] = mapped_column(String(50))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    local_date: Mapped[date]
    message_id: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(255))
    mime: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[OutboxState] = enum_column(
        OutboxState, "outbox_state", default=OutboxState.QUEUED
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    lease_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data_started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    smtp_code: Mapped[int | None]
    last_error: Mapped[str] = mapped_column(String(500), default="")
    set_aside_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    recipient: Mapped[User] = relationship()
    reminders: Mapped[list[Reminder]] = relationship(back_populates="message")


class Reminder(WithId, Base):
    """One step of the ladder for one action and person: sent with a mail, or passed over.

    `deadline_rev` is 0 where the step's name carries its own date (domain.reminders.OWN_CLOCK).
    `seen_at` is when the person put it away in the app.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("action_id", "step", "deadline_rev", "recipient_id"),
        CheckConstraint("(state = 'superseded') = (outbox_id IS NULL)", name="mail_or_passed_over"),
    )

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    step: Mapped[str] = mapped_column(String(50))
    deadline_rev: Mapped[int]
    recipient_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    reason: Mapped[Reason] = enum_column(Reason, "reminder_reason")
    state: Mapped[ReminderState] = enum_column(ReminderState, "reminder_state")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    action: Mapped[Action] = relationship()
    message: Mapped[OutboxMessage | None] = relationship(back_populates="reminders")


class ReminderSettings(Base):
    """What the administrator has set for the whole ladder; there is at most one row.

    While there is none, the ladder that comes with the product counts (data/ladder.json).
    `version` is what two savers race for.
    """

    __tablename__ = "reminder_settings"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    morning: Mapped[str] = mapped_column(String(5))
    version: Mapped[int] = mapped_column(default=1)


class LadderStep(WithId, Base):
    """One rung of the ladder as people have set it (domain.reminders.Step).

    The key names the meaning (reason, days, to, every): what changes these is another step with
    another key, and `since` the day from which it counts, so that no old day is caught up.
    """

    __tablename__ = "ladder_step"
    __table_args__ = (CheckConstraint('"every" IS NULL OR "every" > 0', name="every_is_positive"),)

    key: Mapped[str] = mapped_column(String(24), unique=True)
    reason: Mapped[Reason] = enum_column(Reason, "ladder_reason")
    days: Mapped[int]
    to: Mapped[To] = enum_column(To, "ladder_to")
    every: Mapped[int | None]
    since: Mapped[date | None]


class WorkerHeartbeat(Base):
    """When each worker last showed that it lives, and what was wrong with its last pass: the
    `error` that broke it off, and whose mail could not be written (a sentence a line)."""

    __tablename__ = "worker_heartbeat"

    worker: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    unwritten: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
