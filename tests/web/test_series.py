"""The page of our evaluations over time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import Cast, make_user
from tests.helpers.others import EDITION, add_reference, brought_in
from tests.helpers.second import add_evaluation, add_scores
from tests.helpers.visitor import Visits
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Municipality, Predecessor, RoleAssignment

OLD = "kommunkompassen-2010"
PATH = "/comparison/series"


def every(score: int) -> dict[int, tuple[int]]:
    return dict.fromkeys(range(1, 9), (score,))


def test_over_time_with_the_others_beside(cast: Cast, visit: Visits) -> None:
    add_evaluation(cast.municipality, date(2010, 5, 1), every(9), OLD)
    add_evaluation(cast.municipality, date(2014, 5, 1), every(12), OLD)
    add_evaluation(cast.municipality, date(2021, 5, 1), every(15))
    brought_in(None, *(f"{n}by,2020,{EDITION},,,,,,,,,{t}," for n, t in (("Å", 100), ("Ö", 160))))
    page = visit(cast.member).get(PATH)
    name = cast.municipality.name
    assert f"{name} har utvärderats 4 gånger." in page.text
    assert "gick totalen från 72 till 96 poäng" in page.text
    row = next(row for row in page.rows if row[0].startswith("maj 2021"))
    assert row[2:] == ["120", "130", "42,4", "2", "−10"]
    row = next(row for row in page.rows if row[0].startswith("1 Offentlighet"))
    assert row == ["1 Offentlighet och demokrati", "30", "40", "+10", "–", "–", "0"]
    assert page.html.count('class="effect-chart"') == 3  # the totals, and two editions' areas
    assert "Ny version: jämförs inte" in page.text


def test_whom_to_compare_with_lives_in_the_address(cast: Cast, visit: Visits) -> None:
    lines = [
        f"Kommun {n}a,{y},{EDITION},,,,,,,,,{400 + n}," for n in range(1, 8) for y in (2020, 2023)
    ]
    brought_in(None, *lines)
    visitor = visit(cast.member)
    page = visitor.get(f"{PATH}?place=kommun+2a&place=kommun+1a")
    assert "Totalpoäng, Kommun 2a" in page.text
    assert page.links["Ta bort Kommun 2a"] == f"{PATH}?place=kommun+1a"
    chooser = next(form for form in page.forms if form.method == "get")
    assert chooser.action == PATH
    many = "&".join(f"place=kommun+{n}a" for n in range(1, 8))
    page = visitor.get(f"{PATH}?{many}")
    assert "2 kommuner i adressen visas inte: högst 5 åt gången" in page.text
    assert "Totalpoäng, Kommun 6a" not in page.text


ODD = (
    "place=",
    "place=%00",
    "place=<b>",
    "place=" + "x" * 10_000,
    "place=%F0%9F%98%80&x=1",
)


def test_odd_addresses(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    for query in ODD:
        with subtests.test(query=query):
            visit(cast.member).get(f"{PATH}?{query}")


def test_a_year_that_comes_again_has_its_months(cast: Cast, visit: Visits) -> None:
    add_evaluation(cast.municipality, date(2019, 3, 1), every(9))
    add_evaluation(cast.municipality, date(2022, 5, 1), every(9))
    add_evaluation(cast.municipality, date(2022, 11, 1), every(10))
    drawn = visit(cast.director).get(PATH).html
    assert ">maj 2022</text>" in drawn
    assert ">nov. 2022</text>" in drawn
    assert ">2019</text>" in drawn


def test_two_editions_of_one_and_a_predecessor(cast: Cast, visit: Visits) -> None:
    first = add_evaluation(cast.municipality, date(2014, 5, 1), every(9), OLD)
    add_scores(first, every(12), "kommunkompassen-2016")
    older = Municipality(name="Gamla Ås")
    add_evaluation(older, date(2008, 5, 1), every(9), OLD)
    db.session.add(Predecessor(municipality_id=cast.municipality.id, predecessor_id=older.id))
    db.session.commit()
    page = visit(cast.director).get(PATH)
    assert sum(row[0].startswith("maj 2014") for row in page.rows) == 2
    assert "Gamla Ås (tidigare kommun)" in page.text
    assert "Ingen annan kommun är inläst än" in page.text


def test_one_evaluation_and_none(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get(PATH)
    assert "Det finns bara en utvärdering" in page.text


def test_none_at_all(app: Flask, visit: Visits) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    db.session.add(director)
    db.session.commit()
    page = visit(director).get(PATH)
    assert page.links["Läs in en utvärdering"] == "/evaluations/import"


def test_the_page_costs_few_queries(cast: Cast, visit: Visits, count_queries: Any) -> None:
    visitor = visit(cast.member)
    visitor.get(PATH)
    with count_queries() as few:
        visitor.get(PATH)
    for n in range(300):
        add_reference(f"Kommun {n}a", date(2021, 1, 1), [50] * 8)
    db.session.commit()
    with count_queries() as many:
        visitor.get(f"{PATH}?place=kommun+1a&place=kommun+2a")
    assert many.number == few.number
