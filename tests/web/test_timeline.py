"""The timeline as people meet it."""

from __future__ import annotations

from datetime import date

from tests.helpers.cast import make_action
from tests.helpers.pages import elements, text_of
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Milestone

HOSTILE = "<script>alert(1)</script> \"'&{{ 7*7 }} 🙂 \u202eabc"


def pictures(page):
    return [node for node in page.all("svg") if node.get("role") == "img"]


def drawing(page):
    (picture,) = pictures(page)
    return picture


def marks(page, name):
    return [node for node in drawing(page).iter() if name in node.get("class", "").split()]


NONSENSE = (
    "status=x",
    "page=-1",
    f"page={2**40}",
    f"unit={2**40}",
    "q=%00" + "a" * 10_000,
)


class TestPage:
    def test_it_says_what_comes_next(self, cast, visit):
        page = visit(cast.director).get("/actions/timeline")
        assert page.h1 == "Tidslinje"
        sentence = "Nästa slutdatum är torsdag 30 april: Återkoppla synpunkter på webben. "
        assert f"{sentence}1 åtgärd här är försenad." in page.text

    def test_what_is_all_finished_is_said_too(self, cast, visit):
        page = visit(cast.director).get("/actions/timeline?status=done")
        assert "Ingen av åtgärderna här är öppen." in page.text

    def test_the_drawing_has_words_and_a_row_for_each_action(self, cast, visit):
        page = visit(cast.director).get("/actions/timeline")
        picture = drawing(page)
        assert picture.get("aria-labelledby") == "gantt-title gantt-text"
        assert text_of(next(elements(picture, "title"))) == "4 åtgärder från start till slutdatum"
        assert [mark.get("class") for mark in marks(page, "gantt__bar")] == [
            "gantt__bar gantt__bar--planned",
            "gantt__bar gantt__bar--ongoing",
            "gantt__bar gantt__bar--ongoing",
            "gantt__bar gantt__bar--done",
        ]
        assert len(marks(page, "gantt__today")) == 1
        assert len(marks(page, "gantt__piece")) == 1
        assert not marks(page, "gantt__first")
        assert [text_of(node) for node in marks(page, "gantt__year")] == ["2026"]
        assert [text_of(node) for node in marks(page, "gantt__month")] == [
            "jan",
            "feb",
            "mars",
            "apr",
        ]

    def test_titles_lead_to_the_actions_and_back(self, cast, visit):
        here = f"/actions/timeline?owner={cast.owner.id}"
        page = visit(cast.director).get(here)
        target = f"/actions/{cast.action.id}?next=/actions/timeline?owner%3D{cast.owner.id}"
        assert page.links[cast.action.title] == target

    def test_slippage_and_forecast_are_drawn_and_told(self, cast, visit):
        cast.action.first_deadline = date(2026, 3, 31)
        cast.action.forecast = date(2026, 5, 29)
        cast.action.starts_on = date(2026, 3, 2)
        db.session.commit()
        page = visit(cast.owner).get("/actions/timeline")
        for name in ("gantt__first", "gantt__slip", "gantt__forecast"):
            assert len(marks(page, name)) == 1, name
        assert page.rows[1] == [
            "Återkoppla synpunkter på webben",
            "Pågår",
            "2026-03-02",
            "2026-03-31",
            "2026-04-30",
            "2026-05-29",
            "0 av 1 klara",
        ]

    def test_every_status_has_a_look(self, cast, visit, subtests):
        for status in ("planned", "paused", "dropped"):
            with subtests.test(status=status):
                if status == "dropped":
                    cast.action.dropped_on, cast.action.dropped_by = date(2026, 3, 1), "KS"
                    cast.action.dropped_reason = "Behövs inte."
                cast.action.status = ActionStatus(status)
                db.session.commit()
                page = visit(cast.owner).get("/actions/timeline")
                assert marks(page, f"gantt__bar--{status}")

    def test_years_stand_where_months_have_no_room(self, cast, visit):
        cast.action.deadline = date(2046, 3, 2)
        db.session.commit()
        page = visit(cast.owner).get("/actions/timeline")
        assert not marks(page, "gantt__month")
        assert [text_of(node) for node in marks(page, "gantt__year")][-1] == "2046"

    def test_no_style_stands_with_an_element(self, cast, visit):
        assert "style=" not in visit(cast.director).get("/actions/timeline").html

    def test_pages_follow_each_other(self, cast, visit):
        db.session.add_all(make_action(cast.plan, f"Många {n:03}") for n in range(40))
        db.session.commit()
        page = visit(cast.director).get("/actions/timeline")
        assert page.links["Nästa"] == "/actions/timeline?page=2"
        assert len(marks(visit(cast.director).get("/actions/timeline?page=2"), "gantt__bar")) == 14

    def test_nothing_found_shows_the_way_back(self, cast, visit):
        page = visit(cast.director).get("/actions/timeline?q=finnsinte")
        assert page.links["Rensa filtret"] == "/actions/timeline"
        assert not pictures(page)

    def test_nonsense_in_the_address_asks_for_nothing(self, cast, visit, subtests):
        for query in NONSENSE:
            with subtests.test(query=query):
                visit(cast.director).get(f"/actions/timeline?{query}")

    def test_what_people_typed_is_only_text(self, cast, visit):
        cast.action.title = HOSTILE
        db.session.commit()
        page = visit(cast.owner).get("/actions/timeline")
        assert "<script>alert" not in page.html

    def test_it_costs_the_same_however_many_there_are(self, cast, visit, count_queries):
        visitor = visit(cast.director)
        costs = []
        for number in (1, 30):
            for n in range(number):
                action = make_action(cast.plan, f"Fler {n}", owner=cast.owner)
                action.milestones = [Milestone(title="Del", due=date(2026, 4, 1))]
                db.session.add(action)
            db.session.commit()
            with count_queries() as counted:
                visitor.get("/actions/timeline")
            costs.append(counted.number)
        assert costs[0] == costs[1]
