"""The decision that adopts a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import ActionPlan, PlanState
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.plans import Minutes, adopt_plan, load_plan

MINUTES = Minutes("  Kommunstyrelsen ", TODAY, 53, "KS 2026/0412")


@pytest.fixture
def draft(cast: Cast) -> ActionPlan:
    plan = ActionPlan(title="Nästa plan", created_at=NOW)
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
    assert load_plan(cast.plan.id, by=cast.director)[1] == 4


def test_whom_it_concerns(cast: Cast, draft: ActionPlan) -> None:
    for person in (cast.admin, cast.owner, cast.member):
        with pytest.raises(Forbidden):
            adopt_plan(draft.id, MINUTES, by=person, now=NOW, today=TODAY)
    with pytest.raises(NotFound):
        adopt_plan(999, MINUTES, by=cast.director, now=NOW, today=TODAY)
    with pytest.raises(NotFound):
        load_plan(999, by=cast.director)
