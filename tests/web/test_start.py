"""The first page of each kind of person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, PASSWORD, Cast, make_action, make_user
from tests.helpers.effects import two_evaluations
from tests.helpers.queries import count_queries
from tests.helpers.second import add_evaluation
from tests.helpers.visitor import Visits
from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Committee,
    RoleAssignment,
    SecondFactor,
    SubArea,
    TextKind,
)
from tracker.services.dashboards import CommitteeState, Tally
from tracker.web.start.sentences import committee_lead, plan_lead

PLANS = (
    (Tally(0, 0, 0, 0), "Det finns inga åtgärder i planen än."),
    (
        Tally(31, 12, 4, 2),
        "12 av 31 åtgärder är genomförda. 4 är försenade, 2 saknar ägare.",
    ),
    (
        Tally(31, 1, 1, 1),
        "1 av 31 åtgärder är genomförd. 1 är försenad, 1 saknar ägare.",
    ),
    (
        Tally(2, 0, 0, 0),
        "0 av 2 åtgärder är genomförda. Inga åtgärder är försenade och alla har en ägare.",
    ),
    (Tally(1, 0, 0, 1), "0 av 1 åtgärd är genomförd. Ingen är försenad, 1 saknar ägare."),
    (
        Tally(1, 1, 0, 0),
        "1 av 1 åtgärd är genomförd. Inga åtgärder är försenade och alla har en ägare.",
    ),
    (Tally(5, 2, 3, 0), "2 av 5 åtgärder är genomförda. 3 är försenade, alla har en ägare."),
)


def test_the_plan_in_a_line(app: Any, subtests: pytest.Subtests) -> None:
    for tally, sentence in PLANS:
        with subtests.test(tally=tally, sentence=sentence), app.test_request_context():
            assert plan_lead(tally) == sentence


@pytest.mark.parametrize(
    ("tally", "sentence"),
    [
        (Tally(9, 5, 1, 0), "Skolnämnden: 5 av 9 åtgärder är genomförda, 1 är försenad."),
        (Tally(9, 1, 0, 0), "Skolnämnden: 1 av 9 åtgärder är genomförd, ingen är försenad."),
        (Tally(0, 0, 0, 0), "Skolnämnden: inga åtgärder i den antagna planen."),
    ],
)
def test_a_committee_in_a_line(app: Any, tally: Tally, sentence: str) -> None:
    with app.test_request_context():
        assert committee_lead(CommitteeState(1, "Skolnämnden", tally)) == sentence


def test_the_director_sees_the_state_and_what_waits(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/")
    assert page.h1 == "Läget"
    assert "1 av 4 åtgärder är genomförd. 1 är försenad, alla har en ägare." in page.text
    assert "1 försenad utan hållbar prognos" in page.text
    assert "1 genomförd väntar på att verifieras" in page.text
    assert "2 förbättringspunkter väntar på svar" in page.text
    assert page.links["Visa alla försenade"] == "/actions?when=late"
    assert page.links["Visa alla genomförda"] == "/actions?status=done"
    assert page.links["Svara på dem"] == "/points/plan"
    assert page.links["Samhällsutveckling"].startswith("/points?evaluation=")
    assert "33 poäng saknas" in page.text
    assert "torsdag 30 april" in page.text


def test_every_link_of_the_director_leads_somewhere(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/")
    for address in set(page.links.values()):
        if address.startswith("/"):
            visit(cast.director).get(address)


def test_a_draft_plan_asks_for_its_decision(cast: Cast, visit: Visits) -> None:
    draft = ActionPlan(title="Nästa plan", created_at=NOW)
    db.session.add(make_action(draft, "Första åtgärden"))
    db.session.commit()
    page = visit(cast.director).get("/")
    assert page.links["Registrera beslutet som antar den"] == f"/plans/{draft.id}/adopt"
    assert page.links["Visa alla utan ägare"] == "/actions?owner=none"


def test_a_fresh_installation_teaches_the_first_step(app: Any, visit: Visits) -> None:
    director = make_user("Dag Direktör", RoleAssignment(role=Role.DIRECTOR))
    db.session.add(director)
    db.session.commit()
    page = visit(director).get("/")
    assert "Börja med att läsa in er utvärdering" in page.text
    assert page.links["Läs in en utvärdering"] == "/evaluations/import"


def test_when_nothing_waits_it_says_so(cast: Cast, visit: Visits) -> None:
    for action in (cast.colleague_action, cast.done_action):
        action.status, action.deadline, action.done_on = (
            ActionStatus.ONGOING,
            date(2026, 9, 1),
            None,
        )
        action.done_by = None
    cast.action.points.extend([cast.points[1], cast.points[3]])
    db.session.commit()
    assert "Inget väntar på dig just nu." in visit(cast.director).get("/").text


def test_the_manager_goes_to_their_own_actions(cast: Cast, visit: Visits) -> None:
    visit(cast.owner).get("/", status=302)
    assert visit(cast.owner).get("/", follow=True).path == "/my-actions"


def test_the_member_reads_their_committee(cast: Cast, visit: Visits) -> None:
    page = visit(cast.member).get("/")
    assert "Kommunstyrelsen: 1 av 3 åtgärder är genomförd, 1 är försenad." in page.text
    assert "Planen antogs av Kommunstyrelsen torsdag 15 januari, § 12." in page.text
    assert "Mät väntetider för företag" in page.text
    assert "En kalender för alla samråd, fredag 20 februari (inte verifierad än)" in page.text
    assert "Elevernas egna frågor" not in page.text
    assert "Blev det bättre?" not in page.text
    add_evaluation(cast.municipality, date(2026, 2, 1), {1: (18, 15), 2: (20, 10)})
    page = visit(cast.member).get("/")
    assert "2 av 4 jämförbara delområden steg med mer än 5 procentenheter" in page.text
    assert page.links["Se jämförelsen område för område"] == "/comparison"
    assert page.text.index("Blev det bättre?") < page.text.index("Planen antogs")


def test_whether_it_got_better_stands_alone(cast: Cast, visit: Visits) -> None:
    assert "Blev det bättre?" not in visit(cast.director).get("/").text
    told = two_evaluations(cast)
    cast.evaluation.month = date(2020, 1, 1)
    db.session.commit()
    for user in (cast.member, cast.director):
        page = visit(user).get("/")
        assert "16 av 32 jämförbara delområden steg med mer än 5 procentenheter." in page.text
        assert "I 16 av dem var åtgärder på plats. Inget sjönk mer än 5." in page.text
        assert "procentenheter mer än de utan" in page.text
        assert "procents säkerhet mellan" in page.text
        assert "den lägsta siffran" not in page.text
        assert page.links["Se jämförelsen område för område"] == "/comparison"
    told.after.score_sets[0].areas[1].subareas.append(SubArea(code="1.1", name="Igen"))
    db.session.commit()
    for user in (cast.member, cast.director):
        assert "Blev det bättre?" not in visit(user).get("/").text


def test_what_an_administrator_has_left_to_do(app: Flask, cast: Cast, visit: Visits) -> None:
    """Each with its link; nothing is said where nothing remains."""
    admin = visit(cast.admin)
    page = admin.get("/")
    assert "Att göra" in page.text
    assert page.links["Slå på tvåstegsinloggning för ditt eget konto"] == "/account"
    assert page.links["Fyll i: Så behandlar vi personuppgifter"] == "/settings/texts/privacy/sv"
    with count_queries(app) as before:
        admin.get("/")
    for kind in TextKind:
        admin.get(f"/settings/texts/{kind}/sv")
        admin.post(f"/settings/texts/{kind}/sv", {"text": "Ifyllt.", "mark": ""}, follow=False)
    with count_queries(app) as after:
        assert "Fyll i:" not in admin.get("/").text
    assert after.number == before.number
    values = {"secret": "x", "created_at": NOW, "last_step": 1}
    db.session.add(SecondFactor(user_id=cast.admin.id, **values))
    db.session.commit()
    assert "Att göra" not in visit(cast.admin).get("/").text


def test_the_administrator_sees_people_and_machinery(cast: Cast, visit: Visits) -> None:
    page = visit(cast.admin).get("/")
    assert "8 personer kan logga in." in page.text
    assert "Bakgrundsarbetaren har aldrig hörts av." in page.text
    assert "loggade in" not in page.text


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ((Role.ADMIN, Role.DIRECTOR), "De åtta huvudområdena"),
        ((Role.COMMITTEE, Role.ADMIN), "Avvikelser"),
        ((Role.ADMIN, Role.MANAGER), "Mina åtgärder"),
    ],
)
def test_the_first_role_decides(
    cast: Cast, visit: Visits, roles: tuple[Role, ...], words: str
) -> None:
    given = [RoleAssignment(role=role) for role in roles]
    for role in given:
        if role.role is Role.COMMITTEE:
            role.committee = db.session.get(Committee, cast.committee.id)
    several = make_user("Flera Roller", *given)
    db.session.add(several)
    db.session.commit()
    assert words in visit(several).get("/", follow=words == "Mina åtgärder").text


def test_somebody_without_role_sees_nothing(cast: Cast, visit: Visits) -> None:
    nobody = make_user("Ingen Roll")
    db.session.add(nobody)
    db.session.commit()
    visit(None).get("/login")
    visit(None).post("/login", {"email": nobody.email, "password": PASSWORD}, follow=False)
    assert "Be den som är administratör" in visit(None).get("/", status=403).text


def test_a_visitor_is_asked_to_log_in(visit: Visits) -> None:
    assert visit(None).get("/", follow=True).h1 == "Logga in"


def test_the_pages_cost_a_constant_number_of_queries(
    cast: Cast, visit: Visits, count_queries: Any
) -> None:
    def measured() -> list[int]:
        numbers = []
        for person in (cast.director, cast.member, cast.admin):
            visit(person).get("/")
            with count_queries() as counted:
                visit(person).get("/")
            numbers.append(counted.number)
        return numbers

    before = measured()
    for number in range(15):
        db.session.add(
            make_action(cast.plan, f"Till {number}", unit=cast.unit, committee=cast.committee)
        )
    db.session.commit()
    assert db.session.query(Action).count() == 19
    assert measured() == before
    assert max(before) <= 22, before
