"""Tables made flat: after this step the reader meets lines only, columns one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from tracker.domain.editions import editions
from tracker.importers.lines import Line
from tracker.importers.rows import read_header
from tracker.importers.wording import Kind, is_box, is_intro, is_scores, points_kind

_NUMBER = re.compile(r"^(?:(?:huvud)?område\s*)?\d{1,2}\s*[.):–-]?\s+", re.I)
_LONGEST_NAME = 110


@dataclass
class Flat:
    """The lines without tables, and those of columns beside strengths and points that belong
    to neither (each of these must be told)."""

    lines: list[Line] = field(default_factory=list)
    aside: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns hold strengths and points (column → heading), and which hold other things."""

    heads: dict[int, Line]
    others: frozenset[int]

    def head_of(self, column: int) -> int | None:
        """The headed column that a column belongs to: itself, or the one on its left under
        whose wide heading it stands; None for columns of their own."""
        if column in self.others:
            return None
        return max((head for head in self.heads if head <= column), default=None)


def flatten(lines: Sequence[Line]) -> Flat:
    """`lines` with every table of strengths and points given column by column, other rows as
    one line where no cell holds more than one.

    A table that goes on without its header after a page break keeps the meaning of its columns
    where nothing stands between. One table may hold many areas: a row that only names an area
    stands between them, and every header starts anew.
    """
    flat = Flat()
    known: _Columns | None = None
    for table, group in groupby(lines, key=lambda line: line.cell.table if line.cell else None):
        block = _with_dashes(list(group))
        if table is None:
            known = None
            flat.lines.extend(block)
            continue
        known = _table(block, known if known and _fits(block, known) else None, flat)
    return flat


def _table(block: Sequence[Line], known: _Columns | None, flat: Flat) -> _Columns | None:
    """Add one table; gives what its last columns mean."""
    waiting: list[Line] = []
    for row in _rows(block):
        columns = _columns(row)
        divides = columns is None and _divides(row)
        if columns or divides:
            _add(waiting, known, flat)
            waiting = []
        if columns:
            known = columns
        elif divides:
            known = known if _names_area(_joined(row)) else None
            flat.lines.extend(_by_row(row))
            continue
        waiting.extend(row)
    _add(waiting, known, flat)
    return known


def _add(block: Sequence[Line], known: _Columns | None, flat: Flat) -> None:
    if known is None:
        flat.lines.extend(_by_row(block))
    elif block:
        _by_column(block, known, flat)


def _with_dashes(block: Sequence[Line]) -> list[Line]:
    """The lines, and a dash for each empty cell of points that has a number on its right, so
    that a highest score is not taken for the score."""
    made: list[Line] = []
    columns: set[int] = set()
    for row in _rows(block):
        header = read_header(_joined(row))
        if header and len(header.columns) > 1:
            columns = {x.cell.column for x in row if x.cell and read_header(x.text)}
        filled = {x.cell.column for x in row if x.cell}
        empty = [c for c in columns - filled if c < max(filled & columns, default=0)]
        if row[0].cell:
            cells = [replace(row[0].cell, column=column) for column in empty]
            row += [replace(row[0], text="–", bullet="", cell=cell) for cell in cells]
        made += sorted(row, key=lambda x: x.cell.column if x.cell else 0)
    return made


def _rows(block: Sequence[Line]) -> list[list[Line]]:
    return [list(g) for _, g in groupby(block, key=lambda x: x.cell.row if x.cell else None)]


def _joined(row: Sequence[Line]) -> str:
    return " ".join(line.text for line in row)


def _columns(row: Sequence[Line]) -> _Columns | None:
    """The columns, where the row holds both headings, each in a cell of its own."""
    found: dict[int, Line] = {}
    for line in row:
        if line.cell and points_kind(line.text) in {Kind.STRENGTHS, Kind.IMPROVEMENTS}:
            found.setdefault(line.cell.column, line)
    if len({points_kind(line.text) for line in found.values()}) != 2:
        return None
    beside = {x.cell.column for x in row if x.cell} - set(found)
    return _Columns(found, frozenset(beside | set(range(min(found)))))


def _divides(row: Sequence[Line]) -> bool:
    """Whether a row between others heads what follows: an area's name, a box, score columns."""
    text = _joined(row)
    if len(text) > _LONGEST_NAME or any(line.bullet for line in row):
        return False
    header = read_header(text)
    if is_box(text) or is_intro(text) or is_scores(text):
        return True
    return _names_area(text) or (header is not None and len(header.columns) > 1)


def _fits(block: Sequence[Line], known: _Columns) -> bool:
    return {line.cell.column for line in block if line.cell} <= {*known.heads, *known.others}


def _by_column(block: Sequence[Line], known: _Columns, flat: Flat) -> None:
    aside = [x for x in block if x.cell and known.head_of(x.cell.column) is None]
    rows = _area_rows(aside)
    if rows:
        for cells in _rows(block):
            area = rows.get(cells[0].cell.row) if cells[0].cell else None
            flat.lines.extend([area] if area else [])
            _one_after_other(cells, known, flat)
        aside = [x for x in aside if x.cell and x.cell.row not in rows]
    else:
        _one_after_other(block, known, flat)
    flat.aside.extend(aside)


def _one_after_other(block: Sequence[Line], known: _Columns, flat: Flat) -> None:
    for column, head in sorted(known.heads.items()):
        body = [x for x in block if x.cell and known.head_of(x.cell.column) == column]
        flat.lines.extend([head, *(x for x in body if points_kind(x.text) is None)])


def _area_rows(aside: Sequence[Line]) -> dict[int, Line]:
    """Row → the area that it is about, where a column beside strengths and points names at
    least two areas and nothing else below its heading."""
    found: dict[int, Line] = {}
    rows = _rows(aside)
    for cells in rows:
        text = _joined(cells)
        if cells[0].cell and _names_area(text):
            found[cells[0].cell.row] = replace(cells[0], text=text, bullet="", blank_before=True)
    return found if len(found) > 1 and len(rows) - len(found) <= 1 else {}


def _names_area(text: str) -> bool:
    """Whether `text` is an area's name in any edition, with or without its number."""
    name = _NUMBER.sub("", text)
    return len(text) <= _LONGEST_NAME and any(known.match_area(name) for known in editions())


def _by_row(block: Sequence[Line]) -> list[Line]:
    flat: list[Line] = []
    for row in _rows(block):
        cells = [line.cell.column for line in row if line.cell]
        headed = any(points_kind(line.text) for line in row)
        if len(set(cells)) == len(cells) > 1 and not headed:
            flat.append(replace(row[0], text=_joined(row), bullet="", blank_before=True))
        else:
            flat.extend(row)
    return flat
