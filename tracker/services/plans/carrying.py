"""Open actions that another plan takes over, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.extensions import db
from tracker.models import Action, ActionPlan, CarriedAction, PlanState, User
from tracker.services import journal, scope
from tracker.services.plans import rules
from tracker.services.plans.editing import PlanWording, add_plan


@dataclass(frozen=True)
class OpenAction:
    """An action that the next plan may take over."""

    id: int
    title: str
    status: ActionStatus
    deadline: date
    owner: str | None


def open_actions(plan_id: int, *, by: User) -> tuple[OpenAction, ...]:
    """The open actions of a plan, the next deadline first.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PLAN_EDIT)
    rows = db.session.execute(
        select(Action.id, Action.title, Action.status, Action.deadline, User.name)
        .outerjoin(User, User.id == Action.owner_id)
        .where(Action.plan_id == plan_id, Action.status.in_(OPEN))
        .order_by(Action.deadline, Action.id)
    )
    return tuple(OpenAction(*row) for row in rows)


def locked_open(plan: ActionPlan) -> list[Action]:
    """The open actions of a locked plan, held themselves."""
    query = (
        select(Action)
        .where(Action.plan_id == plan.id, Action.status.in_(OPEN))
        .order_by(Action.id)
        .with_for_update(of=Action)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def drafts_offered(plan_id: int, *, by: User) -> tuple[tuple[int, str], ...]:
    """The other draft plans, newest first, as (id, title).

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.PLAN_EDIT)
    query = select(ActionPlan.id, ActionPlan.title)
    query = query.where(ActionPlan.state == PlanState.DRAFT, ActionPlan.id != plan_id)
    return tuple(
        (key, title) for key, title in db.session.execute(query.order_by(ActionPlan.id.desc()))
    )


def carry(
    actions: Sequence[Action], source: ActionPlan, target: ActionPlan, *, by: User, now: datetime
) -> None:
    """Move locked actions from one locked plan to another in the caller's transaction, and keep
    how each stood; owner, deadlines, reports and points stay as they are."""
    moved = {"plan": [source.title, target.title]}
    for action in actions:
        db.session.add(
            CarriedAction(
                action_id=action.id,
                from_plan_id=source.id,
                to_plan_id=target.id,
                at=now,
                by_id=by.id,
                status=action.status,
                deadline=action.deadline,
            )
        )
        action.plan_id = target.id
    journal.record_many(("action.carry", "action", action.id, moved, by, now) for action in actions)
    if actions:
        gave = {"number": len(actions), "plan": target.title}
        took = {"number": len(actions), "plan": source.title}
        journal.record("plan.give", "plan", source.id, gave, by=by, now=now)
        journal.record("plan.take", "plan", target.id, took, by=by, now=now)


def start_next(
    plan_id: int,
    wording: PlanWording,
    points_text: str,
    action_ids: Sequence[int],
    *,
    by: User,
    now: datetime,
) -> ActionPlan:
    """Begin the next period's plan as a draft with its own points, taking over open actions.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the plan is a draft, or a chosen action is open in it no longer.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    plan = rules.locked_plan(plan_id, by=by)
    rules.check_adopted(plan)
    chosen = _chosen(plan, action_ids)
    new = add_plan(wording, points_text, by=by, now=now, previous=plan)
    carry(chosen, plan, new, by=by, now=now)
    db.session.commit()
    return new


def _chosen(plan: ActionPlan, action_ids: Sequence[int]) -> list[Action]:
    wanted = set(action_ids)
    found = [action for action in locked_open(plan) if action.id in wanted] if wanted else []
    if len(found) != len(wanted):
        raise RuleBroken(
            "Någon av åtgärderna har avslutats eller flyttats medan du valde. "
            "Här är de som nu är öppna: välj igen.",
            field="action_ids",
        )
    return found
