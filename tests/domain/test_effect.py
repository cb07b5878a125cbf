"""The effect worked by hand, and every reason not to give a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tracker.domain.effect import (
    CEILING,
    AreaDrift,
    Drift,
    Effect,
    Finding,
    Group,
    Movement,
    Shortfall,
    estimate,
)

# In place: starts 20 … 60, changes with mean 13; not in place: starts 40 … 80, mean 4.
DONE = [(20, 20), (30, 14), (40, 15), (50, 9), (60, 7)]
REST = [(40, 8), (50, 6), (60, 3), (70, 1), (80, 2)]


def moved(pairs: Sequence[tuple[float, float]], *, in_place: bool, area: int = 1) -> list[Movement]:
    """Movements from (start, change)."""
    return [
        Movement(area, f"{area}.{i}{'x' * in_place}", start, start + change, in_place, 20)
        for i, (start, change) in enumerate(pairs)
    ]


def both(area: int = 1, other: int = 1) -> list[Movement]:
    """The hand-worked ten."""
    return moved(DONE, in_place=True, area=area) + moved(REST, in_place=False, area=other)


def numbers(effect: Effect) -> tuple[float | None, ...]:
    """What is null where there is too little."""
    return (
        effect.difference,
        effect.adjusted,
        effect.low,
        effect.high,
        effect.in_place.mean_change,
        effect.not_in_place.mean_start,
    )


def test_ten_sub_areas_by_hand() -> None:
    """Common slope −480 / 2000, so 13 − 4 − 0.24 · 20 = 4.2.

    Residual sum of squares 140 − 480² / 2000 = 24.8 on 7 degrees of freedom; variance of the
    difference 24.8 / 7 · (1/5 + 1/5 + 20² / 2000) = 2.1257; half the interval 2.3646 · 1.4580.
    """
    effect = estimate(both())
    assert (effect.in_place, effect.not_in_place) == (Group(5, 13, 40), Group(5, 4, 60))
    assert effect.difference == pytest.approx(9)
    assert effect.adjusted == pytest.approx(4.2)
    assert effect.low == pytest.approx(0.7524, abs=1e-4)
    assert effect.high == pytest.approx(7.6476, abs=1e-4)
    assert (effect.finding, effect.reasons, effect.n) == (Finding.ROSE_MORE, (), 10)
    assert (effect.ceiling, effect.floor, effect.drift_from) == (0, 0, None)


@pytest.mark.parametrize(
    ("gain", "finding"),
    [(0, Finding.ROSE_MORE), (-4, Finding.CANNOT_TELL), (-12, Finding.ROSE_LESS)],
)
def test_the_finding_is_what_the_interval_allows(gain: float, finding: Finding) -> None:
    """Above 0, across it, below it."""
    done = [(start, change + gain) for start, change in DONE]
    effect = estimate(moved(done, in_place=True) + moved(REST, in_place=False))
    assert effect.finding is finding


def test_the_finding_is_judged_as_shown() -> None:
    """An interval shown as "0.0 to 6.9" claims nothing."""
    done = [(start, change - 0.72) for start, change in DONE]
    effect = estimate(moved(done, in_place=True) + moved(REST, in_place=False))
    assert effect.low is not None
    assert 0 < effect.low < 0.05
    assert effect.finding is Finding.CANNOT_TELL


def test_a_drift_common_to_all_cancels() -> None:
    """However large and however badly known: it is the same in both groups."""
    plain = estimate(both())
    drifted = estimate(both(), Drift(overall=AreaDrift(25, 10, 3)))
    assert drifted.adjusted == pytest.approx(plain.adjusted)
    assert drifted.high == pytest.approx(plain.high)
    assert drifted.drift_from == 3


def test_area_drift_by_hand() -> None:
    """All actions in area 1, none in 2: less 3 − 1, and the variance grows by 2² + 1²."""
    drift = Drift({1: AreaDrift(3, 2, 9), 2: AreaDrift(1, 1, 6)})
    effect = estimate(both(1, 2), drift)
    assert effect.adjusted == pytest.approx(2.2)
    half = 2.364624 * (2.125714 + 5) ** 0.5
    assert (effect.low, effect.high) == pytest.approx((2.2 - half, 2.2 + half), abs=1e-5)
    assert effect.drift_from == 6
    assert effect.difference == pytest.approx(9)


def test_areas_without_a_drift_of_their_own_take_the_overall_one() -> None:
    """And share its uncertainty; where there is none either, nothing is taken off."""
    own = {1: AreaDrift(3, 2, 9)}
    filled = estimate(both(1, 2), Drift(own, AreaDrift(1, 1, 6)))
    assert filled == estimate(both(1, 2), Drift({**own, 2: AreaDrift(1, 1, 6)}))
    assert estimate(both(1, 2), Drift(own)) == estimate(both(1, 2))


def test_areas_that_move_together_widen_the_interval() -> None:
    """What the sub-areas of an area share is seen in the residuals, without any reference."""
    shocks = {1: 8, 2: -8, 3: 8, 4: -8}
    mixed = [
        replace(one, area=i % 4 + 1, end=one.end + shocks[i % 4 + 1])
        for i, one in enumerate(moved(DONE * 2, in_place=True) + moved(REST * 2, in_place=False))
    ]
    alone = [replace(one, area=i) for i, one in enumerate(mixed)]
    wide, narrow = estimate(mixed), estimate(alone)
    assert wide.adjusted == pytest.approx(narrow.adjusted)
    assert wide.high is not None
    assert narrow.high is not None
    assert wide.high >= narrow.high


def test_who_starts_at_the_ceiling_is_left_out_of_both_groups() -> None:
    """And told; who starts at nothing takes part, and is told."""
    full = moved([(CEILING + 1, -30), (100, 0)], in_place=True, area=3)
    empty = moved([(0, 20)], in_place=True, area=4)
    effect = estimate(both() + full)
    assert effect.ceiling == 2
    assert replace(effect, ceiling=0) == estimate(both())
    assert estimate(both() + empty).floor == 1
    assert estimate(both() + empty).in_place.n == 6


FLAT = [(40, 5), (50, 5), (60, 5), (50, 5), (55, 5)]


@pytest.mark.parametrize(
    ("movements", "reasons"),
    [
        ([], ["nothing_compared"]),
        (moved([(100, 0)] * 12, in_place=True), ["nothing_compared"]),
        (
            moved([(50, 5)], in_place=True),
            ["few_in_all", "few_in_place", "few_not_in_place"],
        ),
        (moved(DONE * 3, in_place=True), ["few_not_in_place"]),
        (moved(REST * 3, in_place=False), ["few_in_place"]),
        (both()[1:], ["few_in_all"]),
        (
            moved([(start - 20, c) for start, c in DONE], in_place=True)
            + moved(REST, in_place=False),
            ["no_overlap"],
        ),
        (
            moved([(50, c) for _, c in DONE], in_place=True)
            + moved([(50, c) for _, c in REST], in_place=False),
            ["no_spread"],
        ),
        (moved(FLAT, in_place=True) + moved(FLAT, in_place=False), ["no_spread"]),
    ],
)
def test_with_too_little_there_are_words_and_no_number(
    movements: list[Movement], reasons: list[str]
) -> None:
    """The finding says so, the reasons say why, every number is null."""
    effect = estimate(movements)
    assert effect.finding is Finding.TOO_LITTLE
    assert not effect.enough
    assert [reason.value for reason in effect.reasons] == reasons
    assert set(numbers(effect)) == {None}
    printed = effect.to_json()
    assert [printed[key] for key in ("difference", "adjusted", "low", "high")] == [None] * 4
    assert printed["reasons"] == reasons
    assert printed["in_place"] == {
        "n": effect.in_place.n,
        "mean_change": None,
        "mean_start": None,
    }


def test_every_word_is_swedish_and_none_claims_a_cause() -> None:
    """Labels exist for all findings and reasons."""
    labels = [one.label for one in (*Finding, *Shortfall)]
    assert len(set(labels)) == len(labels)
    assert not [
        label for label in labels for word in ("tack vare", "därför", "ledde") if word in label
    ]


def test_as_json() -> None:
    """One decimal, as the command line prints it."""
    assert estimate(both()).to_json() == {
        "finding": "rose_more",
        "reasons": [],
        "n": 10,
        "in_place": {"n": 5, "mean_change": 13.0, "mean_start": 40.0},
        "not_in_place": {"n": 5, "mean_change": 4.0, "mean_start": 60.0},
        "difference": 9.0,
        "adjusted": 4.2,
        "low": 0.8,
        "high": 7.6,
        "level": 0.95,
        "left_out_at_ceiling": 0,
        "started_at_floor": 0,
        "drift_from_municipalities": None,
    }


def test_another_level_is_another_width() -> None:
    """Surer is wider; a level that is none is refused."""
    assert (estimate(both(), level=0.99).high or 0) > (estimate(both()).high or 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        estimate(both(), level=1.5)
