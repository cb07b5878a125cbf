"""Clocks that are or were wrong, days of rest, and batches that grow stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.smtp import Recorder
from tests.mail.peers import Mailbox, mail_server
from tests.services.mailing import (
    deliver,
    message_to,
    messages,
    only_colleague,
    plan,
    post,
    replaced_delivery,
)
from tracker.extensions import db
from tracker.models import OutboxState
from tracker.services import outbox
from tracker.services.outbox import delivering
from tracker.services.outbox.leases import claim, release
from tracker.services.outbox.rechecking import recheck

HOUR, DAY, TEN_YEARS = timedelta(hours=1), timedelta(days=1), timedelta(days=3653)
SATURDAY = datetime(2026, 3, 7, 9, tzinfo=UTC)
MIDSUMMER_EVE = datetime(2026, 6, 19, 9, tzinfo=UTC)


@pytest.mark.parametrize("off", [HOUR, DAY, TEN_YEARS, -HOUR, -DAY, -TEN_YEARS])
def test_a_lease_from_a_wrong_clock_ends(
    app: Flask, cast: Cast, smtp_server: Recorder, off: Any
) -> None:
    """The worker dies with its clock off; one with the right clock takes over."""
    letter = only_colleague(cast)
    letter.next_at = min(NOW, NOW + off)
    db.session.commit()
    assert len(claim(now=NOW + off)) == 1
    assert message_to(cast.colleague.id).state is OutboxState.CLAIMED
    at_once = deliver(smtp_server.url)
    if off == HOUR:
        assert at_once == {}, "an hour ahead may be true: it is waited for"
        assert deliver(smtp_server.url, now=NOW + HOUR + outbox.LEASE) == {"sent": 1}
    else:
        assert at_once == {"sent": 1}
    assert len(smtp_server.messages) == 1


@pytest.mark.parametrize("off", [HOUR, DAY, TEN_YEARS])
def test_a_wait_from_a_wrong_clock_ends(
    any_app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, smtp_server: Recorder, off: Any
) -> None:
    only_colleague(cast)
    monkeypatch.setattr(delivering, "is_working_day", lambda day: True)
    with mail_server(Mailbox(answers={"RCPT": "450 later"})) as port:
        assert deliver(f"smtp://127.0.0.1:{port}", now=NOW + off) == {"later": 1}
    if off == HOUR:
        assert outbox.due_count(post=post(), now=NOW) == 0
        assert deliver(smtp_server.url, now=NOW + HOUR + timedelta(minutes=2)) == {"sent": 1}
    else:
        assert outbox.due_count(post=post(), now=NOW) == 1
        assert deliver(smtp_server.url) == {"sent": 1}


@pytest.mark.parametrize("now", [SATURDAY, SATURDAY + DAY, MIDSUMMER_EVE])
def test_nothing_leaves_on_a_day_of_rest(
    app: Flask, cast: Cast, smtp_server: Recorder, now: datetime
) -> None:
    letter = only_colleague(cast)
    letter.state, letter.lease_token, letter.lease_expires_at = OutboxState.CLAIMED, "x", NOW
    db.session.commit()
    assert deliver(smtp_server.url, now=now) == {}
    assert outbox.due_count(post=post(), now=now) == 0
    assert smtp_server.messages == []
    assert message_to(cast.colleague.id).state is OutboxState.QUEUED, "leases still run out"


def test_a_stale_batch_is_given_back_and_claimed_anew(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, smtp_server: Recorder
) -> None:
    """What changes after the claim is seen before the message leaves."""
    plan()
    monkeypatch.setattr(delivering, "FRESH_SECONDS", 0.0)
    real, claims = delivering.claim, []

    def noted(**options: Any) -> Any:
        claims.append(real(**options))
        return claims[-1]

    monkeypatch.setattr(delivering, "claim", noted)
    assert deliver(smtp_server.url) == {"sent": 3}
    assert [len(claim) for claim in claims] == [3, 2, 1, 0]
    assert {(m.state, m.attempts, m.data_started_at) for m in messages()} == {
        (OutboxState.SENT, 1, NOW)
    }


def test_a_server_that_is_silent_leaves_the_others_free(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan()
    with mail_server(Mailbox()) as port:
        silent = port  # nobody listens there any more
    assert deliver(f"smtp://127.0.0.1:{silent}") == {"unreachable": 1}
    assert sorted((m.state, m.attempts) for m in messages()) == [
        (OutboxState.QUEUED, 0),
        (OutboxState.QUEUED, 0),
        (OutboxState.QUEUED, 1),
    ]


def test_a_fault_in_between_gives_back_what_was_not_begun(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan()

    def broken(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
        before_data()
        after_accept(250)
        raise ValueError("a fault of ours")

    with replaced_delivery(monkeypatch, broken), pytest.raises(ValueError, match="of ours"):
        deliver()
    states = sorted((m.state, m.data_started_at is None) for m in messages())
    assert states == [
        (OutboxState.QUEUED, True),
        (OutboxState.QUEUED, True),
        (OutboxState.SENT, False),
    ]


def test_one_that_cannot_be_written_stops_nobody(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, smtp_server: Recorder
) -> None:
    plan()

    def fails(recipient: Any, *_lines: Any, **_options: Any) -> None:
        raise ZeroDivisionError

    cast.colleague.email = "ny@kommun.example"
    db.session.commit()
    monkeypatch.setattr("tracker.services.outbox.rechecking.write_digest", fails)
    assert deliver(smtp_server.url) == {"later": 1, "sent": 2}
    message = message_to(cast.colleague.id)
    assert (message.state, message.last_error) == (OutboxState.QUEUED, "ZeroDivisionError: ")


def test_the_recheck_costs_the_same_for_many(app: Flask, cast: Cast, count_queries: Any) -> None:
    plan()
    numbers = []
    for limit in (1, 3):
        held = claim(now=NOW, limit=limit)
        assert len(held) == limit
        with count_queries() as counted:
            assert len(recheck(held, post=post(), now=NOW).ready) == limit
        numbers.append(counted.number)
        release(held)
    assert numbers[0] == numbers[1]
