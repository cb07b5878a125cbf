"""The first page of a review: what calls for a look, the facts, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.cast import Cast
from tests.helpers.drafts import make_draft
from tests.helpers.reports import report_text, total
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import Evaluation, ImportDraft, Municipality


class TestOverview:
    def test_what_calls_for_a_look_comes_first(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text(wrong_sum=2, joint=3))
        page = visit(cast.director).get("/drafts/1")
        assert page.h1 == "Granska Sjövik, mars 2024"
        assert (
            "8 områden, 36 delområden, 16 förbättringspunkter och 16 styrkor lästes. "
            "6 saker behöver din blick." in page.text
        )
        order = ["Att titta på", "Det finns en väl", "summerar till 49", "Område för område"]
        places = [page.text.index(words) for words in order]
        assert places == sorted(places)
        assert page.text.index("Stämmer uppgifterna?") > places[-1]
        point = "Förtydliga strategi för styrning och följ upp varje kvartal."
        assert page.links[point] == "/drafts/1/items/11"
        assert page.links["Hämta filen"] == "/drafts/1/source"

    def test_the_areas_as_a_list_of_tasks(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text(wrong_sum=2, joint=3))
        rows = visit(cast.director).get("/drafts/1").rows
        assert [row[-1] for row in rows[1:4]] == ["att bekräfta", "att bekräfta", "4 osäkra"]
        assert rows[2][1] == "50 av 100 summan blir 49"
        assert rows[9][0] == "Övergripande förbättringspunkter"

    def test_what_is_done_is_no_longer_asked(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text(wrong_sum=2))
        visitor = visit(cast.director)
        assert "1 sak behöver din blick." in visitor.get("/drafts/1").text
        visitor.submit(visitor.get("/drafts/1/areas/2").form, then="next", follow=False)
        page = visitor.get("/drafts/1")
        assert "Inget ser konstigt ut." in page.text
        assert page.rows[2][-1] == "klart"
        visitor.submit(visitor.get("/drafts/1/areas/1").form, score="99", then="next", follow=False)
        assert "1 sak behöver din blick." in visitor.get("/drafts/1").text

    def test_nothing_strange_is_said_as_well(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        page = visit(cast.director).get("/drafts/1")
        assert "Inget ser konstigt ut." in page.text
        assert "Att titta på" not in page.text
        assert page.form.fields["month"] == "2024-03"

    def test_a_letter_is_no_report_but_may_be_looked_at(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, "Hej! Vi ses på torsdag.")
        page = visit(cast.director).get("/drafts/1")
        assert "inget lästes" in page.text
        assert [row[-1] for row in page.rows[1:9]] == ["lästes inte"] * 8
        page = visit(cast.director).submit(page.form, status=422)
        assert "Skriv vilken kommun utvärderingen gäller." in page.text

    def test_the_first_municipality_is_told_to_be_ours(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        assert "blir er egen" not in visit(cast.director).get("/drafts/1").text
        db.session.query(Municipality).update({"is_own": False})
        db.session.commit()
        assert "blir er egen" in visit(cast.director).get("/drafts/1").text

    def test_a_month_that_is_taken_leads_to_a_new_version(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text("Testköping", month="november år 2025"))
        page = visit(cast.director).get("/drafts/1")
        assert "Kommunen har redan en utvärdering från den månaden." in page.text
        assert page.links["Se vad som skiljer"] == "/drafts/1/version"

    def test_markup_in_a_report_stays_text(self, cast: Cast, visit: Visits) -> None:
        report = report_text().replace("Cheferna möts", "<script>alert(1)</script> <b>möts")
        make_draft(cast, report, "<b>rapport.txt")
        assert "<b>rapport.txt" in visit(cast.director).get("/drafts/1").text
        page = visit(cast.director).get("/drafts/1/areas/1")
        assert page.text.count("<script>alert(1)</script>") > 1

    def test_missing_and_forbidden(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        for path in ("", "/areas/1", "/items/1", "/items/new", "/changes"):
            visit(cast.director).get(f"/drafts/4711{path}", status=404)
            for person in (cast.owner, cast.member, cast.admin):
                visit(person).get(f"/drafts/1{path}", status=403)
            visit(None).get(f"/drafts/1{path}", status=302)
        for path in ("/areas/9", "/items/77"):
            visit(cast.director).get(f"/drafts/1{path}", status=404)


NO_HEADS = (
    ({"municipality": ""}, "Skriv vilken kommun"),
    ({"municipality": "å" * 101}, "100"),
    ({"month": ""}, "Skriv vilken månad"),
    ({"month": "i våras"}, "Skriv år och månad så här: 2023-01."),
    ({"month": "2026-04"}, "Månaden har inte kommit än."),
    ({"ordinal": "hundra"}, ""),
    ({"ordinal": "100"}, "mellan 1 och 99"),
    ({"edition": ""}, "Välj vilken version"),
    ({"edition": "påhittad"}, ""),
)


class TestFacts:
    def test_accepting_makes_the_evaluation(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        page = visitor.submit(visitor.get("/drafts/1").form, month="2024-04", confirm="y")
        assert page.path == "/evaluations/2"
        assert page.h1 == "Sjövik, april 2024"
        assert "Utvärderingen är sparad." in page.text
        assert f"Sjövik fick {total()} av 800 poäng." in page.text

    def test_a_corrected_total_is_kept(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        page = visitor.submit(visitor.get("/drafts/1").form, total_stated="390", confirm="y")
        assert "Sjövik fick 390 av 800 poäng." in page.text

    def test_a_total_that_cannot_be(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        for typed in ("801", "-1", "många"):
            with subtests.test(typed=typed):
                for then in ("keep", None):
                    form = visitor.get("/drafts/1").form
                    page = visitor.submit(form, status=422, total_stated=typed, then=then)
                    assert page.by_id("total_stated-error") is not None

    def test_doubts_call_for_a_yes(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.submit(visitor.get("/drafts/1").form, status=422)
        assert "Kryssa i rutan" in " ".join(page.by_id("confirm-error").itertext())
        assert "delområdena i 7 områden är inte bekräftade. Godkänn ändå." in page.text
        assert "4 osäkra punkter är inte avgjorda och" in page.text
        page = visitor.submit(page.form, confirm="y")
        assert page.path == "/evaluations/2"

    def test_without_doubts_there_is_nothing_to_confirm(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1")
        assert "Delområdena i 8 områden är inte bekräftade. Godkänn ändå." in page.text
        for number in range(1, 9):
            visitor.submit(visitor.get(f"/drafts/1/areas/{number}").form, then="next", follow=False)
        page = visitor.get("/drafts/1")
        assert "Godkänn ändå" not in page.text
        assert visitor.submit(page.form).path == "/evaluations/2"

    def test_facts_may_wait_half_filled(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1").form
        page = visitor.submit(form, status=422, month="i våras", then="keep")
        assert "Skriv år och månad så här: 2023-01." in page.text
        assert page.form.fields["month"] == "i våras"
        visitor.submit(form, municipality="", month="maj 2022", then="keep", follow=False)
        fields = visitor.get("/drafts/1").form.fields
        assert (fields["municipality"], fields["month"]) == ("", "maj 2022")
        assert db.session.query(Evaluation).count() == 1

    def test_a_head_that_does_not_hold(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        for change, sentence in NO_HEADS:
            with subtests.test(change=change, sentence=sentence):
                form = visitor.get("/drafts/1").form
                page = visitor.submit(form, status=422, confirm="y", **change)
                [(field, typed)] = change.items()
                assert sentence in " ".join(page.by_id(f"{field}-error").itertext())
                assert page.title.startswith("Fel:")
                if field != "edition":
                    assert page.form.fields[field] == typed

    def test_a_month_that_is_taken(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text("Testköping"))
        visitor = visit(cast.director)
        typed = {"month": "2025-11", "ordinal": "7", "confirm": "y"}
        page = visitor.submit(visitor.get("/drafts/1").form, **typed)
        assert page.path == "/drafts/1/version"
        fields = visitor.get("/drafts/1").form.fields
        assert (fields["month"], fields["ordinal"]) == ("2025-11", "7")
        assert db.session.query(Evaluation).count() == 1


class TestTwoReviewers:
    def test_facts_that_somebody_else_changed(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        mine = visit(cast.director).get("/drafts/1").form
        visit(cast.unit_director).submit(
            mine_of(visit, cast), ordinal="5", then="keep", follow=False
        )
        page = visit(cast.director).submit(mine, status=409, ordinal="4", then="keep")
        assert "Utkastet har ändrats" in page.text
        assert page.form.fields["ordinal"] == "4"
        assert "Det som nu är sparat 5" in page.text
        visit(cast.director).submit(page.form, then="keep", follow=False)
        assert visit(cast.director).get("/drafts/1").form.fields["ordinal"] == "4"

    def test_the_second_sees_that_it_is_accepted(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        other = mine_of(visit, cast)
        visit(cast.director).submit(
            visit(cast.director).get("/drafts/1").form, confirm="y", follow=False
        )
        sent = {"municipality": "Sjövik stad", "confirm": "y"}
        page = visit(cast.unit_director).submit(other, status=409, **sent)
        assert "Den här rapporten är redan godkänd." in page.text
        assert "Sjövik stad" in page.text
        assert page.links["Till utvärderingen"] == "/evaluations/2"

    def test_an_answered_draft_can_be_read_and_nothing_else(
        self, cast: Cast, visit: Visits
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        visitor.submit(visitor.get("/drafts/1").form, confirm="y", follow=False)
        for path in ("", "/areas/1", "/areas/3", "/areas/0", "/items/9", "/changes"):
            page = visitor.get(f"/drafts/1{path}")
            assert not page.forms, path
        assert "Den här rapporten är redan godkänd." in visitor.get("/drafts/1").text
        assert visitor.get("/drafts/1/items/new", status=302)

    def test_discarding(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        discarding = visitor.get("/drafts/1").forms[1]
        assert discarding.buttons == ["Ja, kasta utkastet"]
        assert "Utkastet är kastat." in visitor.submit(discarding).text
        again = visitor.submit(discarding, status=409)
        assert "Det här utkastet är kastat." in again.text
        assert "Det här utkastet är kastat." in visitor.get("/drafts/1").text
        assert db.session.get(ImportDraft, 1) is not None


def mine_of(visit: Visits, cast: Cast) -> Any:
    """The form of the facts, as the other director has it open."""
    return visit(cast.unit_director).get("/drafts/1").form


def test_a_page_costs_the_same_however_long_the_report_is(
    cast: Cast, visit: Visits, count_queries: Callable[[], Any]
) -> None:
    make_draft(cast, report_text())
    make_draft(cast, report_text(extra_points=30))
    visitor = visit(cast.director)
    visitor.get("/drafts/1")
    for path in ("", "/areas/1", "/items/3", "/changes", "/items/new?area=1"):
        numbers = []
        for draft in (1, 2):
            with count_queries() as counted:
                visitor.get(f"/drafts/{draft}{path}")
            numbers.append(counted.number)
        assert numbers[0] == numbers[1] <= 12, path
