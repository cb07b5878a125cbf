"""`records export` and `records verify`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask

from tests.helpers.cast import Cast
from tracker.extensions import db
from tracker.services import journal

Command = Callable[..., Any]


def test_out_and_checked(app: Flask, cast: Cast, flask_command: Command, tmp_path: Path) -> None:
    """The sum that is printed is the journal's, and tells the file from any other."""
    path = str(tmp_path / "allt.zip")
    result = flask_command("records", "export", path)
    assert result.exit_code == 0, result.output
    first, second = result.stdout.splitlines()
    assert first.startswith(f"{path}: 67 tabeller, ")
    digest = second.removeprefix("SHA-256: ")
    assert journal.said("records.export", "records", 0)[0]["sha256"] == digest
    db.session.rollback()
    result = flask_command("records", "verify", path, "--sha256", digest)
    assert (result.exit_code, result.stdout.splitlines()[1]) == (0, second)
    assert " är hel: " in result.stdout
    result = flask_command("records", "verify", path, "--sha256", "0" * 64)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "en annan kontrollsumma" in result.stderr
    result = flask_command("records", "export", path)
    assert result.exit_code == 1
    assert "finns redan" in result.stderr
    result = flask_command("records", "export", path, "--replace", "--json")
    assert json.loads(result.stdout)["tables"] == 67


def test_a_changed_file(app: Flask, cast: Cast, flask_command: Command, tmp_path: Path) -> None:
    path = tmp_path / "allt.zip"
    flask_command("records", "export", str(path))
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"README.txt") + 100] ^= 1  # within the first entry
    path.write_bytes(raw)
    result = flask_command("records", "verify", str(path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "är inte som den skrevs" in result.stderr
    assert "Ändrade:\n  README.txt" in result.stderr
    told = json.loads(flask_command("records", "verify", str(path), "--json").stdout)
    assert (told["whole"], told["changed"]) == (False, ["README.txt"])
    path.write_bytes(b"no archive")
    result = flask_command("records", "verify", str(path))
    assert (result.exit_code, "ingen hel export" in result.stderr) == (1, True)
    assert flask_command("records", "verify", str(tmp_path / "none.zip")).exit_code == 2


def test_where_nothing_can_be_written(
    app: Flask, cast: Cast, flask_command: Command, tmp_path: Path
) -> None:
    result = flask_command("records", "export", str(tmp_path / "none" / "allt.zip"))
    assert result.exit_code == 1
    assert "läsa eller skriva" in result.stderr
