"""Delivery that fails: for now, for good, or without an answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.smtp import Recorder
from tests.mail.peers import Mailbox, mail_server
from tests.services.mailing import (
    deliver,
    message_to,
    only_colleague,
    plan,
    replaced_delivery,
)
from tracker.extensions import db
from tracker.mail.failures import TemporaryFailure, Uncertain
from tracker.models import OutboxState
from tracker.services import outbox

QUEUED, CLAIMED, UNCERTAIN = OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN
SENT, DEAD, CANCELLED = OutboxState.SENT, OutboxState.DEAD, OutboxState.CANCELLED
MUCH_LATER = NOW + timedelta(hours=6)


class TestFailures:
    def test_back_off_as_the_table_says(self, any_app: Flask, cast: Cast) -> None:
        only_colleague(cast)
        now, minutes = NOW, []
        with mail_server(Mailbox(answers={"RCPT": "451 try later"})) as port:
            for _ in range(7):
                assert deliver(f"smtp://127.0.0.1:{port}", now=now) == {"later": 1}
                message = message_to(cast.colleague.id)
                assert (message.state, message.smtp_code) == (QUEUED, 451)
                assert "try later" in message.last_error
                minutes.append((message.next_at - now) / timedelta(minutes=1))
                assert (
                    deliver(f"smtp://127.0.0.1:{port}", now=message.next_at - timedelta(1e-5)) == {}
                )
                now = message.next_at
        for waited, least in zip(minutes, (1, 5, 15, 30, 60, 60, 60), strict=True):
            assert least <= waited <= least * 1.1

    def test_given_up_after_three_days(self, app: Flask, cast: Cast) -> None:
        only_colleague(cast)
        now, tries = NOW, 0
        with mail_server(Mailbox(answers={"DATA": "452 full"})) as port:
            while deliver(f"smtp://127.0.0.1:{port}", now=now) == {"later": 1}:
                tries += 1
                now = message_to(cast.colleague.id).next_at
                if tries == 10:
                    now = NOW + timedelta(hours=72) - timedelta(minutes=1)
        message = message_to(cast.colleague.id)
        assert message.state is DEAD
        assert now - NOW >= timedelta(hours=72)
        assert tries == 11

    def test_days_on_which_nobody_tried_do_not_count(self, app: Flask, cast: Cast) -> None:
        only_colleague(cast)
        with mail_server(Mailbox(answers={"RCPT": "450 greylisted"})) as port:
            late = NOW + timedelta(days=9)
            assert deliver(f"smtp://127.0.0.1:{port}", now=late) == {"later": 1}
        assert message_to(cast.colleague.id).state is QUEUED

    @pytest.mark.parametrize("command", ["RCPT", "DATA"])
    def test_a_final_no_is_dead_at_once(self, app: Flask, cast: Cast, command: str) -> None:
        only_colleague(cast)
        with mail_server(Mailbox(answers={command: "550 no such user"})) as port:
            assert deliver(f"smtp://127.0.0.1:{port}") == {"dead": 1}
        message = message_to(cast.colleague.id)
        assert (message.state, message.smtp_code) == (DEAD, 550)
        assert "no such user" in message.last_error

    def test_a_refused_content_may_be_written_anew(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        """A clear no after DATA means that nothing arrived: the mail is not frozen by it."""
        only_colleague(cast)
        with mail_server(Mailbox(answers={"DATA": "452 full"})) as port:
            deliver(f"smtp://127.0.0.1:{port}")
        message = message_to(cast.colleague.id)
        assert (message.state, message.data_started_at) == (QUEUED, None)
        assert deliver(smtp_server.url, now=MUCH_LATER) == {"sent": 1}

    def test_no_answer_once_more_and_then_never(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = only_colleague(cast)
        expected = (before.message_id, before.mime)

        def cut(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            before_data()
            raise Uncertain("cut")

        with replaced_delivery(monkeypatch, cut) as handed:
            assert deliver() == {"uncertain": 1}
            assert deliver(now=MUCH_LATER) == {"dead": 1}
            assert deliver(now=MUCH_LATER + timedelta(days=1)) == {}
        assert handed == [expected, expected]

    def test_uncertain_then_refused_stays_uncertain_and_frozen(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, smtp_server: Recorder
    ) -> None:
        before = only_colleague(cast)
        expected = (before.message_id, before.mime)
        before.state, before.data_started_at = UNCERTAIN, NOW
        db.session.commit()

        def refused(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            before_data()
            raise TemporaryFailure(452, "full")

        with replaced_delivery(monkeypatch, refused):
            assert deliver() == {"later": 1}
        message = message_to(cast.colleague.id)
        assert (message.state, message.data_started_at, message.resent_at) == (UNCERTAIN, NOW, None)
        assert deliver(smtp_server.url, now=MUCH_LATER) == {"resent": 1}
        (letter,) = smtp_server.messages
        assert (letter.message["Message-ID"], letter.raw) == expected

    def test_a_silent_server_ends_the_round(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, smtp_server: Recorder
    ) -> None:
        plan()

        def nobody_there(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            raise TemporaryFailure(None, "no connection")

        with replaced_delivery(monkeypatch, nobody_there) as handed:
            assert deliver() == {"unreachable": 1}
            assert deliver() == {"unreachable": 1}
            assert len({message_id for message_id, _ in handed}) == 2, "nobody is tried twice"
        assert deliver(smtp_server.url, now=MUCH_LATER) == {"sent": 3}


@pytest.mark.parametrize("attempts", range(1, 9))
def test_the_jitter_is_a_tenth_at_most(attempts: int) -> None:
    minutes = {1: 1, 2: 5, 3: 15, 4: 30}.get(attempts, 60)
    for _ in range(50):
        waited = outbox.backoff(attempts)
        assert timedelta(minutes=minutes) <= waited <= timedelta(minutes=minutes * 1.1)
