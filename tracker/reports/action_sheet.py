"""Actions as a workbook that people edit and bring back.

Everything that people wrote is written as text, so that no cell becomes a formula or a link. A
hidden sheet keeps, for each action, marks of what its cells said when the workbook was made: by
them a later import tells the person's own changes from everybody else's.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlsxwriter

from tracker.domain.errors import N_
from tracker.domain.languages import Say
from tracker.domain.sheets import (
    ACTIONS_SHEET,
    BASE_SHEET,
    DAYS,
    FIELDS,
    FORMAT,
    HEADINGS,
    KEPT,
    LATEST_HEALTH,
    LONG,
    NUMBER_HEADING,
    READ_ONLY,
    REASON,
    mark,
)

_MOST = 32_767  # UTF-16 units that a cell can hold
_PIECE = 32_000
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPARE = 200  # rows below the last that still offer the lists to choose from
_WIDTHS = {"title": 40, "owner": 30, "contributors": 30, "unit": 28, "committee": 24, "status": 12}
_INK, _LINE, _HEAD, _GREY = "#1F2A37", "#9AA5B1", "#DCE9F2", "#EEF0F2"
_BASE = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "top"}
_TEXT = {**_BASE, "text_wrap": True, "num_format": "@"}
_LOOKS: dict[str, dict[str, Any]] = {
    "head": {**_BASE, "bold": True, "bg_color": _HEAD, "border": 1, "border_color": _LINE},
    "head_grey": {**_BASE, "bold": True, "bg_color": _GREY, "border": 1, "border_color": _LINE},
    "text": _TEXT,
    "day": {**_BASE, "num_format": "yyyy-mm-dd", "align": "left"},
    "grey": {**_TEXT, "bg_color": _GREY},
    "title": {**_BASE, "font_size": 16, "bold": True},
}
_GUIDE = (
    N_("Ändra i de vita kolumnerna på fliken Åtgärder, spara filen och läs in den i Åtgärda."),
    N_("Innan något sparas får du se rad för rad vad som kommer att ändras."),
    N_("Låt kolumnen Nr vara. Den säger vilken åtgärd raden handlar om."),
    N_("En ny rad utan Nr blir en ny åtgärd. En rad som du tar bort händer ingenting med."),
    N_("Grå kolumner är till för att läsa. Det som skrivs i dem sparas inte."),
    N_(
        "Kolumner kan flyttas, döljas och tas bort. Egna kolumner till höger följer med nästa gång."
    ),
    N_("Ägare skrivs med e-postadress eller namn. Flera medverkande skiljs åt med semikolon."),
    N_("Datum skrivs 2026-03-01. Ett ändrat slutdatum behöver ett skäl i kolumnen bredvid."),
    N_("Genomförd, verifierad och avbruten sätts i Åtgärda, där underlag och skäl hör hemma."),
    N_("Har någon annan ändrat samma cell under tiden får du välja vilken text som gäller."),
)


@dataclass(frozen=True)
class SheetAction:
    """One action: its fields as text (days as ISO), what is only read, and unknown columns."""

    id: int
    version: int
    values: Mapping[str, str]
    read_only: Sequence[str]
    extra: Mapping[str, str]


@dataclass(frozen=True)
class SheetContent:
    """A workbook to be: its actions, and what may be chosen in their columns. One that is not
    `editable` says nothing of how it comes back."""

    actions: Sequence[SheetAction]
    units: Sequence[str]
    committees: Sequence[str]
    statuses: Sequence[str]
    made_on: date
    editable: bool = True


def action_sheet(content: SheetContent, say: Say) -> bytes:
    """The workbook as XLSX, its own words in the language of `say` (Swedish → the reader's)."""
    out = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, settings)
    book.set_properties({"title": say(ACTIONS_SHEET), "created": datetime(2000, 1, 1)})  # noqa: DTZ001
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    _Actions(book.add_worksheet(say(ACTIONS_SHEET)), looks, content, say).write()
    if content.editable:
        _way_back(book, looks, content, say)
    book.close()
    return out.getvalue()


def _way_back(book: Any, looks: dict[str, Any], content: SheetContent, say: Say) -> None:
    """What the sheet needs to be edited and read in again."""
    _guide(book.add_worksheet(say(N_("Anvisningar"))), looks, content.made_on, say)
    lists = book.add_worksheet("_listor")
    _lists(lists, content, say)
    base = book.add_worksheet(BASE_SHEET)
    _base(base, content.actions)
    lists.very_hidden()
    base.very_hidden()


def written(text: str) -> str:
    """`text` as a cell can hold it."""
    text = _UNWRITABLE.sub("", text)
    while len(text.encode("utf-16-le")) // 2 > _MOST:
        text = text[: _MOST // 2] if len(text) > 2 * _MOST else text[:-100]
    return text


class _Actions:
    """The sheet that people edit; rows and columns count from 0."""

    def __init__(self, sheet: Any, looks: dict[str, Any], content: SheetContent, say: Say) -> None:
        self.sheet, self.looks, self.content, self.say = sheet, looks, content, say
        known = {name: None for action in content.actions for name in action.extra}
        self.extra = list(known)

    def write(self) -> None:
        self._head()
        for row, action in enumerate(self.content.actions, start=1):
            self._row(row, action)
        if self.content.editable:
            self._choices()
        last = max(1, len(self.content.actions))
        self.sheet.autofilter(0, 0, last, len(self._headings()) - 1)
        self.sheet.freeze_panes(1, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0)

    def _headings(self) -> list[str]:
        ours = (NUMBER_HEADING, *HEADINGS.values(), *READ_ONLY)
        return [*map(self.say, ours), *self.extra]

    def _head(self) -> None:
        first_grey = 1 + len(HEADINGS)
        for column, heading in enumerate(self._headings()):
            grey = column == 0 or first_grey <= column < first_grey + len(READ_ONLY)
            look = self.looks["head_grey" if grey else "head"]
            self.sheet.write_string(0, column, written(heading), look)
        self.sheet.set_column(0, 0, 7)
        for column, field in enumerate(HEADINGS, start=1):
            width = 45 if field in LONG else _WIDTHS.get(field, 14)
            self.sheet.set_column(column, column, width, self._look(field))
        self.sheet.set_column(first_grey, first_grey + len(READ_ONLY) - 1, 20)

    def _look(self, field: str) -> Any:
        return self.looks["day" if field in DAYS else "text"]

    def _row(self, row: int, action: SheetAction) -> None:
        self.sheet.write_number(row, 0, action.id, self.looks["grey"])
        for column, field in enumerate(HEADINGS, start=1):
            text = action.values.get(field, "")
            if field in DAYS and text:
                day = datetime.combine(date.fromisoformat(text), datetime.min.time())
                self.sheet.write_datetime(row, column, day, self.looks["day"])
            else:
                said = self.say(text) if field == "status" and text else text
                self._text(row, column, said, self._look(field))
        column = 1 + len(HEADINGS)
        for place, (heading, text) in enumerate(zip(READ_ONLY, action.read_only, strict=True)):
            said = self.say(text) if heading == LATEST_HEALTH and text else text
            self._text(row, column + place, said, self.looks["grey"])
        for place, name in enumerate(self.extra, start=column + len(READ_ONLY)):
            self._text(row, place, action.extra.get(name, ""), self.looks["text"])

    def _text(self, row: int, column: int, text: str, look: Any) -> None:
        if text:
            self.sheet.write_string(row, column, written(text), look)
        else:
            self.sheet.write_blank(row, column, None, look)

    def _choices(self) -> None:
        """Lists to choose from; another text is warned about, since an import explains better."""
        last = len(self.content.actions) + _SPARE
        columns = list(HEADINGS)
        for place, field in enumerate(("status", "unit", "committee")):
            count = len(_chosen(self.content, self.say)[place])
            if not count:
                continue
            letter = "ABC"[place]
            rule = {
                "validate": "list",
                "source": f"=_listor!${letter}$1:${letter}${count}",
                "error_type": "warning",
                "error_title": self.say(HEADINGS[field]),
                "error_message": self.say(N_("Välj något ur listan.")),
            }
            column = columns.index(field) + 1
            self.sheet.data_validation(1, column, last, column, rule)
        column = columns.index(REASON) + 1
        why = self.say(N_("Skriv varför, om du ändrar slutdatumet."))
        told = {"validate": "any", "input_message": why}
        self.sheet.data_validation(1, column, last, column, told)


def _chosen(content: SheetContent, say: Say) -> tuple[Sequence[str], ...]:
    return tuple(map(say, content.statuses)), content.units, content.committees


def _lists(sheet: Any, content: SheetContent, say: Say) -> None:
    for column, names in enumerate(_chosen(content, say)):
        for row, name in enumerate(names):
            sheet.write_string(row, column, written(name))


def _guide(sheet: Any, looks: dict[str, Any], made_on: date, say: Say) -> None:
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 90)
    sheet.write_string(0, 0, say(N_("Så här fungerar filen")), looks["title"])
    fetched = say(N_("Filen hämtades %(day)s.")) % {"day": made_on.isoformat()}
    lines = (*map(say, _GUIDE), fetched)
    for row, text in enumerate(lines, start=2):
        sheet.write_string(row, 0, text, looks["text"])


def _base(sheet: Any, actions: Sequence[SheetAction]) -> None:
    """First the format, then a row for each action: its key, its version, its cells' marks."""
    sheet.write_string(0, 0, "atgarda")
    sheet.write_number(0, 1, FORMAT)
    for row, action in enumerate(actions, start=1):
        marks = {field: mark(field, written(action.values.get(field, ""))) for field in FIELDS}
        for name, text in action.extra.items():
            key = f"{KEPT}:{written(name)}"
            marks[key] = mark(key, written(text))
        sheet.write_number(row, 0, action.id)
        sheet.write_number(row, 1, action.version)
        said = json.dumps(marks)  # plain ASCII: a character is one unit of the cell's limit
        for column, start in enumerate(range(0, len(said), _PIECE), start=2):
            sheet.write_string(row, column, said[start : start + _PIECE])
