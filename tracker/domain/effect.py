"""What went together with the actions: sub-areas with actions in place against those without.

Co-variation, never cause: the numbers say how much more one group rose than the other, and how
sure that is. Formulas, assumptions, limits and sources: docs/method.md. Measured in
`bench/effect_coverage.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from enum import StrEnum
from math import fsum, sqrt
from statistics import fmean
from typing import Any

from tracker.domain.errors import N_
from tracker.domain.regression import Fit, SingularDesign, least_squares, t_quantile

LEVEL = 0.95
# A sub-area that starts above this many per cent of max can hardly rise: left out of both groups.
CEILING = 90.0
FEWEST = 10
FEWEST_IN_GROUP = 4
FEWEST_SHARING = 2
NO_VARIANCE = 1e-12


class Finding(StrEnum):
    """What the interval of the adjusted difference allows one to say."""

    ROSE_MORE = "rose_more"
    ROSE_LESS = "rose_less"
    CANNOT_TELL = "cannot_tell"
    TOO_LITTLE = "too_little"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _FINDINGS[self]


_FINDINGS = {
    Finding.ROSE_MORE: N_("Steg mer där åtgärder var på plats"),
    Finding.ROSE_LESS: N_("Steg mindre där åtgärder var på plats"),
    Finding.CANNOT_TELL: N_("Går inte att skilja från slumpen"),
    Finding.TOO_LITTLE: N_("För lite underlag för att säga något"),
}


class Shortfall(StrEnum):
    """Why there is too little to give a number."""

    NOTHING_COMPARED = "nothing_compared"
    FEW_IN_ALL = "few_in_all"
    FEW_IN_PLACE = "few_in_place"
    FEW_NOT_IN_PLACE = "few_not_in_place"
    NO_OVERLAP = "no_overlap"
    NO_SPREAD = "no_spread"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _SHORTFALLS[self]


_SHORTFALLS = {
    Shortfall.NOTHING_COMPARED: N_("Inget delområde kan jämföras."),
    Shortfall.FEW_IN_ALL: N_("För få delområden kan jämföras."),
    Shortfall.FEW_IN_PLACE: N_("För få delområden hade åtgärder på plats."),
    Shortfall.FEW_NOT_IN_PLACE: N_("För få delområden saknade åtgärder på plats."),
    Shortfall.NO_OVERLAP: N_(
        "Delområdena med åtgärder på plats började på andra nivåer än de utan."
    ),
    Shortfall.NO_SPREAD: N_("Delområdena skiljer sig för lite åt sinsemellan."),
}


@dataclass(frozen=True)
class Movement:
    """One compared sub-area (a split or merged group once): `start` and `end` in per cent of max.

    `in_place`: at least one action that answers it was in place on the later evaluation's month.
    """

    area: int
    code: str
    start: float
    end: float
    in_place: bool
    max: int

    @property
    def change(self) -> float:
        """Percentage points of max."""
        return self.end - self.start

    @property
    def at_ceiling(self) -> bool:
        """Whether it starts so high that it can hardly rise."""
        return self.start > CEILING

    @property
    def at_floor(self) -> bool:
        """Whether it starts at nothing, so that it cannot fall."""
        return self.start <= 0


@dataclass(frozen=True)
class AreaDrift:
    """How `n` other municipalities moved: the mean in percentage points and its standard error."""

    mean: float
    standard_error: float
    n: int


@dataclass(frozen=True)
class Drift:
    """How other municipalities moved in the same time, per area; `overall` fills absent areas.

    What is common to all areas cancels in the difference between the groups: only how areas
    differ from one another matters here.
    """

    by_area: Mapping[int, AreaDrift] = field(default_factory=dict)
    overall: AreaDrift | None = None

    def of(self, area: int) -> AreaDrift | None:
        """The area's own drift, or else the overall one, or else None."""
        return self.by_area.get(area, self.overall)


@dataclass(frozen=True)
class Group:
    """The sub-areas of one kind that the difference is taken over.

    The means, of the change in percentage points and of the start in per cent of max, are None
    where there is too little.
    """

    n: int
    mean_change: float | None
    mean_start: float | None

    def to_json(self) -> dict[str, Any]:
        """Rounded to one decimal."""
        return {
            "n": self.n,
            "mean_change": _rounded(self.mean_change),
            "mean_start": _rounded(self.mean_start),
        }


@dataclass(frozen=True)
class Effect:
    """What there is to say; all differences in percentage points of max.

    `difference` is the plain difference of the two groups' mean changes, `adjusted` the same for
    equal starting levels (and less the drift), with its interval `low` to `high`. The four are
    None where `finding` is TOO_LITTLE; `reasons` says why, most telling first.
    `ceiling` counts the sub-areas left out for starting too high, `floor` those that started at
    nothing (they take part). `drift_from` is the fewest municipalities that an area's drift rests
    on; None where no drift was taken off.
    """

    in_place: Group
    not_in_place: Group
    difference: float | None
    adjusted: float | None
    low: float | None
    high: float | None
    level: float
    finding: Finding
    reasons: tuple[Shortfall, ...]
    ceiling: int
    floor: int
    drift_from: int | None

    @property
    def n(self) -> int:
        """The sub-areas that the difference is taken over."""
        return self.in_place.n + self.not_in_place.n

    @property
    def enough(self) -> bool:
        """Whether there are numbers to show."""
        return self.finding is not Finding.TOO_LITTLE

    def to_json(self) -> dict[str, Any]:
        """The effect as `evaluation compare --json` prints it; numbers to one decimal, or null."""
        return {
            "finding": self.finding.value,
            "reasons": [reason.value for reason in self.reasons],
            "n": self.n,
            "in_place": self.in_place.to_json(),
            "not_in_place": self.not_in_place.to_json(),
            "difference": _rounded(self.difference),
            "adjusted": _rounded(self.adjusted),
            "low": _rounded(self.low),
            "high": _rounded(self.high),
            "level": self.level,
            "left_out_at_ceiling": self.ceiling,
            "started_at_floor": self.floor,
            "drift_from_municipalities": self.drift_from,
        }


def estimate(
    movements: Iterable[Movement], drift: Drift | None = None, level: float = LEVEL
) -> Effect:
    """How much more sub-areas with actions in place rose, with an interval, or why not to say.

    The estimand is the average effect, among the compared sub-areas with actions in place, on the
    share of max as it is scored (so within 0–100). Sub-areas that start above CEILING are compared
    in neither group: the start is known before any action, so leaving them out favours nobody.
    Regression of change on action and start, Student's t interval with n − 3 degrees of freedom.
    `drift` is used where it knows every compared area. Raises ValueError for a `level` outside 0–1.
    """
    every = sorted(movements, key=astuple)
    compared = [one for one in every if not one.at_ceiling]
    done = [one for one in compared if one.in_place]
    rest = [one for one in compared if not one.in_place]
    usable = drift if drift and all(drift.of(one.area) for one in compared) else None
    reasons = _shortfalls(done, rest)
    interval = None if reasons else _interval(compared, usable, level)
    if interval is None:
        reasons = reasons or (Shortfall.NO_SPREAD,)
    adjusted, low, high = interval or (None, None, None)
    in_place, not_in_place = (_group(group, enough=interval is not None) for group in (done, rest))
    return Effect(
        in_place,
        not_in_place,
        difference=_difference(in_place, not_in_place),
        adjusted=adjusted,
        low=low,
        high=high,
        level=level,
        finding=_finding(low, high),
        reasons=reasons,
        ceiling=len(every) - len(compared),
        floor=sum(one.at_floor for one in compared),
        drift_from=_municipalities(compared, usable) if interval else None,
    )


def _finding(low: float | None, high: float | None) -> Finding:
    """Judged as shown, at one decimal."""
    shown = _rounded(low), _rounded(high)
    if shown[0] is None or shown[1] is None:
        return Finding.TOO_LITTLE
    if shown[0] > 0:
        return Finding.ROSE_MORE
    return Finding.ROSE_LESS if shown[1] < 0 else Finding.CANNOT_TELL


def _shortfalls(done: Sequence[Movement], rest: Sequence[Movement]) -> tuple[Shortfall, ...]:
    """What there is too little of, in the order in which it is worth telling."""
    if not done and not rest:
        return (Shortfall.NOTHING_COMPARED,)
    few = (
        (len(done) + len(rest) < FEWEST, Shortfall.FEW_IN_ALL),
        (len(done) < FEWEST_IN_GROUP, Shortfall.FEW_IN_PLACE),
        (len(rest) < FEWEST_IN_GROUP, Shortfall.FEW_NOT_IN_PLACE),
    )
    reasons = tuple(reason for lacking, reason in few if lacking)
    if reasons or _overlap(done, rest):
        return reasons
    return (Shortfall.NO_OVERLAP,)


def _overlap(done: Sequence[Movement], rest: Sequence[Movement]) -> bool:
    """Whether some of either group start in the range that both share."""
    low = max(min(one.start for one in group) for group in (done, rest))
    high = min(max(one.start for one in group) for group in (done, rest))
    return all(
        sum(low <= one.start <= high for one in group) >= FEWEST_SHARING for group in (done, rest)
    )


def _interval(
    compared: Sequence[Movement], drift: Drift | None, level: float
) -> tuple[float, float, float] | None:
    """The adjusted difference and its interval; None where nothing varies."""
    rows = [(1.0, float(one.in_place), one.start) for one in compared]
    changes = [one.change - _drift_of(one, drift) for one in compared]
    contrast = (0.0, 1.0, 0.0)
    try:
        fit = least_squares(rows, changes)
    except SingularDesign:
        return None
    if fit.residual_variance <= NO_VARIANCE:
        return None
    adjusted = fit.combine(contrast)
    variance = max(fit.variance(contrast), _variance_by_area(fit, contrast, compared, drift))
    half = t_quantile((1 + level) / 2, fit.df) * sqrt(variance)
    return adjusted, adjusted - half, adjusted + half


def _drift_of(one: Movement, drift: Drift | None) -> float:
    known = drift.of(one.area) if drift else None
    return known.mean if known else 0.0


def _variance_by_area(
    fit: Fit, contrast: Sequence[float], compared: Sequence[Movement], drift: Drift | None
) -> float:
    """The variance where the sub-areas of an area share a part of their error.

    The residuals tell how much they share, the uncertainty of the drift included; where they tell
    of less than that uncertainty, it is taken instead. Areas with one and the same drift (the
    overall one) share its uncertainty.
    """
    areas = [one.area for one in compared]
    own, shared = fit.variance_parts(areas)
    weights = fit.weights(contrast)
    sums: dict[int | None, dict[int, float]] = {}
    for weight, area in zip(weights, areas, strict=True):
        source = sums.setdefault(area if drift is None or area in drift.by_area else None, {})
        source[area] = source.get(area, 0.0) + weight
    return own * fsum(weight * weight for weight in weights) + fsum(
        max(
            shared * fsum(one * one for one in by_area.values()),
            (_error(drift, source) * fsum(by_area.values())) ** 2,
        )
        for source, by_area in sums.items()
    )


def _error(drift: Drift | None, area: int | None) -> float:
    """The standard error of an area's drift; of the overall one for None."""
    if drift is None:
        return 0.0
    known = drift.overall if area is None else drift.of(area)
    return known.standard_error if known else 0.0


def _municipalities(compared: Sequence[Movement], drift: Drift | None) -> int | None:
    known = [drift.of(one.area) for one in compared] if drift else []
    return min((one.n for one in known if one), default=None)


def _group(members: Sequence[Movement], *, enough: bool) -> Group:
    if not enough:
        return Group(len(members), None, None)
    return Group(
        len(members),
        fmean(one.change for one in members),
        fmean(one.start for one in members),
    )


def _difference(done: Group, rest: Group) -> float | None:
    if done.mean_change is None or rest.mean_change is None:
        return None
    return done.mean_change - rest.mean_change


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1) + 0.0
