"""What a comparison says of points and actions, worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.crosswalk import Crosswalk, Match, SubAreaLink, crosswalk_between
from tracker.domain.scores import (
    ActionCount,
    AreaScore,
    ScoredEvaluation,
    SubAreaScore,
    Verdict,
    compare,
    judge,
)
from tracker.domain.verdicts import (
    Level,
    PointPlace,
    Standing,
    Verdicts,
    counting,
    movements,
)

KEY = "kommunkompassen-2020"
OLDER = "kommunkompassen-2010"

# code: (score before, score after, max)
SCORES = {
    "1.1": (10, 15, 20),  # +25.0
    "1.2": (10, 10, 20),  # 0.0
    "1.3": (10, 11, 20),  # +5.0, the threshold itself
    "1.4": (10, None, 20),  # not comparable
    "2.1": (6, 9, 30),  # +10.0
}
POINTS = (
    PointPlace(1, 1, ("1.1",)),
    PointPlace(2, 1, ("1.2",)),
    PointPlace(3, 1, ("1.1", "1.2")),  # mean +12.5
    PointPlace(4, 1, ("1.3",)),
    PointPlace(5, 1, ("1.4",)),
    PointPlace(6, 2),  # names no sub-area: its area, 20 → 30 of 100
    PointPlace(7, None),  # general
    PointPlace(8, 1, ("1.4", "2.1")),  # only 2.1 can be compared
    PointPlace(9, 1, ("9.9",)),  # a code that the scores do not hold: its area, 40 → 36 of 100
)


def evaluation(side: int, key: str = KEY) -> ScoredEvaluation:
    parts = {
        number: tuple(
            SubAreaScore(code, f"Del {code}", values[side], values[2])
            for code, values in SCORES.items()
            if code.startswith(str(number))
        )
        for number in (1, 2)
    }
    whole = {1: (40, 36), 2: (20, 30)}
    areas = tuple(
        AreaScore(number, f"Område {number}", whole[number][side], 100, parts[number])
        for number in (1, 2)
    )
    return ScoredEvaluation("utvärderingen", key, areas)


def verdicts(*standings: Standing, crosswalk: Crosswalk | None = None) -> Verdicts:
    way = crosswalk or crosswalk_between(KEY, KEY)
    result = compare(evaluation(0), evaluation(1), way, counting(POINTS, standings))
    return Verdicts(result, POINTS, standings)


@pytest.mark.parametrize(
    ("in_place", "change", "expected"),
    [
        (True, 5.1, Verdict.ACTION_AND_IMPROVEMENT),
        (True, 5.0, Verdict.ACTION_NO_IMPROVEMENT),
        (True, -30.0, Verdict.ACTION_NO_IMPROVEMENT),
        (False, 5.1, Verdict.NO_ACTION_IMPROVEMENT),
        (False, 5.0, Verdict.NO_ACTION_NO_IMPROVEMENT),
        (True, None, Verdict.NOT_COMPARABLE),
        (False, None, Verdict.NOT_COMPARABLE),
    ],
)
def test_two_facts_make_a_verdict(in_place: bool, change: float | None, expected: Verdict) -> None:
    assert judge(in_place, change, 5.0) is expected


@pytest.mark.parametrize(
    ("point", "level", "change", "acted", "idle"),
    [
        (1, Level.SUBAREAS, 25.0, "action_and_improvement", "no_action_improvement"),
        (2, Level.SUBAREAS, 0.0, "action_no_improvement", "no_action_no_improvement"),
        (3, Level.SUBAREAS, 12.5, "action_and_improvement", "no_action_improvement"),
        (4, Level.SUBAREAS, 5.0, "action_no_improvement", "no_action_no_improvement"),
        (5, Level.NONE, None, "not_comparable", "not_comparable"),
        (6, Level.AREA, 10.0, "action_and_improvement", "no_action_improvement"),
        (7, Level.NONE, None, "not_comparable", "not_comparable"),
        (8, Level.SUBAREAS, 10.0, "action_and_improvement", "no_action_improvement"),
        (9, Level.AREA, -4.0, "action_no_improvement", "no_action_no_improvement"),
    ],
)
def test_a_point_is_judged_by_what_it_speaks_of(
    point: int, level: Level, change: float | None, acted: str, idle: str
) -> None:
    place = POINTS[point - 1]
    standing = Standing(50, (point,), in_place=True)
    outcome = verdicts(standing).of_point(place)
    assert (outcome.level, outcome.change, outcome.verdict.value) == (level, change, acted)
    assert (outcome.actions, outcome.in_place) == ((50,), (50,))
    waiting = verdicts(Standing(50, (point,), in_place=False)).of_point(place)
    assert (waiting.change, waiting.verdict.value) == (change, idle)
    assert (waiting.actions, waiting.in_place) == ((50,), ())


def test_an_action_of_several_points_is_judged_over_all_of_them() -> None:
    standing = Standing(50, (1, 4, 6, 99), in_place=True)
    outcome = verdicts(standing).of_action(standing)
    assert outcome.change == 15.0, "1.1 and 1.3; the area of point 6 only counts where no part does"
    assert outcome.verdict is Verdict.ACTION_AND_IMPROVEMENT
    assert outcome.areas == (1, 2)
    stranger = Standing(51, (99,), in_place=True)
    assert verdicts(stranger).of_action(stranger).level is Level.NONE


def test_another_action_in_place_does_not_carry_one_that_is_not() -> None:
    done, waiting = Standing(50, (1,), in_place=True), Standing(51, (1,), in_place=False)
    found = verdicts(done, waiting)
    assert found.of_point(POINTS[0]).verdict is Verdict.ACTION_AND_IMPROVEMENT
    assert found.of_action(waiting).verdict is Verdict.NO_ACTION_IMPROVEMENT
    assert found.of_action(done).verdict is Verdict.ACTION_AND_IMPROVEMENT


def test_the_actions_behind_each_row_and_those_behind_none() -> None:
    one, two = Standing(50, (1, 3), in_place=True), Standing(51, (2,), in_place=False)
    general = Standing(52, (7,), in_place=True)
    found = verdicts(one, two, general)
    rows = {row.before.code: row for row in found.comparison.subareas if row.before}
    assert found.by_group[rows["1.1"].group] == (one,)
    assert found.by_group[rows["1.2"].group] == (one, two)
    assert rows["1.2"].group in found.by_group
    assert rows["1.3"].group not in found.by_group
    assert found.unplaced == (general,)
    assert rows["1.2"].actions == ActionCount(1, 1)


def test_an_action_behind_two_merged_sub_areas_counts_once() -> None:
    links = (SubAreaLink("1.1", "1.1", Match.MERGED), SubAreaLink("1.2", "1.1", Match.MERGED))
    way = Crosswalk(KEY, KEY, crosswalk_between(KEY, KEY).areas, links)
    found = verdicts(Standing(50, (3,), in_place=True), crosswalk=way)
    merged = [row for row in found.comparison.subareas if row.match is Match.MERGED]
    assert [row.actions for row in merged] == [ActionCount(1, 0)] * 2
    # 20 of 40 became 15 of 20; both rows tell the group's change, and it is counted once.
    assert [(row.start, row.end, row.change_percent_of_max) for row in merged] == [
        (50.0, 75.0, 25.0)
    ] * 2
    assert found.of_point(POINTS[2]).change == 25.0


def test_movements_hold_each_compared_group_once() -> None:
    found = verdicts(Standing(50, (1,), in_place=True))
    moved = {one.code: one for one in movements(found.comparison)}
    assert sorted(moved) == ["1.1", "1.2", "1.3", "2.1"]
    assert (moved["1.1"].start, moved["1.1"].end, moved["1.1"].in_place) == (50.0, 75.0, True)
    assert (moved["2.1"].area, moved["2.1"].max, moved["2.1"].in_place) == (2, 30, False)
    links = (SubAreaLink("1.1", "1.1", Match.MERGED), SubAreaLink("1.2", "1.1", Match.MERGED))
    way = Crosswalk(KEY, KEY, crosswalk_between(KEY, KEY).areas, links)
    merged = movements(verdicts(crosswalk=way).comparison)
    assert [one.code for one in merged].count("1.1") == 1
    assert "1.2" not in {one.code for one in merged}


def test_movements_are_numbered_by_the_later_edition() -> None:
    before, after = evaluation(0, OLDER), evaluation(1)
    result = compare(before, after, crosswalk_between(OLDER, KEY), {})
    # 2 of the older edition became 5, which the later scores lack.
    assert {one.area for one in movements(result)} == {1}


@given(
    st.lists(
        st.builds(
            Standing,
            st.integers(1, 9),
            st.lists(st.integers(1, 12), max_size=4).map(tuple),
            st.booleans(),
        ),
        max_size=8,
        unique_by=lambda one: one.id,
    )
)
def test_rows_points_and_actions_agree(standings: list[Standing]) -> None:
    found = verdicts(*standings)
    for row in found.comparison.subareas:
        behind = found.by_group.get(row.group, ())
        in_place = sum(one.in_place for one in behind)
        assert row.actions == ActionCount(in_place, len(behind) - in_place)
    counted = {one.id for group in found.by_group.values() for one in group}
    assert counted | {one.id for one in found.unplaced} == {one.id for one in standings}
    for point in POINTS:
        outcome = found.of_point(point)
        assert set(outcome.in_place) <= set(outcome.actions)
        assert (outcome.change is None) == (outcome.verdict is Verdict.NOT_COMPARABLE)
