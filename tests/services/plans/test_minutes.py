"""The minutes about a plan: adopted, followed up, put right, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import ActionPlan, CarriedAction, Decision, DecisionKind, PlanPoint, PlanState
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.plans.minutes import (
    Minutes,
    adopt_plan,
    correct_decision,
    mark,
    record_decision,
    remove_decision,
    withdraw_adoption,
)

MINUTES = Minutes("  Kommunstyrelsen ", TODAY, 53, "KS 2026/0412")


@pytest.fixture
def draft(cast: Cast) -> ActionPlan:
    """A draft with a point of its own: no evaluation stands behind it."""
    plan = ActionPlan(title="Nästa plan", created_at=NOW)
    plan.points = [PlanPoint(position=1, label="I", text="Färre och tydligare dokument.")]
    db.session.add(plan)
    db.session.commit()
    return plan


def test_the_decision_is_kept_and_journaled(cast: Cast, draft: ActionPlan) -> None:
    plan = adopt_plan(draft.id, MINUTES, by=cast.director, now=NOW, today=TODAY)
    db.session.expire_all()
    assert plan.state is PlanState.ADOPTED
    (decision,) = plan.decisions
    assert (decision.body, decision.decided_on, decision.section, decision.record_number) == (
        "Kommunstyrelsen",
        TODAY,
        53,
        "KS 2026/0412",
    )
    (entry,) = journal.history("plan", plan.id)
    assert (entry.deed, entry.data["section"]) == ("plan.adopt", 53)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"body": " \u200b "}, "body"),
        ({"body": "x" * 121}, "body"),
        ({"decided_on": None}, "decided_on"),
        ({"decided_on": date(2026, 3, 3)}, "decided_on"),
        ({"decided_on": date(1999, 12, 31)}, "decided_on"),
        ({"section": None}, "section"),
        ({"section": 0}, "section"),
        ({"section": 10_000}, "section"),
        ({"record_number": "9" * 51}, "record_number"),
    ],
)
def test_minutes_that_do_not_hold(
    cast: Cast, draft: ActionPlan, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        adopt_plan(draft.id, replace(MINUTES, **change), by=cast.director, now=NOW, today=TODAY)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_everything_wrong_is_told_at_once(cast: Cast, draft: ActionPlan) -> None:
    with pytest.raises(Refused) as refused:
        adopt_plan(draft.id, Minutes("", None, None), by=cast.director, now=NOW, today=TODAY)
    assert [p.field for p in refused.value.problems] == ["body", "decided_on", "section"]


def test_a_plan_is_adopted_once(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="redan antagen"):
        adopt_plan(cast.plan.id, MINUTES, by=cast.director, now=NOW, today=TODAY)


def test_whom_it_concerns(cast: Cast, draft: ActionPlan) -> None:
    for person in (cast.admin, cast.owner, cast.member, cast.unit_director):
        with pytest.raises(Forbidden):
            adopt_plan(draft.id, MINUTES, by=person, now=NOW, today=TODAY)
        with pytest.raises(Forbidden):
            record_decision(cast.plan.id, LATER, by=person, now=NOW, today=TODAY)
    with pytest.raises(NotFound):
        adopt_plan(999, MINUTES, by=cast.director, now=NOW, today=TODAY)


def test_unanswered_points_need_a_reason(cast: Cast) -> None:
    plan = ActionPlan(title="Svar", created_at=NOW, evaluation_id=cast.evaluation.id)
    db.session.add(plan)
    db.session.commit()
    with pytest.raises(Refused) as refused:
        adopt_plan(plan.id, MINUTES, by=cast.director, now=NOW, today=TODAY)
    assert refused.value.field == "unanswered_reason"
    reason = "Två punkter väntar på budgeten."
    adopt_plan(plan.id, MINUTES, unanswered_reason=reason, by=cast.director, now=NOW, today=TODAY)
    assert plan.unanswered_reason == reason
    assert journal.history("plan", plan.id)[0].data["unanswered_reason"] == reason


def test_a_plan_that_says_nothing_of_its_ground_answers_our_latest_evaluation(cast: Cast) -> None:
    plan = ActionPlan(title="Svar", created_at=NOW)
    db.session.add(plan)
    db.session.commit()
    with pytest.raises(Refused) as refused:
        adopt_plan(plan.id, MINUTES, by=cast.director, now=NOW, today=TODAY)
    assert refused.value.field == "unanswered_reason"


LATER = Minutes("Kommunstyrelsen", date(2026, 2, 10), 31, "KS 2026/17", "Halvvägs.\nFortsätt.")


def followed_up(cast: Cast, minutes: Minutes = LATER) -> Decision:
    return record_decision(cast.plan.id, minutes, by=cast.director, now=NOW, today=TODAY)


def test_a_follow_up_is_kept_in_its_place(cast: Cast) -> None:
    followed_up(cast)
    followed_up(cast, replace(LATER, decided_on=date(2026, 1, 20), section=20))
    db.session.expire_all()
    assert [(d.kind, d.section) for d in cast.plan.decisions] == [
        (DecisionKind.ADOPTED, 12),
        (DecisionKind.FOLLOWED_UP, 20),
        (DecisionKind.FOLLOWED_UP, 31),
    ]
    assert cast.plan.decisions[2].note == "Halvvägs.\nFortsätt."
    assert journal.history("plan", cast.plan.id)[1].deed == "plan.follow_up"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decided_on": date(2026, 1, 14)}, "decided_on"),  # before the adoption
        ({"decided_on": TODAY + timedelta(days=1)}, "decided_on"),
        ({"decided_on": date(2026, 1, 15), "section": 12}, "section"),  # the adoption itself
        ({"note": "n" * 10_001}, "note"),
    ],
)
def test_follow_ups_that_do_not_hold(cast: Cast, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        followed_up(cast, replace(LATER, **change))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_the_same_paragraph_stands_once_but_another_body_may_have_it(cast: Cast) -> None:
    followed_up(cast)
    with pytest.raises(Refused, match="redan registrerat"):
        followed_up(cast, replace(LATER, body=" kommunstyrelsen"))
    followed_up(cast, replace(LATER, body="Skolnämnden"))


def test_a_draft_is_not_followed_up(cast: Cast, draft: ActionPlan) -> None:
    with pytest.raises(RuleBroken, match="utkast"):
        record_decision(draft.id, LATER, by=cast.director, now=NOW, today=TODAY)


def test_what_was_typed_wrong_is_put_right_and_told(cast: Cast) -> None:
    decision = followed_up(cast)
    right = replace(LATER, section=32)
    seen = mark(decision)
    correct_decision(cast.plan.id, decision.id, right, seen, by=cast.director, now=NOW, today=TODAY)
    assert decision.section == 32
    entry = journal.history("plan", cast.plan.id)[0]
    assert (entry.deed, entry.data) == (
        "plan.correct",
        {"section": [31, 32], "decision": ["2026-02-10", 31]},
    )
    with pytest.raises(Conflict) as lost:
        correct_decision(
            cast.plan.id, decision.id, LATER, seen, by=cast.director, now=NOW, today=TODAY
        )
    assert lost.value.current["section"] == 32
    assert lost.value.current["saved_by"] == "Dag Direktör"


def test_the_adoption_stays_first(cast: Cast) -> None:
    followed_up(cast)
    adoption = cast.plan.decisions[0]
    moved = Minutes("Kommunstyrelsen", date(2026, 2, 11), 12)
    with pytest.raises(Refused) as refused:
        correct_decision(
            cast.plan.id,
            adoption.id,
            moved,
            mark(adoption),
            by=cast.director,
            now=NOW,
            today=TODAY,
        )
    assert refused.value.field == "decided_on"


def test_a_follow_up_recorded_by_mistake_goes(cast: Cast) -> None:
    decision = followed_up(cast)
    remove_decision(cast.plan.id, decision.id, by=cast.director, now=NOW)
    db.session.expire_all()
    assert len(cast.plan.decisions) == 1
    entry = journal.history("plan", cast.plan.id)[0]
    assert (entry.deed, entry.data["section"]) == ("plan.remove_decision", 31)
    with pytest.raises(NotFound):
        remove_decision(cast.plan.id, decision.id, by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="antog planen"):
        remove_decision(cast.plan.id, cast.plan.decisions[0].id, by=cast.director, now=NOW)


def test_an_adoption_by_mistake_is_taken_back(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="varför") as refused:
        withdraw_adoption(cast.plan.id, " ", by=cast.director, now=NOW)
    assert refused.value.field == "reason"
    withdraw_adoption(cast.plan.id, "Fel plan.", by=cast.director, now=NOW)
    db.session.expire_all()
    assert cast.plan.state is PlanState.DRAFT
    assert not cast.plan.decisions
    data = journal.history("plan", cast.plan.id)[0].data
    assert (data["reason"], data["section"]) == ("Fel plan.", 12)


def test_what_came_after_holds_the_adoption_fast(cast: Cast, draft: ActionPlan) -> None:
    with pytest.raises(RuleBroken, match="utkast"):
        withdraw_adoption(draft.id, "Fel plan.", by=cast.director, now=NOW)
    follow_up = followed_up(cast)
    with pytest.raises(RuleBroken, match="följts upp"):
        withdraw_adoption(cast.plan.id, "Fel plan.", by=cast.director, now=NOW)
    remove_decision(cast.plan.id, follow_up.id, by=cast.director, now=NOW)
    db.session.add(
        CarriedAction(
            action_id=cast.action.id,
            from_plan_id=cast.plan.id,
            to_plan_id=draft.id,
            at=NOW,
            status=cast.action.status,
            deadline=cast.action.deadline,
        )
    )
    db.session.commit()
    with pytest.raises(RuleBroken, match="tagit över"):
        withdraw_adoption(cast.plan.id, "Fel plan.", by=cast.director, now=NOW)
