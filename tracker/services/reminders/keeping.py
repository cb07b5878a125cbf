"""Writing a batch of mails: outbox and ledger rows, in one short transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, or_, select, update

from tracker.domain.reminders import Decision, Due
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, Reminder, ReminderState
from tracker.services.digests import Letter, Recipient
from tracker.services.reminder_facts import CHUNK, wrong_clock_from
from tracker.services.reminders.leftovers import Leftover, still_unsent

LEDGER: Any = Reminder.__table__
OUTBOX: Any = OutboxMessage.__table__


class Overtaken(Exception):
    """Mail that was to be taken over has left, or is leaving, meanwhile."""


@dataclass(frozen=True)
class Mail:
    """One person's mail with its words, and what it is about."""

    recipient: Recipient
    kind: str
    due: list[Decision]
    left: Leftover
    letter: Letter

    @property
    def actions(self) -> int:
        """How many actions it tells of."""
        return len(self.due) + len(self.left.carried)


def keep(mails: Sequence[Mail], *, day: date, now: datetime, zone: ZoneInfo) -> None:
    """Write the mails and commit.

    Raises:
        IntegrityError: another planner has written one of them, or of its reminders.
        Overtaken: earlier mail that one of them takes over waits no longer.
    """
    if not mails:
        return
    _cancel([message for mail in mails for message in mail.left.messages])
    ids = _outbox_rows(mails, day, now)
    _make_room(mails, wrong_clock_from(day, zone))
    rows = [row for mail in mails for row in _ledger(mail, ids[mail.recipient.id], now)]
    if rows:  # the table, not the class: that would be a statement for each change of state
        db.session.connection().execute(insert(LEDGER), rows)
    _take_over(mails, ids)
    db.session.commit()


def _cancel(messages: list[int]) -> None:
    if not messages:
        return
    cancelled = db.session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(messages), still_unsent())
        .values(state=OutboxState.CANCELLED)
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    ).all()
    if set(cancelled) != set(messages):
        raise Overtaken


def _outbox_rows(mails: Sequence[Mail], day: date, now: datetime) -> dict[int, int]:
    """Write the messages; recipient → key."""
    rows = [
        {
            "kind": mail.kind,
            "recipient_id": mail.recipient.id,
            "local_date": day,
            "message_id": mail.letter.message_id,
            "address": mail.recipient.email,
            "subject": mail.letter.subject,
            "mime": mail.letter.mime,
            "state": OutboxState.QUEUED,
            "created_at": min(now, mail.left.since or now),
            "attempts": mail.left.attempts,
            "next_at": now,
            "last_error": "",
        }
        for mail in mails
    ]
    # A batch has one mail for each person. To ask for the keys in our order would be, on SQLite, a
    # statement for each row.
    made = insert(OUTBOX).returning(OUTBOX.c.recipient_id, OUTBOX.c.id)
    return dict(db.session.connection().execute(made, rows).all())


def _make_room(mails: Sequence[Mail], wrong_from: datetime) -> None:
    """What was withdrawn before it left, or told by a wrong clock, and is due after all, is
    written anew: its old line goes."""
    wanted = {
        (step.recipient_id, decision.action_id, step.key, step.deadline_rev)
        for mail in mails
        for decision in mail.due
        for step in (decision.send, *decision.superseded)
    }
    void = db.session.execute(
        select(
            Reminder.id,
            Reminder.recipient_id,
            Reminder.action_id,
            Reminder.step,
            Reminder.deadline_rev,
        ).where(
            Reminder.recipient_id.in_([mail.recipient.id for mail in mails]),
            or_(Reminder.state == ReminderState.WITHDRAWN, Reminder.decided_at >= wrong_from),
        )
    )
    ids = [row.id for row in void if tuple(row[1:]) in wanted]
    for start in range(0, len(ids), CHUNK):
        db.session.execute(delete(Reminder).where(Reminder.id.in_(ids[start : start + CHUNK])))


def _ledger(mail: Mail, outbox_id: int, now: datetime) -> Iterator[dict[str, Any]]:
    for decision in mail.due:
        yield _row(decision, decision.send, ReminderState.IN_MAIL, outbox_id, now)
        for step in decision.superseded:
            yield _row(decision, step, ReminderState.SUPERSEDED, None, now)


def _row(
    decision: Decision, step: Due, state: ReminderState, outbox_id: int | None, now: datetime
) -> dict[str, Any]:
    return {
        "action_id": decision.action_id,
        "step": step.key,
        "deadline_rev": step.deadline_rev,
        "recipient_id": step.recipient_id,
        "reason": step.reason,
        "outbox_id": outbox_id,
        "state": state,
        "decided_at": now,
    }


def _take_over(mails: Sequence[Mail], ids: dict[int, int]) -> None:
    """Hang what is carried over on the new mail, and close what the new mail makes needless."""
    changes = [
        {"key": reminder.id, "new_state": state, "new_mail": mail_id}
        for mail in mails
        for reminders, state, mail_id in (
            (mail.left.carried, ReminderState.IN_MAIL, ids[mail.recipient.id]),
            (mail.left.doubled, ReminderState.SUPERSEDED, None),
        )
        for reminder in reminders
    ]
    if changes:
        db.session.connection().execute(
            update(LEDGER)
            .where(LEDGER.c.id == bindparam("key"))
            .values(state=bindparam("new_state"), outbox_id=bindparam("new_mail")),
            changes,
        )
    withdrawn = [reminder.id for mail in mails for reminder in mail.left.withdrawn]
    if withdrawn:
        db.session.execute(
            update(Reminder)
            .where(Reminder.id.in_(withdrawn))
            .values(state=ReminderState.WITHDRAWN)
            .execution_options(synchronize_session=False)
        )
