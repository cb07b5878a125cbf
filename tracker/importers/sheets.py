"""Spreadsheets with actions in them: bytes to cells as text.

Of a workbook one sheet is read: ours where the workbook is ours, else the first that is visible
and holds anything. Formulas give the value that Excel last kept of them, UNREAD where it kept
none, and what is merged downwards stands in every row that it covers.
"""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
import zipfile
from codecs import BOM_UTF8
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from pathlib import PurePath
from typing import Any

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.sheets import (
    ACTIONS_SHEETS,
    BASE_SHEET,
    FORMAT,
    MAX_COLUMNS,
    MAX_ROWS,
    UNREAD,
)
from tracker.importers.decoding import decoded
from tracker.importers.package import XLSX, opened, protected

MAX_BYTES = 10_000_000
_MAX_CELL = 40_000
_OUR_COLUMNS = 256  # an export brings back the columns of all sheets that came before it
_MAX_GAPS = 1_100_000  # a little more than one full sheet
_MAX_MERGED = 100_000
_SIGNS, _START = ";\t,", 100_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<table|<\?xml)", re.I)
_MERGED = re.compile(rb'<mergeCell [^>]*?ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_PERCENTS = (9, 10)  # the two formats that every program knows without being told
_CARRIAGE = re.compile("_x000[Dd]_")
_UNSOUND = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that holds anything: its number in the sheet, from 1, and its cells as text."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Base:
    """What an export of ours says of one action: its version, and marks of what its cells said."""

    version: int
    marks: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was read, of all those `sheets`; `base` is None where it is no export of
    ours, else what it says of each action (the keys are numbers as text)."""

    name: str
    sheets: int
    rows: list[SheetRow]
    base: dict[str, Base] | None


def read_sheet(data: bytes, filename: str) -> Sheet:
    """The cells of a workbook (XLSX) or of a CSV file; the name's ending tells which.

    Raises RuleBroken, with a sentence that says what to do, for other files, empty, damaged and
    locked ones, and for more than MAX_ROWS rows or MAX_COLUMNS columns.
    """
    ending = PurePath(filename.strip()).suffix.lower()
    if not data:
        raise RuleBroken("Filen är tom. Välj en fil med rader i.")
    if len(data) > MAX_BYTES:
        raise RuleBroken("Filen är större än 10 MB. Ta bort bilder och flikar ur den.")
    _check_kind(data, ending)
    found = _workbook(data) if ending == ".xlsx" else _csv(data, filename)
    if not found.rows:
        raise RuleBroken("Kalkylbladet är tomt. Välj en fil med rader i.")
    return found


def _check_kind(data: bytes, ending: str) -> None:
    if ending in (".xlsm", ".xltm"):
        raise RuleBroken("Filer med makron läses inte. Spara filen som XLSX utan makron.")
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise protected(XLSX)
    if ending not in (".xlsx", ".csv", ".txt") or data.startswith(_OLE):
        raise RuleBroken(
            "Filtypen läses inte här. Öppna filen i Excel, spara den som XLSX eller CSV och "
            "försök igen."
        )
    packed = data.startswith(b"PK\x03\x04")
    if _HTML.match(data[:1000].removeprefix(BOM_UTF8)) or packed != (ending == ".xlsx"):
        raise RuleBroken(
            "Filen är inte den sort som namnet säger. Öppna den i Excel, spara den som XLSX och "
            "försök igen."
        )


def too_many() -> RuleBroken:
    """The refusal of a sheet that holds more than is read."""
    return RuleBroken(
        N_(
            "Kalkylbladet är för stort: högst 5 000 rader och 60 kolumner läses på en gång. Dela "
            "upp det i flera filer, eller ta bort rader och kolumner som inte behövs, och läs in "
            "dem en i taget."
        )
    )


def _collected(
    rows: Iterable[tuple[int, Sequence[str]]], most: int = MAX_COLUMNS
) -> list[SheetRow]:
    """The rows that hold anything, without empty cells at their ends."""
    found: list[SheetRow] = []
    for number, cells in rows:
        kept = list(cells)
        while kept and not kept[-1].strip():
            kept.pop()
        if not kept:
            continue
        if len(kept) > most or len(found) > MAX_ROWS:
            raise too_many()
        found.append(SheetRow(number, kept))
    return found


def _workbook(data: bytes) -> Sheet:
    import openpyxl  # slow to import, and the web process seldom needs it

    # It warns of parts that it knows no use for.
    with opened(data, XLSX), warnings.catch_warnings(action="ignore"):
        book = openpyxl.load_workbook(
            io.BytesIO(data), read_only=True, data_only=True, keep_links=False
        )
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        base = _base(book[BASE_SHEET]) if BASE_SHEET in book.sheetnames else None
        ours = [s for s in visible if s.title in ACTIONS_SHEETS] if base is not None else []
        for sheet in ours or visible:
            if rows := _rows(sheet, data, _OUR_COLUMNS if ours else MAX_COLUMNS):
                return Sheet(sheet.title[:100], len(visible), rows, base)
        return Sheet("", len(visible), [], None)


def _rows(sheet: Any, data: bytes, most: int) -> list[SheetRow]:
    part = _part(data, sheet)
    rows = _collected(_cells(sheet, _unread(part)), most)
    return _with_merged(rows, _merged(part)) if rows else rows


def _cells(sheet: Any, unread: Mapping[int, set[int]]) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # a sheet may claim a million rows, or three, and be wrong
    percents = _has_percents(sheet.parent)
    gap: tuple[object, ...] = ()  # the row, one and the same, that fills every gap
    rows = sheet.iter_rows(max_col=_OUR_COLUMNS + 1, values_only=not percents)
    for number, row in enumerate(rows, start=1):
        if number > _MAX_GAPS:
            raise too_many()
        if row is gap:
            continue
        values = [_value(cell) for cell in row] if percents else row
        missing = unread.get(number)
        if values.count(None) == len(values) and not missing:
            gap = row
            continue
        cells = [shown(value) for value in values]
        for column in missing or ():
            cells[column] = UNREAD
        yield number, cells


def _has_percents(book: Any) -> bool:
    """Whether any cell may show its number as so many hundredths; most workbooks have none."""
    known = book._number_formats
    return any("%" in text for text in known) or any(
        style.numFmtId in _PERCENTS for style in book._cell_styles
    )


def _value(cell: Any) -> object:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in cell.number_format:
        return f"{shown(value * 100.0)} %"
    return value


def shown(value: object) -> str:
    """A value as it is written in Swedish: 3,5, and 2026-03-01 for a day."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Ja" if value else "Nej"
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d" if value.time() == time() else "%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return _sound(_CARRIAGE.sub("", str(value)))


def _sound(text: str) -> str:
    return _UNSOUND.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_MAX_CELL]


def _part(data: bytes, sheet: Any) -> bytes:
    """The XML of a sheet; the package has been checked before."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(sheet._worksheet_path.lstrip("/"))


def _merged(part: bytes) -> list[tuple[int, int, int]]:
    """What is merged downwards: column (from 0), first and last row (from 1)."""
    from openpyxl.utils import column_index_from_string

    found, cells = [], 0
    for letters, first, last in _MERGED.findall(part):
        cells += max(0, int(last) - int(first))
        if cells > _MAX_MERGED:
            break
        if int(last) > int(first):
            column = column_index_from_string(letters.decode()) - 1
            found.append((column, int(first), int(last)))
    return found


def _with_merged(rows: list[SheetRow], merged: list[tuple[int, int, int]]) -> list[SheetRow]:
    by_number = {row.number: row for row in rows}
    for column, first, last in merged:
        top = by_number.get(first)
        if top is None or column >= len(top.cells):
            continue
        for number in range(first + 1, last + 1):
            if row := by_number.get(number):
                row.cells.extend([""] * (column + 1 - len(row.cells)))
                row.cells[column] = row.cells[column] or top.cells[column]
    return rows


def _unread(part: bytes) -> dict[int, set[int]]:
    """By row (from 1), the columns (from 0) of the formulas whose value nobody kept: they would
    read as empty cells. A text that was kept may well be empty."""
    found: dict[int, set[int]] = defaultdict(set)
    if not _FORMULA.search(part):
        return found
    from openpyxl.utils import coordinate_to_tuple
    from openpyxl.xml.functions import iterparse

    row = column = 0
    for event, element in iterparse(io.BytesIO(part), events=("start", "end")):
        kind = element.tag.rpartition("}")[2]
        if kind == "row" and event == "start":
            row, column = int(float(element.get("r", row + 1))), 0
        elif kind == "row":
            element.clear()
        elif kind == "c" and event == "end":
            place = element.get("r")
            column = coordinate_to_tuple(place)[1] if place else column + 1
            if _is_unread(element) and column <= _OUR_COLUMNS:
                found[row].add(column - 1)
    return found


def _is_unread(cell: Any) -> bool:
    parts = {part.tag.rpartition("}")[2]: part for part in cell}
    if "f" not in parts:
        return False
    return "v" not in parts or not (parts["v"].text or cell.get("t") == "str")


def _base(sheet: Any) -> dict[str, Base] | None:
    """What our hidden sheet says; None where it is not as we made it."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_col=200, max_row=MAX_ROWS + 10, values_only=True)
    if tuple(next(rows, ()))[:2] != ("atgarda", FORMAT):
        return None
    found: dict[str, Base] = {}
    for row in rows:
        cells: list[object] = [*row, None, None]
        key, version, pieces = cells[0], cells[1], cells[2:]
        if not isinstance(key, int) or not isinstance(version, int):
            continue
        try:
            marks = json.loads("".join(piece for piece in pieces if isinstance(piece, str)))
        except (ValueError, RecursionError):
            continue
        if isinstance(marks, dict) and all(isinstance(one, str) for one in marks.values()):
            found[str(key)] = Base(version, marks)
    return found


def _csv(data: bytes, filename: str) -> Sheet:
    text = decoded(data)
    if text is None:
        raise _no_csv()
    sign = max(_SIGNS, key=lambda one: _alike(text, one))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        rows = _collected((n, [_sound(c) for c in row]) for n, row in enumerate(reader, start=1))
    except csv.Error as error:
        raise _no_csv() from error
    return Sheet(PurePath(filename).stem[:100], 1, rows, None)


def _alike(text: str, sign: str) -> tuple[int, int]:
    """How many of the first rows have the same number of cells, if `sign` stands between them, and
    what number that is: commas of prose come and go from row to row."""
    start = io.StringIO(text[:_START], newline="")
    try:
        widths = Counter(len(row) for row in islice(csv.reader(start, delimiter=sign), 20))
    except csv.Error:
        return 0, 0
    return max(((times, width) for width, times in widths.items() if width > 1), default=(0, 0))


def _no_csv() -> RuleBroken:
    return RuleBroken("Filen går inte att läsa som CSV. Spara den som XLSX eller CSV (UTF-8).")
