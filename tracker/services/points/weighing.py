"""What people think of points: how much work they take, and which come first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.priority import LEVELS
from tracker.extensions import db
from tracker.models import User
from tracker.services import journal, scope
from tracker.services.points.answers import SUBJECT, locked_points


def set_effort(point_ids: Sequence[int], effort: int | None, *, by: User, now: datetime) -> int:
    """Say how much work the points take: 1 small, 2 middling, 3 large, None not known.

    Returns how many changed.

    Raises:
        Forbidden, NotFound: not this person's to do, or no such point.
        RuleBroken: no such effort, or the points are another municipality's.
    """
    changed = _put("effort", point_ids, effort, by=by, now=now)
    db.session.commit()
    return changed


def set_priority(point_ids: Sequence[int], priority: int | None, *, by: User, now: datetime) -> int:
    """Say by hand what comes first: 1 to 3, None leaves it to domain.priority. As set_effort."""
    changed = _put("priority", point_ids, priority, by=by, now=now)
    db.session.commit()
    return changed


def _put(
    field: str, point_ids: Sequence[int], level: int | None, *, by: User, now: datetime
) -> int:
    scope.require(by, Deed.POINT_ANSWER)
    if level is not None and level not in LEVELS:
        raise RuleBroken("Välj ett av alternativen.", field=field)
    entries = []
    for point in locked_points(point_ids):
        before = getattr(point, field)
        if before != level:
            setattr(point, field, level)
            data = {field: [before, level]}
            entries.append((f"point.{field}", SUBJECT, point.id, data, by, now))
    if entries:
        db.session.flush()
        journal.record_many(entries)
    return len(entries)
