"""Two evaluations side by side: what changed, by how much, and whether action went along with it.

Method (DESIGN, "Did it work?"): compare in per cent of max, per sub-area, through the crosswalk;
points only where nothing but the score can have changed; no sum over areas of two editions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from tracker.domain.crosswalk import AREA_NUMBERS, Crosswalk, Match
from tracker.domain.errors import N_
from tracker.domain.pairing import (
    AreaScore,
    Pair,
    SameName,
    ScoredEvaluation,
    SubAreaScore,
    pair_subareas,
    same_name_in,
    spelled_alike,
)

__all__ = [
    "DEFAULT_THRESHOLD",
    "ActionCount",
    "AreaRow",
    "AreaScore",
    "Comparison",
    "Match",
    "ScoredEvaluation",
    "SubAreaRow",
    "SubAreaScore",
    "Verdict",
    "compare",
    "judge",
    "missing",
    "percent_of_max",
    "points_left",
    "same_name_in",
]

DEFAULT_THRESHOLD = 5.0

Scored = AreaScore | SubAreaScore


@dataclass(frozen=True)
class ActionCount:
    """Actions that answer a sub-area's points, by their state on the later evaluation's date."""

    in_place: int = 0
    not_in_place: int = 0


# The actions behind sub-areas that are compared as one, by the earlier evaluation's codes.
CountActions = Callable[[Sequence[str]], ActionCount]


class Verdict(StrEnum):
    """Two facts side by side (co-variation, not cause): action in place? share of max risen?"""

    ACTION_AND_IMPROVEMENT = "action_and_improvement"
    ACTION_NO_IMPROVEMENT = "action_no_improvement"
    NO_ACTION_IMPROVEMENT = "no_action_improvement"
    NO_ACTION_NO_IMPROVEMENT = "no_action_no_improvement"
    NOT_COMPARABLE = "not_comparable"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LABELS[self]


_LABELS = {
    Verdict.ACTION_AND_IMPROVEMENT: N_("Åtgärd på plats och förbättring"),
    Verdict.ACTION_NO_IMPROVEMENT: N_("Åtgärd på plats men ingen förbättring"),
    Verdict.NO_ACTION_IMPROVEMENT: N_("Ingen åtgärd på plats men förbättring"),
    Verdict.NO_ACTION_NO_IMPROVEMENT: N_("Ingen åtgärd på plats och ingen förbättring"),
    Verdict.NOT_COMPARABLE: N_("Går inte att jämföra"),
}


@dataclass(frozen=True)
class AreaRow:
    """An area before and after; changes in points and in percentage points of max."""

    before: AreaScore | None
    after: AreaScore | None
    match: Match
    change_points: int | None
    change_percent_of_max: float | None

    def to_json(self) -> dict[str, Any]:
        """The row as `evaluation compare --json` prints it."""
        return {
            "before_number": self.before.number if self.before else None,
            "after_number": self.after.number if self.after else None,
            **_sides_to_json(self),
        }


@dataclass(frozen=True)
class SubAreaRow:
    """A sub-area before and after, with what was done about it.

    `before` and `after` are this row's own scores. `change_percent_of_max`, `actions`, `verdict`,
    `start` and `end` (per cent of max, exact; None where not comparable) are those of the row's
    `group`: the rows of one split or merger share a group number and its facts, so whoever
    counts or averages takes each group once.
    """

    before: SubAreaScore | None
    after: SubAreaScore | None
    match: Match
    change_points: int | None
    change_percent_of_max: float | None
    actions: ActionCount
    verdict: Verdict
    group: int
    start: float | None = None
    end: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as `evaluation compare --json` prints it."""
        return {
            "before_code": self.before.code if self.before else None,
            "after_code": self.after.code if self.after else None,
            **_sides_to_json(self),
            "actions": {
                "in_place": self.actions.in_place,
                "not_in_place": self.actions.not_in_place,
            },
            "verdict": self.verdict.value,
        }


@dataclass(frozen=True)
class Comparison:
    """All rows, and the totals where there are any.

    The totals are None unless both sides are of one edition with all eight areas scored: a sum
    over mapped areas is no total.
    """

    areas: tuple[AreaRow, ...]
    subareas: tuple[SubAreaRow, ...]
    threshold: float
    total_before: int | None
    total_after: int | None

    @property
    def total_change(self) -> int | None:
        """Points, where there are totals to compare."""
        if self.total_before is None or self.total_after is None:
            return None
        return self.total_after - self.total_before

    def to_json(self) -> dict[str, Any]:
        """`areas`, `subareas`, `total` (null, or before, after and change) and `threshold`."""
        change = self.total_change
        total = {"before": self.total_before, "after": self.total_after, "change": change}
        return {
            "areas": [row.to_json() for row in self.areas],
            "subareas": [row.to_json() for row in self.subareas],
            "total": None if change is None else total,
            "threshold": self.threshold,
        }


def percent_of_max(scored: Scored) -> float | None:
    """The score in per cent of max, one decimal; None without a credible score or a max above 0."""
    share = _share([scored])
    return None if share is None else _one_decimal(share)


def missing(scored: Scored) -> int | None:
    """The points left to win, max − score; None without a max or a credible score."""
    return points_left(_credible(scored), scored.max)


def points_left(score: int | None, most: int | None) -> int | None:
    """The points between a score and the most there are; None where either is not known."""
    return None if score is None or most is None else most - score


def compare(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
    crosswalk: Crosswalk,
    actions: Mapping[str, ActionCount] | CountActions,
    threshold: float = DEFAULT_THRESHOLD,
    *,
    same_name: SameName = spelled_alike,
) -> Comparison:
    """Put two evaluations side by side.

    `actions` is keyed by the earlier evaluation's sub-area codes: an action answers a point of
    that evaluation. Counts by code are added up where sub-areas were merged; a function is asked
    for all codes together, and can count an action that stands behind two of them once.
    `threshold` is in percentage points; a rise must be greater than it, and is judged as shown,
    at one decimal. `same_name` may know more than spelling (aliases).

    - `same` needs an equal max, and one edition unless people say so in the crosswalk. An area
      is `same` when all its sub-areas are; otherwise its 100 points hold something else now.
    - Of a split or a merger, each pair has its row with its own scores, but the change compares
      the parts' summed score and max with the whole: a part differs from the whole in content,
      and may always have been its easy half. Where a part is missing there is no change.
    - A score outside 0–max is a misprint: shown, never compared.

    Raises ValueError if the crosswalk is for other editions than these.
    """
    if (before.edition, after.edition) != (crosswalk.before_edition, crosswalk.after_edition):
        raise ValueError(f"no crosswalk from {before.edition} to {after.edition}")
    pairs = pair_subareas(before, after, crosswalk, same_name)
    rows = tuple(_subarea_rows(pairs, actions, threshold))
    total_before, total_after = _totals(before, after)
    return Comparison(
        tuple(_area_rows(before, after, crosswalk, rows)),
        rows,
        threshold,
        total_before,
        total_after,
    )


def _subarea_rows(
    pairs: Iterable[Pair], actions: Mapping[str, ActionCount] | CountActions, threshold: float
) -> Iterator[SubAreaRow]:
    groups: dict[Any, int] = {}
    for pair in pairs:
        group = pair.group
        change = _change(group.before, group.after) if group.complete else None
        start, end = _ends(group.before, group.after) if change is not None else (None, None)
        done = _behind(actions, [sub.code for sub in group.before])
        yield SubAreaRow(
            before=pair.before,
            after=pair.after,
            match=pair.match,
            change_points=_points(pair.before, pair.after, pair.match),
            change_percent_of_max=change,
            actions=done,
            verdict=judge(done.in_place > 0, change, threshold),
            group=groups.setdefault(group, len(groups)),
            start=start,
            end=end,
        )


def _behind(actions: Mapping[str, ActionCount] | CountActions, codes: Sequence[str]) -> ActionCount:
    if callable(actions):
        return actions(codes)
    counts = [actions.get(code, ActionCount()) for code in codes]
    return ActionCount(
        sum(count.in_place for count in counts), sum(count.not_in_place for count in counts)
    )


def judge(in_place: bool, change: float | None, threshold: float) -> Verdict:
    """The verdict of two facts: was anything in place, and by how many percentage points did the
    share of max change (None: not comparable)? A rise must be greater than the threshold."""
    if change is None:
        return Verdict.NOT_COMPARABLE
    if in_place:
        risen, not_risen = Verdict.ACTION_AND_IMPROVEMENT, Verdict.ACTION_NO_IMPROVEMENT
    else:
        risen, not_risen = Verdict.NO_ACTION_IMPROVEMENT, Verdict.NO_ACTION_NO_IMPROVEMENT
    return risen if change > threshold else not_risen


def _area_rows(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
    crosswalk: Crosswalk,
    rows: Sequence[SubAreaRow],
) -> Iterator[AreaRow]:
    """The linked areas in the earlier edition's order, then areas that no link speaks of."""
    ours = {area.number: area for area in before.areas}
    theirs = {area.number: area for area in after.areas}
    for link in crosswalk.areas:
        one, other = ours.pop(link.before, None), theirs.pop(link.after, None)
        if one and other:
            whole = before.edition == after.edition and link.match is Match.SAME
            same = whole and one.max == other.max and _unchanged(one, other, rows)
            yield _area_row(one, other, Match.SAME if same else Match.REVISED)
        elif one or other:
            yield _area_row(one, other, Match.DROPPED if one else Match.NEW)
    yield from (_area_row(one, None, Match.DROPPED) for one in ours.values())
    yield from (_area_row(None, other, Match.NEW) for other in theirs.values())


def _area_row(before: AreaScore | None, after: AreaScore | None, match: Match) -> AreaRow:
    change = _change([before], [after]) if before and after else None
    return AreaRow(before, after, match, _points(before, after, match), change)


def _unchanged(before: AreaScore, after: AreaScore, rows: Iterable[SubAreaRow]) -> bool:
    """Whether every sub-area row that touches one of the areas is `same`."""
    return all(
        row.match is Match.SAME
        for row in rows
        if row.before in before.subareas or row.after in after.subareas
    )


def _totals(
    before: ScoredEvaluation, after: ScoredEvaluation
) -> tuple[int, int] | tuple[None, None]:
    sums = _total(before), _total(after)
    if before.edition != after.edition or sums[0] is None or sums[1] is None:
        return None, None
    return sums[0], sums[1]


def _total(evaluation: ScoredEvaluation) -> int | None:
    """The sum of the eight areas' scores; None where one is missing or there are others."""
    scores = {area.number: _credible(area) for area in evaluation.areas}
    known = [score for score in scores.values() if score is not None]
    return sum(known) if set(scores) == set(AREA_NUMBERS) and len(known) == len(scores) else None


def _credible(scored: Scored) -> int | None:
    """The score, unless it lies outside 0–max."""
    if scored.score is None or scored.score < 0:
        return None
    return scored.score if scored.max is None or scored.score <= scored.max else None


def _share(parts: Sequence[Scored]) -> Fraction | None:
    """The parts' summed score in per cent of their summed max; None where it is not known."""
    score = possible = 0
    for part in parts:
        got = _credible(part)
        if got is None or part.max is None:
            return None
        score, possible = score + got, possible + part.max
    return Fraction(100 * score, possible) if possible > 0 else None


def _ends(before: Sequence[Scored], after: Sequence[Scored]) -> tuple[float | None, float | None]:
    one, other = _share(before), _share(after)
    return None if one is None else float(one), None if other is None else float(other)


def _change(before: Sequence[Scored], after: Sequence[Scored]) -> float | None:
    """Percentage points of max: the exact difference, rounded once, so that swapping negates."""
    one, other = _share(before), _share(after)
    return None if one is None or other is None else _one_decimal(other - one)


def _points(before: Scored | None, after: Scored | None, match: Match) -> int | None:
    if match is not Match.SAME or before is None or after is None:
        return None
    one, other = _credible(before), _credible(after)
    return None if one is None or other is None else other - one


def _one_decimal(value: Fraction) -> float:
    return float(round(value, 1))


def _sides_to_json(row: AreaRow | SubAreaRow) -> dict[str, Any]:
    sides = {
        side: None if scored is None else {"score": scored.score, "max": scored.max}
        for side, scored in (("before", row.before), ("after", row.after))
    }
    return {
        "match": row.match.value,
        **sides,
        "change_points": row.change_points,
        "change_percent_of_max": row.change_percent_of_max,
    }
