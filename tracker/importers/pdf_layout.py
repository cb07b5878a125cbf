"""The runs of a page as rows, and rows as text, columns and grids, by where they stand.

Columns are told by a gutter: a strip that no run crosses over several rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tracker.importers.pdf_runs import Run
from tracker.importers.text import split_bullet

_NUMBER = re.compile(r"^\d{1,2}(?:\.\d{1,2})*[.)]?$")
_LEVEL = 0.35  # of the size: runs that stand on one line
_BESIDE = 0.75  # of the size: lines of two columns that stand side by side
_SPACE = 0.6  # of the size: a gap that parts two runs
_STRETCHED = 5.0  # of the size: the widest space in a justified line
_STOP = 3  # runs that begin at one place: a column does
_PIECES = 6  # of a row: more are the words of a line
_HANGS = 2.5  # of the size: from a bullet to its text
_GUTTER = 0.5  # of the size: the narrowest strip between columns
_NARROW = 0.9  # of the size: a strip that might be a wide space
_FAR = 4.5  # of the size: rows that have nothing to do with each other
_LINE = 1.2  # of the size: the height of a line
_LOOSE = 1.35  # of a line: a gap between blocks
_LARGER = 1.12
_SHORT = 14  # characters: what stands in a column of figures

Gutter = tuple[float, float]


@dataclass(slots=True)
class Row:
    """Runs that stand on one line, from left to right."""

    runs: list[Run]

    @property
    def base(self) -> float:
        return self.runs[0].base

    @property
    def size(self) -> float:
        return max(run.size for run in self.runs)

    def text(self) -> str:
        return " ".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that belong together; `gutters` are the strips between their columns (none: text)."""

    rows: list[Row]
    gutters: tuple[Gutter, ...] = ()

    def column(self, run: Run) -> int:
        return sum((left + right) / 2 < run.left + 0.1 for left, right in self.gutters)

    def figures(self) -> bool:
        """Whether every column but the first holds figures or single words only."""
        texts: dict[int, list[int]] = {}
        for row in self.rows:
            for run in row.runs:
                texts.setdefault(self.column(run), []).append(len(run.text))
        return all(
            max(found) <= 2 * _SHORT and median(found) <= _SHORT / 2
            for column, found in texts.items()
            if column
        )


def rows_of(runs: Iterable[Run]) -> list[Row]:
    """The rows from top to bottom; runs with no more than a space between are one."""
    rows: list[Row] = []
    for run in sorted(runs, key=lambda run: (run.base, run.left)):
        if rows and run.base - rows[-1].base <= _LEVEL * min(run.size, rows[-1].runs[0].size):
            rows[-1].runs.append(run)
        else:
            rows.append(Row([run]))
    for row in rows:
        if len(row.runs) > 1:
            row.runs = _joined(sorted(row.runs, key=lambda run: run.left))
    return rows


def _joined(runs: Sequence[Run]) -> list[Run]:
    made = [runs[0]]
    for run in runs[1:]:
        last = made[-1]
        if run.left - last.right <= _reach(last, run) * max(last.size, run.size):
            made[-1] = _one(last, run)
        else:
            made.append(run)
    return made


def _one(before: Run, run: Run) -> Run:
    size = run.size if len(run.text) > len(before.text) else before.size
    text = f"{before.text} {run.text}"
    return Run(text, before.left, max(before.right, run.right), before.base, size)


def close_words(rows: Sequence[Row], before: Sequence[Row]) -> None:
    """Join what only the wide spaces of justified lines part: what comes after them begins at
    another place in every row, while the lines of a column begin at one, on this page or on the
    page `before`."""
    if not any(len(row.runs) > 1 for row in rows):
        return
    few = [row for row in (*before, *rows) if len(row.runs) <= _PIECES]
    all_runs = [run for row in few for run in row.runs]
    begins = Counter(round(run.left) for run in all_runs)
    bullets = {round(run.left) for run in all_runs if split_bullet(run.text)[0]}
    for row in rows:
        made = row.runs[:1]
        for run in row.runs[1:]:
            column = _beginning(begins, run) >= _STOP or _hangs(bullets, run)
            if _spaced(made[-1], run) and not column:
                made[-1] = _one(made[-1], run)
            else:
                made.append(run)
        row.runs = made


def _hangs(bullets: Collection[int], run: Run) -> bool:
    """Whether a run begins where the lines below a bullet do."""
    return any(-1 <= run.left - left <= _HANGS * run.size for left in bullets)


def _spaced(before: Run, run: Run) -> bool:
    """Whether a run may be the next word of a justified line: cells rarely begin so."""
    near = run.left - before.right <= _STRETCHED * max(before.size, run.size)
    word = before.text[-1:].isalpha() or before.text[-1:] in ",.;:)–-"
    return near and word and run.text[:1].islower()


def _beginning(begins: Counter[int], run: Run) -> int:
    """How many runs of the page begin where `run` does."""
    return sum(begins[round(run.left) + off] for off in (-1, 0, 1))


def _reach(before: Run, run: Run) -> float:
    """How far, in sizes, a run may stand from the one before and go on with it: a bullet or a
    number stands farther off."""
    sign, rest = split_bullet(before.text)
    if sign and not rest:
        return 2.5 if sign in "-–—" else 4.0
    counts = _NUMBER.match(before.text) and run.text[:1].isalpha()
    return 3.0 if counts else _SPACE


def blocks_of(rows: Sequence[Row]) -> list[Block]:
    """The rows, in order, as text and as columns."""
    blocks: list[Block] = []
    flow: list[Row] = []
    at = 0
    while at < len(rows):
        gutters = _opens(rows, at)
        end = _extent(rows, at, gutters) if gutters else at
        if end > at and _settled(rows[at:end], gutters):
            start = len(flow) - _above(flow, rows[at], gutters)
            taken, flow = [*flow[start:], *rows[at:end]], flow[:start]
            blocks += [Block(flow)] if flow else []
            blocks.append(Block(taken, _gutters(taken)))
            flow, at = [], end
        else:
            flow.append(rows[at])
            at += 1
    return blocks + ([Block(flow)] if flow else [])


def _gaps(runs: Sequence[Run]) -> list[Gutter]:
    return [(a.right, b.left) for a, b in pairwise(runs)]


def _opens(rows: Sequence[Row], at: int) -> list[Gutter]:
    """The gaps where columns may start: of one row, or of two that stand side by side."""
    row = rows[at]
    if len(row.runs) > 1 or at + 1 == len(rows):
        return _gaps(row.runs)
    after = rows[at + 1]
    if len(after.runs) > 1 or after.base - row.base > _BESIDE * row.size:
        return []
    first, second = sorted((row.runs[0], after.runs[0]), key=lambda run: run.left)
    apart = second.left - first.right >= _SPACE * row.size
    return [(first.right, second.left)] if apart else []


def _narrowed(gutters: Sequence[Gutter], row: Row) -> list[Gutter]:
    """What a row leaves of the gutters."""
    kept = []
    least = _GUTTER * row.size
    for start, end in gutters:
        left, right = start, end
        for run in row.runs:
            if run.left <= left:
                left = max(left, run.right)
            elif run.right >= right:
                right = min(right, run.left)
            elif run.left + run.right < left + right:
                left = run.right
            else:
                right = run.left
        if right - left >= least:
            kept.append((left, right))
    return kept


def _extent(rows: Sequence[Row], at: int, gutters: list[Gutter]) -> int:
    """Where the columns that open at `at` end."""
    size, widest, last = rows[at].size, 0.0, at
    end = at + 1
    while end < len(rows):
        row, gap = rows[end], rows[end].base - rows[end - 1].base
        left = _narrowed(gutters, row)
        single = len(row.runs) == 1
        if gap > _FAR * size or not left or (single and len(left) < len(gutters)):
            break
        limit = max(1.4 * widest, 2.6 * _LINE * size)
        if single and (row.size > _LARGER * size or gap > limit):
            return end
        if gap > _LOOSE * _LINE * size and _moved(rows[at], row):
            return end
        if not single or _opens(rows, end):
            last = end
        gutters, widest, end = left, max(widest, gap), end + 1
    return _trimmed(rows, last + 1, end)


def _moved(first: Row, row: Row) -> bool:
    """Whether a row has its columns elsewhere: another table begins."""
    far = 1.5 * first.size
    lefts = [run.left for run in first.runs[1:]]
    return (
        bool(lefts)
        and len(row.runs) > 1
        and all(min(abs(run.left - left) for left in lefts) > far for run in row.runs[1:])
    )


def _trimmed(rows: Sequence[Row], after: int, end: int) -> int:
    """Without the last lines of one side alone that go on, without a gap, in wider text."""
    if end == len(rows) or rows[end].base - rows[end - 1].base > _LOOSE * _LINE * rows[end].size:
        return end
    while end > after:
        end -= 1
        if rows[end].base - rows[end - 1].base > _LOOSE * _LINE * rows[end].size:
            break
    return end


def _settled(rows: Sequence[Row], gutters: Sequence[Gutter]) -> bool:
    several = sum(1 for at in range(len(rows)) if _opens(rows, at)) > 1
    widest = max(b - a for a, b in gutters) / rows[0].size
    if widest >= 2 or not several:
        return widest >= 2
    return widest >= _NARROW or any(_support(rows, gutter) > 1 for gutter in gutters)


def _support(rows: Sequence[Row], gutter: Gutter) -> int:
    """How many runs right of a gutter begin at one place: columns are aligned, wide spaces in a
    line of text are not."""
    left, right = gutter
    begins = Counter(
        round(b.left / rows[0].size * 5)
        for row in rows
        for a, b in pairwise(row.runs)
        if a.right <= left + 1 and right - 1 <= b.left
    )
    return max(begins.values(), default=0)


def _above(flow: Sequence[Row], first: Row, gutters: Sequence[Gutter]) -> int:
    """How many rows right above belong to the columns: lines of a cell that begins higher."""
    taken, below = 0, first
    for row in reversed(flow):
        close = below.base - row.base <= _LOOSE * _LINE * first.size
        same = row.size <= _LARGER * first.size
        if not close:
            return taken
        if not same or len(row.runs) > 1 or len(_narrowed(gutters, row)) < len(gutters):
            return 0
        taken, below = taken + 1, row
    return taken


def _gutters(rows: Sequence[Row]) -> tuple[Gutter, ...]:
    """The strips that no run of any row crosses, without those that might be a wide space in one
    line, where others are surely columns."""
    spans = sorted((run.left, run.right) for row in rows for run in row.runs)
    size = rows[0].size
    found, reached = [], spans[0][1]
    for left, right in spans[1:]:
        if left - reached >= _GUTTER * size:
            found.append((reached, left))
        reached = max(reached, right)
    support = {gutter: _support(rows, gutter) for gutter in found}
    best = max(support.values(), default=0)
    return tuple(g for g in found if g[1] - g[0] >= 2 * size or support[g] > 1 or best < 3)
