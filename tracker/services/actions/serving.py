"""Which points an action serves: one action may serve several, one point may need several."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Action, ImprovementPoint, PlanPoint, User
from tracker.services import journal
from tracker.services.actions import rules, targets
from tracker.services.points import answers
from tracker.services.points.state import has_live_action

MOST_POINTS = 50
KEPT_OF_TEXT = 200


def tie_points(
    action_id: int,
    point_ids: Sequence[int],
    plan_point_ids: Sequence[int] = (),
    *,
    by: User,
    now: datetime,
) -> int:
    """Let an open action serve these points too; gives how many were new to it.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit, or no such point.
        RuleBroken: nothing was chosen, a point of a plan belongs to another plan, there are too
            many, or the action or its plan is finished; at `points`.
    """
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    served = targets.found(point_ids, plan_point_ids)
    if not served.points and not served.plan_points:
        raise RuleBroken("Välj minst en punkt.", field="points")
    if any(point.plan_id != action.plan_id for point in served.plan_points):
        raise RuleBroken("Punkten står i en annan plan än åtgärden.", field="points")
    points = [point for point in served.points if point not in action.points]
    own = [point for point in served.plan_points if point not in action.plan_points]
    if len(action.points) + len(action.plan_points) + len(points) + len(own) > MOST_POINTS:
        raise RuleBroken(
            "En åtgärd kan svara på högst %(most)s punkter.", field="points", most=MOST_POINTS
        )
    if points or own:
        answers.mark_acted([point.id for point in points], by=by, now=now)
        action.points.extend(points)
        action.plan_points.extend(own)
        _note("tie", action, points, own, by=by, now=now)
    db.session.commit()
    return len(points) + len(own)


def untie_point(action_id: int, point_id: int, *, by: User, now: datetime) -> None:
    """Let an open action serve an improvement point no longer; the point keeps its answer.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit, or does not serve it.
        RuleBroken: the action or its plan is finished.
    """
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    point = next((item for item in action.points if item.id == point_id), None)
    if point is None:
        raise NotFound
    action.points.remove(point)
    _note("untie", action, [point], [], by=by, now=now)
    db.session.commit()


def untie_plan_point(action_id: int, plan_point_id: int, *, by: User, now: datetime) -> None:
    """As untie_point, for a point of the plan."""
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    point = next((item for item in action.plan_points if item.id == plan_point_id), None)
    if point is None:
        raise NotFound
    action.plan_points.remove(point)
    _note("untie", action, [], [point], by=by, now=now)
    db.session.commit()


def points_left_bare(action: Action) -> tuple[int, ...]:
    """The numbers of the improvement points that a loaded action serves, and no live one does."""
    query = select(ImprovementPoint.position).where(
        ImprovementPoint.id.in_([point.id for point in action.points]), ~has_live_action()
    )
    return tuple(db.session.scalars(query.order_by(ImprovementPoint.position)))


def _note(
    deed: str,
    action: Action,
    points: Sequence[ImprovementPoint],
    own: Sequence[PlanPoint],
    *,
    by: User,
    now: datetime,
) -> None:
    texts = [point.text for point in points] + [f"{point.label} {point.text}" for point in own]
    data = {
        "points": [point.id for point in points],
        "plan_points": [point.id for point in own],
        "texts": [text[:KEPT_OF_TEXT] for text in texts],
    }
    journal.record(f"action.{deed}", "action", action.id, data, by=by, now=now)
