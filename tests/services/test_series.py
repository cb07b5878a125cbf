"""Our evaluations over time."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.others import EDITION, add_reference, brought_in
from tests.helpers.second import add_evaluation, add_scores
from tracker.extensions import db
from tracker.models import Municipality, Predecessor
from tracker.services.series import MOST_COMPARED, series

OLD, MIDDLE = "kommunkompassen-2010", "kommunkompassen-2016"


def every(score: int) -> dict[int, tuple[int]]:
    """All eight areas, of 30 points each."""
    return dict.fromkeys(range(1, 9), (score,))


def test_each_edition_stands_for_itself_whatever_the_order(any_app: Flask, cast: Cast) -> None:
    for year, score, edition in (
        (2018, 15, MIDDLE),
        (2025, 21, EDITION),
        (2010, 9, OLD),
        (2021, 18, EDITION),
        (2014, 12, OLD),
    ):
        add_evaluation(cast.municipality, date(year, 5, 1), every(score), edition)
    (story,) = series(by=cast.member).own
    told = [
        (one.edition, [point.reading.month.year for point in one.points], one.total_change)
        for one in story.editions
    ]
    cast_year = cast.evaluation.month.year
    assert told == [
        (OLD, [2010, 2014], 24),
        (MIDDLE, [2018], None),
        (EDITION, sorted([2021, 2025, cast_year]), 24),
    ]
    assert [line.change for line in story.editions[0].areas] == [10] * 8
    assert story.editions[0].areas[0].values == (30, 40)
    assert story.evaluations == 6


def test_one_evaluation_under_two_editions_is_in_both(any_app: Flask, cast: Cast) -> None:
    first = add_evaluation(cast.municipality, date(2010, 5, 1), every(9), OLD)
    add_scores(first, every(12), MIDDLE)
    add_evaluation(cast.municipality, date(2014, 5, 1), every(15), MIDDLE)
    (story,) = series(by=cast.member).own
    months = {one.edition: [p.reading.month.year for p in one.points] for one in story.editions}
    assert months[OLD] == [2010]
    assert months[MIDDLE] == [2010, 2014]
    assert [point.reading.edition for point in story.points][:2] == [OLD, MIDDLE]
    assert story.evaluations == 3


def test_the_others_stand_beside(app: Flask, cast: Cast) -> None:
    add_evaluation(cast.municipality, date(2021, 5, 1), every(15))
    for name, total in (("Granby", 100), ("Sjöby", 140)):
        add_reference(name, date(2020, 5, 1), total=total)
    add_reference("Åby", date(2019, 5, 1), total=700)
    add_reference("Öby", date(2021, 5, 1), total=700, edition=MIDDLE)
    (story,) = series(by=cast.member).own
    point = next(one for one in story.points if one.reading.month.year == 2021)
    assert point.beside is not None
    assert point.beside.total is not None
    assert (point.beside.total.n, point.beside.total.mean) == (2, 120)
    assert point.total_apart == 0


def test_whom_to_compare_with(app: Flask, cast: Cast) -> None:
    brought_in(None, *(f"Kommun {n}a,2021-0{n},{EDITION},,,,,,,,,{400 + n}," for n in range(1, 8)))
    shown = series(by=cast.member)
    assert (shown.compared, len(shown.choices)) == ((), 7)
    asked = [f"kommun {n}a" for n in (3, 1, 3)]
    shown = series(by=cast.member, compared=[*asked, "finns inte"])
    assert [one.name for one in shown.compared] == ["Kommun 3a", "Kommun 1a"]
    assert shown.left_out == 1
    shown = series(by=cast.member, compared=[f"kommun {n}a" for n in range(1, 8)])
    assert (len(shown.compared), shown.left_out) == (MOST_COMPARED, 2)


def test_predecessors_have_series_of_their_own(app: Flask, cast: Cast) -> None:
    older = Municipality(name="Aa gamla")
    add_evaluation(older, date(2010, 5, 1), every(9), OLD)
    db.session.add(Predecessor(municipality_id=cast.municipality.id, predecessor_id=older.id))
    db.session.commit()
    shown = series(by=cast.member)
    assert [story.name for story in shown.own] == [cast.municipality.name, "Aa gamla"]
    assert not shown.choices


def test_a_sum_over_some_areas_is_no_total(app: Flask, cast: Cast) -> None:
    add_evaluation(cast.municipality, date(2018, 5, 1), {1: (9,), 2: (20,)})
    add_evaluation(cast.municipality, date(2021, 5, 1), every(10))
    (story,) = series(by=cast.member).own
    totals = {point.reading.month.year: point.reading.total for point in story.points}
    assert totals[2018] is None
    assert totals[2021] == 80
    assert story.editions[0].total_change is None or cast.evaluation.month.year != 2018


def test_three_hundred_cost_no_more_queries(app: Flask, cast: Cast, count_queries: Any) -> None:
    def asked() -> int:
        with count_queries() as counted:
            series(by=None, compared=["kommun 1a"])
        return int(counted.number)

    add_reference("Kommun 1a", date(2020, 1, 1), [40] * 8)
    few = asked()
    for n in range(2, 302):
        for year in (2010, 2015, 2020):
            add_reference(f"Kommun {n}a", date(year, 1, 1), [40] * 8)
    assert asked() == few == 4
