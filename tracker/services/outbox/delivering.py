"""Delivering the outbox: claim a batch, recheck it, send one after the other (DESIGN §5).

No database connection is held while the mail server is spoken to. What is noted between two
messages is one commit: that the server has taken the one, and that the other is about to leave.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from tracker.domain.calendar import is_working_day, local_date
from tracker.extensions import db
from tracker.mail.failures import PermanentFailure, TemporaryFailure, Uncertain
from tracker.mail.transports import Courier
from tracker.mail.url import MailTarget
from tracker.models import OutboxState
from tracker.services.outbox.leases import Lease, claim, forget_keys, recover, release
from tracker.services.outbox.marks import (
    LOST,
    NO_SERVER,
    Claim,
    LeaseLost,
    mark_dead,
    mark_resent,
    mark_sent,
    mark_started,
    mark_uncertain,
    retry_later,
)
from tracker.services.outbox.rechecking import recheck
from tracker.services.posts import Post

FRESH_SECONDS = 5.0  # how long after its recheck a message may still be begun


def deliver_all(
    *,
    target: MailTarget,
    post: Post,
    clock: Callable[[], datetime],
    only_to: str | None = None,
    only_accounts: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    hurried: Callable[[], bool] = lambda: False,
) -> dict[str, int]:
    """Deliver until nothing is due or we are asked to stop; how many ended in each way.

    On a day of rest, and with `only_accounts`, nothing leaves but letters about accounts. A server
    that gives no answer ends the round: the others would wait a minute each for it. When
    `stopping()`, no other message is begun; when `hurried()`, the one in hand has a few seconds
    more.
    """
    recover(now=clock())
    outcomes: Counter[str] = Counter()

    def enough() -> bool:
        return hurried() or stopping()

    with Courier(target, hurried=hurried) as courier:
        while outcomes[NO_SERVER] == 0 and not enough():
            now = clock()
            rests = only_accounts or not is_working_day(local_date(now, post.zone))
            held = claim(now=now, only_to=only_to, rests=rests)
            if not held:
                break
            try:
                batch = recheck(held, post=post, now=now)
            except Exception:
                _give_back(held)
                raise
            outcomes.update(batch.ended)
            outcomes.update(_Round(batch.ready, courier, clock, enough).run())
            forget_keys(held)
    return {outcome: count for outcome, count in outcomes.items() if count}


class _Round:
    """One batch on its way through the door."""

    def __init__(
        self,
        ready: Sequence[Claim],
        courier: Courier,
        clock: Callable[[], datetime],
        stopping: Callable[[], bool],
    ) -> None:
        self._left = deque(ready)
        self._courier = courier
        self._clock = clock
        self._stopping = stopping
        self._fresh_until = time.monotonic() + FRESH_SECONDS
        self._following: Claim | None = None
        self._chosen = False
        self._started: Claim | None = None  # marked together with the message before it
        self._outcomes: list[str] = []

    def run(self) -> list[str]:
        """Send until all have gone, the batch has grown stale, or we are told to stop; what is
        left is given back. How each message ended."""
        current = self._left.popleft() if self._left else None
        try:
            while current is not None:
                self._following, self._chosen = None, False
                outcome = self._send(current)
                self._outcomes.append(outcome)
                if outcome == NO_SERVER:
                    break
                current = self._following if self._chosen else self._choose()
        except Exception:
            _give_back([*([self._following] if self._following else []), *self._left])
            raise
        release(self._left)
        return self._outcomes

    def _choose(self) -> Claim | None:
        """The next message, or None if it must wait for another claim."""
        stale = time.monotonic() >= self._fresh_until
        self._chosen = True
        go_on = bool(self._left) and not stale and not self._stopping()
        self._following = self._left.popleft() if go_on else None
        return self._following

    def _send(self, current: Claim) -> str:
        try:
            self._courier.deliver(
                current.envelope,
                before_data=lambda: self._about_to_leave(current),
                after_accept=lambda code: self._accepted(current, code),
            )
        except LeaseLost:
            return LOST
        except TemporaryFailure as failure:
            return retry_later(current, failure.code, str(failure), self._clock())
        except PermanentFailure as failure:
            return mark_dead(current, failure.code, str(failure))
        except Uncertain as failure:
            return mark_uncertain(current, str(failure), self._clock())
        return "resent" if current.frozen else OutboxState.SENT.value

    def _about_to_leave(self, current: Claim) -> None:
        if current.frozen:
            mark_resent(current, self._clock())
        elif current is not self._started:
            mark_started(current, self._clock())

    def _accepted(self, current: Claim, code: int) -> None:
        following = self._choose()
        # A second copy has a mark of its own, with an entry in the journal, right before DATA.
        marked = None if following is None or following.frozen else following
        if following is not None:
            self._courier.announce(following.envelope)
        sent, started = mark_sent(current, code, self._clock(), marked)
        self._started = marked
        if marked is not None and not started:
            self._outcomes.append(LOST)
            self._choose()
        if not sent:
            raise LeaseLost


def _give_back(leases: Sequence[Lease]) -> None:
    """What nobody has begun need not wait for the lease to run out, if the database lets us."""
    with suppress(SQLAlchemyError):
        db.session.rollback()
        release(leases)
