"""The plan's list, an action's page and a person's own, as each role meets them."""

from __future__ import annotations

from datetime import date, timedelta
from urllib.parse import quote

import pytest

from tests.helpers.cast import NOW, make_action
from tests.helpers.pages import elements, text_of
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import ActionPlan, Milestone, PlanState, StatusUpdate
from tracker.services import journal

HOSTILE = "<script>alert(1)</script> \"'&{{ 7*7 }} 🙂 \u202eabc"


def heard(action, author, health=Health.AT_RISK, text="Vi väntar på besked.", days=3):
    db.session.add(
        StatusUpdate(
            action_id=action.id,
            author_id=author.id,
            at=NOW - timedelta(days=days),
            health=health,
            text=text,
        )
    )
    action.health, action.reported_at = health, NOW - timedelta(days=days)
    db.session.commit()


def many(cast, number):
    for n in range(number):
        action = make_action(cast.plan, f"Många {n:03}", unit=cast.unit, owner=cast.owner)
        action.milestones = [Milestone(title="Del", due=date(2026, 4, 1))]
        db.session.add(action)
        db.session.flush()
        heard(action, cast.owner)


NONSENSE = (
    "status=nonsens&health=x&unit=x&committee=-1&owner=%00&plan=1e9&sort=drop&page=x",
    "unit=99999999999999999999&owner=99999999999999999999&page=99999999999999999999",
    "q=%00%25_%5C%27%22%3Cscript%3E&late=1",
    "q=" + "a" * 3000,
)


class TestPlan:
    def test_it_answers_first(self, cast, visit):
        page = visit(cast.director).get("/actions")
        assert page.h1 == "Handlingsplan 2026"
        assert "1 av 4 åtgärder är genomförd. 1 är försenad." in page.text
        assert "Antagen av Kommunstyrelsen 15 januari 2026, § 12, KS 2026/17." in page.text
        assert "Anta planen" not in page.text

    def test_what_was_dropped_does_not_count_against_the_plan(self, cast, visit):
        visitor = visit(cast.director)
        for action, said in (
            (cast.action, "1 av 3 åtgärder är genomförd. 1 är försenad, 1 är avbruten."),
            (cast.colleague_action, "1 av 2 åtgärder är genomförd. 2 är avbrutna."),
        ):
            action.status = ActionStatus.DROPPED
            action.dropped_on, action.dropped_by = date(2026, 2, 1), "KS"
            action.dropped_reason = "Klart ändå."
            assert said in visitor.get("/actions").text

    def test_a_row_says_who_when_and_how(self, cast, visit):
        heard(cast.action, cast.owner)
        rows = visit(cast.director).get("/actions").rows
        row = next(row for row in rows if row[0] == "Återkoppla synpunkter på webben")
        assert row[1:4] == ["Olle Ägare", "Kommunledningsförvaltningen", "2026-04-30"]
        assert row[4] == "Pågår"
        assert row[5] == "Risk för försening för 3 dagar sedan"
        late = next(row for row in rows if row[0] == "Mät väntetider för företag")
        assert late[4] == "Planerad Försenad"
        assert late[5] == "Ingen lägesrapport än"

    @pytest.mark.parametrize(
        ("who", "link"), [("director", True), ("unit_director", False), ("owner", False)]
    )
    def test_a_draft_can_be_adopted_by_those_who_may(self, cast, visit, who, link):
        cast.plan.state = PlanState.DRAFT
        for decision in cast.plan.decisions:
            db.session.delete(decision)
        page = visit(getattr(cast, who)).get("/actions")
        assert "Ett utkast som ännu inte är antaget." in page.text
        assert (page.links.get("Anta planen") == f"/plans/{cast.plan.id}/adopt") is link

    def test_several_plans_each_with_its_state(self, cast, visit):
        db.session.add(ActionPlan(title="Nästa plan", created_at=NOW))
        db.session.commit()
        visitor = visit(cast.director)
        page = visitor.get("/actions")
        assert page.h1 == "Handlingsplan"
        assert "Nästa plan: Ett utkast" in page.text
        page = visitor.get(f"/actions?plan={cast.plan.id}")
        assert page.h1 == "Handlingsplan 2026"
        assert "av 4 åtgärder" in page.text

    def test_the_filter_lives_in_the_address(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get("/actions?q=webben&status=ongoing&sort=title")
        assert [row[0] for row in page.rows[1:]] == ["Återkoppla synpunkter på webben"]
        assert page.forms[0].fields["q"] == "webben"
        assert page.forms[0].fields["status"] == "ongoing"
        there = visitor.get(page.links["Återkoppla synpunkter på webben"])
        crumbs = there.all("nav", class_="breadcrumb")[0]
        assert [a.get("href") for a in elements(crumbs, "a")] == [
            "/actions?q=webben&status=ongoing&sort=title"
        ]

    def test_nothing_matches(self, cast, visit):
        page = visit(cast.director).get("/actions?q=finnsinte")
        assert "Inga åtgärder stämmer med filtret" in page.text
        assert page.links["Rensa filtret"] == "/actions"
        assert "1 av 4 åtgärder" in page.text

    def test_nonsense_in_the_address_is_no_fault(self, any_app, cast, visit, subtests):
        for query in NONSENSE:
            with subtests.test(query=query):
                visit(cast.director).get(f"/actions?{query}")

    def test_nothing_to_see_yet(self, cast, visit):
        cast.plan.state = PlanState.DRAFT
        db.session.commit()
        page = visit(cast.member).get("/actions")
        assert page.h1 == "Handlingsplan"
        assert "när handlingsplanen är antagen" in page.text
        assert "Handlingsplan 2026" not in page.text

    def test_an_empty_plan_teaches_the_next_step(self, cast, visit):
        cast.unit_director.roles[0].unit_id = None
        for action in (cast.action, cast.colleague_action, cast.done_action, cast.other_action):
            action.unit_id = cast.other_unit.id
        cast.unit_director.roles[0].unit_id = cast.unit.id
        db.session.commit()
        page = visit(cast.unit_director).get("/actions")
        assert "Planen har inga åtgärder än" in page.text
        assert page.links["Till förbättringspunkterna"] == "/points"

    def test_pages_keep_the_filter(self, cast, visit):
        many(cast, 35)
        page = visit(cast.director).get("/actions?unit=" + str(cast.unit.id))
        assert len(page.rows) == 31
        assert "page=2" in page.links["Nästa"]
        assert f"unit={cast.unit.id}" in page.links["Nästa"]

    def test_queries_do_not_grow(self, the_app, cast, visit, count_queries):
        numbers = []
        visitor = visit(cast.owner)
        for more in (5, 20):
            many(cast, more)
            numbers.append({})
            for path in ("/actions", "/my-actions"):
                with count_queries() as counted:
                    visitor.get(path)
                numbers[-1][path] = counted.number
        assert numbers[0] == numbers[1]


UNSEEING = (
    ("colleague", 404),
    ("other_member", 404),
    ("admin", 403),
)


class TestAction:
    def test_its_page(self, cast, visit):
        heard(cast.action, cast.owner)
        page = visit(cast.owner).get(f"/actions/{cast.action.id}")
        assert page.h1 == "Återkoppla synpunkter på webben"
        assert "Olle Ägare ska vara klar torsdag 30 april, om 59 dagar." in page.text
        assert "Vi väntar på besked." in page.text
        assert "Berätta öppet hur synpunkter har påverkat besluten." in page.text
        assert "27 av 60, 33 poäng saknas" in page.text
        assert "sidan 4" in page.text
        assert "Mall för svar, senast fredag 20 mars" in page.text

    @pytest.mark.parametrize(
        ("who", "words"),
        [
            (
                "director",
                {"Lämna lägesrapport", "Markera som genomförd", "Redigera", "Avbryt åtgärden"},
            ),
            ("owner", {"Lämna lägesrapport", "Markera som genomförd"}),
            ("member", set()),
        ],
    )
    def test_it_offers_what_one_may(self, cast, visit, who, words):
        page = visit(getattr(cast, who)).get(f"/actions/{cast.action.id}")
        every = {"Lämna lägesrapport", "Markera som genomförd", "Redigera", "Avbryt åtgärden"}
        main = {text_of(link) for link in elements(page.main, "a")}
        assert main & every == words

    def test_who_may_not_see_it(self, cast, visit, subtests):
        for who, status in UNSEEING:
            with subtests.test(who=who, status=status):
                visit(getattr(cast, who)).get(f"/actions/{cast.action.id}", status)

    def test_no_such_action(self, any_app, cast, visit, subtests):
        for number in ("9999", "0", "2147483648", "9" * 30):
            with subtests.test(number=number):
                visit(cast.director).get(f"/actions/{number}", 404)

    def test_what_became_of_a_dropped_one(self, cast, visit):
        cast.action.status = ActionStatus.DROPPED
        cast.action.dropped_on, cast.action.dropped_by = date(2026, 2, 1), "Kommunstyrelsen"
        cast.action.dropped_reason = "Staten tar över."
        page = visit(cast.member).get(f"/actions/{cast.action.id}")
        assert "Avbruten söndag 1 februari efter beslut av Kommunstyrelsen." in page.text
        assert "Staten tar över." in page.text

    def test_hostile_words_come_out_as_words(self, any_app, cast, visit):
        action = cast.action
        action.title = action.description = action.expected_effect = HOSTILE
        action.milestones[0].title = HOSTILE
        cast.points[0].text = HOSTILE
        cast.owner.name = HOSTILE
        heard(action, cast.owner, text=HOSTILE)
        change = {"title": [HOSTILE, HOSTILE], "deadline_reason": HOSTILE, "milestone": HOSTILE}
        journal.record("action.edit", "action", action.id, change, by=cast.owner, now=NOW)
        journal.record("future.deed", "action", action.id, {"x": [1]}, by=None, now=NOW)
        page = visit(cast.director).get(f"/actions/{action.id}")
        assert page.h1 == " ".join(HOSTILE.split())
        assert "<script>alert" not in page.html
        assert page.text.count("<script>alert(1)</script>") >= 7
        assert "49" not in page.h1
        for path in (
            "/actions",
            f"/actions/{action.id}/edit",
            f"/actions/new?point={cast.points[0].id}",
        ):
            assert "<script>alert" not in visit(cast.director).get(path).html
        assert "<script>alert" not in visit(cast.owner).get("/my-actions").html

    def test_english(self, cast, visit):
        cast.director.locale = "en"
        visit(cast.director).get(f"/actions/{cast.action.id}")
        visit(cast.director).get("/actions")

    @pytest.mark.parametrize("state", list(ActionStatus))
    def test_every_state_has_a_page(self, cast, visit, state):
        action = cast.action
        action.status = state
        if state in (ActionStatus.DONE, ActionStatus.VERIFIED):
            action.done_on, action.done_by = date(2026, 2, 1), cast.owner
        if state is ActionStatus.VERIFIED:
            action.verified_on, action.verified_by = date(2026, 2, 2), cast.director
        if state is ActionStatus.DROPPED:
            action.dropped_on, action.dropped_by = date(2026, 2, 1), "KS"
            action.dropped_reason = "Klart ändå."
        for who in (cast.director, cast.owner, cast.member):
            visit(who).get(f"/actions/{action.id}")

    def test_a_step_leads_back_to_where_one_came_from(self, cast, visit):
        visitor = visit(cast.director)
        listed = "/actions?late=1"
        page = visitor.get(f"/actions/{cast.action.id}?next={quote(listed, safe='')}")
        page = visitor.get(page.links["Redigera"])
        page = visitor.submit(page.form, title="Korta väntetiderna nu")
        assert page.h1 == "Korta väntetiderna nu"
        assert page.links["Handlingsplan"] == listed

    @pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil"])
    def test_a_step_leads_nowhere_else(self, cast, visit, target):
        visitor = visit(cast.director)
        page = visitor.get(f"/actions/{cast.action.id}/drop?next={quote(target, safe='')}")
        assert page.links["Behåll åtgärden"] == f"/actions/{cast.action.id}"


class TestMine:
    def test_it_answers_first(self, cast, visit):
        cast.action.deadline = date(2026, 3, 1)
        page = visit(cast.owner).get("/my-actions")
        assert "Du har 1 åtgärd. 1 är försenad." in page.text
        assert "Slutdatum söndag 1 mars, i går." in page.text
        assert "Nästa delsteg: Mall för svar, fredag 20 mars." in page.text
        assert "Väntar på att verifieras" in page.text
        assert "En kalender för alla samråd" in page.text

    def test_nothing_to_do(self, cast, visit):
        page = visit(cast.director).get("/my-actions")
        assert "Du har inga öppna åtgärder." in page.text
        assert "Här är det tomt" in page.text

    @pytest.mark.parametrize("who", ["member", "admin"])
    def test_not_for_those_who_own_nothing(self, cast, visit, who):
        visit(getattr(cast, who)).get("/my-actions", 403)

    def test_done_is_one_click_away_and_leads_back(self, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.get("/my-actions")
        done = next(url for url in page.links.values() if f"/{cast.action.id}/complete" in url)
        page = visitor.submit(visitor.get(done).form, evidence_title="Rutinen är beslutad.")
        assert page.h1 == "Mina åtgärder"
        assert "Väntar på att verifieras" in page.text

    @pytest.mark.parametrize(("who", "seen"), [("owner", False), ("director", True)])
    def test_one_first_page_in_the_menu(self, cast, visit, who, seen):
        page = visit(getattr(cast, who)).get("/my-actions")
        assert ("Läget" in page.links) is seen
