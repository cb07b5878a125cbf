"""Tables made flat: after this step the reader meets lines only, columns one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from tracker.importers.headings import Kind, points_kind
from tracker.importers.lines import Line


def flatten(lines: Sequence[Line]) -> list[Line]:
    """`lines` with every table of strengths and points given column by column, other rows as
    one line where no cell holds more than one. A table that goes on without its header after
    a page break keeps the meaning of its columns where nothing stands between."""
    flat: list[Line] = []
    columns: dict[int, Line] = {}
    for table, group in groupby(lines, key=lambda line: line.cell.table if line.cell else None):
        block = list(group)
        if table is None:
            columns = {}
            flat.extend(block)
            continue
        columns = _columns(block) or (columns if _fits(block, columns) else {})
        flat.extend(_by_column(block, columns) if columns else _by_row(block))
    return flat


def _columns(block: Iterable[Line]) -> dict[int, Line]:
    """Column → its heading, where one row holds both headings."""
    found: dict[int, Line] = {}
    for line in block:
        if line.cell and points_kind(line.text) in {Kind.STRENGTHS, Kind.IMPROVEMENTS}:
            found.setdefault(line.cell.column, line)
    kinds = {points_kind(line.text) for line in found.values()}
    rows = {line.cell.row for line in found.values() if line.cell}
    return found if len(kinds) == 2 and len(rows) == 1 else {}


def _fits(block: Sequence[Line], columns: dict[int, Line]) -> bool:
    used = {line.cell.column for line in block if line.cell}
    return used <= set(columns)


def _by_column(block: Sequence[Line], columns: dict[int, Line]) -> list[Line]:
    own_header = next(iter(columns.values())) in block
    top = min(line.cell.row for line in columns.values() if line.cell) if own_header else 0
    flat = _by_row([x for x in block if x.cell and x.cell.row < top])
    rest = [x for x in block if x.cell and x.cell.row >= top]
    for column in sorted(columns):
        body = [x for x in rest if x.cell and x.cell.column == column]
        flat.extend([columns[column], *(x for x in body if points_kind(x.text) is None)])
    flat.extend(x for x in rest if x.cell and x.cell.column not in columns)
    return flat


def _by_row(block: Sequence[Line]) -> list[Line]:
    flat: list[Line] = []
    for _, group in groupby(block, key=lambda line: line.cell.row if line.cell else None):
        row = list(group)
        cells = [line.cell.column for line in row if line.cell]
        if len(set(cells)) == len(cells) > 1:
            text = " ".join(line.text for line in row)
            flat.append(replace(row[0], text=text, bullet="", blank_before=True))
        else:
            flat.extend(row)
    return flat
