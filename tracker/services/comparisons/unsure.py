"""How much of a comparison rests on pairs that nobody has looked at, and no name speaks for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tracker.domain.crosswalk import SubAreaLink
from tracker.domain.scores import AreaScore, ScoredEvaluation
from tracker.services.comparisons.comparing import ComparisonShown
from tracker.services.crosswalks.pairs import Paired


def unsure_pairs(shown: ComparisonShown) -> int:
    """How many pairs of sub-areas are a guess."""
    one, other = shown.before, shown.after
    rows = shown.result.areas
    return _counted(
        _scores(one.edition, (row.before for row in rows)),
        _scores(other.edition, (row.after for row in rows)),
        shown.told,
    )


def _scores(edition: str, areas: Iterable[AreaScore | None]) -> ScoredEvaluation:
    known = (area for area in areas if area is not None)
    return ScoredEvaluation(edition, edition, tuple(sorted(known, key=lambda area: area.number)))


@lru_cache(maxsize=128)
def _counted(
    before: ScoredEvaluation, after: ScoredEvaluation, told: tuple[SubAreaLink, ...]
) -> int:
    return Paired(before, after, told).unsure
