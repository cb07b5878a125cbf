"""A section of a report as HTML, wherever it is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from tracker.reports.content import (
    Align,
    Block,
    Figure,
    Heading,
    Inline,
    Table,
    address,
    levelled,
    plain,
    spans,
)
from tracker.services.reports.snapshots import Told

_DAY = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
_LONG = re.compile(r"\S{30,}")
_HEADING_ENDS = re.compile(r"</h[2-6]>")
_PIECES = re.compile(f"({_DAY.pattern}|{_LONG.pattern})")


@dataclass(frozen=True)
class SectionShown:
    """A section on a page: what its address ends with, its heading, and all of it as HTML. One
    without a heading is not in the contents."""

    key: str
    anchor: str
    title: str
    html: Markup

    @property
    def heading(self) -> Markup:
        """Its heading; empty where it has none."""
        return self.html[: self._split]

    @property
    def body(self) -> Markup:
        """What stands under its heading."""
        return self.html[self._split :]

    @property
    def _split(self) -> int:
        found = _HEADING_ENDS.search(self.html) if self.title else None
        return found.end() if found else 0


def shown_section(told: Told) -> SectionShown:
    """One section by itself."""
    anchor = f"del-{told.key}"
    heads = [block.text for block in told.blocks if isinstance(block, Heading)]
    # Without the context of pages: that asks the database, and a report holds all it needs.
    html = current_app.jinja_env.get_template("reports/_blocks.html").render(
        blocks=_kinds(levelled(told.blocks)),
        anchor=anchor,
        plain=plain,
        right=Align.RIGHT,
        drawing=_drawing,
        lines=_lines,
        widths=_widths,
        naming=_naming,
    )
    return SectionShown(told.key, anchor, plain(heads[0]) if heads else "", Markup(html))  # noqa: S704


def _kinds(blocks: Iterable[Block]) -> list[tuple[str, Block]]:
    """The blocks, each with its kind in a word that a template can ask for."""
    return [(type(block).__name__.lower(), block) for block in blocks]


def _drawing(figure: Figure) -> Markup:
    """The drawing itself: it was made by reports/charts.py, where every word in it is escaped."""
    return Markup(figure.svg)  # noqa: S704


def _lines(text: Inline) -> list[list[tuple[str, str, str]]]:
    """Running text line by line: (words, how they look, where they lead) for each piece."""
    lines: list[list[tuple[str, str, str]]] = [[]]
    for span in spans(text):
        look = "strong" if span.strong else "em" if span.emphasis else ""
        for number, line in enumerate(span.text.split("\n")):
            if number:
                lines.append([])
            lines[-1] += [
                (piece, look or _look(piece), address(span))
                for piece in _PIECES.split(line)
                if piece
            ]
    return lines


def _look(piece: str) -> str:
    """No column breaks a day, however narrow; a word that fits none may break anywhere."""
    return "day" if _DAY.fullmatch(piece) else "long" if _LONG.fullmatch(piece) else ""


def _widths(table: Table) -> list[int]:
    """Each column's share of the width in per cent, in the steps that the stylesheet knows."""
    whole = sum(column.width for column in table.columns) or 1.0
    return [max(5, round(20 * column.width / whole) * 5) for column in table.columns]


def _naming(table: Table) -> int:
    """Which column names the rows: the first, unless it only sorts them by a short number."""
    first, *more = _widths(table)
    return 1 if first < 10 and more else 0
