"""Excel workbooks: bytes to lines. A sheet is a page and a table, a cell is one line, or several
at its line breaks.

Formulas give the value that Excel last kept of them. Hidden sheets are not read.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tracker.domain.text import normalise_space
from tracker.importers.lines import Cell, Line, Progress, TooMuch, bounded, untold
from tracker.importers.package import XLSX, opened
from tracker.importers.text import split_bullet

MAX_SHEETS = 200
MAX_COLUMNS = 256  # what stands to the right of them is not read
_MAX_ROWS = 1_100_000  # of the workbook, the empty ones too: a little more than one full sheet


def read_lines(data: bytes, progress: Progress = untold) -> list[Line]:
    """The cells of a workbook that hold anything, row by row; `number` runs over the whole file,
    and `progress` is told after each sheet.

    Raises RuleBroken where `package.opened` does, where the workbook is damaged, or holds far more
    text than a report has.
    """
    import openpyxl  # slow to import, and the web process seldom needs it

    # It warns of parts that it knows no use for.
    with opened(data, XLSX), warnings.catch_warnings(action="ignore"):
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        return bounded(_Book().lines(book, progress))


@dataclass
class _Book:
    """Walks the sheets; counts lines from 1 and the rows that were met."""

    numbers: int = 0
    rows: int = 0

    def lines(self, book: Any, progress: Progress) -> Iterator[Line]:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if len(sheets) > MAX_SHEETS:
            raise TooMuch
        for index, sheet in enumerate(sheets):
            sheet.reset_dimensions()  # a sheet may claim a million rows, or three, and be wrong
            yield from self._sheet(sheet, index)
            progress(index + 1, len(sheets))

    def _sheet(self, sheet: Any, index: int) -> Iterator[Line]:
        gap: tuple[object, ...] = ()  # the row, one and the same, that fills every gap
        for row, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)):
            self.rows += 1
            if self.rows > _MAX_ROWS:
                raise TooMuch
            if values is gap:
                continue
            gap = values if values.count(None) == len(values) else gap
            for column, value in enumerate(values):
                if value is not None:
                    yield from self._cell(_shown(value), index + 1, Cell(index, row, column))

    def _cell(self, shown: str, page: int, cell: Cell) -> Iterator[Line]:
        blank = True
        for part in shown.splitlines():
            sign, raw = split_bullet(part)
            text = normalise_space(raw)
            if text:
                self.numbers += 1
                yield Line(text, self.numbers, page, None, sign, blank, cell)
            blank = not text


def _shown(value: object) -> str:
    """A value as it would be written: whole numbers without decimals, dates as 2023-01-31."""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, date | datetime):
        return value.strftime("%Y-%m-%d")
    return str(value)
