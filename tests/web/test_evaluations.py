"""The pages from report to evaluation."""

from __future__ import annotations

import io
import re
import shutil
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Page
from tests.helpers.reports import EDITION, report_text, total
from tests.helpers.visitor import Visits
from tracker.domain.editions import editions
from tracker.extensions import db
from tracker.importers import read_report
from tracker.models import Evaluation
from tracker.services.acceptance import DraftHead
from tracker.services.evaluations import import_report
from tracker.services.sources import SourceFile, Sources


def file_of(data: str | bytes, name: str = "rapport.txt") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data.encode() if isinstance(data, str) else data), name


def upload(visit: Visits, cast: Cast, status: int = 302, **data: Any) -> Page:
    visitor = visit(cast.director)
    visitor.get("/evaluations/import")
    return visitor.post("/evaluations/import", data, status)


def import_ours(month: str = "2026-02", **options: Any) -> Evaluation:
    draft = read_report(report_text("Testköping", **options).encode(), "rapport.txt")
    head = DraftHead("Testköping", month, 2, EDITION)
    return import_report(draft, head=head, by=None, now=NOW)


def forget_evaluations() -> None:
    """Empty the tables of everything that hangs on an evaluation."""
    for table in ("action_point", "point_sub_area", "improvement_point", "strength", "sub_area"):
        db.session.execute(text(f"DELETE FROM {table}"))
    for table in ("area", "score_set", "evaluation"):
        db.session.execute(text(f"DELETE FROM {table}"))
    db.session.commit()


class TestIndex:
    def test_the_list(self, cast: Cast, visit: Visits) -> None:
        evaluation = import_ours()
        page = visit(cast.member).get("/evaluations")
        assert "2 utvärderingar är inlästa." in page.text
        assert page.rows[1] == [
            "Testköping, februari 2026 vår kommun",
            "februari 2026",
            "2",
            "2020",
            str(total()),
        ]
        assert page.links["Testköping, februari 2026"] == f"/evaluations/{evaluation.id}"
        assert "Läs in en rapport" not in page.links

    def test_drafts_wait_on_top_for_those_who_may(self, cast: Cast, visit: Visits) -> None:
        upload(visit, cast, file=file_of(report_text()))
        page = visit(cast.director).get("/evaluations")
        assert "1 rapport väntar på att bli granskad." in page.text
        assert page.links["Granska Sjövik"] == "/drafts/1"
        assert "Granska" not in visit(cast.owner).get("/evaluations").text

    def test_an_empty_house_teaches_the_next_step(self, cast: Cast, visit: Visits) -> None:
        forget_evaluations()
        page = visit(cast.director).get("/evaluations")
        assert page.links["Läs in en rapport"] == "/evaluations/import"
        assert "En direktör läser in rapporten." in visit(cast.member).get("/evaluations").text

    def test_not_for_the_administrator(self, cast: Cast, visit: Visits) -> None:
        visit(cast.admin).get("/evaluations", status=403)


class TestShow:
    def test_scores_strengths_and_points(self, cast: Cast, visit: Visits) -> None:
        evaluation = import_ours(wrong_sum=2)
        page = visit(cast.director).get(f"/evaluations/{evaluation.id}")
        assert page.h1 == "Testköping, februari 2026"
        assert "pekar ut 16 förbättringspunkter och 16 styrkor." in page.text
        assert "Kommunens utvärdering nummer 2, enligt Kommunkompassen 2020." in page.text
        assert "delområdena summerar till 49" in page.text
        assert page.links["Till förbättringspunkterna"] == f"/points?evaluation={evaluation.id}"
        assert page.links["Jämför med förra utvärderingen"] == (
            f"/comparison?before={cast.evaluation.id}&after={evaluation.id}"
        )
        assert page.links["Samhällsutveckling"] == "#area-2"

    def test_a_committee_member_reads_but_has_no_way_to_the_points(
        self, cast: Cast, visit: Visits
    ) -> None:
        page = visit(cast.member).get(f"/evaluations/{cast.evaluation.id}")
        assert "Rapporten anger ingen totalpoäng." in page.text
        assert "Medborgarna får tydliga svar i tid. sida 4" in page.text
        assert "Övergripande förbättringspunkter" in page.text
        assert "Till förbättringspunkterna" not in page.links

    def test_the_plan_that_is_made_is_not_offered_again(self, cast: Cast, visit: Visits) -> None:
        path, making = f"/evaluations/{cast.evaluation.id}", "Gör en plan för utvärderingen"
        assert making in visit(cast.director).get(path).links
        cast.plan.evaluation_id = cast.evaluation.id
        db.session.commit()
        for person in (cast.director, cast.member):
            page = visit(person).get(path)
            assert page.links["Planen för utvärderingen"] == f"/plans/{cast.plan.id}"
            assert making not in page.links

    def test_a_total_that_does_not_add_up(self, cast: Cast, visit: Visits) -> None:
        evaluation = import_ours()
        evaluation.score_sets[0].total_stated = 504
        db.session.commit()
        page = visit(cast.member).get(f"/evaluations/{evaluation.id}")
        assert "fick 504 av 800 poäng" in page.text
        assert f"områdena summerar till {total()}" in page.text

    def test_missing_and_forbidden(self, cast: Cast, visit: Visits) -> None:
        visit(cast.director).get("/evaluations/4711", status=404)
        visit(cast.admin).get(f"/evaluations/{cast.evaluation.id}", status=403)


SOURCES = (
    (("rapport.pdf", 153_400), "PDF, 153 kB"),
    (("Rapport 2026.DOCX", 12), "Word, 1 kB"),
    (("rapport.pptx", 2_449_999), "PowerPoint, 2,4 MB"),
    (("mall.xlsx", 999_000), "Excel, 999 kB"),
    (("inklistrad-text.txt", 20_000), "text, 20 kB"),
)


class TestSource:
    def keep(self, app: Flask, data: bytes, name: str, month: str = "2026-02") -> Evaluation:
        sources = Sources(app.extensions["settings"].instance_dir / "sources")
        draft = read_report(report_text("Testköping").encode(), "rapport.txt")
        head = DraftHead("Testköping", month, 2, EDITION)
        file = SourceFile(sources.keep(data), name)
        return import_report(draft, head=head, by=None, now=NOW, source=file)

    def test_the_page_names_the_kind_and_the_size(
        self, app: Flask, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        for number, ((name, size), words) in enumerate(SOURCES, start=1):
            with subtests.test(name=name, size=size, words=words):
                kept = self.keep(app, b"x" * size, name, f"2024-{number:02}")
                page = visit(cast.member).get(f"/evaluations/{kept.id}")
                assert page.links[f"Hämta rapporten ({words})"] == f"/evaluations/{kept.id}/source"

    def test_it_is_a_file_to_keep_and_nothing_to_open(
        self, app: Flask, cast: Cast, visit: Visits
    ) -> None:
        data = b"<script>alert(1)</script>"
        kept = self.keep(app, data, "../Rapport \u202efdp.åäö\r\nX: y.txt")
        answer = visit(cast.member).get(f"/evaluations/{kept.id}/source").response
        assert answer.data == data
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "X" not in answer.headers
        disposition = answer.headers["Content-Disposition"]
        assert disposition.startswith("attachment; filename=")
        assert "filename*=UTF-8''Rapport%20fdp.%C3%A5%C3%A4%C3%B6%20X%20y.txt" in disposition

    def test_a_file_that_is_gone(self, app: Flask, cast: Cast, visit: Visits) -> None:
        kept = self.keep(app, b"rapport", "rapport.pdf")
        shutil.rmtree(app.extensions["settings"].instance_dir / "sources")
        page = visit(cast.member).get(f"/evaluations/{kept.id}/source", status=410)
        assert page.h1 == "Filen finns inte kvar"
        assert "finns inte kvar på servern" in page.text
        page = visit(cast.member).get(f"/evaluations/{kept.id}")
        assert "Hämta rapporten" not in page.text

    def test_missing_and_forbidden(self, app: Flask, cast: Cast, visit: Visits) -> None:
        for evaluation_id in (cast.evaluation.id, 4711):
            visit(cast.director).get(f"/evaluations/{evaluation_id}/source", status=404)
        kept = self.keep(app, b"rapport", "rapport.pdf")
        visit(cast.admin).get(f"/evaluations/{kept.id}/source", status=403)


class TestTemplate:
    def test_the_template_of_each_edition(self, cast: Cast, visit: Visits) -> None:
        visitor = visit(cast.director)
        page = visitor.get("/evaluations/import")
        links = [url for words, url in page.links.items() if words.startswith("Hämta mallen")]
        assert len(links) == len(editions())
        for url in links:
            answer = visitor.get(url).response
            assert answer.data.startswith(b"PK")
            assert re.search(
                r"attachment; filename=kommunkompassen-\d{4}\.xlsx",
                answer.headers["Content-Disposition"],
            )

    def test_an_unknown_edition_and_a_stranger(self, cast: Cast, visit: Visits) -> None:
        visit(cast.director).get("/evaluations/template.xlsx?edition=1999", status=404)
        visit(cast.member).get("/evaluations/template.xlsx", status=403)
