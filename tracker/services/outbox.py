"""Delivering the outbox: claim under a lease, recheck, send, mark (DESIGN §5).

No database connection is held while the mail server is spoken to. Each mark is a conditional
UPDATE on our own lease token, so a worker that lost its lease changes nothing.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, func, select, update

from tracker.domain.calendar import local_date
from tracker.domain.errors import RuleBroken
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.mail.message import Envelope, split_sender
from tracker.mail.transports import PermanentFailure, TemporaryFailure, Uncertain, deliver
from tracker.mail.url import MailTarget
from tracker.models import OutboxMessage, OutboxState, ReminderState, User
from tracker.services import journal
from tracker.services.digests import Post, write_digest
from tracker.services.reminder_facts import holding

LEASE = timedelta(minutes=5)
BACKOFF_MINUTES = (1, 5, 15, 30, 60)
GIVE_UP = timedelta(hours=72)
CLAIMABLE = (OutboxState.QUEUED, OutboxState.UNCERTAIN)
UNKNOWN_END = "Avbröts medan brevet skickades; det kan ha kommit fram."
LOST = "lease lost"
NO_SERVER = "unreachable"
FREE: dict[str, Any] = {"lease_token": None, "lease_expires_at": None}


class LeaseLost(Exception):
    """Another worker took the message over; whatever we know of it no longer counts."""


@dataclass(frozen=True)
class Lease:
    """A message that is ours until the lease runs out."""

    id: int
    token: str


@dataclass(frozen=True)
class Claim(Lease):
    """What we need to send it; `was_uncertain` if an earlier copy may have arrived."""

    envelope: Envelope
    was_uncertain: bool
    attempts: int
    created_at: datetime


def deliver_all(
    *,
    target: MailTarget,
    post: Post,
    clock: Callable[[], datetime],
    only_to: str | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """Deliver until nothing is due or we are asked to stop; how many ended in each way.

    A server that gives no answer ends the round: the others would wait a minute each for it.
    """
    recover(now=clock())
    outcomes: dict[str, int] = {}
    while not stopping() and (
        outcome := deliver_next(target=target, post=post, clock=clock, only_to=only_to)
    ):
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
        if outcome == NO_SERVER:
            break
    return outcomes


def deliver_next(
    *, target: MailTarget, post: Post, clock: Callable[[], datetime], only_to: str | None = None
) -> str | None:
    """Claim one due message, send it and mark it: how it ended, or None when none is due."""
    lease = _claim(now=clock(), only_to=only_to)
    if lease is None:
        return None
    try:
        claim = _recheck(lease, post=post, now=clock())
    except RuleBroken as error:  # it can no longer be written or addressed: a person must look
        db.session.rollback()
        return _finish(lease, OutboxState.DEAD, last_error=str(error)[:500])
    if claim is None:
        return OutboxState.CANCELLED.value
    return _send(claim, target=target, clock=clock)


def _send(claim: Claim, *, target: MailTarget, clock: Callable[[], datetime]) -> str:
    try:
        deliver(
            target,
            claim.envelope,
            before_data=lambda: _mark_started(claim, clock()),
            after_accept=lambda code: _mark_sent(claim, code, clock()),
        )
    except LeaseLost:
        return LOST
    except TemporaryFailure as failure:
        return _retry_later(claim, failure.code, str(failure), clock())
    except PermanentFailure as failure:
        return _finish(
            claim, OutboxState.DEAD, smtp_code=failure.code, last_error=str(failure)[:500]
        )
    except Uncertain as failure:
        return _mark_uncertain(claim, str(failure), clock())
    return "resent" if claim.was_uncertain else OutboxState.SENT.value


def recover(*, now: datetime) -> None:
    """Take back what dead workers held: untouched mail is queued again, the rest is uncertain.

    Twice uncertain is dead: a person looks at it rather than a third copy leaving.
    """
    expired = (OutboxMessage.state == OutboxState.CLAIMED, OutboxMessage.lease_expires_at <= now)
    started, resent = OutboxMessage.data_started_at, OutboxMessage.resent_at
    for condition, state in (
        (started.is_(None), OutboxState.QUEUED),
        (started.is_not(None) & resent.is_(None), OutboxState.UNCERTAIN),
        (resent.is_not(None), OutboxState.DEAD),
    ):
        note = {} if state is OutboxState.QUEUED else {"last_error": UNKNOWN_END}
        db.session.execute(
            update(OutboxMessage).where(*expired, condition).values(state=state, **note, **FREE)
        )
    db.session.commit()


def _claim(*, now: datetime, only_to: str | None) -> Lease | None:
    """Make the most overdue message ours. SKIP LOCKED where the database knows it; SQLite has
    one writer at a time anyway, so there the sub-select and the update cannot be parted.
    """
    due = (
        select(OutboxMessage.id)
        .where(*_due(now, only_to))
        .order_by(OutboxMessage.next_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    token = secrets.token_hex(16)
    claimed = db.session.scalar(
        update(OutboxMessage)
        .where(OutboxMessage.id == due.scalar_subquery(), OutboxMessage.state.in_(CLAIMABLE))
        .values(
            state=OutboxState.CLAIMED,
            lease_token=token,
            lease_expires_at=now + LEASE,
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage.id)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return Lease(claimed, token) if claimed is not None else None


def _recheck(lease: Lease, *, post: Post, now: datetime) -> Claim | None:
    """Read the claimed message, without what has become stale; None when nothing is left.

    Once its first byte may have left, a message is frozen and goes as it is; only to somebody
    who has been deactivated since it does not go again.
    """
    message = db.session.get_one(
        OutboxMessage, lease.id, populate_existing=True, with_for_update=True
    )
    if message.lease_token != lease.token:
        db.session.rollback()
        return None
    frozen = message.data_started_at is not None
    if not (message.recipient.is_active if frozen else _refresh(message, post=post, now=now)):
        message.state = OutboxState.CANCELLED
        message.lease_token = message.lease_expires_at = None
        db.session.commit()
        return None
    claim = Claim(
        id=lease.id,
        token=lease.token,
        envelope=Envelope(
            sender=split_sender(post.sender)[1],
            recipient=message.address,
            message_id=message.message_id,
            data=message.mime,
        ),
        was_uncertain=frozen,
        attempts=message.attempts,
        created_at=message.created_at,
    )
    db.session.commit()
    return claim


def due_count(*, now: datetime, only_to: str | None = None) -> int:
    """How many messages a delivery at `now` would try."""
    query = select(func.count()).select_from(OutboxMessage).where(*_due(now, only_to))
    return db.session.scalar(query) or 0


def _due(now: datetime, only_to: str | None) -> list[ColumnElement[bool]]:
    due = [OutboxMessage.state.in_(CLAIMABLE), OutboxMessage.next_at <= now]
    if only_to is not None:
        person = select(User.id).where(User.email_key == fold(only_to))
        due.append(OutboxMessage.recipient_id.in_(person))
    return due


def _refresh(message: OutboxMessage, *, post: Post, now: datetime) -> bool:
    """Withdraw what no longer holds, and write the mail anew if that, the day or the address
    has changed it. Whether anything is left to send.
    """
    waiting = [r for r in message.reminders if r.state is ReminderState.IN_MAIL]
    kept = holding(waiting, local_date(now, post.zone), post.zone) if message.recipient.is_active else []
    for reminder in waiting:
        if reminder not in kept:
            reminder.state = ReminderState.WITHDRAWN
    as_written = (len(waiting), message.local_date, message.address)
    if kept and as_written != (len(kept), local_date(now, post.zone), message.recipient.email):
        letter = write_digest(
            message.recipient,
            [(r.action_id, r.reason.value) for r in kept],
            kind=message.kind,
            day=message.local_date,
            post=post,
            now=now,
        )
        message.message_id, message.address = letter.message_id, message.recipient.email
        message.subject, message.mime = letter.subject, letter.mime
    return bool(kept)


def _mark_started(claim: Claim, now: datetime) -> None:
    """Commit, before DATA, that the content is about to leave; a second copy goes in the log."""
    if claim.was_uncertain:
        _change(claim, resent_at=now, lease_expires_at=now + LEASE)
        data = {"message_id": claim.envelope.message_id}
        journal.record("mail.resend", "outbox", claim.id, data, by=None, now=now)
        db.session.commit()
    else:
        _ours(claim, data_started_at=now, lease_expires_at=now + LEASE)


def _mark_sent(claim: Claim, code: int, now: datetime) -> None:
    """Commit, before QUIT, that the server has taken the message."""
    _ours(claim, state=OutboxState.SENT, sent_at=now, smtp_code=code, last_error="", **FREE)


def _finish(claim: Lease, state: OutboxState, **values: Any) -> str:
    try:
        _ours(claim, state=state, **values, **FREE)
    except LeaseLost:
        return LOST
    return state.value


def _retry_later(claim: Claim, code: int | None, text: str, now: datetime) -> str:
    """Back off; after three days give up, in sight of the administrator.

    Days on which nobody tried do not count, so it takes the whole row of attempts as well.
    Not accepted for certain: a mark of an earlier start of DATA is wiped, unless that one was
    left without an answer (then the message stays uncertain and frozen).
    """
    if now - claim.created_at >= GIVE_UP and claim.attempts > len(BACKOFF_MINUTES):
        return _finish(claim, OutboxState.DEAD, smtp_code=code, last_error=text[:500])
    state = OutboxState.UNCERTAIN if claim.was_uncertain else OutboxState.QUEUED
    marks: dict[str, Any] = {"resent_at": None}
    if not claim.was_uncertain:
        marks["data_started_at"] = None
    outcome = _finish(
        claim,
        state,
        smtp_code=code,
        last_error=text[:500],
        next_at=now + backoff(claim.attempts),
        **marks,
    )
    if outcome == LOST:
        return outcome
    return "later" if code is not None else NO_SERVER


def _mark_uncertain(claim: Claim, text: str, now: datetime) -> str:
    """The connection broke without an answer: once more, unchanged, and then never again."""
    state = OutboxState.DEAD if claim.was_uncertain else OutboxState.UNCERTAIN
    return _finish(claim, state, last_error=text[:500], next_at=now + backoff(claim.attempts))


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 1, 5, 15, 30, 60 minutes, then hourly.

    Up to a tenth is added by chance, so that a crowd of waiting mail does not come back at once.
    """
    minutes = BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1]
    return timedelta(minutes=minutes * (1 + random.random() / 10))  # noqa: S311 - no secret


def _ours(claim: Lease, **values: Any) -> None:
    """Change the message while the lease is ours, and commit; raise LeaseLost otherwise."""
    _change(claim, **values)
    db.session.commit()


def _change(claim: Lease, **values: Any) -> None:
    changed = db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == claim.id,
            OutboxMessage.lease_token == claim.token,
            OutboxMessage.state == OutboxState.CLAIMED,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[Any]", changed).rowcount != 1:
        db.session.rollback()
        raise LeaseLost
