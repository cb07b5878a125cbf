"""`committee-report render`: a file from the data, whole or not at all, and plain errors."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.cast import Cast
from tracker.services.reports.writing import live

Run = Callable[..., Any]
STARTS = {"pdf": b"%PDF-", "docx": b"PK", "xlsx": b"PK", "csv": b"\xef\xbb\xbf", "json": b"{"}


@pytest.fixture
def render(cast: Cast, flask_command: Run, tmp_path: Path) -> Run:
    """Run the command with the usual options, some of them changed; None leaves one out."""

    def run(*flags: str, **changes: Any) -> Any:
        options: dict[str, Any] = {
            "plan": cast.plan.id,
            "as_of": "2026-03-01",
            "format": "json",
            "out": tmp_path / "rapport.json",
            "now": "2026-03-02",
            **changes,
        }
        words = [
            word
            for name, value in options.items()
            if value is not None
            for word in (f"--{name.replace('_', '-')}", str(value))
        ]
        return flask_command("committee-report", "render", *words, *flags)

    return run


def test_every_format(render: Run, tmp_path: Path) -> None:
    for kind, begins in STARTS.items():
        out = tmp_path / f"rapport.{kind}"
        result = render(format=kind, out=out)
        assert (result.exit_code, result.stderr) == (0, ""), kind
        assert result.stdout.count("\n") == 1
        assert "Handlingsplan 2026: läget den 1 mars 2026, 4 åtgärder: " in result.stdout
        assert str(out) in result.stdout
        assert out.read_bytes().startswith(begins), kind
    assert len(list(tmp_path.glob("*rapport*"))) == len(STARTS)


def test_of_a_committee_or_a_unit_by_name_or_number(
    render: Run, cast: Cast, tmp_path: Path
) -> None:
    found = []
    for change in (
        {"committee": "skolnämnden"},
        {"committee": cast.other_committee.id},
        {"unit": " Skolförvaltningen "},
        {"unit": cast.other_unit.id},
    ):
        result = render("--final", **change)
        assert result.exit_code == 0, result.stderr
        assert ", 1 åtgärd: " in result.stdout
        found.append(json.loads((tmp_path / "rapport.json").read_text()))
    titles = [[row["title"] for row in one["actions"]] for one in found]
    assert titles == [["Elevernas egna frågor"]] * 4


def test_the_same_data_gives_the_same_bytes_and_replaces_the_file(
    render: Run, tmp_path: Path
) -> None:
    out = tmp_path / "rapport.json"
    out.write_text("den gamla")
    out.chmod(0o640)
    assert render().exit_code == 0
    first = out.read_bytes()
    assert out.stat().st_mode & 0o777 == 0o640
    assert render().exit_code == 0
    assert out.read_bytes() == first
    link = tmp_path / "pekare.json"
    link.symlink_to(out)
    assert render(out=link).exit_code == 0
    assert link.is_symlink()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"as_of": "2026-03-03"}, "har inte kommit än"),
    ({"plan": 999_999}, "Det finns ingen plan med nummer 999999."),
    ({"plan": 10**30}, "Det finns ingen plan med nummer"),
    ({"committee": "Trollnämnden 😀"}, "Kommunstyrelsen (1)"),
    ({"committee": ""}, "Det finns ingen som heter"),
    ({"unit": "'; DROP TABLE unit; --"}, "Det finns ingen som heter"),
    ({"as_of": "2025-12-31"}, "Planen fanns inte då."),
    ({"out": ""}, "Filen saknar namn."),
    ({"out": "-"}, "skrivs bara till en fil"),
    ({"out": "."}, "är en mapp"),
    ({"out": "/dev/null"}, "är ingen vanlig fil"),
    ({"out": "finns-inte/rapport.json"}, "finns inte"),
    ({"out": "rap\0port"}, "går inte att använda"),
    ({"out": "x" * 300}, "Det går inte att skriva"),
]


def test_what_cannot_be_done_is_one_sentence(
    render: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def files() -> set[str]:
        names = {path.name for path in tmp_path.iterdir()}
        return {name for name in names if not name.startswith("atgarda.db")}

    before = files()
    for change, words in REFUSED:
        result = render(**change)
        assert result.exit_code == 1, change
        assert words in result.stderr, change
        assert result.stderr.count("\n") == 1, change
        assert result.stdout == "", change
        assert files() == before, change


NO_COMMAND: list[dict[str, Any]] = [
    *({name: None} for name in ("plan", "as_of", "format", "out")),
    {"plan": "0"},
    {"plan": "ett"},
    {"as_of": "2026-02-30"},
    {"as_of": "2026-W10-1"},
    {"as_of": "igår"},
    {"as_of": "1888-01-01"},
    {"format": "odt"},
    {"now": "nu"},
    {"committee": "1", "unit": "1"},
]


def test_what_is_no_command_is_explained(render: Run) -> None:
    for change in NO_COMMAND:
        result = render(**change)
        assert result.exit_code == 2, change
        assert "Error:" in result.stderr, change


def test_a_disk_that_takes_no_more_leaves_the_old_file(
    render: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "rapport.json"
    out.write_text("den gamla")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = render()
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert out.read_text() == "den gamla"
    assert not [one for one in tmp_path.iterdir() if one.name.startswith("tmp")]


def test_nothing_is_composed_for_a_place_that_takes_no_file(
    render: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_given: Any, **_named: Any) -> None:
        raise AssertionError("composed in vain")

    monkeypatch.setattr(live, "gather", never)
    folder = tmp_path / "stängd"
    folder.mkdir()
    monkeypatch.setattr(os, "access", lambda *_given: False)
    assert "Det går inte att skriva i mappen" in render(out=folder / "rapport.json").stderr


def test_the_kind_in_capitals_and_that_a_file_was_replaced(render: Run) -> None:
    assert "ersatte" not in render(format="CSV").stdout
    assert render(format="Csv").stdout.endswith(" (ersatte filen som fanns)\n")
