"""`python -m bench.effect_candidates`: the estimators that were weighed for `domain/effect.py`.

All see the same municipalities without a reference series. Sources: docs/method.md; the choice:
docs/decisions/0016-the-effect-is-a-regression-on-the-start.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import fsum, sqrt
from statistics import fmean

from bench.effect_coverage import Answer, Method, Municipality, World, adjusted, simulate
from tracker.domain.effect import Movement, estimate
from tracker.domain.regression import Fit, least_squares, t_quantile

RUNS = 2000
Rows = list[tuple[float, ...]]
Design = Callable[[Sequence[Movement]], Rows]
Spread = Callable[[Fit, tuple[float, ...]], tuple[float, float]]


def on_start(compared: Sequence[Movement]) -> Rows:
    """Change on action and start."""
    return [(1.0, float(one.in_place), one.start) for one in compared]


def interacted(compared: Sequence[Movement]) -> Rows:
    """A slope of its own for either group, centred where action was taken (Lin 2013)."""
    centre = fmean(one.start for one in compared if one.in_place)
    return [
        (1.0, float(one.in_place), one.start - centre, one.in_place * (one.start - centre))
        for one in compared
    ]


def alike(fit: Fit, contrast: tuple[float, ...]) -> tuple[float, float]:
    """All errors vary alike; t with n − k."""
    return fit.variance(contrast), fit.df


def hc3(fit: Fit, contrast: tuple[float, ...]) -> tuple[float, float]:
    """HC3 (MacKinnon and White 1985); t with n − k."""
    return _robust(fit, contrast, 2), fit.df


def hc2(fit: Fit, contrast: tuple[float, ...]) -> tuple[float, float]:
    """HC2; t with the degrees of freedom of Bell and McCaffrey (2002)."""
    scaled = [w * w / (1 - h) for w, h in zip(fit.weights(contrast), _leverages(fit), strict=True)]
    rows = list(zip(*fit.basis, strict=True))
    crossed = [[fsum(a * b for a, b in zip(p, q, strict=True)) for q in rows] for p in rows]
    total = fsum(a * (1 - crossed[i][i]) for i, a in enumerate(scaled))
    squares = fsum(
        a * b * ((i == j) - crossed[i][j]) ** 2
        for i, a in enumerate(scaled)
        for j, b in enumerate(scaled)
    )
    return _robust(fit, contrast, 1), total * total / squares


def _robust(fit: Fit, contrast: tuple[float, ...], power: int) -> float:
    return fsum(
        (w * e) ** 2 / (1 - h) ** power
        for w, e, h in zip(fit.weights(contrast), fit.residuals, _leverages(fit), strict=True)
    )


def _leverages(fit: Fit) -> list[float]:
    rows = zip(*fit.basis, strict=True)
    return [min(1 - 1e-9, fsum(one * one for one in row)) for row in rows]


def candidate(design: Design, spread: Spread) -> Method:
    """An estimator as the simulation can ask it; it answers where the product would."""

    def method(one: Municipality) -> Answer | None:
        if not estimate(one.movements).enough:
            return None
        compared = [movement for movement in one.movements if not movement.at_ceiling]
        rows = design(compared)
        fit = least_squares(rows, [movement.change for movement in compared])
        contrast = tuple(float(place == 1) for place in range(len(rows[0])))
        variance, df = spread(fit, contrast)
        half, mean = t_quantile(0.975, df) * sqrt(variance), fit.combine(contrast)
        return Answer(abs(mean - one.truth) <= half, mean > half, 2 * half)

    return method


CANDIDATES: dict[str, Method] = {
    "start, OLS": candidate(on_start, alike),
    "start, OLS, areas share error (chosen)": adjusted,
    "start, HC2 with Bell–McCaffrey": candidate(on_start, hc2),
    "start, HC3": candidate(on_start, hc3),
    "interacted, OLS": candidate(interacted, alike),
    "interacted, HC2 with Bell–McCaffrey": candidate(interacted, hc2),
}
WORLDS = {
    "actions chosen by the score": World(references=(False,)),
    "12–20 sub-areas": World(references=(False,), fewest=12, most=20),
    "actions chosen area by area": World(references=(False,), chosen_by_area=True),
    "the same with shocks": World(references=(False,), chosen_by_area=True, shock=6),
}


def measure() -> Iterator[str]:
    """Every candidate in every world, without and with a large effect."""
    for name, world in WORLDS.items():
        tallies = [simulate(world, effect, RUNS, [*CANDIDATES.values()]) for effect in (0.0, 15.0)]
        for method, none, large in zip(CANDIDATES, *tallies, strict=True):
            yield (
                f"{name}, {method}: covers {none.covered:.1%} (no effect) and "
                f"{large.covered:.1%} (+15), width {none.width:.1f}, claims {none.claimed:.1%}"
            )


if __name__ == "__main__":
    for line in measure():
        print(line, flush=True)
