"""The neutral line that every format module gives and the reader reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tracker.domain.errors import N_, RuleBroken

MAX_LINES = 20_000
MAX_CHARACTERS = 2_000_000

Progress = Callable[[int, int], None]
"""Told after each page (or slide, or sheet): how many are done, and of how many."""


def untold(_done: int, _of: int) -> None:
    """The progress that nobody follows."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Where in a table a line stands; all count from 0, tables over the whole file."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Box:
    """Where on its page something stands: fractions of the page's width and height, 0 to 1, from
    the page's top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text (in a document: one paragraph, or a part of it up to a line break).

    `text` has no bullet and no surrounding space, and is never empty; `bullet` is the sign that
    stood before it. `number` is where a person finds it, `page` counts from 1. `heading` is the
    level that the format states (1 is the highest), never one that is guessed from the wording.
    `box` is given where the format has a geometry.
    """

    text: str
    number: int
    page: int | None = None
    heading: int | None = None
    bullet: str = ""
    blank_before: bool = False
    cell: Cell | None = None
    box: Box | None = None


class TooMuch(RuleBroken):
    """There is far more text than a report has."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "Filen innehåller mer text än en utvärderingsrapport. Dela upp den så att bara "
                "rapporten är kvar, och försök igen."
            )
        )


def bounded(lines: Iterable[Line]) -> list[Line]:
    """The lines, as long as a report could have as many; raises TooMuch at the first beyond."""
    found: list[Line] = []
    characters = 0
    for line in lines:
        found.append(line)
        characters += len(line.text)
        if len(found) > MAX_LINES or characters > MAX_CHARACTERS:
            raise TooMuch
    return found


def lines_to_json(lines: Iterable[Line]) -> list[list[Any]]:
    """The lines as plain JSON values, each a list of its fields in their order."""
    return [
        [
            *(line.text, line.number, line.page, line.heading, line.bullet, line.blank_before),
            line.cell and [line.cell.table, line.cell.row, line.cell.column],
            line.box and [line.box.left, line.box.top, line.box.right, line.box.bottom],
        ]
        for line in lines
    ]


def lines_from_json(raw: Iterable[list[Any]]) -> tuple[Line, ...]:
    """The lines that `lines_to_json` gave. Raises TypeError or ValueError on any other shape."""
    return tuple(_line(*fields) for fields in raw)


def _line(*fields: Any) -> Line:
    text, number, page, heading, bullet, blank_before, cell, box = fields
    return Line(
        *(text, number, page, heading, bullet, blank_before),
        cell=Cell(*cell) if cell else None,
        box=Box(*box) if box else None,
    )
