"""Units and committees: the municipality's own map, kept by the administrator."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db, in_turn
from tracker.models import Committee, Unit, User
from tracker.services import journal, scope

NAME_MAX = 100
Place = TypeVar("Place", Unit, Committee)


def units_with_committees(*, by: User) -> list[Unit]:
    """All units by name, each with the committee it works for."""
    scope.require(by, Deed.PLACES_MANAGE)
    query = select(Unit).options(joinedload(Unit.committee))
    return sorted(db.session.scalars(query), key=lambda unit: fold(unit.name))


def load_unit(unit_id: int, *, by: User) -> Unit:
    """A unit. Raises NotFound, Forbidden."""
    return _load(Unit, unit_id, by)


def load_committee(committee_id: int, *, by: User) -> Committee:
    """A committee. Raises NotFound, Forbidden."""
    return _load(Committee, committee_id, by)


def add_committee(name: str, *, by: User, now: datetime) -> Committee:
    """Add a committee. Raises RuleBroken (field name), Forbidden."""
    scope.require(by, Deed.PLACES_MANAGE)
    committee = Committee(name=_free_name(Committee, name))
    db.session.add(committee)
    db.session.flush()
    journal.record(
        "committee.add", "committee", committee.id, {"name": committee.name}, by=by, now=now
    )
    db.session.commit()
    return committee


def rename_committee(committee_id: int, name: str, *, by: User, now: datetime) -> Committee:
    """Give a committee another name. Raises RuleBroken (field name), NotFound, Forbidden."""
    committee = load_committee(committee_id, by=by)
    before, committee.name = committee.name, _free_name(Committee, name, but=committee)
    data = {"name": [before, committee.name]}
    journal.record("committee.rename", "committee", committee.id, data, by=by, now=now)
    db.session.commit()
    return committee


def add_unit(name: str, committee_id: int | None, *, by: User, now: datetime) -> Unit:
    """Add a unit. Raises RuleBroken (field name or committee_id), Forbidden."""
    scope.require(by, Deed.PLACES_MANAGE)
    unit = Unit(name=_free_name(Unit, name), committee_id=_known(committee_id))
    db.session.add(unit)
    db.session.flush()
    data = {"name": unit.name, "committee_id": committee_id}
    journal.record("unit.add", "unit", unit.id, data, by=by, now=now)
    db.session.commit()
    return unit


def change_unit(
    unit_id: int, name: str, committee_id: int | None, *, by: User, now: datetime
) -> Unit:
    """Change a unit's name and committee; actions keep the committee they were given.

    Raises:
        RuleBroken: field name or committee_id.
        NotFound, Forbidden.
    """
    unit = load_unit(unit_id, by=by)
    before = [unit.name, unit.committee_id]
    unit.name, unit.committee_id = _free_name(Unit, name, but=unit), _known(committee_id)
    data = {"before": before, "after": [unit.name, unit.committee_id]}
    journal.record("unit.change", "unit", unit.id, data, by=by, now=now)
    db.session.commit()
    return unit


def _load(kind: type[Place], place_id: int, by: User) -> Place:
    scope.require(by, Deed.PLACES_MANAGE)
    place = db.session.get(kind, place_id)
    if place is None:
        raise NotFound
    return place


def _free_name(
    kind: type[Unit | Committee], typed: str, but: Unit | Committee | None = None
) -> str:
    name = normalise_space(typed)
    if not name:
        raise RuleBroken("Skriv ett namn.", field="name")
    if len(name) > NAME_MAX:
        raise RuleBroken("Namnet får ha högst %(most)s tecken.", field="name", most=NAME_MAX)
    in_turn(f"name {kind.__tablename__}")
    others = db.session.execute(select(kind.id, kind.name))
    if any(fold(other) == fold(name) for id_, other in others if but is None or id_ != but.id):
        raise RuleBroken("Det finns redan en med namnet ”%(name)s”.", field="name", name=name)
    return name


def _known(committee_id: int | None) -> int | None:
    if committee_id is not None and db.session.get(Committee, committee_id) is None:
        raise RuleBroken("Nämnden finns inte längre. Välj en annan.", field="committee_id")
    return committee_id
