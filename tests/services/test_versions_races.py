"""Two people accept versions in the same moment: never doubled, and no action loses its point."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.helpers.cast import NOW, Cast
from tests.helpers.together import person, together
from tests.helpers.versions import as_kept, waiting
from tracker.domain.errors import Conflict, RuleBroken
from tracker.extensions import db
from tracker.importers.draft import ReportDraft
from tracker.models import Action, Evaluation, ImportDraft, ImprovementPoint
from tracker.services import journal
from tracker.services.acceptance import AlreadyEvaluated, DraftHead
from tracker.services.drafts import accept_draft
from tracker.services.versions.accept import accept_version


def without_points(cast: Cast) -> ReportDraft:
    """The cast's report without any point, and with a total."""
    read = as_kept(cast.evaluation.id, total_stated=455, general_improvements=())
    return replace(read, areas=tuple(replace(area, improvements=()) for area in read.areas))


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


class TestAtOnce:
    def test_of_two_who_accept_one_draft_one_wins(self, any_app: Flask, cast: Cast) -> None:
        draft = waiting(cast, without_points(cast))
        draft_id, version, by = draft.id, draft.version, cast.director.id
        evaluation_id = cast.evaluation.id

        def save() -> int:
            return accept_version(
                draft_id,
                version,
                evaluation_id=evaluation_id,
                evaluation_version=1,
                by=person(by),
                now=NOW,
            ).version

        results = together(any_app, save, save, save)
        assert sorted(isinstance(result, Conflict) for result in results) == [False, True, True]
        assert (cast.evaluation.version, count(Evaluation)) == (2, 1)
        assert len(journal.history("evaluation", evaluation_id)) == 1

    def test_of_two_drafts_of_one_month_one_becomes_version_2(
        self, any_app: Flask, cast: Cast
    ) -> None:
        drafts = [waiting(cast, without_points(cast)), waiting(cast, without_points(cast))]
        wanted = [(draft.id, draft.version) for draft in drafts]
        by, evaluation_id = cast.director.id, cast.evaluation.id

        def save(draft_id: int, version: int) -> int:
            return accept_version(
                draft_id,
                version,
                evaluation_id=evaluation_id,
                evaluation_version=1,
                by=person(by),
                now=NOW,
            ).version

        results = together(any_app, *(lambda w=one: save(*w) for one in wanted))
        assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
        assert cast.evaluation.version == 2
        assert sum(d.is_open for d in db.session.scalars(select(ImportDraft))) == 1

    def test_two_first_drafts_of_one_month_are_one_evaluation(
        self, any_app: Flask, cast: Cast
    ) -> None:
        head = DraftHead("Testköping", "2026-01", 2, "kommunkompassen-2020")
        drafts = [waiting(cast, without_points(cast)), waiting(cast, without_points(cast))]
        wanted = [(draft.id, draft.version) for draft in drafts]
        by = cast.director.id

        def save(draft_id: int, version: int) -> int:
            return accept_draft(draft_id, head, version, by=person(by), now=NOW).id

        results = together(any_app, *(lambda w=one: save(*w) for one in wanted))
        losers = [result for result in results if isinstance(result, RuleBroken)]
        assert len(losers) == 1
        assert isinstance(losers[0], AlreadyEvaluated) or "samma ögonblick" in str(losers[0])
        assert count(Evaluation) == 2

    def test_an_action_taken_up_meanwhile_keeps_its_point(self, any_app: Flask, cast: Cast) -> None:
        """Whoever comes first, the action never loses its point."""
        draft = waiting(cast, without_points(cast))
        draft_id, version, by = draft.id, draft.version, cast.director.id
        evaluation_id, point_id, action_id = (
            cast.evaluation.id, cast.points[1].id, cast.other_action.id,
        )  # fmt: skip

        def save() -> int:
            return accept_version(
                draft_id,
                version,
                evaluation_id=evaluation_id,
                evaluation_version=1,
                by=person(by),
                now=NOW,
            ).version

        def tie() -> str:
            point = db.session.get(ImprovementPoint, point_id)
            if point is None:
                return "gone"
            action = db.session.get_one(Action, action_id)
            action.points.append(point)
            try:
                db.session.commit()
            except IntegrityError:  # the point went between look and save
                db.session.rollback()
                return "gone"
            return "tied"

        saved, tied = together(any_app, save, tie)
        assert saved == 2
        assert (db.session.get(ImprovementPoint, point_id) is not None) == (tied == "tied")
