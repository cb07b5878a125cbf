"""From an improvement point to an action, and changes to its wording afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.errors import N_, Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus, check_transition
from tracker.extensions import db
from tracker.models import Action, ActionPlan, Milestone, User
from tracker.services import journal, scope
from tracker.services.actions import rules, search, standing, targets, who
from tracker.services.actions.standing import saved_values
from tracker.services.points import answers

__all__ = [
    "ActionChanges",
    "Known",
    "NewAction",
    "Wording",
    "add_action",
    "change_action",
    "changes_of",
    "check_change",
    "create_action",
    "edit_action",
    "saved_values",
]


@dataclass(frozen=True)
class Wording:
    """What a new and a changed action both say, as typed.

    `owner_text` is a name, an e-mail address or empty; `contributors` are such texts too.
    `outside_ok` says that the owner may belong to another unit than the action. The milestone is
    optional, but whole. `extra` are a spreadsheet's own columns; None leaves them as they are.
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
    starts_on: date | None = None
    effect_measure: str = ""
    cost: str = ""
    contributors: tuple[str, ...] = ()
    outside_ok: bool = False
    extra: Mapping[str, str] | None = None


@dataclass(frozen=True)
class NewAction(Wording):
    """An action to be; no committee means the unit's. Points of a plan decide the plan; else no
    plan means the newest open one that answers the improvement points, or the newest open one.
    """

    point_ids: tuple[int, ...] = ()
    plan_point_ids: tuple[int, ...] = ()
    plan_id: int | None = None
    status: ActionStatus = ActionStatus.PLANNED
    points_seen: int | None = None  # as answers.answer_points has `seen`


@dataclass(frozen=True)
class ActionChanges(Wording):
    """An action as it shall read from now on; a milestone given here is added to it."""

    status: ActionStatus = ActionStatus.PLANNED
    deadline_reason: str = ""


@dataclass(frozen=True)
class Known:
    """What a step on many actions looks up once for all of them: whom its texts mean, the words
    in them by key, and the plan that its new actions go into, held open."""

    people: rules.People | None = None
    words: Mapping[str, int] | None = None
    plan: ActionPlan | None = None


NOTHING_KNOWN = Known()


@dataclass(frozen=True)
class _Places:
    """What the typed words turned out to mean, with the day that goes with them."""

    owner: User | None
    unit_id: int | None
    committee_id: int | None
    deadline: date
    contributors: list[User]


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


def add_action(
    data: NewAction, *, by: User, now: datetime, today: date, known: Known = NOTHING_KNOWN
) -> Action:
    """As create_action, in the caller's transaction."""
    scope.require(by, Deed.ACTION_CREATE)
    data = _cleaned(data)
    places = _checked_new(data, by=by, today=today, people=known.people)
    # Points are locked before the journal is, here as where they are answered.
    answers.mark_acted(data.point_ids, seen=data.points_seen, by=by, now=now)
    served = targets.found(data.point_ids, data.plan_point_ids)
    plan = known.plan if not data.plan_point_ids else None
    if plan is None or plan.id != data.plan_id:
        plan = targets.plan_for(data.plan_id, served, by=by, now=now)
    action = Action(
        plan=plan,
        first_deadline=places.deadline,
        deadline_set_at=now,
        created_at=now,
        created_by_id=by.id,
        points=list(served.points),
        plan_points=list(served.plan_points),
        contributors=list(places.contributors),
        status=data.status,
    )
    _write(action, data, places)
    _assign(action, places.owner, by=by, now=now)
    db.session.add(action)
    search.remember(action, known.words)
    journal.record(
        "action.create",
        "action",
        action.id,
        {
            **standing.readable(action),
            "milestone": data.milestone_title,
            "points": list(data.point_ids),
            "plan_points": list(data.plan_point_ids),
            "plan": plan.title,
        },
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
        raise Conflict(standing.current(action))
    change_action(action, changes, by=by, now=now, today=today)
    db.session.commit()
    return action


def change_action(
    action: Action,
    changes: ActionChanges,
    *,
    by: User,
    now: datetime,
    today: date,
    known: Known = NOTHING_KNOWN,
) -> None:
    """As edit_action, of an action that is locked already and in the caller's transaction."""
    changes = _cleaned(changes)
    places = check_change(action, changes, by=by, today=today, people=known.people)
    before, extra = standing.readable(action), action.extra
    if (action.deadline, action.owner) != (places.deadline, places.owner):
        action.deadline_rev += 1
        action.deadline_set_at = now
    if action.owner != places.owner:
        _assign(action, places.owner, by=by, now=now)
    _write(action, changes, places)
    action.status = changes.status
    if any(before[name] != getattr(action, name) for name in search.SEARCHED):
        search.remember(action, known.words)
    db.session.flush()
    data = standing.differences(before, standing.readable(action))
    if "deadline" in data:
        data["deadline_reason"] = rules.one_line(changes.deadline_reason)
    if changes.milestone_title:
        data["milestone"] = changes.milestone_title
    if action.extra != extra:
        data["extra"] = [extra or {}, action.extra or {}]
    if data:
        journal.record("action.edit", "action", action.id, data, by=by, now=now)


def check_change(
    action: Action,
    changes: ActionChanges,
    *,
    by: User,
    today: date,
    people: rules.People | None = None,
) -> _Places:
    """Raise what change_action would raise; nothing is written."""
    rules.check_open(action)
    if not _only_hands_over(action, changes):
        rules.check_plan_open(action.plan)
    return _checked_changes(action, _cleaned(changes), by=by, today=today, people=people)


def _only_hands_over(action: Action, changes: ActionChanges) -> bool:
    """Somebody answers for an action even when its plan is closed."""
    as_it_was = changes_of(action)
    return as_it_was == replace(
        changes, owner_text=as_it_was.owner_text, outside_ok=as_it_was.outside_ok
    )


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
        starts_on=action.starts_on,
        effect_measure=action.effect_measure,
        cost=action.cost,
        contributors=tuple(person.email for person in action.contributors),
        status=action.status,
    )


def _cleaned(data: AnyWording) -> AnyWording:
    return replace(
        data,
        title=rules.one_line(data.title),
        description=rules.paragraphs(data.description),
        expected_effect=rules.paragraphs(data.expected_effect),
        effect_measure=rules.paragraphs(data.effect_measure),
        cost=rules.paragraphs(data.cost),
        owner_text=rules.one_line(data.owner_text),
        milestone_title=rules.one_line(data.milestone_title),
    )


def _checked_new(data: NewAction, *, by: User, today: date, people: rules.People | None) -> _Places:
    problems = _wording_problems(data, today)
    owner, unit = None, None
    helpers: list[User] = []
    with rules.collecting(problems):
        owner = rules.find_owner(data.owner_text, people)
    with rules.collecting(problems):
        unit = rules.reachable_unit(data.unit_id, by=by, deed=Deed.ACTION_CREATE)
    with rules.collecting(problems):
        who.check_belongs(owner, unit, outside_ok=data.outside_ok)
    with rules.collecting(problems):
        helpers = who.find_contributors(data.contributors, people=people)
    with rules.collecting(problems):
        rules.check_deadline(data.deadline, today)
    if problems or unit is None or data.deadline is None:
        raise rules.Refused(problems)
    committee_id = rules.committee_for(data.committee_id) or unit.committee_id
    return _Places(owner, unit.id, committee_id, data.deadline, _without(owner, helpers))


def _without(owner: User | None, helpers: list[User]) -> list[User]:
    """Who owns an action contributes to it anyhow."""
    return [person for person in helpers if person is not owner]


_LONGEST = {
    "description": rules.TEXT_MAX,
    "expected_effect": rules.TEXT_MAX,
    "effect_measure": rules.TEXT_MAX,
    "cost": rules.COST_MAX,
}


def _wording_problems(data: Wording, today: date) -> list[RuleBroken]:
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        rules.check_title(data.title)
    for field, longest in _LONGEST.items():
        with rules.collecting(problems):
            rules.check_length(getattr(data, field), field, longest)
    with rules.collecting(problems):
        rules.check_start(data.starts_on, data.deadline)
    with rules.collecting(problems):
        rules.check_milestone(
            data.milestone_title, data.milestone_due, data.deadline, today, data.starts_on
        )
    return problems


def _checked_changes(
    action: Action, changes: ActionChanges, *, by: User, today: date, people: rules.People | None
) -> _Places:
    problems = _wording_problems(changes, today)
    owner, unit_id = action.owner, changes.unit_id
    helpers = list(action.contributors)
    with rules.collecting(problems):
        if owner is None or not rules.is_called(owner, changes.owner_text):
            owner = rules.find_owner(changes.owner_text, people)
    unit = action.unit if unit_id == action.unit_id else None
    with rules.collecting(problems):
        if unit is None:
            unit = rules.reachable_unit(unit_id, by=by, deed=Deed.ACTION_EDIT)
    with rules.collecting(problems):
        if (owner, unit) != (action.owner, action.unit):
            who.check_belongs(owner, unit, outside_ok=changes.outside_ok)
    with rules.collecting(problems):
        helpers = who.find_contributors(
            changes.contributors, known=action.contributors, people=people
        )
    with rules.collecting(problems):
        _check_new_deadline(action, changes, today)
    with rules.collecting(problems):
        _check_status(action, changes.status)
    if problems or changes.deadline is None:
        raise rules.Refused(problems)
    committee_id = rules.committee_for(changes.committee_id)
    return _Places(owner, unit_id, committee_id, changes.deadline, _without(owner, helpers))


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
    action.deadline, action.starts_on = places.deadline, data.starts_on
    action.effect_measure, action.cost = data.effect_measure, data.cost
    if data.extra is not None:
        action.extra = dict(data.extra) or None
    if {person.id for person in action.contributors} != {p.id for p in places.contributors}:
        action.contributors = places.contributors
        # What stands in another table raises no version by itself.
        flag_modified(action, "title")
    if data.milestone_title and data.milestone_due:
        action.milestones.append(Milestone(title=data.milestone_title, due=data.milestone_due))


def _assign(action: Action, owner: User | None, *, by: User, now: datetime) -> None:
    action.owner = owner
    action.assigned_at = now if owner else None
    action.assigned_by_id = by.id if owner else None
