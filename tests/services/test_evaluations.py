"""From a report to an evaluation."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, points_of, report_text, total
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft
from tracker.models import (
    Evaluation,
    ImportDraft,
    JournalEntry,
    Municipality,
    ScoreSet,
)
from tracker.services import evaluations as service
from tracker.services import journal
from tracker.services.evaluations import DraftHead

HEAD = DraftHead("Sjövik", "2024-03", 1, EDITION)
REAL = Path(__file__).resolve().parents[3] / "shared" / "reports" / "nynashamn-2023.docx"


def draft_of(text: str) -> ReportDraft:
    return read_report(text.encode(), "rapport.txt")


def put_in(cast: Cast, text: str, name: str = "rapport.txt") -> ImportDraft:
    return service.read_into_draft(text.encode(), name, by=cast.director, now=NOW)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


class TestReadIntoDraft:
    def test_the_report_waits_for_review(self, cast: Cast) -> None:
        draft = put_in(cast, report_text())
        assert draft.is_open
        assert draft.created_by is cast.director
        assert service.drafts_waiting(cast.director) == [draft]
        row, content = service.load_draft(draft.id, cast.director)
        assert row is draft
        assert content == draft_of(report_text())
        assert journal.latest(1)[0].deed == "draft.create"

    def test_the_same_file_leads_to_the_draft_that_waits(self, cast: Cast) -> None:
        first = put_in(cast, report_text())
        assert put_in(cast, report_text(), "kopia.txt").id == first.id
        assert count(ImportDraft) == 1

    def test_the_same_file_leads_to_the_draft_that_was_accepted(self, cast: Cast) -> None:
        first = put_in(cast, report_text())
        service.accept_draft(first.id, HEAD, first.version, by=cast.director, now=NOW)
        assert put_in(cast, report_text()).id == first.id

    def test_a_discarded_file_may_come_again(self, cast: Cast) -> None:
        first = put_in(cast, report_text())
        service.discard_draft(first.id, first.version, by=cast.director, now=NOW)
        again = put_in(cast, report_text())
        assert again.id != first.id
        assert again.is_open

    @pytest.mark.parametrize(
        ("data", "name"),
        [(b"", "tom.txt"), (b"%PDF-1.7", "rapport.pdf"), (b"PK\x03\x04x", "a.docx")],
    )
    def test_what_cannot_be_read_leaves_nothing(self, cast: Cast, data: bytes, name: str) -> None:
        with pytest.raises(RuleBroken):
            service.read_into_draft(data, name, by=cast.director, now=NOW)
        assert count(ImportDraft) == 0

    def test_only_a_director_may(self, cast: Cast) -> None:
        for person in (cast.owner, cast.member, cast.admin):
            with pytest.raises(Forbidden):
                service.read_into_draft(b"x", "x.txt", by=person, now=NOW)
            with pytest.raises(Forbidden):
                service.load_draft(1, person)
            assert service.drafts_waiting(person) == ()

    def test_a_draft_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(NotFound):
            service.load_draft(4711, cast.director)


class TestAccept:
    def test_everything_that_was_read_is_kept(self, any_app: Flask, cast: Cast) -> None:
        draft = put_in(cast, report_text(wrong_sum=2))
        kept = service.accept_draft(draft.id, HEAD, draft.version, by=cast.director, now=NOW)
        shown = service.evaluation_shown(kept.id, cast.director)
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

    def test_the_journal_tells_what_was_corrected(self, cast: Cast) -> None:
        draft = put_in(cast, report_text())
        head = replace(HEAD, month="2024-02", ordinal=None)
        kept = service.accept_draft(draft.id, head, draft.version, by=cast.director, now=NOW)
        [entry] = journal.history("evaluation", kept.id)
        assert entry.deed == "evaluation.accept"
        assert entry.actor_id == cast.director.id
        assert entry.data["corrected"] == ["month", "ordinal"]
        assert entry.data["sha256"] == draft.file_sha256
        assert journal.verify()[1] == []

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"municipality": "  "}, "municipality"),
            ({"municipality": "å" * 101}, "municipality"),
            ({"month": ""}, "month"),
            ({"month": "mars"}, "month"),
            ({"month": "2024-13"}, "month"),
            ({"month": "2026-04"}, "month"),
            ({"ordinal": 0}, "ordinal"),
            ({"edition": ""}, "edition"),
            ({"edition": "kommunkompassen-1999"}, "edition"),
        ],
    )
    def test_a_head_that_does_not_hold(
        self, cast: Cast, change: dict[str, Any], field: str
    ) -> None:
        draft = put_in(cast, report_text())
        before = count(Evaluation), count(Municipality), count(JournalEntry)
        with pytest.raises(RuleBroken) as caught:
            service.accept_draft(
                draft.id, replace(HEAD, **change), draft.version, by=cast.director, now=NOW
            )
        assert caught.value.field == field
        db.session.commit()
        assert (count(Evaluation), count(Municipality), count(JournalEntry)) == before
        assert draft.is_open

    @pytest.mark.parametrize("month", ["2026-03", "2026/3", "2026 - 03", "2026.03"])
    def test_the_present_month_and_loose_writing_are_fine(self, cast: Cast, month: str) -> None:
        draft = draft_of(report_text())
        head = replace(HEAD, month=month)
        kept = service.import_report(draft, head=head, by=cast.director, now=NOW)
        assert kept.month == date(2026, 3, 1)

    def test_one_evaluation_a_month(self, cast: Cast) -> None:
        service.import_report(draft_of(report_text()), head=HEAD, by=None, now=NOW)
        draft = put_in(cast, report_text(wrong_sum=1))
        head = replace(HEAD, municipality="  sjövik ")
        with pytest.raises(RuleBroken, match="Sjövik har redan en utvärdering från 2024-03"):
            service.accept_draft(draft.id, head, draft.version, by=cast.director, now=NOW)
        assert count(Municipality) == 2

    def test_the_second_reviewer_is_told(self, cast: Cast) -> None:
        draft = put_in(cast, report_text())
        version = draft.version
        kept = service.accept_draft(draft.id, HEAD, version, by=cast.director, now=NOW)
        with pytest.raises(Conflict) as caught:
            service.accept_draft(draft.id, HEAD, version, by=cast.unit_director, now=NOW)
        assert caught.value.current == {"evaluation_id": kept.id}
        with pytest.raises(Conflict):
            service.discard_draft(draft.id, version, by=cast.director, now=NOW)

    def test_a_draft_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(NotFound):
            service.accept_draft(4711, HEAD, 1, by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            service.discard_draft(4711, 1, by=cast.director, now=NOW)

    def test_without_scores_there_is_no_total(self, cast: Cast) -> None:
        text = report_text(scores=False)
        kept = service.import_report(draft_of(text), head=HEAD, by=None, now=NOW)
        shown = service.evaluation_shown(kept.id, cast.director)
        assert shown.total is None
        assert shown.summed is None
        assert {area.missing for area in shown.areas} == {None}
        assert service.evaluations_listed(None)[1].total is None

    def test_a_sum_over_some_areas_is_no_total(self, cast: Cast) -> None:
        draft = draft_of(report_text())
        draft = replace(draft, areas=draft.areas[:7])
        service.import_report(draft, head=HEAD, by=None, now=NOW)
        assert service.evaluations_listed(None)[1].total is None

    def test_the_stated_total_goes_before_the_sum(self, cast: Cast) -> None:
        draft = replace(draft_of(report_text()), total_stated=504)
        kept = service.import_report(draft, head=HEAD, by=None, now=NOW)
        shown = service.evaluation_shown(kept.id, cast.director)
        assert (shown.total, shown.summed) == (504, total())

    def test_general_points_belong_to_no_area(self, cast: Cast) -> None:
        draft = draft_of(report_text())
        general = (draft.areas[0].improvements[0],)
        draft = replace(draft, general_improvements=general)
        kept = service.import_report(draft, head=HEAD, by=None, now=NOW)
        shown = service.evaluation_shown(kept.id, cast.director)
        [point] = shown.general
        assert (point.area_id, point.position) == (None, 17)
        assert shown.point_count == 17


@pytest.mark.waits
def test_of_two_reviewers_at_once_one_wins(any_app: Flask, cast: Cast) -> None:
    draft = put_in(cast, report_text())
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
                service.accept_draft(draft_id, head, version, by=by, now=NOW)
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


class TestListed:
    def test_our_own_first_then_by_name_the_latest_first(self, cast: Cast) -> None:
        draft = draft_of(report_text())
        for name, month in (("Sjövik", "2023-03"), ("Alby", "2022-01"), ("Sjövik", "2024-03")):
            head = DraftHead(name, month, None, EDITION)
            service.import_report(draft, head=head, by=None, now=NOW)
        listed = service.evaluations_listed(cast.member)
        assert [(one.municipality, f"{one.month:%Y-%m}") for one in listed] == [
            ("Testköping", "2025-11"),
            ("Alby", "2022-01"),
            ("Sjövik", "2024-03"),
            ("Sjövik", "2023-03"),
        ]
        assert [one.total for one in listed] == [None, total(), total(), total()]
        assert listed[0].is_own

    def test_not_for_the_administrator(self, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            service.evaluations_listed(cast.admin)

    def test_one_row_where_two_editions_score_it(self, cast: Cast) -> None:
        db.session.add(ScoreSet(evaluation=cast.evaluation, edition="kommunkompassen-2010"))
        db.session.commit()
        assert len(service.evaluations_listed(None)) == 1


class TestShown:
    def test_the_actions_of_an_area_are_counted_once(self, cast: Cast) -> None:
        cast.action.points.append(cast.points[1])
        db.session.commit()
        shown = service.evaluation_shown(cast.evaluation.id, cast.member)
        assert [(area.done, area.total) for area in shown.areas] == [(0, 1), (0, 1)]
        assert [point.id for point in shown.general] == [cast.points[3].id]

    def test_the_one_before_is_named(self, cast: Cast) -> None:
        head = DraftHead("Testköping", "2026-02", 2, EDITION)
        kept = service.import_report(draft_of(report_text()), head=head, by=None, now=NOW)
        assert service.evaluation_shown(kept.id, cast.owner).before_id == cast.evaluation.id
        assert service.evaluation_shown(cast.evaluation.id, cast.owner).before_id is None

    def test_missing_and_forbidden(self, cast: Cast) -> None:
        with pytest.raises(NotFound):
            service.evaluation_shown(4711, cast.director)
        with pytest.raises(Forbidden):
            service.evaluation_shown(cast.evaluation.id, cast.admin)

    def test_the_number_of_queries_does_not_grow(
        self, cast: Cast, count_queries: Callable[[], Any]
    ) -> None:
        head = DraftHead("Testköping", "2026-02", 2, EDITION)
        small = service.import_report(draft_of(report_text()), head=head, by=None, now=NOW).id
        text = report_text(extra_points=60)
        big = service.import_report(draft_of(text), head=HEAD, by=None, now=NOW).id
        numbers = []
        for evaluation_id in (small, big):
            db.session.expire_all()
            assert cast.director.roles
            with count_queries() as counted:
                shown = service.evaluation_shown(evaluation_id, cast.director)
                assert [p.subarea_links for area in shown.areas for p in area.row.points]
            numbers.append(counted.number)
        assert numbers[0] == numbers[1] <= 10


def test_a_summer_night_in_stockholm_is_already_the_new_month(cast: Cast) -> None:
    night = NOW.replace(month=6, day=30, hour=22, minute=30)
    head = replace(HEAD, month="2026-07")
    draft = draft_of(report_text())
    with pytest.raises(RuleBroken, match="inte kommit"):
        service.import_report(draft, head=head, by=None, now=night - timedelta(days=1))
    assert service.import_report(draft, head=head, by=None, now=night).month.month == 7


def test_a_real_report_from_file_to_evaluation(cast: Cast) -> None:
    if not REAL.exists():
        pytest.skip("the real reports are not beside this repository (../shared/reports)")
    draft = service.read_into_draft(REAL.read_bytes(), REAL.name, by=cast.director, now=NOW)
    head = DraftHead("Nynäshamn", "2023-01", 2, EDITION)
    kept = service.accept_draft(draft.id, head, draft.version, by=cast.director, now=NOW)
    shown = service.evaluation_shown(kept.id, cast.director)
    assert shown.total == 455
    assert shown.point_count == 38
    assert [area.summed for area in shown.areas if area.mismatch] == [59]
