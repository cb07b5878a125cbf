"""Everything on a plan's page, within what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    CarriedAction,
    JournalEntry,
    PlanPoint,
    PlanPublicity,
    PlanState,
    User,
    action_plan_point,
)
from tracker.services import journal, scope
from tracker.services.plans import rules
from tracker.services.plans.gate import Unready, unready
from tracker.services.plans.line import Line, line_of
from tracker.services.plans.listing import Progress, progress_of

SHOWN = 10  # actions per point, and loose ones; the list has the rest
CARRIED_SHOWN = 200


@dataclass(frozen=True)
class ActionLine:
    """An action below its point; `moved_to` is the title of the plan that has it now, where that
    is another one."""

    id: int
    title: str
    status: ActionStatus
    deadline: date
    late: bool
    owner: str | None
    moved_to: str | None


@dataclass(frozen=True)
class OwnPoint:
    """A point of the plan's own; `number` counts its actions, of which the first are `actions`."""

    id: int
    label: str
    text: str
    number: int
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True)
class CarriedLine:
    """An action that went from plan to plan, as it stood then; `other` is the other plan, where
    the reader may know of it, and `other_id` its id where they may open it."""

    id: int
    title: str
    status: ActionStatus
    deadline: date
    at: datetime
    other: str
    other_id: int | None


@dataclass(frozen=True)
class PlanLink:
    """Another plan; `id` is None where the reader may know of it but not open it."""

    id: int | None
    title: str
    draft: bool


@dataclass(frozen=True)
class PlanPage:
    """A plan's page. `loose` are actions that belong to no point of the plan's own (`loose_number`
    in all); `unready` is for who may adopt a draft; `public`: anybody may read of it."""

    plan: ActionPlan
    progress: Progress
    points: tuple[OwnPoint, ...]
    loose: tuple[ActionLine, ...]
    loose_number: int
    carried_in: tuple[CarriedLine, ...]
    carried_out: tuple[CarriedLine, ...]
    previous: PlanLink | None
    next: tuple[PlanLink, ...]
    closed_by: str
    unready: Unready | None
    history: tuple[JournalEntry, ...]
    line: Line
    public: bool


def load_plan(plan_id: int, *, by: User, deed: Deed = Deed.PLAN_VIEW) -> ActionPlan:
    """A plan with its decisions and points, if the person may look at it.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, deed)
    plan = db.session.scalar(
        select(ActionPlan)
        .where(ActionPlan.id == plan_id, rules.plans_within(by))
        .options(
            selectinload(ActionPlan.decisions),
            selectinload(ActionPlan.points),
            joinedload(ActionPlan.evaluation),
        )
    )
    if plan is None:
        raise NotFound
    return plan


def action_count(plan_id: int) -> int:
    """How many actions a plan holds."""
    count = select(func.count()).select_from(Action).where(Action.plan_id == plan_id)
    return db.session.scalar(count) or 0


def plan_page(plan_id: int, *, by: User, today: date) -> PlanPage:
    """The plan with all that belongs to it, in a constant number of queries.

    Raises:
        NotFound, Forbidden.
    """
    plan = load_plan(plan_id, by=by)
    within = scope.actions_within(by, Deed.ACTION_VIEW)
    points = _points(plan, within, today)
    loose, loose_number = _loose(plan, within, today)
    drafting = plan.state is PlanState.DRAFT and by.may(Deed.PLAN_ADOPT)
    return PlanPage(
        plan=plan,
        progress=progress_of([plan.id], by=by, today=today).get(plan.id, Progress()),
        points=points,
        loose=loose,
        loose_number=loose_number,
        carried_in=_carried(plan, within, by, incoming=True),
        carried_out=_carried(plan, within, by, incoming=False),
        previous=next(iter(_links(ActionPlan.id == plan.previous_id, by)), None),
        next=_links(ActionPlan.previous_id == plan.id, by, named=_is_over(plan)),
        closed_by=_name(plan.closed_by_id),
        unready=unready(plan) if drafting else None,
        history=tuple(journal.history("plan", plan.id)),
        line=line_of(plan, by=by),
        public=_is_public(plan.id),
    )


def _is_public(plan_id: int) -> bool:
    query = select(PlanPublicity.plan_id).where(PlanPublicity.plan_id == plan_id)
    return db.session.scalar(query) is not None


def _points(plan: ActionPlan, within: ColumnElement[bool], today: date) -> tuple[OwnPoint, ...]:
    """The plan's own points, each with its first actions wherever they are now."""
    link = action_plan_point.c
    place = func.row_number().over(
        partition_by=link.plan_point_id, order_by=(Action.deadline, Action.id)
    )
    number = func.count().over(partition_by=link.plan_point_id)
    first = (
        select(link.plan_point_id, link.action_id, place.label("place"), number.label("number"))
        .join(Action, Action.id == link.action_id)
        .join(PlanPoint, PlanPoint.id == link.plan_point_id)
        .where(PlanPoint.plan_id == plan.id, within)
        .subquery()
    )
    query = _lines().add_columns(first.c.plan_point_id, first.c.number)
    query = query.join(first, first.c.action_id == Action.id).where(first.c.place <= SHOWN)
    numbers: dict[int, int] = {}
    lines: dict[int, list[ActionLine]] = {}
    for row in db.session.execute(query.order_by(first.c.plan_point_id, first.c.place)):
        numbers[row.plan_point_id] = row.number
        lines.setdefault(row.plan_point_id, []).append(_line(row, plan, today))
    return tuple(
        OwnPoint(
            point.id,
            point.label,
            point.text,
            numbers.get(point.id, 0),
            tuple(lines.get(point.id, ())),
        )
        for point in plan.points
    )


def _loose(
    plan: ActionPlan, within: ColumnElement[bool], today: date
) -> tuple[tuple[ActionLine, ...], int]:
    """The first actions of the plan that belong to none of its points, the open ones first."""
    own = select(PlanPoint.id).where(PlanPoint.plan_id == plan.id)
    tied = select(action_plan_point.c.action_id).where(action_plan_point.c.plan_point_id.in_(own))
    wanted = and_(Action.plan_id == plan.id, within, Action.id.not_in(tied))
    number = db.session.scalar(select(func.count()).select_from(Action).where(wanted)) or 0
    rows = db.session.execute(
        _lines().where(wanted).order_by(Action.phase, Action.deadline, Action.id).limit(SHOWN)
    )
    return tuple(_line(row, plan, today) for row in rows), number


def _lines() -> Select[*tuple[Any, ...]]:
    """The columns of an ActionLine, its owner and its plan included."""
    # By another name, since the reader's scope asks for plans as well.
    plan = aliased(ActionPlan)
    return (
        select(
            Action.id,
            Action.title,
            Action.status,
            Action.deadline,
            User.name.label("owner"),
            Action.plan_id,
            plan.title.label("plan"),
        )
        .outerjoin(User, User.id == Action.owner_id)
        .join(plan, plan.id == Action.plan_id)
    )


def _line(row: Row[*tuple[Any, ...]], plan: ActionPlan, today: date) -> ActionLine:
    return ActionLine(
        id=row.id,
        title=row.title,
        status=row.status,
        deadline=row.deadline,
        late=row.status in OPEN and row.deadline < today,
        owner=row.owner,
        moved_to=row.plan if row.plan_id != plan.id else None,
    )


def _carried(
    plan: ActionPlan, within: ColumnElement[bool], by: User, *, incoming: bool
) -> tuple[CarriedLine, ...]:
    """What came from, or went to, other plans."""
    move, other = aliased(CarriedAction), aliased(ActionPlan)
    mine, theirs = move.from_plan_id, move.to_plan_id
    if incoming:
        mine, theirs = theirs, mine
    visible = select(ActionPlan.id).where(rules.plans_within(by))
    rows = db.session.execute(
        select(
            Action.id,
            Action.title,
            move.status,
            move.deadline,
            move.at,
            other.title.label("plan"),
            other.id.label("plan_id"),
            other.id.in_(visible).label("visible"),
        )
        .join(Action, Action.id == move.action_id)
        .join(other, other.id == theirs)
        .where(mine == plan.id, within)
        .order_by(move.id)
        .limit(CARRIED_SHOWN)
    )
    return tuple(
        CarriedLine(
            row.id,
            row.title,
            row.status,
            row.deadline,
            row.at,
            row.plan if row.visible or _is_over(plan) else "",
            row.plan_id if row.visible else None,
        )
        for row in rows
    )


def _is_over(plan: ActionPlan) -> bool:
    """Whoever reads a closed plan is told what became of it, though the next be a draft yet."""
    return plan.closed_on is not None


def _links(
    condition: ColumnElement[bool], by: User, *, named: bool = False
) -> tuple[PlanLink, ...]:
    """The plans that the reader may open, and where they are `named` the others too."""
    rows = db.session.execute(
        select(
            ActionPlan.id,
            ActionPlan.title,
            ActionPlan.state,
            ActionPlan.id.in_(select(ActionPlan.id).where(rules.plans_within(by))).label("visible"),
        )
        .where(condition)
        .order_by(ActionPlan.id)
    )
    return tuple(
        PlanLink(row.id if row.visible else None, row.title, row.state is PlanState.DRAFT)
        for row in rows
        if row.visible or named
    )


def _name(user_id: int | None) -> str:
    if user_id is None:
        return ""
    return db.session.scalar(select(User.name).where(User.id == user_id)) or ""
