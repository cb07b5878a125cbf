"""A new plan, changes to what it says, and its own points."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import ActionPlan, PlanState
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.plans.editing import PlanWording, create_plan, edit_plan
from tracker.services.plans.points import add_points, edit_point, mark, move_point, remove_point

WORDING = PlanWording(
    "Egen plan", "Bättre\nstyrning", date(2026, 1, 1), date(2026, 12, 31), evaluation_id=None
)


@pytest.fixture
def plan(cast: Cast) -> ActionPlan:
    return create_plan(WORDING, "I. Först\nII. Sedan\nIII. Sist", by=cast.director, now=NOW)


def test_a_plan_with_points_of_its_own(cast: Cast, plan: ActionPlan) -> None:
    assert plan.state is PlanState.DRAFT
    assert [(p.position, p.label, p.text) for p in plan.points] == [
        (1, "I", "Först"),
        (2, "II", "Sedan"),
        (3, "III", "Sist"),
    ]
    (entry,) = journal.history("plan", plan.id)
    assert entry.deed == "plan.create"
    assert entry.data["points"] == [["I", "Först"], ["II", "Sedan"], ["III", "Sist"]]


@pytest.mark.parametrize(
    ("change", "points", "field"),
    [
        ({"title": " \u200b "}, "", "title"),
        ({"title": "x" * 201}, "", "title"),
        ({"purpose": "x" * 10_001}, "", "purpose"),
        ({"ends_on": date(2025, 12, 31)}, "", "ends_on"),
        ({"starts_on": date(1026, 1, 1)}, "", "starts_on"),
        ({"ends_on": date(2101, 1, 1)}, "", "ends_on"),
        ({}, "x" * 2_001, "points_text"),
        ({}, "I. Ett\nI. Annat", "points_text"),
        ({}, "\n\n".join(["Punkt som säger något"] * 101), "points_text"),
    ],
)
def test_what_does_not_hold(cast: Cast, change: dict[str, Any], points: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        create_plan(replace(WORDING, **change), points, by=cast.director, now=NOW)
    assert [problem.field for problem in refused.value.problems] == [field]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "👩🏽‍🚒 glädje",
        "noll\x00tecken",
        "\u202ebaklänges",
        "=1+1",
        "<b>fet</b>",
        "\ud800",
    ],
)
def test_hostile_words_are_kept_or_refused(cast: Cast, text: str) -> None:
    try:
        made = create_plan(
            replace(WORDING, title=f"Plan {text}", purpose=text), text, by=cast.director, now=NOW
        )
    except Refused:
        return
    db.session.expire_all()
    assert "\x00" not in made.title + made.purpose


def test_who_may(cast: Cast, plan: ActionPlan) -> None:
    for person in (cast.admin, cast.owner, cast.member, cast.unit_director):
        with pytest.raises(Forbidden):
            create_plan(WORDING, "", by=person, now=NOW)
        with pytest.raises(Forbidden):
            edit_plan(plan.id, WORDING, plan.version, by=person, now=NOW)
        with pytest.raises(Forbidden):
            add_points(plan.id, "Mer att göra", by=person, now=NOW)
    with pytest.raises(NotFound):
        create_plan(replace(WORDING, evaluation_id=999), "", by=cast.director, now=NOW)


def test_a_change_is_told_from_and_to(cast: Cast, plan: ActionPlan) -> None:
    changed = replace(WORDING, title="Vår plan", evaluation_id=cast.evaluation.id)
    version = plan.version
    edit_plan(plan.id, changed, version, by=cast.director, now=NOW)
    entry = journal.history("plan", plan.id)[0]
    assert (entry.deed, entry.data) == (
        "plan.edit",
        {"title": ["Egen plan", "Vår plan"], "evaluation": [None, "2025-11"]},
    )
    with pytest.raises(Conflict) as lost:
        edit_plan(plan.id, WORDING, version, by=cast.director, now=NOW)
    assert lost.value.current["title"] == "Vår plan"
    assert lost.value.current["saved_by"] == "Dag Direktör"


def test_a_change_that_changes_nothing_leaves_no_trace(cast: Cast, plan: ActionPlan) -> None:
    edit_plan(plan.id, WORDING, plan.version, by=cast.director, now=NOW)
    assert len(journal.history("plan", plan.id)) == 1


def test_an_adopted_plan_goes_on_answering_the_same(cast: Cast) -> None:
    wording = PlanWording("Handlingsplan 2026", evaluation_id=cast.evaluation.id)
    with pytest.raises(Refused) as refused:
        edit_plan(cast.plan.id, wording, cast.plan.version, by=cast.director, now=NOW)
    assert refused.value.field == "evaluation_id"


def test_a_closed_plan_is_not_changed(cast: Cast) -> None:
    cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    db.session.commit()
    with pytest.raises(RuleBroken, match="avslutad"):
        edit_plan(cast.plan.id, WORDING, cast.plan.version, by=cast.director, now=NOW)
    with pytest.raises(RuleBroken, match="avslutad"):
        add_points(cast.plan.id, "Mer att göra", by=cast.director, now=NOW)


def test_more_points_are_numbered_after_those_that_are_there(cast: Cast, plan: ActionPlan) -> None:
    add_points(plan.id, "Fjärde\n\nFemte", by=cast.director, now=NOW)
    assert [p.label for p in plan.points] == ["I", "II", "III", "4", "5"]
    with pytest.raises(Refused, match="heter II"):
        add_points(plan.id, "II. Igen", by=cast.director, now=NOW)
    with pytest.raises(Refused, match="minst en"):
        add_points(plan.id, " ", by=cast.director, now=NOW)


def test_a_point_is_changed_once(cast: Cast, plan: ActionPlan) -> None:
    point = plan.points[0]
    seen = mark(point)
    edit_point(plan.id, point.id, "Ia", "Allra först", seen, by=cast.director, now=NOW)
    assert journal.history("plan", plan.id)[0].data == {
        "label": ["I", "Ia"],
        "text": ["Först", "Allra först"],
    }
    with pytest.raises(Conflict) as lost:
        edit_point(plan.id, point.id, "I", "Annat", seen, by=cast.director, now=NOW)
    assert lost.value.current["text"] == "Allra först"
    with pytest.raises(Refused) as refused:
        edit_point(plan.id, point.id, "II", "Annat", mark(point), by=cast.director, now=NOW)
    assert refused.value.field == "label"


def test_points_change_places(cast: Cast, plan: ActionPlan) -> None:
    first, last = plan.points[0].id, plan.points[2].id
    move_point(plan.id, last, -1, by=cast.director, now=NOW)
    move_point(plan.id, first, -1, by=cast.director, now=NOW)  # nothing above it
    db.session.expire_all()
    assert [p.label for p in plan.points] == ["I", "III", "II"]
    assert journal.history("plan", plan.id)[0].deed == "plan.move_point"


def test_a_point_with_actions_stays_and_they_are_named(cast: Cast, plan: ActionPlan) -> None:
    point = plan.points[0]
    db.session.add(make_action(plan, "Första åtgärden", plan_points=[point]))
    db.session.commit()
    with pytest.raises(RuleBroken, match="”Första åtgärden”"):
        remove_point(plan.id, point.id, by=cast.director, now=NOW)
    remove_point(plan.id, plan.points[1].id, by=cast.director, now=NOW)
    db.session.expire_all()
    assert [p.label for p in plan.points] == ["I", "III"]
    with pytest.raises(NotFound):
        remove_point(plan.id, 999, by=cast.director, now=NOW)
