"""What holds for any two evaluations."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.crosswalk import crosswalk_between
from tracker.domain.scores import (
    AreaRow,
    AreaScore,
    Comparison,
    Match,
    ScoredEvaluation,
    SubAreaRow,
    SubAreaScore,
    compare,
)

NEW = "kommunkompassen-2020"
_SCORED = st.integers(1, 60).flatmap(lambda most: st.tuples(st.integers(0, most), st.just(most)))
_NAME = st.sampled_from(["Strategi", "Dialog", "Insyn", "Val", "Möten", "Öppna data"])


@st.composite
def _evaluations(draw: st.DrawFn) -> ScoredEvaluation:
    areas = []
    for number in range(1, 9):
        codes = draw(st.sets(st.integers(1, 4))) if number <= 2 else set()
        subareas = tuple(
            SubAreaScore(f"{number}.{code}", draw(_NAME), *draw(_SCORED)) for code in sorted(codes)
        )
        areas.append(AreaScore(number, "Område", draw(st.integers(0, 100)), 100, subareas))
    return ScoredEvaluation("utvärderingen", NEW, tuple(areas))


def _compare(before: ScoredEvaluation, after: ScoredEvaluation) -> Comparison:
    return compare(before, after, crosswalk_between(NEW, NEW), {})


few = settings(max_examples=40)  # each example is a whole evaluation


def _rows(comparison: Comparison) -> list[AreaRow | SubAreaRow]:
    return [*comparison.areas, *comparison.subareas]


def _changes(comparison: Comparison, sign: int) -> list[tuple[str, ...]]:
    """Each row as text, seen from the other side where `sign` is -1."""
    seen = []
    for row in _rows(comparison):
        sides = (row.before, row.after)[::sign]
        match = row.match if sign == 1 else row.match.reversed
        changes = (row.change_points, row.change_percent_of_max)
        signed = tuple(None if c is None else sign * c + 0 for c in changes)
        seen.append(tuple(repr(part) for part in (*sides, match, *signed)))
    return sorted(seen)


@few
@given(_evaluations())
def test_an_evaluation_is_the_same_as_itself(one: ScoredEvaluation) -> None:
    comparison = _compare(one, one)
    for row in _rows(comparison):
        assert row.before == row.after
        assert (row.match, row.change_points, row.change_percent_of_max) == (Match.SAME, 0, 0.0)
    assert comparison.total_change == 0


@few
@given(_evaluations(), _evaluations())
def test_swapping_negates(one: ScoredEvaluation, other: ScoredEvaluation) -> None:
    there, back = _compare(one, other), _compare(other, one)
    assert _changes(there, 1) == _changes(back, -1)
    assert there.total_change == -(back.total_change or 0)


@few
@given(_evaluations(), _evaluations())
def test_every_subarea_stands_in_exactly_one_row(
    one: ScoredEvaluation, other: ScoredEvaluation
) -> None:
    rows = _compare(one, other).subareas
    for side, evaluation in (("before", one), ("after", other)):
        shown = [getattr(row, side).code for row in rows if getattr(row, side)]
        assert sorted(shown) == sorted(s.code for area in evaluation.areas for s in area.subareas)
    assert sorted(row.group for row in rows) == list(range(len(rows)))
