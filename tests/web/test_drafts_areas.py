"""An area of a draft beside the report: scores, sub-areas of points, and the report itself."""

from __future__ import annotations

import pytest

from tests.helpers.cast import Cast
from tests.helpers.drafts import make_draft
from tests.helpers.pages import Page, text_of
from tests.helpers.reports import report_text
from tests.helpers.visitor import Visits
from tracker.models import User
from tracker.services.drafts import load_draft
from tracker.services.review.work import Work


def work_of(user: User) -> Work:
    return load_draft(1, user).work


def chips(page: Page) -> list[str]:
    return [text_of(node) for node in page.all("span", class_="chip")]


NO_SCORES = (
    ("score", "femtio", "Skriv poängen som ett heltal."),
    ("score", "101", "Områdets poäng ska vara mellan 0 och 100."),
    ("score", "-1", "Skriv poängen som ett heltal."),
    ("score", "9" * 5000, "Skriv poängen som ett heltal."),
    ("score-1.2", "1,5", "Skriv poängen som ett heltal."),
    ("score-1.2", "200", "Poängen ska vara mellan 0 och 100."),
    ("score-1.2", "99", "Poängen kan inte vara högre än högsta poängen."),
    ("max-1.2", "0", "Högsta poäng ska vara mellan 1 och 100."),
    ("name-1.2", " ", "Skriv delområdets namn"),
)


NO_ROWS = (
    ("1.1", "Två delområden har samma nummer."),
    ("2.7", "Skriv delområdets nummer så här: 1.5."),
    ("1.x", "Skriv delområdets nummer så här: 1.5."),
    ("", "Skriv delområdets nummer så här: 1.5."),
)


class TestScores:
    def test_sums_and_what_they_say(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, report_text(wrong_sum=2))
        page = visit(cast.director).get("/drafts/1/areas/2")
        assert page.h1 == "Område 2 Samhällsutveckling"
        assert page.rows[-1] == ["Summa", "49", "100"]
        assert "Delområdena summerar till 49, men området har 50." in page.text
        page = visit(cast.director).submit(page.form, score="49")
        assert "Delområdena summerar till områdets poäng." in page.text
        assert page.form.fields["score"] == "49"

    def test_a_corrected_row_survives_a_reload(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/areas/1").form
        visitor.submit(
            form, **{"score-1.1": "3", "max-1.1": "25", "name-1.1": "Nytt namn"}, follow=False
        )
        page = visitor.get("/drafts/1/areas/1")
        first = work_of(cast.director).area(1).subareas[0]
        assert (first.name, first.score, first.max) == ("Nytt namn", 3, 25)
        assert page.form.fields["score-1.1"] == "3"

    def test_a_score_that_cannot_be(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/areas/1").form
        for field, typed, sentence in NO_SCORES:
            with subtests.test(field=field, typed=typed, sentence=sentence):
                page = visitor.submit(form, status=422, **{field: typed, "score-1.1": "7"})
                assert page.title.startswith("Fel:")
                assert sentence in text_of(page.by_id(f"{field}-error"))
                assert page.form.fields["score-1.1"] == "7"
                assert work_of(cast.director).area(1).subareas[0].score != 7

    def test_a_row_is_added_and_one_removed(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        new = {"code-new": "1.6", "name-new": "Sjätte", "score-new": "4", "max-new": "9"}
        form = visitor.get("/drafts/1/areas/1").form
        page = visitor.submit(form, **new, **{"remove-1.2": "on", "subareas-3": ["1.2", "", ""]})
        codes = [sub.code for sub in work_of(cast.director).area(1).subareas]
        assert codes[0] == "1.1"
        assert codes[-1] == "1.6"
        assert "1.2" not in codes
        assert work_of(cast.director).item(3).subareas == ()
        assert page.rows[-2][0] == "1.6Sjätte"

    def test_a_row_that_cannot_be_added(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/areas/1").form
        for code, sentence in NO_ROWS:
            with subtests.test(code=code, sentence=sentence):
                page = visitor.submit(form, status=422, **{"code-new": code, "name-new": "Namn"})
                assert sentence in text_of(page.by_id("code-new-error"))
                assert page.form.fields["name-new"] == "Namn"

    def test_an_area_without_scores_gets_those_of_the_edition(
        self, cast: Cast, visit: Visits
    ) -> None:
        make_draft(cast, report_text(scores=False))
        visitor = visit(cast.director)
        visitor.submit(
            visitor.get("/drafts/1").form, edition="kommunkompassen-2020", then="keep", follow=False
        )
        page = visitor.get("/drafts/1/areas/3")
        assert "Lägg till delområdena i Kommunkompassen 2020" in page.form.buttons
        page = visitor.submit(page.form, defaults="1")
        assert page.rows[1][0].startswith("3.1")
        assert page.form.fields["max-3.1"]

    def test_an_area_that_was_not_read_can_be_filled_in(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast, "Hej! Vi ses på torsdag.")
        visitor = visit(cast.director)
        page = visitor.submit(visitor.get("/drafts/1/areas/5").form, score="44")
        assert page.form.fields["score"] == "44"
        assert [area.number for area in work_of(cast.director).areas] == [5]


LEAVING = (
    ("item-6", "/drafts/1/items/6"),
    ("new-point", "/drafts/1/items/new?area=1&kind=point"),
    ("area-5", "/drafts/1/areas/5"),
    ("overview", "/drafts/1"),
    ("item-77", "/drafts/1/areas/1"),
    ("area-9", "/drafts/1/areas/1"),
)


class TestPoints:
    def test_suggestions_are_confirmed_by_saving(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/areas/1")
        assert "Delområde (förslag)" in page.text
        assert page.form.fields["subareas-3"][0] == "1.1"
        page = visitor.submit(page.form, **{"subareas-4": ["1.3", "1.2", ""]})
        assert not work_of(cast.director).item(3).settled
        visitor.submit(page.form, then="next", follow=False)
        page = visitor.get("/drafts/1/areas/1")
        assert "Delområde (förslag)" not in page.text
        assert work_of(cast.director).item(3).settled
        assert work_of(cast.director).item(4).subareas == ("1.3", "1.2")
        assert page.form.fields["subareas-4"] == ["1.3", "1.2", ""]
        assert visitor.get("/drafts/1").rows[1][-1] == "klart"

    def test_saving_a_page_says_no_yes_to_its_doubts(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/areas/3")
        assert chips(page).count("osäker") == 4
        page = visitor.submit(page.form)
        assert chips(page).count("osäker") == 4
        page = visitor.submit(page.form, **{"subareas-11": ["3.2", "", ""]})
        assert chips(page).count("osäker") == 3

    def test_right_settles_and_saves_all_that_was_typed(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/areas/3").form
        assert sum(button.startswith("Stämmer") for button in form.buttons) == 4
        page = visitor.submit(form, settle="11", score="12")
        assert chips(page).count("osäker") == 3
        work = work_of(cast.director)
        assert work.item(11).settled
        assert work.area(3).score == 12

    def test_doubts_stand_first(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        form = visitor.get("/drafts/1/areas/3").form
        page = visitor.submit(form, settle="11")
        points = [node.get("id") for node in page.all("li", class_="reading")]
        assert points[:2] == ["item-11", "item-12"]

    def test_to_the_next_area_and_at_last_to_the_overview(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/areas/7")
        for path in ("/drafts/1/areas/8", "/drafts/1"):
            page = visitor.submit(page.form, then="next")
            assert page.path == path

    def test_right_settles_that_point_only(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        before = work_of(cast.director)
        answer = visitor.submit(visitor.get("/drafts/1/areas/3").form, follow=False, settle="11")
        assert answer.response.location.endswith("/drafts/1/areas/3#item-12")
        after = work_of(cast.director)
        assert after.areas == before.areas
        assert [one.id for one in after.items if one != before.item(one.id)] == [11]

    def test_leaving_keeps_what_was_typed(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        for typed, (then, path) in enumerate(LEAVING, start=1):
            with subtests.test(then=then):
                form = visitor.get("/drafts/1/areas/1").form
                visitor.submit(form, status=422, then=then, score="x")
                assert visitor.submit(form, then=then, **{"score-1.1": str(typed)}).path == path
                work = work_of(cast.director)
                assert work.area(1).subareas[0].score == typed
                assert not any(item.settled for item in work.items)

    def test_what_nobody_touched_is_taken_over(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        mine = visit(cast.director).get("/drafts/1/areas/1").form
        other = visit(cast.unit_director)
        theirs = {"score-1.1": "3", "score-1.2": "4", "subareas-3": ["1.3", "", ""]}
        other.submit(other.get("/drafts/1/areas/1").form, **theirs, follow=False)
        page = visit(cast.director).submit(mine, status=409, **{"score-1.1": "5"})
        assert page.form.fields["score-1.2"] == "4"
        assert page.form.fields["subareas-3"] == ["1.3", "", ""]
        assert page.text.count("Nu sparat:") == 1
        assert "Nu sparat: 3" in page.text
        visit(cast.director).submit(page.form, follow=False)
        work = work_of(cast.director)
        assert [sub.score for sub in work.area(1).subareas[:2]] == [5, 4]
        assert work.item(3).subareas == ("1.3",)

    def test_what_is_left_out_stands_struck_with_its_reason(
        self, cast: Cast, visit: Visits
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        visitor.get("/drafts/1/items/3")
        visitor.post(
            "/drafts/1/items/3/drop", {"version": "1", "reason": "En rubrik"}, follow=False
        )
        page = visitor.get("/drafts/1/areas/1")
        assert "1 borttagen" in page.text
        assert "Skäl: En rubrik" in page.text
        assert len(page.all("del")) == 1
        page = visitor.submit(page.form, restore="3")
        assert not page.all("del")

    def test_points_that_belong_to_no_area_have_no_scores(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        page = visit(cast.director).get("/drafts/1/areas/0")
        assert page.h1 == "Övergripande förbättringspunkter"
        assert "Poäng" not in [text_of(node) for node in page.all("h2")]
        assert "Lägg till en styrka" not in page.text

    def test_what_another_saved_meanwhile_is_not_written_over(
        self, cast: Cast, visit: Visits
    ) -> None:
        make_draft(cast)
        mine = visit(cast.director).get("/drafts/1/areas/1").form
        other = visit(cast.unit_director)
        other.submit(other.get("/drafts/1/areas/1").form, score="31", follow=False)
        page = visit(cast.director).submit(mine, status=409, score="32")
        assert "Utkastet har ändrats i en annan flik eller av någon annan." in page.text
        assert page.form.fields["score"] == "32"
        assert "Nu sparat: 31" in page.text
        assert work_of(cast.director).area(1).score == 31
        visit(cast.director).submit(page.form, follow=False)
        assert work_of(cast.director).area(1).score == 32

    @pytest.mark.parametrize(
        "sent",
        [
            {"point": ["3", "77", "x", "9" * 40], "subareas-3": "9.9"},
            {"row": ["1.1", "<b>"], "name-1.1": "a", "name-<b>": "b"},
            {"settle": "77"},
            {"restore": "77"},
            {},
        ],
    )
    def test_nonsense_does_no_harm(
        self, cast: Cast, visit: Visits, sent: dict[str, object]
    ) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        visitor.get("/drafts/1/areas/1")
        before = work_of(cast.director).items
        page = visitor.ask("POST", "/drafts/1/areas/1", {"version": "1", **sent})
        assert page.status in (302, 404, 422)
        assert {one.text for one in work_of(cast.director).items} == {one.text for one in before}


class TestReport:
    def test_the_lines_around_the_area_with_its_items_marked(
        self, cast: Cast, visit: Visits
    ) -> None:
        make_draft(cast)
        page = visit(cast.director).get("/drafts/1/areas/2")
        marked = [text_of(node) for node in page.all("mark")]
        assert "Det finns en väl förankrad plan för område 2." in marked
        assert page.all("mark", class_="mark--strength")
        assert page.all("mark", class_="mark--point")
        assert not page.all("mark", class_="mark--chosen")

    def test_the_place_of_a_point(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast)
        visitor = visit(cast.director)
        page = visitor.get("/drafts/1/areas/2")
        [link] = [a for a in page.all("a") if "Låt invånarna" in text_of(a) and "rad" in text_of(a)]
        assert link.get("href", "").endswith("item=8#report")
        page = visitor.get(link.get("href", "").partition("#")[0])
        [chosen] = page.all("mark", class_="mark--chosen")
        assert text_of(chosen).startswith("Låt invånarna pröva tjänsterna i område 2")
        assert page.by_id("item-8").get("class", "").endswith("reading--chosen")

    def test_an_address_that_leads_nowhere_shows_what_there_is(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        make_draft(cast)
        for query in ("line=-4", "line=99999", "line=x&item=y", "page=3", "item=77"):
            with subtests.test(query=query):
                assert (
                    visit(cast.director)
                    .get(f"/drafts/1/areas/2?{query}")
                    .all("p", class_="source-line")
                )

    def test_a_draft_from_before_lines_were_kept(self, cast: Cast, visit: Visits) -> None:
        make_draft(cast).source_lines = None
        page = visit(cast.director).get("/drafts/1/areas/1")
        assert "Rapportens text sparades inte när den lästes." in page.text
