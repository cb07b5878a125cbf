"""Letters whose text and address have had their time: that they went is kept."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, case, func, literal, select, update

from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState

# What has ended for good; a dead letter has once an administrator has set it aside.
ENDED = OutboxMessage.state.in_([OutboxState.SENT, OutboxState.CANCELLED]) | (
    OutboxMessage.set_aside_at.is_not(None)
)
IS_WHOLE = OutboxMessage.address != ""


def number_of(wanted: ColumnElement[bool]) -> int:
    """How many of the letters still have their text and address."""
    query = select(func.count()).select_from(OutboxMessage).where(wanted, IS_WHOLE)
    return db.session.scalar(query) or 0


def empty(wanted: ColumnElement[bool]) -> int:
    """Take text, address and the server's words out of the letters, in the caller's transaction:
    how many there were. None of them can leave again."""
    kept = OutboxMessage.state == OutboxState.SENT
    cancelled = literal(OutboxState.CANCELLED, OutboxMessage.state.type)
    emptied = db.session.execute(
        update(OutboxMessage)
        .where(wanted, IS_WHOLE)
        .values(
            state=case((kept, OutboxMessage.state), else_=cancelled),
            set_aside_at=None,
            lease_token=None,
            lease_expires_at=None,
            address="",
            mime=b"",
            last_error="",
        )
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", emptied).rowcount
