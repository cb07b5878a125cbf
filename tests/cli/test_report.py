"""`report read`, `report import` and `evaluation list`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.apps import make_app, settings
from tests.helpers.cast import Cast
from tests.helpers.reports import points_of, report_text, total
from tracker.extensions import db
from tracker.models import Evaluation, JournalEntry

Command = Callable[..., Any]


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    path = tmp_path / "rapport.txt"
    path.write_text(report_text(wrong_sum=2, joint=3))
    return path


class TestRead:
    def test_json(self, flask_command: Command, report_file: Path) -> None:
        result = flask_command("report", "read", str(report_file), "--json")
        assert result.exit_code == 0
        read = json.loads(result.stdout)
        assert (read["municipality"], read["month"], read["ordinal"]) == ("Sjövik", "2024-03", 1)
        assert read["total"] == {"stated": None, "summed": total() + 1}
        assert [p["text"] for p in read["areas"][0]["improvements"]] == points_of(1)
        assert any(problem["where"] == "area 2" for problem in read["problems"])

    def test_a_summary_for_people(self, flask_command: Command, report_file: Path) -> None:
        result = flask_command("report", "read", str(report_file))
        assert result.exit_code == 0
        assert "Kommun: Sjövik" in result.stdout
        assert "förbättringspunkter: 16" in result.stdout
        assert "summerar till 49, men rapporten anger 50" in result.stdout
        assert result.stdout.count("Osäker:") == 4

    def test_it_needs_no_database(self, tmp_path: Path, report_file: Path) -> None:
        missing = f"sqlite:///{tmp_path / 'nowhere' / 'atgarda.db'}"
        bare = make_app(settings(tmp_path, missing))
        result = bare.test_cli_runner().invoke(args=["report", "read", str(report_file)])
        assert result.exit_code == 0
        assert not (tmp_path / "nowhere").exists()

    @pytest.mark.parametrize(
        ("name", "data", "sentence"),
        [
            ("tom.txt", b"", "Filen är tom."),
            ("rapport.pdf", b"%PDF-1.7", "Filtypen läses inte."),
            ("rapport.docx", b"PK", "Word-dokument"),
        ],
    )
    def test_a_bad_file(
        self, flask_command: Command, tmp_path: Path, name: str, data: bytes, sentence: str
    ) -> None:
        (tmp_path / name).write_bytes(data)
        result = flask_command("report", "read", str(tmp_path / name), "--json")
        assert result.exit_code == 1
        assert sentence in result.stderr
        assert result.stdout == ""

    @pytest.mark.parametrize("words", [[], ["finns-inte.txt"], ["/"], ["--fel"]])
    def test_wrong_usage(self, flask_command: Command, words: list[str]) -> None:
        assert flask_command("report", "read", *words).exit_code == 2


class TestImport:
    def test_the_system_itself_takes_it_in(
        self, app: Flask, flask_command: Command, report_file: Path
    ) -> None:
        result = flask_command(
            "report", "import", str(report_file), "--municipality", "Sjövik", "--yes"
        )
        assert result.exit_code == 0, result.stderr
        assert "Sjövik, 2024-03, 16 förbättringspunkter" in result.stdout
        db.session.rollback()
        kept = db.session.scalars(select(Evaluation)).one()
        assert kept.accepted_by_id is None
        entry = db.session.scalars(
            select(JournalEntry).where(JournalEntry.subject == "evaluation")
        ).one()
        assert entry.actor == "Åtgärda"

    def test_without_yes_it_shows_and_asks(
        self, app: Flask, flask_command: Command, report_file: Path
    ) -> None:
        words = ["report", "import", str(report_file), "--municipality", "Sjövik"]
        refused = flask_command(*words, input="n\n")
        assert refused.exit_code == 1
        assert "Kommun: Sjövik" in refused.stdout
        assert db.session.scalars(select(Evaluation)).all() == []
        assert flask_command(*words, input="y\n").exit_code == 0

    def test_twice_is_once(self, app: Flask, flask_command: Command, report_file: Path) -> None:
        words = ["report", "import", str(report_file), "--municipality", "Sjövik", "--yes"]
        assert flask_command(*words).exit_code == 0
        again = flask_command(*words)
        assert again.exit_code == 1
        assert "Sjövik har redan en utvärdering från 2024-03" in again.stderr
        assert flask_command(*words, "--month", "2025-03").exit_code == 0

    def test_the_month_may_be_missing_or_wrong(
        self, app: Flask, flask_command: Command, tmp_path: Path
    ) -> None:
        path = tmp_path / "utan-månad.txt"
        path.write_text(report_text(month="fjol"))
        words = ["report", "import", str(path), "--municipality", "Sjövik", "--yes"]
        assert "Skriv vilken månad" in flask_command(*words).stderr
        result = flask_command(*words, "--month", "2030-01", "--now", "2026-03-02T08:00+00:00")
        assert (result.exit_code, result.stderr) == (1, "Månaden har inte kommit än.\n")

    def test_wrong_usage(self, flask_command: Command, report_file: Path) -> None:
        assert flask_command("report", "import", str(report_file)).exit_code == 2
        words = ["report", "import", str(report_file), "--municipality", "Sjövik"]
        assert flask_command(*words, "--edition", "1999").exit_code == 2


class TestList:
    def test_json(self, cast: Cast, flask_command: Command, report_file: Path) -> None:
        flask_command("report", "import", str(report_file), "--municipality", "Sjövik", "--yes")
        result = flask_command("evaluation", "list", "--json")
        assert result.exit_code == 0
        assert json.loads(result.stdout) == [
            {
                "id": cast.evaluation.id,
                "municipality": "Testköping",
                "month": "2025-11",
                "edition": "kommunkompassen-2020",
                "ordinal": 1,
                "total": None,
            },
            {
                "id": cast.evaluation.id + 1,
                "municipality": "Sjövik",
                "month": "2024-03",
                "edition": "kommunkompassen-2020",
                "ordinal": 1,
                "total": total() + 1,
            },
        ]

    def test_for_people(self, app: Flask, flask_command: Command, report_file: Path) -> None:
        assert "Ingen utvärdering" in flask_command("evaluation", "list").stdout
        flask_command("report", "import", str(report_file), "--municipality", "Sjövik", "--yes")
        assert "2024-03" in flask_command("evaluation", "list").stdout
