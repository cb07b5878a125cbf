"""What stands between a draft and its adoption: points that nobody has answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import exists, func, select

from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Evaluation,
    ImprovementPoint,
    Municipality,
    PlanPoint,
    action_plan_point,
)
from tracker.services.points.state import PointState, in_state


@dataclass(frozen=True)
class Unready:
    """What a draft still lacks, in numbers of points.

    `unanswered` needs a reason at the adoption; points to act on without an action, and points of
    the plan's own without one, are only told.
    """

    evaluation_id: int | None
    unanswered: int
    without_action: int
    own_without_action: int


def unready(plan: ActionPlan) -> Unready:
    """Count what a plan still lacks."""
    evaluation_id = answered_evaluation(plan)
    return Unready(
        evaluation_id=evaluation_id,
        unanswered=_points_in(evaluation_id, PointState.OPEN),
        without_action=_points_in(evaluation_id, PointState.TO_DO),
        own_without_action=_own_without_action(plan.id),
    )


def unanswered_in(plan: ActionPlan) -> int:
    """How many points of the evaluation behind a plan have no answer."""
    return _points_in(answered_evaluation(plan), PointState.OPEN)


def answered_evaluation(plan: ActionPlan) -> int | None:
    """The evaluation that a plan answers: its own, else our latest where the plan has no points
    of its own to stand on."""
    if plan.evaluation_id is not None:
        return plan.evaluation_id
    own = select(PlanPoint.id).where(PlanPoint.plan_id == plan.id).limit(1)
    if plan.previous_id is not None or db.session.scalar(own) is not None:
        return None
    return db.session.scalar(
        select(Evaluation.id)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Municipality.is_own)
        .order_by(Evaluation.month.desc())
        .limit(1)
    )


def _points_in(evaluation_id: int | None, state: PointState) -> int:
    if evaluation_id is None:
        return 0
    query = select(func.count()).select_from(ImprovementPoint)
    query = query.where(ImprovementPoint.evaluation_id == evaluation_id, in_state(state))
    return db.session.scalar(query) or 0


def _own_without_action(plan_id: int) -> int:
    acted = exists(
        select(action_plan_point.c.plan_point_id)
        .join(Action, Action.id == action_plan_point.c.action_id)
        .where(
            action_plan_point.c.plan_point_id == PlanPoint.id, Action.status != ActionStatus.DROPPED
        )
    )
    query = select(func.count()).select_from(PlanPoint)
    return db.session.scalar(query.where(PlanPoint.plan_id == plan_id, ~acted)) or 0
