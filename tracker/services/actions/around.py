"""What stands around one action: what waits for what, links, and the points it may serve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionLink,
    ActionPlan,
    Evaluation,
    ImprovementPoint,
    Municipality,
    PlanPoint,
    User,
    action_contributor,
    action_dependency,
    action_plan_point,
    action_point,
)
from tracker.services import scope
from tracker.services.actions.search import sort_key

MOST_OFFERED = 200
MOST_POINTS_OFFERED = 300


@dataclass(frozen=True)
class Tied:
    """An action that waits for this one or that this one waits for.

    `title` is empty where the reader may not see it. `ends` is its forecast where it has one,
    else its deadline; `too_late` says that it ends after what waits for it, `dropped` that it
    will not end at all.
    """

    id: int
    title: str
    status: ActionStatus
    owner: str
    ends: date
    too_late: bool

    @property
    def dropped(self) -> bool:
        """Whether it was given up."""
        return self.status is ActionStatus.DROPPED


@dataclass(frozen=True)
class Link:
    """Something to read, and who put it there."""

    id: int
    title: str
    url: str
    author: str


@dataclass(frozen=True)
class Around:
    """All that belongs to the action but what its own row says; its contributors by name."""

    contributors: tuple[str, ...]
    needs: tuple[Tied, ...]
    needed_by: tuple[Tied, ...]
    links: tuple[Link, ...]
    plan_points: tuple[PlanPoint, ...]


@dataclass(frozen=True)
class OfferedPoint:
    """A point that an action could serve; `place` is the area or the plan that it stands in."""

    id: int
    text: str
    place: str


@dataclass(frozen=True)
class OfferedPoints:
    """The points of the plan and of its evaluation that the action does not serve yet."""

    plan_points: tuple[OfferedPoint, ...]
    points: tuple[OfferedPoint, ...]


def around(action: Action, *, by: User) -> Around:
    """What stands around an action that is loaded already, in a constant number of queries."""
    needs, needed_by = _ties(action, by)
    return Around(
        contributors=_contributors(action.id),
        needs=needs,
        needed_by=needed_by,
        links=_links(action.id),
        plan_points=_plan_points(action.id),
    )


def _contributors(action_id: int) -> tuple[str, ...]:
    query = (
        select(User.name)
        .join(action_contributor, action_contributor.c.user_id == User.id)
        .where(action_contributor.c.action_id == action_id)
    )
    return tuple(sorted(db.session.scalars(query), key=sort_key))


def _ties(action: Action, by: User) -> tuple[tuple[Tied, ...], tuple[Tied, ...]]:
    """Those that it waits for, and those that wait for it."""
    link = action_dependency.c
    waits = link.action_id == action.id
    seen = case((scope.actions_within(by, Deed.ACTION_VIEW), 1), else_=0)
    rows = db.session.execute(
        select(
            case((waits, 1), else_=0).label("waits"),
            Action.id,
            Action.title,
            Action.status,
            Action.deadline,
            Action.forecast,
            User.name.label("owner"),
            seen.label("seen"),
        )
        .select_from(action_dependency)
        .join(Action, Action.id == case((waits, link.needs_id), else_=link.action_id))
        .outerjoin(User, User.id == Action.owner_id)
        .where(or_(waits, link.needs_id == action.id))
        .order_by(Action.deadline, Action.id)
    ).all()
    return (
        tuple(_tied(row, row, action) for row in rows if row.waits),
        tuple(_tied(row, action, row) for row in rows if not row.waits),
    )


def _tied(row: Any, needed: Any, waiting: Any) -> Tied:
    """`row` as it is shown; `needed` should end before `waiting`."""
    return Tied(
        id=row.id,
        title=row.title if row.seen else "",
        status=row.status,
        owner=(row.owner or "") if row.seen else "",
        ends=_end(row),
        too_late=needed.status in OPEN and _end(needed) > waiting.deadline,
    )


def _end(action: Any) -> date:
    if action.status in OPEN and action.forecast:
        return cast(date, action.forecast)
    return cast(date, action.deadline)


def _links(action_id: int) -> tuple[Link, ...]:
    rows = db.session.execute(
        select(ActionLink.id, ActionLink.title, ActionLink.url, User.name)
        .join(User, User.id == ActionLink.added_by_id)
        .where(ActionLink.action_id == action_id)
        .order_by(ActionLink.id)
    )
    return tuple(Link(*row) for row in rows)


def _plan_points(action_id: int) -> tuple[PlanPoint, ...]:
    query = (
        select(PlanPoint)
        .join(action_plan_point, action_plan_point.c.plan_point_id == PlanPoint.id)
        .where(action_plan_point.c.action_id == action_id)
        .options(joinedload(PlanPoint.plan))
        .order_by(PlanPoint.position)
    )
    return tuple(db.session.scalars(query))


def actions_offered(action: Action, *, by: User) -> tuple[str, ...]:
    """The open actions of its plan that an action could wait for, as "12 Its title"."""
    link = action_dependency.c
    needed = select(link.needs_id).where(link.action_id == action.id)
    query = (
        select(Action.id, Action.title)
        .where(
            Action.plan_id == action.plan_id,
            Action.status.in_(OPEN),
            Action.id != action.id,
            Action.id.not_in(needed),
            scope.actions_within(by, Deed.ACTION_VIEW),
        )
        .order_by(Action.deadline, Action.id)
        .limit(MOST_OFFERED)
    )
    return tuple(f"{row.id} {row.title}" for row in db.session.execute(query))


def points_offered(action: Action) -> OfferedPoints:
    """The points that the action could serve besides those that it serves."""
    served = select(action_plan_point.c.plan_point_id)
    own = select(PlanPoint).where(
        PlanPoint.plan_id == action.plan_id,
        PlanPoint.id.not_in(served.where(action_plan_point.c.action_id == action.id)),
    )
    return OfferedPoints(
        plan_points=tuple(
            OfferedPoint(point.id, f"{point.label} {point.text}", "")
            for point in db.session.scalars(own.order_by(PlanPoint.position))
        ),
        points=tuple(_points_offered(action)),
    )


def _points_offered(action: Action) -> list[OfferedPoint]:
    tied = exists().where(
        action_point.c.action_id == action.id, action_point.c.point_id == ImprovementPoint.id
    )
    query = (
        select(ImprovementPoint)
        .where(ImprovementPoint.evaluation_id == _evaluation_for(action), ~tied)
        .options(joinedload(ImprovementPoint.area), selectinload(ImprovementPoint.subarea_links))
        .order_by(ImprovementPoint.position)
        .limit(MOST_POINTS_OFFERED)
    )
    return [
        OfferedPoint(
            point.id, point.text, f"{point.area.number} {point.area.name}" if point.area else ""
        )
        for point in db.session.scalars(query)
    ]


def _evaluation_for(action: Action) -> ColumnElement[int]:
    """The evaluation that the plan was made from, else our newest."""
    plans_own = select(ActionPlan.evaluation_id).where(ActionPlan.id == action.plan_id)
    newest = (
        select(Evaluation.id)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Municipality.is_own)
        .order_by(Evaluation.month.desc(), Evaluation.id.desc())
        .limit(1)
    )
    return func.coalesce(plans_own.scalar_subquery(), newest.scalar_subquery())
