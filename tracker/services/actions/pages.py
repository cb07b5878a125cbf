"""What the pages around one action show: the action itself, the points behind it, the choices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.errors import NotFound
from tracker.domain.permissions import PERMISSIONS, Deed
from tracker.domain.scores import points_left
from tracker.domain.statuses import OPEN, ActionStatus, last_heard
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Decision,
    DecisionKind,
    ImprovementPoint,
    JournalEntry,
    PlanState,
    PointSubArea,
    RoleAssignment,
    SubArea,
    User,
    action_point,
)
from tracker.services import journal, places, scope


@dataclass(frozen=True)
class Scored:
    """An area or sub-area beside a point; `missing` is None where the report has no score."""

    label: str
    score: int | None
    max: int | None

    @property
    def missing(self) -> int | None:
        """The points between the score and the full number."""
        return points_left(self.score, self.max)


@dataclass(frozen=True)
class PointShown:
    """A point word for word, with its place and what the evaluators held back there."""

    id: int
    text: str
    page: int | None
    month: date
    area: Scored | None
    subareas: tuple[Scored, ...]


@dataclass(frozen=True)
class ActionShown:
    """Everything on an action's page; `may` holds what the reader can do with it now, `unseen`
    the actions that the history names and the reader may not see."""

    action: Action
    points: tuple[PointShown, ...]
    history: tuple[JournalEntry, ...]
    may: frozenset[Deed]
    unseen: frozenset[int] = frozenset()

    @property
    def last_heard_at(self) -> datetime:
        """When somebody last spoke of the action."""
        return last_heard(self.action.created_at, self.action.assigned_at, self.action.reported_at)


@dataclass(frozen=True)
class PlanShown:
    """A plan's heading, the decision that adopted it, and the latest that followed it up."""

    id: int
    title: str
    adopted: bool
    closed_on: date | None
    decision: Decision | None
    follow_up: Decision | None


@dataclass(frozen=True)
class FormChoices:
    """What the action form offers: (id, name) of units and committees, words for the owner."""

    units: tuple[tuple[int, str], ...]
    committees: tuple[tuple[int, str], ...]
    people: tuple[str, ...]


def action_shown(action_id: int, by: User) -> ActionShown:
    """The action with all that belongs to it, in a constant number of queries.

    Raises:
        Forbidden, NotFound: outside what this person may see.
    """
    action = scope.load_action(
        action_id,
        by=by,
        deed=Deed.ACTION_VIEW,
        options=(
            joinedload(Action.plan),
            joinedload(Action.unit),
            joinedload(Action.committee),
            joinedload(Action.owner).lazyload(User.roles),
            joinedload(Action.done_by).lazyload(User.roles),
            joinedload(Action.verified_by).lazyload(User.roles),
            selectinload(Action.milestones),
        ),
    )
    may = frozenset(deed for deed in _POSSIBLE if _may_now(by, deed, action))
    answered = select(action_point.c.point_id).where(action_point.c.action_id == action.id)
    history = tuple(journal.history("action", action.id))
    return ActionShown(
        action=action,
        points=_points(ImprovementPoint.id.in_(answered)),
        history=history,
        may=may,
        unseen=_unseen(history, by),
    )


def _unseen(history: Iterable[JournalEntry], by: User) -> frozenset[int]:
    """The actions that were waited for, as far as the reader may not know what they are called."""
    named = {entry.data["needs_id"] for entry in history if "needs_id" in entry.data}
    within = scope.actions_within(by, Deed.ACTION_VIEW)
    seen = db.session.scalars(select(Action.id).where(Action.id.in_(named), within))
    return frozenset(named.difference(seen))


_POSSIBLE = (
    Deed.ACTION_EDIT,
    Deed.ACTION_REPORT,
    Deed.ACTION_COMPLETE,
    Deed.ACTION_VERIFY,
    Deed.ACTION_DROP,
)


def _may_now(by: User, deed: Deed, action: Action) -> bool:
    """Whether the deed is this person's and makes sense in the action's present state."""
    if not (by.may(deed) and scope.may_on(by, deed, action)):
        return False
    if deed is Deed.ACTION_VERIFY:
        return action.status is ActionStatus.DONE and action.done_by_id != by.id
    # What is finished can be opened again by those who edit.
    return deed is Deed.ACTION_EDIT or action.status in OPEN


def points_shown(point_ids: Sequence[int], by: User) -> tuple[PointShown, ...]:
    """The points that a new action shall answer.

    Raises:
        Forbidden, NotFound: not for this person, or no such point.
    """
    scope.require(by, Deed.POINT_VIEW)
    if not point_ids:
        return ()
    found = _points(ImprovementPoint.id.in_(point_ids))
    if len(found) != len(set(point_ids)):
        raise NotFound
    return found


def _points(condition: ColumnElement[bool]) -> tuple[PointShown, ...]:
    query = (
        select(ImprovementPoint)
        .where(condition)
        .options(
            joinedload(ImprovementPoint.evaluation),
            joinedload(ImprovementPoint.area),
            selectinload(ImprovementPoint.subarea_links).joinedload(PointSubArea.sub_area),
        )
        .order_by(ImprovementPoint.evaluation_id, ImprovementPoint.position)
    )
    return tuple(_point(point) for point in db.session.scalars(query))


def _point(point: ImprovementPoint) -> PointShown:
    area = point.area
    return PointShown(
        id=point.id,
        text=point.text,
        page=point.page,
        month=point.evaluation.month,
        area=Scored(f"{area.number} {area.name}", area.score, area.max) if area else None,
        subareas=tuple(_subarea(link.sub_area) for link in point.subarea_links),
    )


def _subarea(subarea: SubArea) -> Scored:
    return Scored(f"{subarea.code} {subarea.name}", subarea.score, subarea.max)


def plans_shown(by: User) -> tuple[PlanShown, ...]:
    """All plans, newest first; drafts only for those who act in them."""
    scope.require(by, Deed.PLAN_VIEW)
    reach = by.scope(Deed.PLAN_VIEW)
    query = (
        select(ActionPlan)
        .options(selectinload(ActionPlan.decisions))
        .order_by(ActionPlan.id.desc())
    )
    if not (reach.everything or reach.units or reach.own):
        query = query.where(ActionPlan.state == PlanState.ADOPTED)
    return tuple(_plan(plan) for plan in db.session.scalars(query))


def _plan(plan: ActionPlan) -> PlanShown:
    latest = {decision.kind: decision for decision in plan.decisions}
    return PlanShown(
        id=plan.id,
        title=plan.title,
        adopted=plan.state is PlanState.ADOPTED,
        closed_on=plan.closed_on,
        decision=latest.get(DecisionKind.ADOPTED),
        follow_up=latest.get(DecisionKind.FOLLOWED_UP),
    )


def form_choices(by: User, deed: Deed, *, kept_unit_id: int | None = None) -> FormChoices:
    """The units that `deed` reaches (and the one the action has), committees and owners."""
    reach = by.scope(deed)
    return FormChoices(
        units=tuple(
            (unit.id, unit.name)
            for unit in places.units()
            if reach.everything or unit.id in reach.units or unit.id == kept_unit_id
        ),
        committees=tuple((item.id, item.name) for item in places.committees()),
        people=_possible_owners(),
    )


def _possible_owners() -> tuple[str, ...]:
    """Names of those who can report; the address where two share a name."""
    rows = db.session.execute(
        select(User.id, User.name, User.email)
        .join(RoleAssignment, RoleAssignment.user_id == User.id)
        .where(
            User.deactivated_at.is_(None),
            RoleAssignment.role.in_(PERMISSIONS[Deed.ACTION_REPORT]),
        )
        .distinct()
    ).all()
    times = Counter(fold(name) for _id, name, _email in rows)
    words = (name if times[fold(name)] == 1 else email for _id, name, email in rows)
    return tuple(sorted(words, key=fold))


def _named(model: Any, condition: ColumnElement[bool]) -> tuple[tuple[int, str], ...]:
    rows: Iterable[Any] = db.session.execute(select(model.id, model.name).where(condition))
    return tuple(sorted(((row.id, row.name) for row in rows), key=lambda row: fold(row[1])))
