"""`report read` and `evaluation list`."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.helpers.apps import make_app, settings
from tests.helpers.cast import Cast
from tests.helpers.reports import points_of, report_text, total

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

    def test_a_pipe_is_no_report(self, flask_command: Command, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "rapport.txt")
        result = flask_command("report", "read", str(tmp_path / "rapport.txt"))
        assert result.exit_code == 1
        assert "vanlig fil" in result.stderr

    @pytest.mark.parametrize(
        ("name", "data", "sentence"),
        [
            ("tom.txt", b"", "Filen är tom."),
            ("rapport.pdf", b"%PDF-1.7", "skadad eller ofullständig"),
            ("rapport.docx", b"PK\x03\x04", "inte att läsa som DOCX"),
            ("rapport.doc", b"x", "spara den som DOCX"),
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
