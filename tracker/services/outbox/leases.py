"""Who holds which message until when: claiming, giving back, and changes under a lease.

Every change is a conditional UPDATE on our own lease token, so a worker that lost its lease
changes nothing. The moments have a function each: `claim`, `release` and `recover` here, and
the marks in `marks`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, String, Table, func, literal, or_, select, update
from sqlalchemy import cast as as_type

from tracker.domain.calendar import is_working_day, local_date
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, User
from tracker.services.outbox.kinds import KEYS, about_an_account
from tracker.services.posts import Post

LEASE = timedelta(minutes=5)
BATCH = 200
WRONG_CLOCK = timedelta(hours=2)  # no lease and no wait reaches so far ahead
CLAIMABLE = (OutboxState.QUEUED, OutboxState.UNCERTAIN)
UNKNOWN_END = "Avbröts medan brevet skickades; det kan ha kommit fram."
FREE: dict[str, Any] = {"lease_token": None, "lease_expires_at": None}
OUTBOX = cast(Table, OutboxMessage.__table__)


@dataclass(frozen=True)
class Lease:
    """A message that is ours until the lease runs out; `frozen` if a copy may have arrived."""

    id: int
    token: str
    frozen: bool


@dataclass(frozen=True)
class Held(Lease):
    """A message as it stood when we claimed it."""

    recipient_id: int
    kind: str
    local_date: date
    message_id: str
    address: str
    mime: bytes
    attempts: int
    created_at: datetime


def claim(
    *, now: datetime, only_to: str | None = None, rests: bool = False, limit: int = BATCH
) -> list[Held]:
    """Make the most overdue messages ours, each under a token of its own, and commit; while it
    `rests`, only those about accounts.

    SKIP LOCKED where the database knows it; SQLite has one writer at a time anyway, so there the
    choice and the update cannot be parted.
    """
    due = (
        select(OUTBOX.c.id)
        .where(*_due(now, only_to, rests))
        .order_by(OUTBOX.c.next_at, OUTBOX.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    prefix = secrets.token_hex(8) + "."
    rows = db.session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(select(due.c.id)), OUTBOX.c.state.in_(CLAIMABLE))
        .values(
            state=OutboxState.CLAIMED,
            lease_token=literal(prefix) + as_type(OUTBOX.c.id, String),
            lease_expires_at=now + LEASE,
        )
        .returning(OUTBOX)
    ).all()
    held = [_held(row) for row in sorted(rows, key=lambda row: (row.next_at, row.id))]
    db.session.commit()
    return held


def _held(row: Any) -> Held:
    return Held(
        id=row.id,
        token=row.lease_token,
        frozen=row.data_started_at is not None,
        recipient_id=row.recipient_id,
        kind=row.kind,
        local_date=row.local_date,
        message_id=row.message_id,
        address=row.address,
        mime=row.mime,
        attempts=row.attempts,
        created_at=row.created_at,
    )


def release(leases: Sequence[Lease]) -> None:
    """Give back what we have not begun, as it was before the claim, and commit."""
    if not leases:
        return
    with db.engine.begin() as connection:
        for frozen, values in (
            (True, {"state": OutboxState.UNCERTAIN}),
            # Marked beforehand, perhaps, but certainly not begun.
            (False, {"state": OutboxState.QUEUED, "data_started_at": None}),
        ):
            ours = [lease for lease in leases if lease.frozen is frozen]
            if ours:
                connection.execute(
                    update(OUTBOX)
                    .where(
                        OUTBOX.c.id.in_([lease.id for lease in ours]),
                        OUTBOX.c.lease_token.in_([lease.token for lease in ours]),
                        OUTBOX.c.state == OutboxState.CLAIMED,
                    )
                    .values(**values, **FREE)
                )


def recover(*, now: datetime) -> None:
    """Take back what dead workers held: untouched mail is queued again, the rest is uncertain.

    Twice uncertain is dead: a person looks at it rather than a third copy leaving. A lease that
    ends far ahead was given by a clock that was wrong.
    """
    ends = OUTBOX.c.lease_expires_at
    expired = (
        OUTBOX.c.state == OutboxState.CLAIMED,
        or_(ends <= now, ends > now + WRONG_CLOCK),
    )
    started, resent = OUTBOX.c.data_started_at, OUTBOX.c.resent_at
    for condition, state in (
        (started.is_(None), OutboxState.QUEUED),
        (started.is_not(None) & resent.is_(None), OutboxState.UNCERTAIN),
        (resent.is_not(None), OutboxState.DEAD),
    ):
        note = {} if state is OutboxState.QUEUED else {"last_error": UNKNOWN_END}
        db.session.execute(
            update(OUTBOX).where(*expired, condition).values(state=state, **note, **FREE)
        )
    db.session.commit()


def forget_keys(held: Sequence[Held]) -> None:
    """Of letters that hold a key, and have left or never will, keep no content; commit."""
    ids = [message.id for message in held if message.kind.startswith(KEYS)]
    if not ids:
        return
    over = OUTBOX.c.state.in_([OutboxState.SENT, OutboxState.CANCELLED])
    with db.engine.begin() as connection:
        connection.execute(update(OUTBOX).where(OUTBOX.c.id.in_(ids), over).values(mime=b""))


def due_count(*, post: Post, now: datetime, only_to: str | None = None) -> int:
    """How many messages a delivery at `now` would try; on a day of rest those about accounts."""
    rests = not is_working_day(local_date(now, post.zone))
    query = select(func.count()).select_from(OUTBOX).where(*_due(now, only_to, rests))
    return db.session.scalar(query) or 0


def _due(now: datetime, only_to: str | None, rests: bool) -> list[ColumnElement[bool]]:
    """Waiting, and its time has come; a time far ahead was set by a clock that was wrong."""
    due = [
        OUTBOX.c.state.in_(CLAIMABLE),
        or_(OUTBOX.c.next_at <= now, OUTBOX.c.next_at > now + WRONG_CLOCK),
    ]
    if rests:
        due.append(about_an_account())
    if only_to is not None:
        person = select(User.id).where(User.email_key == fold(only_to))
        due.append(OUTBOX.c.recipient_id.in_(person))
    return due


def change(connection: Connection, lease: Lease, **values: Any) -> bool:
    """Change the message in the caller's transaction; False where the lease is not ours."""
    changed = connection.execute(
        update(OUTBOX)
        .where(
            OUTBOX.c.id == lease.id,
            OUTBOX.c.lease_token == lease.token,
            OUTBOX.c.state == OutboxState.CLAIMED,
        )
        .values(**values)
    )
    return changed.rowcount == 1
