"""The plans, each with how far it has come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Row, case, func, select
from sqlalchemy.orm import aliased, selectinload

from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, REACHED, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    CarriedAction,
    Decision,
    DecisionKind,
    PlanState,
    User,
)
from tracker.services import scope
from tracker.services.plans import rules


@dataclass(frozen=True)
class Progress:
    """Numbers of actions within what the reader may see; `waiting` are done, not yet verified,
    and `carried` are in another plan now (they are not in `total`)."""

    total: int = 0
    done: int = 0
    late: int = 0
    ownerless: int = 0
    dropped: int = 0
    open: int = 0
    waiting: int = 0
    carried: int = 0

    @property
    def live(self) -> int:
        """All that are not dropped."""
        return self.total - self.dropped


@dataclass(frozen=True)
class PlanRow:
    """A plan as the list shows it; `decision` adopted it."""

    id: int
    title: str
    state: PlanState
    starts_on: date | None
    ends_on: date | None
    closed_on: date | None
    decision: Decision | None
    follow_ups: int
    progress: Progress


def plans_listed(*, by: User, today: date, page: int, size: int) -> tuple[tuple[PlanRow, ...], int]:
    """One page of the plans that `by` may see, newest first, and how many there are in all.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PLAN_VIEW)
    within = rules.plans_within(by)
    total = db.session.scalar(select(func.count()).select_from(ActionPlan).where(within)) or 0
    start = (min(max(page, 1), max(1, -(-total // size))) - 1) * size
    plans = db.session.scalars(
        select(ActionPlan)
        .where(within)
        .options(selectinload(ActionPlan.decisions))
        .order_by(ActionPlan.id.desc())
        .limit(size)
        .offset(start)
    ).all()
    progress = progress_of((plan.id for plan in plans), by=by, today=today)
    return tuple(_row(plan, progress.get(plan.id, Progress())) for plan in plans), total


def _row(plan: ActionPlan, progress: Progress) -> PlanRow:
    kinds = [decision.kind for decision in plan.decisions]
    return PlanRow(
        id=plan.id,
        title=plan.title,
        state=plan.state,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        closed_on=plan.closed_on,
        decision=next((d for d in plan.decisions if d.kind is DecisionKind.ADOPTED), None),
        follow_ups=kinds.count(DecisionKind.FOLLOWED_UP),
        progress=progress,
    )


def progress_of(plan_ids: Iterable[int], *, by: User, today: date) -> dict[int, Progress]:
    """How far plans have come, plan id → numbers; a plan that never held any is left out."""
    asked = list(plan_ids)
    within = scope.actions_within(by, Deed.ACTION_VIEW)

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    is_open = Action.status.in_(OPEN)
    rows = db.session.execute(
        select(
            Action.plan_id,
            func.count(),
            number(Action.status.in_(REACHED)),
            number(is_open & (Action.deadline < today)),
            number(is_open & Action.owner_id.is_(None)),
            number(Action.status == ActionStatus.DROPPED),
            number(is_open),
            number(Action.status == ActionStatus.DONE),
        )
        .where(Action.plan_id.in_(asked), within)
        .group_by(Action.plan_id)
    )
    found = {plan_id: Progress(*numbers) for plan_id, *numbers in rows}
    for plan_id, given in _carried(asked, within):
        found[plan_id] = replace(found.get(plan_id, Progress()), carried=given)
    return found


def _carried(plan_ids: list[int], within: ColumnElement[bool]) -> Iterable[Row[int, int]]:
    """Plan id and how many of its actions other plans have now."""
    # By another name, since the reader's scope asks for what was carried as well.
    move = aliased(CarriedAction)
    given = move.from_plan_id
    return db.session.execute(
        select(given, func.count(move.action_id.distinct()))
        .join(Action, Action.id == move.action_id)
        .where(given.in_(plan_ids), Action.plan_id != given, within)
        .group_by(given)
    )


def plan_for_evaluation(evaluation_id: int, *, by: User) -> int | None:
    """The id of the newest open plan that was made from an evaluation, if `by` may see it."""
    return db.session.scalar(
        select(ActionPlan.id)
        .where(
            ActionPlan.evaluation_id == evaluation_id,
            ActionPlan.closed_on.is_(None),
            rules.plans_within(by),
        )
        .order_by(ActionPlan.id.desc())
        .limit(1)
    )
