"""From pages to lines: heads and feet set aside, columns that go on over a page put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from tracker.importers.lines import Cell, Line
from tracker.importers.pdf_halves import halves_of
from tracker.importers.pdf_layout import Block, Gutter, Row, blocks_of, close_words, rows_of
from tracker.importers.pdf_parts import Cells, Maker, Part, Type, runs_on, together
from tracker.importers.pdf_runs import Page
from tracker.importers.points import Joiner
from tracker.importers.text import split_bullet

_DIGITS = re.compile(r"\d+")
_EDGE = 2  # rows at the top and at the bottom of a page that may be its head and foot
_OFTEN = 0.2  # of the pages
_LARGE = 1.15  # of the body's size
_FAR = 3.0  # of the size: what stands apart
_LOW = 0.75  # of the page's height: near its foot
_STEP = 0.003  # of the page's width: begins at another place
_GRID_ROWS = 3  # fewer are a box, whose lines are names of their own


def lines_of(pages: Sequence[Page]) -> Iterator[Line]:
    """The lines of all pages in reading order, numbered from 1.

    A table or column that goes on over a page break is one; its repeated header comes right after
    the first one, and the feet and heads of the pages come after it all.
    """
    parts = _parts(pages)
    joiner: Joiner | None = None
    number = table = 0
    for part in parts:
        if part.grid and joiner is None and _divides_words(part):
            joiner = Joiner(x for p in parts for row in p.rows for cell in row for x in cell)
        for line in _cells(part, table, joiner or Joiner(())):
            number += 1
            yield replace(line, number=number)
        table += bool(part.gutters)


def _parts(pages: Sequence[Page]) -> list[Part]:
    rows = [rows_of(page.runs) for page in pages]
    for before, own in pairwise([[], *rows]):
        close_words(own, before)
    edges, kind = _edges(rows), _type(rows)
    parts: list[Part] = []
    body: Part | None = None
    for number, (page, own) in enumerate(zip(pages, rows, strict=True), start=1):
        maker = Maker(kind, page, number)
        head, middle, foot = _outer(own, edges)
        above = [line for row in head if (line := maker.line(row))]
        below = [line for row in foot if (line := maker.line(row))]
        below += [line for run in page.sideways if (line := maker.line(Row([run])))]
        halves = halves_of(middle, page.width / 2)
        blocks = [block for half in halves for block in blocks_of(half)]
        if body and body.gutters and blocks and (taken := _rest(body, blocks, page)):
            _append(body, maker.part(taken, plain=not body.grid))
            body.foot += above
        elif above:
            parts.append(Part([[above]]))
        for block in blocks:
            made = maker.part(block)
            if body:
                _mend(body, made)
            body = made
            parts.append(made)
        if below and body and body.gutters and body is parts[-1]:
            body.foot += below
        elif below:
            parts.append(Part([[below]]))
    return parts


def _edges(pages: Sequence[Sequence[Row]]) -> set[tuple[str, int]]:
    """What stands at one place of several pages, above or below all other text: the repeated
    header of a table stands where on other pages text begins."""
    seen: Counter[tuple[str, int]] = Counter()
    for rows in pages:
        seen.update({_key(row) for row in (*rows[:_EDGE], *rows[-_EDGE:])})
    often = {key for key, count in seen.items() if count >= max(2, _OFTEN * len(pages))}
    other = [row.base for rows in pages for row in rows if _key(row) not in often]
    top, bottom = min(other, default=0.0), max(other, default=0.0)
    return {key for key in often if not top - 2 <= key[1] <= bottom + 2}


def _key(row: Row) -> tuple[str, int]:
    return _DIGITS.sub("#", row.text()), round(row.base)


def _outer(rows: list[Row], edges: set[tuple[str, int]]) -> tuple[list[Row], list[Row], list[Row]]:
    start, end = 0, len(rows)
    while start < min(_EDGE, end) and _key(rows[start]) in edges:
        start += 1
    while end > max(start, len(rows) - _EDGE) and _key(rows[end - 1]) in edges:
        end -= 1
    return rows[:start], rows[start:end], rows[end:]


def _type(pages: Sequence[Sequence[Row]]) -> Type:
    sizes: Counter[float] = Counter()
    gaps: dict[int, Counter[float]] = {}
    for rows in pages:
        for row in rows:
            sizes[round(row.size, 1)] += sum(len(run.text) for run in row.runs)
        for a, b in pairwise(rows):
            gap = b.base - a.base
            if abs(a.size - b.size) < 0.2 and 0.95 * a.size <= gap <= 2 * a.size:
                gaps.setdefault(round(a.size), Counter())[round(gap * 2) / 2] += 1
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    levels = sorted((size for size in sizes if size >= _LARGE * body), reverse=True)
    return Type(body, tuple(levels), {s: c.most_common(1)[0][0] for s, c in gaps.items()})


def _rest(before: Part, blocks: list[Block], page: Page) -> Block | None:
    """What at the top of a page goes on with the columns of the page before, taken from
    `blocks`: columns at the same places, or lines of one of them alone."""
    first = blocks[0]
    if first.gutters:
        return blocks.pop(0) if _alike(before.gutters, first.gutters) else None
    count = 0
    while count < len(first.rows) and _inside(first.rows[: count + 1], before.gutters):
        count += 1
    while count and count < len(first.rows) and _close(first.rows[count - 1], first.rows[count]):
        count -= 1
    taken = Block(first.rows[:count], before.gutters)
    if not count or not _belongs(before, taken, page.width):
        return None
    blocks[0] = Block(first.rows[count:])
    if count == len(first.rows):
        blocks.pop(0)
    return taken


def _alike(before: Sequence[Gutter], after: Sequence[Gutter]) -> bool:
    pairs = zip(before, after, strict=False)
    return len(before) == len(after) and all(a[0] < b[1] and b[0] < a[1] for a, b in pairs)


def _inside(rows: Sequence[Row], gutters: Sequence[Gutter]) -> bool:
    """Whether the last of `rows` stands between the gutters and is set like the first."""
    first, row = rows[0], rows[-1]
    alike = row.size < _LARGE * first.size
    near = len(rows) < 2 or row.base - rows[-2].base < _FAR * row.size
    crossed = any(r.left < left and r.right > right for r in row.runs for left, right in gutters)
    return alike and near and not crossed


def _close(before: Row, row: Row) -> bool:
    return row.base - before.base < 1.6 * row.size


def _belongs(before: Part, taken: Block, width: float) -> bool:
    """Whether lines of one column alone can only be the rest of it."""
    run = taken.rows[0].runs[0]
    beside = any(len({taken.column(run) for run in row.runs}) > 1 for row in taken.rows)
    if beside or taken.column(run):
        return True
    row = before.rows[-1]
    if not row[0]:
        return False
    if split_bullet(run.text)[0]:
        return _next_bullet(row, run.left / width)
    return runs_on(row[0][-1], Line(run.text, 0)) or _hangs(row, run.left / width)


def _next_bullet(row: Cells, left: float) -> bool:
    """Whether a bullet at `left` stands right below those of a first column that goes on to the
    foot of its page."""
    low = max(line.box.bottom for cell in row for line in cell if line.box)
    bullets = [line.box.left for line in row[0] if line.box and line.bullet]
    return low > _LOW and any(abs(left - at) < _STEP for at in bullets[-1:])


def _hangs(row: Cells, left: float) -> bool:
    """Whether a line that begins at `left` stands in as far from the last bullet of the first
    column as other lines below bullets do."""
    bullets: list[float | None] = []
    steps: list[float] = []
    for cell in row:
        bullets.append(None)
        for line in cell:
            if line.box and line.bullet:
                bullets[-1] = line.box.left
            elif line.box and bullets[-1] is not None:
                steps.append(line.box.left - bullets[-1])
    at = bullets[0]
    return at is not None and any(x > _STEP and abs(left - at - x) < _STEP for x in steps)


def _append(before: Part, after: Part) -> None:
    """Put the rest of columns below them, a header that is repeated above what goes on."""
    if not after.grid:
        _append_columns(before, after)
        return
    repeated = _texts(after.rows[0]) == _texts(before.rows[0])
    header = [after.rows.pop(0)] if repeated else []
    if after.rows and not any(after.rows[0][1:]):
        before.rows[-1][0].extend(after.rows.pop(0)[0])
    before.rows += [*header, *after.rows]


def _append_columns(before: Part, after: Part) -> None:
    cells, rest = before.rows[-1], after.rows[0]
    if _header(rest) == _header(cells):
        rest = [_under_header(cell, lines) for cell, lines in zip(cells, rest, strict=True)]
    for cell, lines in zip(cells, rest, strict=True):
        if lines:
            goes_on = bool(cell) and (runs_on(cell[-1], lines[0]) or _in_list(cell, lines[0]))
            cell.extend([replace(lines[0], blank_before=not goes_on), *lines[1:]])


def _under_header(cell: list[Line], lines: list[Line]) -> list[Line]:
    """What follows a repeated header, which is put below the first one."""
    pairs = zip(cell, lines, strict=False)
    high = sum(1 for _ in takewhile(lambda pair: pair[0].text == pair[1].text, pairs))
    cell[high:high] = lines[:high]
    return lines[high:]


def _in_list(cell: Sequence[Line], line: Line) -> bool:
    """Whether a line without a bullet follows an item of a list: then it goes on with it. Where
    other items have no bullet, a dash that leads a line is no sign of a list."""
    items = [x for x in cell[1:] if x.blank_before]
    listed = any(x.bullet for x in cell) and all(x.bullet or x.text == cell[0].text for x in items)
    return listed and not line.bullet


def _header(row: Cells) -> list[str]:
    return [cell[0].text if cell else "" for cell in row]


def _texts(row: Cells) -> list[str]:
    return [line.text for cell in row for line in cell]


def _mend(before: Part, after: Part) -> None:
    """A paragraph that goes on over the page break has no gap there."""
    if before.gutters or after.gutters:
        return
    lines, rest = before.rows[0][0], after.rows[0][0]
    if lines and rest and runs_on(lines[-1], rest[0]):
        rest[0] = replace(rest[0], blank_before=False)


def _cells(part: Part, table: int, joiner: Joiner) -> Iterator[Line]:
    for index, row in enumerate(part.rows):
        for column, cell in enumerate(row):
            where = Cell(table, index, column) if part.gutters else None
            for line in _whole(part, row, cell, joiner):
                yield replace(line, cell=where)
    yield from part.foot


def _whole(part: Part, row: Cells, cell: list[Line], joiner: Joiner) -> list[Line]:
    """A name that is wrapped in its cell as one line."""
    wrapped = part.grid and len(part.rows) >= _GRID_ROWS and len(cell) > 1 and any(row[1:])
    if not wrapped or any(line.bullet for line in cell) or len(part.gutters) > 3:
        return cell
    return [together(cell, joiner.join([line.text for line in cell]))]


def _divides_words(part: Part) -> bool:
    return any(line.text.endswith(("-", "\u00ad")) for row in part.rows for c in row for line in c)
