"""Claimed messages once more against what holds now, all of a batch in a few queries."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, select, update
from sqlalchemy.exc import SQLAlchemyError

from tracker.domain.calendar import local_date
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.mail.message import Envelope, split_sender
from tracker.models import OutboxState, Reminder, ReminderState, User
from tracker.services.digests import write_digest
from tracker.services.outbox.kinds import ACCOUNT
from tracker.services.outbox.leases import FREE, Held, change
from tracker.services.outbox.marks import LOST, Claim, backoff
from tracker.services.posts import Post
from tracker.services.reminder_facts import holding

REMINDER = cast(Table, Reminder.__table__)
_NEEDED = (
    *("id", "outbox_id", "action_id", "step", "reason"),
    *("deadline_rev", "recipient_id", "decided_at"),
)
log = logging.getLogger(__name__)


@dataclass
class Rechecked:
    """What is ready to leave, and how the others ended."""

    ready: list[Claim] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    """What the tables say now of everything a batch needs."""

    waiting: dict[int, list[Any]]
    kept: dict[int, list[Any]]
    addresses: dict[int, str]


def recheck(held: Sequence[Held], *, post: Post, now: datetime) -> Rechecked:
    """Withdraw what no longer holds, write anew what that, the day or the address has changed,
    and commit.

    Once its first byte may have left, a message is frozen and goes as it is; only to somebody
    who has been deactivated since it does not go again.
    """
    known = _read(held, post=post, now=now)
    result = Rechecked()
    gone = {r.id for rows in known.waiting.values() for r in rows}
    gone -= {r.id for rows in known.kept.values() for r in rows}
    if gone:
        db.session.execute(
            update(REMINDER).where(REMINDER.c.id.in_(gone)).values(state=ReminderState.WITHDRAWN)
        )
    for message in held:
        left = message.recipient_id in known.addresses and (
            message.frozen or _is_finished(message) or known.kept.get(message.id)
        )
        if not left:
            _end(result, message, OutboxState.CANCELLED.value, state=OutboxState.CANCELLED)
            continue
        try:
            _prepare(result, message, known, post=post, now=now)
        except SQLAlchemyError:
            raise
        except RuleBroken as error:  # it can no longer be written or addressed: a person must look
            dead = {"state": OutboxState.DEAD, "last_error": str(error)[:500]}
            _end(result, message, OutboxState.DEAD.value, **dead)
        except Exception as error:  # whatever ails one mail, the others leave
            log.warning("message %s could not be written", message.id, exc_info=True)
            _put_off(result, message, error, now)
    db.session.commit()
    return result


def _read(held: Sequence[Held], *, post: Post, now: datetime) -> _Known:
    """Recipients who are still active, reminders, and which of these still hold."""
    people = db.session.execute(
        select(User.id, User.email).where(
            User.id.in_({message.recipient_id for message in held}), User.deactivated_at.is_(None)
        )
    )
    addresses: dict[int, str] = dict(people.all())
    to_active = {m.id for m in held if not m.frozen and m.recipient_id in addresses}
    rows: list[Any] = list(
        db.session.execute(
            select(*(REMINDER.c[name] for name in _NEEDED))
            .where(
                REMINDER.c.outbox_id.in_([m.id for m in held if not m.frozen]),
                REMINDER.c.state == ReminderState.IN_MAIL,
            )
            .order_by(REMINDER.c.id)
        )
    )
    holds = holding(
        [r for r in rows if r.outbox_id in to_active], local_date(now, post.zone), post.zone
    )
    return _Known(_by_message(rows), _by_message(holds), addresses)


def _by_message(rows: Sequence[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.outbox_id, []).append(row)
    return found


def _is_finished(message: Held) -> bool:
    """Whether it is about an account: such a letter goes where it was to go, as it was written."""
    return message.kind.startswith(ACCOUNT)


def _prepare(result: Rechecked, message: Held, known: _Known, *, post: Post, now: datetime) -> None:
    is_finished = message.frozen or _is_finished(message)
    changed = {} if is_finished else _rewritten(message, known, post=post, now=now)
    envelope = Envelope(
        sender=split_sender(post.sender)[1],
        recipient=changed.get("address", message.address),
        message_id=changed.get("message_id", message.message_id),
        data=changed.get("mime", message.mime),
    )
    if changed and not change(db.session.connection(), message, **changed):
        result.ended.append(LOST)
        return
    result.ready.append(
        Claim(
            id=message.id,
            token=message.token,
            frozen=message.frozen,
            envelope=envelope,
            attempts=message.attempts + 1,
            created_at=message.created_at,
        )
    )


def _rewritten(message: Held, known: _Known, *, post: Post, now: datetime) -> dict[str, Any]:
    """The columns that change because a line, the day or the address has; none if none has."""
    waiting, kept = known.waiting[message.id], known.kept[message.id]
    address = known.addresses[message.recipient_id]
    as_written = (len(waiting), message.local_date, message.address)
    if as_written == (len(kept), local_date(now, post.zone), address):
        return {}
    letter = write_digest(
        db.session.get_one(User, message.recipient_id, populate_existing=True),
        [(r.action_id, r.reason.value) for r in kept],
        kind=message.kind,
        day=message.local_date,
        post=post,
        now=now,
    )
    return {
        "message_id": letter.message_id,
        "address": address,
        "subject": letter.subject,
        "mime": letter.mime,
    }


def _put_off(result: Rechecked, message: Held, error: Exception, now: datetime) -> None:
    attempts = message.attempts + 1
    later = {
        "state": OutboxState.UNCERTAIN if message.frozen else OutboxState.QUEUED,
        "last_error": f"{type(error).__name__}: {error}"[:500],
        "attempts": attempts,
        "next_at": now + backoff(attempts),
    }
    _end(result, message, "later", **later)


def _end(result: Rechecked, message: Held, outcome: str, **values: Any) -> None:
    ours = change(db.session.connection(), message, **values, **FREE)
    result.ended.append(outcome if ours else LOST)
