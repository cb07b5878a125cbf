"""Which points may be merged into which, and which may be left without action."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import Answer, Disposition, ImprovementPoint
from tracker.services.points.state import has_live_action


def check_idle(points: Sequence[ImprovementPoint]) -> None:
    """Raise RuleBroken when one of the points has a live action: then it is acted on."""
    query = (
        select(ImprovementPoint.position)
        .where(ImprovementPoint.id.in_([point.id for point in points]), has_live_action())
        .order_by(ImprovementPoint.position)
        .limit(1)
    )
    number = db.session.scalar(query)
    if number is not None:
        raise RuleBroken(
            "Punkt %(number)s har en åtgärd i planen. Avbryt åtgärden först, eller låt punkten "
            "vara besvarad med att den åtgärdas.",
            number=number,
        )


def check_merger(points: Sequence[ImprovementPoint], target_id: int) -> None:
    """Raise RuleBroken unless all `points` can be answered with the point `target_id`.

    A point that others lead to never leads on, so mergers are one step long and form no circle.
    """
    possible = 0 < target_id < 2**31
    target = db.session.get(ImprovementPoint, target_id) if possible else None
    if target is None or any(point.evaluation_id != target.evaluation_id for point in points):
        raise RuleBroken("Välj en punkt i samma utvärdering.", field="merged_into_id")
    if any(point.id == target_id for point in points):
        raise RuleBroken(
            "Punkt %(number)s kan inte slås ihop med sig själv. Välj en annan punkt.",
            field="merged_into_id",
            number=target.position,
        )
    _check_ends(target)
    _check_leads_nowhere(points)


def _check_ends(target: ImprovementPoint) -> None:
    onward = db.session.scalar(
        select(ImprovementPoint.position)
        .join(Disposition, Disposition.merged_into_id == ImprovementPoint.id)
        .where(Disposition.point_id == target.id, Disposition.answer == Answer.MERGED)
    )
    if onward is not None:
        raise RuleBroken(
            "Punkt %(number)s är själv ihopslagen med punkt %(onward)s. "
            "Välj punkt %(onward)s i stället.",
            field="merged_into_id",
            number=target.position,
            onward=onward,
        )


def _check_leads_nowhere(points: Sequence[ImprovementPoint]) -> None:
    query = (
        select(ImprovementPoint.position)
        .join(Disposition, Disposition.merged_into_id == ImprovementPoint.id)
        .where(ImprovementPoint.id.in_([point.id for point in points]))
        .order_by(ImprovementPoint.position)
        .limit(1)
    )
    number = db.session.scalar(query)
    if number is not None:
        raise RuleBroken(
            "Andra punkter är ihopslagna med punkt %(number)s. "
            "Slå ihop dem med den nya punkten först.",
            field="merged_into_id",
            number=number,
        )


def numbered(point_id: int) -> int:
    """The number that people call a point by: its place in the report."""
    point = db.session.get_one(ImprovementPoint, point_id)
    return point.position
