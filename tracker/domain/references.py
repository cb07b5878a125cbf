"""Other municipalities beside ours: where they stand, how they moved, and how much of a change
everybody shared.

Within one edition only: what an area holds differs from one to the next. Areas are in per cent of
max, so that movements are percentage points; totals are points of 800.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from math import fsum, sqrt
from typing import TypeVar

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import KEYS
from tracker.domain.effect import AreaDrift, Drift
from tracker.domain.errors import N_

BLOCK = 5  # years
LEAST = 3  # municipalities for a drift
LEAST_YEARS = 0.5  # two evaluations closer than this say nothing of a rate per year
TOTAL_MAX = 800
_MIDDLE = 0.5  # of a year where the month is not known

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Numbers = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One evaluation of one municipality under one edition, from a report or from a list.

    `place` tells the municipality apart, `areas` are eight shares of max in per cent. `month` is
    the first day of the month, or of the year where only that is known. `evaluation_id` is None
    where no report of ours is behind it. `own`: it is ours, or of one that ours was made of.
    """

    place: str
    name: str
    month: date
    edition: str
    areas: Numbers
    total: float | None
    whole_year: bool = False
    evaluation_id: int | None = None
    own: bool = False

    @property
    def at(self) -> float:
        """The time in years, such as 2021.25 for April; of a mere year its middle."""
        return time_of(self.month, whole_year=self.whole_year)


@dataclass(frozen=True, slots=True)
class Spread:
    """`n` values; without a second one there is no standard deviation."""

    n: int
    mean: float
    deviation: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Standing:
    """Where municipalities stood under an edition in the years `first` to `last`.

    Each counts once, by its latest evaluation of these years: `municipalities` of them, chosen
    from `evaluations`. None where nobody has such a score.
    """

    edition: str
    first: int
    last: int
    municipalities: int
    evaluations: int
    total: Spread | None
    areas: tuple[Spread | None, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """Two evaluations of one municipality that follow on each other under one edition.

    `areas` are percentage points, `total` points; None where one of the two lacks the score.
    """

    place: str
    name: str
    edition: str
    before: Reading
    after: Reading
    areas: Numbers
    total: float | None

    @property
    def years(self) -> float:
        """The time between the two, more than 0."""
        return self.after.at - self.before.at


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast municipalities move under an edition: points of the total per year."""

    edition: str
    per_year: Spread


class NoDrift(StrEnum):
    """Why nothing is said of how others moved in an area, or at all."""

    NOBODY = "nobody"
    FEW = "few"
    NO_TIME = "no_time"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LABELS[self]


_LABELS = {
    NoDrift.NOBODY: N_("Ingen annan kommun har två utvärderingar av samma version under tiden."),
    NoDrift.FEW: N_("Färre än tre andra kommuner har två utvärderingar av samma version."),
    NoDrift.NO_TIME: N_("Det går ingen tid mellan de två utvärderingarna."),
}


@dataclass(frozen=True, slots=True)
class SharedDrift:
    """How others moved in the same time. `drift` is None without any area to speak of;
    `reasons` says, by area, why there is none; `municipalities` how many took part at all."""

    drift: Drift | None
    reasons: Mapping[int, NoDrift]
    municipalities: int

    @property
    def reason(self) -> NoDrift | None:
        """Why there is nothing at all to say."""
        return next(iter(self.reasons.values())) if self.drift is None else None


def time_of(month: date, *, whole_year: bool = False) -> float:
    """A month in years; the middle of the year where only that is known."""
    return month.year + (_MIDDLE if whole_year else (month.month - 1) / 12)


def order_of(edition: str) -> int:
    """The place of an edition among all, the oldest first; one that we do not know comes last."""
    return KEYS.index(edition) if edition in KEYS else len(KEYS)


def settled(readings: Iterable[Reading]) -> list[Reading]:
    """Each evaluation once, by place and time.

    Where a report and a list speak of the same municipality, month and edition, the report wins;
    where one knows only the year and another a month of that year, the month wins.
    """
    once: dict[tuple[str, str, date, bool], Reading] = {}
    for one in sorted(readings, key=lambda one: one.evaluation_id is None):
        once.setdefault((one.place, one.edition, one.month, one.whole_year), one)
    known = {
        (one.place, one.edition, one.month.year) for one in once.values() if not one.whole_year
    }
    kept = [
        one
        for one in once.values()
        if not one.whole_year or (one.place, one.edition, one.month.year) not in known
    ]
    return sorted(kept, key=lambda one: (one.place, one.at, order_of(one.edition)))


def spread(values: Sequence[float]) -> Spread | None:
    """Mean, sample standard deviation (n - 1), least and greatest; None without values."""
    if not values:
        return None
    mean = fsum(values) / len(values)
    return Spread(len(values), mean, _deviation(values, mean), min(values), max(values))


def block_of(year: int) -> tuple[int, int]:
    """The five years that a year belongs to: 2023 → (2020, 2024)."""
    first = year - year % BLOCK
    return first, first + BLOCK - 1


def standings(readings: Iterable[Reading]) -> list[Standing]:
    """Where the municipalities stood, by edition and five years; the oldest first."""
    grouped = _grouped(readings, lambda one: (order_of(one.edition), block_of(one.month.year)))
    return [_standing(members) for _key, members in sorted(grouped.items())]


def movements(readings: Iterable[Reading]) -> list[Moved]:
    """How each municipality moved from one evaluation to the next under the same edition.

    `readings` are settled; their order does not matter. Two of the same time are no movement.
    """
    found = []
    for members in _grouped(readings, lambda one: (one.place, one.edition)).values():
        ordered = sorted(members, key=lambda one: one.at)
        found += [
            _moved(before, after) for before, after in pairwise(ordered) if after.at > before.at
        ]
    return found


def paces(moved: Iterable[Moved]) -> list[Pace]:
    """The pace of each municipality that has one, by edition; the oldest first."""
    found = []
    for edition, members in _grouped(moved, lambda one: one.edition).items():
        by_place = _grouped(members, lambda one: one.place).values()
        if told := spread(_rates(by_place, lambda one: one.total)):
            found.append(Pace(edition, told))
    return sorted(found, key=lambda one: order_of(one.edition))


def shared_drift(moved: Iterable[Moved], before: date, after: date, edition: str) -> SharedDrift:
    """How others moved in the time from `before` to `after`: rate per year × our years.

    Only movements of `edition` that overlap our time count; those of one municipality become one
    rate, all its points over all its years. `moved` holds no movement of our own. An area needs
    LEAST municipalities; where some have it and others not, the totals fill in for the others.
    """
    start, end = time_of(before), time_of(after)
    if end <= start:
        return SharedDrift(None, dict.fromkeys(AREA_NUMBERS, NoDrift.NO_TIME), 0)
    near = [one for one in moved if one.edition == edition and _overlaps(one, start, end)]
    by_place = list(_grouped(near, lambda one: one.place).values())
    areas, reasons = {}, {}
    for number in AREA_NUMBERS:
        rates = _rates(by_place, _in_area(number))
        if len(rates) >= LEAST:
            areas[number] = _drift(rates, end - start)
        else:
            reasons[number] = NoDrift.FEW if rates else NoDrift.NOBODY
    totals = _rates(by_place, lambda one: None if one.total is None else _percent(one.total))
    overall = _drift(totals, end - start) if len(totals) >= LEAST else None
    return SharedDrift(Drift(areas, overall) if areas else None, reasons, len(by_place))


def _in_area(number: int) -> Callable[[Moved], float | None]:
    return lambda one: one.areas[number - 1]


def _deviation(values: Sequence[float], mean: float) -> float | None:
    if len(values) < 2:
        return None
    return sqrt(fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _grouped(things: Iterable[T], key: Callable[[T], K]) -> dict[K, list[T]]:
    found: dict[K, list[T]] = defaultdict(list)
    for one in things:
        found[key(one)].append(one)
    return found


def _standing(members: Sequence[Reading]) -> Standing:
    latest = {one.place: one for one in sorted(members, key=lambda one: one.at)}
    chosen = list(latest.values())
    first, last = block_of(members[0].month.year)
    return Standing(
        edition=members[0].edition,
        first=first,
        last=last,
        municipalities=len(chosen),
        evaluations=len(members),
        total=spread([one.total for one in chosen if one.total is not None]),
        areas=tuple(_area_spread(chosen, number - 1) for number in AREA_NUMBERS),
    )


def _area_spread(chosen: Sequence[Reading], place: int) -> Spread | None:
    return spread([score for one in chosen if (score := one.areas[place]) is not None])


def _moved(before: Reading, after: Reading) -> Moved:
    return Moved(
        place=after.place,
        name=after.name,
        edition=after.edition,
        before=before,
        after=after,
        areas=tuple(map(_less, after.areas, before.areas)),
        total=_less(after.total, before.total),
    )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _overlaps(one: Moved, start: float, end: float) -> bool:
    return one.before.at < end and one.after.at > start


def _rates(
    by_place: Iterable[Sequence[Moved]], value: Callable[[Moved], float | None]
) -> list[float]:
    """The change per year of each municipality that has one."""
    found = []
    for members in by_place:
        known = [(points, one.years) for one in members if (points := value(one)) is not None]
        years = fsum(span for _points, span in known)
        if known and years >= LEAST_YEARS:
            found.append(fsum(points for points, _span in known) / years)
    return found


def _drift(rates: Sequence[float], years: float) -> AreaDrift:
    mean = fsum(rates) / len(rates)
    error = (_deviation(rates, mean) or 0.0) / sqrt(len(rates))
    return AreaDrift(mean * years, error * years, len(rates))


def _percent(points: float) -> float:
    return points / TOTAL_MAX * 100
