"""A plan's end: the final report, where open actions go, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.helpers.cast import NOW, TODAY, Cast
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import ActionPlan, CarriedAction, DecisionKind, PlanPoint, PlanState
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.actions.steps import verify_action
from tracker.services.plans.carrying import open_actions, start_next
from tracker.services.plans.closing import Closing, Destination, close_plan, reopen_plan
from tracker.services.plans.editing import PlanWording
from tracker.services.plans.minutes import Minutes

NONE = Minutes("", None, None)
NEW = PlanWording("Nästa plan", starts_on=date(2027, 1, 1), ends_on=date(2028, 12, 31))
CLOSING = Closing("Det mesta\n\nblev gjort.", NONE, Destination.NEW, NEW)


def close(cast: Cast, closing: Closing = CLOSING) -> ActionPlan:
    return close_plan(cast.plan.id, closing, by=cast.director, now=NOW, today=TODAY)


def add_draft(*, title: str = "Ett utkast") -> ActionPlan:
    plan = ActionPlan(title=title, created_at=NOW)
    db.session.add(plan)
    db.session.commit()
    return plan


def test_open_actions_go_to_a_new_plan_with_all_that_is_theirs(cast: Cast) -> None:
    point = PlanPoint(plan_id=cast.plan.id, position=1, label="I", text="Bättre svar.")
    db.session.add(point)
    cast.action.plan_points.append(point)
    db.session.commit()
    before = (cast.action.owner_id, cast.action.deadline, cast.action.first_deadline)
    close(cast)
    db.session.expire_all()
    assert (cast.plan.closed_on, cast.plan.closed_by_id) == (TODAY, cast.director.id)
    assert cast.plan.state is PlanState.ADOPTED
    assert cast.plan.final_report == "Det mesta\n\nblev gjort."
    new = cast.action.plan
    assert (new.title, new.previous_id, new.state) == ("Nästa plan", cast.plan.id, PlanState.DRAFT)
    assert {cast.colleague_action.plan_id, cast.other_action.plan_id} == {new.id}
    assert cast.done_action.plan_id == cast.plan.id
    assert (cast.action.owner_id, cast.action.deadline, cast.action.first_deadline) == before
    assert cast.action.points == [cast.points[0]]
    assert cast.action.plan_points == [point]
    carried = db.session.query(CarriedAction).filter_by(action_id=cast.action.id).one()
    assert (carried.status, carried.deadline) == (ActionStatus.ONGOING, date(2026, 4, 30))
    entry = journal.history("action", cast.action.id)[0]
    assert (entry.deed, entry.data) == (
        "action.carry",
        {"plan": ["Handlingsplan 2026", "Nästa plan"]},
    )
    assert [e.deed for e in journal.history("plan", cast.plan.id)] == ["plan.close", "plan.give"]
    assert [e.deed for e in journal.history("plan", new.id)] == ["plan.take", "plan.next"]
    assert journal.verify()


def test_or_to_a_draft_that_is_there(cast: Cast) -> None:
    draft = add_draft()
    close(cast, replace(CLOSING, destination=Destination.DRAFT, draft_id=draft.id, new_plan=None))
    db.session.expire_all()
    assert cast.action.plan_id == draft.id
    assert db.session.query(ActionPlan).count() == 2


@pytest.mark.parametrize(
    ("closing", "field"),
    [
        (replace(CLOSING, final_report=" \n "), "final_report"),
        (replace(CLOSING, final_report="r" * 20_001), "final_report"),
        (replace(CLOSING, destination=None), "destination"),
        (replace(CLOSING, new_plan=None), "title"),
        (replace(CLOSING, new_plan=replace(NEW, ends_on=date(2026, 1, 1))), "ends_on"),
        (replace(CLOSING, destination=Destination.DRAFT), "draft_id"),
        (replace(CLOSING, destination=Destination.DRAFT, draft_id=2**31), "draft_id"),
        (replace(CLOSING, minutes=Minutes("KS", date(2026, 2, 1), None)), "section"),
        (replace(CLOSING, minutes=Minutes("KS!", date(2026, 1, 1), 4)), "decided_on"),
    ],
)
def test_what_stops_it(cast: Cast, closing: Closing, field: str) -> None:
    with pytest.raises(Refused) as refused:
        close(cast, closing)
    assert field in [problem.field for problem in refused.value.problems]
    db.session.rollback()
    db.session.expire_all()
    assert cast.plan.closed_on is None
    assert db.session.query(ActionPlan).count() == 1


def test_no_plan_takes_over_from_itself_or_into_an_adopted_one(cast: Cast) -> None:
    adopted = add_draft()
    adopted.state = PlanState.ADOPTED
    db.session.commit()
    for key in (cast.plan.id, adopted.id):
        with pytest.raises(Refused) as refused:
            close(cast, replace(CLOSING, destination=Destination.DRAFT, draft_id=key))
        assert refused.value.field == "draft_id"


def test_open_actions_are_counted_where_nobody_said_where_they_go(cast: Cast) -> None:
    with pytest.raises(Refused, match=r"öppna åtgärder \(3\)"):
        close(cast, replace(CLOSING, destination=None))


def test_the_minutes_about_the_end_stand_last(cast: Cast) -> None:
    close(cast, replace(CLOSING, minutes=Minutes("Kommunstyrelsen", date(2026, 2, 23), 40)))
    db.session.expire_all()
    assert [d.kind for d in cast.plan.decisions] == [DecisionKind.ADOPTED, DecisionKind.CLOSED]


def test_a_draft_and_a_closed_plan_are_not_closed(cast: Cast) -> None:
    draft = add_draft()
    with pytest.raises(RuleBroken, match="utkast"):
        close_plan(draft.id, CLOSING, by=cast.director, now=NOW, today=TODAY)
    close(cast)
    with pytest.raises(RuleBroken, match="redan avslutad"):
        close(cast)
    with pytest.raises(NotFound):
        close_plan(999, CLOSING, by=cast.director, now=NOW, today=TODAY)


def test_what_is_done_can_still_be_verified(cast: Cast) -> None:
    close(cast)
    verify_action(cast.done_action.id, by=cast.director, now=NOW, today=TODAY)
    assert cast.done_action.status is ActionStatus.VERIFIED


def test_a_closed_plan_opens_again_and_what_was_carried_stays(cast: Cast) -> None:
    close(cast)
    with pytest.raises(RuleBroken) as refused:
        reopen_plan(cast.plan.id, "", by=cast.director, now=NOW)
    assert refused.value.field == "reason"
    reopen_plan(cast.plan.id, "Rapporten saknade siffror.", by=cast.director, now=NOW)
    db.session.expire_all()
    assert cast.plan.closed_on is None
    assert cast.plan.final_report
    assert cast.action.plan_id != cast.plan.id
    with pytest.raises(RuleBroken, match="inte avslutad"):
        reopen_plan(cast.plan.id, "En gång till.", by=cast.director, now=NOW)
    close(cast, replace(CLOSING, destination=None))


def test_the_next_plan_takes_the_chosen_ones(cast: Cast) -> None:
    ids = [action.id for action in open_actions(cast.plan.id, by=cast.director)]
    assert ids == [cast.colleague_action.id, cast.action.id, cast.other_action.id]
    new = start_next(
        cast.plan.id, NEW, "1. Förnya.\n2. Följ upp.", ids[:2], by=cast.director, now=NOW
    )
    db.session.expire_all()
    assert [point.label for point in new.points] == ["1", "2"]
    assert (cast.action.plan_id, cast.other_action.plan_id) == (new.id, cast.plan.id)
    with pytest.raises(RuleBroken, match="avslutats eller flyttats"):
        start_next(cast.plan.id, NEW, "", ids, by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="utkast"):
        start_next(new.id, NEW, "", [], by=cast.director, now=NOW)
