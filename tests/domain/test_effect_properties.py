"""What must be true of the effect whatever the movements are."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.effect import AreaDrift, Drift, Effect, Finding, Movement, estimate


@st.composite
def movement(draw: st.DrawFn) -> Movement:
    """Whole points of a max, as evaluators give them; codes may repeat."""
    most = draw(st.sampled_from([1, 10, 15, 20, 30, 40]))
    start, end = (draw(st.integers(0, most)) * 100 / most for _ in range(2))
    area = draw(st.integers(1, 8))
    return Movement(area, draw(st.sampled_from("abc")), start, end, draw(st.booleans()), most)


few = settings(max_examples=25)
some = st.lists(movement(), max_size=40)
enough = st.lists(movement(), min_size=16, max_size=40)
drifts = st.builds(AreaDrift, st.floats(-20, 20), st.floats(0, 10), st.integers(1, 30))
references = st.builds(Drift, st.dictionaries(st.integers(1, 8), drifts), st.none() | drifts)


def about(effect: Effect) -> list[float | None]:
    """The numbers, to be compared but for rounding."""
    numbers = (effect.difference, effect.adjusted, effect.low, effect.high)
    return [None if one is None else pytest.approx(one, abs=1e-6) for one in numbers]


@few
@given(some, st.none() | references)
def test_it_always_answers(movements: list[Movement], drift: Drift | None) -> None:
    """Numbers or reasons, never both, never neither; counts add up; JSON can hold it."""
    effect = estimate(movements, drift)
    numbers = (effect.difference, effect.adjusted, effect.low, effect.high)
    assert effect.enough == all(one is not None for one in numbers)
    assert effect.enough == any(one is not None for one in numbers)
    assert effect.enough == (not effect.reasons)
    assert effect.n + effect.ceiling == len(movements)
    if effect.low is not None and effect.adjusted is not None and effect.high is not None:
        assert effect.low < effect.adjusted < effect.high
    json.dumps(effect.to_json(), allow_nan=False)


@few
@given(enough, st.none() | references, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    movements: list[Movement], drift: Drift | None, chance: Random
) -> None:
    """Not even in the last decimal."""
    shuffled = list(movements)
    chance.shuffle(shuffled)
    assert estimate(shuffled, drift) == estimate(movements, drift)


@few
@given(enough, st.floats(-50, 50))
def test_what_moves_all_alike_is_no_difference(movements: list[Movement], rise: float) -> None:
    """A constant added to every change leaves the difference and its interval."""
    raised = [replace(one, end=one.end + rise) for one in movements]
    assert about(estimate(raised)) == [
        estimate(movements).difference,
        estimate(movements).adjusted,
        estimate(movements).low,
        estimate(movements).high,
    ]


@few
@given(enough, st.none() | references)
def test_swapping_the_groups_negates(movements: list[Movement], drift: Drift | None) -> None:
    """The interval is mirrored, and more becomes less."""
    swapped = [replace(one, in_place=not one.in_place) for one in movements]
    there, back = estimate(movements, drift), estimate(swapped, drift)
    assert there.enough == back.enough
    if there.low is not None and there.high is not None and there.adjusted is not None:
        assert back.adjusted == pytest.approx(-there.adjusted, abs=1e-6)
        assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-6)
        assert (there.finding is Finding.CANNOT_TELL) == (back.finding is Finding.CANNOT_TELL)


@few
@given(enough, references, st.floats(1, 5))
def test_a_drift_known_worse_never_narrows(
    movements: list[Movement], drift: Drift, factor: float
) -> None:
    """More uncertainty of the drift, no less width; the same place."""

    def worse(one: AreaDrift) -> AreaDrift:
        return replace(one, standard_error=one.standard_error * factor)

    vaguer = Drift(
        {area: worse(one) for area, one in drift.by_area.items()},
        worse(drift.overall) if drift.overall else None,
    )
    sure, unsure = estimate(movements, drift), estimate(movements, vaguer)
    if sure.low is None or sure.high is None or unsure.low is None or unsure.high is None:
        assert sure.enough == unsure.enough
        return
    assert unsure.adjusted == sure.adjusted
    assert unsure.high >= sure.high
    assert unsure.low <= sure.low


@few
@given(enough, st.integers(0, 100))
def test_what_those_at_the_ceiling_do_later_is_not_asked(
    movements: list[Movement], end: int
) -> None:
    """They are chosen by their start alone."""
    fallen = [replace(one, end=end) if one.at_ceiling else one for one in movements]
    assert estimate(fallen) == estimate(movements)
