"""Carrying out what a spreadsheet's preview showed: all of it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.sheets import KEPT
from tracker.extensions import db
from tracker.models import Action, ActionPlan, SheetDraft, User
from tracker.services import journal, scope
from tracker.services.actions import rules, search, targets, undo, wording
from tracker.services.sheets import drafts
from tracker.services.sheets.compare import Fault, Outcome, Row, Table, compare
from tracker.services.sheets.goal import Goal

# Column → the field of the writers that it fills.
_WRITTEN = {"owner": "owner_text", "unit": "unit_id", "committee": "committee_id"}
_READ = {name: column for column, name in _WRITTEN.items()}


@dataclass(frozen=True)
class Answers:
    """What the person answered: `fingerprint` of the preview they saw, `taken` the (row, column)
    of the conflicts where the sheet's text shall stand, `partly` that rows with faults may be
    left out, `outside_ok` that owners may belong to other units."""

    fingerprint: str
    taken: Collection[tuple[int, str]] = ()
    partly: bool = False
    outside_ok: bool = False


@dataclass(frozen=True)
class Applied:
    """What was done; `batch_id` names the step, for taking it back."""

    changed: int
    added: int
    batch_id: int | None


class RowsRefused(RuleBroken):
    """The writers said no to some rows; `faults` holds what they said, by the row's number."""

    def __init__(self, faults: dict[int, list[Fault]]) -> None:
        super().__init__("Några rader gick inte att genomföra. Ingenting är sparat.")
        self.faults = faults


def preview(draft_id: int, *, by: User, today: date) -> tuple[SheetDraft, Outcome]:
    """The person's draft, and what it would change now.

    Raises:
        NotFound, Forbidden; RuleBroken as compare.
    """
    draft = drafts.load_draft(draft_id, by=by)
    return draft, compare(_table(draft), by=by, today=today)


def _table(draft: SheetDraft) -> Table:
    return Table([]) if draft.finished_at else drafts.table_of(draft)


def apply_sheet(
    draft_id: int, answers: Answers, *, by: User, now: datetime, today: date
) -> Applied:
    """Do what the preview showed, each action with its own journal entry.

    Raises:
        Conflict: it would do something else by now, or was done already.
        RowsRefused: rules that only the writers know stand against some rows.
        RuleBroken: rows have faults, or owners belong elsewhere, and nobody said that it is well.
        NotFound, Forbidden.
    """
    draft = drafts.locked_draft(draft_id, by=by)
    table = drafts.table_of(draft)
    undo.locked_in_order(_numbers(table))
    outcome = compare(table, by=by, today=today)
    _check(outcome, answers)
    writer = _Writer(outcome.goal, answers, by, now, today)
    faults = writer.write((*outcome.changed, *outcome.new))
    if faults and not answers.partly:
        db.session.rollback()
        raise RowsRefused(faults)
    batch_id = undo.keep("sheet", writer.before, by=by, now=now) if writer.before else None
    # What the file said is in the actions now; nothing needs it any more.
    draft.finished_at, draft.rows, draft.base = now, [], None
    db.session.commit()
    return Applied(len(writer.before), writer.added, batch_id)


def _numbers(table: Table) -> list[int]:
    texts = (row.cells.get("number", "").strip() for row in table.rows)
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


def _check(outcome: Outcome, answers: Answers) -> None:
    if outcome.fingerprint != answers.fingerprint:
        raise Conflict({})
    if not outcome.changed and not outcome.new:
        raise RuleBroken("Det finns ingenting att genomföra.")
    if outcome.new and outcome.goal.closed:
        raise outcome.goal.closed
    if outcome.faulty and not answers.partly:
        raise RuleBroken(
            "Några rader går inte att läsa in. Rätta dem i filen och läs in den igen, eller "
            "kryssa i att de andra ska genomföras.",
            field="partly",
        )
    if outcome.outside and not answers.outside_ok:
        raise RuleBroken(
            "Några ägare hör till en annan förvaltning. Kryssa i att det ska vara så, eller "
            "ändra i filen.",
            field="outside_ok",
        )


class _Writer:
    """Writes row after row in the caller's transaction; `before` is what stood there, by action."""

    def __init__(self, goal: Goal, answers: Answers, by: User, now: datetime, today: date) -> None:
        self.goal, self.answers = goal, answers
        self.by, self.now, self.today = by, now, today
        self.before: dict[int, dict[str, Any]] = {}
        self.added = 0
        self._known = wording.Known()

    def write(self, rows: Sequence[Row]) -> dict[int, list[Fault]]:
        """Write each row or leave it whole; gives what was said against those that were left."""
        faults: dict[int, list[Fault]] = {}
        self._known = self._looked_up(rows)
        for row in rows:
            try:
                with db.session.begin_nested():
                    self._row(row)
            except RuleBroken as error:
                problems = getattr(error, "problems", (error,))
                faults[row.number] = [Fault(_column(one), one) for one in problems]
        return faults

    def _row(self, row: Row) -> None:
        if row.action is None:
            self._add(row)
            return
        taken = {name for number, name in self.answers.taken if number == row.number}
        meant = {c.name: c.meant for c in row.cells if not c.clash or c.name in taken}
        if not meant:
            return
        stood = undo.standing(row.action)
        changes = replace(
            wording.changes_of(row.action),
            **_fields(meant, row.action),
            deadline_reason=row.reason,
            outside_ok=self.answers.outside_ok,
        )
        wording.change_action(
            row.action, changes, by=self.by, now=self.now, today=self.today, known=self._known
        )
        self.before[row.action.id] = stood

    def _add(self, row: Row) -> None:
        meant = {cell.name: cell.meant for cell in row.cells}
        fields = {"title": "", **_fields(meant, None), "outside_ok": self.answers.outside_ok}
        plan = self._known.plan
        new = wording.NewAction(**fields, plan_id=plan.id if plan else None)
        wording.add_action(new, by=self.by, now=self.now, today=self.today, known=self._known)
        self.added += 1

    def _looked_up(self, rows: Sequence[Row]) -> wording.Known:
        """What the rows name, once for all of them; the plan last, since a new one goes into the
        journal."""
        meant = [(cell.name, cell.meant) for row in rows for cell in row.cells]
        owners = [text for name, text in meant if name == "owner" and text]
        helpers = [text for name, texts in meant if name == "contributors" for text in texts]
        people = rules.hold_people(owners, helpers)
        words = search.learnt(
            [
                *(text for name, text in meant if name in search.SEARCHED),
                *(row.action.search_key for row in rows if row.action and _is_reworded(row)),
            ]
        )
        is_any_new = any(row.action is None for row in rows)
        return wording.Known(people, words, self._plan() if is_any_new else None)

    def _plan(self) -> ActionPlan:
        """The plan for new actions, held: one that is there, or a draft of its own."""
        if self.goal.plan_id is not None or self.goal.is_first:
            return targets.plan_for(self.goal.plan_id, targets.Served(), by=self.by, now=self.now)
        scope.require(self.by, Deed.PLAN_EDIT)
        plan = ActionPlan(title=self.goal.title, created_at=self.now)
        db.session.add(plan)
        db.session.flush()
        data = {"title": plan.title}
        journal.record("plan.create", "plan", plan.id, data, by=self.by, now=self.now)
        return plan


def _fields(meant: dict[str, Any], action: Action | None) -> dict[str, Any]:
    """What the writers call these fields; columns that only sheets know become `extra`."""
    prefix = f"{KEPT}:"
    own = {n.removeprefix(prefix): text for n, text in meant.items() if n.startswith(prefix)}
    fields = {_WRITTEN.get(n, n): value for n, value in meant.items() if not n.startswith(prefix)}
    if own:
        kept = {**((action.extra if action else None) or {}), **own}
        fields["extra"] = {name: text for name, text in kept.items() if text}
    return fields


def _is_reworded(row: Row) -> bool:
    return any(cell.name in search.SEARCHED for cell in row.cells)


def _column(problem: RuleBroken) -> str:
    name = problem.field or ""
    return _READ.get(name, name)
