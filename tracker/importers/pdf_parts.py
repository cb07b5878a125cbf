"""A block of a page as lines, cell by cell; gaps are told from line spacing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from tracker.domain.text import normalise_space
from tracker.importers.lines import Box, Line
from tracker.importers.pdf_grids import rows_by_figures, rows_by_gaps
from tracker.importers.pdf_layout import Block, Gutter, Row
from tracker.importers.pdf_runs import Page
from tracker.importers.text import split_bullet

_GAP = 1.2  # of the line spacing
_LARGER = 1.08  # of the size of the line before
_LARGE = 1.15  # of the body's size: a heading
_LONGEST_HEADING = 130
_SOFT = "\u00ad"
_DONE = (".", "!", "?", ":", "…")

Cells = list[list[Line]]


@dataclass(slots=True)
class Part:
    """Text (one row of one cell), columns (one row), or a grid (`grid`, several rows).

    A part may go on over pages; `foot` are the feet and heads of the pages on its way.
    """

    rows: list[Cells]
    gutters: tuple[Gutter, ...] = ()
    grid: bool = False
    foot: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Type:
    """How the document's body is set: its size; the levels' sizes, largest first; and by size
    the distance of lines that comes most often. All in points."""

    size: float
    levels: tuple[float, ...]
    spacing: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the lines of one page; their numbers are given later."""

    type: Type
    page: Page
    number: int

    def part(self, block: Block, *, plain: bool = False) -> Part:
        """A block as text, as columns, or as a grid (never so where `plain`)."""
        if not block.gutters:
            return Part([[self._headed(block.rows)]])
        rows = None if plain else self._grid(block)
        cells = rows or [block.rows]
        return Part([self._cells(block, row) for row in cells], block.gutters, bool(rows))

    def _grid(self, block: Block) -> list[list[Row]] | None:
        if block.figures():
            return rows_by_figures(block)
        return rows_by_gaps(block) if len(block.gutters) > 1 else None

    def _cells(self, block: Block, rows: Sequence[Row]) -> Cells:
        columns: list[list[Row]] = [[] for _ in range(len(block.gutters) + 1)]
        for row in rows:
            for index, column in enumerate(columns):
                runs = [run for run in row.runs if block.column(run) == index]
                if runs:
                    column.append(Row(runs))
        return [self._lines(column) for column in columns]

    def _lines(self, rows: Sequence[Row]) -> list[Line]:
        blank = self.blanks(rows)
        made = [self.line(row, gap) for row, gap in zip(rows, blank, strict=True)]
        return [line for line in made if line]

    def _headed(self, rows: Sequence[Row]) -> list[Line]:
        """Lines of text; the rows of one heading in large type are one line."""
        made: list[Line] = []
        large = 0.0
        for row, gap in zip(rows, self.blanks(rows), strict=True):
            line = self.line(row, gap)
            if line is None:
                continue
            size = self._large(row, line)
            if size and size == large and self._wraps(made[-1], line):
                made[-1] = together([made[-1], line])
            else:
                made.append(replace(line, heading=self._level(size)))
            large = size
        return made

    def _large(self, row: Row, line: Line) -> float:
        size = round(row.size, 1)
        large = size >= _LARGE * self.type.size and not line.bullet
        return size if large and len(line.text) <= _LONGEST_HEADING else 0.0

    def _level(self, size: float) -> int | None:
        return min(self.type.levels.index(size) + 1, 6) if size in self.type.levels else None

    @staticmethod
    def _wraps(before: Line, line: Line) -> bool:
        whole = len(before.text) + len(line.text) < _LONGEST_HEADING
        return whole and not line.blank_before and not before.bullet

    def line(self, row: Row, blank: bool = True) -> Line | None:
        """A row as a line; None where it holds a bullet alone, or nothing."""
        sign, text = split_bullet(row.text())
        hyphenated = text.rstrip().endswith(_SOFT)
        text = normalise_space(text)
        if not text:
            return None
        text = text.rstrip(_SOFT) + _SOFT if hyphenated else text
        return Line(text, 0, self.number, None, sign, blank, None, self._box(row))

    def _box(self, row: Row) -> Box:
        wide, high = self.page.width, self.page.height
        left, right = min(r.left for r in row.runs), max(r.right for r in row.runs)
        top, bottom = row.base - row.size, row.base + 0.25 * row.size
        return Box(_share(left, wide), _share(top, high), _share(right, wide), _share(bottom, high))

    def blanks(self, rows: Sequence[Row]) -> list[bool]:
        """Which rows have more space above than the lines of a paragraph; the first has."""
        usual: dict[int, float] = {}
        made = [True] if rows else []
        for before, row in pairwise(rows):
            size = round(row.size)
            if size not in usual:
                usual[size] = self._distance([r for r in rows if round(r.size) == size])
            other = max(before.size, row.size) > _LARGER * min(before.size, row.size)
            made.append(other or row.base - before.base > _GAP * usual[size])
        return made

    def _distance(self, rows: Sequence[Row]) -> float:
        """The distance of two lines of one paragraph, from rows of one size. Where they stand
        evenly but farther apart than in the rest of the document, small letters at their start
        tell whether they are lines that wrap."""
        size = rows[0].size
        known = self.type.spacing.get(round(size), 1.3 * size)
        gaps = [b.base - a.base for a, b in pairwise(rows)]
        least = min((gap for gap in gaps if 0.9 * size <= gap <= 2.4 * size), default=known)
        small = sum(row.text()[:1].islower() for row in rows)
        return known if least > _GAP * known and 5 * small < len(rows) else least


def _share(value: float, of: float) -> float:
    return min(max(round(value / of, 4), 0.0), 1.0)


def together(lines: Sequence[Line], text: str | None = None) -> Line:
    """Several lines of one page as one, with `text` if it is given."""
    boxes = [line.box for line in lines if line.box]
    box = Box(
        min(b.left for b in boxes),
        min(b.top for b in boxes),
        max(b.right for b in boxes),
        max(b.bottom for b in boxes),
    )
    return replace(lines[0], text=text or " ".join(x.text for x in lines), box=box)


def runs_on(before: Line, line: Line) -> bool:
    """Whether a line at the top of a page or a column goes on with the last one before it."""
    return line.text[:1].islower() and not before.text.endswith(_DONE) and not line.bullet
