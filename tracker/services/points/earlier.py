"""What became of a point when an earlier evaluation said the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Answer,
    Disposition,
    Evaluation,
    ImprovementPoint,
    action_point,
)


@dataclass(frozen=True)
class Earlier:
    """The same point in an earlier evaluation: what was answered (None: nothing), with its
    reason, and how many actions there were in each status, in the statuses' own order."""

    point_id: int
    month: date
    answer: Answer | None
    reason: str
    actions: tuple[tuple[ActionStatus, int], ...]

    @property
    def count(self) -> int:
        """How many actions there were, dropped ones too."""
        return sum(number for _status, number in self.actions)


def earlier_of(repeats: Sequence[int]) -> dict[int, Earlier]:
    """What became of the points with these numbers, in two queries."""
    rows = db.session.execute(
        select(ImprovementPoint.id, Evaluation.month, Disposition.answer, Disposition.reason)
        .join(Evaluation, Evaluation.id == ImprovementPoint.evaluation_id)
        .outerjoin(Disposition, Disposition.point_id == ImprovementPoint.id)
        .where(ImprovementPoint.id.in_(repeats))
    ).all()
    counts = _counts(repeats)
    return {
        point_id: Earlier(point_id, month, answer, reason or "", tuple(counts.get(point_id, ())))
        for point_id, month, answer, reason in rows
    }


def _counts(point_ids: Sequence[int]) -> dict[int, list[tuple[ActionStatus, int]]]:
    rows = db.session.execute(
        select(action_point.c.point_id, Action.status, func.count())
        .join(Action, Action.id == action_point.c.action_id)
        .where(action_point.c.point_id.in_(point_ids))
        .group_by(action_point.c.point_id, Action.status)
    )
    order = list(ActionStatus)
    found: dict[int, list[tuple[ActionStatus, int]]] = {}
    for point_id, status, number in sorted(rows, key=lambda row: order.index(row[1])):
        found.setdefault(point_id, []).append((status, number))
    return found
