"""The pages from report to evaluation."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import text

from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import Page
from tests.helpers.reports import EDITION, report_text, total
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.importers import read_report
from tracker.models import Evaluation, ImportDraft, Municipality
from tracker.services.evaluations import DraftHead, import_report

MEGABYTE = 1024 * 1024


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


def put_away(page: Page) -> None:
    """Close what the test client had laid on disk for a large request; nobody else does."""
    page.response.request.environ["wsgi.input"].close()


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


class TestUpload:
    def test_a_file_leads_to_its_review(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        assert page.path == "/drafts/1"
        assert page.h1 == "Granska rapporten"

    def test_pasted_text_leads_to_its_review(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, text=report_text().replace("\n", "\r\n"))
        assert page.path == "/drafts/1"
        assert "16 förbättringspunkter" in page.text
        assert "inklistrad-text.txt" in page.text

    def test_the_same_file_twice_is_one_draft(self, cast: Cast, visit: Visits) -> None:
        for _time in range(2):
            assert upload(visit, cast, file=file_of(report_text())).path == "/drafts/1"

    def test_nothing_chosen(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, status=422)
        assert "Välj en fil, eller klistra in rapportens text." in page.text
        assert page.title.startswith("Fel:")

    def test_both_chosen_keeps_the_text(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()), text="min text", status=422)
        assert "inte båda" in page.text
        assert page.form.fields["text"] == "min text"

    @pytest.mark.parametrize(
        ("data", "name", "sentence"),
        [
            (b"", "tom.txt", "Filen är tom."),
            (b"%PDF-1.7", "rapport.pdf", "Filtypen läses inte."),
            (b"inte ett dokument", "rapport.docx", "går inte att läsa som ett Word-dokument"),
            (b"\x00\x01\x02\x03" * 50, "rapport.txt", "Filen innehåller inte text."),
            (b"x", "../../etc/passwd", "Filtypen läses inte."),
        ],
    )
    def test_a_bad_file_gets_a_sentence_by_the_field(
        self, cast: Cast, visit: Visits, data: bytes, name: str, sentence: str
    ) -> None:
        page = upload(visit, cast, file=file_of(data, name), status=422)
        assert sentence in " ".join(page.by_id("file-error").itertext())
        assert db.session.query(ImportDraft).count() == 0

    def test_pasted_nonsense_is_kept(self, cast: Cast, visit: Visits) -> None:
        visitor = visit(cast.director)
        visitor.get("/evaluations/import")
        page = visitor.post("/evaluations/import", {"text": "{\\rtf1\x01 hej}"}, status=422)
        assert "innehåller inte text" in " ".join(page.by_id("text-error").itertext())
        assert page.form.fields["text"] == "{\\rtf1 hej}"

    def test_ten_megabytes_of_pasted_text(self, cast: Cast, visit: Visits) -> None:
        """A browser sends the form in parts, of which the server refuses one so large."""
        words = "ord " * (10 * MEGABYTE // 4)
        page = upload(visit, cast, text=words, file=file_of("", ""), status=413)
        put_away(page)
        assert "inklistrad text högst 2 MB" in page.text
        assert page.h1 == "Läs in en rapport"

    def test_three_megabytes_sent_as_one(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, text="x" * 3 * MEGABYTE, status=422)
        assert "Texten är för lång." in " ".join(page.by_id("text-error").itertext())

    def test_a_file_that_is_too_large(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(b"x" * (27 * MEGABYTE)), status=413)
        put_away(page)
        assert "högst 25 MB" in page.text

    def test_too_much_from_one_who_may_not(self, cast: Cast, visit: Visits) -> None:
        visitor = visit(cast.owner)
        sent = {"text": "x" * 3 * MEGABYTE, "file": file_of("", "")}
        page = visitor.post("/evaluations/import", sent, status=413)
        put_away(page)
        assert page.h1 == "Filen är för stor"

    def test_a_report_without_scores_says_so(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text(scores=False)))
        assert "Rapporten innehåller inga poäng per område." in page.text
        page = visit(cast.director).submit(page.form)
        assert "Rapporten anger ingen totalpoäng." in page.text

    def test_a_letter_is_no_report_but_may_be_looked_at(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, text="Hej! Vi ses på torsdag.")
        assert "inget lästes" in page.text
        page = visit(cast.director).submit(page.form, status=422)
        assert "Skriv vilken kommun utvärderingen gäller." in page.text

    def test_only_directors(self, cast: Cast, visit: Visits) -> None:
        for person in (cast.owner, cast.member, cast.admin):
            visit(person).get("/evaluations/import", status=403)
        visit(None).get("/evaluations/import", status=302)


class TestReview:
    def test_what_calls_for_a_look_comes_first(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text(wrong_sum=2, joint=3)))
        assert (
            "8 områden, 36 delområden, 16 förbättringspunkter och 16 styrkor lästes. "
            "3 saker behöver din blick." in page.text
        )
        assert "summerar till 49, men rapporten anger 50" in page.text
        assert "4 punkter är osäkra" in page.text
        assert page.text.index("Att titta på") < page.text.index("Stämmer uppgifterna?")
        assert page.text.count("osäker", page.text.index("3 Styrning och kontroll")) == 4
        assert page.links["Förtydliga strategi för styrning och följ upp varje kvartal."] == (
            "#point-3-1"
        )
        assert "delområdena summerar till 49" in page.text
        assert "3.1 Strategi för styrning" in page.text

    def test_nothing_strange_is_said_as_well(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        assert "Inget ser konstigt ut." in page.text
        assert "Att titta på" not in page.text
        assert page.form.fields["month"] == "2024-03"

    def test_accepting_makes_the_evaluation(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        page = visit(cast.director).submit(page.form, month="2024-04")
        assert page.path == "/evaluations/2"
        assert page.h1 == "Sjövik, april 2024"
        assert "Utvärderingen är sparad." in page.text
        assert f"Sjövik fick {total()} av 800 poäng." in page.text

    def test_what_was_typed_is_kept_beside_the_error(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        page = visit(cast.director).submit(
            page.form, status=422, month="i våras", municipality="Sjöviks köping"
        )
        assert "Skriv år och månad så här: 2023-01." in page.text
        assert page.form.fields["municipality"] == "Sjöviks köping"
        assert page.form.fields["month"] == "i våras"

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"municipality": ""}, "Skriv vilken kommun"),
            ({"municipality": "å" * 101}, "100"),
            ({"month": ""}, "Skriv vilken månad"),
            ({"month": "2026-04"}, "Månaden har inte kommit än."),
            ({"ordinal": "hundra"}, ""),
            ({"ordinal": "100"}, "mellan 1 och 99"),
            ({"edition": ""}, "Välj vilken version"),
            ({"edition": "påhittad"}, ""),
        ],
    )
    def test_a_head_that_does_not_hold(
        self, cast: Cast, visit: Visits, change: dict[str, str], sentence: str
    ) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        page = visit(cast.director).submit(page.form, status=422, **change)
        [field] = change
        assert sentence in " ".join(page.by_id(f"{field}-error").itertext())

    def test_a_month_that_is_taken(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text("Testköping")))
        page = visit(cast.director).submit(page.form, status=422, month="2025-11")
        assert "Testköping har redan en utvärdering från 2025-11" in page.text

    def test_the_second_reviewer_sees_that_it_is_accepted(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        other = visit(cast.unit_director).get("/drafts/1")
        visit(cast.director).submit(page.form)
        page = visit(cast.unit_director).submit(other.form, status=409)
        assert "Den här rapporten är redan godkänd." in page.text
        assert page.links["Till utvärderingen"] == "/evaluations/2"
        assert not page.forms
        assert "godkänd" in visit(cast.director).get("/drafts/1").text

    def test_discarding(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        discarding = page.forms[1]
        assert discarding.buttons == ["Ja, kasta utkastet"]
        after = visit(cast.director).submit(discarding)
        assert "Utkastet är kastat." in after.text
        again = visit(cast.director).submit(discarding, status=409)
        assert "Det här utkastet är kastat." in again.text
        assert upload(visit, cast, file=file_of(report_text())).path == "/drafts/2"

    def test_the_first_municipality_is_told_to_be_ours(self, cast: Cast, visit: Visits) -> None:
        page = upload(visit, cast, file=file_of(report_text()))
        assert "blir er egen" not in page.text
        db.session.query(Municipality).update({"is_own": False})
        db.session.commit()
        assert "blir er egen" in visit(cast.director).get("/drafts/1").text

    def test_markup_in_a_report_stays_text(self, cast: Cast, visit: Visits) -> None:
        report = report_text().replace("Cheferna möts", "<script>alert(1)</script> <b>möts")
        page = upload(visit, cast, file=file_of(report, "<b>rapport.txt"))
        assert "<script>alert(1)</script>" in page.text
        assert "<b>rapport.txt" in page.text

    def test_missing_and_forbidden(self, cast: Cast, visit: Visits) -> None:
        visit(cast.director).get("/drafts/4711", status=404)
        visit(cast.director).post("/drafts/4711/discard", {"version": "1"}, status=404)
        visit(cast.owner).get("/drafts/1", status=403)
        visit(cast.owner).post("/drafts/1/discard", {"version": "1"}, status=403)


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
