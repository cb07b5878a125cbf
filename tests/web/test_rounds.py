"""The pages about follow-up rounds, and the places where people meet them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.pages import Form, Page
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import Absence, FollowUpRound

DAY = timedelta(days=1)
NEW = {"name": "Tertial 1", "opens_on": "2026-04-01", "due_on": "2026-04-30", "plan_id": ""}


def posting(page: Page, ending: str = "") -> Form:
    """The form of the page's own task."""
    (found,) = [
        form
        for form in page.forms
        if form.method == "post"
        and ({"name", "due_on"} <= form.fields.keys() if not ending else form.action == ending)
    ]
    return found


def reported(cast: Cast) -> None:
    """The owner's action has a new report."""
    db.session.add(pieces.update(cast.action))
    cast.action.reported_at = NOW
    db.session.commit()


class TestList:
    def test_before_the_first_it_teaches(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.director).get("/rounds")
        assert page.links["Planera den första omgången"] == "/rounds/new"
        assert "Planera" not in visit(cast.owner).get("/rounds").text
        assert "du får en påminnelse" not in page.text

    def test_the_lead_says_how_many_have_answered(self, cast: Cast, visit: Visits) -> None:
        pieces.follow_up_round(cast)
        reported(cast)
        page = visit(cast.director).get("/rounds")
        assert (
            "Tertial 1 är öppen till onsdag 18 mars. 1 av 3 åtgärder har en ny lägesrapport, "
            "2 personer har inte svarat alls." in page.text
        )
        assert page.links["Ny omgång"] == "/rounds/new"
        page = visit(cast.owner).get("/rounds")
        assert "Den enda åtgärden har en ny lägesrapport." in page.text
        assert "Räknat på de åtgärder som du får se." in page.text
        assert "Ny omgång" not in page.links

    def test_nothing_is_open_and_pages_go_on(self, cast: Cast, visit: Visits) -> None:
        for number in range(8):
            day = TODAY - (30 + 20 * number) * DAY
            pieces.follow_up_round(
                cast, name=f"Nr {number}", opens_on=day, due_on=day + DAY, closed_on=day + DAY
            )
        page = visit(cast.director).get("/rounds")
        assert "Ingen omgång är öppen just nu." in page.text
        assert "Nr 0" in page.links and "Nr 7" not in page.links
        assert "Nr 7" in visit(cast.director).get("/rounds?page=2").links

    def test_the_menu_leads_to_it(self, cast: Cast, visit: Visits) -> None:
        assert visit(cast.owner).get("/my-actions").links["Uppföljning"] == "/rounds"
        assert "Uppföljning" not in visit(cast.admin).get("/").links


WRONG = (
    ({"name": ""}, "Skriv vad omgången heter"),
    ({"name": "x" * 10_000}, "Skriv högst 100 tecken. Nu är det 10000."),
    ({"opens_on": "i morgon"}, "Skriv datumet som år-månad-dag"),
    ({"opens_on": ""}, "Välj vilken dag omgången öppnar."),
    ({"due_on": "2026-04-01"}, "ska ligga efter"),
    ({"due_on": "2026-03-01", "opens_on": "2026-02-01"}, "har redan passerat"),
    ({"due_on": "2029-01-01"}, "mer än två år fram"),
    ({"due_on": "2026-07-31"}, "längre än 120 dagar"),
    ({"opens_on": "2026-03-10"}, "krockar med ”Pågår”"),
)


class TestNew:
    def test_the_next_usual_round_is_filled_in(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.director).get("/rounds/new")
        fields = posting(page).fields
        assert (fields["name"], fields["opens_on"], fields["due_on"]) == (
            "Tertial 1 2026",
            "2026-04-01",
            "2026-04-30",
        )
        page = visit(cast.director).get(page.links["Årsbokslut 2026"])
        assert posting(page).fields["due_on"] == "2026-12-31"
        assert visit(cast.director).get("/rounds/new?usual=nonsense").status == 200

    def test_it_is_saved_as_suggested(self, cast: Cast, visit: Visits) -> None:
        form = posting(visit(cast.director).get("/rounds/new"))
        page = visit(cast.director).submit(form)
        assert page.h1 == "Tertial 1 2026"
        assert "öppnar onsdag 1 april och pågår till torsdag 30 april" in page.text
        assert "är sparad" in page.text
        assert "Ta bort" in page.links and "Avsluta" not in page.links
        assert "lade till uppföljningsomgången ”Tertial 1 2026”" in visit(cast.admin).get("/").text

    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        pieces.follow_up_round(cast, name="Pågår")
        for changes, sentence in WRONG:
            with subtests.test(changes=changes, sentence=sentence):
                typed = {**NEW, **changes}
                page = visit(cast.director).post("/rounds/new", typed, status=422)
                assert sentence in page.text
                assert page.title.startswith("Fel:")
                assert {k: v for k, v in posting(page).fields.items() if k in typed} == typed

    def test_a_plan_that_is_none(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        for plan in ("nonsense", "0", "999999", str(2**40), "-1"):
            with subtests.test(plan=plan):
                page = visit(cast.director).post(
                    "/rounds/new", {**NEW, "plan_id": plan}, status=422
                )
                assert "Det du valde finns inte i listan." in page.text
                assert db.session.query(FollowUpRound).count() == 0

    def test_strange_names_stay_text(self, cast: Cast, visit: Visits) -> None:
        name = "🦔 <b>%(name)s</b> {{ 7*7 }} =1+1"
        page = visit(cast.director).post("/rounds/new", {**NEW, "name": f"{name}\x00"})
        assert page.h1 == name
        assert name in visit(cast.director).get("/rounds").text


class TestOne:
    def test_units_people_and_what_is_missing(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        reported(cast)
        page = visit(cast.director).get(f"/rounds/{one.id}")
        assert ["Kommunledningsförvaltningen", "1 av 2", "1"] in page.rows
        assert page.links["Elevernas egna frågor"].startswith(f"/actions/{cast.other_action.id}")
        assert cast.action.title not in page.links
        assert "Klar" in page.text and "Inte svarat alls" in page.text
        assert 'aria-label="Kommunledningsförvaltningen: 1 av 2"' in page.html

    def test_a_manager_sees_their_own(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        page = visit(cast.owner).get(f"/rounds/{one.id}")
        assert cast.action.title in page.links
        assert "Karin Kollega" not in page.text
        assert "Redigera" not in page.links

    def test_the_whole_lists(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        for number in range(40):
            db.session.add(make_action(cast.plan, f"Till {number}", owner=cast.owner))
        db.session.commit()
        page = visit(cast.director).get(f"/rounds/{one.id}")
        page = visit(cast.director).get(page.links["Visa alla 43 åtgärder"])
        assert len(page.rows) == 30 + 1
        assert len(visit(cast.director).get(f"{page.path}?page=2").rows) == 13 + 1
        people = visit(cast.director).get(f"/rounds/{one.id}/people")
        mine = visit(cast.director).get(f"/rounds/{one.id}/missing?owner={cast.colleague.id}")
        assert "Karin Kollega har 1 åtgärd kvar att rapportera om i Tertial 1." in mine.text
        assert "Karin Kollega" in people.text

    def test_odd_questions_get_a_page(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        one = pieces.follow_up_round(cast)
        for query in ("?owner=x", f"?owner={2**40}", "?page=-1", "?owner=99999"):
            with subtests.test(query=query):
                visit(cast.director).get(f"/rounds/{one.id}/missing{query}")
                visit(cast.director).get(f"/rounds/{one.id}/people{query}")

    def test_when_all_have_answered(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        for action in (cast.action, cast.colleague_action, cast.other_action):
            action.reported_at = NOW
        db.session.commit()
        page = visit(cast.director).get(f"/rounds/{one.id}")
        assert "Alla 3 åtgärder har en ny lägesrapport." in page.text
        assert "Ingen åtgärd. Alla har rapporterat." in page.text
        visit(cast.director).get(f"/rounds/{one.id}/missing")

    def test_one_that_asks_for_nothing(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, opens_on=TODAY - 99 * DAY, due_on=TODAY - 80 * DAY)
        page = visit(cast.director).get(f"/rounds/{one.id}")
        assert "Inga åtgärder ingår." in page.text
        assert "Sista dagen har passerat" in page.text
        visit(cast.director).get(f"/rounds/{one.id}/people")

    def test_none_with_that_number(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        for key in ("0", "999999", str(2**40)):
            with subtests.test(key=key):
                visit(cast.director).get(f"/rounds/{key}", status=404)


class TestChanges:
    def test_a_change_shows_in_the_history(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        page = visit(cast.director).get(f"/rounds/{one.id}/edit")
        assert "inget nytt mejl" in page.text
        page = visit(cast.director).submit(
            posting(page), due_on="2026-03-20", plan_id=str(cast.plan.id)
        )
        assert "Sista dag: från 2026-03-18 till 2026-03-20" in page.text
        assert "Plan: från alla planer till Handlingsplan 2026" in page.text

    def test_the_loser_of_a_race_keeps_what_they_typed(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        form = posting(visit(cast.director).get(f"/rounds/{one.id}/edit"))
        visit(cast.director).submit(form, name="Den andras", follow=False)
        page = visit(cast.director).submit(form, status=409, name="Min")
        assert "Den andras" in page.text
        again = posting(page)
        assert again.fields["name"] == "Min"
        assert visit(cast.director).submit(again).h1 == "Min"

    def test_a_closed_plan_stays_chosen(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, plan=cast.plan)
        cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
        db.session.commit()
        form = posting(visit(cast.director).get(f"/rounds/{one.id}/edit"))
        assert form.fields["plan_id"] == str(cast.plan.id)
        assert visit(cast.director).submit(form, name="Nytt namn").h1 == "Nytt namn"
        assert cast.plan.title not in visit(cast.director).get("/rounds/new").text

    def test_closed_undone_and_closed(self, cast: Cast, visit: Visits) -> None:
        path = f"/rounds/{pieces.follow_up_round(cast).id}"
        page = visit(cast.director).get(f"{path}/close")
        assert "Ingen påminns mer om Tertial 1." in page.text
        page = visit(cast.director).post(f"{path}/close")
        assert "Tertial 1 är avslutad. Den avslutades måndag 2 mars, före sista" in page.text
        page = visit(cast.director).submit(posting(page, f"{path}/reopen"))
        assert "Tertial 1 är öppen till" in page.text
        visit(cast.director).post(f"{path}/close", follow=False)
        page = visit(cast.director).post(f"{path}/close")
        assert "Omgången är redan avslutad." in page.text
        page = visit(cast.director).get(f"{path}/edit")
        page = visit(cast.director).submit(posting(page), status=422)
        assert "Öppna den igen om något ska ändras." in page.text
        visit(cast.director).get(f"{path}/reopen")

    def test_removed_before_it_opens(self, cast: Cast, visit: Visits) -> None:
        visit(cast.director).post("/rounds/new", NEW, follow=False)
        one = db.session.query(FollowUpRound).one()
        visit(cast.director).get(f"/rounds/{one.id}/remove")
        page = visit(cast.director).post(f"/rounds/{one.id}/remove")
        assert page.path == "/rounds" and "är borttagen" in page.text
        said = visit(cast.admin).get("/").text
        assert "tog bort uppföljningsomgången ”Tertial 1”" in said

    @pytest.mark.parametrize("step", ["remove", "reopen"])
    def test_what_does_not_fit_leads_back(self, cast: Cast, visit: Visits, step: str) -> None:
        path = f"/rounds/{pieces.follow_up_round(cast).id}"
        assert visit(cast.director).get(f"{path}/{step}", follow=True, status=302).path == path
        page = visit(cast.director).post(f"{path}/{step}")
        assert page.all("div", role="alert")


class TestWherePeopleMeetIt:
    def test_my_actions_and_the_report(self, cast: Cast, visit: Visits) -> None:
        said = "Tertial 1: lämna lägesrapport senast onsdag 18 mars."
        pieces.follow_up_round(cast)
        page = visit(cast.owner).get("/my-actions")
        assert page.text.count(said) == 1
        path = f"/actions/{cast.action.id}/report"
        assert said in visit(cast.owner).get(path).text
        visit(cast.owner).post(path, {"health": "on_track", "text": "Bra."}, follow=False)
        assert said not in visit(cast.owner).get("/my-actions").text
        assert said not in visit(cast.owner).get(path).text

    def test_late(self, cast: Cast, visit: Visits) -> None:
        pieces.follow_up_round(cast, opens_on=TODAY - 9 * DAY, due_on=TODAY - 3 * DAY)
        said = "Tertial 1: lägesrapporten skulle ha lämnats fredag 27 februari. Lämna den nu."
        assert said in visit(cast.owner).get("/my-actions").text

    def test_who_acts_for_somebody(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        db.session.add(
            Absence(
                user_id=cast.colleague.id,
                delegate_id=cast.owner.id,
                starts_on=TODAY - DAY,
                ends_on=TODAY + DAY,
            )
        )
        db.session.commit()
        assert visit(cast.owner).get("/my-actions").text.count("Tertial 1: lämna") == 2
        page = visit(cast.owner).get(f"/rounds/{one.id}")
        assert {cast.action.title, cast.colleague_action.title} <= page.links.keys()

    def test_the_first_page_says_what_waits(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        later = TODAY + 60 * DAY
        ahead = pieces.follow_up_round(
            cast, name="Tertial 2", opens_on=later, due_on=later + 9 * DAY
        )
        page = visit(cast.director).get("/")
        assert "Ingen av 3 åtgärder har en ny lägesrapport" in page.text
        assert page.links["Se vilka som inte har rapporterat: Tertial 1"] == f"/rounds/{one.id}"
        assert page.links["Se omgången: Tertial 2"] == f"/rounds/{ahead.id}"


def test_the_pages_cost_a_constant_number_of_queries(
    cast: Cast, visit: Visits, count_queries: Any
) -> None:
    def costs() -> dict[str, int]:
        found = {}
        for path in ("/rounds", "/rounds/1", "/my-actions"):
            visit(cast.unit_director).get(path)
            with count_queries() as counted:
                visit(cast.unit_director).get(path)
            found[path] = counted.number
        return found

    pieces.follow_up_round(cast)
    db.session.add(make_action(cast.plan, "Min", owner=cast.unit_director, unit=cast.unit))
    db.session.commit()
    before = costs()
    for number in range(15):
        mine = make_action(cast.plan, f"N {number}", owner=cast.unit_director, unit=cast.unit)
        db.session.add(mine)
        day = TODAY - (50 + number * 9) * DAY
        pieces.follow_up_round(cast, opens_on=day, due_on=day + 3 * DAY)
    assert costs() == before
