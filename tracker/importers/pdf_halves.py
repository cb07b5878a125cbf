"""Pages set in two columns that hold tables of their own: the halves, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from tracker.importers.pdf_layout import Row

_LEAST = 8  # rows on one side
_FEW = 2  # rows on the other: the end of what went before
_NESTED = 2  # rows with columns inside one half
_WORDS = 10  # characters: the first run of a row of text; figures are shorter


def halves_of(rows: list[Row], middle: float) -> list[list[Row]]:
    """The rows as they are read: what goes over the whole width above, the left half, the right
    half; `middle` is the page's.

    Pages whose columns hold no columns are left whole: there every way of reading is the same,
    and a table's two columns must stay together.
    """
    if len(rows) < _LEAST:
        return [rows]
    start = max((i + 1 for i, row in enumerate(rows) if _crosses(row, middle)), default=0)
    left = _side(rows[start:], middle, right=False)
    right = _side(rows[start:], middle, right=True)
    few, many = sorted((len(left), len(right)))
    if few < _FEW or many < _LEAST or not _holds_columns(left, right):
        return [rows]
    if min(_first_words(left), _first_words(right)) < _WORDS:
        return [rows]
    return [half for half in (rows[:start], left, right) if half]


def _crosses(row: Row, middle: float) -> bool:
    return any(run.left < middle < run.right for run in row.runs)


def _side(rows: Sequence[Row], middle: float, *, right: bool) -> list[Row]:
    sides = ([run for run in row.runs if (run.left >= middle) is right] for row in rows)
    return [Row(runs) for runs in sides if runs]


def _holds_columns(left: Sequence[Row], right: Sequence[Row]) -> bool:
    return sum(len(row.runs) > 1 for row in (*left, *right)) >= _NESTED


def _first_words(rows: Sequence[Row]) -> float:
    return median(len(row.runs[0].text) for row in rows)
