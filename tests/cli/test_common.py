"""What all commands share: help, exit codes, plain errors, the time, a ready database."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy import inspect, text

from tests.helpers.apps import make_app, settings
from tests.helpers.smtp import free_port
from tracker.cli.common import Moment, ensure_schema, plain_errors
from tracker.domain.errors import RuleBroken
from tracker.extensions import db

Command = Callable[..., Any]
FLASKS_OWN = {"db", "routes", "run", "shell"}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command of ours, with the groups it stands in."""
    for name, command in group.commands.items():
        if not path and name in FLASKS_OWN:
            continue
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


class TestHelp:
    def test_every_command_explains_itself(self, app: Flask, flask_command: Command) -> None:
        found = set(commands(app.cli))
        assert {("reminders", "run"), ("demo", "load"), ("worker",), ("doctor",)} <= found
        for path in found:
            result = flask_command(*path, "--help")
            assert result.exit_code == 0, path
            usage, about, *_ = result.stdout.split("\n\n")
            assert usage.startswith("Usage: "), path
            assert about.strip().endswith("."), f"{path} says nothing of what it does"

    def test_a_wrong_word_is_exit_code_2(self, app: Flask, flask_command: Command) -> None:
        for words in (["reminders", "fly"], ["doctor", "--fast"], ["serve", "--port", "0"]):
            result = flask_command(*words)
            assert result.exit_code == 2, words
            assert "Error: " in result.stderr


class TestMoment:
    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("2026-03-02", datetime(2026, 3, 2, 7, tzinfo=UTC)),
            ("2026-07-02", datetime(2026, 7, 2, 6, tzinfo=UTC)),
            ("2026-03-02T06:59", datetime(2026, 3, 2, 5, 59, tzinfo=UTC)),
            ("2026-03-02 23:30", datetime(2026, 3, 2, 22, 30, tzinfo=UTC)),
            ("2026-03-02T08:00:00Z", datetime(2026, 3, 2, 8, tzinfo=UTC)),
            ("2026-03-02T08:00:00+02:00", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        ],
    )
    def test_local_unless_it_says(self, app: Flask, typed: str, meant: datetime) -> None:
        moment = Moment().convert(typed, None, None)
        assert moment == meant
        assert moment.tzinfo is UTC

    @pytest.mark.parametrize(
        "typed", ["", "i morgon", "2026-3-2", "2026-02-30", "0001-01-01", "9999-12-31", "20260302x"]
    )
    def test_anything_else_is_exit_code_2(
        self, app: Flask, flask_command: Command, typed: str
    ) -> None:
        result = flask_command("reminders", "plan", "--dry-run", "--now", typed)
        assert result.exit_code == 2
        assert "--now" in result.stderr
        assert "Traceback" not in result.output


class TestSchema:
    def test_an_empty_database_gets_its_tables(self, tmp_path: Path) -> None:
        with make_app(settings(tmp_path)).app_context():
            ensure_schema()
            assert "outbox" in inspect(db.engine).get_table_names()
            ensure_schema()
            db.engine.dispose()

    def test_an_old_one_is_named_not_touched(self, app: Flask, flask_command: Command) -> None:
        db.session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
        result = flask_command("doctor")
        assert result.exit_code == 1
        assert result.stderr == (
            "Databasen är från en annan version. Kör: flask --app wsgi db upgrade\n"
        )
        assert db.session.scalar(text("SELECT version_num FROM alembic_version")) == "old"

    def test_nor_is_somebody_elses(self, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "atgarda.db") as other:
            other.execute("CREATE TABLE theirs (id INTEGER)")
        other.close()
        result = run(make_app(settings(tmp_path)), "doctor")
        assert result.exit_code == 1
        assert "annan version" in result.stderr


def run(app: Flask, *words: str) -> Any:
    """A command in an app of its own."""
    result = app.test_cli_runner().invoke(args=list(words))
    with app.app_context():
        db.engine.dispose()
    return result


class TestDatabaseTrouble:
    COMMANDS = (
        ("doctor",),
        ("reminders", "run"),
        ("reminders", "deliver"),
        ("demo", "load"),
        ("journal", "verify"),
        ("worker", "--once"),
    )

    @pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
    def test_a_folder_that_is_missing(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        address = f"sqlite:///{tmp_path / 'nowhere' / 'atgarda.db'}"
        self.expect_a_sentence(run(make_app(settings(tmp_path, address)), *words))

    @pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
    def test_a_server_that_does_not_answer(self, tmp_path: Path, words: tuple[str, ...]) -> None:
        address = f"postgresql+psycopg://anna:hemligt@127.0.0.1:{free_port()}/atgarda"
        self.expect_a_sentence(run(make_app(settings(tmp_path, address)), *words))

    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        (tmp_path / "atgarda.db").write_text("Kära dagbok! " * 100)
        self.expect_a_sentence(run(make_app(settings(tmp_path)), "doctor"))

    @staticmethod
    def expect_a_sentence(result: Any) -> None:
        assert result.exit_code == 1
        assert result.stderr.startswith("Databasen svarar inte: ")
        assert result.stderr.count("\n") == 1
        assert "hemligt" not in result.output
        assert result.stdout == ""

    def test_our_own_faults_keep_their_traceback(self, app: Flask) -> None:
        @plain_errors
        def faulty() -> None:
            db.session.execute(text("INSERT INTO committee (name) VALUES (NULL)"))

        with pytest.raises(Exception, match="NOT NULL"):
            faulty()
        db.session.rollback()


class TestRules:
    @pytest.mark.parametrize(
        ("locale", "sentence"),
        [("sv", "E-postadressen eller lösenordet stämmer inte.\n")],
    )
    def test_a_broken_rule_is_one_sentence(
        self, tmp_path: Path, locale: str, sentence: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        @plain_errors
        def broken() -> None:
            raise RuleBroken("E-postadressen eller lösenordet stämmer inte.")

        with (
            make_app(settings(tmp_path, locale=locale)).app_context(),
            pytest.raises(SystemExit) as left,
        ):
            broken()
        assert left.value.code == 1
        assert capsys.readouterr().err == sentence

    def test_a_full_disk_is_one_sentence(
        self, app: Flask, capsys: pytest.CaptureFixture[str]
    ) -> None:
        @plain_errors
        def full() -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with pytest.raises(SystemExit) as left:
            full()
        assert left.value.code == 1
        told = capsys.readouterr().err
        assert told == "Det gick inte att läsa eller skriva: No space left on device\n"

    def test_a_closed_pipe_is_left_to_the_shell(self, app: Flask) -> None:
        @plain_errors
        def unread() -> None:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

        with pytest.raises(BrokenPipeError):
            unread()

    def test_its_places_are_filled(self, app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
        @plain_errors
        def broken() -> None:
            raise RuleBroken("%(count)s brev gick inte att leverera.", count=3)

        with pytest.raises(SystemExit):
            broken()
        assert capsys.readouterr().err == "3 brev gick inte att leverera.\n"
