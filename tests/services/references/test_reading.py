"""What is known of everybody, from reports and lists, in a constant number of queries."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.others import EDITION, add_reference, brought_in
from tests.helpers.second import add_evaluation, add_scores
from tracker.extensions import db
from tracker.models import Municipality, Predecessor
from tracker.services.references import reading

EVERY = dict.fromkeys(range(1, 9), (10, 5))


def test_reports_and_lists_stand_together(any_app: Flask, cast: Cast) -> None:
    grann = Municipality(name="Grannköping")
    add_evaluation(grann, date(2021, 2, 1), EVERY)
    brought_in(
        None,
        f"Grannköping,2021-02,{EDITION},,,,,,,,,700,",
        f"Granby,2022-01,{EDITION},60,60,60,60,60,60,60,60,,",
        f"{cast.municipality.name},2015,kommunkompassen-2010,,,,,,,,,400,",
    )
    found = reading.all_readings()
    told = [(one.name, one.total, one.areas[0], one.evaluation_id is None) for one in found.others]
    assert told == [("Granby", 480, 60, True), ("Grannköping", 120, 25, False)]
    assert (found.own[0].month.year, found.own[0].total) == (2015, 400)
    assert found.ours == cast.municipality.name.casefold()
    (standing,) = reading.overview().standings
    assert standing.total is not None
    assert (standing.total.n, standing.total.mean) == (2, 300)


def test_no_sum_over_some_of_the_areas(app: Flask, cast: Cast) -> None:
    add_evaluation(Municipality(name="Grannköping"), date(2021, 2, 1), {1: (10, 5), 2: (7, None)})
    add_reference("Granby", date(2021, 2, 1), [50] * 7 + [None])
    for one in reading.all_readings().others:
        assert one.total is None
    assert [one.areas[1] for one in reading.all_readings().others] == [50, None]


def test_predecessors_are_ours(app: Flask, cast: Cast) -> None:
    older, oldest = Municipality(name="Gamla Ås"), Municipality(name="Äldsta Ås")
    for one in (older, oldest):
        add_evaluation(one, date(2012, 2, 1), EVERY, "kommunkompassen-2010")
    add_reference("Gamla Ås", date(2008, 2, 1), total=300, edition="kommunkompassen-2010")
    assert len(reading.all_readings().others) == 3
    db.session.add_all(
        [
            Predecessor(municipality_id=cast.municipality.id, predecessor_id=older.id),
            Predecessor(municipality_id=older.id, predecessor_id=oldest.id),
            Predecessor(municipality_id=oldest.id, predecessor_id=cast.municipality.id),
        ]
    )
    db.session.commit()
    assert not reading.all_readings().others


def test_two_editions_of_one_evaluation(app: Flask, cast: Cast) -> None:
    add_scores(cast.evaluation, EVERY, "kommunkompassen-2010")
    db.session.commit()
    assert [one.edition for one in reading.all_readings().own] == [
        "kommunkompassen-2010",
        EDITION,
    ]


def test_drift_between(app: Flask, cast: Cast) -> None:
    brought_in(
        None,
        *(
            f"Kommun {name},{year},{EDITION}{f',{score + n}' * 8},,"
            for n, name in enumerate(("A", "B", "C"))
            for year, score in (("2020-01", 50), ("2022-01", 54 + n))
        ),
    )
    own = cast.municipality.name
    brought_in(
        None, f"{own},2020-01,{EDITION}{',10' * 8},,", f"{own},2022-01,{EDITION}{',90' * 8},,"
    )
    drift = reading.drift_shared(date(2020, 6, 1), date(2021, 6, 1), EDITION).drift
    assert drift is not None
    assert set(drift.by_area) == set(range(1, 9))
    # 4, 5 and 6 in two years; ours is one.
    assert drift.by_area[3].mean == pytest.approx(2.5)
    assert drift.by_area[3].standard_error == pytest.approx(0.5 / 3**0.5)
    assert (
        reading.drift_shared(date(2020, 6, 1), date(2021, 6, 1), "kommunkompassen-2010").drift
        is None
    )
    shared = reading.drift_shared(date(2023, 6, 1), date(2024, 6, 1), EDITION)
    assert shared.drift is None
    assert shared.reason is not None


def test_nothing_at_all(app: Flask) -> None:
    known = reading.all_readings()
    assert (known.own, known.others, known.ours) == ((), (), None)
    assert reading.all_readings() is known, "worked out once for each state"
    assert reading.overview().standings == ()
    assert reading.movements() == []
    assert reading.drift_shared(date(2020, 1, 1), date(2024, 1, 1), EDITION).drift is None


def test_sixty_cost_no_more_queries_than_three(app: Flask, cast: Cast, count_queries: Any) -> None:
    def asked() -> int:
        with count_queries() as counted:
            reading.overview()
            reading.movements()
            reading.drift_shared(date(2020, 6, 1), date(2023, 6, 1), EDITION)
        return int(counted.number)

    def fill(first: int, last: int) -> None:
        for n in range(first, last):
            name = f"Kommun {n}a"
            for year in (2020, 2023):
                add_reference(name, date(year, 1, 1), [40 + n % 30] * 8)
            add_evaluation(Municipality(name=f"Grann {n}a"), date(2021, 1, 1), EVERY)

    fill(0, 3)
    few = asked()
    fill(3, 30)
    for n in range(30, 60):
        add_reference(f"Kommun {n}a", date(2020, 1, 1), [40] * 8)
    db.session.commit()
    assert asked() == few <= 12
