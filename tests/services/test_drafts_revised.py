"""A draft that a person works on: every step kept, and no step over somebody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION
from tests.helpers.together import person, together
from tests.helpers.versions import as_kept, changed, waiting
from tests.services.review_cases import READ
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers.draft import ReportDraft
from tracker.models import ImportDraft, ImprovementPoint
from tracker.services import drafts, journal
from tracker.services.acceptance import AlreadyEvaluated, DraftHead
from tracker.services.review import edits
from tracker.services.review.work import Work
from tracker.services.sources import SourceFile
from tracker.services.versions.accept import accept_version, import_version

HEAD = DraftHead("Sjövik", "2024-03", 1, EDITION)


def dropped(work: Work, _read: ReportDraft) -> Work:
    return edits.drop(work, 4, "Rubrik")


def unsettled(work: Work, read: ReportDraft) -> Work:
    assert read == READ
    return work


class TestRevise:
    def test_every_step_is_kept(self, any_app: Flask, cast: Cast) -> None:
        draft = waiting(cast, READ)
        row = drafts.revise(draft.id, 1, dropped, by=cast.director, now=NOW)
        assert row.version == 2
        drafts.revise(
            draft.id,
            2,
            lambda work, _: edits.split(work, 3, ["Punkt", "ett"]),
            by=cast.unit_director,
            now=NOW,
        )
        db.session.expire_all()
        loaded = drafts.load_draft(draft.id, cast.director)
        assert loaded.read == READ
        assert loaded.work.item(4).dropped == "Rubrik"
        assert [p.text for p in loaded.finished.areas[0].improvements] == [
            "Punkt",
            "ett",
            "Punkt tre",
        ]
        entries = journal.history("import_draft", draft.id)
        assert [(e.deed, e.actor, e.data) for e in entries] == [
            ("draft.revise", "Frida Chef", {"changes": 2, "doubts": 2}),
            ("draft.revise", "Dag Direktör", {"changes": 1, "doubts": 2}),
        ]

    def test_a_step_that_changes_nothing_writes_nothing(self, cast: Cast) -> None:
        draft = waiting(cast, READ)
        assert drafts.revise(draft.id, 1, unsettled, by=cast.director, now=NOW).version == 1
        assert draft.work is None
        assert journal.history("import_draft", draft.id) == []

    def test_a_step_that_is_refused_leaves_the_draft(self, cast: Cast) -> None:
        draft = waiting(cast, READ)
        with pytest.raises(RuleBroken, match="Skriv varför"):
            drafts.revise(
                draft.id, 1, lambda work, _: edits.drop(work, 4, ""), by=cast.director, now=NOW
            )
        db.session.rollback()
        assert (draft.work, draft.version) == (None, 1)

    def test_not_over_what_somebody_else_did(self, cast: Cast) -> None:
        draft = waiting(cast, READ)
        drafts.revise(draft.id, 1, dropped, by=cast.director, now=NOW)
        for step in (dropped, unsettled):
            with pytest.raises(Conflict) as caught:
                drafts.revise(draft.id, 1, step, by=cast.unit_director, now=NOW)
            assert caught.value.current == {"evaluation_id": None, "version": 2}

    def test_not_once_it_is_answered(self, cast: Cast) -> None:
        gone, accepted = waiting(cast, READ), waiting(cast, READ)
        drafts.discard_draft(gone.id, 1, by=cast.director, now=NOW)
        drafts.accept_draft(accepted.id, HEAD, 1, by=cast.director, now=NOW)
        for draft in (gone, accepted):
            with pytest.raises(Conflict):
                drafts.revise(draft.id, draft.version, dropped, by=cast.director, now=NOW)

    def test_missing_and_forbidden(self, cast: Cast) -> None:
        draft = waiting(cast, READ)
        with pytest.raises(NotFound):
            drafts.revise(4711, 1, dropped, by=cast.director, now=NOW)
        for nobody in (cast.owner, cast.member, cast.admin):
            with pytest.raises(Forbidden):
                drafts.revise(draft.id, 1, dropped, by=nobody, now=NOW)

    def test_of_two_steps_at_once_one_is_told(self, any_app: Flask, cast: Cast) -> None:
        draft = waiting(cast, READ)
        draft_id, by = draft.id, cast.director.id

        def step(item_id: int) -> int:
            def drop(work: Work, _read: ReportDraft) -> Work:
                return edits.drop(work, item_id, "Fel")

            drafts.revise(draft_id, 1, drop, by=person(by), now=NOW)
            return item_id

        results = together(any_app, *(lambda n=n: step(n) for n in (3, 4, 5)))
        winners = [result for result in results if isinstance(result, int)]
        assert len(winners) == 1
        assert sum(isinstance(result, Conflict) for result in results) == 2
        work = drafts.load_draft(draft_id, cast.director).work
        assert [item.id for item in work.items if item.dropped] == winners

    def test_what_is_accepted_is_what_it_became(self, app: Flask, cast: Cast) -> None:
        draft = waiting(cast, READ)
        drafts.revise(draft.id, 1, dropped, by=cast.director, now=NOW)
        kept = drafts.accept_draft(draft.id, HEAD, 2, by=cast.director, now=NOW)
        said = select(ImprovementPoint.text).where(ImprovementPoint.evaluation_id == kept.id)
        assert "Punkt två" not in set(db.session.scalars(said))
        assert journal.history("evaluation", kept.id)[0].data["changed"] == 1


class TestBehind:
    def test_the_draft_of_the_latest_version(self, cast: Cast) -> None:
        """Also where the one that was read first is accepted last."""
        read = as_kept(cast.evaluation.id)
        drafted = [waiting(cast, changed(read, 1, score=score)) for score in (1, 2, 2)]
        for version, draft in enumerate((drafted[1], drafted[0]), 1):
            self.accept(cast, draft, version)
            assert self.behind(cast) == draft.id
        # One that differs in nothing is answered with the evaluation, which did not come of it.
        same = waiting(cast, changed(read, 1, score=1))
        self.accept(cast, same, 3)
        assert self.behind(cast) == drafted[0].id

    def test_none_behind_what_came_without_a_review(self, cast: Cast) -> None:
        read = as_kept(cast.evaluation.id)
        self.accept(cast, waiting(cast, changed(read, 1, score=1)), 1)
        import_version(
            changed(read, 1, score=2),
            DraftHead("Testköping", "2025-11", 1, EDITION),
            evaluation_id=cast.evaluation.id,
            evaluation_version=2,
            by=None,
            now=NOW,
            source=SourceFile("c" * 64, "rapport.pdf"),
        )
        assert self.behind(cast) is None

    def test_an_evaluation_from_before_files_were_kept(self, cast: Cast) -> None:
        draft = waiting(cast, READ)
        draft.evaluation_id = cast.evaluation.id
        db.session.commit()
        assert self.behind(cast) == draft.id

    def accept(self, cast: Cast, draft: ImportDraft, version: int) -> None:
        accept_version(
            draft.id,
            draft.version,
            evaluation_id=cast.evaluation.id,
            evaluation_version=version,
            by=cast.director,
            now=NOW,
        )

    def behind(self, cast: Cast) -> int | None:
        found = drafts.draft_behind(cast.evaluation.id, cast.member)
        return found.row.id if found else None


def test_two_drafts_of_one_month_ask_for_a_version(cast: Cast) -> None:
    first, second = waiting(cast, READ), waiting(cast, replace(READ, total_stated=455))
    kept = drafts.accept_draft(first.id, HEAD, 1, by=cast.director, now=NOW)
    with pytest.raises(AlreadyEvaluated) as caught:
        drafts.accept_draft(second.id, HEAD, 1, by=cast.director, now=NOW)
    assert caught.value.evaluation_id == kept.id
    assert caught.value.field == "month"
    db.session.rollback()
    assert second.is_open
    assert db.session.scalar(select(func.count()).select_from(ImportDraft)) == 2
