"""The page of improvement points."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, report_text
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.importers import read_report
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report


def take_in(municipality: str = "Testköping", month: str = "2026-02", extra: int = 0) -> int:
    draft = read_report(report_text(extra_points=extra).encode(), "rapport.txt")
    head = DraftHead(municipality, month, 2, EDITION)
    return import_report(draft, head=head, by=None, now=NOW).id


def test_the_points_and_the_way_to_an_action(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/points")
    assert "2 av 4 punkter har en åtgärd. 2 väntar på svar." in page.text
    first = page.rows[1]
    assert first[0].startswith("Samla dialogen med medborgarna på ett ställe.")
    assert "sida 5" in first[0]
    creating = {words: url for words, url in page.links.items() if "Skapa åtgärd" in words}
    assert len(creating) == 4
    assert f"/actions/new?point={cast.points[1].id}&next=/points" in creating.values()
    assert page.links["Återkoppla synpunkter på webben"] == f"/actions/{cast.action.id}"
    assert "1.1 Samspel mellan förtroendevalda och medborgare, del 1: 18 poäng" in page.text


def test_a_manager_reads_but_creates_nothing(cast: Cast, visit: Visits) -> None:
    page = visit(cast.colleague).get("/points")
    assert "Skapa åtgärd" not in page.text
    assert "Mät väntetider för företag" in page.links
    assert "Åtgärd hos någon annan Pågår" in page.text


@pytest.mark.parametrize("number", ["0", "-1", "999", str(2**31), str(2**63), "9" * 400])
def test_an_evaluation_that_cannot_be_is_no_page(
    cast: Cast, visit: Visits, any_app: Flask, number: str
) -> None:
    visit(cast.director).get(f"/points?evaluation={number}", status=404)
    assert visit(cast.director).get(f"/points?area={number}&page={number}").h1


def test_filters_live_in_the_address(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.get("/points?area=1&state=open&q=dialogen")
    assert len(page.rows) == 2
    assert page.forms[0].fields == {"q": "dialogen", "area": "1", "state": "open"}
    page = visitor.get("/points?q=finns+inte")
    assert "Inga punkter passar" in page.text
    assert page.links["Visa alla punkter"] == "/points"


def test_nonsense_in_the_address_is_no_fault(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    for query in ("area=x", "state=x", "page=-3", "page=99999999999", "evaluation=", "area=99"):
        visitor.get(f"/points?{query}")
    visitor.get("/points?evaluation=4711", status=404)


def test_pages_keep_the_filters(cast: Cast, visit: Visits) -> None:
    evaluation_id = take_in(extra=40)
    page = visit(cast.director).get(f"/points?evaluation={evaluation_id}&state=open")
    assert len(page.rows) == 31
    assert "Sida 1 av 2, 56 träffar" in page.text
    follow = page.links["Nästa"]
    assert "state=open" in follow
    page = visit(cast.director).get(follow)
    assert len(page.rows) == 27
    assert page.forms[0].fields["evaluation"] == str(evaluation_id)


def test_a_neighbours_points_get_no_actions(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get(f"/points?evaluation={take_in('Sjövik')}")
    assert "Utvärderingen av Sjövik, februari 2026" in page.links
    assert "Skapa åtgärd" not in page.text


def test_a_point_that_comes_again_says_from_when(cast: Cast, visit: Visits) -> None:
    take_in()
    page = visit(cast.director).get(f"/points?evaluation={take_in(month='2026-03')}")
    assert "återkommer från februari 2026" in page.text


def test_an_empty_house_teaches_the_next_step(cast: Cast, visit: Visits) -> None:
    cast.municipality.is_own = False
    db.session.commit()
    page = visit(cast.director).get("/points")
    assert page.links["Läs in en rapport"] == "/evaluations/import"
    assert "När en direktör har läst in" in visit(cast.owner).get("/points").text


def test_only_for_those_who_may(cast: Cast, visit: Visits) -> None:
    for person in (cast.member, cast.admin):
        visit(person).get("/points", status=403)
    visit(None).get("/points", status=302)
