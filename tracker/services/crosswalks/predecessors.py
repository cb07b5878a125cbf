"""Municipalities that others were made of."""

from __future__ import annotations

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import Predecessor


def predecessors_of(municipality_id: int) -> frozenset[int]:
    """The municipalities that this one was made of, and those that they were made of."""
    made_of: dict[int, set[int]] = {}
    for one, other in db.session.execute(
        select(Predecessor.municipality_id, Predecessor.predecessor_id)
    ):
        made_of.setdefault(one, set()).add(other)
    found: set[int] = set()
    waiting = [municipality_id]
    while waiting:
        new = made_of.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return frozenset(found - {municipality_id})
