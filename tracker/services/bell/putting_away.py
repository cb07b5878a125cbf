"""Putting items of the bell away, and back. The next step of the ladder comes all the same."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Update, select, update

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Reminder, ReminderState, User
from tracker.services import scope
from tracker.services.bell.holding import asking, holding


def put_away(reminder_id: int, *, by: User, now: datetime) -> None:
    """The person has taken note of this reminder, and so of those before it of the same action.

    What comes later rings again. Whoever has put it away already need not be told.

    Raises:
        Forbidden, NotFound: nobody reminds the person, or not of this.
    """
    reminder = _own(reminder_id, by)
    db.session.execute(
        _unseen(by, reminder.id).where(Reminder.action_id == reminder.action_id).values(seen_at=now)
    )
    db.session.commit()


def put_all_away(upto: int, *, by: User, now: datetime, today: date, zone: ZoneInfo) -> None:
    """The person has taken note of all that holds, up to the reminder with the id `upto`.

    What was decided while they read is left for the next look.

    Raises:
        Forbidden: a person whom nobody reminds.
    """
    scope.require(by, Deed.ACTION_REPORT)
    listed = holding(Reminder.action_id).where(Reminder.seen_at.is_(None), Reminder.id <= upto)
    actions = db.session.scalars(listed.distinct(), asking(by.id, today, zone)).all()
    for start in range(0, len(actions), 1000):
        some = _unseen(by, upto).where(Reminder.action_id.in_(actions[start : start + 1000]))
        db.session.execute(some.values(seen_at=now))
    db.session.commit()


def put_back(reminder_id: int, *, by: User) -> None:
    """Let the reminder ring again, if it still holds.

    Raises:
        Forbidden, NotFound: nobody reminds the person, or not of this.
    """
    reminder = _own(reminder_id, by)
    reminder.seen_at = None
    db.session.commit()


def put_all_back(at: datetime, *, by: User) -> None:
    """Let ring again what the person put away at the instant `at`.

    Raises:
        Forbidden: a person whom nobody reminds.
    """
    scope.require(by, Deed.ACTION_REPORT)
    mine = update(Reminder).where(Reminder.recipient_id == by.id, Reminder.seen_at == at)
    db.session.execute(mine.values(seen_at=None))
    db.session.commit()


def _own(reminder_id: int, by: User) -> Reminder:
    scope.require(by, Deed.ACTION_REPORT)
    query = select(Reminder).where(
        Reminder.id == reminder_id,
        Reminder.recipient_id == by.id,
        Reminder.state == ReminderState.IN_MAIL,
    )
    found: Reminder | None = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def _unseen(by: User, upto: int) -> Update:
    return update(Reminder).where(
        Reminder.recipient_id == by.id,
        Reminder.state == ReminderState.IN_MAIL,
        Reminder.seen_at.is_(None),
        Reminder.id <= upto,
    )
