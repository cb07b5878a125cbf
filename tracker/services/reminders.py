"""Planning reminders: who gets which mail today, decided, written and put in the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from tracker.domain.calendar import holiday_name, is_working_day, local_date
from tracker.domain.ladder import Ladder, Reason
from tracker.domain.reminders import Decision, Due, decide
from tracker.domain.text import fold
from tracker.extensions import db, only_read
from tracker.models import (
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    User,
)
from tracker.services.digests import Post, write_digest
from tracker.services.reminder_facts import candidates, holding, ledger_of, staff_on

DIGEST = "digest"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Planned:
    """One mail that was (or, in a dry run, would be) put in the outbox."""

    name: str
    address: str
    kind: str
    subject: str
    actions: int


@dataclass(frozen=True)
class Plan:
    """What a planning pass did; `rest` names why nobody is written to today, if so."""

    day: date
    mails: tuple[Planned, ...]
    rest: str | None = None
    failures: tuple[str, ...] = ()


def plan(
    *,
    ladder: Ladder,
    post: Post,
    now: datetime,
    only_to: str | None = None,
    dry_run: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Plan:
    """Plan everything that is due on the local day of `now`; safe to repeat and to race.

    One transaction per person, so that one whose mail cannot be written stops nobody else's.
    When asked to stop it leaves the others to the next pass.
    """
    day = local_date(now, post.zone)
    if not is_working_day(day):
        return Plan(day, (), rest=holiday_name(day) or "")
    by_person = decisions_by_person(ladder, day, post)
    people = _recipients(by_person, only_to)
    db.session.rollback()
    mails, failures = [], []
    for person, address in people:
        if stopping():
            break
        try:
            planned = plan_for(
                person, by_person[person], post=post, day=day, now=now, keep=not dry_run
            )
        except SQLAlchemyError:
            raise
        except Exception as error:  # whatever ails one person's mail, the others get theirs
            db.session.rollback()
            log.warning("no mail could be written to %s", address, exc_info=True)
            failures.append(f"{address}: {error}")
            continue
        mails += [planned] if planned else []
    return Plan(day, tuple(mails), failures=tuple(failures))


def decisions_by_person(ladder: Ladder, day: date, post: Post) -> dict[int, list[Decision]]:
    """All that is due on `day`, grouped by who should hear of it."""
    only_read()
    facts, staff = candidates(ladder, day, post.zone), staff_on(day)
    ledger = ledger_of([fact.action_id for fact in facts])
    db.session.rollback()
    by_person: dict[int, list[Decision]] = {}
    for fact in facts:
        for decision in decide(fact, ledger.get(fact.action_id, frozenset()), ladder, day, staff):
            by_person.setdefault(decision.send.recipient_id, []).append(decision)
    return by_person


def _recipients(by_person: dict[int, list[Decision]], only_to: str | None) -> list[tuple[int, str]]:
    query = select(User.id, User.email).where(User.deactivated_at.is_(None)).order_by(User.id)
    if only_to is not None:
        query = query.where(User.email_key == fold(only_to))
    return [(row.id, row.email) for row in db.session.execute(query) if row.id in by_person]


def plan_for(
    person: int, decisions: list[Decision], *, post: Post, day: date, now: datetime, keep: bool
) -> Planned | None:
    """Put one person's mail of today in the outbox, with its ledger rows; None if there is none.

    The unique keys of outbox and ledger decide between two planners: the loser leaves no trace.
    """
    kind, due = _mail_of_today(person, decisions, day)
    if not due:
        db.session.rollback()
        return None
    message = _write(person, kind, due, post=post, day=day, now=now)
    planned = Planned(
        message.recipient.name,
        message.address,
        kind,
        message.subject,
        len(due) + len(message.reminders),
    )
    if not keep:
        db.session.rollback()
        return planned
    try:
        db.session.flush()
        _forget_withdrawn(person, due)
        db.session.add_all(_ledger_rows(due, message.id, now))
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return None
    return planned


def _write(
    person: int, kind: str, due: list[Decision], *, post: Post, day: date, now: datetime
) -> OutboxMessage:
    """The mail about what is due and what earlier mail left to say, added but not flushed."""
    recipient = db.session.get_one(User, person)
    late = _unsent(person, day) if kind == DIGEST else []
    carried = _take_over(late, {decision.action_id for decision in due}, day, post)
    lines = [(decision.action_id, decision.send.reason.value) for decision in due]
    lines += [(reminder.action_id, reminder.reason.value) for reminder in carried]
    letter = write_digest(recipient, lines, kind=kind, day=day, post=post, now=now)
    message = OutboxMessage(
        kind=kind,
        recipient=recipient,
        local_date=day,
        message_id=letter.message_id,
        address=recipient.email,
        subject=letter.subject,
        mime=letter.mime,
        state=OutboxState.QUEUED,
        # Taking over makes no wait shorter: after three days in all it is given up.
        created_at=min([now, *(old.created_at for old in late)]),
        attempts=max([0, *(old.attempts for old in late)]),
        next_at=now,
        reminders=carried,
    )
    db.session.add(message)
    return message


def _unsent(person: int, day: date) -> list[OutboxMessage]:
    """Mail of earlier days of which nothing has left, newest first, locked against delivery."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient_id == person,
            OutboxMessage.local_date < day,
            OutboxMessage.state == OutboxState.QUEUED,
            OutboxMessage.data_started_at.is_(None),
        )
        .order_by(OutboxMessage.id.desc())
        .with_for_update(skip_locked=True)
    )
    return list(db.session.scalars(query))


def _take_over(late: list[OutboxMessage], told: set[int], day: date, post: Post) -> list[Reminder]:
    """Cancel mail that still waits; what is left to say of it, today's mail says as well.

    So a person gets one mail after a standstill, with each action in it once.
    """
    carried = []
    for message in late:
        message.state = OutboxState.CANCELLED
        waiting = [r for r in message.reminders if r.state is ReminderState.IN_MAIL]
        held = holding(waiting, day, post.zone)
        for reminder in waiting:
            if reminder not in held:
                reminder.state = ReminderState.WITHDRAWN
            elif reminder.action_id in told:
                reminder.state, reminder.message = ReminderState.SUPERSEDED, None
            else:
                carried.append(reminder)
                told.add(reminder.action_id)
    return carried


def _mail_of_today(person: int, decisions: list[Decision], day: date) -> tuple[str, list[Decision]]:
    """One digest a day; what was assigned after it left goes at once, the rest waits a day."""
    kinds = db.session.scalars(
        select(OutboxMessage.kind).where(
            OutboxMessage.recipient_id == person, OutboxMessage.local_date == day
        )
    ).all()
    if DIGEST not in kinds:
        return DIGEST, decisions
    assigned = [d for d in decisions if d.send.reason is Reason.ASSIGNED]
    return f"assigned-{len(kinds)}", assigned


def _forget_withdrawn(person: int, due: list[Decision]) -> None:
    """What was withdrawn before it left, and is due after all, makes room in the ledger."""
    wanted = {
        (decision.action_id, step.key, step.deadline_rev)
        for decision in due
        for step in (decision.send, *decision.superseded)
    }
    withdrawn = db.session.scalars(
        select(Reminder).where(
            Reminder.recipient_id == person, Reminder.state == ReminderState.WITHDRAWN
        )
    )
    for reminder in withdrawn:
        if (reminder.action_id, reminder.step, reminder.deadline_rev) in wanted:
            db.session.delete(reminder)
    db.session.flush()


def _ledger_rows(due: list[Decision], outbox_id: int, now: datetime) -> list[Reminder]:
    rows = []
    for decision in due:
        steps: list[tuple[Due, ReminderState, int | None]] = [
            (decision.send, ReminderState.IN_MAIL, outbox_id)
        ]
        steps += [(step, ReminderState.SUPERSEDED, None) for step in decision.superseded]
        rows += [
            Reminder(
                action_id=decision.action_id,
                step=step.key,
                deadline_rev=step.deadline_rev,
                recipient_id=step.recipient_id,
                reason=step.reason,
                outbox_id=mail,
                state=state,
                decided_at=now,
            )
            for step, state, mail in steps
        ]
    return rows
