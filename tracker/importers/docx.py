"""Word documents: bytes to lines. One paragraph is one line, or several at its line breaks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tracker.domain.errors import RuleBroken
from tracker.domain.text import normalise_space
from tracker.importers.lines import MAX_LINES, Cell, Line, Progress, TooMuch, bounded, untold
from tracker.importers.text import split_bullet

MAX_UNPACKED = 100_000_000
MAX_XML = 15_000_000  # what is parsed takes twenty times its size in memory; pictures are not
_MAX_PARAGRAPHS = 5 * MAX_LINES  # the empty ones too
_MAX_DEPTH = 20
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"^(?:heading|rubrik) (\d)$", re.I)
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-"}
_SKIPPED = {f"{_W}txbxContent", f"{_W}pPr", f"{_W}rPr", f"{_W}del", f"{_W}moveFrom"}


def read_lines(data: bytes, _progress: Progress = untold) -> list[Line]:
    """The paragraphs of a Word document in reading order, those of tables with their cell.

    Raises RuleBroken where the file is no Word document, is damaged, unpacks to more than
    `MAX_UNPACKED` bytes or `MAX_XML` bytes of XML, or holds far more text than a report has.
    """
    _check_package(data)
    import docx  # slow to import, and the web process seldom needs it

    try:
        document = docx.Document(io.BytesIO(data))
        walker = _Walker({s.style_id: s.name or "" for s in document.styles})
        return bounded(walker.blocks(document.element.body, None))
    except TooMuch:
        raise
    except Exception as error:  # a damaged file fails anywhere inside the library
        raise _damaged() from error


def _check_package(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise _damaged() from None
    xml = [entry for entry in entries if entry.filename.lower().endswith((".xml", ".rels"))]
    if _unpacked(entries) > MAX_UNPACKED or _unpacked(xml) > MAX_XML:
        raise RuleBroken(
            "Dokumentet är för stort när det packas upp. Ta bort bilder ur det och försök igen."
        )
    if "word/document.xml" not in {entry.filename for entry in entries}:
        raise _damaged()


def _unpacked(entries: Iterable[zipfile.ZipInfo]) -> int:
    """What the package says of their size; unpacking more than it says is refused later."""
    return sum(entry.file_size for entry in entries)


def _damaged() -> RuleBroken:
    return RuleBroken(
        "Filen går inte att läsa som ett Word-dokument. "
        "Öppna den i Word, spara den som DOCX utan lösenord och försök igen."
    )


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
            elif child.tag == f"{_W}tbl":
                yield from self._table(child, cell, depth)
            elif child.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"}:
                yield from self.blocks(child, cell, depth + 1)

    def _table(self, table: Any, outer: Cell | None, depth: int) -> Iterator[Line]:
        number, self.tables = self.tables, self.tables + 1
        for row, tr in enumerate(table.iterfind(f"{_W}tr")):
            column = 0
            for tc in tr.iterfind(f"{_W}tc"):
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
                first = index == 0
                yield Line(normalise_space(text), self.paragraphs, None, level, bullet, first, cell)


def _text(node: Any) -> Iterator[str]:
    """The text that shows: inserted text counts, deleted text and text boxes do not."""
    for child in node.iterchildren():
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _SKIPPED:
            yield from _text(child)


def _value(node: Any, path: str) -> str | None:
    found = node.find("/".join(_W + step for step in path.split("/")))
    return None if found is None else found.get(f"{_W}val")


def _has_number(p: Any) -> bool:
    return _value(p, "pPr/numPr/numId") not in {None, "0"}


def _span(tc: Any) -> int:
    value = _value(tc, "tcPr/gridSpan") or "1"
    return int(value) if value.isdecimal() else 1
