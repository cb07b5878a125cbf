"""What another threshold would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.permissions import Deed
from tracker.domain.scores import SubAreaRow
from tracker.models import User
from tracker.services import scope
from tracker.services.comparisons.choosing import comparable, latest_two
from tracker.services.comparisons.comparing import compare_evaluations
from tracker.services.thresholds import checked, threshold


@dataclass(frozen=True)
class Turn:
    """A sub-area (its later code and name; of a split the parts) that would count as risen, or no
    longer so; `change` is in percentage points."""

    names: tuple[str, ...]
    change: float
    risen: bool


def would_change(value: float | None, *, by: User) -> tuple[tuple[Turn, ...], int] | None:
    """Which sub-areas of our two latest evaluations would count as risen, or no longer so, and how
    many there are to compare; None while there are no two evaluations.

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
    groups: dict[int, list[SubAreaRow]] = {}
    for row in shown.result.subareas:
        if row.change_percent_of_max is not None:
            groups.setdefault(row.group, []).append(row)
    turns = [_turn(rows, new) for rows in groups.values() if _risen(rows, new) != _risen(rows, old)]
    return tuple(turns), len(groups)


def _change(rows: Sequence[SubAreaRow]) -> float:
    """The rows of a group share it."""
    return rows[0].change_percent_of_max or 0.0


def _risen(rows: Sequence[SubAreaRow], threshold: float) -> bool:
    return _change(rows) > threshold


def _turn(rows: Sequence[SubAreaRow], threshold: float) -> Turn:
    subs = [sub for row in rows if (sub := row.after or row.before)]
    names = tuple(dict.fromkeys(f"{sub.code} {sub.name}" for sub in subs))
    return Turn(names, _change(rows), _risen(rows, threshold))
