"""Planning and delivering in tests: the product's own calls with the test's settings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tracker.domain.ladder import standard_ladder
from tracker.extensions import db
from tracker.mail.message import Envelope
from tracker.mail.transports import Courier
from tracker.mail.url import parse_mail_url
from tracker.models import OutboxMessage, Reminder
from tracker.services import outbox, places, reminders
from tracker.services.outbox import delivering
from tracker.services.posts import Post

AFTER_THE_LEASE = NOW + outbox.LEASE + timedelta(seconds=1)


class Killed(BaseException):
    """The process ends here: no `except Exception` and no clean-up of ours sees it."""


def post() -> Post:
    """What the mails of this test's installation say of it."""
    return places.post_of(current_app.extensions["settings"])


def plan(now: datetime = NOW, **options: Any) -> reminders.Plan:
    """One planning pass; every mail must have been possible to write."""
    result = reminders.plan(ladder=standard_ladder(), post=post(), now=now, **options)
    assert result.failures == ()
    return result


def deliver(url: str = "", now: datetime = NOW, **options: Any) -> dict[str, int]:
    """One delivery pass with the clock standing at `now`; to the mail folder without `url`."""
    target = parse_mail_url(url or current_app.extensions["settings"].mail_url)
    return outbox.deliver_all(target=target, post=post(), clock=lambda: now, **options)


def messages() -> list[OutboxMessage]:
    """The outbox as it stands in the database."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def message_to(user_id: int) -> OutboxMessage:
    """The only message to a person."""
    (found,) = [m for m in messages() if m.recipient_id == user_id]
    return found


def only_colleague(cast: Cast) -> OutboxMessage:
    """Plan, and let only the colleague's mail (about an overdue action) wait."""
    plan(only_to=cast.colleague.email)
    return message_to(cast.colleague.id)


def ledger() -> set[tuple[str, int, int, str]]:
    """(step, action, recipient, state) of every row."""
    rows = db.session.scalars(select(Reminder))
    return {(r.step, r.action_id, r.recipient_id, r.state.value) for r in rows}


def at_once(app: Flask, works: list[Callable[[], object]]) -> list[object]:
    """Run all at the same time, each in a thread with a database session of its own."""
    ready, results = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            ready.wait(10)
            try:
                results.append(work())
            except Exception as error:
                results.append(error)

    db.session.rollback()
    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@contextmanager
def replaced_delivery(
    monkeypatch: Any, transport: Callable[..., None]
) -> Iterator[list[tuple[str, bytes]]]:
    """Let `transport(before_data, after_accept)` stand in for the mail server's side.

    Yields (Message-ID, bytes) of every envelope that the product handed over.
    """
    handed: list[tuple[str, bytes]] = []

    class StandIn(Courier):
        def deliver(self, envelope: Envelope, **callbacks: Any) -> None:
            handed.append((envelope.message_id, envelope.data))
            transport(callbacks["before_data"], callbacks["after_accept"])

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "Courier", StandIn)
        yield handed


def told_after(begun: int) -> Callable[[], bool]:
    """A `stopping` that says no until so many messages have been begun."""
    asked = count()
    return lambda: next(asked) >= begun
