"""A report read again becomes the next version of its evaluation, and what hangs on it stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers import between
from tests.helpers.cast import NOW, Cast
from tests.helpers.versions import as_kept, changed, waiting
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers.draft import AreaDraft, PointDraft, ReportDraft, StrengthDraft, SubAreaDraft
from tracker.models import (
    Action,
    Area,
    Evaluation,
    ImportDraft,
    ImprovementPoint,
    PointSubArea,
    ScoreSet,
    Strength,
    SubArea,
)
from tracker.services import journal
from tracker.services.acceptance import DraftHead
from tracker.services.drafts import draft_behind, revise
from tracker.services.evaluations import import_report
from tracker.services.review.edits import drop, set_head
from tracker.services.sources import SourceFile
from tracker.services.versions.accept import (
    accept_version,
    beside,
    draft_beside,
    import_version,
)
from tracker.services.versions.kept import load_kept

SOURCE = SourceFile("c" * 64, "rapport.pdf")
LATER = NOW + timedelta(days=1)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def accept(cast: Cast, report: ReportDraft, version: int = 1) -> Evaluation:
    draft = waiting(cast, report)
    return accept_version(
        draft.id,
        draft.version,
        evaluation_id=cast.evaluation.id,
        evaluation_version=version,
        by=cast.director,
        now=LATER,
    )


def points_now() -> dict[int, ImprovementPoint]:
    query = select(ImprovementPoint).order_by(ImprovementPoint.position)
    return {point.id: point for point in db.session.scalars(query)}


def rewritten(cast: Cast) -> ReportDraft:
    """The cast's report with everything changed that can change.

    Area 1: other scores, a sub-area gone and one new, the strength replaced, its first point (with
    an action) reworded and tied elsewhere, the second gone, a new one before them. The point of
    area 2 (with an action) is gone. The general point goes to area 1.
    """
    read = as_kept(cast.evaluation.id)
    first = read.areas[0]
    told = first.improvements[0].text.replace("öppet", "tydligt")
    return replace(
        changed(
            changed(read, 2, improvements=()),
            1,
            name="Samspel",
            score=31,
            max=100,
            subareas=(
                SubAreaDraft("1.1", "Dialog", 13, 40, "Om dialogen."),
                SubAreaDraft("1.3", "Insyn", 18, 30),
            ),
            strengths=(StrengthDraft("Nämnderna sänder sina möten.", 4),),
            improvements=(
                PointDraft("Ordna en budget som invånarna kan läsa.", 3, None, False, ("1.3",)),
                PointDraft(told, 5, None, True, ("1.3", "1.1")),
                replace(read.general_improvements[0], page=8),
            ),
        ),
        ordinal=2,
        total_stated=455,
        general_improvements=(),
    )


def test_everything_is_written_and_paired_points_keep_their_rows(
    any_app: Flask, cast: Cast
) -> None:
    one, two, three, four = (point.id for point in cast.points)
    assert accept(cast, rewritten(cast)).id == cast.evaluation.id
    db.session.expire_all()

    row = cast.evaluation
    assert (row.version, row.ordinal, row.accepted_at) == (2, 2, LATER)
    assert row.accepted_by_id == cast.director.id
    assert (row.source_name, len(row.source_sha256 or "")) == ("rapport.pdf", 64)
    (scores,) = row.score_sets
    assert scores.total_stated == 455
    first, second = scores.areas
    assert (first.name, first.score, first.max) == ("Samspel", 31, 100)
    assert [(s.code, s.name, s.score, s.max, s.body) for s in first.subareas] == [
        ("1.1", "Dialog", 13, 40, "Om dialogen."),
        ("1.3", "Insyn", 18, 30, ""),
    ]
    assert [(s.text, s.page) for s in first.strengths] == [("Nämnderna sänder sina möten.", 4)]

    new, *_ = (point for point in points_now().values() if point.id not in {one, two, three, four})
    assert [(p.id, p.position, p.area_id, p.page) for p in points_now().values()] == [
        (new.id, 1, first.id, 3),
        (one, 2, first.id, 5),
        (four, 3, first.id, 8),
        (three, 4, second.id, 7),
    ]
    assert not new.certain
    tied = [link.sub_area.code for link in points_now()[one].subarea_links]
    assert tied == ["1.3"]
    assert [point.id for point in cast.action.points] == [one]
    assert cast.action.points[0].text.startswith("Berätta tydligt")
    assert [point.id for point in cast.colleague_action.points] == [three]
    assert db.session.get(ImprovementPoint, two) is None


def test_the_journal_tells_how_much(cast: Cast) -> None:
    draft = waiting(cast, rewritten(cast))
    goner = next(i for i in draft_beside(draft.id, by=cast.director, now=NOW)[0].work.items
                 if i.text.startswith("Ordna"))  # fmt: skip
    revise(
        draft.id,
        draft.version,
        lambda work, _: drop(work, goner.id, "Står i inledningen."),
        by=cast.director,
        now=NOW,
    )
    accept_version(
        draft.id,
        draft.version,
        evaluation_id=cast.evaluation.id,
        evaluation_version=1,
        by=cast.director,
        now=LATER,
    )
    (entry,) = journal.history("evaluation", cast.evaluation.id)
    assert (entry.deed, entry.actor) == ("evaluation.version", "Dag Direktör")
    assert entry.data == {
        "version": 2,
        "points_changed": 2,
        "points_added": 0,
        "points_removed": 1,
        "points_staying": 1,
        "scores": 4,
        "strengths": 2,
        "facts": 2,
        "bodies": 1,
        "places": 0,
        "changed": 1,
        "sha256": draft.file_sha256,
    }
    assert journal.verify()


def test_the_draft_is_answered_and_several_may_lead_to_one_evaluation(cast: Cast) -> None:
    accept(cast, rewritten(cast))
    behind = draft_behind(cast.evaluation.id, cast.director)
    assert behind is not None
    assert not behind.row.is_open
    accept(cast, as_kept(cast.evaluation.id, ordinal=3), version=2)
    rows = db.session.scalars(select(ImportDraft.evaluation_id)).all()
    assert rows == [cast.evaluation.id] * 2
    assert cast.evaluation.version == 3


def test_there_and_back_again(app: Flask, cast: Cast) -> None:
    """The first report accepted once more gives back what it said, but for what was deleted."""
    before = as_kept(cast.evaluation.id)
    ids = [point.id for point in cast.points]
    accept(cast, rewritten(cast))
    assert as_kept(cast.evaluation.id) != before
    accept(cast, before, version=2)
    assert as_kept(cast.evaluation.id) == before
    kept = [point.id for point in load_kept(cast.evaluation.id).points]
    assert [kept[0], kept[2], kept[3]] == [ids[0], ids[2], ids[3]]
    assert (count(SubArea), count(Strength), count(PointSubArea)) == (4, 1, 1)


def test_nothing_differs(app: Flask, cast: Cast) -> None:
    draft = waiting(cast, as_kept(cast.evaluation.id))
    _, laid = draft_beside(draft.id, by=cast.director, now=NOW)
    assert laid is not None
    assert laid.diff.nothing
    accept(cast, as_kept(cast.evaluation.id))
    row = cast.evaluation
    db.session.expire_all()
    assert (row.version, row.source_sha256, row.accepted_at) == (1, None, NOW - timedelta(days=60))
    answered = db.session.scalars(select(ImportDraft).order_by(ImportDraft.id.desc())).first()
    assert answered is not None
    assert answered.evaluation_id == row.id
    assert journal.latest(1)[0].deed == "draft.same"
    assert journal.history("evaluation", row.id) == []


def test_an_area_that_is_gone_goes_but_not_from_under_a_point_that_stays(
    any_app: Flask, cast: Cast
) -> None:
    read = as_kept(cast.evaluation.id)
    accept(cast, replace(read, areas=()))
    db.session.expire_all()
    first, second = db.session.scalars(select(Area).order_by(Area.number))
    assert (first.number, first.score, first.subareas, first.strengths) == (1, None, [], [])
    assert [point.id for point in second.points] == [cast.points[2].id]
    assert cast.points[0].subarea_links == []
    # Without the actions nothing holds them.
    for action in db.session.scalars(select(Action)):
        action.points = []
    db.session.commit()
    accept(cast, replace(read, areas=()), version=2)
    assert count(Area) == 0
    assert [point.id for point in points_now().values()] == [cast.points[3].id]


def test_a_new_area(app: Flask, cast: Cast) -> None:
    read = as_kept(cast.evaluation.id)
    third = AreaDraft(
        3, "Styrning", 50, 100, (SubAreaDraft("3.1", "Mål", 50, 100),),
        (StrengthDraft("Målen är få."),), (PointDraft("Skriv ned målen.", subareas=("3.1",)),),
    )  # fmt: skip
    accept(cast, replace(read, areas=(*read.areas, third)))
    again = as_kept(cast.evaluation.id)
    assert again.areas[2] == third
    assert [point.position for point in points_now().values()] == [1, 2, 3, 4, 5]


def test_names_are_cut_to_their_columns(any_app: Flask, cast: Cast) -> None:
    read = as_kept(cast.evaluation.id)
    long = changed(read, 1, name="N" * 300, subareas=(SubAreaDraft("1.1", "D" * 300),))
    accept(cast, long)
    laid = beside(long, DraftHead("Testköping", "2025-11", 1, "kommunkompassen-2020"), NOW)
    assert laid is not None
    assert laid.diff.nothing


def test_repeats_are_told_anew_and_a_repeated_point_stays(app: Flask, cast: Cast) -> None:
    read = as_kept(cast.evaluation.id)
    head = DraftHead("Testköping", "2026-02", 2, "kommunkompassen-2020")
    second = import_report(read, head=head, by=None, now=NOW)
    repeats = {p.text: p.repeats_id for p in points_now().values() if p.evaluation_id == second.id}
    assert repeats == {point.text: point.id for point in cast.points}
    # The first loses a point that nothing but the second's repetition holds, and one's words.
    told = replace(
        read.areas[0].improvements[0], text="Berätta vad invånarnas synpunkter ledde till."
    )
    accept(cast, changed(read, 1, improvements=(told,)))
    kept = {point.id: point.work for point in load_kept(cast.evaluation.id).points}
    assert kept[cast.points[1].id].repeated_in == (date(2026, 2, 1),)
    # The second says its first point in new words: it repeats nothing any more.
    again = as_kept(second.id)
    changed_words = replace(again.areas[0].improvements[0], text="Berätta öppet hur allas "
                            "synpunkter har påverkat besluten i år.")  # fmt: skip
    points = (changed_words, *again.areas[0].improvements[1:])
    import_version(
        changed(again, 1, improvements=points),
        head,
        evaluation_id=second.id,
        evaluation_version=1,
        by=None,
        now=LATER,
        source=SOURCE,
    )
    now = [p.repeats_id for p in points_now().values() if p.evaluation_id == second.id]
    assert now == [None, *(point.id for point in cast.points[1:])]


def test_another_edition(app: Flask, cast: Cast) -> None:
    def save(version: int, edition: str = "kommunkompassen-2010") -> Evaluation:
        head = DraftHead("Testköping", "2025-11", 1, edition)
        return import_version(
            as_kept(cast.evaluation.id),
            head,
            evaluation_id=cast.evaluation.id,
            evaluation_version=version,
            by=cast.director,
            now=LATER,
            source=SOURCE,
        )

    save(1)
    assert db.session.scalars(select(ScoreSet.edition)).all() == ["kommunkompassen-2010"]
    # It was scored under that one too, by hand: the report's own scores cannot take its name.
    db.session.add(ScoreSet(evaluation=cast.evaluation, edition="kommunkompassen-2020"))
    db.session.commit()
    with pytest.raises(RuleBroken, match="redan poäng"):
        save(2, "kommunkompassen-2020")
    db.session.rollback()


def test_scores_that_were_added_by_hand_are_left_alone(app: Flask, cast: Cast) -> None:
    between.more_scores(cast)
    accept(cast, rewritten(cast))
    main, added = db.session.scalars(select(ScoreSet).order_by(ScoreSet.id))
    assert (main.edition, main.total_stated) == ("kommunkompassen-2020", 455)
    assert (added.edition, added.total_stated) == (between.OLD, 320)
    assert [area.score for area in added.areas] == [40] * 8
    assert [sub.score for sub in added.areas[0].subareas] == [15, 25]
    assert {point.area.score_set_id for point in points_now().values() if point.area} == {main.id}


class TestRefused:
    def try_on(self, cast: Cast, draft: ImportDraft, **values: Any) -> None:
        asked = {"evaluation_id": cast.evaluation.id, "evaluation_version": 1, **values}
        by = asked.pop("by", cast.director)
        version = asked.pop("version", draft.version)
        accept_version(draft.id, version, by=by, now=NOW, **asked)

    def test_what_was_shown_no_longer_holds(self, cast: Cast) -> None:
        draft = waiting(cast, rewritten(cast))
        with pytest.raises(Conflict) as caught:
            self.try_on(cast, draft, version=draft.version + 1)
        with pytest.raises(Conflict) as caught:
            self.try_on(cast, draft, evaluation_version=2)
        assert caught.value.current == {"evaluation_id": cast.evaluation.id, "version": 1}
        db.session.rollback()
        assert cast.evaluation.version == 1
        assert draft.is_open

    def test_the_draft_is_of_another_month_now(self, cast: Cast) -> None:
        draft = waiting(cast, rewritten(cast))
        head = DraftHead("Testköping", "2025-10", 1, "kommunkompassen-2020")
        revise(
            draft.id,
            draft.version,
            lambda work, _: set_head(work, head, None),
            by=cast.director,
            now=NOW,
        )
        with pytest.raises(Conflict):
            self.try_on(cast, draft)
        assert draft_beside(draft.id, by=cast.director, now=NOW)[1] is None

    def test_missing_and_forbidden(self, cast: Cast) -> None:
        draft = waiting(cast, rewritten(cast))
        with pytest.raises(NotFound):
            self.try_on(cast, draft, evaluation_id=4711)
        for nobody in (cast.owner, cast.admin):
            with pytest.raises(Forbidden):
                self.try_on(cast, draft, by=nobody)
            with pytest.raises(Forbidden):
                draft_beside(draft.id, by=nobody, now=NOW)
            with pytest.raises(Forbidden):
                import_version(
                    draft_beside(draft.id, by=cast.director, now=NOW)[0].finished,
                    DraftHead("Testköping", "2025-11", 1, "kommunkompassen-2020"),
                    evaluation_id=cast.evaluation.id,
                    evaluation_version=1,
                    by=nobody,
                    now=NOW,
                    source=SOURCE,
                )

    def test_the_head_must_hold(self, cast: Cast) -> None:
        draft = waiting(cast, replace(rewritten(cast), edition=None))
        with pytest.raises(RuleBroken, match="version av Kommunkompassen"):
            self.try_on(cast, draft)
        assert draft_beside(draft.id, by=cast.director, now=NOW)[1] is None


def test_an_answered_draft_is_laid_beside_nothing(cast: Cast) -> None:
    accept(cast, rewritten(cast))
    row = db.session.scalars(select(ImportDraft)).one()
    assert draft_beside(row.id, by=cast.director, now=NOW)[1] is None
