"""The plan that a spreadsheet's new actions go into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from tracker.domain.errors import NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import Action, ActionPlan
from tracker.services.actions import rules, search, targets


@dataclass(frozen=True)
class Goal:
    """A plan, or (no key) one that is to be made; `closed` says why it takes nothing, `is_first`
    that there is no plan at all yet."""

    plan_id: int | None = None
    title: str = ""
    closed: RuleBroken | None = None
    is_first: bool = False


NOWHERE = Goal()


def titles_in(goal: Goal, titles: Iterable[str]) -> dict[str, int]:
    """The titles, as they are sorted, that actions of the plan have already, with one's number."""
    keys = {search.sort_key(title) for title in titles}
    if goal.plan_id is None or not keys:
        return {}
    query = select(Action.title_key, Action.id).where(
        Action.plan_id == goal.plan_id, Action.title_key.in_(keys)
    )
    return dict(db.session.execute(query.order_by(Action.id.desc())).all())


def goal_of(plan_id: int | None, new_title: str) -> Goal:
    """The plan with that key, one that is to be made under that title, or the usual one.

    Raises:
        NotFound: there is no plan with that key.
    """
    if new_title:
        return Goal(None, new_title)
    plan = targets.usual_plan() if plan_id is None else db.session.get(ActionPlan, plan_id)
    if plan is None and plan_id is not None:
        raise NotFound
    if plan is None:
        return Goal(None, targets.DRAFT_TITLE, is_first=True)
    try:
        rules.check_plan_open(plan)
    except RuleBroken as why:
        return Goal(plan.id, plan.title, why)
    return Goal(plan.id, plan.title)
