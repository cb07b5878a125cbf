"""The page of improvement points, one point's page, and the picture of what comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, report_text
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.importers import read_report
from tracker.models import Answer, RoleModel
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report
from tracker.services.points.answers import answer_points


def take_in(municipality: str = "Testköping", month: str = "2026-02", extra: int = 0) -> int:
    draft = read_report(report_text(extra_points=extra).encode(), "rapport.txt")
    head = DraftHead(municipality, month, 2, EDITION)
    return import_report(draft, head=head, by=None, now=NOW).id


def test_the_points_and_the_way_to_an_action(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/points")
    assert "2 av 4 punkter har ett svar. Visa de 2 som väntar" in page.text
    assert page.links["Visa de 2 som väntar"] == (
        f"/points?evaluation={cast.evaluation.id}&state=open"
    )
    creating = {words: url for words, url in page.links.items() if "Skapa åtgärd" in words}
    assert len(creating) == 4
    assert f"/actions/new?point={cast.points[1].id}&next=/points" in creating.values()
    assert page.links["Återkoppla synpunkter på webben"] == (
        f"/actions/{cast.action.id}?next=/points"
    )
    assert "1.1 Samspel mellan förtroendevalda och medborgare, del 1: 18 poäng saknas" in page.text
    assert page.links["Punkt 2"] == f"/points/{cast.points[1].id}?next=/points"


def test_the_plan_that_is_made_is_not_offered_again(cast: Cast, visit: Visits) -> None:
    visitor, made = visit(cast.director), "Planen för utvärderingen"
    assert "Gör en plan för utvärderingen" in visitor.get("/points").links
    cast.plan.evaluation_id = cast.evaluation.id
    db.session.commit()
    page = visitor.get("/points")
    assert page.links[made] == f"/plans/{cast.plan.id}"
    assert "Gör en plan för utvärderingen" not in page.links


def test_a_manager_reads_but_answers_nothing(cast: Cast, visit: Visits) -> None:
    page = visit(cast.colleague).get("/points")
    assert "Skapa åtgärd" not in page.text
    assert "Ska åtgärdas" not in [b for form in page.forms for b in form.buttons]
    assert "Mät väntetider för företag" in page.links
    assert "Åtgärd hos någon annan Pågår" in page.text
    visit(cast.colleague).get("/points/plan", status=403)
    shown = visit(cast.colleague).get(f"/points/{cast.points[1].id}")
    assert not [form for form in shown.forms if form.method == "post"]


NUMBERS = (
    "0",
    "-1",
    "999",
    str(2**31),
    str(2**63),
    "9" * 400,
)


def test_an_evaluation_that_cannot_be_is_no_page(
    cast: Cast, visit: Visits, any_app: Flask, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.director)
    for number in NUMBERS:
        with subtests.test(number=number):
            for path in ("/points", "/points/matrix", "/points/plan"):
                visitor.get(f"{path}?evaluation={number}", status=404)
            visitor.get(f"/points?area={number}&page={number}&priority={number}")
            visitor.get(f"/points/plan?area={number}&page={number}")


def test_filters_live_in_the_address(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.get("/points?area=1&state=open&q=dialogen&priority=1&repeated=")
    fields = {"q": "dialogen", "area": "1", "state": "open", "priority": "1"}
    assert page.forms[0].fields == fields
    page = visitor.get("/points?area=1&state=open&q=dialogen")
    assert "1 punkt visas." in page.text
    page = visitor.get("/points?q=finns+inte")
    assert "Inga punkter passar" in page.text
    assert page.links["Visa alla punkter"] == "/points"


def test_nonsense_in_the_address_is_no_fault(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    for query in (
        *("area=x", "state=x", "page=-3", "page=99999999999", "evaluation=", "area=99"),
        *("priority=x", "priority=9", "repeated=x", "q=%00", "q=" + "å" * 3000),
    ):
        visitor.get(f"/points?{query}")
    visitor.get("/points?evaluation=4711", status=404)


def test_a_neighbours_points_get_no_answers(cast: Cast, visit: Visits) -> None:
    theirs = take_in("Sjövik")
    page = visit(cast.director).get(f"/points?evaluation={theirs}")
    assert "Utvärderingen av Sjövik, februari 2026" in page.links
    assert "Skapa åtgärd" not in page.text
    assert [form.method for form in page.forms] == ["get"]
    sheet = visit(cast.director).get(f"/points/plan?evaluation={theirs}")
    assert "Bara den egna kommunens punkter kan besvaras." in sheet.text


def test_a_point_that_comes_again_tells_what_was_done(cast: Cast, visit: Visits) -> None:
    take_in()
    newest = take_in(month="2026-03")
    page = visit(cast.director).get(f"/points?evaluation={newest}&repeated=y")
    assert "Föreslås: upprepad Verkar ha stått också i utvärderingen februari 2026." in page.text
    assert "Då gjordes ingenting." in page.text
    link = page.links["Punkt 1"]
    shown = visit(cast.director).get(link)
    assert "Verkar ha stått också i utvärderingen februari 2026." in shown.text
    visit(cast.director).get(shown.links["Visa punkten då"])


def test_role_models(cast: Cast, visit: Visits) -> None:
    row = RoleModel(
        evaluation_id=cast.evaluation.id, area_number=1, municipality="Sjövik", about="Svarar fort."
    )
    db.session.add(row)
    db.session.commit()
    assert "Förebild: Sjövik Sjövik: Svarar fort." in visit(cast.owner).get("/points").text


def test_an_empty_house_teaches_the_next_step(cast: Cast, visit: Visits) -> None:
    cast.municipality.is_own = False
    db.session.commit()
    for path in ("/points", "/points/matrix", "/points/plan"):
        page = visit(cast.director).get(path)
        assert page.links["Läs in en rapport"] == "/evaluations/import"
    assert "När en direktör har läst in" in visit(cast.owner).get("/points").text


def test_only_for_those_who_may(cast: Cast, visit: Visits) -> None:
    for person in (cast.member, cast.admin):
        visit(person).get("/points", status=403)
    visit(None).get("/points", status=302)


def test_one_point_and_its_history_in_words(cast: Cast, visit: Visits) -> None:
    point, other = cast.points[1], cast.points[3]
    reason = {"reason": "Görs redan.", "decided_by": "Kommunstyrelsen"}
    answer_points([point.id], Answer.NO_ACTION, **reason, by=cast.director, now=NOW)
    merged = {"merged_into_id": other.id}
    answer_points([point.id], Answer.MERGED, **merged, by=cast.unit_director, now=NOW)
    page = visit(cast.owner).get(f"/points/{point.id}")
    assert page.h1 == "Punkt 2"
    assert "Punkten är ihopslagen med punkt 4, som svarar för båda." in page.text
    assert "Från ingen åtgärd till ihopslagen med punkt 4" in page.text
    assert "Från obesvarad till ingen åtgärd" in page.text
    assert "Skäl: Görs redan." in page.text
    assert "Dag Direktör" in page.text
    target = visit(cast.owner).get(f"/points/{other.id}")
    assert "Svarar också för: Punkt 2: Samla dialogen" in target.text


def test_the_picture_and_the_same_as_a_table(cast: Cast, visit: Visits) -> None:
    page = visit(cast.owner).get("/points/matrix")
    dots = page.all("a", class_="matrix__link")
    assert len(dots) == 4
    assert dots[0].get("href") == f"/points/{cast.points[0].id}?next=/points/matrix"
    assert [row[1:] for row in page.rows[1:]] == [
        ["hög", "22", "inte bedömd"],
        ["hög", "18", "inte bedömd"],
        ["hög", "18", "inte bedömd"],
        ["medel", "okänt", "inte bedömd"],
    ]
    back = visit(cast.owner).get(dots[0].get("href") or "")
    assert back.links["Prioritering"] == "/points/matrix"


def test_the_pages_cost_the_same_for_many(
    cast: Cast, visit: Visits, count_queries: Callable[[], Any]
) -> None:
    small, big = take_in(), take_in(extra=12, month="2026-03")
    visitor = visit(cast.director)
    for path in ("/points", "/points/matrix", "/points/plan"):
        numbers = []
        for evaluation_id in (small, big):
            with count_queries() as counted:
                visitor.get(f"{path}?evaluation={evaluation_id}")
            numbers.append(counted.number)
        assert numbers[0] == numbers[1], path
