"""The workbook for reports that exist only on paper: somebody fills it in, the importer reads it.

It is laid out as a report is written, so that the ordinary reader understands it: an area's
heading, a table of its sub-areas, then strengths and improvement points in two columns. What
guides the person is kept out of the cells, in the messages that show beside them.
"""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from tracker.domain.editions import AreaDef, Edition, edition

FACTS_SHEET = "Uppgifter"
GENERAL_SHEET = "Övergripande"
GENERAL_HEADING = "Övergripande förbättringsmöjligheter"
STRENGTHS, POINTS = "Styrkor", "Förbättringsmöjligheter"
SCORE_HEADINGS = ("Kod", "Delområde", "Uppnått", "Max")
MUNICIPALITY, MONTH = "Kommun:", "Utvärderingen genomfördes (år-månad):"
ORDINAL, VERSION, TOTAL = "Utvärdering i ordningen:", "Version:", "Totalpoäng:"
ITEM_ROWS = 20
_SPARE_ROWS = 2  # for sub-areas that this edition's list lacks
_USUAL_ROWS = 6  # where the edition has no list
_AREA_MAX, _ALL_MAX = 100, 800
_ITEM_HEIGHT = 45  # points: three lines, for merged cells do not grow with their text
_WIDTHS = (8, 56, 11, 11, 42)  # A and B together are as wide as C, D and E
_GUIDE = (
    "Fyll i de gula cellerna. Lämna tomt där rapporten inte säger något.",
    "Varje område har en egen flik. Skriv en styrka eller en punkt per rad, ord för ord.",
    "Har rapporten andra delområden: ändra kod, namn och max, eller använd de tomma raderna.",
    "Skriv även områdets summa som den är tryckt, även om den inte stämmer med raderna.",
    "Spara filen och ladda upp den som den är.",
)
_INK, _LINE, _FIELD, _HEAD = "#1F2A37", "#9AA5B1", "#FFF9DB", "#DCE9F2"
_BASE = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "top"}
_FIELD_LOOK = {**_BASE, "bg_color": _FIELD, "border": 1, "border_color": _LINE, "text_wrap": True}
_HEAD_LOOK = {**_BASE, "bg_color": _HEAD, "border": 1, "border_color": _LINE, "bold": True}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {**_BASE, "font_size": 16, "bold": True, "valign": "vcenter"},
    "text": {**_BASE, "text_wrap": True},
    "label": {**_BASE, "bold": True},
    "head": _HEAD_LOOK,
    "head_number": {**_HEAD_LOOK, "align": "right"},
    "field": _FIELD_LOOK,
    "field_text": {**_FIELD_LOOK, "num_format": "@"},
    "field_number": {**_FIELD_LOOK, "align": "right", "num_format": "0"},
}


def template(edition_key: str) -> bytes:
    """An empty workbook for a report of that edition. Raises RuleBroken for an unknown edition."""
    known = edition(edition_key)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"Mall: {known.name}"})
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    _facts(_Sheet(book, FACTS_SHEET, looks), known)
    _general(_Sheet(book, GENERAL_SHEET, looks))
    for area in known.areas:
        _area(_Sheet(book, str(area.number), looks), area)
    book.close()
    return out.getvalue()


class _Sheet:
    """A sheet with its title row frozen, ready for print on A4; rows count from 0."""

    def __init__(self, book: Any, name: str, looks: dict[str, Any]) -> None:
        self.sheet = book.add_worksheet(name)
        self.looks = looks
        self.sheet.hide_gridlines(2)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.set_footer("&L&A&R&P (&N)")
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)

    def title(self, text: str) -> None:
        self.sheet.set_row(0, 28)
        self.sheet.write_string(0, 0, text, self.looks["title"])

    def put(self, row: int, column: int, value: str | int | None, look: str) -> None:
        """Write one cell; None leaves it empty but for its look."""
        if value is None:
            self.sheet.write_blank(row, column, None, self.looks[look])
        else:
            self.sheet.write(row, column, value, self.looks[look])

    def wide(self, row: int, first: int, last: int, value: str, look: str) -> None:
        """Write one cell that spans the columns `first` to `last`."""
        self.sheet.merge_range(row, first, row, last, value, self.looks[look])

    def whole_number(self, row: int, column: int, low: int, high: int | str, told: str) -> None:
        """Let a cell take whole numbers from `low` to `high` (a number or a formula) only."""
        rule = {
            "validate": "integer",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "input_message": told,
            "error_title": "Värdet kan inte stämma",
            "error_message": told,
        }
        self.sheet.data_validation(row, column, row, column, rule)

    def told(self, row: int, column: int, message: str) -> None:
        """Show a message beside a cell when it is chosen; any value is taken."""
        rule = {"validate": "any", "input_message": message}
        self.sheet.data_validation(row, column, row, column, rule)


def _facts(page: _Sheet, known: Edition) -> None:
    page.title(f"Mall för {known.name}")
    page.sheet.set_column(0, 0, 42)
    for row, text in enumerate(_GUIDE, start=1):
        page.wide(row, 0, 1, text, "text")
    start = len(_GUIDE) + 2
    fields: list[tuple[str, str | None, str]] = [
        (MUNICIPALITY, None, "field_text"),
        (MONTH, None, "field_text"),
        (ORDINAL, None, "field_number"),
        (VERSION, known.name, "field_text"),
        (TOTAL, None, "field_number"),
    ]
    for row, (label, value, look) in enumerate(fields, start=start):
        page.put(row, 0, label, "label")
        page.put(row, 1, value, look)
    page.told(start, 1, "Kommunens namn, till exempel Granvik.")
    page.told(start + 1, 1, "År och månad för utvärderingen, till exempel 2023-01.")
    page.whole_number(start + 2, 1, 1, 99, "1 för kommunens första utvärdering, 2 för den andra.")
    page.whole_number(start + 4, 1, 0, _ALL_MAX, f"Ett heltal från 0 till {_ALL_MAX}.")


def _general(page: _Sheet) -> None:
    page.title(GENERAL_HEADING)
    for row in range(1, ITEM_ROWS + 1):
        page.sheet.set_row(row, _ITEM_HEIGHT)
        page.wide(row, 0, 4, "", "field")


def _area(page: _Sheet, area: AreaDef) -> None:
    page.title(f"Område {area.number} {area.name}")
    row = _scores(page, area, 2)
    page.wide(row + 1, 0, 1, STRENGTHS, "head")
    page.wide(row + 1, 2, 4, POINTS, "head")
    for item in range(row + 2, row + 2 + ITEM_ROWS):
        page.sheet.set_row(item, _ITEM_HEIGHT)
        page.wide(item, 0, 1, "", "field")
        page.wide(item, 2, 4, "", "field")


def _scores(page: _Sheet, area: AreaDef, row: int) -> int:
    """The table of sub-areas from `row` on; gives the first row after it."""
    for column, heading in enumerate(SCORE_HEADINGS):
        page.put(row, column, heading, "head_number" if column > 1 else "head")
    listed: list[tuple[str | None, str | None, int | None]] = [
        (s.code, s.name, s.max) for s in area.subareas
    ]
    spare = _SPARE_ROWS if listed else _USUAL_ROWS
    for code, name, top in listed + [(None, None, None)] * spare:
        row += 1
        page.put(row, 0, code, "field_text")
        page.put(row, 1, name, "field_text")
        page.put(row, 2, None, "field_number")
        page.put(row, 3, top, "field_number")
        page.whole_number(row, 2, 0, f"=$D${row + 1}", "Ett heltal från 0 till delområdets max.")
        page.whole_number(row, 3, 1, _AREA_MAX, f"Ett heltal från 1 till {_AREA_MAX}.")
    row += 1
    page.put(row, 0, None, "head")
    page.put(row, 1, "Summa", "head")
    page.put(row, 2, None, "field_number")
    page.put(row, 3, _AREA_MAX, "head_number")
    page.whole_number(row, 2, 0, _AREA_MAX, "Områdets poäng som det är tryckt.")
    return row + 1
