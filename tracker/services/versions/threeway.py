"""The three ways: as a report was read before, as people corrected it, as it is read now."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.services.review.changes import Change
from tracker.services.review.work import Work


class Outcome(StrEnum):
    """What becomes of a correction: it comes along, the new report says something else, or it
    has to be made again by hand."""

    TAKEN = "taken"
    OVERTAKEN = "overtaken"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Row:
    """An earlier correction that the new working copy does not have; `says` is what the new
    report says there ("" for nothing), `area` where it says it."""

    change: Change
    outcome: Outcome
    says: str = ""
    area: int | None = None


def outcome_of(base: Hashable, ours: Hashable, theirs: Hashable, now: Hashable) -> Outcome | None:
    """What becomes of one value that was read as `base` and corrected to `ours`; it was now read
    as `theirs` and stands as `now`. None where nothing is left to do: it is corrected already,
    never was, or somebody has chosen anew."""
    if ours in {base, now} or now != theirs:
        return None
    return Outcome.TAKEN if theirs == base else Outcome.OVERTAKEN


def with_area(work: Work, other: Work, number: int | None) -> Work:
    """`work` with that area in it: one that it lacks comes bare from `other`."""
    if number is None or any(area.number == number for area in work.areas):
        return work
    bare = replace(other.area(number), score=None, subareas=())
    areas = sorted((*work.areas, bare), key=lambda area: area.number)
    return replace(work, areas=tuple(areas))
