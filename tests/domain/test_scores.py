"""Two evaluations side by side, worked by hand with real numbers."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.helpers.re_evaluated import (
    AREA_NAMES,
    EXPECTED_SUBAREAS,
    GRASTORP_2014,
    GRASTORP_LATER,
    LATER,
    LATER_NAMES,
    NAMES,
    NEW,
    NYNASHAMN_2023,
    OLD,
    OLD_TO_NEW,
    SubAreas,
)
from tracker.domain.crosswalk import AreaLink, Crosswalk, crosswalk_between
from tracker.domain.scores import (
    ActionCount,
    AreaScore,
    Comparison,
    Match,
    ScoredEvaluation,
    SubAreaRow,
    SubAreaScore,
    Verdict,
    compare,
    missing,
    percent_of_max,
    points_left,
)


def _evaluation(
    areas: Iterable[tuple[int | None, SubAreas]], names: dict[str, str], key: str = NEW
) -> ScoredEvaluation:
    return ScoredEvaluation(
        "utvärderingen",
        key,
        tuple(
            AreaScore(
                number,
                AREA_NAMES[number - 1],
                score,
                100,
                tuple(SubAreaScore(code, names[code], got, most) for code, got, most in subareas),
            )
            for number, (score, subareas) in enumerate(areas, start=1)
        ),
    )


def _one_area(*subareas: SubAreaScore, number: int = 1, key: str = NEW) -> ScoredEvaluation:
    area = AreaScore(number, AREA_NAMES[number - 1], None, 100, subareas)
    return ScoredEvaluation("utvärderingen", key, (area,))


def _compare(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
    actions: dict[str, ActionCount] | None = None,
) -> Comparison:
    return compare(before, after, crosswalk_between(before.edition, after.edition), actions or {})


def _facts(row: SubAreaRow) -> tuple[object, ...]:
    before, after = row.before and row.before.code, row.after and row.after.code
    return before, after, row.match.value, row.change_points, row.change_percent_of_max


NYNASHAMN = _evaluation(NYNASHAMN_2023, NAMES)
RE_EVALUATED = _evaluation(LATER, LATER_NAMES)


# --- one edition, cut in two ways -----------------------------------------------------------


def test_subareas_of_one_edition() -> None:
    rows = [_facts(row) for row in _compare(NYNASHAMN, RE_EVALUATED).subareas]
    assert [row for row in rows if str(row[0] or row[1])[0] in "12348"] == EXPECTED_SUBAREAS
    assert len(rows) == 37


def test_areas_of_one_edition() -> None:
    rows = _compare(NYNASHAMN, RE_EVALUATED).areas
    facts = [(row.match.value, row.change_points, row.change_percent_of_max) for row in rows]
    assert facts == [
        ("same", 6, 6.0),
        ("same", 0, 0.0),
        ("revised", None, 8.0),
        ("revised", None, 5.0),
        ("same", 3, 3.0),
        ("same", 2, 2.0),
        ("same", -1, -1.0),
        ("revised", None, 5.0),
    ]


def test_people_may_say_that_an_area_was_revised_within_an_edition() -> None:
    links = (AreaLink(1, 1, Match.REVISED), *crosswalk_between(NEW, NEW).areas[1:])
    rows = compare(NYNASHAMN, NYNASHAMN, Crosswalk(NEW, NEW, links), {}).areas
    assert [row.change_points for row in rows] == [None, 0, 0, 0, 0, 0, 0, 0]


def test_total_of_one_edition_is_the_sum_of_the_stated_area_scores() -> None:
    comparison = _compare(NYNASHAMN, RE_EVALUATED)
    assert (comparison.total_before, comparison.total_after) == (455, 483)
    assert comparison.total_change == 28


@pytest.mark.parametrize("lost", [0, 7])
def test_no_total_where_an_area_has_no_score(lost: int) -> None:
    areas: list[tuple[int | None, SubAreas]] = [*LATER]
    areas[lost] = (None, [])
    comparison = _compare(NYNASHAMN, _evaluation(areas, LATER_NAMES))
    assert comparison.total_change is None
    assert (comparison.total_before, comparison.total_after) == (None, None)
    assert comparison.areas[lost].change_percent_of_max is None


def test_no_total_of_seven_areas() -> None:
    seven = _evaluation(LATER[:7], LATER_NAMES)
    comparison = _compare(NYNASHAMN, seven)
    assert comparison.total_change is None
    assert comparison.areas[7].match is Match.DROPPED


# --- two editions ---------------------------------------------------------------------------

GRASTORP = _evaluation([(score, []) for score in GRASTORP_2014], {}, OLD)
MADE_UP_2020 = _evaluation([(score, []) for score in GRASTORP_LATER], {})


def test_areas_of_two_editions_go_through_the_crosswalk() -> None:
    comparison = _compare(GRASTORP, MADE_UP_2020)
    assert [
        (
            row.before and row.before.number,
            row.after and row.after.number,
            row.change_percent_of_max,
        )
        for row in comparison.areas
    ] == OLD_TO_NEW
    assert {row.match for row in comparison.areas} == {Match.REVISED}
    assert {row.change_points for row in comparison.areas} == {None}
    assert comparison.subareas == ()
    assert comparison.to_json()["total"] is None


def test_the_later_edition_first_goes_the_same_way_back() -> None:
    rows = _compare(MADE_UP_2020, GRASTORP).areas
    assert [
        (
            row.after and row.after.number,
            row.before and row.before.number,
            row.change_percent_of_max,
        )
        for row in rows
    ] == [(old, new, -change) for old, new, change in OLD_TO_NEW]


def test_between_editions_a_code_means_nothing_and_a_name_means_revised() -> None:
    before = _one_area(
        SubAreaScore("8.1", "Social hållbarhet", 10, 20),
        SubAreaScore("8.2", "Internationella kontakter", 5, 20),
        number=8,
        key=OLD,
    )
    after = _one_area(
        SubAreaScore("2.2", "Social hållbarhet", 12, 20),
        SubAreaScore("8.2", "Strategiskt arbete", 8, 20),
        number=2,
    )
    assert [_facts(row) for row in _compare(before, after).subareas] == [
        ("8.1", "2.2", "revised", None, 10.0),
        ("8.2", None, "dropped", None, None),
        (None, "8.2", "new", None, None),
    ]


def test_a_crosswalk_for_other_editions_is_refused() -> None:
    with pytest.raises(ValueError, match="no crosswalk"):
        compare(GRASTORP, MADE_UP_2020, crosswalk_between(NEW, NEW), {})


# --- scores that cannot be compared, verdicts -----------------------------------------------


@pytest.mark.parametrize(
    ("score", "most", "percent", "left"),
    [
        (12, 20, 60.0, 8),
        (1, 30, 3.3, 29),
        (0, 20, 0.0, 20),
        (20, 20, 100.0, 0),
        (21, 20, None, None),
        (-1, 20, None, None),
        (0, 0, None, 0),
        (None, 20, None, None),
        (12, None, None, None),
    ],
)
def test_percent_and_missing_points(
    score: int | None, most: int | None, percent: float | None, left: int | None
) -> None:
    scored = SubAreaScore("1.1", "Strategi", score, most)
    assert (percent_of_max(scored), missing(scored)) == (percent, left)


@pytest.mark.parametrize(
    ("score", "most", "left"),
    [(12, 20, 8), (0, 20, 20), (20, 20, 0), (0, 0, 0), (None, 20, None), (12, None, None)],
)
def test_points_left(score: int | None, most: int | None, left: int | None) -> None:
    assert points_left(score, most) == left


@pytest.mark.parametrize(
    ("before", "after", "points", "percent"),
    [
        ((12, 20), (13, 20), 1, 5.0),
        ((None, 20), (13, 20), None, None),
        ((12, 20), (None, 20), None, None),
        ((12, None), (13, None), 1, None),
        ((0, 0), (0, 0), 0, None),
        ((12, 20), (25, 20), None, None),
    ],
)
def test_what_cannot_be_compared_has_no_change(
    before: tuple[int | None, int | None],
    after: tuple[int | None, int | None],
    points: int | None,
    percent: float | None,
) -> None:
    one = _one_area(SubAreaScore("1.1", "Strategi", *before))
    other = _one_area(SubAreaScore("1.1", "Strategi", *after))
    (row,) = _compare(one, other).subareas
    assert (row.match, row.change_points, row.change_percent_of_max) == (
        Match.SAME,
        points,
        percent,
    )
    assert (row.verdict is Verdict.NOT_COMPARABLE) == (percent is None)


@pytest.mark.parametrize(
    ("after", "most", "in_place", "verdict"),
    [
        (1050, 2000, 1, "action_no_improvement"),  # +5.0 exactly is not more than the threshold
        (1051, 2000, 1, "action_no_improvement"),  # +5.05 is shown as 5.0 and judged as shown
        (1052, 2000, 1, "action_and_improvement"),  # +5.1
        (1050, 2000, 0, "no_action_no_improvement"),
        (1052, 2000, 0, "no_action_improvement"),
        (800, 2000, 3, "action_no_improvement"),
        (None, 2000, 3, "not_comparable"),
    ],
)
def test_verdicts_around_the_threshold(
    after: int | None, most: int, in_place: int, verdict: str
) -> None:
    one = _one_area(SubAreaScore("1.1", "Strategi", 950, most))
    other = _one_area(SubAreaScore("1.1", "Strategi", after, most))
    (row,) = _compare(one, other, {"1.1": ActionCount(in_place, 4)}).subareas
    assert row.verdict.value == verdict


def test_people_set_the_threshold() -> None:
    one = _one_area(SubAreaScore("1.1", "Strategi", 10, 20))
    other = _one_area(SubAreaScore("1.1", "Strategi", 11, 20))
    crosswalk = crosswalk_between(NEW, NEW)
    verdicts = [compare(one, other, crosswalk, {}, t).subareas[0].verdict for t in (0, 4.9, 5, 10)]
    assert verdicts == [Verdict.NO_ACTION_IMPROVEMENT] * 2 + [Verdict.NO_ACTION_NO_IMPROVEMENT] * 2


def test_actions_on_a_new_or_dropped_subarea_get_no_verdict() -> None:
    comparison = _compare(NYNASHAMN, RE_EVALUATED, {"3.5": ActionCount(2, 0)})
    rows = {row.before.code: row for row in comparison.subareas if row.before}
    assert rows["3.5"].actions == ActionCount(2, 0)
    assert rows["3.5"].verdict is Verdict.NOT_COMPARABLE


def test_two_empty_evaluations() -> None:
    empty = ScoredEvaluation("utvärderingen", NEW, ())
    assert _compare(empty, empty).to_json() == {
        "areas": [],
        "subareas": [],
        "total": None,
        "threshold": 5.0,
    }


def test_json() -> None:
    before = _one_area(SubAreaScore("1.1", "Strategi", 12, 20))
    after = _one_area(
        SubAreaScore("1.1", "Strategi", 14, 20), SubAreaScore("1.6", "Insyn", None, 10)
    )
    printed = _compare(before, after, {"1.1": ActionCount(1, 2)}).to_json()
    assert printed["areas"] == [
        {
            "before_number": 1,
            "after_number": 1,
            "match": "revised",
            "before": {"score": None, "max": 100},
            "after": {"score": None, "max": 100},
            "change_points": None,
            "change_percent_of_max": None,
        }
    ]
    assert printed["subareas"] == [
        {
            "before_code": "1.1",
            "after_code": "1.1",
            "match": "same",
            "before": {"score": 12, "max": 20},
            "after": {"score": 14, "max": 20},
            "change_points": 2,
            "change_percent_of_max": 10.0,
            "actions": {"in_place": 1, "not_in_place": 2},
            "verdict": "action_and_improvement",
        },
        {
            "before_code": None,
            "after_code": "1.6",
            "match": "new",
            "before": None,
            "after": {"score": None, "max": 10},
            "change_points": None,
            "change_percent_of_max": None,
            "actions": {"in_place": 0, "not_in_place": 0},
            "verdict": "not_comparable",
        },
    ]


def test_every_verdict_has_its_words() -> None:
    assert len({verdict.label for verdict in Verdict}) == len(Verdict)
