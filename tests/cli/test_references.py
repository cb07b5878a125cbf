"""`evaluation references`: printed, saved with --yes, bad rows by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.others import EDITION, csv
from tracker.extensions import db
from tracker.models import JournalEntry, ReferenceScore

GRANBY = f"Granby,2021-02,{EDITION},79,72,87,89,88,82,85,80,662,"
BAD = f"Bruksby,2021-02,{EDITION},101,,,,,,,,455,"
WRONG_SUM = f"Sjöby,2021-02,{EDITION},79,72,87,89,88,82,85,80,600,"


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    def write(*lines: str) -> str:
        path = tmp_path / "andra.csv"
        path.write_bytes(csv(*lines))
        return str(path)

    return write


def count() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(ReferenceScore.id))) or 0


def test_without_yes_it_only_shows(
    app: Flask, flask_command: Callable[..., Any], written: Callable[..., str]
) -> None:
    result = flask_command("evaluation", "references", written(GRANBY))
    assert result.exit_code == 0, result.stderr
    assert "Granby;2021-02;kommunkompassen-2020;79;" in result.stdout
    assert count() == 0


def test_good_rows_go_in_and_bad_ones_are_named(
    any_app: Flask, flask_command: Callable[..., Any], written: Callable[..., str]
) -> None:
    path = written(GRANBY, BAD, WRONG_SUM)
    result = flask_command("evaluation", "references", path, "--yes")
    assert result.exit_code == 1
    assert result.stdout.strip() == "Nya rader: 2. Ändrade rader: 0."
    assert "Rad 3 (fel): Poängen för område 1 ska vara mellan 0 och 100." in result.stderr
    assert "Rad 4 (varning): Områdena ger tillsammans 662 poäng" in result.stderr
    assert count() == 2
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.deed == "reference.import")
    ).one()
    assert (entry.actor, entry.data["file"]) == ("Åtgärda", "andra.csv")
    again = flask_command("evaluation", "references", written(GRANBY), "--yes")
    assert again.exit_code == 0
    assert again.stdout.strip() == "Nya rader: 0. Ändrade rader: 0."


def test_the_time_can_be_pretended(
    app: Flask, flask_command: Callable[..., Any], written: Callable[..., str]
) -> None:
    path = written(GRANBY)
    result = flask_command("evaluation", "references", path, "--now", "2021-01-31")
    assert result.exit_code == 1
    assert "Rad 2 (fel): Månaden har inte kommit än." in result.stderr
    assert "Ingen rad i filen" in result.stderr


def test_what_is_no_list(app: Flask, flask_command: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "stor.csv"
    for data in (b"", b"hej\n", b"x" * 600_000):
        path.write_bytes(data)
        result = flask_command("evaluation", "references", str(path), "--yes")
        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
    assert flask_command("evaluation", "references", str(tmp_path / "saknas.csv")).exit_code == 2
