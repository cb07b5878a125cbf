"""Mail of other days of which nothing has left: today's mail takes over what it had to say.

So a person gets one mail after a standstill, with each action in it once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from tracker.domain.ladder import Reason
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, Reminder, ReminderState
from tracker.services.outbox.kinds import about_an_account
from tracker.services.reminder_facts import holding


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reminder in mail that waits."""

    id: int
    outbox_id: int | None
    action_id: int
    step: str
    reason: Reason
    deadline_rev: int
    recipient_id: int
    decided_at: datetime


@dataclass(frozen=True)
class Leftover:
    """What one person's waiting mail leaves: the messages to cancel, and of their reminders those
    that go into today's mail, those that are in it anyhow, and those that no longer hold.

    Taking over makes no wait shorter: `since` and `attempts` go on, and after three days in all
    the mail is given up.
    """

    messages: tuple[int, ...] = ()
    since: datetime | None = None
    attempts: int = 0
    carried: tuple[Waiting, ...] = ()
    doubled: tuple[Waiting, ...] = ()
    withdrawn: tuple[Waiting, ...] = ()

    def without(self, told: Collection[int]) -> Leftover:
        """The same, where today's mail tells of the actions `told` by itself."""
        carried = tuple(r for r in self.carried if r.action_id not in told)
        doubled = tuple(r for r in self.carried if r.action_id in told)
        return replace(self, carried=carried, doubled=self.doubled + doubled)


NONE = Leftover()


def still_unsent() -> ColumnElement[bool]:
    """The condition on OutboxMessage that no byte of it can have left."""
    return (OutboxMessage.state == OutboxState.QUEUED) & OutboxMessage.data_started_at.is_(None)


def leftovers(people: Collection[int], day: date, zone: ZoneInfo) -> dict[int, Leftover]:
    """What waits for these people from other days, also from days that a wrong clock invented."""
    rows = db.session.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.recipient_id,
            OutboxMessage.created_at,
            OutboxMessage.attempts,
        )
        .where(
            OutboxMessage.recipient_id.in_(people),
            OutboxMessage.local_date != day,
            ~about_an_account(),
            still_unsent(),
        )
        .order_by(OutboxMessage.id.desc())
    ).all()
    if not rows:
        return {}
    reminders = _waiting_in([row.id for row in rows])
    held = {r.id for r in holding(reminders, day, zone)}
    found = {}
    for person in {row.recipient_id for row in rows}:
        mine = [row for row in rows if row.recipient_id == person]
        ids = tuple(row.id for row in mine)
        found[person] = Leftover(
            messages=ids,
            since=min(row.created_at for row in mine),
            attempts=max(row.attempts for row in mine),
            **_sorted_out((r for r in reminders if r.outbox_id in ids), held),
        )
    return found


def _waiting_in(messages: list[int]) -> list[Waiting]:
    """The reminders of these messages, those of the newest message first."""
    query = (
        select(
            Reminder.id,
            Reminder.outbox_id,
            Reminder.action_id,
            Reminder.step,
            Reminder.reason,
            Reminder.deadline_rev,
            Reminder.recipient_id,
            Reminder.decided_at,
        )
        .where(Reminder.outbox_id.in_(messages), Reminder.state == ReminderState.IN_MAIL)
        .order_by(Reminder.outbox_id.desc(), Reminder.id)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


def _sorted_out(reminders: Iterable[Waiting], held: set[int]) -> dict[str, tuple[Waiting, ...]]:
    carried: dict[int, Waiting] = {}
    doubled, withdrawn = [], []
    for reminder in reminders:
        if reminder.id not in held:
            withdrawn.append(reminder)
        elif reminder.action_id in carried:
            doubled.append(reminder)
        else:
            carried[reminder.action_id] = reminder
    return {
        "carried": tuple(carried.values()),
        "doubled": tuple(doubled),
        "withdrawn": tuple(withdrawn),
    }
