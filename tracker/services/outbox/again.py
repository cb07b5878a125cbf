"""What an administrator does about dead letters: send one again, or set it aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import OutboxState, User
from tracker.services import journal, scope
from tracker.services.outbox.kinds import KEYS
from tracker.services.outbox.leases import OUTBOX

_NOT_DEAD = "Brevet är inte längre stoppat: någon har redan gjort något åt det. Läs in sidan igen."


def send_again(message_id: int, *, by: User, now: datetime) -> None:
    """Let a dead letter leave after all.

    What certainly never arrived is queued, checked and written anew like any other. Where a copy
    may have arrived, a person has now decided that the same bytes go once more.

    Raises:
        Forbidden: the person is no administrator.
        NotFound: there is no such letter.
        RuleBroken: it is not dead any more, or holds a key.
    """
    letter = _dead(message_id, by)
    if letter.kind.startswith(KEYS):
        raise RuleBroken(
            "Brevet har en personlig länk och skickas inte igen. Personen kan i stället få en ny: "
            "med en ny inbjudan under Personer, eller med ”Glömt lösenordet?”."
        )
    may_have_arrived = letter.data_started_at is not None
    _change(
        message_id,
        state=OutboxState.UNCERTAIN if may_have_arrived else OutboxState.QUEUED,
        attempts=0,
        created_at=now,
        next_at=now,
        resent_at=None,
        set_aside_at=None,
    )
    data = {"message_id": letter.message_id, "may_have_arrived": may_have_arrived}
    journal.record("mail.again", "outbox", message_id, data, by=by, now=now)
    db.session.commit()


def set_aside(message_id: int, *, by: User, now: datetime) -> None:
    """Let a dead letter rest: it stays dead and raises no alarm any more.

    Raises:
        Forbidden: the person is no administrator.
        NotFound: there is no such letter.
        RuleBroken: it is not dead any more, or has been set aside.
    """
    letter = _dead(message_id, by)
    if letter.set_aside_at is not None:
        raise RuleBroken("Brevet är redan lagt åt sidan.")
    _change(message_id, set_aside_at=now)
    data = {"message_id": letter.message_id, "set_aside_at": [None, now.isoformat()]}
    journal.record("mail.set_aside", "outbox", message_id, data, by=by, now=now)
    db.session.commit()


def _dead(message_id: int, by: User) -> Any:
    scope.require(by, Deed.OPERATIONS_MANAGE)
    letter = db.session.execute(
        select(
            *(OUTBOX.c.state, OUTBOX.c.kind, OUTBOX.c.message_id),
            *(OUTBOX.c.data_started_at, OUTBOX.c.set_aside_at),
        ).where(OUTBOX.c.id == message_id)
    ).one_or_none()
    if letter is None:
        raise NotFound
    if letter.state is not OutboxState.DEAD:
        raise RuleBroken(_NOT_DEAD)
    return letter


def _change(message_id: int, **values: Any) -> None:
    """Change the letter while it is dead: of two who act at once, one is told."""
    changed = db.session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == message_id, OUTBOX.c.state == OutboxState.DEAD)
        .values(**values)
    )
    if cast("CursorResult[Any]", changed).rowcount != 1:
        db.session.rollback()
        raise RuleBroken(_NOT_DEAD)
