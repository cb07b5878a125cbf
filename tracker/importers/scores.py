"""The score tables: rows of sub-areas, sum rows and area rows, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tracker.domain.editions import Edition
from tracker.domain.text import fold
from tracker.importers.draft import SubAreaDraft
from tracker.importers.headings import Mark
from tracker.importers.lines import Line
from tracker.importers.rows import Column, Header, Points, Row, points_of, read_header, read_row
from tracker.importers.wording import POINTS, Kind

_CODE = re.compile(r"^(?:delområde\s+)?(\d{1,2})[.:](\d{1,2})\.?[\s:–-]+([^\d\W].*)$", re.I)
_SUM = re.compile(
    r"^(?:(?:del)?summa|totalt?|total poäng|totalpoäng|summa poäng|poängsumma|resultat|poäng)?"
    r"(?: (?:för )?(?:område \d|området|alla områden|samtliga områden))?:?$"
)
_NUMBER = re.compile(
    r"^(?:\d{1,2}\s*[.):]|(?:huvud)?område\s+\d{1,2}\s*[.:–-]?|\d{1,2})\s+(?=\D)", re.I
)
_WITH_WORD = re.compile(r"\d\s*(?:poäng|p)\)?$", re.I)
_REACH = 4
_LONGEST = 110
_ALL = 800
_BARS = 5


@dataclass
class AreaScores:
    """What the tables say of one area."""

    score: int | None = None
    max: int | None = None
    subareas: dict[str, SubAreaDraft] = field(default_factory=dict)


@dataclass
class ScoreTables:
    """All that was found, and the indexes of the lines that it was found in.

    `repeated`, `judged` and `rounded` name the rows (by code, or "område 3") that stand more than
    once with different points, whose columns could be meant in another way, and whose points
    are no whole number as printed.
    """

    areas: dict[int, AreaScores] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)
    total: int | None = None
    repeated: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)
    rounded: list[tuple[str, float]] = field(default_factory=list)

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
    if edition:
        _read_bars(lines, reading.tables, edition)
    return reading.tables


@dataclass
class _Reading:
    """`current` is the area whose rows were just read; `inside` whether a header of points has
    been met, so that a row with one number alone may be trusted; `named` the area whose name
    headed the table."""

    lines: Sequence[Line]
    marks: dict[int, Mark]
    edition: Edition | None
    tables: ScoreTables = field(default_factory=ScoreTables)
    current: int | None = None
    named: int | None = None
    header: Header | None = None
    inside: bool = False
    in_points: bool = False

    def row(self, at: int) -> int:
        """How many lines the row at `at` takes; 0 where there is no row."""
        line, mark = self.lines[at], self.marks.get(at)
        if mark:
            self._note(mark)
        if self._is_header(line.text, mark):
            return 1 if mark is None else 0
        code = _CODE.match(line.text)
        if code:
            took = self._coded(at, code)
            self.current = int(code[1]) if took else None
            return took
        row = read_row(line.text) if len(line.text) <= _LONGEST else None
        if row and (self._sum(row) or self._area(row, line.text)):
            return 1
        if row and mark is None and self._uncoded(row, line):
            return 1
        self.current = None if mark else self.current
        return 0

    def _note(self, mark: Mark) -> None:
        if mark.kind in {Kind.INTRO, *POINTS}:
            self.inside = False
        self.in_points = mark.kind in POINTS or (self.in_points and mark.kind is Kind.CHAPTER)
        self.inside = self.inside or mark.kind is Kind.SCORES
        if mark.kind is not Kind.BOX:
            self.named = mark.area if mark.kind is Kind.AREA else None

    def _is_header(self, text: str, mark: Mark | None) -> bool:
        """Whether the line names columns and nothing else (or after its area)."""
        if text[:8].casefold() == "innehåll":
            self.inside = False
        if self.in_points and self.named is None:
            return False
        found = read_header(text)
        if found is None:
            return False
        alone = len(text.split()) <= 2 * len(found.columns)
        if len(found.columns) > 1:
            self.header, self.inside = found, True
        elif not alone:
            return False
        elif self.inside and self.header and len(self.header.columns) < 3:
            self.header = Header((*self.header.columns, *found.columns))
        else:
            self.header, self.inside = found, True
        return alone and mark is None and len(found.columns) > 1

    def _coded(self, at: int, code: re.Match[str]) -> int:
        name = f"{int(code[1])}.{int(code[2])}"
        text = code[3]
        for end in range(at + 1, min(at + _REACH, len(self.lines)) + 1):
            if end - 1 > at:
                if _CODE.match(self.lines[end - 1].text) or end - 1 in self.marks:
                    break
                text = f"{text} {self.lines[end - 1].text}"
            row = read_row(text)
            if row and row.name and (len(row.numbers) > 1 or (self.inside and end == at + 1)):
                self._keep(name, row)
                return end - at
        return 0

    def _keep(self, code: str, row: Row) -> None:
        points = points_of(row, self.header)
        self._tell(code, points)
        subareas = self.tables.area(int(code.split(".", maxsplit=1)[0])).subareas
        kept = subareas.setdefault(code, SubAreaDraft(code, row.name, points.score, points.top))
        if (kept.score, kept.max) != (points.score, points.top):
            self.tables.repeated.append(code)

    def _tell(self, what: str, points: Points) -> None:
        if not points.certain:
            self.tables.judged.append(what)
        if points.printed is not None:
            self.tables.rounded.append((what, points.printed))

    def _sum(self, row: Row) -> bool:
        if not _SUM.match(fold(row.name)):
            return False
        points = points_of(row, self.header)
        if points.top == _ALL and points.score is not None:
            self.tables.total = self.tables.total or points.score
            return True
        if self.current is None or points.score is None or self.tables.area(self.current).score:
            return False
        if points.top is None and not row.name:
            return False
        area = self.tables.area(self.current)
        area.score, area.max = points.score, points.top
        self._tell(f"område {self.current}", points)
        self.current = None
        return True

    def _area(self, row: Row, text: str) -> bool:
        if self.edition is None or not row.name:
            return False
        points = points_of(row, self.header if self.inside else None)
        if points.score is None and len(row.numbers) == 2:
            points = Points(points.top, None)
        alone = points.top is None
        trusted = self.inside or _WITH_WORD.search(text) is not None
        if (alone and not trusted) or points.score is None or points.score > 100:
            return False
        found = self.edition.match_area(_NUMBER.sub("", row.name))
        if found is None or (not alone and points.top != 100):
            return False
        area = self.tables.area(found.number)
        if area.score is None:
            area.score, area.max = points.score, points.top
            self._tell(f"område {found.number}", points)
        self.current = None
        return True

    def _uncoded(self, row: Row, line: Line) -> bool:
        """A row without a code in a table that an area's name heads; it counts by its place, or
        by the edition's sub-area of that name."""
        number = self.named or self.current
        if not self.inside or number is None or not row.name or line.bullet:
            return False
        if self.header is None or Column.MAX not in self.header.columns or len(row.numbers) < 2:
            return False
        points = points_of(row, self.header)
        if points.top is None or not 0 < points.top < 100:
            return False
        taken = self.tables.area(number).subareas
        defined = self.edition.area(number) if self.edition else None
        alike = defined.match_subarea(row.name) if defined else None
        code = alike.code if alike and alike.code not in taken else f"{number}.{len(taken) + 1}"
        self._keep(code, row)
        self.current, self.named = number, number
        return True


def _read_bars(lines: Sequence[Line], tables: ScoreTables, edition: Edition) -> None:
    """The areas' scores in a chart that came as text: at least five areas in a row, each with
    one number. Numbers that only grow are the pages of a table of contents."""
    run: list[tuple[int, int, int]] = []
    for index, line in enumerate([*lines, None]):
        bar = _bar(line, edition) if line and index not in tables.lines else None
        if bar and bar[0] not in {number for number, _, _ in run}:
            run.append((*bar, index))
            continue
        _take_bars(run, tables)
        run = [(*bar, index)] if bar else []


def _bar(line: Line, edition: Edition) -> tuple[int, int] | None:
    row = read_row(line.text) if len(line.text) <= _LONGEST else None
    if row is None or len(row.numbers) != 1 or row.numbers[0] is None:
        return None
    found = edition.match_area(_NUMBER.sub("", row.name)) if row.name else None
    return (found.number, int(row.numbers[0])) if found and row.numbers[0] <= 100 else None


def _take_bars(run: Sequence[tuple[int, int, int]], tables: ScoreTables) -> None:
    grows = all(one[1] <= other[1] for one, other in pairwise(run))
    if len(run) < _BARS or grows:
        return
    for number, score, index in run:
        area = tables.area(number)
        area.score = score if area.score is None else area.score
        tables.lines.add(index)
