"""What an action serves: improvement points, points of a plan, and the plan that it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, text

from tracker.domain.errors import NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import ActionPlan, ImprovementPoint, PlanPoint, PlanState, User
from tracker.services import journal
from tracker.services.actions import rules

DRAFT_TITLE = "Handlingsplan"


@dataclass(frozen=True)
class Served:
    """The points behind an action, in their order."""

    points: tuple[ImprovementPoint, ...] = ()
    plan_points: tuple[PlanPoint, ...] = ()


def found(point_ids: Sequence[int], plan_point_ids: Sequence[int] = ()) -> Served:
    """The points with these keys, each once. Raises NotFound unless all of them exist."""
    points = select(ImprovementPoint).where(ImprovementPoint.id.in_(set(point_ids)))
    own = select(PlanPoint).where(PlanPoint.id.in_(set(plan_point_ids)))
    served = Served(
        tuple(db.session.scalars(points.order_by(ImprovementPoint.position))) if point_ids else (),
        tuple(db.session.scalars(own.order_by(PlanPoint.position))) if plan_point_ids else (),
    )
    if len(served.points) != len(set(point_ids)):
        raise NotFound
    if len(served.plan_points) != len(set(plan_point_ids)):
        raise NotFound
    return served


def plan_for(plan_id: int | None, served: Served, *, by: User, now: datetime) -> ActionPlan:
    """The plan that a new action goes into; the very first action brings a draft with it.

    Raises:
        NotFound: there is no such plan.
        RuleBroken: the plan is closed, or the points belong to another one; at `plan_id`.
    """
    if served.plan_points:
        plan = _plan_of(served.plan_points, plan_id)
    elif plan_id is not None:
        plan = _plan_with(plan_id)
    else:
        plan = usual_plan(served.points) or _first_plan(served.points, by=by, now=now)
    rules.hold_plan_open(plan)
    return plan


def usual_plan(points: Sequence[ImprovementPoint] = ()) -> ActionPlan | None:
    """The newest open plan made from the points' evaluation, else the newest open one that is
    adopted, else the newest draft.

    Where all plans are closed it is the newest of them; None where there is no plan at all.
    """
    newest = select(ActionPlan).order_by(ActionPlan.id.desc()).limit(1)
    is_open = ActionPlan.closed_on.is_(None)
    evaluations = {point.evaluation_id for point in points}
    if evaluations:
        answering = newest.where(is_open, ActionPlan.evaluation_id.in_(evaluations))
        if (plan := db.session.scalar(answering)) is not None:
            return plan
    return db.session.scalar(_open().limit(1)) or db.session.scalar(newest)


def open_plans() -> list[ActionPlan]:
    """The plans that take new actions: what is adopted before the drafts, each newest first."""
    return list(db.session.scalars(_open()))


def _open() -> Select[ActionPlan]:
    holds = ActionPlan.state == PlanState.ADOPTED
    query = select(ActionPlan).where(ActionPlan.closed_on.is_(None))
    return query.order_by(holds.desc(), ActionPlan.id.desc())


def _plan_with(plan_id: int) -> ActionPlan:
    plan = db.session.get(ActionPlan, plan_id)
    if plan is None:
        raise NotFound
    return plan


def _plan_of(points: Sequence[PlanPoint], plan_id: int | None) -> ActionPlan:
    plans = {point.plan_id for point in points}
    if len(plans) > 1 or plan_id not in (None, *plans):
        raise RuleBroken(
            "Punkterna hör till en annan plan. Välj den plan som punkterna står i.",
            field="plan_id",
        )
    return _plan_with(plans.pop())


def _first_plan(points: Sequence[ImprovementPoint], *, by: User, now: datetime) -> ActionPlan:
    """A draft; where the points are of one evaluation, made from it."""
    if db.session.get_bind().dialect.name == "postgresql":
        # Two first actions at the same moment must not make two plans.
        db.session.execute(text("LOCK TABLE action_plan IN SHARE ROW EXCLUSIVE MODE"))
        if (plan := usual_plan()) is not None:
            return plan
    evaluations = {point.evaluation_id for point in points}
    evaluation_id = evaluations.pop() if len(evaluations) == 1 else None
    plan = ActionPlan(title=DRAFT_TITLE, created_at=now, evaluation_id=evaluation_id)
    db.session.add(plan)
    db.session.flush()
    journal.record("plan.create", "plan", plan.id, {"title": plan.title}, by=by, now=now)
    return plan
