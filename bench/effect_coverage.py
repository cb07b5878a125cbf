"""Do the effect's intervals hold? Simulated municipalities in which the true effect is known.

Each has 20–40 sub-areas with a true level, scored twice by evaluators who err, in whole points
between 0 and max. Actions are chosen more often where the first score is low, so that scores rise
by themselves where action was taken (regression to the mean). All drift together, and each area
drifts by itself; every other municipality has a reference series that measures this with error.
The truth is the average, over the sub-areas with actions in place that `effect` compares, of the
score with the action less the score without it, the evaluators erring alike in both.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, sqrt
from statistics import fmean, stdev

from tracker.domain.effect import CEILING, AreaDrift, Drift, Finding, Movement, estimate
from tracker.domain.regression import t_quantile

RUNS, STRESS_RUNS, SEED = 2000, 1000, 6
EFFECTS = (("no effect", 0.0), ("small effect, +5", 5.0), ("large effect, +15", 15.0))
MAXES = (10, 15, 20, 25, 30, 40)
AREAS = range(1, 9)
COVERED = (0.93, 0.97)
MOST_CLAIMED = 0.05


@dataclass(frozen=True)
class World:
    """What the municipalities are like; levels, errors and drifts in per cent of max."""

    fewest: int = 20
    most: int = 40
    level: float = 58.0
    error: float = 8.0
    heavy_tails: bool = False
    small_max_errs_more: bool = False
    chosen_by_true_level: bool = False
    chosen_by_area: bool = False
    area_drift: float = 4.0
    shock: float = 0.0
    uneven_effect: float = 0.0
    references: tuple[bool, ...] = (True, False)
    others: tuple[int, int] = (4, 15)
    truth_of_all: bool = False


@dataclass(frozen=True)
class Municipality:
    """What there is to see (`movements`, `drift`), and what only we know: the true mean effect."""

    movements: tuple[Movement, ...]
    drift: Drift | None
    truth: float


@dataclass(frozen=True)
class Answer:
    """One interval against one truth."""

    covers: bool
    claims: bool
    width: float


@dataclass(frozen=True)
class Tally:
    """Shares (0–1) of those that got an answer, and the mean width in percentage points."""

    answered: float
    covered: float
    claimed: float
    width: float

    def __str__(self) -> str:
        return (
            f"answered {self.answered:6.1%}, covers {self.covered:6.1%}, "
            f"mean width {self.width:4.1f}, claims {self.claimed:6.1%}"
        )


def draw(world: World, effect: float, chance: random.Random, *, referenced: bool) -> Municipality:
    """One municipality whose actions add `effect` percentage points before clipping."""
    common = chance.gauss(4, 3)
    drifts = {area: common + chance.gauss(0, world.area_drift) for area in AREAS}
    places = [
        _Place(
            area,
            world.level + chance.gauss(0, 5),
            drifts[area] + chance.gauss(0, world.shock),
            chance.random() < 0.5,
        )
        for area in AREAS
    ]
    count = chance.randint(world.fewest, world.most)
    pairs = [_subarea(world, effect, places[i % len(places)], i, chance) for i in range(count)]
    true = [
        gain for one, gain in pairs if one.in_place and (world.truth_of_all or one.start <= CEILING)
    ]
    drift = _reference(drifts, world.others, chance) if referenced else None
    return Municipality(tuple(one for one, _ in pairs), drift, fmean(true) if true else 0.0)


@dataclass(frozen=True)
class _Place:
    """An area: its number, mean level, drift (with its shock), and whether people act there."""

    area: int
    level: float
    drift: float
    keen: bool


def _subarea(
    world: World, effect: float, place: _Place, number: int, chance: random.Random
) -> tuple[Movement, float]:
    """A sub-area's movement, and what the action adds (or would have added) to its second score."""
    most = chance.choice(MAXES)
    level = place.level + chance.gauss(0, 14)
    start = _scored(level + _error(world, most, chance), most)
    in_place = _chosen(world, level if world.chosen_by_true_level else start, place.keen, chance)
    later = level + place.drift + chance.gauss(0, 5) + _error(world, most, chance)
    without = _scored(later, most)
    with_action = _scored(later + effect + chance.gauss(0, world.uneven_effect), most)
    end = with_action if in_place else without
    code = f"{place.area}.{number // len(AREAS) + 1}"
    return Movement(place.area, code, start, end, in_place, most), with_action - without


def _scored(level: float, most: int) -> float:
    """The level as the evaluators can give it: whole points, none below 0, none above max."""
    return min(most, max(0, round(level * most / 100))) * 100 / most


def _error(world: World, most: int, chance: random.Random) -> float:
    size = world.error * (sqrt(20 / most) if world.small_max_errs_more else 1)
    if not world.heavy_tails:
        return chance.gauss(0, size)
    # Student's t with three degrees of freedom, brought to the same standard deviation
    return size * chance.gauss(0, 1) / sqrt(sum(chance.gauss(0, 1) ** 2 for _ in range(3)))


def _chosen(world: World, level: float, keen: bool, chance: random.Random) -> bool:
    if world.chosen_by_area:
        return chance.random() < (0.85 if keen else 0.15)
    return chance.random() < 1 / (1 + exp((level - 55) / 12))


def _reference(drifts: dict[int, float], between: tuple[int, int], chance: random.Random) -> Drift:
    """What other municipalities tell of each area's drift, their number drawn from `between`."""
    others = chance.randint(*between)
    told = {}
    for area, drift in drifts.items():
        seen = [drift + chance.gauss(0, 6) for _ in range(others)]
        told[area] = AreaDrift(fmean(seen), stdev(seen) / sqrt(others), others)
    return Drift(told)


def adjusted(one: Municipality) -> Answer | None:
    """What the product says of it; None where it says that there is too little."""
    said = estimate(one.movements, one.drift)
    if said.low is None or said.high is None:
        return None
    claims = said.finding is Finding.ROSE_MORE
    return Answer(said.low <= one.truth <= said.high, claims, said.high - said.low)


def naive(one: Municipality) -> Answer | None:
    """Before against after where actions are in place (paired t): what it would have claimed."""
    changes = [
        movement.change
        for movement in one.movements
        if movement.in_place and not movement.at_ceiling
    ]
    if len(changes) < 2:
        return None
    mean, n = fmean(changes), len(changes)
    half = t_quantile(0.975, n - 1) * stdev(changes) / sqrt(n)
    return Answer(abs(mean - one.truth) <= half, mean > half, 2 * half)


Method = Callable[[Municipality], Answer | None]


def simulate(
    world: World, effect: float, runs: int, methods: Sequence[Method] = (adjusted, naive)
) -> list[Tally]:
    """Each method's tally over the same `runs` municipalities."""
    chance = random.Random(f"{SEED} {effect}")
    found: list[list[Answer | None]] = [[] for _ in methods]
    for place in range(runs):
        referenced = world.references[place % len(world.references)]
        one = draw(world, effect, chance, referenced=referenced)
        for answers, method in zip(found, methods, strict=True):
            answers.append(method(one))
    return [_tally(answers) for answers in found]


def _tally(answers: Sequence[Answer | None]) -> Tally:
    given = [one for one in answers if one is not None]
    return Tally(
        len(given) / len(answers),
        fmean(one.covers for one in given),
        fmean(one.claims for one in given),
        fmean(one.width for one in given),
    )


def holds(tally: Tally, effect: float) -> bool:
    """Whether the promise is kept: coverage 93–97 %, and without effect 5 % claims at most."""
    low, high = COVERED
    return low <= tally.covered <= high and (effect > 0 or tally.claimed <= MOST_CLAIMED)


STRESSES = (
    ("every municipality with a reference series", World(references=(True,))),
    ("a reference series of three municipalities", World(references=(True,), others=(3, 3))),
    ("no reference series, areas drift by themselves", World(references=(False,))),
    ("no reference series, drift common to all areas", World(references=(False,), area_drift=0)),
    ("12–20 sub-areas", World(fewest=12, most=20)),
    ("high scores: 72 % of max on average", World(level=72)),
    ("low scores: 40 % of max on average", World(level=40)),
    ("heavy-tailed errors", World(heavy_tails=True)),
    ("errors larger for small maxes", World(small_max_errs_more=True)),
    ("effects that differ, by 8 points (SD)", World(uneven_effect=8)),
    ("truth of all in place, those at the ceiling too", World(truth_of_all=True)),
    ("shocks shared by an area", World(shock=6)),
    ("actions chosen area by area", World(chosen_by_area=True)),
    ("both: shocks, and actions area by area", World(shock=6, chosen_by_area=True)),
    ("actions chosen by the true level", World(chosen_by_true_level=True)),
)


def measure() -> Iterator[str]:
    """The promised scenarios, then the stresses, of which nothing is promised."""
    for name, effect in EFFECTS:
        ours, plain = simulate(World(), effect, RUNS)
        verdict = "holds" if holds(ours, effect) else "DOES NOT HOLD"
        yield f"effect, {RUNS:,} municipalities, {name}: {ours}: {verdict}"
        yield f"  naive before–after, {name}: {plain}"
    for name, world in STRESSES:
        none, large = (
            simulate(world, effect, STRESS_RUNS, [adjusted])[0] for effect in (0.0, 15.0)
        )
        yield (
            f"  stress, {name}: answered {none.answered:.1%}, width {none.width:.1f}, "
            f"covers {none.covered:.1%} (no effect) and {large.covered:.1%} (+15), "
            f"claims {none.claimed:.1%} and {large.claimed:.1%}"
        )


if __name__ == "__main__":
    for line in measure():
        print(line, flush=True)
