"""Where a line stands, in numbers that a person can follow."""

from __future__ import annotations

from tracker.importers.lines import Line


def on_pages(line: Line) -> bool:
    """Whether the place of a line is told by its page; else it is told by its row."""
    return line.page is not None


def place_of(line: Line) -> int:
    """The page where the format has pages, else the row."""
    return line.number if line.page is None else line.page
