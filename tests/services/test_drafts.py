"""A report between reading and accepting."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, points_of, report_text, total
from tests.services.review_cases import first_subareas
from tests.services.test_evaluations import HEAD, count, draft_of
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers import read_file
from tracker.models import Evaluation, ImportDraft, JournalEntry, Municipality
from tracker.services import drafts, evaluations, journal
from tracker.services.acceptance import DraftHead
from tracker.services.sources import SourceFile, Sources

REAL = Path(__file__).resolve().parents[3] / "shared" / "reports" / "nynashamn-2023.docx"

PutIn = Callable[..., ImportDraft]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a child process: that has tests of its own."""
    monkeypatch.setattr(drafts, "read_isolated", read_file)


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    return Sources(tmp_path / "sources")


@pytest.fixture
def put_in(cast: Cast, sources: Sources) -> PutIn:
    """`put_in(text, name)`: the draft of a report that the director brought."""

    def read(text: str, name: str = "rapport.txt") -> ImportDraft:
        return drafts.read_into_draft(
            text.encode(), name, by=cast.director, now=NOW, sources=sources
        )

    return read


class TestReadIntoDraft:
    def test_the_report_waits_for_review(self, cast: Cast, put_in: PutIn) -> None:
        draft = put_in(report_text())
        assert draft.is_open
        assert draft.created_by is cast.director
        assert drafts.drafts_waiting(cast.director) == [draft]
        loaded = drafts.load_draft(draft.id, cast.director)
        assert loaded.row is draft
        assert loaded.read == draft_of(report_text())
        assert loaded.finished == first_subareas(loaded.read)
        assert journal.latest(1)[0].deed == "draft.create"

    def test_the_same_file_leads_to_the_draft_that_waits(self, cast: Cast, put_in: PutIn) -> None:
        first = put_in(report_text())
        assert put_in(report_text(), "kopia.txt").id == first.id
        assert count(ImportDraft) == 1

    def test_the_same_file_leads_to_the_draft_that_was_accepted(
        self, cast: Cast, put_in: PutIn
    ) -> None:
        first = put_in(report_text())
        drafts.accept_draft(first.id, HEAD, first.version, by=cast.director, now=NOW)
        assert put_in(report_text()).id == first.id

    def test_a_discarded_file_may_come_again(self, cast: Cast, put_in: PutIn) -> None:
        first = put_in(report_text())
        drafts.discard_draft(first.id, first.version, by=cast.director, now=NOW)
        again = put_in(report_text())
        assert again.id != first.id
        assert again.is_open

    @pytest.mark.parametrize(
        ("data", "name"),
        [(b"", "tom.txt"), (b"%PDF-1.7", "rapport.pdf"), (b"PK\x03\x04x", "a.docx")],
    )
    def test_what_cannot_be_read_leaves_nothing(
        self, cast: Cast, sources: Sources, data: bytes, name: str
    ) -> None:
        with pytest.raises(RuleBroken):
            drafts.read_into_draft(data, name, by=cast.director, now=NOW, sources=sources)
        assert count(ImportDraft) == 0
        assert not sources.root.exists()

    def test_the_file_and_its_lines_are_kept(
        self, cast: Cast, put_in: PutIn, sources: Sources
    ) -> None:
        draft = put_in(report_text())
        assert sources.read(draft.file_sha256).decode() == report_text()
        lines = read_file(report_text().encode(), "rapport.txt").lines
        assert drafts.source_lines(draft.id, cast.director) == lines

    def test_only_a_director_may(self, cast: Cast, sources: Sources) -> None:
        for person in (cast.owner, cast.member, cast.admin):
            with pytest.raises(Forbidden):
                drafts.read_into_draft(b"x", "x.txt", by=person, now=NOW, sources=sources)
            with pytest.raises(Forbidden):
                drafts.source_lines(1, person)
            with pytest.raises(Forbidden):
                drafts.load_draft(1, person)
            assert drafts.drafts_waiting(person) == ()

    def test_a_draft_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(NotFound):
            drafts.load_draft(4711, cast.director)
        with pytest.raises(NotFound):
            drafts.source_lines(4711, cast.director)


class TestReadAgain:
    def test_an_answered_draft_gets_a_successor(
        self, cast: Cast, put_in: PutIn, sources: Sources
    ) -> None:
        first = put_in(report_text())
        drafts.accept_draft(first.id, HEAD, first.version, by=cast.director, now=NOW)
        told: list[tuple[int, int]] = []
        again = drafts.read_again(
            first.id,
            by=cast.unit_director,
            now=NOW,
            sources=sources,
            progress=lambda done, of: told.append((done, of)),
        )
        assert again.id != first.id
        assert (again.file_sha256, again.file_name) == (first.file_sha256, first.file_name)
        assert again.is_open
        second = drafts.read_again(first.id, by=cast.director, now=NOW, sources=sources)
        assert second.id == again.id

    def test_a_file_that_is_gone(self, cast: Cast, put_in: PutIn, sources: Sources) -> None:
        first = put_in(report_text())
        elsewhere = Sources(sources.root / "tom")
        with pytest.raises(RuleBroken, match="finns inte kvar"):
            drafts.read_again(first.id, by=cast.director, now=NOW, sources=elsewhere)
        assert count(ImportDraft) == 1


class TestAccept:
    def test_everything_that_was_read_is_kept(
        self, any_app: Flask, cast: Cast, put_in: PutIn
    ) -> None:
        draft = put_in(report_text(wrong_sum=2))
        kept = drafts.accept_draft(draft.id, HEAD, draft.version, by=cast.director, now=NOW)
        shown = evaluations.evaluation_shown(kept.id, cast.director)
        assert (shown.row.municipality.name, shown.row.month) == ("Sjövik", date(2024, 3, 1))
        assert shown.row.accepted_by_id == cast.director.id
        assert shown.total == total() + 1
        assert len(shown.areas) == 8
        assert [area.mismatch for area in shown.areas] == [number == 2 for number in range(1, 9)]
        assert (shown.point_count, shown.strength_count) == (16, 16)
        first = shown.areas[0]
        assert [point.text for point in first.row.points] == points_of(1)
        assert first.row.points[0].subarea_links[0].sub_area.code == "1.1"
        assert first.missing == 50
        assert (first.done, first.total) == (0, 0)
        assert draft.evaluation_id == kept.id
        assert not draft.is_open

    def test_the_draft_behind_an_evaluation(self, cast: Cast, put_in: PutIn) -> None:
        draft = put_in(report_text())
        kept = drafts.accept_draft(draft.id, HEAD, draft.version, by=cast.director, now=NOW)
        behind = drafts.draft_behind(kept.id, cast.member)
        assert behind is not None
        assert behind.row is draft
        assert drafts.draft_behind(cast.evaluation.id, cast.member) is None
        file = SourceFile(draft.file_sha256, "rapport.txt")
        assert evaluations.source_of(kept.id, cast.member) == file

    def test_the_journal_counts_what_was_changed(self, cast: Cast, put_in: PutIn) -> None:
        draft = put_in(report_text())
        head = replace(HEAD, month="2024-02", ordinal=None)
        kept = drafts.accept_draft(draft.id, head, draft.version, by=cast.director, now=NOW)
        [entry] = journal.history("evaluation", kept.id)
        assert entry.deed == "evaluation.accept"
        assert entry.actor_id == cast.director.id
        assert entry.data["changed"] == 2
        assert entry.data["sha256"] == draft.file_sha256
        assert journal.verify()

    def test_a_head_that_does_not_hold(self, cast: Cast, put_in: PutIn) -> None:
        draft = put_in(report_text())
        before = count(Evaluation), count(Municipality), count(JournalEntry)
        wrong: list[dict[str, Any]] = [
            {"municipality": "  "},
            {"municipality": "å" * 101},
            {"month": ""},
            {"month": "mars"},
            {"month": "2024-13"},
            {"month": "2026-04"},
            {"ordinal": 0},
            {"edition": ""},
            {"edition": "kommunkompassen-1999"},
        ]
        for change in wrong:
            with pytest.raises(RuleBroken) as caught:
                drafts.accept_draft(
                    draft.id, replace(HEAD, **change), draft.version, by=cast.director, now=NOW
                )
            assert [caught.value.field] == list(change), change
            db.session.commit()
            assert (count(Evaluation), count(Municipality), count(JournalEntry)) == before, change
            assert draft.is_open, change

    def test_one_evaluation_a_month(self, cast: Cast, put_in: PutIn) -> None:
        evaluations.import_report(draft_of(report_text()), head=HEAD, by=None, now=NOW)
        draft = put_in(report_text(wrong_sum=1))
        head = replace(HEAD, municipality="  sjövik ")
        with pytest.raises(RuleBroken, match="Sjövik har redan en utvärdering från 2024-03"):
            drafts.accept_draft(draft.id, head, draft.version, by=cast.director, now=NOW)
        assert count(Municipality) == 2

    def test_the_second_reviewer_is_told(self, cast: Cast, put_in: PutIn) -> None:
        draft = put_in(report_text())
        version = draft.version
        kept = drafts.accept_draft(draft.id, HEAD, version, by=cast.director, now=NOW)
        with pytest.raises(Conflict) as caught:
            drafts.accept_draft(draft.id, HEAD, version, by=cast.unit_director, now=NOW)
        assert caught.value.current == {"evaluation_id": kept.id, "version": version + 1}
        with pytest.raises(Conflict):
            drafts.discard_draft(draft.id, version, by=cast.director, now=NOW)

    def test_a_draft_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(NotFound):
            drafts.accept_draft(4711, HEAD, 1, by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            drafts.discard_draft(4711, 1, by=cast.director, now=NOW)


@pytest.mark.waits
def test_of_two_reviewers_at_once_one_wins(any_app: Flask, cast: Cast, put_in: PutIn) -> None:
    draft = put_in(report_text())
    draft_id, version, who = draft.id, draft.version, cast.director.id
    db.session.commit()
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def accept(month: str) -> None:
        with any_app.app_context():
            by = db.session.get_one(type(cast.director), who)
            db.session.rollback()
            start.wait(10)
            try:
                head = replace(HEAD, month=month)
                drafts.accept_draft(draft_id, head, version, by=by, now=NOW)
                outcomes.append("won")
            except Conflict:
                outcomes.append("lost")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=accept, args=(m,)) for m in ("2024-03", "2024-04")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["lost", "won"]
    assert count(Evaluation) == 2  # the cast's own, and one


def test_a_real_report_from_file_to_evaluation(cast: Cast, sources: Sources) -> None:
    if not REAL.exists():
        pytest.skip("the real reports are not beside this repository (../shared/reports)")
    draft = drafts.read_into_draft(
        REAL.read_bytes(), REAL.name, by=cast.director, now=NOW, sources=sources
    )
    head = DraftHead("Nynäshamn", "2023-01", 2, EDITION)
    kept = drafts.accept_draft(draft.id, head, draft.version, by=cast.director, now=NOW)
    shown = evaluations.evaluation_shown(kept.id, cast.director)
    assert shown.total == 455
    assert shown.point_count == 38
    assert [area.summed for area in shown.areas if area.mismatch] == [59]
