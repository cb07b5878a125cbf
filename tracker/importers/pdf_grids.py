"""The rows of a table: by its figures where it has any, else by the gaps across it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean

from tracker.importers.pdf_layout import Block, Row

_LEVEL = 0.4  # of the size: on one line
_GAP = 1.25  # of the least distance of two lines
_AWAY = 1.9  # of the size: a name that has no figures of its own

Assign = Callable[[float], int]


def rows_by_gaps(block: Block) -> list[list[Row]]:
    """Rows parted by gaps that go through all columns."""
    gaps = [b.base - a.base for a, b in pairwise(block.rows)]
    size = block.rows[0].size
    least = min((gap for gap in gaps if gap > 0.9 * size), default=size)
    made = [[block.rows[0]]]
    for row, gap in zip(block.rows[1:], gaps, strict=True):
        if gap > _GAP * least:
            made.append([])
        made[-1].append(row)
    return made


def rows_by_figures(block: Block) -> list[list[Row]]:
    """One row for each line of figures; the lines of a wrapped name stand below it, around it,
    or above it, whichever leaves the widest gaps between the rows."""
    names, figures = _sides(block)
    if not figures or not names:
        return rows_by_gaps(block)
    tolerance = _LEVEL * block.rows[0].size
    bases = [row.base for row in figures]
    ways: list[Assign] = [
        lambda y: sum(base <= y + tolerance for base in bases) - 1,
        _around(names, bases),
        lambda y: sum(base < y - tolerance for base in bases),
    ]
    places = [[way(row.base) for row in names] for way in ways]
    fits = [p for p in places if min(p) >= 0 and max(p) < len(bases)]
    if not fits:
        fits = [[min(max(place, 0), len(bases) - 1) for place in places[0]]]
    best = max(fits, key=lambda p: _clearness(names, p))
    return _put(names, best, figures, block.rows[0].size)


def _sides(block: Block) -> tuple[list[Row], list[Row]]:
    names, figures = [], []
    for row in block.rows:
        left = [run for run in row.runs if block.column(run) == 0]
        right = [run for run in row.runs if block.column(run)]
        if left:
            names.append(Row(left))
        if right:
            figures.append(Row(right))
    return names, figures


def _around(names: Sequence[Row], bases: Sequence[float]) -> Assign:
    """Cuts the names at the widest gap between the middles of two lines of figures."""
    cuts: list[float] = []
    for before, after in pairwise(bases):
        near = [n.base for n in names if before - 1 <= n.base <= after + 1]
        edges = [before, *near, after]
        gaps = [
            (round(b - a), -abs(a + b - before - after), (a + b) / 2) for a, b in pairwise(edges)
        ]
        cuts.append(max(gaps)[2])
    return lambda y: sum(cut < y for cut in cuts)


def _clearness(names: Sequence[Row], places: Sequence[int]) -> float:
    between: list[float] = []
    inside: list[float] = []
    for (a, b), (p, q) in zip(pairwise(names), pairwise(places), strict=True):
        (inside if p == q else between).append(b.base - a.base)
    if not between or not inside:
        return 0.0
    return round(fmean(between) - fmean(inside), 1)


def _put(
    names: Sequence[Row], places: Sequence[int], figures: Sequence[Row], size: float
) -> list[list[Row]]:
    """The rows in order; a name far from the one before it in its row is a row of its own."""
    rows: list[list[Row]] = []
    for index, figure in enumerate(figures):
        own = [name for name, place in zip(names, places, strict=True) if place == index]
        taken: list[Row] = []
        apart: list[list[Row]] = []
        for name in own:
            if taken and name.base - (apart[-1][-1] if apart else taken[-1]).base > _AWAY * size:
                apart.append([name])
            elif apart:
                apart[-1].append(name)
            else:
                taken.append(name)
        rows += [[*taken, figure], *apart]
    return rows
