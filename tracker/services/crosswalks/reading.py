"""The corrected links between two evaluations, for whoever compares them."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from tracker.domain.crosswalk import SubAreaLink
from tracker.extensions import db
from tracker.models import Crosswalk as KeptCrosswalk
from tracker.models import CrosswalkLink


def corrected(
    before_id: int, before_edition: str, after_id: int, after_edition: str
) -> tuple[SubAreaLink, ...]:
    """What people have said of the sub-areas of two evaluations, each under one edition; one
    query. Kept for the way back, it is turned round. Empty where nobody has said anything.
    """
    kept = KeptCrosswalk
    there = (before_id, before_edition, after_id, after_edition)
    way = (kept.before_id, kept.before_edition, kept.after_id, kept.after_edition)
    turned = (kept.after_id, kept.after_edition, kept.before_id, kept.before_edition)
    rows = db.session.execute(
        select(
            kept.before_id, CrosswalkLink.before_code, CrosswalkLink.after_code, CrosswalkLink.match
        )
        .join(CrosswalkLink, CrosswalkLink.crosswalk_id == kept.id)
        .where(
            or_(
                and_(*(column == value for column, value in zip(way, there, strict=True))),
                and_(*(column == value for column, value in zip(turned, there, strict=True))),
            )
        )
        .order_by(CrosswalkLink.id)
    ).all()
    straight = [row for row in rows if row[0] == before_id]
    links = [SubAreaLink(*row[1:]) for row in straight or rows]
    return tuple(links if straight else [link.reversed() for link in links])
