"""The neutral line that every format module gives and the reader reads."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cell:
    """Where in a table a line stands; all count from 0, tables over the whole file."""

    table: int
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text (in a document: one paragraph, or a part of it up to a line break).

    `text` has no bullet and no surrounding space, and is never empty; `bullet` is the sign that
    stood before it. `number` is where a person finds it, `page` counts from 1. `heading` is the
    level that the format states (1 is the highest), never one that is guessed from the wording.
    """

    text: str
    number: int
    page: int | None = None
    heading: int | None = None
    bullet: str = ""
    blank_before: bool = False
    cell: Cell | None = None
