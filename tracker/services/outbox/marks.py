"""What is noted of a message while it is handed over; each mark is committed at once."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.exc import OperationalError

from tracker.extensions import db
from tracker.mail.message import Envelope
from tracker.models import OutboxState
from tracker.services import journal
from tracker.services.outbox.at_once import at_once
from tracker.services.outbox.leases import FREE, LEASE, Lease, change

BACKOFF_MINUTES = (1, 5, 15, 30, 60)
GIVE_UP = timedelta(hours=72)
LOST = "lease lost"
NO_SERVER = "unreachable"
PAUSES = (0.1, 0.4, 1.0, 2.0)  # seconds between tries to note what cannot be undone
T = TypeVar("T")


class LeaseLost(Exception):
    """Another worker took the message over; whatever we know of it no longer counts."""


@dataclass(frozen=True)
class Claim(Lease):
    """What we need to send a message; `attempts` counts this one."""

    envelope: Envelope
    attempts: int
    created_at: datetime


_START = """
    UPDATE outbox SET data_started_at = :at, lease_expires_at = :until
    WHERE id = :its_id AND lease_token = :its_token AND state = 'claimed'
    RETURNING id
"""
# One statement for both, since each one is a journey to the database while the mail server waits.
_SENT_AND_START = """
    UPDATE outbox SET
        state = CASE id WHEN :sent_id THEN 'sent' ELSE state END,
        sent_at = CASE id WHEN :sent_id THEN :at ELSE sent_at END,
        smtp_code = CASE id WHEN :sent_id THEN :code ELSE smtp_code END,
        attempts = CASE id WHEN :sent_id THEN attempts + 1 ELSE attempts END,
        last_error = CASE id WHEN :sent_id THEN '' ELSE last_error END,
        lease_token = CASE id WHEN :sent_id THEN NULL ELSE lease_token END,
        lease_expires_at = CASE id WHEN :sent_id THEN NULL ELSE :until END,
        data_started_at = CASE id WHEN :sent_id THEN data_started_at ELSE :at END
    WHERE id IN (:sent_id, :next_id) AND lease_token IN (:sent_token, :next_token)
        AND state = 'claimed'
    RETURNING id
"""


def mark_started(claim: Claim, now: datetime) -> None:
    """Commit, before DATA, that the content is about to leave.

    Raises:
        LeaseLost: the message is no longer ours.
    """
    if not at_once(_START, _begun(claim, now)):
        raise LeaseLost


def mark_resent(claim: Claim, now: datetime) -> None:
    """Commit, before DATA, that a second copy is about to leave; the journal tells of it.

    Raises:
        LeaseLost: the message is no longer ours.
    """
    if not change(db.session.connection(), claim, resent_at=now, lease_expires_at=now + LEASE):
        db.session.rollback()
        raise LeaseLost
    data = {"message_id": claim.envelope.message_id}
    journal.record("mail.resend", "outbox", claim.id, data, by=None, now=now)
    db.session.commit()


def mark_sent(
    claim: Claim, code: int, now: datetime, following: Claim | None = None
) -> tuple[bool, bool]:
    """Commit, as soon as the server has taken the message, that it has, and in the same commit
    that the content of the `following` one is about to leave.

    Returns for each of the two whether it was ours.
    """

    its = {
        "sent_id": claim.id,
        "sent_token": claim.token,
        "next_id": following.id if following else claim.id,
        "next_token": following.token if following else claim.token,
        "at": now,
        "code": code,
        "until": now + LEASE,
    }

    def note() -> tuple[bool, bool]:
        ours = at_once(_SENT_AND_START, its)
        return claim.id in ours, following is not None and following.id in ours

    return insistently(note)


def insistently(note: Callable[[], T]) -> T:
    """Do it again if the database is away for a moment: what is not noted now is sent twice."""
    for pause in PAUSES:
        try:
            return note()
        except OperationalError:
            time.sleep(pause)
    return note()


def _begun(claim: Claim, now: datetime) -> dict[str, Any]:
    return {"its_id": claim.id, "its_token": claim.token, "at": now, "until": now + LEASE}


def finish(lease: Lease, state: OutboxState, **values: Any) -> str:
    """Commit how the message ended, for now or for good."""
    with db.engine.begin() as connection:
        ours = change(connection, lease, state=state, **values, **FREE)
    return state.value if ours else LOST


def mark_dead(claim: Claim, code: int | None, problem: str) -> str:
    """Never to be tried again, in sight of the administrator. Not accepted for certain: the mark
    of a start of DATA is wiped, unless an earlier one was left without an answer.
    """
    marks: dict[str, Any] = {} if claim.frozen else {"data_started_at": None}
    return finish(
        claim,
        OutboxState.DEAD,
        smtp_code=code,
        last_error=problem[:500],
        attempts=claim.attempts,
        **marks,
    )


def retry_later(claim: Claim, code: int | None, problem: str, now: datetime) -> str:
    """Back off; after three days give up.

    Days on which nobody tried do not count, so it takes the whole row of attempts as well. What
    was left without an answer once stays uncertain and frozen.
    """
    if now - claim.created_at >= GIVE_UP and claim.attempts > len(BACKOFF_MINUTES):
        return mark_dead(claim, code, problem)
    marks: dict[str, Any] = {"resent_at": None}
    if not claim.frozen:
        marks["data_started_at"] = None
    outcome = finish(
        claim,
        OutboxState.UNCERTAIN if claim.frozen else OutboxState.QUEUED,
        smtp_code=code,
        last_error=problem[:500],
        attempts=claim.attempts,
        next_at=now + backoff(claim.attempts),
        **marks,
    )
    if outcome == LOST:
        return outcome
    return "later" if code is not None else NO_SERVER


def mark_uncertain(claim: Claim, problem: str, now: datetime) -> str:
    """The connection broke without an answer: once more, unchanged, and then never again."""
    return finish(
        claim,
        OutboxState.DEAD if claim.frozen else OutboxState.UNCERTAIN,
        last_error=problem[:500],
        attempts=claim.attempts,
        next_at=now + backoff(claim.attempts),
    )


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt: 1, 5, 15, 30, 60 minutes, then hourly.

    Up to a tenth is added by chance, so that a crowd of waiting mail does not come back at once.
    """
    minutes = BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1]
    return timedelta(minutes=minutes * (1 + random.random() / 10))  # noqa: S311 - no secret
