"""A forecast: what the movements between earlier evaluations would suggest for the next one.

If history repeats itself, never more than that: ranges, what they rest on, or why there are none.
Formulas, assumptions and limits: docs/method.md.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from math import fsum, sqrt
from statistics import fmean

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.effect import NO_VARIANCE, Movement
from tracker.domain.errors import N_
from tracker.domain.references import TOTAL_MAX, Moved, spread
from tracker.domain.regression import Fit, SingularDesign, least_squares, t_quantile

LEVEL = 0.8  # "four times out of five": wider ones would hold nearly the whole scale
FEWEST = 10
FEWEST_IN_GROUP = 4
FEWEST_MUNICIPALITIES = 3
SHORTEST_ROUND = 12  # months; evaluations closer together say nothing of a whole round


class Lack(StrEnum):
    """Why there is no range from our own history."""

    NO_HISTORY = "no_history"
    FEW_MOVEMENTS = "few_movements"
    FEW_IN_PLACE = "few_in_place"
    FEW_NOT_IN_PLACE = "few_not_in_place"
    NO_SPREAD = "no_spread"
    NO_SCORES = "no_scores"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LACKS[self]


_LACKS = {
    Lack.NO_HISTORY: N_(
        "Det finns ingen tidigare jämförelse mellan två av våra utvärderingar med minst ett år "
        "emellan."
    ),
    Lack.FEW_MOVEMENTS: N_("Färre än tio delområden har kunnat jämföras hittills."),
    Lack.FEW_IN_PLACE: N_("För få delområden hade åtgärder på plats i tidigare jämförelser."),
    Lack.FEW_NOT_IN_PLACE: N_(
        "För få delområden saknade åtgärder på plats i tidigare jämförelser."
    ),
    Lack.NO_SPREAD: N_("Delområdena i tidigare jämförelser skiljer sig för lite åt sinsemellan."),
    Lack.NO_SCORES: N_("Den senaste utvärderingen har inga poäng per delområde."),
}


@dataclass(frozen=True)
class Place:
    """A sub-area as it stands: its score, 0 to `max`, and `max`, above 0.

    `in_place`: an action that answers it is in place today; `planned`: one is under way.
    """

    area: int
    code: str
    score: int
    max: int
    in_place: bool = False
    planned: bool = False

    @property
    def start(self) -> float:
        """The share of max in per cent."""
        return self.score / self.max * 100

    @property
    def would_gain(self) -> bool:
        """Whether what is planned would be its first action in place."""
        return self.planned and not self.in_place


@dataclass(frozen=True)
class Range:
    """What to expect, in points, and the range that should hold it."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Points from one end to the other."""
        return self.high - self.low


@dataclass(frozen=True)
class Expectation:
    """An area, or all of them (`area` None): points `now` of `max`, and the two ranges.

    `gaining` of its `subareas` would get their first action in place.
    """

    area: int | None
    subareas: int
    gaining: int
    now: int
    max: int
    as_it_is: Range
    with_planned: Range


@dataclass(frozen=True)
class Outlook:
    """What our own history would suggest. Without `lacks` there are numbers, else none.

    `movements` of `comparisons`, `in_place` of them with an action in place; `steeper` is how many
    percentage points more those rose, at equal start. `areas` are those whose sub-areas all have
    a score; `total` is there when all eight areas are.
    """

    level: float
    comparisons: int
    movements: int
    in_place: int
    lacks: tuple[Lack, ...]
    steeper: float | None = None
    areas: tuple[Expectation, ...] = ()
    total: Expectation | None = None


@dataclass(frozen=True)
class Others:
    """How the total of `n` other municipalities moved, and what that would make of ours.

    The mean and standard deviation are in points; None, as `range`, where too few tell.
    """

    level: float
    n: int
    mean: float | None = None
    deviation: float | None = None
    range: Range | None = None


def is_round(months: int) -> bool:
    """Whether so much time between two evaluations makes a round of history."""
    return months >= SHORTEST_ROUND


def expected(
    history: Iterable[Sequence[Movement]], places: Sequence[Place], level: float = LEVEL
) -> Outlook:
    """What the movements of our earlier comparisons (`history`, one sequence each) would suggest
    for `places`: the whole of the latest evaluation's areas whose sub-areas all have scores.

    Regression of change on start and action in place, all comparisons pooled; the range is a
    prediction interval. Raises ValueError for a `level` outside 0–1.
    """
    compared = [sorted(one, key=_order) for one in history if one]
    moved = [one for movements in compared for one in movements]
    done = sum(one.in_place for one in moved)
    lacks = _lacks(compared, done, places)
    model = None if lacks else _fitted(compared, level)
    if model is None:
        return Outlook(level, len(compared), len(moved), done, lacks or (Lack.NO_SPREAD,))
    numbers = sorted({one.area for one in places})
    whole = set(numbers) == set(AREA_NUMBERS)
    return Outlook(
        level,
        len(compared),
        len(moved),
        done,
        (),
        steeper=model.fit.coefficients[1],
        areas=tuple(
            _expectation(model, [one for one in places if one.area == number], number)
            for number in numbers
        ),
        total=_expectation(model, places, None) if whole else None,
    )


def like_others(
    total: float | None, moved: Iterable[Moved], edition: str, level: float = LEVEL
) -> Others:
    """Our total if it moves as others' totals did, from one evaluation to their next under
    `edition`. Each municipality counts once, by its latest movement: two of the same are no two
    independent ones. `moved` holds no movement of our own.
    """
    latest: dict[str, Moved] = {}
    for one in sorted(moved, key=lambda one: one.after.at):
        ours = one.edition == edition and one.total is not None
        if ours and is_round(round(one.years * 12)):
            latest[one.place] = one
    changes = [one.total for one in latest.values() if one.total is not None]
    known = spread(changes)
    if known is None or known.deviation is None or known.n < FEWEST_MUNICIPALITIES:
        return Others(level, len(changes))
    half = t_quantile((1 + level) / 2, known.n - 1) * known.deviation * sqrt(1 + 1 / known.n)
    found = None if total is None else _within(total + known.mean, half, TOTAL_MAX)
    return Others(level, known.n, known.mean, known.deviation, found)


def _order(one: Movement) -> tuple[int, str, float, float]:
    return one.area, one.code, one.start, one.end


def _lacks(
    compared: Sequence[Sequence[Movement]], done: int, places: Sequence[Place]
) -> tuple[Lack, ...]:
    n = sum(map(len, compared))
    if not compared:
        reasons = [(True, Lack.NO_HISTORY)]
    else:
        reasons = [
            (n < FEWEST, Lack.FEW_MOVEMENTS),
            (done < FEWEST_IN_GROUP, Lack.FEW_IN_PLACE),
            (n - done < FEWEST_IN_GROUP, Lack.FEW_NOT_IN_PLACE),
        ]
    reasons.append((not places, Lack.NO_SCORES))
    return tuple(reason for lacking, reason in reasons if lacking)


@dataclass(frozen=True)
class _Model:
    """The fit, which comparison and area each of its rows belongs to, and the mean start."""

    fit: Fit
    groups: tuple[tuple[int, int], ...]
    centre: float
    level: float

    def row(self, place: Place, action: bool) -> tuple[float, float, float]:
        return 1.0, float(action), place.start - self.centre

    @cached_property
    def sources(self) -> tuple[_Source, ...]:
        """What rows may share a part of their error by: area and, of several, comparison."""
        by_area = {group: number for number, group in enumerate(dict.fromkeys(self.groups))}
        found = [self._source([by_area[group] for group in self.groups], lambda one: one.area)]
        comparisons = [comparison for comparison, _area in self.groups]
        if len(set(comparisons)) > 1:
            found.append(self._source(comparisons, lambda _one: None))
        return tuple(found)

    def _source(self, rows: Sequence[int], of: Callable[[Place], Hashable]) -> _Source:
        own, shared = self.fit.variance_parts(rows)
        return _Source(tuple(rows), of, own, shared)

    def half_width(self, places: Sequence[Place], shares: Sequence[bool]) -> float:
        """Half of the range of a sum over `places`, in points; the widest that a way to share
        the error gives."""
        weights = [one.max / 100 for one in places]
        rows = [self.row(one, action) for one, action in zip(places, shares, strict=True)]
        contrast = [
            fsum(weight * row[column] for weight, row in zip(weights, rows, strict=True))
            for column in range(3)
        ]
        past = self.fit.weights(contrast)
        alone = self._t(self.fit.df) ** 2
        squares = fsum(one * one for one in past) + fsum(one * one for one in weights)
        found = [alone * self.fit.residual_variance * squares]
        for source in self.sources:
            together = _sum_of_squares(source.rows, past) + _sum_of_squares(
                [source.of(one) for one in places], weights
            )
            few = self._t(len(set(source.rows)) - 1) ** 2
            found.append(alone * source.own * squares + few * source.shared * together)
        return sqrt(max(found))

    def _t(self, df: int) -> float:
        return t_quantile((1 + self.level) / 2, max(df, 1))


@dataclass(frozen=True)
class _Source:
    """A way in which errors hang together: the group of each row of the fit, that of a place to
    come, and the variance of each error's own part and of the one that a group shares."""

    rows: tuple[int, ...]
    of: Callable[[Place], Hashable]
    own: float
    shared: float


def _fitted(compared: Sequence[Sequence[Movement]], level: float) -> _Model | None:
    moved = [one for movements in compared for one in movements]
    centre = fmean(one.start for one in moved)
    try:
        fit = least_squares(
            [(1.0, float(one.in_place), one.start - centre) for one in moved],
            [one.change for one in moved],
        )
    except SingularDesign:
        return None
    if fit.residual_variance <= NO_VARIANCE:
        return None
    groups = [(number, one.area) for number, movements in enumerate(compared) for one in movements]
    return _Model(fit, tuple(groups), centre, level)


def _expectation(model: _Model, places: Sequence[Place], area: int | None) -> Expectation:
    return Expectation(
        area=area,
        subareas=len(places),
        gaining=sum(one.would_gain for one in places),
        now=sum(one.score for one in places),
        max=sum(one.max for one in places),
        as_it_is=_range(model, places, [one.in_place for one in places]),
        with_planned=_range(model, places, [one.in_place or one.planned for one in places]),
    )


def _range(model: _Model, places: Sequence[Place], shares: Sequence[bool]) -> Range:
    value = fsum(
        one.max / 100 * min(max(one.start + model.fit.combine(model.row(one, action)), 0.0), 100.0)
        for one, action in zip(places, shares, strict=True)
    )
    return _within(value, model.half_width(places, shares), sum(one.max for one in places))


def _within(value: float, half: float, most: float) -> Range:
    """The value and its range, within what there is to get."""
    low, middle, high = (min(max(one, 0.0), most) for one in (value - half, value, value + half))
    return Range(middle, low, high)


def _sum_of_squares(groups: Sequence[Hashable], values: Sequence[float]) -> float:
    """The squares of the groups' sums."""
    sums: dict[Hashable, float] = {}
    for group, value in zip(groups, values, strict=True):
        sums[group] = sums.get(group, 0.0) + value
    return fsum(one * one for one in sums.values())
