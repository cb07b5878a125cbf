"""The outbox as the administrator reads it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import defer, joinedload

from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, User
from tracker.services import scope

# The groups by which a person asks, in the order of a letter's life; "" is all.
GROUPS: dict[str, ColumnElement[bool]] = {
    "": true(),
    "waiting": OutboxMessage.state.in_([OutboxState.QUEUED, OutboxState.CLAIMED]),
    "uncertain": OutboxMessage.state == OutboxState.UNCERTAIN,
    "sent": OutboxMessage.state == OutboxState.SENT,
    "dead": (OutboxMessage.state == OutboxState.DEAD) & OutboxMessage.set_aside_at.is_(None),
    "aside": OutboxMessage.set_aside_at.is_not(None),
    "cancelled": OutboxMessage.state == OutboxState.CANCELLED,
}


def how_many(*, by: User) -> dict[str, int]:
    """How many letters each group has, in one query.

    Raises:
        Forbidden: the person is no administrator.
    """
    scope.require(by, Deed.OPERATIONS_VIEW)
    counts = [func.count().filter(wanted) for wanted in GROUPS.values()]
    row = db.session.execute(select(*counts).select_from(OutboxMessage)).one()
    return dict(zip(GROUPS, row, strict=True))


def outbox_page(
    *, by: User, group: str = "", number: int = 1, size: int = 30
) -> tuple[list[OutboxMessage], int]:
    """One page of the letters of a group (see GROUPS; anything else means all), newest first,
    and how many there are in the group. A page beyond the last gives the last.

    Raises:
        Forbidden: the person is no administrator.
    """
    scope.require(by, Deed.OPERATIONS_VIEW)
    wanted = GROUPS.get(group, true())
    total = db.session.scalar(select(func.count()).select_from(OutboxMessage).where(wanted)) or 0
    number = min(max(number, 1), max(1, -(-total // size)))
    query = (
        select(OutboxMessage)
        .where(wanted)
        .options(joinedload(OutboxMessage.recipient), defer(OutboxMessage.mime))
        .order_by(OutboxMessage.id.desc())
        .offset((number - 1) * size)
        .limit(size)
    )
    return list(db.session.scalars(query)), total
