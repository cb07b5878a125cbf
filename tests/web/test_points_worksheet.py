"""The worksheet through the page."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Form, Page
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import Action, ActionPlan


def sheet(page: Page) -> Form:
    [found] = [form for form in page.forms if form.method == "post"]
    return found


def test_one_save_for_the_page(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    second, general = cast.points[1].id, cast.points[3].id
    form = sheet(visitor.get("/points/plan"))
    assert form.fields["point"] == [str(second), str(general)]
    typed = {
        "deadline-all": "2026-09-30",
        "unit_id-all": str(cast.unit.id),
        f"title-{second}": "Samla dialogen",
        f"owner_text-{second}": "Olle Ägare",
        f"title-{general}": "Mål som hänger ihop",
        f"owner_text-{general}": "Ingen Alls",
        f"deadline-{general}": "i höst",
    }
    page = visitor.submit(form, 422, **typed)
    assert "1 åtgärd skapad, 1 behöver rättas." in page.text
    assert "Skriv datumet som år-månad-dag" in page.text
    form = sheet(page)
    # The saved row has left; the other has all that was typed.
    assert form.fields["point"] == str(general)
    assert form.fields[f"title-{general}"] == "Mål som hänger ihop"
    assert form.fields[f"deadline-{general}"] == "i höst"
    assert form.fields["deadline-all"] == "2026-09-30"
    page = visitor.submit(form, 422, **{f"deadline-{general}": "2026-10-01"})
    assert "Det finns inget konto för ”Ingen Alls”." in page.text
    page = visitor.submit(sheet(page), **{f"owner_text-{general}": ""})
    assert "1 åtgärd skapad." in page.text
    assert "Alla punkter här har ett svar" in page.text
    assert db.session.query(Action).filter(Action.title.in_(["Samla dialogen"])).count() == 1


def test_sent_twice(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    second = cast.points[1].id
    form = sheet(visitor.get("/points/plan?area=1"))
    typed = {f"title-{second}": "Samla", "deadline-all": "2026-09-30"}
    typed["unit_id-all"] = str(cast.unit.id)
    visitor.submit(form, **typed, follow=False)
    page = visitor.submit(form, **typed)
    assert "Inget nytt att spara." in page.text
    assert db.session.query(Action).filter_by(title="Samla").count() == 1


def test_answers_without_action(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    second, general = cast.points[1].id, cast.points[3].id
    form = sheet(visitor.get("/points/plan"))
    typed = {
        f"answer-{second}": "no_action",
        f"reason-{second}": "Görs redan.",
        f"decided_by-{second}": "Kommunstyrelsen",
        f"answer-{general}": "merged",
        f"merged_into_id-{general}": "tre",
    }
    page = visitor.submit(form, 422, **typed)
    assert "1 punkt utan åtgärd, 1 behöver rättas." in page.text
    page = visitor.submit(sheet(page), **{f"merged_into_id-{general}": "3"})
    assert "1 punkt ihopslagen." in page.text


def test_nothing_typed_saves_nothing(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.submit(sheet(visitor.get("/points/plan")))
    assert "Inget nytt att spara." in page.text


def test_a_common_date_that_is_none(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.submit(sheet(visitor.get("/points/plan")), 422, **{"deadline-all": "sen"})
    assert sheet(page).fields["deadline-all"] == "sen"
    assert "Skriv datumet som år-månad-dag" in page.text


def test_a_point_that_is_gone(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    visitor.get("/points/plan")
    page = visitor.post("/points/plan", {"point": "4711", "title-4711": "Borta"}, 422)
    assert "En punkt finns inte längre i utvärderingen. Du hade skrivit: Borta" in page.text


def test_the_actions_go_into_the_chosen_plan(app: Flask, cast: Cast, visit: Visits) -> None:
    other = ActionPlan(title="Vår andra plan", created_at=NOW)
    db.session.add(other)
    db.session.commit()
    visitor = visit(cast.director)
    page = visitor.get("/points/plan")
    assert "Ingen öppen plan är gjord för den här utvärderingen." in page.text
    point = cast.points[1].id
    typed = {
        "deadline-all": "2026-09-01",
        "unit_id-all": str(cast.unit.id),
        "plan_id-all": str(other.id),
        f"title-{point}": "Samla dialogerna",
    }
    visitor.submit(sheet(page), 302, **typed)
    made = db.session.scalars(select(Action).where(Action.title == "Samla dialogerna")).one()
    assert made.plan_id == other.id


def test_the_plan_of_the_evaluation_comes_first(app: Flask, cast: Cast, visit: Visits) -> None:
    ours = ActionPlan(title="Efter 2025", created_at=NOW, evaluation_id=cast.evaluation.id)
    db.session.add_all([ours, ActionPlan(title="Något nyare", created_at=NOW)])
    db.session.commit()
    page = visit(cast.director).get("/points/plan")
    assert f'<option value="{ours.id}" selected>' in page.html
    assert "Ingen öppen plan" not in page.text
