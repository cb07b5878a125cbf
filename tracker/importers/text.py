"""Plain text and Markdown: bytes to lines."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tracker.domain.errors import RuleBroken
from tracker.domain.text import normalise_space
from tracker.importers.lines import Cell, Line, Progress, bounded, untold

_ROW_BREAK = re.compile(r"\r\n|\r|\n")
_SIGNS = "•●▪◦‣·■□○◆♦►▶➢➤✓✔\uf0b7\uf0a7\uf0d8"
_BULLET = re.compile(rf"^\s*([{_SIGNS}]|[-–—*+](?=\s|$)|o(?=\t|\s\s))\s*(.*)$", re.S)
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"^\s*(?:[-=_*]\s*){3,}$")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=\S)\*(?![\w*])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_CELL_BREAK = re.compile(r"<br\s*/?>", re.I)
_DELIMITER = re.compile(r"^:?-+:?$")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x80-\x9f]")


def read_lines(data: bytes, _progress: Progress = untold) -> list[Line]:
    """The lines of a text file that hold anything; Markdown's signs become fields.

    UTF-8 (with or without its mark), UTF-16 with its mark, else Windows-1252.
    Raises RuleBroken where the bytes are not text, or far more text than a report has.
    """
    return bounded(_Scanner().scan(_decode(data)))


def _decode(data: bytes) -> str:
    try:
        if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            text = data.decode("utf-16")
        elif data.startswith(BOM_UTF8):
            text = data.decode("utf-8-sig")
        else:
            text = _guess(data)
    except UnicodeDecodeError:
        raise _not_text() from None
    if len(_CONTROL.findall(text)) * 50 > len(text):
        raise _not_text()
    return text


def _guess(data: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _not_text() -> RuleBroken:
    return RuleBroken(
        "Filen innehåller inte text. Spara rapporten som PDF, DOCX eller TXT och försök igen."
    )


@dataclass
class _Scanner:
    """Walks the rows of a file; remembers what the row before means for the next."""

    blank: bool = True
    waiting: str = ""
    tables: int = 0
    row: int = -1

    def scan(self, text: str) -> Iterator[Line]:
        for number, raw in enumerate(_ROW_BREAK.split(text), start=1):
            if raw.lstrip().startswith("|") and raw.count("|") > 1:
                yield from self._table_row(raw.strip(), number)
                continue
            self._leave_table()
            line = self._plain(raw, number)
            if line is not None:
                yield line

    def _plain(self, raw: str, number: int) -> Line | None:
        self.blank = self.blank or "\f" in raw[:1]
        heading = _HEADING.match(raw)
        if heading:
            raw = heading[2]
        if _RULE.match(raw) or not normalise_space(raw):
            self.blank = True
            return None
        line = _piece(raw, number)
        if line is None:
            self.waiting = raw.strip()
            return None
        line = replace(
            line,
            heading=len(heading[1]) if heading else None,
            bullet=line.bullet or self.waiting,
            blank_before=self.blank,
        )
        self.blank, self.waiting = False, ""
        return line

    def _leave_table(self) -> None:
        if self.row >= 0:
            self.tables, self.row, self.blank = self.tables + 1, -1, True

    def _table_row(self, raw: str, number: int) -> Iterator[Line]:
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", raw.strip("|"))]
        if all(_DELIMITER.match(cell) for cell in cells):
            return
        self.row += 1
        for column, text in enumerate(cells):
            for part in _CELL_BREAK.split(text):
                line = _piece(part, number)
                if line is not None:
                    where = Cell(self.tables, self.row, column)
                    yield replace(line, blank_before=True, cell=where)


def split_bullet(raw: str) -> tuple[str, str]:
    """The bullet that `raw` starts with ("" where there is none), and what follows it."""
    bullet = _BULLET.match(raw)
    return (bullet[1], bullet[2]) if bullet else ("", raw)


def _piece(raw: str, number: int) -> Line | None:
    """`raw` without bullet and emphasis; None where nothing but a bullet is left."""
    sign, text = split_bullet(raw)
    text = _EMPHASIS.sub(r"\1", _BOLD.sub(r"\2", text)).strip().removeprefix("**")
    hyphenated = text.rstrip().endswith("\u00ad")
    text = normalise_space(_ESCAPED.sub(r"\1", text.removesuffix("**")))
    if not text:
        return None
    return Line(text + ("\u00ad" if hyphenated else ""), number, bullet=sign)
