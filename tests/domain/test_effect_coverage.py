"""A small run of the simulation in `bench/effect_coverage.py`, so that no change breaks it unseen.

The seed is fixed; the limits are several standard errors wider than those of the whole run.
"""

from __future__ import annotations

from functools import cache

import pytest

from bench.effect_coverage import EFFECTS, Tally, World, adjusted, holds, simulate

RUNS = 400


@cache
def simulated(effect: float) -> list[Tally]:
    """What the interval and the naive comparison say of the same municipalities."""
    return simulate(World(), effect, RUNS)


@pytest.mark.parametrize(("name", "effect"), EFFECTS)
def test_the_interval_covers_the_truth(name: str, effect: float) -> None:
    """About 95 % of the time, and it is no giant; without effect hardly anything is claimed."""
    ours, plain = simulated(effect)
    assert ours.answered > 0.95
    assert 0.92 < ours.covered < 0.98
    assert 20 < ours.width < 26
    assert ours.claimed <= 0.05 or effect > 0
    assert plain.covered < 0.75


def test_the_naive_comparison_claims_what_is_not_there() -> None:
    """Before against after says "worked" in more than a quarter of those without any effect."""
    _ours, plain = simulated(0.0)
    assert plain.claimed > 0.25
    assert not holds(plain, 0)


def test_a_large_effect_is_mostly_seen() -> None:
    """Caution that never says anything would hold as well."""
    ours, _plain = simulated(15.0)
    assert ours.claimed > 0.6


def test_with_few_sub_areas_it_still_holds() -> None:
    """Or says that there is too little, as it does for a fifth of them."""
    (ours,) = simulate(World(fewest=12, most=20), 0, RUNS, [adjusted])
    assert 0.92 < ours.covered < 0.985
    assert 0.6 < ours.answered < 0.95
