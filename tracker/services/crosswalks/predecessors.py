"""Municipalities that others were made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import fold
from tracker.extensions import db, in_turn
from tracker.models import Municipality, Predecessor, User
from tracker.services import journal, scope


@dataclass(frozen=True)
class Formed:
    """A municipality and those that it was made of, by name."""

    municipality: Municipality
    made_of: tuple[Municipality, ...]


def predecessors_of(municipality_id: int) -> frozenset[int]:
    """The municipalities that this one was made of, and those that they were made of."""
    return _beneath(municipality_id, _made_of())


def formed(*, by: User) -> tuple[list[Municipality], list[Formed]]:
    """All municipalities by name, and those that are known to be made of others.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    every = sorted(db.session.scalars(select(Municipality)), key=lambda one: fold(one.name))
    made_of = _made_of()
    return every, [
        Formed(one, tuple(other for other in every if other.id in made_of[one.id]))
        for one in every
        if one.id in made_of
    ]


def add_predecessor(
    municipality_id: int | None, predecessor_id: int | None, *, by: User, now: datetime
) -> tuple[str, str]:
    """Keep that one municipality was made of another; the names of both.

    Raises:
        RuleBroken: field municipality or predecessor.
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    names = _add(municipality_id, predecessor_id, by, now)
    db.session.commit()
    return names


def restore_predecessor(
    municipality_id: int, predecessor_id: int, *, by: User, now: datetime
) -> tuple[str, str]:
    """As add_predecessor, of municipalities that an address names.

    Raises:
        RuleBroken: it stands there again, or would go round.
        NotFound: one of them does not exist.
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    both = select(Municipality.id).where(Municipality.id.in_((municipality_id, predecessor_id)))
    if set(db.session.scalars(both)) != {municipality_id, predecessor_id}:
        raise NotFound
    names = _add(municipality_id, predecessor_id, by, now)
    db.session.commit()
    return names


def remove_predecessor(
    municipality_id: int, predecessor_id: int, *, by: User, now: datetime
) -> tuple[str, str]:
    """Forget that one municipality was made of another; the names of both.

    Raises:
        NotFound: it was not.
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    in_turn("predecessors")
    row = db.session.get(Predecessor, (municipality_id, predecessor_id))
    if row is None:
        raise NotFound
    municipality = db.session.get_one(Municipality, municipality_id)
    predecessor = db.session.get_one(Municipality, predecessor_id)
    db.session.delete(row)
    names = _journaled("municipality.remove_predecessor", municipality, predecessor, by, now)
    db.session.commit()
    return names


def _add(
    municipality_id: int | None, predecessor_id: int | None, by: User, now: datetime
) -> tuple[str, str]:
    in_turn("predecessors")
    municipality = _known(municipality_id, "municipality")
    predecessor = _known(predecessor_id, "predecessor")
    _check(municipality, predecessor)
    db.session.add(Predecessor(municipality_id=municipality.id, predecessor_id=predecessor.id))
    return _journaled("municipality.add_predecessor", municipality, predecessor, by, now)


def _journaled(
    deed: str, municipality: Municipality, predecessor: Municipality, by: User, now: datetime
) -> tuple[str, str]:
    names = municipality.name, predecessor.name
    db.session.flush()
    journal.record(deed, "municipality", municipality.id, {"pair": list(names)}, by=by, now=now)
    return names


def _known(municipality_id: int | None, field: str) -> Municipality:
    row = db.session.get(Municipality, municipality_id) if municipality_id else None
    if row is None:
        raise RuleBroken("Välj en kommun i listan.", field=field)
    return row


def _check(municipality: Municipality, predecessor: Municipality) -> None:
    if municipality.id == predecessor.id:
        raise RuleBroken("En kommun kan inte vara bildad av sig själv.", field="predecessor")
    made_of = _made_of()
    if predecessor.id in made_of.get(municipality.id, ()):
        raise RuleBroken(
            "Det är redan inskrivet att %(name)s bildades av %(other)s.",
            field="predecessor",
            name=municipality.name,
            other=predecessor.name,
        )
    if municipality.id in _beneath(predecessor.id, made_of):
        raise RuleBroken(
            "Det går runt: %(other)s är själv bildad av %(name)s.",
            field="predecessor",
            name=municipality.name,
            other=predecessor.name,
        )


def _made_of() -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for one, other in db.session.execute(
        select(Predecessor.municipality_id, Predecessor.predecessor_id)
    ):
        found.setdefault(one, set()).add(other)
    return found


def _beneath(municipality_id: int, made_of: dict[int, set[int]]) -> frozenset[int]:
    found: set[int] = set()
    waiting = [municipality_id]
    while waiting:
        new = made_of.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found - {municipality_id})
