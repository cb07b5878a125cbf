"""Which plan came after another."""

from __future__ import annotations

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import ActionPlan, PlanState


def open_successor(plan: ActionPlan) -> ActionPlan | None:
    """The open plan that came after a closed one, the nearest first and an adopted one before a
    draft; None where there is none."""
    seen, generation = {plan.id}, [plan.id]
    while generation:
        after = list(
            db.session.scalars(
                select(ActionPlan)
                .where(ActionPlan.previous_id.in_(generation), ActionPlan.id.not_in(seen))
                .order_by(ActionPlan.id)
            )
        )
        still_open = [one for one in after if one.closed_on is None]
        if still_open:
            return min(still_open, key=lambda one: one.state is not PlanState.ADOPTED)
        generation = [one.id for one in after]
        seen.update(generation)
    return None
