"""Word documents: bytes to lines. One paragraph is one line, or several at its line breaks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.domain.text import normalise_space
from tracker.importers.lines import MAX_LINES, Cell, Line, Progress, TooMuch, bounded, untold
from tracker.importers.package import DOCX, opened
from tracker.importers.text import split_bullet

_MAX_PARAGRAPHS = 5 * MAX_LINES  # the empty ones too
_MAX_DEPTH = 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"^(?:heading|rubrik) (\d)$", re.I)
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-"}
_WRAPPERS = {_W + name for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}
_BOX = f"{_W}txbxContent"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_REMOVED = {f"{_W}pPr", f"{_W}rPr", f"{_W}del", f"{_W}moveFrom", _FALLBACK}


def read_lines(data: bytes, _progress: Progress = untold) -> list[Line]:
    """The paragraphs of a Word document in reading order, those of tables with their cell.

    A text box comes after the paragraph that it is anchored in. Footnotes, heads and feet are not
    read. `page` stays None: Word breaks pages when it prints, and the traces that it leaves of
    them are missing or stale in many files. Raises RuleBroken where `package.opened` does, where
    the document is damaged, or holds far more text than a report has.
    """
    import docx  # slow to import, and the web process seldom needs it

    with opened(data, DOCX):
        document = docx.Document(io.BytesIO(data))
        walker = _Walker({s.style_id: s.name or "" for s in document.styles})
        return bounded(walker.blocks(document.element.body, None))


@dataclass
class _Walker:
    """Walks a body in order; numbers paragraphs from 1 and tables from 0."""

    style_names: dict[str, str]
    paragraphs: int = 0
    tables: int = 0

    def blocks(self, parent: Any, cell: Cell | None, depth: int = 0) -> Iterator[Line]:
        if depth > _MAX_DEPTH:
            return
        for child in parent.iterchildren():
            if child.tag == f"{_W}p":
                yield from self._paragraph(child, cell)
                for box in _boxes(child):
                    yield from self.blocks(box, cell, depth + 1)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child, cell, depth)
            elif child.tag in _WRAPPERS:
                yield from self.blocks(child, cell, depth + 1)

    def _table(self, table: Any, outer: Cell | None, depth: int) -> Iterator[Line]:
        if _is_frame(table):
            yield from self.blocks(next(_within(next(_rows(table)), f"{_W}tc")), outer, depth + 1)
            return
        number, self.tables = self.tables, self.tables + 1
        for row, tr in enumerate(_rows(table)):
            column = 0
            for tc in _within(tr, f"{_W}tc"):
                where = outer or Cell(number, row, column)
                yield from self.blocks(tc, where, depth + 1)
                column += _span(tc)

    def _paragraph(self, p: Any, cell: Cell | None) -> Iterator[Line]:
        self.paragraphs += 1
        if self.paragraphs > _MAX_PARAGRAPHS:
            raise TooMuch
        style = self.style_names.get(_value(p, "pPr/pStyle") or "", "")
        heading = _HEADING.match(style)
        level = int(heading[1]) if heading else (1 if style == "Title" else None)
        listed = "•" if level is None and (style.startswith("List") or _has_number(p)) else ""
        for index, part in enumerate("".join(_text(p)).split("\n")):
            sign, text = split_bullet(part)
            if normalise_space(text):
                bullet = sign or (listed if index == 0 else "")
                # Word wraps its lines itself: one that was broken by hand in a cell, and goes on
                # with a capital, is meant as a new one.
                starts = index == 0 or (cell is not None and text.lstrip()[:1].isupper())
                yield Line(
                    normalise_space(text), self.paragraphs, None, level, bullet, starts, cell
                )


def _rows(table: Any) -> Iterator[Any]:
    return _within(table, f"{_W}tr")


def _is_frame(table: Any) -> bool:
    """Whether a table of one cell only frames another: what is inside keeps its own columns."""
    cells = [tc for tr in _rows(table) for tc in _within(tr, f"{_W}tc")]
    return len(cells) == 1 and cells[0].find(f"{_W}tbl") is not None


def _within(node: Any, tag: str) -> Iterator[Any]:
    """The children of `node` with that tag, also where a content control wraps them."""
    for child in node.iterchildren():
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _within(child, tag)


def _boxes(node: Any) -> Iterator[Any]:
    """The text boxes anchored in `node`, each once: a drawing and its fallback for older
    programs hold the same text."""
    for child in node.iterchildren():
        if child.tag == _BOX:
            yield child
        elif child.tag not in _REMOVED:
            yield from _boxes(child)


def _text(node: Any) -> Iterator[str]:
    """The text that shows: inserted text counts, deleted text and text boxes do not."""
    for child in node.iterchildren():
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag != _BOX and child.tag not in _REMOVED:
            yield from _text(child)


def _value(node: Any, path: str) -> str | None:
    found = node.find("/".join(_W + step for step in path.split("/")))
    return None if found is None else found.get(f"{_W}val")


def _has_number(p: Any) -> bool:
    return _value(p, "pPr/numPr/numId") not in {None, "0"}


def _span(tc: Any) -> int:
    value = _value(tc, "tcPr/gridSpan") or "1"
    return int(value) if value.isdecimal() else 1
