"""Answering points through the pages."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.pages import Form, Page
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import Answer, Disposition


def answers(cast: Cast) -> list[Answer | None]:
    db.session.expire_all()
    found = {row.point_id: row.answer for row in db.session.query(Disposition)}
    return [found.get(point.id) for point in cast.points]


def form_to(page: Page, action: str) -> Form:
    [found] = [form for form in page.forms if form.action == action]
    return found


def chosen(cast: Cast, *places: int) -> list[int]:
    return [cast.points[place].id for place in places]


def test_several_in_one_click_and_back(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = form_to(visitor.get("/points?area=1"), "/points/answers")
    page = visitor.submit(form, answer="act", point=chosen(cast, 1, 3))
    assert "2 punkter ska åtgärdas." in page.text
    assert page.path == "/points?area=1"
    assert answers(cast) == [None, Answer.ACT, None, Answer.ACT]
    page = visitor.submit(form_to(page, "/points/undo"))
    assert "Ångrat. 2 punkter har sina förra svar." in page.text
    assert answers(cast) == [None] * 4
    # It is offered once.
    assert "Ångra det senaste" not in visitor.get("/points").text


def test_a_whole_area(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.get("/points")
    box = page.by_id("all-1")
    assert box.get("value") == ",".join(str(number) for number in chosen(cast, 0, 1))
    visitor.submit(
        form_to(page, "/points/answers"), answer="act", point=box.get("value"), follow=False
    )
    assert answers(cast) == [Answer.ACT, Answer.ACT, None, None]


def test_no_action_asks_why(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = form_to(visitor.get("/points?area=1"), "/points/answers")
    page = visitor.submit(form, answer="no_action", point=chosen(cast, 1, 3))
    assert page.h1 == "Ingen åtgärd"
    assert "Låt målen hänga ihop" in page.text
    page = visitor.submit(page.form, 422, reason="Görs redan.")
    assert "Skriv vem som har beslutat det." in page.text
    assert page.form.fields["reason"] == "Görs redan."
    page = visitor.submit(page.form, decided_by="Kommunstyrelsen")
    assert page.path == "/points?area=1"
    assert "2 punkter lämnas utan åtgärd." in page.text
    assert "Görs redan. Beslutat av Kommunstyrelsen." in page.text
    assert answers(cast)[1] is Answer.NO_ACTION


def test_merging_asks_into_which(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = form_to(visitor.get("/points"), "/points/answers")
    page = visitor.submit(form, answer="merged", point=chosen(cast, 1))
    page = visitor.submit(page.form, 422)
    assert "Välj punkten som de ska slås ihop med." in page.text
    page = visitor.submit(page.form, 422, merged_into_id=cast.points[1].id)
    assert "Punkt 2 kan inte slås ihop med sig själv." in page.text
    page = visitor.submit(page.form, merged_into_id=cast.points[3].id)
    assert "Ihopslagen Med punkt 4" in page.text


def test_taking_an_answer_back(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    path = f"/points/{cast.points[1].id}"
    page = visitor.submit(form_to(visitor.get(path), "/points/answers"), answer="act")
    assert "Punkten ska åtgärdas, men har ingen åtgärd än." in page.text
    page = visitor.submit(form_to(page, "/points/answers"), answer="withdraw")
    assert "Svaret på 1 punkt är borttaget." in page.text
    assert "Från åtgärdas till obesvarad" in page.text
    assert answers(cast) == [None] * 4


def test_a_page_that_has_grown_old(cast: Cast, visit: Visits) -> None:
    """Nobody answers over an answer that they have not seen; who insists may."""
    visitor, second = visit(cast.director), visit(cast.unit_director)
    old = form_to(visitor.get("/points"), "/points/answers")
    other = form_to(second.get(f"/points/{cast.points[1].id}"), "/points/answers")
    page = second.submit(other, answer="no_action")
    second.submit(page.form, reason="Görs redan.", decided_by="Kommunstyrelsen", follow=False)
    page = visitor.submit(old, answer="act", point=chosen(cast, 1, 3))
    said = "Frida Chef har ändrat svaret på punkt 2 till ”Ingen åtgärd” sedan du öppnade sidan."
    assert said in page.text
    assert "Görs redan. Beslutat av Kommunstyrelsen." in page.text
    assert answers(cast) == [None, Answer.NO_ACTION, None, None]
    page = visitor.submit(form_to(page, "/points/answers"), answer="act", point=chosen(cast, 1, 3))
    assert "2 punkter ska åtgärdas." in page.text


def test_words_typed_on_a_page_that_has_grown_old(cast: Cast, visit: Visits) -> None:
    visitor, second = visit(cast.director), visit(cast.unit_director)
    path = f"/points/{cast.points[1].id}"
    page = visitor.submit(form_to(visitor.get(path), "/points/answers"), answer="no_action")
    second.submit(form_to(second.get(path), "/points/answers"), answer="act", follow=False)
    typed = {"reason": "Görs av regionen.", "decided_by": "Kommunstyrelsen"}
    page = visitor.submit(page.form, 409, **typed)
    assert "Frida Chef har ändrat svaret på punkt 2 till ”Ska åtgärdas”" in page.text
    assert {name: page.form.fields[name] for name in typed} == typed
    assert answers(cast)[1] is Answer.ACT
    visitor.submit(page.form, follow=False)
    assert answers(cast)[1] is Answer.NO_ACTION


def test_a_bent_mark_of_what_was_seen_is_no_fault(
    any_app: Flask, cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.director)
    form = form_to(visitor.get("/points"), "/points/answers")
    for seen in ("", "x", "-1", "²", "9" * 30, "0"):
        with subtests.test(seen=seen):
            visitor.submit(form, answer="act", point=chosen(cast, 1), seen=seen, follow=False)
            assert answers(cast)[1] is Answer.ACT
        db.session.query(Disposition).delete()


def test_undo_that_comes_too_late(cast: Cast, visit: Visits) -> None:
    visitor, second = visit(cast.director), visit(cast.unit_director)
    path = f"/points/{cast.points[1].id}"
    page = visitor.submit(form_to(visitor.get(path), "/points/answers"), answer="act")
    second.submit(form_to(second.get(path), "/points/answers"), answer="withdraw", follow=False)
    page = visitor.submit(form_to(page, "/points/undo"))
    assert "Svaret på punkt 2 har ändrats sedan dess. Därför ångrades ingenting." in page.text
    page = visitor.post("/points/undo", {"first": 0, "last": 2**40})
    assert "Det finns inget att ångra." in page.text


def test_effort_and_priority(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    path = f"/points/{cast.points[1].id}"
    fields = form_to(visitor.get(path), "/points/effort").fields
    page = visitor.post("/points/effort", {**fields, "effort": "3"})
    assert "1 punkt är ändrad." in page.text
    assert "Från inte bedömd till stor" in page.text
    page = visitor.post("/points/priority", {**fields, "priority": "3"})
    assert "Prioritet: låg (satt för hand)" in page.text
    assert "Räknat på vinst och insats skulle den vara medel." in page.text
    page = visitor.post("/points/priority", {**fields, "priority": "9"})
    assert "Välj ett av alternativen." in page.text


def test_hostile_choices(
    any_app: Flask, cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.director)
    for point in ("", "x", "-1", "1,x,", "9" * 400, str(2**31), "99999", "\N{SUPERSCRIPT TWO}"):
        for answer in ("act", "withdraw", "no_action", "merged", "x"):
            with subtests.test(point=point, answer=answer):
                page = visitor.ask("POST", "/points/answers", {"answer": answer, "point": point})
                assert page.status in (302, 404)
                page = visitor.ask("GET", f"/points/answer?answer={answer}&point={point}")
                assert page.status in (200, 302)
        visitor.get("/points")


def test_the_way_back_stays_on_this_site(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    visitor.get("/points")
    data = {"answer": "act", "point": cast.points[1].id, "next": "//evil.example"}
    page = visitor.post("/points/answers", data, follow=False)
    assert page.response.location == "/points"
