"""docs/asvs.md names every requirement of ASVS 5.0 at levels 1 and 2, and nothing that is not."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import pytest

from tests.helpers.source import ROOT

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
# The standard's own numbering: section → the requirements at level 1, and those at level 2.
STANDARD = {
    "1.1": ([], [1, 2]),
    "1.2": ([1, 2, 3, 4, 5], [6, 7, 8, 9]),
    "1.3": ([1, 2], [3, 4, 5, 6, 7, 8, 9, 10, 11]),
    "1.4": ([], [1, 2, 3]),
    "1.5": ([1], [2]),
    "2.1": ([1], [2, 3]),
    "2.2": ([1, 2], [3]),
    "2.3": ([1], [2, 3, 4]),
    "2.4": ([], [1]),
    "3.2": ([1, 2], []),
    "3.3": ([1], [2, 3, 4]),
    "3.4": ([1, 2], [3, 4, 5, 6]),
    "3.5": ([1, 2, 3], [4, 5]),
    "3.7": ([], [1, 2]),
    "4.1": ([1], [2, 3]),
    "4.2": ([], [1]),
    "4.3": ([], [1, 2]),
    "4.4": ([1], [2, 3, 4]),
    "5.1": ([], [1]),
    "5.2": ([1, 2], [3]),
    "5.3": ([1, 2], []),
    "5.4": ([], [1, 2, 3]),
    "6.1": ([1], [2, 3]),
    "6.2": ([1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12]),
    "6.3": ([1, 2], [3, 4]),
    "6.4": ([1, 2], [3, 4]),
    "6.5": ([], [1, 2, 3, 4, 5]),
    "6.6": ([], [1, 2, 3]),
    "6.8": ([], [1, 2, 3, 4]),
    "7.1": ([], [1, 2, 3]),
    "7.2": ([1, 2, 3, 4], []),
    "7.3": ([], [1, 2]),
    "7.4": ([1, 2], [3, 4, 5]),
    "7.5": ([], [1, 2]),
    "7.6": ([], [1, 2]),
    "8.1": ([1], [2]),
    "8.2": ([1, 2], [3]),
    "8.3": ([1], []),
    "8.4": ([], [1]),
    "9.1": ([1, 2, 3], []),
    "9.2": ([1], [2, 3, 4]),
    "10.1": ([], [1, 2]),
    "10.2": ([], [1, 2]),
    "10.3": ([], [1, 2, 3, 4]),
    "10.4": ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11]),
    "10.5": ([], [1, 2, 3, 4, 5]),
    "10.6": ([], [1, 2]),
    "10.7": ([], [1, 2, 3]),
    "11.1": ([], [1, 2]),
    "11.2": ([], [1, 2, 3]),
    "11.3": ([1, 2], [3]),
    "11.4": ([1], [2, 3, 4]),
    "11.5": ([], [1]),
    "11.6": ([], [1]),
    "12.1": ([1], [2, 3]),
    "12.2": ([1, 2], []),
    "12.3": ([], [1, 2, 3, 4]),
    "13.1": ([], [1]),
    "13.2": ([], [1, 2, 3, 4, 5]),
    "13.3": ([], [1, 2]),
    "13.4": ([1], [2, 3, 4, 5]),
    "14.1": ([], [1, 2]),
    "14.2": ([1], [2, 3, 4]),
    "14.3": ([1], [2, 3]),
    "15.1": ([1], [2, 3]),
    "15.2": ([1], [2, 3]),
    "15.3": ([1], [2, 3, 4, 5, 6, 7]),
    "16.1": ([], [1]),
    "16.2": ([], [1, 2, 3, 4, 5]),
    "16.3": ([], [1, 2, 3, 4]),
    "16.4": ([], [1, 2, 3]),
    "16.5": ([], [1, 2, 3]),
    "17.1": ([], [1]),
    "17.2": ([], [1, 2, 3, 4]),
    "17.3": ([], [1, 2]),
}
EXCUSES = ("does not apply: ", "falls short: ")


@dataclass(frozen=True)
class Row:
    """One requirement as the document tells of it."""

    id: str
    level: int
    asks: str
    how: str
    shown: str

    @property
    def is_met(self) -> bool:
        """Whether it says that the product does it."""
        return not self.shown.startswith(EXCUSES)


@cache
def text() -> str:
    """The document."""
    return (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")


@cache
def rows() -> list[Row]:
    """Its requirements."""
    return [Row(m[1], int(m[2]), m[3], m[4], m[5]) for m in ROW.finditer(text())]


def test_every_requirement_is_there_once() -> None:
    wanted = {
        f"{section}.{number}": level
        for section, levels in STANDARD.items()
        for level, numbers in enumerate(levels, 1)
        for number in numbers
    }
    assert Counter(row.id for row in rows()) == Counter(list(wanted))
    assert {row.id: row.level for row in rows()} == wanted
    assert Counter(wanted.values()) == {1: 70, 2: 183}


def test_the_sums_are_true() -> None:
    short = sum(row.shown.startswith(EXCUSES[1]) for row in rows())
    met = sum(row.is_met for row in rows())
    said = f"{len(rows())} requirements: {met} met, {len(rows()) - met - short} do not apply, "
    assert f"{said}{short} fall short." in text()


@pytest.mark.parametrize("section", sorted({row.id.split(".")[0] for row in rows()}, key=int))
def test_what_shows_it_exists(section: str) -> None:
    """A file, or a test by its name; an excuse says why."""
    for row in rows():
        if row.id.split(".")[0] != section:
            continue
        if not row.is_met:
            assert len(row.shown.split(": ", 1)[1]) > 5, row.id
            continue
        match = re.fullmatch(r"`([\w./-]+)(?:::(\w+))?`", row.shown)
        assert match, (row.id, row.shown)
        path = ROOT / match[1]
        assert path.exists(), (row.id, match[1])
        if match[2]:
            named = re.compile(rf"^\s*(?:def|class) {match[2]}\b", re.MULTILINE)
            assert named.search(path.read_text(encoding="utf-8")), (row.id, row.shown)
        assert row.how != "–", row.id


def test_an_empty_reference_would_be_seen() -> None:
    assert not ROW.search("| 1.1.1 | 3 | a | b | c |") and ROW.search("| 1.1.1 | 2 | a | b | c |")
