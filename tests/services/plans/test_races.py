"""Two people decide about the same plan at the same moment: one wins, the other is told."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import update

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import Conflict, RuleBroken
from tracker.extensions import db
from tracker.models import ActionPlan, CarriedAction, Decision, PlanPoint
from tracker.services import journal
from tracker.services.actions.steps import reopen_action
from tracker.services.actions.wording import NewAction, create_action
from tracker.services.plans.carrying import open_actions
from tracker.services.plans.closing import Closing, Destination, close_plan
from tracker.services.plans.editing import PlanWording, edit_plan
from tracker.services.plans.minutes import Minutes, adopt_plan, record_decision

CLOSING = Closing(
    "Det blev gjort.", Minutes("", None, None), Destination.NEW, PlanWording("Nästa plan")
)


def test_two_adopt_at_once(any_app: Flask, cast: Cast) -> None:
    plan = ActionPlan(title="Utkast", created_at=NOW)
    plan.points = [PlanPoint(position=1, label="I", text="Bättre svar.")]
    db.session.add(plan)
    db.session.commit()
    plan_id, who = plan.id, cast.director.id

    def adopt(section: int) -> ActionPlan:
        minutes = Minutes("Kommunstyrelsen", TODAY, section)
        return adopt_plan(plan_id, minutes, by=person(who), now=NOW, today=TODAY)

    results = together(any_app, *(partial(adopt, section) for section in (1, 2, 3)))
    assert sum(isinstance(one, RuleBroken) for one in results) == 2
    assert db.session.query(Decision).filter_by(plan_id=plan_id).count() == 1


def test_two_close_at_once(any_app: Flask, cast: Cast) -> None:
    plan_id, who = cast.plan.id, cast.director.id

    def close() -> ActionPlan:
        return close_plan(plan_id, CLOSING, by=person(who), now=NOW, today=TODAY)

    results = together(any_app, close, close)
    (told,) = [one for one in results if isinstance(one, RuleBroken)]
    assert "redan avslutad" in str(told)
    assert db.session.query(CarriedAction).count() == 3
    assert db.session.query(ActionPlan).count() == 2
    assert journal.verify()


def test_an_action_is_added_while_the_plan_is_closed(any_app: Flask, cast: Cast) -> None:
    """It comes along, or its writer is told; it never lies open in a closed plan."""
    plan_id, who, unit = cast.plan.id, cast.director.id, cast.unit.id

    def add() -> object:
        data = NewAction("Sent på dagen", unit_id=unit, deadline=date(2026, 9, 1), plan_id=plan_id)
        return create_action(data, by=person(who), now=NOW, today=TODAY)

    def close() -> object:
        return close_plan(plan_id, CLOSING, by=person(who), now=NOW, today=TODAY)

    together(any_app, add, close)
    assert cast.plan.closed_on == TODAY
    assert open_actions(plan_id, by=cast.director) == ()


@pytest.mark.parametrize("attempt", range(3))
def test_an_action_is_reopened_while_its_plan_is_closed(
    any_app: Flask, cast: Cast, attempt: int
) -> None:
    """It comes along, or whoever reopens it is told; it never lies open in a closed plan."""
    plan_id, action_id, who = cast.plan.id, cast.done_action.id, cast.director.id

    def reopen() -> object:
        return reopen_action(action_id, "Det höll inte.", by=person(who), now=NOW)

    def close() -> object:
        return close_plan(plan_id, CLOSING, by=person(who), now=NOW, today=TODAY)

    together(any_app, reopen, close)
    assert cast.plan.closed_on == TODAY
    assert open_actions(plan_id, by=cast.director) == ()


def test_the_plan_is_closed_under_the_eyes_of_who_reopens(pg_app: Flask, cast: Cast) -> None:
    """What the session read of the plan before is no reason to believe it open still."""
    assert cast.done_action.plan.closed_on is None
    with db.engine.begin() as elsewhere:
        close = update(ActionPlan).where(ActionPlan.id == cast.plan.id)
        elsewhere.execute(close.values(closed_on=TODAY, closed_by_id=cast.director.id))
    with pytest.raises(RuleBroken, match="är avslutad"):
        reopen_action(cast.done_action.id, "Det höll inte.", by=cast.director, now=NOW)


def test_one_edits_while_another_does(any_app: Flask, cast: Cast) -> None:
    plan_id, version, who = cast.plan.id, cast.plan.version, cast.director.id

    def edit(title: str) -> ActionPlan:
        return edit_plan(plan_id, PlanWording(title), version, by=person(who), now=NOW)

    results = together(any_app, *(partial(edit, f"Plan {n}") for n in range(3)))
    assert sum(isinstance(one, Conflict) for one in results) == 2
    assert len(journal.history("plan", plan_id)) == 1


def test_the_same_follow_up_twice(any_app: Flask, cast: Cast) -> None:
    plan_id, who = cast.plan.id, cast.director.id

    def record() -> Decision:
        minutes = Minutes("Kommunstyrelsen", date(2026, 2, 10), 31)
        return record_decision(plan_id, minutes, by=person(who), now=NOW, today=TODAY)

    results = together(any_app, record, record)
    assert sum(isinstance(one, RuleBroken) for one in results) == 1
