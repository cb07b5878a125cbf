"""The points that are left to decide on or to do, by what they may gain and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from tracker.domain.priority import Weight
from tracker.extensions import db
from tracker.models import Answer, Area, ImprovementPoint, User
from tracker.services.points.listing import Heading, heading_of
from tracker.services.points.state import answered_with
from tracker.services.points.weights import weights_of

MOST_DRAWN = 150


@dataclass(frozen=True)
class Dot:
    """A point in the picture; `gain` is in points, None where nobody knows."""

    id: int
    number: int
    text: str
    area: int | None
    gain: int | None
    weight: Weight


@dataclass(frozen=True)
class Matrix:
    """The points to draw, the first to do first; `set_aside` are answered with no action or
    with another point, `left_out` are more than a picture holds."""

    heading: Heading
    dots: tuple[Dot, ...]
    set_aside: int
    left_out: int


def matrix_of(evaluation_id: int | None, *, by: User) -> Matrix | None:
    """What to do first in an evaluation (None: our latest); None where there is none yet.

    Raises:
        NotFound, Forbidden: as listing.points_listed.
    """
    heading = heading_of(evaluation_id, by=by)
    if heading is None:
        return None
    weighed = weights_of(heading.evaluation_id)
    rows = db.session.execute(
        select(ImprovementPoint.id, ImprovementPoint.position, ImprovementPoint.text, Area.number)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(
            ImprovementPoint.evaluation_id == heading.evaluation_id,
            ~answered_with(Answer.NO_ACTION),
            ~answered_with(Answer.MERGED),
        )
    )
    dots = [Dot(*row, weighed.gains[row[0]], weighed.weights[row[0]]) for row in rows]
    dots.sort(key=lambda dot: (dot.weight.priority, -(dot.gain or 0), dot.number))
    return Matrix(
        heading=heading,
        dots=tuple(dots[:MOST_DRAWN]),
        set_aside=heading.count - len(dots),
        left_out=max(0, len(dots) - MOST_DRAWN),
    )
