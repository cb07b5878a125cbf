"""Load and authorise in one call: what lies outside a person's scope does not exist for them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.sql.base import ExecutableOption

from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    CarriedAction,
    PlanState,
    User,
    action_contributor,
)


def require(user: User, deed: Deed) -> None:
    """Raise Forbidden when none of the person's roles allows the deed on anything."""
    if not user.may(deed):
        raise Forbidden


def actions_within(user: User, deed: Deed) -> ColumnElement[bool]:
    """The condition on Action that keeps to what `deed` reaches for `user`."""
    scope = user.scope(deed)
    if scope.everything:
        return true()
    reached: list[ColumnElement[bool]] = []
    if scope.own:
        reached.append(Action.owner_id == user.id)
    if scope.part:
        helped = select(action_contributor.c.action_id)
        reached.append(Action.id.in_(helped.where(action_contributor.c.user_id == user.id)))
    if scope.units:
        reached.append(Action.unit_id.in_(scope.units))
    if scope.committees:
        adopted = select(ActionPlan.id).where(ActionPlan.state == PlanState.ADOPTED)
        # A committee reads what was adopted; drafts are not theirs to see. What the next plan
        # took over was adopted once.
        carried = select(CarriedAction.action_id)
        was_adopted = or_(Action.plan_id.in_(adopted), Action.id.in_(carried))
        reached.append(Action.committee_id.in_(scope.committees) & was_adopted)
    return or_(false(), *reached)


def load_action(
    action_id: int, *, by: User, deed: Deed, options: tuple[ExecutableOption, ...] = ()
) -> Action:
    """The action, if it exists within the scope of `deed`.

    Raises:
        Forbidden: no role of the person allows the deed at all.
        NotFound: it is missing or outside the scope.
    """
    require(by, deed)
    query: Select[Action] = (
        select(Action).where(Action.id == action_id, actions_within(by, deed)).options(*options)
    )
    action: Action | None = db.session.scalar(query)
    if action is None:
        raise NotFound
    return action


def may_on(user: User, deed: Deed, action: Action) -> bool:
    """Whether `deed` reaches this action that is already loaded; mirrors actions_within."""
    scope = user.scope(deed)
    if scope.everything:
        return True
    return (
        (scope.own and action.owner_id == user.id)
        or action.unit_id in scope.units
        or (scope.part and any(person.id == user.id for person in action.contributors))
        or (action.committee_id in scope.committees and _was_adopted(action))
    )


def _was_adopted(action: Action) -> bool:
    if action.plan.state is PlanState.ADOPTED:
        return True
    carried = select(CarriedAction.id).where(CarriedAction.action_id == action.id).limit(1)
    return db.session.scalar(carried) is not None
