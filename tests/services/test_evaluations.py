"""Evaluations as they are kept: made of a report at once, listed, shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.helpers.cast import NOW, Cast
from tests.helpers.reports import EDITION, report_text, total
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft
from tracker.models import ScoreSet
from tracker.services import evaluations as service
from tracker.services.acceptance import DraftHead
from tracker.services.sources import SourceFile

HEAD = DraftHead("Sjövik", "2024-03", 1, EDITION)


def draft_of(text: str) -> ReportDraft:
    return read_report(text.encode(), "rapport.txt")


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


class TestImportReport:
    @pytest.mark.parametrize("month", ["2026-03", "2026/3", "2026 - 03", "2026.03"])
    def test_the_present_month_and_loose_writing_are_fine(self, cast: Cast, month: str) -> None:
        draft = draft_of(report_text())
        head = replace(HEAD, month=month)
        kept = service.import_report(draft, head=head, by=cast.director, now=NOW)
        assert kept.month == date(2026, 3, 1)

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

    def test_the_file_it_came_from_is_known(self, cast: Cast) -> None:
        file = SourceFile("ab" * 32, "rapport.pdf")
        draft = draft_of(report_text())
        kept = service.import_report(draft, head=HEAD, by=None, now=NOW, source=file)
        assert service.source_of(kept.id, cast.member) == file

    def test_one_without_a_file_has_none(self, cast: Cast) -> None:
        for evaluation_id in (cast.evaluation.id, 4711):
            with pytest.raises(NotFound):
                service.source_of(evaluation_id, cast.director)
        with pytest.raises(Forbidden):
            service.source_of(cast.evaluation.id, cast.admin)


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
        assert numbers[0] == numbers[1] <= 11


def test_a_summer_night_in_stockholm_is_already_the_new_month(cast: Cast) -> None:
    night = NOW.replace(month=6, day=30, hour=22, minute=30)
    head = replace(HEAD, month="2026-07")
    draft = draft_of(report_text())
    with pytest.raises(RuleBroken, match="inte kommit"):
        service.import_report(draft, head=head, by=None, now=night - timedelta(days=1))
    assert service.import_report(draft, head=head, by=None, now=night).month.month == 7
