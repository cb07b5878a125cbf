"""Many actions in one step: owner, unit, deadline or status, seen first and then written.

The preview writes nothing. What is written is what still stands as it stood in the preview.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Action, ChangeBatch, User
from tracker.services import scope
from tracker.services.actions import undo, who, wording
from tracker.services.actions.bulk_step import (
    BulkChange,
    Difference,
    Step,
    differences,
    understood,
    wanted,
)
from tracker.services.actions.filters import ActionFilter, conditions
from tracker.services.actions.undo import Left

MOST = 500
SAME_STEP = timedelta(hours=1)
KIND = "bulk"
_CHANGED = N_("Någon har ändrat åtgärden sedan förhandsvisningen.")


@dataclass(frozen=True)
class PreviewRow:
    """What the step would do to one action.

    `problems` say why it is left alone; `outside` that its owner would be of another unit;
    `pieces_after` how many milestones to come would lie after its new deadline. Without
    differences there is nothing to change.
    """

    action_id: int
    version: int
    title: str
    differences: tuple[Difference, ...] = ()
    problems: tuple[RuleBroken, ...] = ()
    outside: bool = False
    pieces_after: int = 0


@dataclass(frozen=True)
class BulkPreview:
    """The step before it is taken; `missing` chosen ones are not there for this person."""

    rows: tuple[PreviewRow, ...]
    missing: int

    @property
    def changing(self) -> tuple[PreviewRow, ...]:
        """What will be changed, or can be with an owner from outside."""
        return tuple(row for row in self.rows if row.differences and not row.problems)

    @property
    def outside(self) -> int:
        """How many of those would get an owner of another unit."""
        return sum(row.outside for row in self.changing)

    @property
    def sure(self) -> int:
        """How many are changed whatever is said of owners from outside."""
        return len(self.changing) - self.outside

    @property
    def same(self) -> int:
        """How many stand so already."""
        return sum(not row.differences and not row.problems for row in self.rows)

    @property
    def refused(self) -> int:
        """How many rules leave alone."""
        return sum(bool(row.problems) for row in self.rows)


@dataclass(frozen=True)
class BulkResult:
    """What the step did; `batch_id` names it for undoing, None where nothing was changed.

    `again` is set when this very step had been taken before, and nothing was done now.
    """

    changed: int
    left: tuple[Left, ...]
    batch_id: int | None
    again: bool = False


def check_chosen(ids: Sequence[int]) -> None:
    """Raise RuleBroken unless one to MOST actions are chosen."""
    if not ids:
        raise RuleBroken("Välj minst en åtgärd i listan först.")
    if len(set(ids)) > MOST:
        raise _too_many()


def ids_matching(filters: ActionFilter, *, by: User, today: date, zone: ZoneInfo) -> list[int]:
    """The actions that a filter of the list finds for this person, in the order of their ids.

    Raises:
        RuleBroken: there are more than can be changed in one step.
    """
    scope.require(by, Deed.ACTION_EDIT)
    query = select(Action.id).where(*conditions(filters, by=by, today=today, zone=zone))
    ids = list(db.session.scalars(query.order_by(Action.id).limit(MOST + 1)))
    if len(ids) > MOST:
        raise _too_many()
    return ids


def titles_of(ids: Sequence[int], *, by: User) -> list[str]:
    """What the chosen actions are called, by deadline; what the person may not see is left out."""
    query = select(Action.title).where(_chosen(ids, by)).order_by(Action.deadline, Action.id)
    return list(db.session.scalars(query))


def preview(change: BulkChange, ids: Sequence[int], *, by: User, today: date) -> BulkPreview:
    """What a step would do to each action, by deadline; nothing is written.

    Raises:
        Forbidden: no role of the person allows changing actions.
        RuleBroken, Refused: nothing or too much is chosen, or the change itself makes no sense.
    """
    scope.require(by, Deed.ACTION_EDIT)
    check_chosen(ids)
    step = understood(change, by)
    actions = _visible(ids, by)
    names = {one.committee.id: one.committee.name for one in actions if one.committee}
    rows = tuple(_row(action, step, names, by=by, today=today) for action in actions)
    return BulkPreview(rows, len(set(ids)) - len(rows))


def apply_bulk(
    change: BulkChange,
    seen: Mapping[int, int],
    *,
    by: User,
    now: datetime,
    today: date,
) -> BulkResult:
    """Take the step for every action that still has the version that was `seen` (id → version).

    Raises:
        Forbidden: no role of the person allows changing actions.
        RuleBroken, Refused: nothing or too much is chosen, or the change itself makes no sense.
    """
    scope.require(by, Deed.ACTION_EDIT)
    check_chosen(list(seen))
    step = understood(change, by)
    actions = undo.locked_in_order(seen)
    before: dict[int, dict[str, Any]] = {}
    left = [Left("", NotFound()) for _missing in range(len(seen) - len(actions))]
    for action in actions:
        standing = undo.standing(action)
        try:
            if _take(action, step, seen[action.id], by=by, now=now, today=today):
                before[action.id] = standing
        except RuleBroken as why:
            title = action.title if scope.may_on(by, Deed.ACTION_VIEW, action) else ""
            left.append(Left(title, _problems(why, action, step, today)[0]))
    if not before and (done := _taken_already(seen, by=by, now=now)):
        return BulkResult(0, (), done.id, again=True)
    batch_id = undo.keep(KIND, before, by=by, now=now) if before else None
    db.session.commit()
    return BulkResult(len(before), tuple(left), batch_id)


def _too_many() -> RuleBroken:
    return RuleBroken(
        "Högst %(most)s åtgärder kan ändras i ett steg. Välj färre, eller filtrera listan "
        "till exempel på förvaltning och ta en del i taget.",
        most=MOST,
    )


def _chosen(ids: Iterable[int], by: User) -> ColumnElement[bool]:
    return Action.id.in_(set(ids)) & scope.actions_within(by, Deed.ACTION_VIEW)


def _visible(ids: Iterable[int], by: User) -> list[Action]:
    query = (
        select(Action)
        .where(_chosen(ids, by))
        .order_by(Action.deadline, Action.id)
        .options(
            *(selectinload(part) for part in (Action.owner, Action.unit, Action.committee)),
            *(selectinload(part) for part in (Action.plan, Action.contributors)),
            selectinload(Action.milestones),
        )
    )
    return list(db.session.scalars(query))


def _row(
    action: Action, step: Step, committees: Mapping[int, str], *, by: User, today: date
) -> PreviewRow:
    row = PreviewRow(action.id, action.version, action.title)
    try:
        changes = wanted(action, step)
        row = replace(row, differences=differences(action, changes, step, committees))
        if row.differences:
            _check_reach(action, by)
            changes = replace(changes, outside_ok=True)
            wording.check_change(action, changes, by=by, today=today, people=step.known.people)
    except RuleBroken as why:
        return replace(row, problems=_problems(why, action, step, today))
    return replace(
        row,
        outside=bool(row.differences) and _goes_outside(action, step),
        pieces_after=_pieces_after(action, changes.deadline),
    )


def _pieces_after(action: Action, deadline: date | None) -> int:
    """How many of its milestones are still to be done after a deadline that is new to it."""
    if deadline is None or deadline == action.deadline:
        return 0
    return sum(one.done_on is None and one.due > deadline for one in action.milestones)


def _problems(why: RuleBroken, action: Action, step: Step, today: date) -> tuple[RuleBroken, ...]:
    """What stands against the step; of a deadline that was moved too little, what is enough."""
    problems: tuple[RuleBroken, ...] = getattr(why, "problems", (why,))
    moved, behind = step.change.move_days or 0, (today - action.deadline).days
    if not 0 < moved < behind:
        return problems
    enough = RuleBroken(
        "Slutdatumet har ändå passerat. Flytta minst %(days)s dagar, eller välj ett datum.",
        field="deadline",
        days=behind,
    )
    return tuple(enough if one.field == "deadline" else one for one in problems)


def _goes_outside(action: Action, step: Step) -> bool:
    if step.owner is None and step.unit is None:
        return False
    try:
        who.check_belongs(step.owner or action.owner, step.unit or action.unit, outside_ok=False)
    except who.OutsideOwner:
        return True
    return False


def _check_reach(action: Action, by: User) -> None:
    if not scope.may_on(by, Deed.ACTION_EDIT, action):
        raise RuleBroken("Du får se åtgärden men inte ändra den. Be dess direktör.")


def _take(
    action: Action, step: Step, version: int, *, by: User, now: datetime, today: date
) -> bool:
    """Change one locked action, and say whether there was anything to change."""
    if not scope.may_on(by, Deed.ACTION_EDIT, action):
        raise NotFound
    if action.version != version:
        raise RuleBroken(_CHANGED)
    changes = wanted(action, step)
    if changes == wording.changes_of(action):
        return False
    changes = replace(changes, outside_ok=step.change.outside_ok)
    wording.change_action(action, changes, by=by, now=now, today=today, known=step.known)
    return True


def _taken_already(seen: Mapping[int, int], *, by: User, now: datetime) -> ChangeBatch | None:
    """This person's last step, if it was this one, a moment ago: a button pressed twice."""
    last = db.session.scalar(
        select(ChangeBatch)
        .where(ChangeBatch.by_id == by.id, ChangeBatch.kind == KIND)
        .order_by(ChangeBatch.id.desc())
        .limit(1)
    )
    if last is None or last.undone_at is not None or now - last.at > SAME_STEP:
        return None
    taken = {(row["action_id"], row["was"]) for row in last.rows}
    return last if taken <= set(seen.items()) else None
