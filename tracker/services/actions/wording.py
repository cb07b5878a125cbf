"""From an improvement point to an action, and changes to its wording afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select, text

from tracker.domain.errors import N_, Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus, check_transition
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    ImprovementPoint,
    JournalEntry,
    Milestone,
    User,
)
from tracker.services import journal, scope
from tracker.services.actions import rules, search

DRAFT_TITLE = "Handlingsplan"


@dataclass(frozen=True)
class Wording:
    """What a new and a changed action both say, as typed.

    `owner_text` is a name, an e-mail address or empty. The milestone is optional, but whole.
    """

    title: str
    description: str = ""
    expected_effect: str = ""
    owner_text: str = ""
    unit_id: int | None = None
    committee_id: int | None = None
    deadline: date | None = None
    milestone_title: str = ""
    milestone_due: date | None = None


@dataclass(frozen=True)
class NewAction(Wording):
    """An action to be; no committee means the unit's, no plan means the newest."""

    point_ids: tuple[int, ...] = ()
    plan_id: int | None = None


@dataclass(frozen=True)
class ActionChanges(Wording):
    """An action as it shall read from now on; a milestone given here is added to it."""

    status: ActionStatus = ActionStatus.PLANNED
    deadline_reason: str = ""


@dataclass(frozen=True)
class _Places:
    """What the typed words turned out to mean, with the day that goes with them."""

    owner: User | None
    unit_id: int | None
    committee_id: int | None
    deadline: date


AnyWording = TypeVar("AnyWording", bound=Wording)


def create_action(data: NewAction, *, by: User, now: datetime, today: date) -> Action:
    """Add an action to the plan.

    Raises:
        Forbidden, NotFound: not this person's to do, or no such point, plan or committee.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    action = add_action(data, by=by, now=now, today=today)
    db.session.commit()
    return action


def add_action(data: NewAction, *, by: User, now: datetime, today: date) -> Action:
    """As create_action, in the caller's transaction."""
    scope.require(by, Deed.ACTION_CREATE)
    data = _cleaned(data)
    places = _checked_new(data, by=by, today=today)
    action = Action(
        plan_id=_plan_for(data.plan_id, by=by, now=now).id,
        first_deadline=places.deadline,
        deadline_set_at=now,
        created_at=now,
        created_by_id=by.id,
        points=_points(data.point_ids),
    )
    _write(action, data, places)
    _assign(action, places.owner, by=by, now=now)
    db.session.add(action)
    search.remember(action)
    journal.record(
        "action.create",
        "action",
        action.id,
        {**_readable(action), "milestone": data.milestone_title, "points": list(data.point_ids)},
        by=by,
        now=now,
    )
    return action


def edit_action(
    action_id: int, changes: ActionChanges, version: int, *, by: User, now: datetime, today: date
) -> Action:
    """Change an open action; `version` is the one that the writer had before them.

    Raises:
        Conflict: somebody saved in between; `current` is their version.
        Forbidden, NotFound: outside what this person may edit.
        RuleBroken, Refused: the action is finished, or what was typed breaks rules.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_EDIT)
    if action.version != version:
        raise Conflict(_current(action))
    change_action(action, changes, by=by, now=now, today=today)
    db.session.commit()
    return action


def change_action(
    action: Action, changes: ActionChanges, *, by: User, now: datetime, today: date
) -> None:
    """As edit_action, of an action that is locked already and in the caller's transaction."""
    rules.check_open(action)
    changes = _cleaned(changes)
    places = _checked_changes(action, changes, by=by, today=today)
    before = _readable(action)
    if (action.deadline, action.owner) != (places.deadline, places.owner):
        action.deadline_rev += 1
        action.deadline_set_at = now
    if action.owner != places.owner:
        _assign(action, places.owner, by=by, now=now)
    _write(action, changes, places)
    action.status = changes.status
    search.remember(action)
    _journal_changes(action, before, changes, by=by, now=now)


def changes_of(action: Action) -> ActionChanges:
    """The action as it stands, to be handed to change_action with something replaced."""
    return ActionChanges(
        title=action.title,
        description=action.description,
        expected_effect=action.expected_effect,
        owner_text=action.owner.email if action.owner else "",
        unit_id=action.unit_id,
        committee_id=action.committee_id,
        deadline=action.deadline,
        status=action.status,
    )


def _cleaned(data: AnyWording) -> AnyWording:
    return replace(
        data,
        title=rules.one_line(data.title),
        description=rules.paragraphs(data.description),
        expected_effect=rules.paragraphs(data.expected_effect),
        owner_text=rules.one_line(data.owner_text),
        milestone_title=rules.one_line(data.milestone_title),
    )


def _checked_new(data: NewAction, *, by: User, today: date) -> _Places:
    problems = _wording_problems(data, today)
    owner, unit = None, None
    with rules.collecting(problems):
        owner = rules.find_owner(data.owner_text)
    with rules.collecting(problems):
        unit = rules.reachable_unit(data.unit_id, by=by, deed=Deed.ACTION_CREATE)
    with rules.collecting(problems):
        rules.check_deadline(data.deadline, today)
    if problems or unit is None or data.deadline is None:
        raise rules.Refused(problems)
    committee_id = rules.committee_for(data.committee_id) or unit.committee_id
    return _Places(owner, unit.id, committee_id, data.deadline)


def _wording_problems(data: Wording, today: date) -> list[RuleBroken]:
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        rules.check_title(data.title)
    for field in ("description", "expected_effect"):
        with rules.collecting(problems):
            rules.check_length(getattr(data, field), field, rules.TEXT_MAX)
    with rules.collecting(problems):
        rules.check_milestone(data.milestone_title, data.milestone_due, data.deadline, today)
    return problems


def _checked_changes(action: Action, changes: ActionChanges, *, by: User, today: date) -> _Places:
    problems = _wording_problems(changes, today)
    owner, unit_id = action.owner, changes.unit_id
    with rules.collecting(problems):
        if owner is None or not rules.is_called(owner, changes.owner_text):
            owner = rules.find_owner(changes.owner_text)
    with rules.collecting(problems):
        if unit_id is None or unit_id != action.unit_id:
            rules.reachable_unit(unit_id, by=by, deed=Deed.ACTION_EDIT)
    with rules.collecting(problems):
        _check_new_deadline(action, changes, today)
    with rules.collecting(problems):
        _check_status(action, changes.status)
    if problems or changes.deadline is None:
        raise rules.Refused(problems)
    return _Places(owner, unit_id, rules.committee_for(changes.committee_id), changes.deadline)


def _check_new_deadline(action: Action, changes: ActionChanges, today: date) -> None:
    """A deadline that stays may have passed; one that moves may not, and needs a reason."""
    if changes.deadline == action.deadline:
        return
    rules.check_deadline(changes.deadline, today)
    rules.check_written(
        rules.one_line(changes.deadline_reason),
        "deadline_reason",
        N_("Skriv varför slutdatumet ändras."),
        rules.REPORT_MAX,
    )


def _check_status(action: Action, status: ActionStatus) -> None:
    if status is action.status:
        return
    check_transition(action.status, status)
    if status not in OPEN:
        raise RuleBroken("Välj planerad, pågår eller pausad.", field="status")


def _write(action: Action, data: Wording, places: _Places) -> None:
    action.title = data.title
    action.description = data.description
    action.expected_effect = data.expected_effect
    action.unit_id, action.committee_id = places.unit_id, places.committee_id
    action.deadline = places.deadline
    if data.milestone_title and data.milestone_due:
        action.milestones.append(Milestone(title=data.milestone_title, due=data.milestone_due))


def _assign(action: Action, owner: User | None, *, by: User, now: datetime) -> None:
    action.owner = owner
    action.assigned_at = now if owner else None
    action.assigned_by_id = by.id if owner else None


def _points(point_ids: Sequence[int]) -> list[ImprovementPoint]:
    wanted = set(point_ids)
    query = select(ImprovementPoint).where(ImprovementPoint.id.in_(wanted))
    found = list(db.session.scalars(query.order_by(ImprovementPoint.position)))
    if len(found) != len(wanted):
        raise NotFound
    return found


def _plan_for(plan_id: int | None, *, by: User, now: datetime) -> ActionPlan:
    """The plan asked for, else the newest; the very first action brings a draft with it."""
    if plan_id is not None:
        plan = db.session.get(ActionPlan, plan_id)
        if plan is None:
            raise NotFound
        return plan
    return _newest_plan() or _first_plan(by=by, now=now)


def _newest_plan() -> ActionPlan | None:
    return db.session.scalar(select(ActionPlan).order_by(ActionPlan.id.desc()).limit(1))


def _first_plan(*, by: User, now: datetime) -> ActionPlan:
    if db.session.get_bind().dialect.name == "postgresql":
        # Two first actions at the same moment must not make two plans.
        db.session.execute(text("LOCK TABLE action_plan IN SHARE ROW EXCLUSIVE MODE"))
        if (plan := _newest_plan()) is not None:
            return plan
    plan = ActionPlan(title=DRAFT_TITLE, created_at=now)
    db.session.add(plan)
    db.session.flush()
    journal.record("plan.create", "plan", plan.id, {"title": plan.title}, by=by, now=now)
    return plan


def _readable(action: Action) -> dict[str, Any]:
    """The action's wording as the journal keeps it."""
    return {
        "title": action.title,
        "description": action.description,
        "expected_effect": action.expected_effect,
        "owner": action.owner.name if action.owner else None,
        "owner_id": action.owner.id if action.owner else None,
        "unit_id": action.unit_id,
        "committee_id": action.committee_id,
        "deadline": action.deadline.isoformat(),
        "status": action.status.value,
    }


def _journal_changes(
    action: Action, before: dict[str, Any], changes: ActionChanges, *, by: User, now: datetime
) -> None:
    after = _readable(action)
    data: dict[str, Any] = {
        name: [before[name], after[name]] for name in before if before[name] != after[name]
    }
    if "deadline" in data:
        data["deadline_reason"] = rules.one_line(changes.deadline_reason)
    if changes.milestone_title:
        data["milestone"] = changes.milestone_title
    if data:
        journal.record("action.edit", "action", action.id, data, by=by, now=now)


def saved_values(action: Action) -> dict[str, Any]:
    """An action in the names of the fields that change it."""
    return {
        "title": action.title,
        "description": action.description,
        "expected_effect": action.expected_effect,
        "owner_text": action.owner.name if action.owner else "",
        "unit_id": action.unit_id,
        "committee_id": action.committee_id,
        "deadline": action.deadline,
        "status": action.status,
        "version": action.version,
    }


def _current(action: Action) -> dict[str, Any]:
    """The saved version, and who saved it."""
    query = (
        select(JournalEntry.actor)
        .where(JournalEntry.subject == "action", JournalEntry.subject_id == action.id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    return {**saved_values(action), "saved_by": db.session.scalar(query) or ""}
