"""`doctor`: what it finds, and what it answers to whoever watches its exit code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.services.mailing import messages, plan
from tests.services.test_journal import tamper, write
from tracker.cli import catalogues
from tracker.extensions import db
from tracker.models import OutboxState
from tracker.services import operations

Command = Callable[..., Any]
AT_NOW = ("--now", NOW.isoformat())


@pytest.fixture
def living(any_app: Flask, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An installation whose worker has just shown life, and whose translations are current."""
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    operations.beat("here:1", now=NOW)
    return any_app


def test_all_is_well(living: Flask, flask_command: Command) -> None:
    result = flask_command("doctor", *AT_NOW)
    assert (result.exit_code, result.stdout) == (0, "Allt står rätt till.\n")


def test_json(living: Flask, flask_command: Command) -> None:
    result = flask_command("doctor", *AT_NOW, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "healthy": True,
        "heartbeat_at": NOW.isoformat(),
        "waiting": 0,
        "uncertain": 0,
        "dead": 0,
        "problems": [],
        "journal": {"entries": 0, "broken": [], "ends_as_sealed": True},
    }


def test_a_worker_that_never_started(app: Flask, cast: Cast, flask_command: Command) -> None:
    result = flask_command("doctor", *AT_NOW)
    assert (result.exit_code, result.stdout) == (1, "Bakgrundsarbetaren har aldrig startat.\n")


def test_a_worker_that_fell_silent(living: Flask, flask_command: Command) -> None:
    later = (NOW + timedelta(minutes=6)).isoformat()
    result = flask_command("doctor", "--now", later)
    assert result.exit_code == 1
    assert "inte hörts av" in result.stdout


def test_mail_that_waits_and_mail_that_died(living: Flask, flask_command: Command) -> None:
    plan(now=NOW)
    messages()[0].state = OutboxState.DEAD
    db.session.commit()
    later = NOW + timedelta(hours=3)
    operations.beat("here:1", now=later)
    at_later = ("--now", later.isoformat())
    result = flask_command("doctor", *at_later)
    assert result.exit_code == 1
    assert "väntat i över två timmar" in result.stdout
    assert "1 brev gick inte att leverera." in result.stdout
    data = json.loads(flask_command("doctor", *at_later, "--json").stdout)
    assert (data["healthy"], data["waiting"], data["dead"]) == (False, 2, 1)
    assert len(data["problems"]) == 2


def test_a_clock_that_runs_ahead_is_no_life(any_app: Flask, flask_command: Command) -> None:
    operations.beat("here:1", now=NOW + timedelta(days=3650))
    result = flask_command("doctor", *AT_NOW)
    assert result.exit_code == 1
    assert "Ställ serverns klocka rätt." in result.stdout


def test_what_was_set_aside_is_no_problem(living: Flask, flask_command: Command) -> None:
    plan(now=NOW)
    for message in messages():
        message.state, message.set_aside_at = OutboxState.DEAD, NOW
    db.session.commit()
    result = flask_command("doctor", *AT_NOW)
    assert (result.exit_code, result.stdout) == (0, "Allt står rätt till.\n")


def test_a_broken_journal(living: Flask, flask_command: Command) -> None:
    write(3)
    tamper("DELETE FROM journal_entry WHERE id = 2")
    result = flask_command("doctor", *AT_NOW)
    assert (result.exit_code, result.stdout) == (1, "Loggens kedja är bruten.\n")
    result = flask_command("doctor", *AT_NOW, "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["journal"]["broken"] == [3]


@pytest.mark.parametrize(("compiled", "says"), [(999, True), (1000, False), (None, True)])
def test_translations_older_than_their_source(
    living: Flask,
    flask_command: Command,
    tmp_path: Path,
    compiled: int | None,
    says: bool,
) -> None:
    folder = tmp_path / "nb" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    for name, changed in (("messages.po", 1000), ("messages.mo", compiled)):
        if changed is not None:
            (folder / name).touch()
            os.utime(folder / name, (changed, changed))
    result = flask_command("doctor", *AT_NOW)
    assert result.exit_code == int(says)
    assert ("Översättningarna är äldre" in result.stderr) is says
    assert ("Allt står rätt till." in result.stdout) is not says
