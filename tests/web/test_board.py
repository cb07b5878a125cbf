"""The board as people meet it, and the buttons on its cards."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

import pytest

from tests.helpers.cast import make_action
from tests.helpers.pages import elements, text_of
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action

HOSTILE = "<script>alert(1)</script> \"'&{{ 7*7 }} 🙂 \u202eabc"


def columns(page):
    return {
        text_of(next(elements(section, "h2"))): [text_of(h3) for h3 in elements(section, "h3")]
        for section in page.all("section")
    }


def move_form(page, action):
    return next(form for form in page.forms if form.action.startswith(f"/actions/{action.id}/move"))


def many(cast, number, **values):
    db.session.add_all(
        make_action(cast.plan, f"Många {n:03}", unit=cast.unit, owner=cast.owner, **values)
        for n in range(number)
    )
    db.session.commit()


NONSENSE = (
    "status=x&owner=abc",
    f"unit={2**40}",
    "q=" + quote("a" * 10_000),
    "q=%00&late=" + quote(HOSTILE),
)


class TestBoard:
    def test_it_says_how_the_actions_are_spread(self, cast, visit):
        page = visit(cast.director).get("/actions/board")
        assert page.h1 == "Tavla"
        lead = "Så fördelar sig åtgärderna: 2 pågår, 1 planerad, 1 väntar på att verifieras."
        assert lead in page.text
        assert columns(page) == {
            "Planerad 1": ["Mät väntetider för företag"],
            "Pågår 2": ["Återkoppla synpunkter på webben", "Elevernas egna frågor"],
            "Pausad 0": [],
            "Genomförd 1": ["En kalender för alla samråd"],
            "Verifierad 0": [],
            "Avbruten 0": [],
        }

    def test_a_card_says_who_when_and_how(self, cast, visit):
        cast.action.health = Health.AT_RISK
        cast.colleague_action.owner = None
        db.session.commit()
        page = visit(cast.director).get("/actions/board")
        cards = {
            text_of(next(elements(li, "h3"))): text_of(li)
            for li in page.all("li", class_="board__card")
        }
        ongoing, late = cards[cast.action.title], cards[cast.colleague_action.title]
        assert "Olle Ägare Slutdatum 2026-04-30 Risk för försening" in ongoing
        assert "Ingen ägare än Slutdatum 2026-02-27 Försenad" in late

    def test_the_three_views_keep_the_filter(self, cast, visit):
        page = visit(cast.director).get(f"/actions/board?owner={cast.owner.id}&page=2")
        nav = next(n for n in page.all("nav") if n.get("aria-label") == "Sätt att se åtgärderna")
        found = {text_of(a): (a.get("href"), a.get("aria-current")) for a in elements(nav, "a")}
        tail = f"?owner={cast.owner.id}"
        assert found == {
            "Lista": (f"/actions{tail}", None),
            "Tavla": (f"/actions/board{tail}", "page"),
            "Tidslinje": (f"/actions/timeline{tail}", None),
        }

    def test_a_long_column_leads_to_the_list(self, cast, visit):
        many(cast, 12)
        page = visit(cast.director).get(f"/actions/board?owner={cast.owner.id}")
        assert "Pågår 13" in columns(page)
        address = page.links["Visa alla: Pågår"]
        listed = visit(cast.director).get(address)
        assert "13 åtgärder" in listed.text

    def test_an_empty_filter_shows_the_way_back(self, cast, visit):
        page = visit(cast.director).get("/actions/board?q=finnsinte")
        assert page.links["Rensa filtret"] == "/actions/board"

    @pytest.mark.parametrize(
        ("who", "sentence"),
        [
            ("unit_director", "Planen har inga åtgärder än"),
            ("colleague", "Det finns inga åtgärder att visa"),
        ],
    )
    def test_an_empty_plan_teaches_the_next_step(self, cast, visit, who, sentence):
        for action in (cast.action, cast.done_action, cast.colleague_action):
            action.owner, action.unit = cast.stranger, cast.other_unit
        db.session.commit()
        assert sentence in visit(getattr(cast, who)).get("/actions/board").text

    def test_nonsense_in_the_address_asks_for_nothing(self, cast, visit, subtests):
        for query in NONSENSE:
            with subtests.test(query=query):
                visit(cast.director).get(f"/actions/board?{query}")

    def test_what_people_typed_is_only_text(self, cast, visit):
        cast.action.title = HOSTILE
        db.session.commit()
        page = visit(cast.director).get("/actions/board")
        assert "<script>alert" not in page.html

    @pytest.mark.parametrize("who", ["director", "owner", "member"])
    def test_it_costs_the_same_however_many_there_are(self, cast, visit, count_queries, who):
        visitor = visit(getattr(cast, who))
        costs = []
        for number in (1, 30):
            many(cast, number, committee=cast.committee)
            with count_queries() as counted:
                visitor.get("/actions/board")
            costs.append(counted.number)
        assert costs[0] == costs[1]


NOT_OURS = (
    {},
    {"status": "ongoing"},
    {"status": "", "version": "1"},
    {"status": "å" * 10_000, "version": "1"},
    {"status": "paused", "version": "x"},
    {"status": "paused", "version": str(2**40)},
    {"status": "paused\0", "version": "1"},
)


class TestMove:
    def test_a_button_moves_the_card_and_comes_back_to_the_filter(self, cast, visit):
        visitor = visit(cast.director)
        here = f"/actions/board?owner={cast.owner.id}"
        form = move_form(visitor.get(here), cast.action)
        assert form.buttons == ["Planerad", "Pausad"]
        page = visitor.post(form.action, {**form.fields, "status": "paused"})
        assert page.path == here
        assert "”Återkoppla synpunkter på webben” är nu: pausad." in page.text
        assert "Pausad 1" in columns(page)

    def test_links_lead_to_the_steps_that_ask_for_more(self, cast, visit):
        page = visit(cast.director).get("/actions/board")
        back = quote("/actions/board", safe="/")
        one = f"/actions/{cast.action.id}"
        assert page.links[f"Genomförd… {cast.action.title}"] == f"{one}/complete?next={back}"
        assert page.links[f"Avbryt åtgärden… {cast.action.title}"] == f"{one}/drop?next={back}"
        assert f"Granska och verifiera: {cast.done_action.title}" in page.links

    def test_who_only_reads_has_no_buttons(self, cast, visit):
        for person in (cast.owner, cast.member):
            page = visit(person).get("/actions/board")
            assert not [form for form in page.forms if form.method == "post"]

    def test_the_second_of_two_movers_is_told_what_happened(self, cast, visit):
        visitor = visit(cast.director)
        form = move_form(visitor.get("/actions/board"), cast.action)
        cast.action.status = ActionStatus.PAUSED
        db.session.commit()
        page = visitor.post(form.action, {**form.fields, "status": "planned"})
        assert "Någon annan har ändrat ”Återkoppla synpunkter på webben”" in page.text
        assert "Den är nu: pausad." in page.text
        assert db.session.get(Action, cast.action.id).status is ActionStatus.PAUSED

    def test_a_status_that_no_button_has_is_refused_in_words(self, cast, visit, subtests):
        visitor = visit(cast.director)
        form = move_form(visitor.get("/actions/board"), cast.action)
        for status in ("done", "dropped"):
            with subtests.test(status=status):
                page = visitor.post(form.action, {**form.fields, "status": status})
                assert "Välj planerad, pågår eller pausad." in page.text

    def test_what_no_button_sends_is_no_form_of_ours(self, cast, visit, subtests):
        visitor = visit(cast.director)
        visitor.get("/actions/board")
        for sent in NOT_OURS:
            with subtests.test(sent=sent):
                visitor.post(f"/actions/{cast.action.id}/move", sent, status=400)
                assert db.session.get(Action, cast.action.id).status is ActionStatus.ONGOING

    def test_the_way_back_stays_on_this_site(self, cast, visit):
        visitor = visit(cast.director)
        form = move_form(visitor.get("/actions/board"), cast.action)
        page = visitor.post(
            f"/actions/{cast.action.id}/move?next=//evil.example",
            {**form.fields, "status": "paused"},
        )
        assert page.path == "/actions/board"
        assert cast.action.deadline == date(2026, 4, 30)
