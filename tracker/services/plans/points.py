"""The numbered points that a plan has of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.numbered import NumberedPoint
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action, ActionPlan, PlanPoint, User, action_plan_point
from tracker.services import journal
from tracker.services.actions.rules import Refused, collecting, one_line
from tracker.services.plans import rules
from tracker.services.plans.editing import check_point, points_to_add


def mark(point: PlanPoint) -> str:
    """The mark of what a point says, by which a change knows that it was not overtaken."""
    return rules.mark_of(point.label, point.text)


def add_points(plan_id: int, text: str, *, by: User, now: datetime) -> int:
    """Add pasted points after those of an open plan; the number of points added.

    Raises:
        NotFound, Forbidden.
        RuleBroken, Refused: the plan is closed, or what was typed breaks rules.
    """
    plan = _open_plan(plan_id, by)
    problems: list[RuleBroken] = []
    points = points_to_add(text, plan.points, problems)
    if not points:
        problems.append(RuleBroken("Skriv minst en punkt.", field="points_text"))
    if problems:
        raise Refused(problems)
    last = max((point.position for point in plan.points), default=0)
    for place, point in enumerate(points, start=last + 1):
        plan.points.append(PlanPoint(position=place, label=point.label, text=point.text))
    rules.touch(plan)
    data = {"points": [[point.label, point.text] for point in points]}
    journal.record("plan.add_points", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return len(points)


def edit_point(
    plan_id: int, point_id: int, label: str, text: str, seen: str, *, by: User, now: datetime
) -> PlanPoint:
    """Change a point; `seen` is the mark of what the writer had before them.

    Raises:
        NotFound, Forbidden.
        Conflict: somebody changed it in between; `current` is what it says now.
        RuleBroken, Refused: the plan is closed, or what was typed breaks rules.
    """
    plan = _open_plan(plan_id, by)
    point = point_of(plan, point_id)
    if mark(point) != seen:
        saved = {"label": point.label, "text": point.text}
        raise Conflict({**saved, "saved_by": rules.saved_by("plan", plan.id)})
    new = NumberedPoint(one_line(label).rstrip("."), one_line(text))
    problems: list[RuleBroken] = []
    with collecting(problems):
        taken = {fold(other.label) for other in plan.points if other is not point}
        check_point(new, taken, "text")
    if problems:
        raise Refused(problems)
    before, after = [point.label, point.text], [new.label, new.text]
    if before != after:
        point.label, point.text = new.label, new.text
        rules.touch(plan)
        data = {"label": [before[0], after[0]], "text": [before[1], after[1]]}
        journal.record("plan.edit_point", "plan", plan.id, data, by=by, now=now)
    db.session.commit()
    return point


def remove_point(plan_id: int, point_id: int, *, by: User, now: datetime) -> None:
    """Take away a point that no action answers.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is closed, or actions belong to the point: they are named.
    """
    plan = _open_plan(plan_id, by)
    point = point_of(plan, point_id)
    query = select(Action.title).join(action_plan_point, action_plan_point.c.action_id == Action.id)
    held = list(
        db.session.scalars(
            query.where(action_plan_point.c.plan_point_id == point.id).order_by(Action.id)
        )
    )
    if held:
        raise RuleBroken(
            "Punkt %(label)s har åtgärder och kan inte tas bort: %(titles)s. "
            "Flytta dem till en annan punkt först.",
            label=point.label,
            titles=_named(held),
        )
    data = {"label": point.label, "text": point.text}
    plan.points.remove(point)
    db.session.delete(point)
    rules.touch(plan)
    journal.record("plan.remove_point", "plan", plan.id, data, by=by, now=now)
    db.session.commit()


def _named(titles: list[str]) -> str:
    shown = ", ".join(f"”{title}”" for title in titles[:3])
    return f"{shown} …" if len(titles) > 3 else shown


def move_point(plan_id: int, point_id: int, step: int, *, by: User, now: datetime) -> None:
    """Let a point change places with the one before (`step` -1) or after it (1); at either end
    nothing happens.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is closed.
    """
    plan = _open_plan(plan_id, by)
    point = point_of(plan, point_id)
    place = plan.points.index(point) + step
    if not 0 <= place < len(plan.points):
        return
    other = plan.points[place]
    theirs, ours = other.position, point.position
    # The two may never stand at the same place, not even between two updates.
    point.position = -ours
    db.session.flush()
    other.position = ours
    db.session.flush()
    point.position = theirs
    rules.touch(plan)
    data = {"label": point.label, "position": [ours, theirs]}
    journal.record("plan.move_point", "plan", plan.id, data, by=by, now=now)
    db.session.commit()


def _open_plan(plan_id: int, by: User) -> ActionPlan:
    plan = rules.locked_plan(plan_id, by=by)
    rules.check_not_closed(plan)
    return plan


def point_of(plan: ActionPlan, point_id: int) -> PlanPoint:
    """A point of this plan; NotFound otherwise."""
    for point in plan.points:
        if point.id == point_id:
            return point
    raise NotFound
