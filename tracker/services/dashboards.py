"""The first page of each kind of person: the state of things, answered in a few queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.scores import AreaScore, missing
from tracker.domain.statuses import OPEN, REACHED, ActionStatus
from tracker.domain.statuses import Health as Forecast
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Area,
    Committee,
    Decision,
    DecisionKind,
    ImprovementPoint,
    PlanState,
    StatusUpdate,
    User,
    action_point,
)
from tracker.services import drafts, scope
from tracker.services.actions import lists, talk
from tracker.services.actions.filters import count_up_to, late, ownerless
from tracker.services.actions.latest import latest_update
from tracker.services.comparisons import choosing, comparing
from tracker.services.evaluations import ListedEvaluation
from tracker.services.points import is_answered
from tracker.services.score_sets import AREA_MAX, main_set

SHOWN = 3
DATES_SHOWN = 5
DEVIATIONS_SHOWN = 20
NEWLY = timedelta(days=90)


@dataclass(frozen=True)
class Tally:
    """The actions that still count (the dropped do not): how many, and how they stand."""

    total: int = 0
    reached: int = 0
    overdue: int = 0
    ownerless: int = 0


@dataclass(frozen=True)
class ActionLine:
    """An action on a short list; `said` is what the latest report says, if anything."""

    id: int
    title: str
    owner: str | None
    deadline: date
    status: ActionStatus
    forecast: Forecast | None = None
    said: str | None = None


@dataclass(frozen=True)
class PointLine:
    """An improvement point on a short list."""

    id: int
    text: str
    area: int | None


@dataclass(frozen=True)
class Pile:
    """The first few of `count` things that wait for somebody."""

    count: int
    lines: tuple[Any, ...]


@dataclass(frozen=True)
class AreaLine:
    """An area of the latest evaluation; `done` of `total` actions that answer its points."""

    number: int
    name: str
    score: int | None
    max: int
    missing: int | None
    done: int
    total: int


@dataclass(frozen=True)
class DirectorOverview:
    """What a director must know; `evaluation` is our latest, None before the first."""

    evaluation: ListedEvaluation | None
    tally: Tally
    points: Pile
    ownerless: Pile
    to_verify: Pile
    adrift: Pile
    areas: tuple[AreaLine, ...]
    dates: tuple[ActionLine, ...]
    drafts: tuple[int, ...]
    mentions: tuple[talk.MentionShown, ...]
    plan_to_adopt: ActionPlan | None
    latest_two: tuple[int, int] | None
    comparison: comparing.ComparisonShown | None


def director_overview(*, by: User, today: date) -> DirectorOverview:
    """The state within a director's reach.

    Raises:
        Forbidden: no role of the person reads plan and evaluations.
    """
    scope.require(by, Deed.PLAN_VIEW)
    mine = scope.actions_within(by, Deed.PLAN_VIEW)
    listed = choosing.comparable(by)
    latest = next((one for one in listed if one.is_own), None)
    verifiable = scope.actions_within(by, Deed.ACTION_VERIFY)
    waiting = (Action.status == ActionStatus.DONE) & (Action.done_by_id != by.id)
    return DirectorOverview(
        evaluation=latest,
        tally=_tally_of(mine, today),
        points=_open_points(latest),
        ownerless=_pile([mine, ownerless()]),
        to_verify=_pile([verifiable, waiting]),
        adrift=_pile([mine, late(today), _without_forecast()]),
        areas=_areas(latest, mine),
        dates=_next_dates(mine & (Action.phase == 0), today),
        drafts=tuple(draft.id for draft in drafts.drafts_waiting(by)),
        mentions=talk.unseen_mentions(by),
        plan_to_adopt=_plan_to_adopt(by),
        latest_two=choosing.latest_two(listed),
        comparison=_compared(listed, by),
    )


def _compared(listed: Sequence[ListedEvaluation], by: User) -> comparing.ComparisonShown | None:
    """Our two latest side by side; None while there are fewer, or where a report contradicts
    itself (the page under Effekt says how)."""
    two = choosing.latest_two(listed)
    if two is None:
        return None
    try:
        return comparing.compare_evaluations(*two, by=by, listed=listed)
    except RuleBroken:
        return None


def _tally_of(mine: ColumnElement[bool], today: date) -> Tally:
    """Counted to MOST + 1, as the lists are."""
    counts = lists.counted([mine], today)
    return Tally(counts.live, counts.done, counts.late, counts.ownerless)


def _tally(today: date) -> tuple[Any, ...]:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(Action.id).filter(condition)

    return (
        count(Action.status != ActionStatus.DROPPED),
        count(Action.status.in_(REACHED)),
        count(late(today)),
        count(ownerless()),
    )


def _without_forecast() -> ColumnElement[bool]:
    """Nothing was ever reported, or the last report says that the plan does not hold."""
    return or_(Action.reported_at.is_(None), Action.health == Forecast.OFF_TRACK)


def _pile(conditions: list[ColumnElement[bool]], shown: int = SHOWN) -> Pile:
    """The first by deadline. What is said of each is looked up for those shown only."""
    order = (Action.deadline, Action.id)
    first = select(Action.id).where(*conditions).order_by(*order).limit(shown).subquery()
    rows = db.session.execute(
        select(
            Action.id,
            Action.title,
            User.name,
            Action.deadline,
            Action.status,
            Action.health,
            StatusUpdate.text,
        )
        .join(first, first.c.id == Action.id)
        .outerjoin(User, User.id == Action.owner_id)
        .outerjoin(StatusUpdate, StatusUpdate.id == latest_update())
        .order_by(*order)
    ).all()
    return Pile(count_up_to(conditions), tuple(ActionLine(*row) for row in rows))


def _next_dates(condition: ColumnElement[bool], today: date) -> tuple[ActionLine, ...]:
    rows = db.session.execute(
        select(Action.id, Action.title, User.name, Action.deadline, Action.status)
        .outerjoin(User, User.id == Action.owner_id)
        .where(condition, Action.deadline >= today)
        .order_by(Action.deadline, Action.id)
        .limit(DATES_SHOWN)
    )
    return tuple(ActionLine(*row) for row in rows)


def _open_points(latest: ListedEvaluation | None) -> Pile:
    if latest is None:
        return Pile(0, ())
    rows = db.session.execute(
        select(ImprovementPoint.id, ImprovementPoint.text, Area.number, func.count().over())
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(ImprovementPoint.evaluation_id == latest.id, ~is_answered())
        .order_by(ImprovementPoint.position)
        .limit(SHOWN)
    ).all()
    return Pile(rows[0][-1] if rows else 0, tuple(PointLine(*row[:-1]) for row in rows))


def _areas(latest: ListedEvaluation | None, mine: ColumnElement[bool]) -> tuple[AreaLine, ...]:
    if latest is None:
        return ()
    rows = db.session.execute(
        select(Area.id, Area.number, Area.name, Area.score, Area.max)
        .where(Area.score_set_id == main_set(latest.id))
        .order_by(Area.number)
    )
    counts = _actions_per_area(latest.id, mine)
    return tuple(_area_line(*row[1:], counts.get(row[0], (0, 0))) for row in rows)


def _area_line(
    number: int, name: str, score: int | None, top: int | None, counts: tuple[int, int]
) -> AreaLine:
    best = top or AREA_MAX
    return AreaLine(
        number, name, score, best, missing(AreaScore(number, name, score, best)), *counts
    )


def _actions_per_area(
    evaluation_id: int, mine: ColumnElement[bool]
) -> dict[int | None, tuple[int, int]]:
    """Area id → (reached, all) actions that answer its points, each counted once."""
    rows = db.session.execute(
        select(
            ImprovementPoint.area_id,
            func.count(Action.id.distinct()).filter(Action.status.in_(REACHED)),
            func.count(Action.id.distinct()),
        )
        .join(action_point, action_point.c.point_id == ImprovementPoint.id)
        .join(Action, Action.id == action_point.c.action_id)
        .where(
            ImprovementPoint.evaluation_id == evaluation_id,
            Action.status != ActionStatus.DROPPED,
            mine,
        )
        .group_by(ImprovementPoint.area_id)
    )
    return {area_id: (done, total) for area_id, done, total in rows}


def _plan_to_adopt(by: User) -> ActionPlan | None:
    """The newest draft that already holds actions, whichever plans came after it."""
    if not by.may(Deed.PLAN_ADOPT):
        return None
    holds = exists().where(Action.plan_id == ActionPlan.id)
    return db.session.scalar(
        select(ActionPlan)
        .where(ActionPlan.state == PlanState.DRAFT, holds)
        .order_by(ActionPlan.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class CommitteeState:
    """One committee's part of the adopted plan."""

    id: int
    name: str
    tally: Tally


@dataclass(frozen=True)
class Dropped:
    """An action that was given up: why, and by whose decision."""

    id: int
    title: str
    dropped_on: date | None
    dropped_by: str
    reason: str


@dataclass(frozen=True)
class Finished:
    """An action that was reached lately."""

    id: int
    title: str
    done_on: date | None
    status: ActionStatus


@dataclass(frozen=True)
class CommitteeOverview:
    """What a committee member reads before a meeting; `decision` adopted the newest plan."""

    committees: tuple[CommitteeState, ...]
    decision: Decision | None
    deviations: Pile
    dropped: tuple[Dropped, ...]
    finished: tuple[Finished, ...]
    comparison: comparing.ComparisonShown | None


def committee_overview(*, by: User, today: date) -> CommitteeOverview:
    """The state of the adopted plan for the person's committees.

    Raises:
        Forbidden: no role of the person reads actions.
    """
    scope.require(by, Deed.ACTION_VIEW)
    ids = by.scope(Deed.ACTION_VIEW).committees
    theirs = scope.actions_within(by, Deed.ACTION_VIEW) & Action.committee_id.in_(ids)
    strays = Action.status.in_(OPEN) & (Action.health == Forecast.OFF_TRACK)
    listed = choosing.comparable(by)
    return CommitteeOverview(
        committees=_committees(ids, theirs, today),
        decision=_adopting_decision(),
        deviations=_pile([theirs, or_(late(today), strays)], DEVIATIONS_SHOWN),
        dropped=_dropped(theirs),
        finished=_finished(theirs, today),
        comparison=_compared(listed, by),
    )


def _committees(
    ids: frozenset[int], theirs: ColumnElement[bool], today: date
) -> tuple[CommitteeState, ...]:
    rows = db.session.execute(
        select(Committee.id, Committee.name, *_tally(today))
        .outerjoin(Action, (Action.committee_id == Committee.id) & theirs)
        .where(Committee.id.in_(ids))
        .group_by(Committee.id, Committee.name)
        .order_by(Committee.name)
    )
    return tuple(CommitteeState(row[0], row[1], Tally(*row[2:])) for row in rows)


def _adopting_decision() -> Decision | None:
    return db.session.scalar(
        select(Decision)
        .join(ActionPlan, ActionPlan.id == Decision.plan_id)
        .where(ActionPlan.state == PlanState.ADOPTED, Decision.kind == DecisionKind.ADOPTED)
        .order_by(ActionPlan.id.desc(), Decision.decided_on.desc())
        .limit(1)
    )


def _dropped(theirs: ColumnElement[bool]) -> tuple[Dropped, ...]:
    rows = db.session.execute(
        select(Action.id, Action.title, Action.dropped_on, Action.dropped_by, Action.dropped_reason)
        .where(theirs, Action.status == ActionStatus.DROPPED)
        .order_by(Action.dropped_on.desc(), Action.id)
        .limit(DEVIATIONS_SHOWN)
    )
    return tuple(Dropped(*row) for row in rows)


def _finished(theirs: ColumnElement[bool], today: date) -> tuple[Finished, ...]:
    rows = db.session.execute(
        select(Action.id, Action.title, Action.done_on, Action.status)
        .where(theirs, Action.status.in_(REACHED), Action.done_on >= today - NEWLY)
        .order_by(Action.done_on.desc(), Action.id)
        .limit(DEVIATIONS_SHOWN)
    )
    return tuple(Finished(*row) for row in rows)
