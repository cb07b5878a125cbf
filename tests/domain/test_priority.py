"""What to do first: gain against effort."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.priority import LEVELS, RULES, gain_level, gain_of, weigh

MAYBE = st.none() | st.integers(0, 200)
LEVEL = st.none() | st.sampled_from(LEVELS)


@pytest.mark.parametrize(
    ("subareas", "area", "gain"),
    [
        ([3, 12, None], 40, 12),
        ([0], 40, 0),
        ([None], 40, 40),
        ([], 40, 40),
        ([], None, None),
        ([None, None], None, None),
        ([-2], 40, 0),
    ],
)
def test_the_gain_is_the_largest_that_is_missing(
    subareas: list[int | None], area: int | None, gain: int | None
) -> None:
    assert gain_of(subareas, area) == gain


@pytest.mark.parametrize(
    ("gain", "most", "level"),
    [
        (20, 30, 3),
        (19, 30, 2),
        (10, 30, 2),
        (9, 30, 1),
        (0, 30, 1),
        (30, 30, 3),
        (0, 0, 1),
        (None, 30, None),
        (5, None, None),
    ],
)
def test_thirds_of_the_most(gain: int | None, most: int | None, level: int | None) -> None:
    assert gain_level(gain, most) == level


@pytest.mark.parametrize(
    ("gain", "effort", "priority"),
    [
        *((30, 1, 1), (30, 2, 1), (30, 3, 2)),
        *((15, 1, 1), (15, 2, 2), (15, 3, 3)),
        *((1, 1, 2), (1, 2, 3), (1, 3, 3)),
        *((None, None, 2), (30, None, 1), (None, 1, 1)),
    ],
)
def test_the_table(gain: int | None, effort: int | None, priority: int) -> None:
    assert weigh(gain, 30, effort, None).priority == priority


def test_by_hand_wins() -> None:
    weight = weigh(30, 30, 1, 3)
    assert (weight.priority, weight.computed, weight.by_hand) == (3, 1, True)


def test_the_table_is_whole_and_monotonous() -> None:
    """More to win never comes later, nor does less work."""
    assert set(RULES) == set(LEVELS)
    for gain, row in RULES.items():
        assert set(row) == set(LEVELS)
        assert row[1] <= row[2] <= row[3]
        if gain > 1:
            assert all(row[effort] <= RULES[gain - 1][effort] for effort in LEVELS)


@given(MAYBE, MAYBE, LEVEL, LEVEL)
def test_every_point_has_a_priority(
    gain: int | None, most: int | None, effort: int | None, by_hand: int | None
) -> None:
    weight = weigh(gain, most, effort, by_hand)
    assert weight.priority in LEVELS
    assert weight.computed in LEVELS
    assert by_hand in (None, weight.priority)
