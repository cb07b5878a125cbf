"""A section of a report in screens: as much at a time as a room reads while somebody talks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import takewhile

from tracker.reports.content import (
    Block,
    Bullets,
    Facts,
    Figure,
    Heading,
    Inline,
    Notice,
    Paragraph,
    Table,
    plain,
)
from tracker.services.reports.snapshots import Told

ROOM = 600  # characters of running text, or of a table's rows
MOST_ROWS = 9


def screens(told: Told) -> Iterator[Told]:
    """The section's words a screenful at a time, and each drawing and each table by itself, a long
    one some rows at a time; all under the section's last heading, the first under all of them."""
    heads = list(takewhile(lambda one: isinstance(one, Heading), told.blocks))
    for held in _pieces(told.blocks[len(heads) :]):
        yield Told(told.key, (*heads, *held))
        heads = heads[-1:]


def _pieces(blocks: Iterable[Block]) -> Iterator[list[Block]]:
    held: list[Block] = []
    for block in blocks:
        if isinstance(block, Figure | Table):
            if _says(held):
                yield held
                held = []
            for piece in _alone(block):
                yield [*held, piece]
                held = []
            continue
        for piece in _shorter(block):
            if _says(held) and _is_next(held, piece):
                yield held
                held = []
            held.append(piece)
    if _says(held):
        yield held


def _is_next(held: list[Block], piece: Block) -> bool:
    """Whether a piece begins a screen of its own: a new head well down the screen, or what finds
    no room."""
    room = ROOM // 2 if isinstance(piece, Heading) else ROOM - _length(piece)
    return sum(map(_length, held)) > room


def _says(held: Iterable[Block]) -> bool:
    return any(not isinstance(one, Heading) for one in held)


def _shorter(block: Block) -> Iterator[Block]:
    """A block, or a long list in lists that each find room."""
    if not isinstance(block, Bullets) or block.ordered or _length(block) <= ROOM:
        yield block
        return
    for some in _shared(tuple((item,) for item in block.items)):
        yield Bullets(tuple(item for (item,) in some))


def _alone(block: Figure | Table) -> Iterator[Block]:
    """A drawing, then its table; a table some rows at a time."""
    table = block if isinstance(block, Table) else block.table
    if isinstance(block, Figure):
        yield replace(block, table=None)
    if table is not None:
        yield from (replace(table, rows=rows) for rows in _shared(table.rows))


def _shared(rows: tuple[tuple[Inline, ...], ...]) -> Iterator[tuple[tuple[Inline, ...], ...]]:
    """Rows in groups that each find room, each of one row at least."""
    held: list[tuple[Inline, ...]] = []
    length = 0
    for row in rows:
        size = sum(len(plain(cell)) for cell in row)
        if held and (length + size > ROOM or len(held) == MOST_ROWS):
            yield tuple(held)
            held, length = [], 0
        held.append(row)
        length += size
    if held:
        yield tuple(held)


def _length(block: Block) -> int:
    texts: tuple[Inline, ...] = ()
    match block:
        case Heading(text=text) | Paragraph(text=text) | Notice(text=text):
            texts = (text,)
        case Bullets(items=items):
            texts = items
        case Facts(pairs=pairs):
            texts = tuple(value for _term, value in pairs)
    return sum(len(plain(text)) for text in texts)
