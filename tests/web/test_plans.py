"""The form that adopts a plan."""

from __future__ import annotations

import pytest

from tests.helpers.cast import NOW, Cast, make_action
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import ActionPlan, Decision, PlanPoint, PlanState

TYPED = {"body": "Kommunstyrelsen", "decided_on": "2026-02-24", "section": "53"}


@pytest.fixture
def path(cast: Cast) -> str:
    plan = ActionPlan(title="Nästa plan", created_at=NOW)
    plan.points = [PlanPoint(position=1, label="I", text="Tydligare svar.")]
    db.session.add(make_action(plan, "Första åtgärden"))
    db.session.commit()
    return f"/plans/{plan.id}/adopt"


def test_the_decision_is_recorded(cast: Cast, visit: Visits, path: str) -> None:
    page = visit(cast.director).get(path)
    assert "ett utkast med 1 åtgärd" in page.text
    assert "Skolnämnden" in page.html
    page = visit(cast.director).submit(page.form, **TYPED, record_number="KS 2026/0412")
    assert page.path == path.removesuffix("/adopt")
    assert "är antagen" in page.text
    plan = db.session.query(ActionPlan).filter_by(title="Nästa plan").one()
    assert plan.state is PlanState.ADOPTED
    page = visit(cast.director).get(path)
    assert "§ 53" in page.text
    assert "KS 2026/0412" in page.text
    assert not page.forms


WRONG = (
    ({"body": ""}, "Skriv vem som fattade beslutet."),
    ({"decided_on": "2026-03-03"}, "Beslutsdagen har inte kommit än."),
    ({"section": "0"}, "Skriv paragrafens nummer"),
    ({"section": "tolv"}, "Skriv paragrafens nummer"),
)


def test_what_is_wrong_is_told_and_what_was_typed_stays(
    cast: Cast, visit: Visits, path: str, subtests: pytest.Subtests
) -> None:
    visit(cast.director).get(path)
    for change, sentence in WRONG:
        with subtests.test(change=change, sentence=sentence):
            page = visit(cast.director).post(
                path, {**TYPED, "record_number": "KS 9", **change}, 422
            )
            assert sentence in page.text
            assert page.title.startswith("Fel:")
            assert page.form.fields["record_number"] == "KS 9"
            assert db.session.query(Decision).count() == 1


def test_the_second_of_two_is_told(cast: Cast, visit: Visits, path: str) -> None:
    visit(cast.director).post(path, TYPED, follow=False)
    page = visit(cast.director).post(path, {**TYPED, "section": "99"}, 422)
    assert "redan antagen" in page.text
    assert "§ 53" in page.text


def test_what_is_wrong_in_the_second_answer_no_longer_matters(
    cast: Cast, visit: Visits, path: str
) -> None:
    visit(cast.director).post(path, TYPED, follow=False)
    page = visit(cast.director).post(path, {**TYPED, "section": "tolv"}, 422)
    assert "§ 53" in page.text
    assert "Skriv paragrafens nummer" not in page.text


def test_who_may(cast: Cast, visit: Visits, path: str) -> None:
    for person in (cast.owner, cast.member, cast.admin):
        visit(person).get(path, status=403)
    visit(cast.director).get("/plans/999/adopt", status=404)
    visit(cast.director).get("/plans/99999999999/adopt", status=404)


def test_a_units_director_does_not_adopt_the_whole_plan(
    cast: Cast, visit: Visits, path: str
) -> None:
    visit(cast.unit_director).get(path, status=403)
    assert "Anta planen" not in visit(cast.unit_director).get("/actions").links
