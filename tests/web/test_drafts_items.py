"""One item of a draft beside its place in the report, and all that can be done to it."""

from __future__ import annotations

import pytest

from tests.helpers.cast import Cast
from tests.helpers.drafts import make_draft
from tests.helpers.pages import Form, Page, text_of
from tests.helpers.reports import report_text
from tests.helpers.visitor import Visits
from tracker.models import User
from tracker.services.drafts import load_draft
from tracker.services.review.work import Item, ItemKind, Work

# Area 1: 1 and 2 are strengths, 3 and 4 points. Area 3: 9 to 12, all in doubt.
DEEDS = ("settle", "split", "merge", "drop", "restore")
SENT = {"parts": "Ett.\n\nTvå.", "other": "4", "reason": "Därför", "version": "1"}


def work_of(user: User) -> Work:
    return load_draft(1, user).work


def item_of(user: User, number: int) -> Item:
    return work_of(user).item(number)


def form_to(page: Page, deed: str) -> Form:
    return next(form for form in page.forms if form.action.endswith(f"/{deed}"))


WRONG = (
    ({"text": " "}, "text", "Skriv vad punkten säger."),
    ({"text": "å" * 5001}, "text", "högst 5000 tecken"),
    ({"kind": "strength", "area": ""}, "area", "En styrka hör till ett område."),
    ({"kind": "annat"}, "kind", ""),
    ({"area": "9"}, "area", ""),
    ({"first": "9.9"}, "first", "Välj högst tre delområden"),
)


class TestEditing:
    def test_words_kind_and_area(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/items/3")
        assert page.h1 == "Förbättringspunkt, område 1"
        page = visitor.submit(page.form, text="Nya ord.", kind="strength", area="2")
        assert page.path == "/drafts/1/areas/2"
        item = item_of(cast.director, 3)
        assert (item.text, item.kind, item.area) == ("Nya ord.", ItemKind.STRENGTH, 2)
        page = visitor.get("/drafts/1/items/3")
        assert "I rapporten står: Förtydliga" in page.text
        assert "ändrad" in page.text

    def test_the_redirect_leads_to_the_item(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/items/3").form
        answer = visitor.submit(form, follow=False, text="Nya ord.")
        assert answer.response.location.endswith("/drafts/1/areas/1#item-3")
        assert visitor.get("/drafts/1/areas/1").by_id("item-3").get("tabindex") == "-1"

    def test_to_no_area_at_all(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.submit(visitor.get("/drafts/1/items/3").form, area="")
        assert page.path == "/drafts/1/areas/0"
        assert item_of(cast.director, 3).area is None

    def test_up_to_three_sub_areas(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/items/3").form
        visitor.submit(form, first="1.2", second="1.4", third="1.1", follow=False)
        assert item_of(cast.director, 3).subareas == ("1.2", "1.4", "1.1")

    def test_what_cannot_be_is_kept_beside_the_error(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/items/3").form
        for change, field, sentence in WRONG:
            with subtests.test(change=change, field=field, sentence=sentence):
                sent = {"text": "Mina ord.", **change}
                page = visitor.submit(form, status=422, **sent)
                assert sentence in text_of(page.by_id(f"{field}-error"))
                assert page.form.fields["text"] == sent["text"]
                assert item_of(cast.director, 3).text.startswith("Förtydliga")

    def test_the_report_shows_the_item(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        page = visit(cast.director).get("/drafts/1/items/3")
        [chosen] = page.all("mark", class_="mark--chosen")
        assert text_of(chosen) == item_of(cast.director, 3).text

    def test_somebody_else_changed_it_first(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        mine = visit(cast.director).get("/drafts/1/items/3").form
        other = visit(cast.unit_director)
        other.submit(other.get("/drafts/1/items/3").form, text="Deras ord.", follow=False)
        page = visit(cast.director).submit(mine, status=409, text="Mina ord.")
        assert page.form.fields["text"] == "Mina ord."
        assert "Deras ord." in page.text
        assert item_of(cast.director, 3).text == "Deras ord."
        visit(cast.director).submit(page.form, follow=False)
        assert item_of(cast.director, 3).text == "Mina ord."

    def test_somebody_merged_it_away(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        mine = visit(cast.director).get("/drafts/1/items/4").form
        other = visit(cast.unit_director)
        other.submit(form_to(other.get("/drafts/1/items/3"), "merge"), follow=False)
        page = visit(cast.director).submit(mine, status=409, text="Mina ord.")
        assert "Mina ord." in page.text
        assert page.links["Till utkastet som det nu är"] == "/drafts/1"


class TestSettling:
    def test_from_doubt_to_doubt_until_all_are_settled(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/items/9")
        assert page.form.buttons[0] == "Stämmer – nästa osäkra"
        for following in (10, 11, 12):
            page = visitor.post(page.path + "/settle", page.form.fields)
            assert page.path == f"/drafts/1/items/{following}"
        assert page.form.buttons[0] == "Stämmer – det var den sista"
        page = visitor.post(page.path + "/settle", page.form.fields)
        assert page.path == "/drafts/1"
        assert "Alla osäkra är avgjorda." in page.text
        assert not work_of(cast.director).doubts

    def test_the_last_in_the_report_leads_back_to_the_first(
        self, cast: Cast, visit: Visits
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        visitor.get("/drafts/1/items/12")
        page = visitor.post("/drafts/1/items/12/settle", {"version": "1"})
        assert page.path == "/drafts/1/items/9"
        assert item_of(cast.director, 12).settled

    def test_what_was_typed_is_saved_as_well(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/items/11").form
        visitor.post("/drafts/1/items/11/settle", {**form.fields, "text": "Rättad."}, follow=False)
        assert item_of(cast.director, 11).text == "Rättad."

    def test_what_was_typed_wrongly_stays(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/items/11").form
        page = visitor.post("/drafts/1/items/11/settle", {**form.fields, "text": ""}, status=422)
        assert "Skriv vad punkten säger." in page.text
        assert item_of(cast.director, 11).in_doubt


class TestSplitting:
    def test_a_blank_line_divides(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = form_to(visitor.get("/drafts/1/items/3"), "split")
        page = visitor.submit(form, parts="Den första.\r\n \r\n\r\nDen andra,\r\npå två rader.")
        assert "Punkten är delad." in page.text
        texts = [item.text for item in work_of(cast.director).items_of(1)]
        assert texts[2:4] == ["Den första.", "Den andra, på två rader."]

    def test_without_a_blank_line_a_line_break_divides(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = form_to(visitor.get("/drafts/1/items/3"), "split")
        page = visitor.submit(form, status=422, parts="Bara en.\n")
        assert "Sätt en tom rad" in text_of(page.by_id("parts-error"))
        visitor.submit(form_to(page, "split"), parts="Den första.\nDen andra.", follow=False)
        texts = [item.text for item in work_of(cast.director).items_of(1)]
        assert texts[2:4] == ["Den första.", "Den andra."]

    def test_it_is_told_at_the_item_and_can_be_undone(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        before = work_of(cast.director)
        form = form_to(visitor.get("/drafts/1/items/3"), "split")
        page = visitor.submit(form, parts="Den första.\nDen andra.")
        [told] = page.all("p", class_="reading__told")
        assert text_of(told) == "Punkten är delad. Ångra"
        visitor.submit(page.form, restore="3", follow=False)
        assert work_of(cast.director) == before


class TestMerging:
    def test_the_next_is_offered_first(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/items/3")
        offered = [option.get("value") for option in page.by_id("other").iter("option")]
        assert offered == ["4", "1", "2"]
        visitor.submit(form_to(page, "merge"), follow=False)
        item = item_of(cast.director, 3)
        assert item.origin == (3, 4)
        assert item.text.endswith("innan de införs.")

    def test_with_nothing_that_is_there(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        visitor.get("/drafts/1/items/3")
        page = visitor.post("/drafts/1/items/3/merge", {"version": "1"}, status=422)
        assert "Välj en annan punkt" in text_of(page.by_id("other-error"))
        visitor.post("/drafts/1/items/3/merge", {"version": "1", "other": "77"}, status=404)


class TestDroppingAndRestoring:
    def test_a_reason_is_asked_for(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = form_to(visitor.get("/drafts/1/items/3"), "drop")
        page = visitor.submit(form, status=422)
        assert "Skriv varför" in text_of(page.by_id("reason-error"))
        page = visitor.submit(form_to(page, "drop"), reason="En rubrik")
        assert page.path == "/drafts/1/areas/1"
        page = visitor.get("/drafts/1/items/3")
        assert "Skäl: En rubrik" in page.text
        assert [form.buttons for form in page.forms] == [["Återställ till rapporten"]]

    def test_back_to_the_report(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        before = item_of(cast.director, 3)
        visitor.submit(visitor.get("/drafts/1/items/3").form, text="Annat.", area="5", follow=False)
        visitor.submit(form_to(visitor.get("/drafts/1/items/3"), "restore"), follow=False)
        assert item_of(cast.director, 3) == before

    def test_what_was_added_just_goes(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        visitor.submit(
            visitor.get("/drafts/1/items/new?area=1").form, text="En till.", follow=False
        )
        made = work_of(cast.director).items[-1]
        page = visitor.get(f"/drafts/1/items/{made.id}")
        assert "försvinner helt" in page.text
        visitor.submit(form_to(page, "drop"), follow=False)
        visitor.get(f"/drafts/1/items/{made.id}", status=404)


NOT_ADDED = (
    ({"text": ""}, "text"),
    ({"page": "0"}, "page"),
    ({"page": "x"}, "page"),
)


class TestAdding:
    def test_a_point_and_a_strength(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        for label, kind in (("Lägg till en punkt", "point"), ("Lägg till en styrka", "strength")):
            area = visitor.get("/drafts/1/areas/2").form
            page = visitor.submit(area, then=f"new-{kind}")
            assert page.h1 == label
            page = visitor.submit(page.form, text=f"Ny {kind}", page="3")
            assert page.path == "/drafts/1/areas/2"
            made = work_of(cast.director).items[-1]
            assert (made.kind, made.area, made.page) == (kind, 2, 3)

    def test_what_cannot_be(self, cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/items/new?area=2&kind=nonsense").form
        for change, field in NOT_ADDED:
            with subtests.test(change=change, field=field):
                sent = {"text": "Ny", "kind": "point", **change}
                page = visitor.submit(form, status=422, **sent)
                assert text_of(page.by_id(f"{field}-error"))

    def test_what_was_typed_survives_a_conflict(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        mine = visit(cast.director).get("/drafts/1/items/new?area=2").form
        other = visit(cast.unit_director)
        other.submit(other.get("/drafts/1/items/3").form, text="Deras ord.", follow=False)
        page = visit(cast.director).submit(mine, status=409, text="Ny punkt.")
        assert page.form.fields["text"] == "Ny punkt."
        visit(cast.director).submit(page.form, follow=False)
        assert work_of(cast.director).items[-1].text == "Ny punkt."


class TestChanges:
    def test_each_in_words_with_a_way_back(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        assert "Inget är ändrat" in visitor.get("/drafts/1/changes").text
        visitor.submit(visitor.get("/drafts/1/items/3").form, text="Nya ord.", follow=False)
        visitor.submit(
            form_to(visitor.get("/drafts/1/items/4"), "drop"), reason="Rubrik", follow=False
        )
        visitor.submit(visitor.get("/drafts/1/areas/2").form, score="12", follow=False)
        visitor.submit(
            visitor.get("/drafts/1/items/new?area=2").form, text="Tillagd punkt.", follow=False
        )
        visitor.submit(visitor.get("/drafts/1").form, ordinal="7", then="keep", follow=False)
        assert "Ändrat mot rapporten (5)" in visitor.get("/drafts/1").links
        page = visitor.get("/drafts/1/changes")
        assert "5 saker är ändrade" in page.text
        for words in ("Nya ord.", "Skäl: Rubrik", "Poäng för område 2", "Tillagd", "ordningen"):
            assert words in page.text
        restores = [form for form in page.forms if form.action.endswith("/restore")]
        assert len(restores) == 2
        page = visitor.submit(restores[0])
        assert page.path == "/drafts/1/changes"
        assert "Nya ord." not in page.text

    def test_they_can_be_seen_at_the_evaluation(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        visitor.submit(visitor.get("/drafts/1/items/3").form, text="Nya ord.", follow=False)
        page = visitor.submit(visitor.get("/drafts/1").form, confirm="y")
        assert page.links["1 ändring"] == "/evaluations/2/changes"
        page = visit(cast.member).get("/evaluations/2/changes")
        assert "Nya ord." in page.text
        assert not page.forms

    def test_an_evaluation_that_nobody_changed(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.member).get(f"/evaluations/{cast.evaluation.id}")
        assert "Ändrat vid granskningen" not in page.text
        page = visit(cast.member).get(f"/evaluations/{cast.evaluation.id}/changes")
        assert "Utvärderingen är som rapporten lästes." in page.text
        visit(cast.member).get("/evaluations/4711/changes", status=404)
        visit(cast.admin).get("/evaluations/1/changes", status=403)


class TestEveryDeed:
    def test_a_stale_page_changes_nothing(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        other = visit(cast.unit_director)
        other.submit(other.get("/drafts/1/items/4").form, text="Deras ord.", follow=False)
        before = work_of(cast.director)
        visit(cast.director).get("/drafts/1/items/3")
        for deed in DEEDS:
            with subtests.test(deed=deed):
                page = visit(cast.director).post(f"/drafts/1/items/3/{deed}", SENT, status=409)
                assert "Utkastet har ändrats" in page.text
                assert work_of(cast.director) == before

    def test_an_answered_draft_changes_no_more(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast, report_text())
        visitor = visit(cast.director)
        visitor.submit(visitor.get("/drafts/1").form, confirm="y", follow=False)
        for deed in DEEDS:
            with subtests.test(deed=deed):
                page = visitor.post(f"/drafts/1/items/3/{deed}", SENT, status=409)
                assert "Den här rapporten är redan godkänd." in page.text

    def test_what_is_gone_and_who_may_not(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        visit(cast.director).get("/drafts/1")
        for deed in DEEDS:
            with subtests.test(deed=deed):
                gone = f"/drafts/1/items/77/{deed}"
                visit(cast.director).post(gone, {"version": "1"}, status=404)
                visit(cast.owner).post(f"/drafts/1/items/3/{deed}", SENT, status=403)
