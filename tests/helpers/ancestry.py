"""The lineage of an evaluation's points in the short form that tests compare."""

from __future__ import annotations

from tracker.domain.ancestry import Ancestry
from tracker.services.points.ancestry import AncestryCounts, counts_of, lineage_of


def ancestry_of(evaluation_id: int) -> dict[int, tuple[Ancestry, int | None, bool]]:
    """What each point is by its id: kind, the older point's id, and whether somebody said so."""
    origins = lineage_of(evaluation_id).origins
    return {key: (one.kind, one.old_id, one.settled) for key, one in origins.items()}


def ancestry_counts(evaluation_id: int) -> AncestryCounts:
    """The numbers of an evaluation."""
    return counts_of(lineage_of(evaluation_id))
