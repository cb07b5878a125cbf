"""`reminders plan|deliver|run`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.apps import make_app, settings
from tests.helpers.cast import Cast
from tests.helpers.live import Installation
from tests.helpers.smtp import Recorder
from tests.helpers.warm import Warm
from tests.services.mailing import messages
from tracker.cli.reminders import OUTCOMES
from tracker.extensions import db
from tracker.models import OutboxState, WorkerHeartbeat
from tracker.services import operations, outbox

Command = Callable[..., Any]
MONDAY = "2026-03-02"
TEN_DAYS_LATER = "2026-03-12"


def letters(app: Flask) -> Counter[str]:
    """Address → how many mails lie in the mail folder."""
    folder: Path = app.extensions["settings"].instance_dir / "mail"
    parsed = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in folder.glob("*")]
    return Counter(mail["To"].addresses[0].addr_spec for mail in parsed)


def printed(result: Any) -> Any:
    """The JSON that a command printed."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def with_mail_url(instance: Path, url: str, *words: str) -> Any:
    """A `reminders` command of the same installation with another MAIL_URL."""
    db.session.commit()
    other = make_app(settings(instance, mail_url=url))

    def run() -> Any:
        result = other.test_cli_runner().invoke(args=["reminders", *words])
        with other.app_context():
            db.engine.dispose()
        return result

    return Context().run(run)


def test_a_run_by_cron_is_a_sign_of_life(app: Flask, cast: Cast, flask_command: Command) -> None:
    for pretended in (["--dry-run"], ["--now", MONDAY], ["--only-to", cast.owner.email]):
        assert flask_command("reminders", "run", *pretended).exit_code == 0
        assert db.session.scalars(select(WorkerHeartbeat)).all() == []
        db.session.rollback()
    assert flask_command("reminders", "run").exit_code == 0
    (beat,) = db.session.scalars(select(WorkerHeartbeat))
    assert beat.worker.startswith(operations.CRON)


class TestOnTheDemo:
    """The acceptance: one mail each; none; ten days later at most one each. On both databases in
    tests/services/test_demo.py."""

    def test_as_promised(self, app: Flask, flask_command: Command) -> None:
        assert flask_command("demo", "load", "--now", MONDAY).exit_code == 0
        due = printed(flask_command("reminders", "run", "--now", MONDAY, "--dry-run", "--json"))
        people = [mail["to"] for mail in due["planned"]]
        assert len(people) >= 5

        first = printed(flask_command("reminders", "run", "--now", MONDAY, "--json"))
        assert [mail["to"] for mail in first["planned"]] == people
        assert first["delivered"] == {"sent": len(people)}
        assert letters(app) == Counter(people)

        second = printed(flask_command("reminders", "run", "--now", MONDAY, "--json"))
        assert (second["planned"], second["delivered"]) == ([], {})
        assert letters(app) == Counter(people)

        third = printed(flask_command("reminders", "run", "--now", TEN_DAYS_LATER, "--json"))
        assert third["planned"]
        new = letters(app) - Counter(people)
        assert new == Counter(mail["to"] for mail in third["planned"])
        assert max(new.values()) == 1

    def test_as_processes(self, warm: Warm, tmp_path: Path) -> None:
        """The same, each run in a process of its own that knows of nothing but the files."""
        home = Installation(tmp_path)
        home.run_here("demo", "load", "--now", MONDAY)
        home.run(warm, "reminders", "run", "--now", MONDAY)
        first = len(home.letters())
        assert first >= 5
        said = home.run(warm, "reminders", "run", "--now", MONDAY)
        assert "Planerade brev: 0" in said
        assert len(home.letters()) == first
        home.run(warm, "reminders", "run", "--now", TEN_DAYS_LATER)
        recipients = [path.name.split(".")[1] for path in home.letters()]
        assert max(Counter(recipients).values()) == 2


class TestPlan:
    def test_json(self, any_app: Flask, cast: Cast, flask_command: Command) -> None:
        data = printed(flask_command("reminders", "plan", "--now", MONDAY, "--json"))
        assert (data["day"], data["rest"], data["failures"]) == (MONDAY, None, [])
        assert {mail["to"] for mail in data["planned"]} == {
            cast.owner.email,
            cast.colleague.email,
            cast.stranger.email,
        }
        assert set(data["planned"][0]) == {"name", "to", "subject", "actions"}
        assert "delivered" not in data

    def test_in_words(self, app: Flask, cast: Cast, flask_command: Command) -> None:
        result = flask_command("reminders", "plan", "--now", MONDAY)
        assert f"{cast.colleague.name} <{cast.colleague.email}>: " in result.stdout
        assert "Planerade brev: 3" in result.stdout

    def test_on_a_holiday(self, app: Flask, cast: Cast, flask_command: Command) -> None:
        result = flask_command("reminders", "run", "--now", "2026-06-19")
        assert result.exit_code == 0
        assert "2026-06-19 är ingen arbetsdag (Midsommarafton): inga brev." in result.stdout
        data = printed(flask_command("reminders", "plan", "--now", "2026-06-20", "--json"))
        assert (data["rest"], data["planned"]) == ("Midsommardagen", [])
        result = flask_command("reminders", "plan", "--now", "2026-03-07")
        assert "är ingen arbetsdag (helg)" in result.stdout

    def test_dry_run_and_only_to(self, app: Flask, cast: Cast, flask_command: Command) -> None:
        words = ["reminders", "run", "--now", MONDAY, "--only-to", cast.colleague.email, "--json"]
        data = printed(flask_command(*words, "--dry-run"))
        assert len(data["planned"]) == 1
        assert data["delivered"] == {"due": 0}
        assert messages() == []
        data = printed(flask_command(*words))
        assert data["delivered"] == {"sent": 1}
        assert letters(app) == Counter([cast.colleague.email])

    def test_a_mail_that_cannot_be_written_is_told(
        self, app: Flask, cast: Cast, flask_command: Command
    ) -> None:
        cast.owner.email = "olle ägare"
        db.session.commit()
        result = flask_command("reminders", "plan", "--now", MONDAY)
        assert result.exit_code == 0
        assert "olle ägare: " in result.stderr
        assert "Planerade brev: 2" in result.stdout


class TestDeliver:
    def test_over_smtp(
        self, tmp_path: Path, app: Flask, cast: Cast, flask_command: Command, smtp_server: Recorder
    ) -> None:
        flask_command("reminders", "plan", "--now", MONDAY)
        db.session.rollback()
        result = with_mail_url(tmp_path, smtp_server.url, "deliver", "--now", MONDAY, "--json")
        assert printed(result) == {"delivered": {"sent": 3}}
        assert len(smtp_server.messages) == 3
        assert {message.state for message in messages()} == {OutboxState.SENT}

    def test_a_dry_run_counts(self, app: Flask, cast: Cast, flask_command: Command) -> None:
        flask_command("reminders", "plan", "--now", MONDAY)
        words = ["reminders", "deliver", "--now", MONDAY, "--dry-run", "--json"]
        assert printed(flask_command(*words)) == {"delivered": {"due": 3}}
        only = [*words, "--only-to", cast.owner.email]
        assert printed(flask_command(*only)) == {"delivered": {"due": 1}}
        assert letters(app) == Counter()

    def test_in_words(self, app: Flask, cast: Cast, flask_command: Command) -> None:
        flask_command("reminders", "plan", "--now", MONDAY)
        result = flask_command("reminders", "deliver", "--now", MONDAY)
        assert result.stdout == "Skickade brev: 3\n"

    @pytest.mark.parametrize("command", ["deliver", "run"])
    def test_a_wrong_mail_url_is_told_before_anything_is_done(
        self, tmp_path: Path, app: Flask, cast: Cast, command: str
    ) -> None:
        result = with_mail_url(tmp_path, "gopher://post", command, "--now", MONDAY)
        assert result.exit_code == 1
        assert result.stderr.startswith("MAIL_URL går inte att läsa.")
        assert messages() == []


def test_every_way_a_letter_can_end_has_words() -> None:
    ends = {state.value for state in OutboxState} - {"queued", "claimed"}
    assert ends | {"due", "later", "resent", outbox.NO_SERVER, outbox.LOST} == set(OUTCOMES)
