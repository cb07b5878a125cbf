"""Two evaluations side by side, with what was done in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tracker.domain.crosswalk import Crosswalk, SubAreaLink
from tracker.domain.effect import AreaDrift, Drift, Effect, estimate
from tracker.domain.pairing import same_name_of, way_between
from tracker.domain.references import SharedDrift
from tracker.domain.scores import (
    AreaRow,
    Comparison,
    ScoredEvaluation,
    SubAreaRow,
    Verdict,
    compare,
)
from tracker.domain.verdicts import PointPlace, Standing, Verdicts, counting, movements
from tracker.models import User
from tracker.services.comparisons.choosing import Side, chosen_pair, comparable
from tracker.services.comparisons.standing import ActionTally, tally, work_since
from tracker.services.crosswalks.predecessors import predecessors_of
from tracker.services.crosswalks.reading import corrected
from tracker.services.evaluations import ListedEvaluation
from tracker.services.references.reading import drift_shared
from tracker.services.thresholds import threshold

RISEN = (Verdict.ACTION_AND_IMPROVEMENT, Verdict.NO_ACTION_IMPROVEMENT)


@dataclass(frozen=True)
class AreaPart:
    """An area and the sub-areas that are told under it."""

    area: AreaRow
    subareas: tuple[SubAreaRow, ...]


@dataclass(frozen=True)
class ComparisonShown:
    """A comparison as pages, files and the command line tell it.

    `outcomes` are the verdicts on points and actions, `effect` what the whole amounts to (None
    where the two are no story of one municipality, told forwards), `drift` how others moved in
    the same time (None beside no effect, and across editions). `between` counts our
    evaluations that lie between the two; `editions` are those that both are scored under;
    `guessed` says that nothing tells how the editions belong together but their areas' names,
    `told` is what people have said of their sub-areas.
    """

    before: ListedEvaluation
    after: ListedEvaluation
    result: Comparison
    outcomes: Verdicts
    effect: Effect | None
    drift: SharedDrift | None
    actions: ActionTally
    across: bool
    between: int
    editions: tuple[str, ...]
    guessed: bool
    told: tuple[SubAreaLink, ...]

    @property
    def backwards(self) -> bool:
        """Whether the one called "before" is the later one."""
        return self.before.month > self.after.month

    @property
    def same_edition(self) -> bool:
        """Whether one edition of the instrument was used for both."""
        return self.before.edition == self.after.edition

    @property
    def grouped(self) -> bool:
        """Whether a split or a merger made several rows share one change."""
        groups = [row.group for row in self.result.subareas]
        return len(groups) != len(set(groups))

    @property
    def parts(self) -> tuple[AreaPart, ...]:
        """The areas with their sub-areas; a pair over two areas stands under its earlier one."""
        return tuple(
            AreaPart(area, tuple(row for row in self.result.subareas if _belongs(row, area)))
            for area in self.result.areas
        )

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many sub-areas got each verdict; those of a split or merger count as one."""
        of_group = {row.group: row.verdict for row in self.result.subareas}
        return {verdict: list(of_group.values()).count(verdict) for verdict in Verdict}

    @property
    def compared(self) -> int:
        """How many sub-areas could be compared."""
        return sum(self.verdicts.values()) - self.verdicts[Verdict.NOT_COMPARABLE]

    @property
    def risen(self) -> int:
        """How many of them rose by more than the threshold."""
        return sum(self.verdicts[verdict] for verdict in RISEN)

    def to_json(self) -> dict[str, Any]:
        """What `evaluation compare --json` prints."""
        rows = self.result.to_json()
        return {
            "before": _facts(self.before),
            "after": _facts(self.after),
            "areas": rows["areas"],
            "subareas": rows["subareas"],
            "effect": self.effect.to_json() if self.effect else None,
        }


def compare_evaluations(
    before_id: int,
    after_id: int,
    *,
    by: User | None,
    listed: Sequence[ListedEvaluation] | None = None,
    edition: str | None = None,
) -> ComparisonShown:
    """Put two evaluations side by side; `listed` (of `comparable`) saves its query, `edition` is
    the one to compare under where both are scored under several.

    Raises:
        NotFound: one of them does not exist.
        RuleBroken: they are the same.
        Forbidden: the person may not compare.
    """
    known = comparable(by) if listed is None else listed
    before, after, shared = chosen_pair(before_id, after_id, known, edition)
    across = not _one_story(before.listed, after.listed)
    crosswalk, guessed = _crosswalk(before, after)
    points, standings = work_since(before, after.listed.month) if not across else ((), ())
    worked = worked_out(
        _Known(before.scores, after.scores, crosswalk, points, standings, threshold())
    )
    forwards = not across and before.listed.month < after.listed.month
    drift = _drift(before, after) if forwards else None
    key = _key(drift.drift) if drift else None
    return ComparisonShown(
        before=before.listed,
        after=after.listed,
        result=worked.comparison,
        outcomes=worked,
        effect=effect_of(worked.comparison, key) if forwards else None,
        drift=drift,
        actions=tally(standings, len(worked.unplaced)),
        across=across,
        between=_between(before.listed, after.listed, known),
        editions=shared,
        guessed=guessed,
        told=crosswalk.subareas,
    )


def _one_story(one: ListedEvaluation, other: ListedEvaluation) -> bool:
    """Whether the two are of one municipality, or of one that the other was made of."""
    if one.municipality_id == other.municipality_id:
        return True
    return one.municipality_id in predecessors_of(
        other.municipality_id
    ) or other.municipality_id in predecessors_of(one.municipality_id)


def _between(
    one: ListedEvaluation, other: ListedEvaluation, listed: Sequence[ListedEvaluation]
) -> int:
    first, last = sorted((one.month, other.month))
    places = {one.municipality_id, other.municipality_id}
    return len({x.id for x in listed if x.municipality_id in places and first < x.month < last})


def _crosswalk(before: Side, after: Side) -> tuple[Crosswalk, bool]:
    """The way between the two, with people's corrections; by the areas' names where no file
    knows the editions, and then True."""
    ours, theirs = before.scores, after.scores
    links = corrected(before.listed.id, ours.edition, after.listed.id, theirs.edition)
    way, guessed = way_between(ours, theirs)
    return replace(way, subareas=links), guessed


@dataclass(frozen=True)
class _Known:
    """All that a comparison rests on. Being its own key, nothing worked out can be stale."""

    before: ScoredEvaluation
    after: ScoredEvaluation
    crosswalk: Crosswalk
    points: tuple[PointPlace, ...]
    standings: tuple[Standing, ...]
    threshold: float


@lru_cache(maxsize=128)
def worked_out(known: _Known) -> Verdicts:
    """The rows and verdicts, once for each state of the data."""
    result = compare(
        known.before,
        known.after,
        known.crosswalk,
        counting(known.points, known.standings),
        known.threshold,
        same_name=same_name_of(known.after.edition),
    )
    return Verdicts(result, known.points, known.standings)


def _drift(before: Side, after: Side) -> SharedDrift | None:
    """How others moved meanwhile; nothing across editions, where their points mean other things."""
    if before.scores.edition != after.scores.edition:
        return None
    return drift_shared(before.listed.month, after.listed.month, after.scores.edition)


def _key(drift: Drift | None) -> _DriftKey | None:
    return (tuple(sorted(drift.by_area.items())), drift.overall) if drift else None


@lru_cache(maxsize=128)
def effect_of(result: Comparison, drift: _DriftKey | None) -> Effect:
    if drift is None:
        return estimate(movements(result))
    by_area, overall = drift
    return estimate(movements(result), Drift(dict(by_area), overall))


# A drift as it can be a key: what it is by area, and overall.
_DriftKey = tuple[tuple[tuple[int, AreaDrift], ...], AreaDrift | None]


def _belongs(row: SubAreaRow, area: AreaRow) -> bool:
    if row.before is not None:
        return area.before is not None and row.before in area.before.subareas
    return area.after is not None and row.after in area.after.subareas


def _facts(listed: ListedEvaluation) -> dict[str, Any]:
    return {
        "id": listed.id,
        "municipality": listed.municipality,
        "month": f"{listed.month:%Y-%m}",
        "edition": listed.edition,
        "total": listed.total,
    }
