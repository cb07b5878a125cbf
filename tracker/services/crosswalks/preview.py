"""What another threshold would change."""

from __future__ import annotations

from tracker.domain.permissions import Deed
from tracker.models import User
from tracker.services import scope
from tracker.services.comparisons.choosing import comparable, latest_two
from tracker.services.comparisons.comparing import compare_evaluations
from tracker.services.thresholds import checked, threshold


def would_change(value: float | None, *, by: User) -> tuple[int, int] | None:
    """How many sub-areas of our two latest evaluations would count as risen, or no longer so,
    and how many there are to compare; None while there are no two evaluations.

    Raises:
        RuleBroken: the value is no threshold.
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    new, old = checked(value), threshold()
    listed = comparable(by)
    latest = latest_two(listed)
    if latest is None:
        return None
    shown = compare_evaluations(*latest, by=by, listed=listed)
    changes = {row.group: row.change_percent_of_max for row in shown.result.subareas}
    known = [change for change in changes.values() if change is not None]
    return sum((change > old) != (change > new) for change in known), len(known)
