"""What an accepted evaluation means for the own municipality: its plan, and points that return."""

from __future__ import annotations

from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, report_text
from tests.services.test_evaluations import HEAD, count, draft_of
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Evaluation,
    ImprovementPoint,
    PlanState,
)
from tracker.services import evaluations as service
from tracker.services import journal
from tracker.services.acceptance import DraftHead


class TestOwnMunicipality:
    def test_the_first_evaluation_opens_a_plan(self, app: Flask) -> None:
        service.import_report(draft_of(report_text()), head=HEAD, by=None, now=NOW)
        [plan] = db.session.scalars(select(ActionPlan))
        assert plan.title == "Handlingsplan efter utvärderingen mars 2024"
        assert plan.state is PlanState.DRAFT
        [entry] = journal.history("plan", plan.id)
        assert (entry.deed, entry.actor) == ("plan.create", "Åtgärda")

    def test_one_plan_is_enough(self, app: Flask) -> None:
        draft = draft_of(report_text())
        service.import_report(draft, head=HEAD, by=None, now=NOW)
        service.import_report(draft, head=replace(HEAD, month="2025-05"), by=None, now=NOW)
        assert count(ActionPlan) == 1

    def test_the_neighbours_get_no_plan(self, cast: Cast) -> None:
        db.session.delete(cast.plan.decisions[0])
        for action in db.session.scalars(select(Action)):
            action.points = []
            for milestone in action.milestones:
                db.session.delete(milestone)
            db.session.delete(action)
        db.session.flush()
        db.session.delete(cast.plan)
        db.session.commit()
        service.import_report(draft_of(report_text()), head=HEAD, by=None, now=NOW)
        assert count(ActionPlan) == 0

    def test_a_point_that_comes_again_knows_it(self, cast: Cast) -> None:
        draft = draft_of(report_text("Testköping"))
        said = cast.points[0].text.upper().replace("  ", " ")
        area = draft.areas[0]
        again = replace(area.improvements[0], text=said)
        elsewhere = replace(draft.areas[1].improvements[0], text=said)
        draft = replace(
            draft,
            areas=(
                replace(area, improvements=(again, *area.improvements[1:])),
                replace(draft.areas[1], improvements=(elsewhere,)),
                *draft.areas[2:],
            ),
            general_improvements=(replace(again, text=cast.points[3].text),),
        )
        head = DraftHead("Testköping", "2026-02", 2, EDITION)
        kept = service.import_report(draft, head=head, by=None, now=NOW)
        repeated = {
            point.position: point.repeats_id
            for point in db.session.scalars(
                select(ImprovementPoint).where(ImprovementPoint.evaluation_id == kept.id)
            )
            if point.repeats_id
        }
        assert repeated[1] == cast.points[0].id
        assert len(repeated) == 2
        assert repeated[max(repeated)] == cast.points[3].id

    def test_areas_are_renumbered_between_editions(self, app: Flask) -> None:
        """Area 2 of 2010 is area 5 of 2020."""
        draft = draft_of(report_text())
        old = replace(HEAD, month="2018-03", edition="kommunkompassen-2010")
        first = service.import_report(draft, head=old, by=None, now=NOW)
        words = draft.areas[1].improvements
        fifth = replace(draft.areas[4], improvements=words)
        moved = replace(draft, areas=(*draft.areas[:4], fifth))
        second = service.import_report(moved, head=HEAD, by=None, now=NOW)
        before = service_points(first, 2)
        after = service_points(second, 5)
        assert [point.repeats_id for point in after] == [point.id for point in before]

    def test_the_neighbours_points_repeat_nothing(self, cast: Cast) -> None:
        draft = draft_of(report_text())
        service.import_report(draft, head=HEAD, by=None, now=NOW)
        later = service.import_report(draft, head=replace(HEAD, month="2025-05"), by=None, now=NOW)
        assert {p.repeats_id for p in service_points(later, 1)} == {None}


def service_points(evaluation: Evaluation, area: int) -> list[ImprovementPoint]:
    found = next(a for a in evaluation.score_sets[0].areas if a.number == area)
    return found.points
