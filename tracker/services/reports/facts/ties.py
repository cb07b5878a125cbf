"""Which points the actions of a report answered: the evaluators', and the plan's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import PlanPoint, action_plan_point, action_point
from tracker.services.actions.ids import each
from tracker.services.reports.facts.journalled import TIE, UNTIE, Entry

Later = Mapping[int, Sequence[Entry]]


def points(ids: Collection[int], later: Later) -> dict[int, frozenset[int]]:
    """Action → its improvement points then: today's, with what was tied or untied since taken
    back."""
    tie = action_point.c
    query = select(tie.action_id, tie.point_id).where(tie.action_id.in_(each(ids)))
    found = _taken_back(db.session.execute(query).all(), later, "points")
    return {action_id: frozenset(found.get(action_id, ())) for action_id in ids}


def plan_points(plan_id: int, ids: Collection[int], later: Later) -> dict[int, tuple[str, ...]]:
    """Action → the labels of the points of this plan that it answered then, in their order."""
    own = select(PlanPoint.id, PlanPoint.label).where(PlanPoint.plan_id == plan_id)
    labels = dict(db.session.execute(own.order_by(PlanPoint.position)).all())
    tie = action_plan_point.c
    query = select(tie.action_id, tie.plan_point_id).where(tie.action_id.in_(each(ids)))
    found = _taken_back(db.session.execute(query).all(), later, "plan_points")
    return {
        action_id: tuple(label for key, label in labels.items() if key in found.get(action_id, ()))
        for action_id in ids
    }


def _taken_back(today: Iterable[Any], later: Later, kind: str) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for action_id, point_id in today:
        found[action_id].add(point_id)
    for action_id, entries in later.items():
        for entry in reversed(entries):
            if entry.deed == TIE:
                found[action_id].difference_update(entry.data.get(kind, ()))
            elif entry.deed == UNTIE:
                found[action_id].update(entry.data.get(kind, ()))
    return found
