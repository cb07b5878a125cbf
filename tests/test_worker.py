"""The worker: shows life, keeps to office mornings, survives a fault, ends when told to."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.warm import Process, Warm
from tests.mail.peers import Conversation, peer
from tests.services.mailing import messages, plan, post, replaced_delivery
from tracker import scheduler
from tracker.extensions import db
from tracker.models import OutboxState, WorkerHeartbeat
from tracker.services import reminders
from tracker.services.accounts.own import ask_reset

pytestmark = pytest.mark.waits
ENDS_WITHIN = 10


def one_pass(app: Flask) -> dict[str, Any]:
    """A pass at the clock's present."""
    db.session.rollback()
    return scheduler.one_pass(app.extensions["settings"], now=datetime.now(UTC))


def heartbeats() -> list[WorkerHeartbeat]:
    """Who has shown life."""
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(WorkerHeartbeat)))


class TestPass:
    @pytest.mark.parametrize(
        ("moment", "planned"),
        [
            (datetime(2026, 3, 2, 5, 59, 59, tzinfo=UTC), 0),
            (datetime(2026, 3, 2, 6, 0, tzinfo=UTC), 3),
            # Summer time began on Sunday: seven in the morning comes an hour sooner.
            (datetime(2026, 3, 30, 4, 59, 59, tzinfo=UTC), 0),
            (datetime(2026, 3, 30, 5, 0, tzinfo=UTC), 3),
            (datetime(2026, 3, 2, 22, 59, tzinfo=UTC), 3),
            (datetime(2026, 3, 1, 23, 1, tzinfo=UTC), 0),
            (datetime(2026, 3, 7, 9, 0, tzinfo=UTC), 0),
        ],
    )
    def test_nobody_is_written_to_before_the_morning(
        self,
        app: Flask,
        cast: Cast,
        clock: time_machine.Traveller,
        moment: datetime,
        planned: int,
    ) -> None:
        clock.move_to(moment, tick=False)
        result = one_pass(app)
        assert result["planned"] >= planned if planned else result["planned"] == 0
        assert result["delivered"] == ({"sent": result["planned"]} if planned else {})
        assert [beat.at for beat in heartbeats()] == [moment]

    def test_a_letter_about_an_account_waits_for_no_morning(
        self, any_app: Flask, cast: Cast, clock: time_machine.Traveller
    ) -> None:
        plan()
        sunday = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
        clock.move_to(sunday, tick=False)
        ask_reset(cast.owner.email, post=post(), now=sunday)
        assert one_pass(any_app) == {"planned": 0, "delivered": {"sent": 1}}
        assert one_pass(any_app) == {"planned": 0, "delivered": {}}

    def test_what_waits_leaves_at_any_hour(
        self, app: Flask, cast: Cast, clock: time_machine.Traveller
    ) -> None:
        plan()
        clock.move_to(NOW + timedelta(hours=14))
        assert one_pass(app) == {"planned": 0, "failures": [], "delivered": {"sent": 3}}

    def test_each_worker_has_one_note_and_old_ones_go(
        self, any_app: Flask, cast: Cast, clock: time_machine.Traveller
    ) -> None:
        db.session.add_all(
            [
                WorkerHeartbeat(worker="gone:1", at=NOW - timedelta(days=2)),
                WorkerHeartbeat(worker="other:2", at=NOW - timedelta(hours=1)),
            ]
        )
        db.session.commit()
        one_pass(any_app)
        one_pass(any_app)
        assert {beat.worker for beat in heartbeats()} == {"other:2", scheduler.worker_name()}

    def test_a_pass_is_no_longer_than_a_tick(
        self, app: Flask, cast: Cast, clock: time_machine.Traveller, monkeypatch: Any
    ) -> None:
        """So that the heart goes on beating while a slow server takes mail after mail."""
        plan()

        def slow(before_data, after_accept) -> None:  # type: ignore[no-untyped-def]
            before_data()
            clock.shift(timedelta(seconds=45))
            after_accept(250)

        clock.move_to(NOW, tick=False)
        with replaced_delivery(monkeypatch, slow):
            assert one_pass(app)["delivered"] == {"sent": 2}
            assert one_pass(app)["delivered"] == {"sent": 1}


class TestTick:
    def test_a_fault_is_logged_and_the_next_tick_goes_on(
        self,
        app: Flask,
        cast: Cast,
        clock: time_machine.Traveller,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def broken(**_options: object) -> None:
            raise RuntimeError("out of order")

        with monkeypatch.context() as patch:
            patch.setattr(reminders, "plan", broken)
            assert scheduler.tick(app) == {"error": "RuntimeError"}
        assert "out of order" in caplog.text
        assert [beat.error for beat in heartbeats()] == ["RuntimeError"]
        db.session.rollback()
        assert scheduler.tick(app)["delivered"] == {"sent": 3}
        assert [beat.error for beat in heartbeats()] == [""]

    def test_mail_that_cannot_be_written_is_noted(
        self, app: Flask, cast: Cast, clock: time_machine.Traveller
    ) -> None:
        cast.colleague.email = "two@addresses@testkoping.example"
        db.session.commit()
        scheduler.tick(app)
        (beat,) = heartbeats()
        assert beat.unwritten.startswith("two@addresses@testkoping.example: ")

    def test_one_line_of_json(
        self,
        app: Flask,
        cast: Cast,
        clock: time_machine.Traveller,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level("INFO", "tracker.worker")
        scheduler.tick(app)
        (record,) = caplog.records
        logged = json.loads(record.getMessage())
        assert datetime.fromisoformat(logged.pop("at")).date() == NOW.date()
        assert logged == {"planned": 3, "failures": [], "delivered": {"sent": 3}}

    def test_told_to_stop_it_begins_nothing(
        self, app: Flask, cast: Cast, clock: time_machine.Traveller
    ) -> None:
        assert scheduler.tick(app, lambda: True) == {"planned": 0, "failures": [], "delivered": {}}
        assert messages() == []


# The worker at a moment of a working day, whatever day the test runs on; LAST_SECONDS in the
# environment stand for those that the product leaves to the mail in hand.
CHILD = """
import os, sys, time_machine
time_machine.travel(sys.argv.pop(1)).start()
from tracker.mail import watchdog
watchdog.LAST_SECONDS = float(os.environ.get("LAST_SECONDS", watchdog.LAST_SECONDS))
from flask.cli import main
main()
"""


def started(warm: Warm, app: Flask, *words: str, **env: str) -> Process:
    """The worker as a process, on the test's database; use it with `with`."""
    known = app.extensions["settings"]
    db.session.rollback()
    return warm.start(
        *("", NOW.isoformat(), "--app", "wsgi", "worker", *words),
        code=CHILD,
        env={
            **os.environ,
            "DATABASE_URL": known.database_url,
            "INSTANCE_DIR": str(known.instance_dir),
            "BASE_URL": known.base_url,
            "SECRET_KEY": known.secret_key,
            **env,
        },
    )


def next_line(worker: Process) -> dict[str, Any]:
    """What the worker says next."""
    said: dict[str, Any] = json.loads(worker.stderr.readline())
    return said


class TestProcess:
    def test_once(self, warm: Warm, any_app: Flask, cast: Cast) -> None:
        with started(warm, any_app, "--once") as worker:
            out, err = worker.communicate(timeout=60)
        assert (worker.returncode, out) == (0, "")
        (line,) = err.splitlines()
        assert {"at", "planned", "delivered"} <= set(json.loads(line))
        (beat,) = heartbeats()
        assert beat.worker.endswith(f":{worker.pid}")

    def test_once_with_a_fault_is_exit_code_1(self, warm: Warm, app: Flask) -> None:
        with started(warm, app, "--once", MAIL_URL="gopher://post") as worker:
            _, err = worker.communicate(timeout=60)
        assert worker.returncode == 1
        assert json.loads(err.splitlines()[-1])["error"] == "RuleBroken"

    @pytest.mark.parametrize(
        ("any_app", "number"),
        [("sqlite", signal.SIGTERM), ("postgresql", signal.SIGINT)],
        indirect=["any_app"],
    )
    def test_ends_when_told_to(self, warm: Warm, any_app: Flask, number: signal.Signals) -> None:
        with started(warm, any_app) as worker:
            assert "planned" in next_line(worker)
            worker.send_signal(number)
            assert next_line(worker)["stopping"] == number.name
            begun = time.monotonic()
            out, err = worker.communicate(timeout=60)
        assert time.monotonic() - begun < ENDS_WITHIN
        assert (worker.returncode, out, err) == (0, "", "")

    def test_told_to_end_it_finishes_the_mail_in_hand(
        self, warm: Warm, any_app: Flask, cast: Cast
    ) -> None:
        """What a slow server is taking is still noted; the next mail is not begun."""
        plan(now=NOW)
        taking, go_on = threading.Event(), threading.Event()

        def slow(talk: Conversation) -> None:
            talk.say(b"220 ready\r\n")
            talk.obey(b"250 hello\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n")
            talk.hear_until(b"\r\n.\r\n")
            taking.set()
            go_on.wait(60)
            talk.say(b"250 accepted\r\n")
            talk.obey(b"221 bye\r\n")

        with (
            peer(slow) as port,
            started(warm, any_app, MAIL_URL=f"smtp://127.0.0.1:{port}") as worker,
        ):
            assert taking.wait(60)
            worker.terminate()
            # Had the server gone on before it heard, it would rightly have begun another.
            assert next_line(worker)["stopping"] == "SIGTERM"
            begun = time.monotonic()
            go_on.set()
            worker.communicate(timeout=60)
        assert time.monotonic() - begun < ENDS_WITHIN
        states = sorted(message.state for message in messages())
        assert states == [OutboxState.QUEUED, OutboxState.QUEUED, OutboxState.SENT]
