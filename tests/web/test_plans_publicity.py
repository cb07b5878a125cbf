"""The pages that open a plan to the public: looked at first, opened, changed, closed."""

from __future__ import annotations

from tests.helpers.cast import Cast
from tests.helpers.opened import ALL, NOTHING, OWN, open_to_all, publish
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import PlanPublicity, PlanState


def test_a_plan_is_looked_at_and_opened(cast: Cast, visit: Visits) -> None:
    """From the plan's page, by way of a preview of exactly what will be seen, to the address."""
    report = publish(cast)
    director, anybody = visit(cast.director), visit(None)
    plan = director.get(f"/plans/{cast.plan.id}")
    page = director.get(plan.links["Öppna för allmänheten"])
    assert "Ingen utanför kommunen kan läsa" in page.text
    [form] = page.forms
    assert form.method == "get"
    assert set(form.fields) == {"actions", "deviations", "effects"}
    preview = director.get(f"{form.action}?actions=y&deviations=y")
    assert OWN not in preview.html
    assert "del-effects" not in preview.html
    anybody.get(f"/public/plans/{cast.plan.id}", 404)
    done = director.submit(preview.forms[-1])
    assert "är öppen för allmänheten" in done.text
    assert done.links[f"http://localhost/public/plans/{cast.plan.id}"]
    public = anybody.get(f"/public/plans/{cast.plan.id}")
    assert public.rows == preview.rows[: len(public.rows)]
    shown = anybody.get(f"/public/reports/{report.id}")
    for section in shown.all("section", class_="told__section"):
        assert " ".join("".join(section.itertext()).split()) in preview.text


def test_what_is_shown_is_changed_and_the_second_is_told(cast: Cast, visit: Visits) -> None:
    """The choices of whoever came second stay on the page, beside those of the first."""
    open_to_all(cast, NOTHING)
    director = visit(cast.director)
    path = f"/plans/{cast.plan.id}/publicity"
    preview = director.get(f"{path}/preview?effects=y")
    open_to_all(cast, ALL)
    page = director.submit(preview.forms[-1], status=409)
    assert "Nu visas: Åtgärderna en för en" in page.text
    assert set(page.forms[0].fields) == {"effects"}
    director.submit(director.get(f"{path}/preview?effects=y").forms[-1], follow=False)
    kept = db.session.get(PlanPublicity, cast.plan.id)
    assert kept is not None
    db.session.refresh(kept)
    assert (kept.shows_actions, kept.shows_effects) == (False, True)
    assert "Det som allmänheten ser ändrades" in director.get(f"/plans/{cast.plan.id}").text


def test_it_is_closed_after_a_question(cast: Cast, visit: Visits) -> None:
    """At once; asking to close it again leads back."""
    open_to_all(cast)
    director, path = visit(cast.director), f"/plans/{cast.plan.id}/publicity"
    question = director.get(director.get(path).links["Stäng för allmänheten"])
    page = director.submit(question.forms[-1])
    assert "Planen är stängd för allmänheten." in page.text
    visit(None).get("/public", 404)
    director.get(f"{path}/close", 302)
    again = director.post(f"{path}/close")
    assert "redan stängd" in again.text


def test_a_draft_is_adopted_first(cast: Cast, visit: Visits) -> None:
    """Its page has no such link, and the pages lead back with a reason."""
    cast.plan.state = PlanState.DRAFT
    db.session.commit()
    director = visit(cast.director)
    assert "Öppna för allmänheten" not in director.get(f"/plans/{cast.plan.id}").links
    for path in ("publicity", "publicity/preview"):
        page = director.get(f"/plans/{cast.plan.id}/{path}", 302, follow=False)
        assert page.status == 302
    page = director.post(f"/plans/{cast.plan.id}/publicity", {"actions": "y"})
    assert "Planen är ett utkast." in page.text


def test_the_plan_says_whether_it_is_open(cast: Cast, visit: Visits) -> None:
    """A badge once it is, and a link that says what one can do."""
    director = visit(cast.director)
    page = director.get(f"/plans/{cast.plan.id}")
    assert "Öppen för allmänheten" not in page.text
    assert "Öppna för allmänheten" in page.links
    open_to_all(cast, ALL)
    page = director.get(f"/plans/{cast.plan.id}")
    assert "Öppen för allmänheten" in page.text
    assert "Ändra vad allmänheten ser" in page.links
