"""What every change of a plan needs: who reaches it, its state, and the rules of its wording."""

from __future__ import annotations

import hashlib
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    CarriedAction,
    JournalEntry,
    PlanState,
    User,
    action_contributor,
)
from tracker.services import scope
from tracker.services.actions.rules import check_year


def plans_within(user: User) -> ColumnElement[bool]:
    """The condition on ActionPlan that keeps to the plans that `user` may look at.

    A committee reads what was adopted; those who work see the plans that hold, or held before the
    next plan took it over, something of theirs.
    """
    reach = user.scope(Deed.PLAN_VIEW)
    if reach.everything:
        return true()
    reached: list[ColumnElement[bool]] = []
    if reach.committees:
        reached.append(ActionPlan.state == PlanState.ADOPTED)
    mine = _worked_on(user)
    held = select(Action.plan_id).where(mine)
    carried = select(CarriedAction.from_plan_id)
    carried = carried.join(Action, Action.id == CarriedAction.action_id).where(mine)
    # Each stands by itself, also inside a query that reads actions.
    theirs = [ActionPlan.id.in_(found.correlate(None)) for found in (held, carried)]
    return or_(false(), *reached, *theirs)


def _worked_on(user: User) -> ColumnElement[bool]:
    """As scope.actions_within, without what is only read in a committee."""
    reach = user.scope(Deed.PLAN_VIEW)
    mine: list[ColumnElement[bool]] = []
    if owners := scope.owning(user, reach):
        mine.append(Action.owner_id.in_(owners))
    if helpers := scope.helping(user, reach):
        helped = select(action_contributor.c.action_id)
        mine.append(Action.id.in_(helped.where(action_contributor.c.user_id.in_(helpers))))
    if reach.units:
        mine.append(Action.unit_id.in_(reach.units))
    return or_(false(), *mine)


def locked_plan(plan_id: int, *, by: User, deed: Deed = Deed.PLAN_EDIT) -> ActionPlan:
    """The plan, held so that nobody else changes it before this transaction ends.

    On SQLite the transaction itself is the lock.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, deed)
    query = select(ActionPlan.id).where(ActionPlan.id == plan_id).with_for_update()
    if db.session.scalar(query) is None:
        raise NotFound
    # What an earlier read of this session remembers may be older than the lock.
    db.session.expire_all()
    return db.session.get_one(ActionPlan, plan_id)


def closed() -> RuleBroken:
    """What to say when somebody wants to change a closed plan."""
    return RuleBroken(
        "Planen är avslutad och kan inte ändras. Öppna den igen om något måste rättas."
    )


def check_not_closed(plan: ActionPlan) -> None:
    """A closed plan stays as it was when it was closed."""
    if plan.closed_on is not None:
        raise closed()


def not_adopted() -> RuleBroken:
    """What to say when a draft is treated as a plan that somebody decided on."""
    return RuleBroken("Planen är ett utkast. Registrera först beslutet som antar den.")


def check_adopted(plan: ActionPlan) -> None:
    """A draft has been decided by nobody."""
    if plan.state is not PlanState.ADOPTED:
        raise not_adopted()


def has_given(plan: ActionPlan) -> bool:
    """Whether another plan has taken over something of this one."""
    given = select(CarriedAction.id).where(CarriedAction.from_plan_id == plan.id).limit(1)
    return db.session.scalar(given) is not None


def check_period(starts_on: date | None, ends_on: date | None) -> None:
    """A period runs forward, within years that people plan for; both ends may be left open."""
    for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if day is not None:
            check_year(day, field)
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise RuleBroken(
            "Periodens sista dag ligger före den första. Ändra någon av dem.", field="ends_on"
        )


def touch(plan: ActionPlan) -> None:
    """Let `version` rise although no column of the plan's own changed."""
    flag_modified(plan, "title")


def mark_of(*values: object) -> str:
    """A short mark of what a writer had before them; it differs where anything differs."""
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def saved_by(subject: str, subject_id: int) -> str:
    """Who changed a thing last; "" where nobody did."""
    query = (
        select(JournalEntry.actor)
        .where(JournalEntry.subject == subject, JournalEntry.subject_id == subject_id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    return db.session.scalar(query) or ""
