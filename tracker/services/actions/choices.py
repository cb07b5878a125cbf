"""What the filter of a list offers: only what the reader's actions have, found without reading
them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from tracker.domain.permissions import Deed, Scope
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Area,
    Committee,
    PlanPoint,
    PlanState,
    Unit,
    User,
)
from tracker.services import scope

MOST_OWNERS = 500
MOST_POINTS = 300

Named = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class FilterChoices:
    """Keys and names, in the order of the names; `areas` has the areas' numbers."""

    units: Named
    committees: Named
    owners: Named
    areas: Named
    plan_points: Named


def filter_choices(by: User) -> FilterChoices:
    """The units, committees and owners of the actions that `by` may see, the areas of the
    evaluations and the points of the plans."""
    reach = by.scope(Deed.ACTION_VIEW)
    return FilterChoices(
        units=_named(_used(Unit, Action.unit_id, by, reach)),
        committees=_named(_used(Committee, Action.committee_id, by, reach)),
        owners=_named(_used(User, Action.owner_id, by, reach).limit(MOST_OWNERS)),
        areas=_areas(),
        plan_points=_plan_points(reach),
    )


def unit_name(unit_id: int) -> str | None:
    """What a unit is called, whether an action has it or not; None where there is none."""
    return db.session.scalar(select(Unit.name).where(Unit.id == unit_id))


def committee_name(committee_id: int) -> str | None:
    """What a committee is called, whether an action has it or not; None where there is none."""
    return db.session.scalar(select(Committee.name).where(Committee.id == committee_id))


def is_person(user_id: int) -> bool:
    """Whether there is such a person; their name is for those who see them in an action."""
    return db.session.scalar(select(User.id).where(User.id == user_id)) is not None


def _used(model: Any, column: Any, by: User, reach: Scope) -> Select[Any]:
    """The rows of `model` that some action in reach names: each is looked up by an index."""
    named = column == model.id
    used: list[ColumnElement[bool]] = []
    if reach.everything:
        used.append(exists().where(named))
    if reach.by_person:
        used.append(model.id.in_(select(column).where(scope.personal(by, reach))))
    used += [exists().where(named, Action.unit_id == unit_id) for unit_id in sorted(reach.units)]
    used += [
        exists().where(named, Action.committee_id == committee_id, scope.was_adopted())
        for committee_id in sorted(reach.committees)
    ]
    return select(model.id, model.name).where(or_(false(), *used)).order_by(model.name)


def _named(query: Select[Any]) -> Named:
    rows = db.session.execute(query)
    return tuple(sorted(((row.id, row.name) for row in rows), key=lambda row: fold(row[1])))


def _areas() -> Named:
    """The areas by number, each under the name that it had last."""
    rows = db.session.execute(select(Area.number, Area.name).order_by(Area.id)).all()
    return tuple(sorted({row.number: row.name for row in rows}.items()))


def _plan_points(reach: Scope) -> Named:
    """The points of the plans, in the plans' order; drafts only for who is to see them."""
    acts = reach.everything or reach.units or reach.own
    seen = true() if acts else ActionPlan.state == PlanState.ADOPTED
    query = (
        select(PlanPoint.id, PlanPoint.label, PlanPoint.text)
        .join(ActionPlan, ActionPlan.id == PlanPoint.plan_id)
        .where(seen)
        .order_by(ActionPlan.id.desc(), PlanPoint.position)
        .limit(MOST_POINTS)
    )
    return tuple((row.id, f"{row.label} {row.text}") for row in db.session.execute(query))
