"""What a spreadsheet would change, row by row: seen from what it said when it left us.

Of an export of ours only the cells that the person changed count. Where somebody else changed
the same field meanwhile the two are a conflict; what others changed in other fields stays. A row
of which the export's own memory is gone is compared with the action as it stands, if number and
title agree; then what others changed meanwhile cannot be told from the person's own changes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.sheets import MAX_NEW, NUMBER, REASON, UNREAD, mark, same_cell, same_word
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action, User
from tracker.services import scope
from tracker.services.actions.search import sort_key
from tracker.services.sheets import checks
from tracker.services.sheets.goal import NOWHERE, Goal, goal_of, titles_in
from tracker.services.sheets.table import Directory, Value, text_of, texts_of, with_texts

_GONE = N_(
    "Åtgärd nummer %(number)s finns inte, eller så får du inte ändra den. Låt raden vara som den "
    "var, eller ta bort den."
)


@dataclass(frozen=True)
class TableRow:
    """A row of a sheet: its number there, and its cells by field."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A sheet whose columns are known. `base` holds, by action, the marks of the cells as they
    were exported; None where the sheet is no export of ours. The rest is what new actions get
    where their row says nothing: `deadline` also where the row's own has passed, and the plan, by
    its key or by the title of one that is to be made (neither: the usual one)."""

    rows: Sequence[TableRow]
    base: Mapping[int, Mapping[str, str]] | None = None
    unit_id: int | None = None
    deadline: date | None = None
    plan_id: int | None = None
    plan_title: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell that changes something. `clash` says that somebody changed the field meanwhile:
    `before` is what they made of it."""

    name: str
    before: str
    after: str
    meant: Any
    clash: bool = False


@dataclass(frozen=True)
class Fault:
    """Why a row cannot be taken, or a remark about it; `name` is the column's field, if one is
    at fault."""

    name: str
    why: RuleBroken


@dataclass(frozen=True)
class Row:
    """What one row comes to: `action` None for a new one."""

    number: int
    action: Action | None
    title: str
    cells: tuple[Cell, ...] = ()
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Fault, ...] = ()
    outside: RuleBroken | None = None
    reason: str = ""

    @property
    def is_same(self) -> bool:
        """Whether the row changes nothing and needs no word."""
        return not self.cells and not self.faults


@dataclass(frozen=True)
class Outcome:
    """What a whole sheet comes to. `left` counts the exported actions whose rows are gone;
    `blind` says that some rows were compared without what they said when exported; new actions go
    into the `goal`."""

    rows: tuple[Row, ...]
    left: int = 0
    blind: bool = False
    goal: Goal = NOWHERE

    @cached_property
    def told(self) -> tuple[Row, ...]:
        """The rows that change something or cannot be taken."""
        return tuple(row for row in self.rows if not row.is_same)

    @cached_property
    def faulty(self) -> tuple[Row, ...]:
        """The rows that cannot be taken."""
        return tuple(row for row in self.rows if row.faults)

    @cached_property
    def changed(self) -> tuple[Row, ...]:
        """The rows that change an action, conflicts among them."""
        return tuple(row for row in self.told if row.action and not row.faults)

    @cached_property
    def new(self) -> tuple[Row, ...]:
        """The rows that become new actions."""
        return tuple(row for row in self.told if row.action is None and not row.faults)

    @cached_property
    def clashes(self) -> int:
        """How many cells somebody else changed too."""
        return sum(cell.clash for row in self.changed for cell in row.cells)

    @cached_property
    def outside(self) -> tuple[Row, ...]:
        """The rows whose owner belongs to another unit."""
        return tuple(row for row in (*self.changed, *self.new) if row.outside)

    @cached_property
    def fingerprint(self) -> str:
        """Equal for two outcomes that would be shown alike."""
        said = [
            [
                row.number,
                row.action.id if row.action else None,
                [[cell.name, cell.before, cell.after, cell.clash] for cell in row.cells],
                [[fault.name, str(fault.why)] for fault in (*row.faults, *row.remarks)],
                str(row.outside or ""),
            ]
            for row in self.told
        ]
        goal = [self.goal.plan_id, self.goal.title, str(self.goal.closed or "")]
        return hashlib.sha256(json.dumps([said, self.left, goal]).encode()).hexdigest()


def compare(table: Table, *, by: User, today: date) -> Outcome:
    """What the sheet would change now, for `by`; nothing is written.

    Raises:
        Forbidden: no role of the person allows changing actions.
        RuleBroken: the sheet would add more actions than one import may.
    """
    scope.require(by, Deed.ACTION_EDIT)
    if sum(not row.cells.get(NUMBER, "").strip() for row in table.rows) > MAX_NEW:
        raise RuleBroken(
            "Bladet har fler än %(most)s nya åtgärder. Dela upp det i flera filer och läs in dem "
            "en i taget.",
            most=MAX_NEW,
        )
    ids = [_key(row) for row in table.rows]
    numbers = {number for number in ids if number}
    actions = _within_reach(numbers, by)
    reader = _Reader(table, actions, Directory.of_today(), Counter(filter(None, ids)), by, today)
    rows = tuple(reader.row(row, number) for row, number in zip(table.rows, ids, strict=True))
    goal = goal_of(table.plan_id, table.plan_title) if None in ids else NOWHERE
    known = table.base or {}
    seen = [number for number in numbers if number in actions]
    return Outcome(
        tuple(_with_twins(rows, goal)),
        left=len(known.keys() - numbers),
        blind=any(number not in known for number in seen),
        goal=goal,
    )


def _with_twins(rows: Sequence[Row], goal: Goal) -> Iterator[Row]:
    """The rows, with a remark on each new action whose title the plan knows: a sheet that is
    read in twice gives everything twice."""
    known = titles_in(goal, (row.title for row in rows if row.action is None))
    for row in rows:
        number = known.get(sort_key(row.title)) if row.action is None else None
        if number is None:
            yield row
            continue
        twin = RuleBroken(
            "Planen har redan en åtgärd med den rubriken, nummer %(number)s. Läses raden in blir "
            "det en till.",
            number=number,
        )
        yield replace(row, remarks=(*row.remarks, Fault("title", twin)))


def _key(row: TableRow) -> int | None:
    """The row's action number; None for a new action, 0 where it is no number at all."""
    text = row.cells.get(NUMBER, "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _within_reach(numbers: Iterable[int], by: User) -> dict[int, Action]:
    query = (
        select(Action)
        .where(Action.id.in_(numbers), scope.actions_within(by, Deed.ACTION_EDIT))
        .options(*with_texts())
        .execution_options(populate_existing=True)
    )
    return {action.id: action for action in db.session.scalars(query)}


@dataclass(frozen=True)
class _Reader:
    table: Table
    actions: Mapping[int, Action]
    directory: Directory
    times: Counter[int | None]
    by: User
    today: date

    def row(self, row: TableRow, number: int | None) -> Row:
        if faults := _unread(row):
            action = self.actions.get(number or 0)
            title = same_cell("title", row.cells.get("title", ""))
            return Row(row.number, action, title, faults=faults)
        if number is None:
            return self._new(row)
        if number and self._untouched(row, number):
            return Row(row.number, self.actions.get(number), "")
        title = same_cell("title", row.cells.get("title", ""))
        action = self.actions.get(number)
        if fault := self._wrong_number(row, number, action, title):
            return Row(row.number, action, title, faults=(fault,))
        assert action is not None  # noqa: S101 - _wrong_number has said so otherwise
        return self._changed(row, action)

    def _untouched(self, row: TableRow, number: int) -> bool:
        """Whether every cell says what it said when it was exported."""
        marks = (self.table.base or {}).get(number)
        if marks is None or self.times[number] > 1:
            return False
        cells = {name: text for name, text in row.cells.items() if name not in (NUMBER, REASON)}
        return all(self._as_exported(marks, name, text) for name, text in cells.items())

    @staticmethod
    def _as_exported(marks: Mapping[str, str], name: str, text: str) -> bool:
        # A column that somebody added after the export was empty then.
        was = marks.get(name, mark(name, ""))
        return was in (mark(name, text), mark(name, same_word(name, text)))

    def _wrong_number(
        self, row: TableRow, number: int, action: Action | None, title: str
    ) -> Fault | None:
        text = row.cells[NUMBER].strip()
        if action is None:
            return Fault(NUMBER, RuleBroken(_GONE, number=text[:20]))
        if self.times[number] > 1:
            return Fault(
                NUMBER,
                RuleBroken(
                    "Nummer %(number)s står på flera rader. Behåll en av dem, och ta bort numret "
                    "ur en rad som ska bli en ny åtgärd.",
                    number=number,
                ),
            )
        known = number in (self.table.base or {})
        if not known and fold(title) != fold(action.title):
            return Fault(
                NUMBER,
                RuleBroken(
                    "Nummer %(number)s är ”%(title)s” i planen. Rätta numret, eller ta bort det "
                    "om raden är en ny åtgärd.",
                    number=number,
                    title=action.title,
                ),
            )
        return None

    def _changed(self, row: TableRow, action: Action) -> Row:
        marks = (self.table.base or {}).get(action.id)
        texts = texts_of(action)
        cells: list[Cell] = []
        faults: list[Fault] = []
        for name, text in row.cells.items():
            if name in (NUMBER, REASON):
                continue
            now = text_of(action, name, texts)
            if marks is not None and self._as_exported(marks, name, text):
                continue
            if same_cell(name, text) == same_cell(name, now):
                continue
            try:
                value = self.directory.read(name, text, action)
            except RuleBroken as why:
                faults.append(Fault(name, why))
                continue
            if cell := _cell(name, now, value, marks):
                cells.append(cell)
        reason = same_cell(REASON, row.cells.get(REASON, ""))
        found = checks.Found()
        if cells:
            found = checks.of_change(
                action, cells_meant(cells), reason, self.directory, by=self.by, today=self.today
            )
        faults += [Fault(name, why) for name, why in found.faults]
        return Row(
            row.number,
            action,
            action.title,
            tuple(cells),
            tuple(faults),
            outside=found.outside,
            reason=reason,
        )

    def _new(self, row: TableRow) -> Row:
        cells: list[Cell] = []
        faults: list[Fault] = []
        remarks: list[Fault] = []
        for name, text in row.cells.items():
            if name in (NUMBER, REASON) or not same_cell(name, text):
                continue
            try:
                value = self.directory.read(name, text)
                if name == "status":
                    value, remark = checks.new_status(value)
                    remarks += [Fault(name, remark)] if remark else []
            except RuleBroken as why:
                faults.append(Fault(name, why))
                continue
            cells.append(Cell(name, "", value.text, value.meant))
        cells = self._with_common(cells, {fault.name for fault in faults})
        found = checks.of_new(cells_meant(cells), self.directory, by=self.by, today=self.today)
        broken = {fault.name for fault in faults}
        faults += [Fault(name, why) for name, why in found.faults if name not in broken]
        title = same_cell("title", row.cells.get("title", ""))
        return Row(
            row.number, None, title, tuple(cells), tuple(faults), tuple(remarks), found.outside
        )

    def _with_common(self, cells: list[Cell], broken: set[str]) -> list[Cell]:
        """With what was chosen for all new actions, where the row says nothing that holds."""
        said = {cell.name: cell for cell in cells}
        unit = self.directory.unit(self.table.unit_id)
        if unit and "unit" not in said and "unit" not in broken:
            cells = [*cells, Cell("unit", "", unit.name, unit.id)]
        deadline = said.get("deadline")
        if self.table.deadline and (deadline is None or deadline.meant < self.today):
            day = self.table.deadline
            rest = [cell for cell in cells if cell is not deadline]
            cells = [*rest, Cell("deadline", "", day.isoformat(), day)]
        return cells


def _unread(row: TableRow) -> tuple[Fault, ...]:
    """What to say of cells whose values are not in the file."""
    why = RuleBroken(
        "Cellen har en formel utan sparat värde. Öppna filen i kalkylprogrammet och spara den "
        "igen, eller skriv värdet."
    )
    return tuple(Fault(name, why) for name, text in row.cells.items() if text == UNREAD)


def _cell(name: str, now: str, value: Value, marks: Mapping[str, str] | None) -> Cell | None:
    """The change that a cell makes; None where it means what stood or stands there."""
    if same_cell(name, value.text) == same_cell(name, now):
        return None
    if marks is None:
        return Cell(name, now, value.text, value.meant)
    was = marks.get(name, mark(name, ""))
    if mark(name, value.text) == was:
        return None
    return Cell(name, now, value.text, value.meant, clash=mark(name, now) != was)


def cells_meant(cells: Iterable[Cell]) -> dict[str, Any]:
    """What the cells that clash with nobody mean, by field."""
    return {cell.name: cell.meant for cell in cells if not cell.clash}
