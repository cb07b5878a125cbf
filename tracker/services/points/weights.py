"""How every point of an evaluation weighs: what it may gain against what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from tracker.domain.priority import Weight, gain_of, weigh
from tracker.extensions import db
from tracker.models import Area, ImprovementPoint, PointSubArea, SubArea

_MISSING = SubArea.max - SubArea.score


@dataclass(frozen=True)
class Weighed:
    """The weights by point, and `gains` in points (None: unknown) beside them."""

    weights: dict[int, Weight]
    gains: dict[int, int | None]


def weights_of(evaluation_id: int) -> Weighed:
    """Weigh all points of one evaluation, in two queries.

    A point without sub-areas of its own is measured by the sub-area of its area that lacks most,
    so that all gains are of one kind; by the area itself where it has no scored sub-areas.
    """
    own = (
        select(PointSubArea.point_id, func.max(_MISSING).label("missing"))
        .join(SubArea, SubArea.id == PointSubArea.sub_area_id)
        .group_by(PointSubArea.point_id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            ImprovementPoint.id,
            ImprovementPoint.area_id,
            ImprovementPoint.effort,
            ImprovementPoint.priority,
            own.c.missing,
        )
        .outerjoin(own, own.c.point_id == ImprovementPoint.id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
    ).all()
    areas = _areas(evaluation_id)
    gains = {row.id: gain_of([row.missing], areas.get(row.area_id)) for row in rows}
    most = max((gain for gain in gains.values() if gain is not None), default=None)
    weights = {row.id: weigh(gains[row.id], most, row.effort, row.priority) for row in rows}
    return Weighed(weights, gains)


def _areas(evaluation_id: int) -> dict[int | None, int | None]:
    """Area id → what is missing there."""
    areas = select(ImprovementPoint.area_id).where(ImprovementPoint.evaluation_id == evaluation_id)
    rows = db.session.execute(
        select(Area.id, func.coalesce(func.max(_MISSING), Area.max - Area.score))
        .outerjoin(SubArea, SubArea.area_id == Area.id)
        .where(Area.id.in_(areas))
        .group_by(Area.id, Area.max, Area.score)
    )
    return dict(rows.all())
