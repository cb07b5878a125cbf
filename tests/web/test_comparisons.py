"""The page that puts two evaluations side by side."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.helpers.cast import Cast, make_user
from tests.helpers.second import add_evaluation
from tests.helpers.visitor import Visits
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import Evaluation, Municipality, RoleAssignment

BETTER = {1: (18, 15), 2: (20, 10)}


@pytest.fixture
def later(cast: Cast) -> Evaluation:
    return add_evaluation(cast.municipality, date(2026, 2, 1), BETTER)


def test_by_default_our_two_latest(cast: Cast, later: Evaluation, visit: Visits) -> None:
    page = visit(cast.member).get("/comparison")
    assert "2 av 4 jämförbara delområden steg med mer än 5 procentenheter" in page.text
    assert "Totalerna jämförs inte, eftersom minst ett huvudområde saknar poäng" in page.text
    row = next(row for row in page.rows if row[0].startswith("1.1"))
    assert row[1:] == [
        "Samma",
        "12 av 30",
        "18 av 30",
        "+6",
        "+20",
        "1 inte på plats",
        "Ingen åtgärd men förbättring",
    ]
    assert "tack vare" not in page.text


def test_totals_and_words_of_change(cast: Cast, visit: Visits) -> None:
    whole = dict.fromkeys(range(1, 9), (10, 10))
    one = add_evaluation(cast.municipality, date(2024, 1, 1), whole)
    other = add_evaluation(cast.municipality, date(2025, 1, 1), {**whole, 1: (20, 10)})
    path = f"/comparison?before={one.id}&after={other.id}"
    page = visit(cast.director).get(path)
    assert "Totalen gick från 160 till 170 poäng." in page.text
    back = visit(cast.director).get(f"/comparison?before={other.id}&after={one.id}")
    assert "är den senare av de två" in back.text
    assert back.links["Byt plats på dem"] == path


def test_editions_and_municipalities(cast: Cast, visit: Visits) -> None:
    old = add_evaluation(cast.municipality, date(2015, 5, 1), BETTER, "kommunkompassen-2010")
    path = f"/comparison?before={old.id}&after={cast.evaluation.id}"
    page = visit(cast.director).get(path)
    assert "följer olika versioner av Kommunkompassen" in page.text
    assert "Reviderat" in page.text
    other = add_evaluation(Municipality(name="Grannköping"), date(2026, 2, 1), BETTER)
    page = visit(cast.director).get(f"/comparison?before={cast.evaluation.id}&after={other.id}")
    assert "två olika kommuner" in page.text
    assert "Samvarierar" not in page.text


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("before={0}&after={0}", (422, "Välj två olika utvärderingar")),
        ("before=999&after={0}", (404, "finns inte")),
        ("before=x&after=y", (200, "jämförbara delområden")),
    ],
)
def test_odd_choices(
    cast: Cast, later: Evaluation, visit: Visits, query: str, answer: tuple[int, str]
) -> None:
    status, sentence = answer
    page = visit(cast.director).get(f"/comparison?{query.format(later.id)}", status=status)
    assert sentence in page.text


def test_one_evaluation_is_not_enough(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/comparison")
    assert "Det finns bara en utvärdering" in page.text
    assert page.links["Läs in en utvärdering"] == "/evaluations/import"
    assert "Läs in en utvärdering" not in visit(cast.member).get("/comparison").links


def test_none_at_all(app: Any, visit: Visits) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    db.session.add(director)
    db.session.commit()
    assert "Det finns ingen utvärdering än" in visit(director).get("/comparison").text


def test_one_of_ours_and_one_of_others_waits_for_a_choice(cast: Cast, visit: Visits) -> None:
    add_evaluation(Municipality(name="Grannköping"), date(2026, 2, 1), BETTER)
    page = visit(cast.director).get("/comparison")
    assert "Välj vilka två utvärderingar" in page.text


def test_an_administrator_has_no_business_here(cast: Cast, visit: Visits) -> None:
    visit(cast.admin).get("/comparison", status=403)


def test_the_page_costs_few_queries(
    cast: Cast, later: Evaluation, visit: Visits, count_queries: Any
) -> None:
    visit(cast.director).get("/comparison")
    with count_queries() as counted:
        visit(cast.director).get("/comparison")
    assert counted.number <= 16, counted.statements
