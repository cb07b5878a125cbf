"""The score tables: rows of sub-areas, sum rows and area rows, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.domain.editions import Edition, match_area
from tracker.domain.text import fold
from tracker.importers.draft import SubAreaDraft
from tracker.importers.headings import Kind, Mark
from tracker.importers.lines import Line

_CODE = re.compile(r"^(\d{1,2})\.(\d{1,2})\.?\s+(\D.*)$")
_PAIR = r"(\d{1,3}|[-–—])\s*(?:/|av|\s)\s*(\d{1,3})(?:\s*(?:p|poäng))?"
_NAME_PAIR = re.compile(rf"^(.*?\D)\s+{_PAIR}$")
_NAME_ONE = re.compile(r"^(.*?[^\d.…])\s+(\d{1,3})(?:\s*(?:p|poäng))?$")
_SUM = re.compile(rf"^(?:(?:del)?summa|totalt|total|summa poäng|resultat)?\s*:?\s*{_PAIR}$", re.I)
_NUMBER = re.compile(
    r"^(?:\d{1,2}\s*[.):]|(?:huvud)?område\s+\d{1,2}\s*[.:–-]?|\d{1,2})\s+(?=\D)", re.I
)
_HEADER = re.compile(r"\b(?:uppnått|uppnådd|uppnådda|poäng)\b")
_REACH = 4


@dataclass
class AreaScores:
    """What the tables say of one area; `lines` are the indexes that were read as rows."""

    score: int | None = None
    max: int | None = None
    subareas: dict[str, SubAreaDraft] = field(default_factory=dict)


@dataclass
class ScoreTables:
    """All that was found, and the indexes of the lines that it was found in."""

    areas: dict[int, AreaScores] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    repeated: list[str] = field(default_factory=list)

    def area(self, number: int) -> AreaScores:
        return self.areas.setdefault(number, AreaScores())


def read_scores(
    lines: Sequence[Line], marks: Sequence[Mark], edition: Edition | None
) -> ScoreTables:
    """The scores that stand in tables. A row may be wrapped over several lines; the row with
    the area's sum has no label, or one like Summa."""
    reading = _Reading(lines, {mark.start: mark for mark in marks}, edition)
    at = 0
    while at < len(lines):
        took = reading.row(at)
        reading.tables.lines.update(range(at, at + took))
        at += took or 1
    return reading.tables


@dataclass
class _Reading:
    """`current` is the area whose rows were just read; `inside` whether a header of points has
    been met, so that a row with one number alone may be trusted."""

    lines: Sequence[Line]
    marks: dict[int, Mark]
    edition: Edition | None
    tables: ScoreTables = field(default_factory=ScoreTables)
    current: int | None = None
    inside: bool = False

    def row(self, at: int) -> int:
        """How many lines the row at `at` takes; 0 where there is no row."""
        text = self.lines[at].text
        self.inside = _inside(self.inside, self.lines[at], self.marks.get(at))
        code = _CODE.match(text)
        if code:
            took = self._subarea(at, code)
            self.current = int(code[1]) if took else None
            return took
        total = _SUM.match(text)
        if total and self.current is not None and self.tables.area(self.current).score is None:
            area = self.tables.area(self.current)
            area.score, area.max, self.current = _points(total[1]), int(total[2]), None
            return 1
        if self.edition and _area_row(text, self.tables, self.inside, self.edition):
            self.current = None
            return 1
        self.current = None if at in self.marks else self.current
        return 0

    def _subarea(self, at: int, code: re.Match[str]) -> int:
        name = f"{int(code[1])}.{int(code[2])}"
        text = code[3]
        for end in range(at + 1, min(at + _REACH, len(self.lines)) + 1):
            if end - 1 > at:
                if _CODE.match(self.lines[end - 1].text) or end - 1 in self.marks:
                    break
                text = f"{text} {self.lines[end - 1].text}"
            row = _NAME_PAIR.match(text)
            if row:
                _keep(self.tables, name, row[1], _points(row[2]), int(row[3]))
                return end - at
        one = _NAME_ONE.match(code[3])
        if self.inside and one:
            _keep(self.tables, name, one[1], int(one[2]), None)
            return 1
        return 0


def _inside(inside: bool, line: Line, mark: Mark | None) -> bool:
    key = fold(line.text)
    if key.startswith("innehåll") or (mark and mark.kind in {Kind.INTRO, Kind.STRENGTHS}):
        return False
    if mark and mark.kind is Kind.SCORES:
        return True
    return inside or (len(key) < 80 and _HEADER.search(key) is not None and not key.endswith("."))


def _keep(tables: ScoreTables, code: str, name: str, score: int | None, top: int | None) -> None:
    subareas = tables.area(int(code.split(".", maxsplit=1)[0])).subareas
    row = SubAreaDraft(code, name.strip(" .:|"), score, top)
    kept = subareas.setdefault(code, row)
    if (kept.score, kept.max) != (score, top):
        tables.repeated.append(code)


def _area_row(text: str, tables: ScoreTables, inside: bool, edition: Edition) -> bool:
    pair = _NAME_PAIR.match(text)
    one = _NAME_ONE.match(text) if inside else None
    row = pair or one
    if row is None or len(text) > 110:
        return False
    found = match_area(_NUMBER.sub("", row[1]), edition.areas)
    score = _points(row[2])
    if found is None or score is None or score > 100 or (pair and int(pair[3]) != 100):
        return False
    area = tables.area(found.number)
    if area.score is None:
        area.score, area.max = score, 100 if pair else None
    return True


def _points(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
