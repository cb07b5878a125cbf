"""The pages about plans: who sees what, what is typed and shown again, two people at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from sqlalchemy import delete

from tests.helpers.cast import NOW, Cast, make_action
from tests.helpers.queries import Counted
from tests.helpers.visitor import Visits
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    CarriedAction,
    Decision,
    DecisionKind,
    Milestone,
    PlanPoint,
    PlanState,
    action_point,
    action_word,
)


@pytest.fixture
def plan(cast: Cast) -> str:
    """The address of the adopted plan, which now has two points of its own."""
    for place, label in enumerate(("I", "II"), start=1):
        point = PlanPoint(plan_id=cast.plan.id, position=place, label=label, text=f"Text {label}")
        db.session.add(point)
    db.session.commit()
    cast.action.plan_points.append(cast.plan.points[0])
    db.session.commit()
    return f"/plans/{cast.plan.id}"


@pytest.fixture
def draft(cast: Cast) -> ActionPlan:
    plan = ActionPlan(title="Nästa plan", created_at=NOW, previous_id=cast.plan.id)
    db.session.add(plan)
    db.session.commit()
    return plan


def test_the_list_tells_how_far_each_has_come(cast: Cast, visit: Visits, draft: ActionPlan) -> None:
    page = visit(cast.director).get("/plans")
    assert page.rows[1][:3] == ["Nästa plan", "–", "Utkast"]
    assert page.rows[2][0] == "Handlingsplan 2026"
    assert "§ 12" in page.rows[2][3]
    assert "1 av 4 åtgärder är genomförd. 1 är försenad." in page.rows[2][4]
    page = visit(cast.member).get("/plans")
    assert "Nästa plan" not in page.text
    assert "1 av 3 åtgärder är genomförd." in page.text
    assert "Ny plan" not in page.links
    assert "hur långt var och en har kommit. Räknat på de åtgärder som du får se." not in page.text
    assert "hur långt den har kommit. Räknat på de åtgärder som du får se." in page.text


def test_the_numbers_beside_a_plan_lead_to_the_list(cast: Cast, visit: Visits, plan: str) -> None:
    visitor = visit(cast.director)
    page = visitor.get(plan)
    assert "3 öppna" in page.text
    assert page.links["1 försenad"] == f"/actions?plan={cast.plan.id}&when=late"
    found = visitor.get(page.links["1 försenad"])
    assert [row[0] for row in found.rows[1:]] == ["Mät väntetider för företag"]
    assert "§\N{NO-BREAK SPACE}12" in page.html


def test_a_closed_plan_tells_where_its_actions_went(
    cast: Cast, visit: Visits, plan: str, draft: ActionPlan
) -> None:
    for action in (cast.action, cast.other_action):
        db.session.add(
            CarriedAction(
                action_id=action.id,
                from_plan_id=cast.plan.id,
                to_plan_id=draft.id,
                at=NOW,
                status=action.status,
                deadline=action.deadline,
            )
        )
        action.plan_id = draft.id
    dropped = cast.colleague_action
    dropped.status, dropped.dropped_on = ActionStatus.DROPPED, date(2026, 2, 1)
    dropped.dropped_by, dropped.dropped_reason = "KS", "Behövs inte."
    cast.plan.closed_on, cast.plan.closed_by_id = date(2026, 2, 20), cast.director.id
    db.session.commit()
    said = "1 av 1 åtgärd är genomförd. {} togs över av nästa plan, 1 är avbruten."
    page = visit(cast.director).get(plan)
    assert said.format(2) in page.text
    assert "1 avbruten" in page.links
    assert "Räknat på" not in page.text
    assert said.format(2) in visit(cast.director).get("/plans").rows[2][4]
    assert page.links["Nästa plan"] == f"/plans/{draft.id}"
    assert "Nästa plan: Nästa plan (ett utkast, inte antaget än)" in page.text
    page = visit(cast.member).get(plan)
    assert f"{said.format(1)} Räknat på de åtgärder som du får se." in page.text
    assert "Nästa plan: Nästa plan (ett utkast, inte antaget än)" in page.text
    assert "Till Nästa plan." in page.text
    assert "Nästa plan" not in page.links, "a draft is not the committee's to open"
    draft.state = PlanState.ADOPTED
    decision = Decision(body="Kommunstyrelsen", decided_on=date(2026, 3, 1), section=20)
    draft.decisions = [decision]
    db.session.commit()
    page = visit(cast.member).get(plan)
    assert page.links["Nästa plan"] == f"/plans/{draft.id}"
    assert "utkast" not in page.text


def empty_the_plan() -> None:
    """No plan, and nothing that was in it."""
    for table in (Milestone, action_word, action_point, Action, Decision, ActionPlan):
        db.session.execute(delete(table))
    db.session.commit()


def test_the_first_plan_is_taught(cast: Cast, visit: Visits) -> None:
    empty_the_plan()
    assert "Gör den första planen" in visit(cast.director).get("/plans").links
    assert "Du har inget i någon plan" in visit(cast.owner).get("/plans").text
    assert "Ingen plan är antagen än" in visit(cast.member).get("/plans").text


def test_each_sees_the_actions_of_theirs(cast: Cast, visit: Visits, plan: str) -> None:
    page = visit(cast.director).get(plan)
    assert "Punkt I Text I Återkoppla synpunkter på webben" in page.text
    assert "Elevernas egna frågor" in page.links
    assert page.links["Ny åtgärd under punkt II"].startswith("/actions/new?plan=")
    page = visit(cast.member).get(plan)
    assert "Elevernas egna frågor" not in page.links
    assert "Återkoppla synpunkter på webben" in page.links
    assert "Redigera" not in page.links
    page = visit(cast.stranger).get(plan)
    assert "Återkoppla synpunkter på webben" not in page.links
    assert "Elevernas egna frågor" in page.links


def test_a_draft_is_for_those_who_work_in_it(cast: Cast, visit: Visits, draft: ActionPlan) -> None:
    path = f"/plans/{draft.id}"
    assert "Utkastet har inga åtgärder än." in visit(cast.director).get(path).text
    for person in (cast.member, cast.owner, cast.unit_director):
        visit(person).get(path, status=404)
    ours = {"unit": cast.unit, "committee": cast.committee}
    db.session.add(make_action(draft, "En sak", owner=cast.owner, **ours))
    db.session.commit()
    assert "En sak" in visit(cast.owner).get(path).links
    assert "En sak" in visit(cast.unit_director).get(path).links
    visit(cast.member).get(path, status=404)
    visit(cast.colleague).get(path, status=404)


def test_what_was_carried_is_still_told_to_its_owner(
    cast: Cast, visit: Visits, draft: ActionPlan
) -> None:
    db.session.add(
        CarriedAction(
            action_id=cast.other_action.id,
            from_plan_id=cast.plan.id,
            to_plan_id=draft.id,
            at=NOW,
            status=cast.other_action.status,
            deadline=cast.other_action.deadline,
        )
    )
    cast.other_action.plan_id = draft.id
    db.session.commit()
    page = visit(cast.stranger).get(f"/plans/{cast.plan.id}")
    assert "Så stod det 2 mars 2026: pågår, slutdatum 2026-04-30." in page.text
    assert page.links["Nästa plan"] == f"/plans/{draft.id}"
    page = visit(cast.other_member).get(f"/plans/{cast.plan.id}")
    assert "Elevernas egna frågor" in page.links
    assert "Nästa plan" not in page.text


def test_a_new_plan_is_suggested_a_name(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.get(visitor.get("/plans/new").links["Börja från utvärderingen november 2025"])
    assert page.form.fields["title"] == "Handlingsplan efter utvärderingen november 2025"
    page = visitor.submit(page.form)
    assert page.h1 == "Handlingsplan efter utvärderingen november 2025"
    assert "2 förbättringspunkter saknar svar." in page.text
    link = page.links["Svara på dem"]
    assert len(visitor.get(link).forms) >= 1
    page = visitor.get(f"{page.path}/adopt")
    page = visitor.submit(
        page.form, status=422, body="KS i Testköping", decided_on="2026-02-24", section="5"
    )
    assert "Skriv varför planen antas fast punkter saknar svar" in page.text
    page = visitor.submit(page.form, unanswered_reason="De väntar på budgeten.")
    assert "Antogs fast punkter saknade svar: De väntar på budgeten." in page.text


def test_what_is_typed_stays(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    visitor.get("/plans/new")
    typed = {
        "title": "",
        "purpose": "Syftet 👩🏽‍🚒",
        "points_text": "I. Ett\nI. Två",
        "ends_on": "x",
    }
    page = visitor.post("/plans/new", typed, 422)
    assert page.form.fields["purpose"] == "Syftet 👩🏽‍🚒"
    assert page.form.fields["points_text"] == "I. Ett\nI. Två"
    assert "Skriv datumet som år-månad-dag" in page.text
    page = visitor.post("/plans/new", {**typed, "ends_on": "", "evaluation_id": "999"}, 422)
    assert page.title.startswith("Fel:")


def test_two_edit_the_plan(cast: Cast, visit: Visits) -> None:
    visitor, path = visit(cast.director), f"/plans/{cast.plan.id}/edit"
    form = visitor.get(path).form
    visitor.submit(form, title="Den enas plan", follow=False)
    page = visitor.submit(form, status=409, title="Den andras plan")
    assert "Den enas plan" in page.text
    assert page.form.fields["title"] == "Den andras plan"
    page = visitor.submit(page.form)
    assert page.h1 == "Den andras plan"
    assert "Planens namn: från Den enas plan till Den andras plan" in page.text


def test_two_correct_a_decision_and_a_point(cast: Cast, visit: Visits, plan: str) -> None:
    visitor = visit(cast.director)
    page = visitor.get(visitor.get(plan).links["Rätta beslutet § 12"])
    visitor.submit(page.form, section="13", follow=False)
    told = visitor.submit(page.form, status=409, section="14")
    assert "13" in told.text
    page = visitor.submit(told.form)
    assert "§ 14" in page.text
    assert "Paragraf: från 13 till 14" in page.text
    page = visitor.get(f"{plan}/points")
    page = visitor.get(page.links["Ändra punkt II"])
    visitor.submit(page.form, text="Min text", follow=False)
    told = visitor.submit(page.form, status=409, text="Din text")
    assert "Min text" in told.text
    assert "Din text" in visitor.submit(told.form).text


def test_points_are_moved_and_removed(cast: Cast, visit: Visits, plan: str) -> None:
    visitor = visit(cast.director)
    first, second = (point.id for point in cast.plan.points)
    page = visitor.get(f"{plan}/points")
    page = visitor.post(f"{plan}/points/{second}/move", {"way": "up"})
    assert page.text.index("Text II") < page.text.index("Text I ")
    page = visitor.post(f"{plan}/points/{first}/remove")
    assert "Punkt I har åtgärder och kan inte tas bort: ”Återkoppla" in page.text
    page = visitor.post(f"{plan}/points/{second}/remove")
    assert "Text II" not in page.text
    page = visitor.submit(page.forms[-1], points_text="Ny punkt här")
    assert "Punkt 2 Ny punkt här" in page.text
    visitor.get(f"{plan}/points/999", status=404)


def test_a_follow_up_is_removed_after_a_question(cast: Cast, visit: Visits, plan: str) -> None:
    visitor = visit(cast.director)
    page = visitor.get(f"{plan}/decisions/new")
    page = visitor.submit(page.form, body="KS AU", decided_on="2026-02-03", section="7")
    page = visitor.get(page.links["Ta bort beslutet § 7"])
    assert "KS AU 3 februari 2026, § 7" in page.text
    page = visitor.submit(page.form)
    assert "Ett beslut togs bort" in page.text
    assert db.session.query(Decision).filter_by(kind=DecisionKind.FOLLOWED_UP).count() == 0
    page = visitor.get(page.links["Ta tillbaka antagandet"])
    page = visitor.submit(page.form, status=422)
    page = visitor.submit(page.form, reason="Fel plan.")
    assert "Planen är ett utkast igen." in page.text
    visit(cast.member).get(plan, status=404)


def test_closing_asks_where_the_open_ones_go(cast: Cast, visit: Visits, plan: str) -> None:
    visitor = visit(cast.director)
    page = visitor.get(f"{plan}/close")
    assert "3 åtgärder är fortfarande öppna." in page.text
    page = visitor.submit(page.form, status=422, final_report="Det mesta blev gjort.")
    assert "Planen har öppna åtgärder (3)." in page.text
    assert page.form.fields["final_report"] == "Det mesta blev gjort."
    page = visitor.submit(page.form, destination="new", title="Nästa plan", starts_on="2027-01-01")
    assert "Det mesta blev gjort." in page.text
    for gone in ("Redigera", "Ny åtgärd", "Avsluta planen"):
        assert gone not in page.links
    for path in ("edit", "points", "close", "adopt", "withdraw"):
        assert visitor.get(f"{plan}/{path}", status=200, follow=True)
    visitor.post(f"{plan}/edit", {"title": "Ny", "version": str(cast.plan.version)}, 422)
    page = visitor.get(plan)
    page = visitor.get(page.links["Registrera beslutet om slutrapporten"])
    page = visitor.submit(page.form, body="Kommunstyrelsen", decided_on="2026-03-01", section="9")
    assert "Slutrapporten behandlad" in page.text
    page = visitor.get(page.links["Öppna planen igen"])
    page = visitor.submit(page.form, reason="Siffror saknades.")
    assert "Siffror saknades." in page.text
    assert visitor.get(f"{plan}/close").form.fields["final_report"] == "Det mesta blev gjort."


def test_nonsense_takes_no_action_over(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor, path = visit(cast.director), f"/plans/{cast.plan.id}/next"
    visitor.get(path)
    for key in ("9" * 5000, str(2**31), "0", "-1", "x"):
        with subtests.test(key=key):
            page = visitor.post(path, {"title": "Nästa plan", "action_ids": key})
            assert "Nästa plan" in page.title
            db.session.expire_all()
            assert cast.action.plan == cast.plan


def test_a_choice_that_was_overtaken_is_told(cast: Cast, visit: Visits) -> None:
    visitor, path = visit(cast.director), f"/plans/{cast.plan.id}/next"
    form = visitor.get(path).form
    page = visitor.submit(form, status=422, title="", points_text="I. Kvar")
    assert page.form.fields["points_text"] == "I. Kvar"
    assert page.form.fields["action_ids"] == form.fields["action_ids"]
    visitor.submit(form, title="Den första", follow=False)
    page = visitor.submit(form, status=422, title="Den andra")
    assert "avslutats eller flyttats" in page.text
    assert page.form.fields["title"] == "Den andra"


def test_addresses_that_lead_nowhere(cast: Cast, visit: Visits, plan: str) -> None:
    visitor = visit(cast.director)
    for path in ("/plans/999", f"/plans/{2**40}", f"{plan}/decisions/999", "/plans/999/close"):
        visitor.get(path, status=404)
    other = ActionPlan(title="Annan", created_at=NOW)
    db.session.add(other)
    db.session.commit()
    point = cast.plan.points[0].id
    visitor.get(f"/plans/{other.id}/points/{point}", status=404)


def test_pages_cost_the_same_however_much_they_hold(
    cast: Cast,
    visit: Visits,
    plan: str,
    count_queries: Callable[[], AbstractContextManager[Counted]],
) -> None:
    visitor, numbers = visit(cast.director), []
    visitor.get(plan)
    for _ in range(2):
        db.session.expire_all()
        with count_queries() as one:
            visitor.get(plan)
        with count_queries() as other:
            visitor.get("/plans")
        numbers.append((one.number, other.number))
        point = cast.plan.points[1]
        for place in range(30):
            db.session.add(make_action(cast.plan, f"Åtgärd {place}", plan_points=[point]))
            day = date(2026, 1, 16 + place % 10)
            db.session.add(
                Decision(
                    plan_id=cast.plan.id,
                    body=f"Organ {place}",
                    decided_on=day,
                    section=place + 1,
                    kind=DecisionKind.FOLLOWED_UP,
                )
            )
            db.session.add(ActionPlan(title=f"Plan {place}", created_at=NOW))
        db.session.commit()
    assert numbers[0] == numbers[1]
    page = visitor.get(plan)
    assert "… och 50 åtgärder till" in page.text
