"""Load and authorise in one call: what lies outside a person's scope does not exist for them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true, union_all
from sqlalchemy.orm import aliased
from sqlalchemy.sql.base import ExecutableOption

from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import Deed, Scope
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


def require_still(user: User, deed: Deed) -> None:
    """As `require`, with roles and account read anew: after a wait for a lock."""
    db.session.refresh(user)
    require(user, deed)


def actions_within(user: User, deed: Deed) -> ColumnElement[bool]:
    """The condition on Action that keeps to what `deed` reaches for `user`."""
    scope = user.scope(deed)
    if scope.everything:
        return true()
    reached: list[ColumnElement[bool]] = []
    if scope.by_person:
        reached.append(personal(user, scope))
    if scope.units:
        reached.append(Action.unit_id.in_(scope.units))
    if scope.committees:
        reached.append(Action.committee_id.in_(scope.committees) & was_adopted())
    return or_(false(), *reached)


def personal(user: User, scope: Scope) -> ColumnElement[bool]:
    """The condition on Action that the person, or one whom they act for, owns it, or contributes
    to it where that counts.

    Both are found by an index of their own; an OR between them would read the whole table.
    """
    parts: list[Select[int]] = []
    if owners := owning(user, scope):
        mine = aliased(Action)
        parts.append(select(mine.id).where(mine.owner_id.in_(owners)))
    if helpers := helping(user, scope):
        helped = action_contributor.c
        parts.append(select(helped.action_id).where(helped.user_id.in_(helpers)))
    return Action.id.in_(union_all(*parts) if len(parts) > 1 else parts[0])


def owning(user: User, scope: Scope) -> frozenset[int]:
    """The people whose own actions are reached because they are theirs."""
    return scope.for_people | ({user.id} if scope.own else set())


def helping(user: User, scope: Scope) -> frozenset[int]:
    """The people who let an action be reached by contributing to it."""
    return scope.for_people | ({user.id} if scope.part else set())


def was_adopted() -> ColumnElement[bool]:
    """The condition on Action that a committee may see it: what was adopted, drafts never.

    What the next plan took over was adopted once.
    """
    adopted = select(ActionPlan.id).where(ActionPlan.state == PlanState.ADOPTED)
    carried = exists().where(CarriedAction.action_id == Action.id)
    return or_(Action.plan_id.in_(adopted), carried)


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
        action.owner_id in owning(user, scope)
        or action.unit_id in scope.units
        or _is_helped(action, helping(user, scope))
        or (action.committee_id in scope.committees and _was_adopted(action))
    )


def _is_helped(action: Action, helpers: frozenset[int]) -> bool:
    return bool(helpers) and any(person.id in helpers for person in action.contributors)


def _was_adopted(action: Action) -> bool:
    if action.plan.state is PlanState.ADOPTED:
        return True
    carried = select(CarriedAction.id).where(CarriedAction.action_id == action.id).limit(1)
    return db.session.scalar(carried) is not None
