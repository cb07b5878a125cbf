"""`report import`: an evaluation, and again as its next version."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import Cast
from tests.helpers.reports import points_of, report_text
from tracker.extensions import db
from tracker.models import Evaluation, ImprovementPoint, JournalEntry
from tracker.services.sources import Sources

Command = Callable[..., Any]


@pytest.fixture
def report_file(tmp_path: Path) -> Path:
    path = tmp_path / "rapport.txt"
    path.write_text(report_text(wrong_sum=2, joint=3))
    return path


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

    def test_the_file_is_kept(self, app: Flask, flask_command: Command, report_file: Path) -> None:
        flask_command("report", "import", str(report_file), "--municipality", "Sjövik", "--yes")
        kept = db.session.scalars(select(Evaluation)).one()
        assert kept.source_name == "rapport.txt"
        sources = Sources(app.extensions["settings"].instance_dir / "sources")
        assert sources.read(kept.source_sha256 or "") == report_file.read_bytes()

    def test_what_is_refused_leaves_nothing(
        self, app: Flask, flask_command: Command, report_file: Path
    ) -> None:
        words = ["report", "import", str(report_file), "--municipality", "Sjövik"]
        assert flask_command(*words, "--month", "i våras", "--yes").exit_code == 1
        assert flask_command(*words, input="n\n").exit_code == 1
        assert not (app.extensions["settings"].instance_dir / "sources").exists()
        assert count(Evaluation) == 0


class TestAgain:
    """The same municipality and month: recognised, shown, never doubled."""

    @pytest.fixture
    def words(self, app: Flask, flask_command: Command, report_file: Path) -> list[str]:
        words = ["report", "import", str(report_file), "--municipality", "Sjövik"]
        assert flask_command(*words, "--yes").exit_code == 0
        return words

    def test_the_same_report_writes_nothing(self, flask_command: Command, words: list[str]) -> None:
        before = count(JournalEntry)
        again = flask_command(*words)
        assert (again.exit_code, again.stdout) == (
            0,
            "Sjövik har redan en utvärdering från 2024-03. Inget skiljer, så inget sparas.\n",
        )
        assert (count(Evaluation), count(JournalEntry)) == (1, before)

    def test_the_name_in_other_letters_is_the_same_municipality(
        self, flask_command: Command, words: list[str]
    ) -> None:
        again = flask_command(*words[:-1], " sjövik ")
        assert "Inget skiljer" in again.stdout
        assert count(Evaluation) == 1

    def test_another_month_is_another_evaluation(
        self, flask_command: Command, words: list[str]
    ) -> None:
        assert flask_command(*words, "--month", "2025-03", "--yes").exit_code == 0
        assert count(Evaluation) == 2

    def test_what_differs_is_shown_and_asked(
        self, flask_command: Command, words: list[str], report_file: Path
    ) -> None:
        ids = points()
        report_file.write_text(changed_text())
        refused = flask_command(*words, input="n\n")
        assert refused.exit_code == 1
        assert "Spara som version 2?" in refused.stdout
        assert points() == ids
        first, second = points_of(1)
        for line in (
            "Sjövik har redan en utvärdering från 2024-03.",
            "I ordningen: 1 → 2",
            "Punkt som ändras, område 1:",
            f"  - {first}",
            f"  + {first.replace('kvartal', 'månad')}",
            "Punkt som tas bort, område 1:",
            f"  - {second}",
            "Punkt som tillkommer, område 2:",
            "  + Sänd nämndens möten på webben för alla.",
            "Styrka, område 8:",
        ):
            assert line in refused.stdout.splitlines()
        assert "2: Samhällsutveckling 50/100 → Samhällsutveckling 49/100" in refused.stdout

        saved = flask_command(*words, input="y\n")
        assert saved.exit_code == 0, saved.stderr
        assert "Version 2 av utvärdering 1 är sparad: Sjövik, 2024-03" in saved.stdout
        assert count(Evaluation) == 1
        assert points()[first.replace("kvartal", "månad")] == ids[first]
        assert second not in points()

    def test_yes_does_not_ask(
        self, flask_command: Command, words: list[str], report_file: Path
    ) -> None:
        report_file.write_text(changed_text())
        saved = flask_command(*words, "--yes", "--now", "2026-03-02T08:00+00:00")
        assert saved.exit_code == 0, saved.stderr
        assert "Punkt som tas bort" in saved.stdout
        kept = db.session.scalars(select(Evaluation)).one()
        assert (kept.version, kept.accepted_at.isoformat()) == (2, "2026-03-02T08:00:00+00:00")
        assert "Inget skiljer" in flask_command(*words).stdout

    def test_a_point_that_work_hangs_on_stays_and_that_is_said(
        self, cast: Cast, flask_command: Command, tmp_path: Path
    ) -> None:
        path = tmp_path / "ny.txt"
        path.write_text(report_text("Testköping", "november år 2025"))
        words = ["report", "import", str(path), "--municipality", "Testköping", "--yes"]
        result = flask_command(*words)
        assert result.exit_code == 0, result.stderr
        place = result.stdout.splitlines().index(
            "Punkt som står kvar, eftersom arbete hänger på den, område 1:"
        )
        assert result.stdout.splitlines()[place + 1] == f"    {cast.points[0].text}"
        assert db.session.get(ImprovementPoint, cast.points[0].id) is not None


def changed_text() -> str:
    """The report with other words in places."""
    first, second = points_of(1)
    text = report_text(ordinal="andra", joint=3)
    text = text.replace(first, first.replace("kvartal", "månad")).replace(f"• {second}\n", "")
    text = text.replace("Cheferna möts ofta kring område 8.", "Cheferna möts varje dag.")
    return text.replace(
        f"• {points_of(2)[1]}", f"• {points_of(2)[1]}\n• Sänd nämndens möten på webben för alla."
    )


def points() -> dict[str, int]:
    """Every point's words and number."""
    db.session.rollback()
    return {point.text: point.id for point in db.session.scalars(select(ImprovementPoint))}


def count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0
