"""An export, edited as a person would in a spreadsheet program, and brought back."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openpyxl

from tests.helpers.cast import NOW, TODAY
from tracker.domain.sheets import HEADINGS
from tracker.extensions import db
from tracker.models import Action, JournalEntry, User
from tracker.reports.action_sheet import action_sheet
from tracker.services.actions.filters import HOME, ActionFilter
from tracker.services.sheets import apply, drafts
from tracker.services.sheets.compare import Outcome
from tracker.services.sheets.export import sheet_content
from tracker.services.sheets.table import texts_of

SHEET = "Åtgärder"


def exported(by: User) -> bytes:
    """Every action that the person sees, as the download has it."""
    return action_sheet(sheet_content(ActionFilter(), by=by, today=TODAY, zone=HOME), str)


def edited(data: bytes, change: Callable[[Any], None]) -> bytes:
    """The workbook with its sheet of actions changed, saved by another program."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book[SHEET])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def put(sheet: Any, row: int, column: int, value: object) -> None:
    """Type into a cell; what begins with = is meant as text."""
    cell = sheet.cell(row, column)
    cell.value = value or None
    if isinstance(value, str) and value.startswith("="):
        cell.data_type = "s"


def places(sheet: Any) -> tuple[dict[int, int], dict[str, int]]:
    """Action number → its row, heading → its column."""
    rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    return rows, {cell.value: cell.column for cell in sheet[1]}


def with_cells(cells: Mapping[tuple[int, str], object]) -> Callable[[Any], None]:
    """A change that types values into cells, named by action number and field."""

    def change(sheet: Any) -> None:
        rows, columns = places(sheet)
        for (number, field), value in cells.items():
            put(sheet, rows[number], columns[HEADINGS.get(field, field)], value)

    return change


def brought(data: bytes, by: User, name: str = "atgarder.xlsx") -> int:
    """The id of the draft that the file becomes."""
    return drafts.take_in(data, name, by=by, now=NOW).id


def previewed(draft_id: int, by: User, today: date = TODAY) -> Outcome:
    """What the sheet would do."""
    return apply.preview(draft_id, by=by, today=today)[1]


def applied(draft_id: int, by: User, **answers: Any) -> apply.Applied:
    """Say yes to the preview as it is now."""
    said = apply.Answers(previewed(draft_id, by).fingerprint, **answers)
    return apply.apply_sheet(draft_id, said, by=by, now=NOW, today=TODAY)


def changed_cells(outcome: Outcome, *, clash: bool = False) -> set[tuple[int, str]]:
    """(action, field) of the cells that the sheet would change."""
    return {
        (row.action.id, cell.name)
        for row in outcome.changed
        for cell in row.cells
        if row.action and cell.clash is clash
    }


def everything() -> dict[int, dict[str, str]]:
    """What every action says now."""
    db.session.expire_all()
    return {action.id: texts_of(action) for action in db.session.query(Action).order_by(Action.id)}


def whole_table() -> dict[int, dict[str, Any]]:
    """Every column of every action."""
    db.session.expire_all()
    rows = db.session.execute(Action.__table__.select()).mappings()
    return {row["id"]: dict(row) for row in rows}


def entries() -> list[JournalEntry]:
    """The journal."""
    return db.session.query(JournalEntry).order_by(JournalEntry.id).all()
