"""What tests of second factors ask and answer."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.helpers.cast import NOW, PASSWORD
from tests.helpers.factors import POST, Telephone
from tests.helpers.together import person
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import OutboxMessage, User
from tracker.services import journal
from tracker.services.accounts import second_steps
from tracker.services.accounts.logging_in import Origin
from tracker.services.accounts.second_steps import Proof
from tracker.services.accounts.throttle import Stopped

MINUTE = timedelta(minutes=1)


HOME, ELSEWHERE = Origin("192.0.2.7"), Origin("198.51.100.9")


def answer(user: User, code: str, now=NOW, origin: Origin = HOME) -> bool:
    """Whether the code opens."""
    try:
        second_steps.answer(user, code, origin=origin, post=POST, now=now)
    except Stopped:
        raise
    except RuleBroken:
        db.session.rollback()
        return False
    return True


def answer_as(user_id: int, code: str) -> None:
    """Answer in the database session of whoever asks."""
    second_steps.answer(person(user_id), code, origin=HOME, post=POST, now=NOW)


def letters_to(user: User) -> list[str]:
    """The subjects of what was written to the person, oldest first."""
    query = select(OutboxMessage.subject).where(OutboxMessage.recipient_id == user.id)
    return list(db.session.scalars(query.order_by(OutboxMessage.id)))


def deeds() -> list[str]:
    return [entry.deed for entry in reversed(journal.latest(50))]


def proof(telephone: Telephone, now=NOW, password: str = PASSWORD) -> Proof:
    return Proof(password, telephone.shows(now))
