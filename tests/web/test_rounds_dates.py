"""The pages about a round's dates: its meetings, the calendar, and asking once more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.pages import Page
from tests.helpers.visitor import Visits
from tests.services.mailing import plan
from tests.web.test_rounds import NEW, posting, reported
from tracker.extensions import db
from tracker.models import FollowUpRound, Report, RoundMeeting, RoundNudge

DAY = timedelta(days=1)


def meeting(cast: Cast, meets: date = date(2026, 4, 8)) -> RoundMeeting:
    return RoundMeeting(committee_id=cast.committee.id, dispatch_on=meets - 7 * DAY, meets_on=meets)


def typed_meeting(cast: Cast, **days: str) -> dict[str, str]:
    """The first row of the form, as a browser sends it."""
    row = {"committee_id": str(cast.committee.id), "meets_on": "", "dispatch_on": "", **days}
    return {f"meetings-0-{name}": value for name, value in row.items()}


WRONG = (
    ({"as_of": "i maj"}, "Skriv datumet som år-månad-dag"),
    ({"as_of": "2026-03-01"}, "Mätdagen ligger före"),
    ({"as_of": "2026-06-01"}, "mer än 31 dagar efter"),
    ({"kind": "nonsense"}, ""),
    ({"meetings-0-meets_on": "2026-04-01"}, "Mötet ligger före sista dagen"),
    ({"meetings-0-meets_on": "snart"}, "Skriv datumet som år-månad-dag"),
    ({"meetings-0-dispatch_on": "2026-05-13"}, "Välj vilken dag nämnden möts"),
    (
        {"meetings-0-meets_on": "2026-05-20", "meetings-0-dispatch_on": "2026-05-21"},
        "Handlingarna går ut efter mötet. Välj en dag senast 2026-05-20.",
    ),
    (
        {"meetings-0-committee_id": "x", "meetings-0-meets_on": "2026-05-20"},
        "Nämnden finns inte längre",
    ),
    (
        {"meetings-0-committee_id": str(2**40), "meetings-0-meets_on": "2026-05-20"},
        "Nämnden finns inte längre",
    ),
)


class TestForm:
    def test_every_committee_has_a_row(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.director).get("/rounds/new")
        assert "Nämndernas möten" in page.text
        assert [node.text for node in page.all("legend")] == ["Kommunstyrelsen", "Skolnämnden"]
        form = posting(page)
        form.fields |= {"meetings-1-meets_on": "2026-05-20", "as_of": "2026-05-04"}
        page = visit(cast.director).submit(form)
        assert "Mätdag" in page.text and "måndag 4 maj" in page.text
        assert ["Skolnämnden", "2026-05-13", "2026-05-20", "Ingen än"] in page.rows
        assert not [row for row in page.rows if "Kommunstyrelsen" in row]
        fields = posting(visit(cast.director).get(f"{page.path}/edit")).fields
        assert fields["kind"] == "tertial_1"
        assert {"2026-05-13", "2026-05-20", "2026-05-04"} <= set(map(str, fields.values()))

    def test_what_is_wrong_stands_at_its_field(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        for changes, sentence in WRONG:
            with subtests.test(changes=changes, sentence=sentence):
                typed = {**NEW, **typed_meeting(cast), **changes}
                page = visit(cast.director).post("/rounds/new", typed, status=422)
                assert sentence in page.text and page.title.startswith("Fel:")
                assert page.all("div", class_="error-summary")
                fields = posting(page).fields
                kept = {name: value for name, value in typed.items() if "kind" not in name}
                assert {name: fields[name] for name in kept} == kept
                assert db.session.query(FollowUpRound).count() == 0

    def test_the_loser_of_a_race_sees_both_meetings(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, meetings=[meeting(cast)])
        form = posting(visit(cast.director).get(f"/rounds/{one.id}/edit"))
        (row,) = {name[:10] for name, value in form.fields.items() if value == "2026-04-08"}
        form.fields[f"{row}-meets_on"] = "2026-04-15"
        visit(cast.director).submit(form, follow=False)
        form.fields |= {f"{row}-meets_on": "2026-04-22", "name": "Min"}
        page = visit(cast.director).submit(form, status=409)
        assert "handlingar 2026-04-01, möte 2026-04-15" in page.text
        assert "handlingar 2026-04-01, möte 2026-04-22" in page.text
        page = visit(cast.director).submit(posting(page))
        assert "2026-04-22" in page.text
        assert "Kommunstyrelsen (handlingar 2026-04-01, möte 2026-04-22)" in page.text

    def test_a_row_that_is_not_sent_stands(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, meetings=[meeting(cast)])
        sent = {"name": "Ny", "opens_on": "2026-02-25", "due_on": "2026-03-18", "version": "1"}
        page = visit(cast.director).post(
            f"/rounds/{one.id}/edit", {**sent, "kind": "extra", "plan_id": ""}
        )
        assert page.h1 == "Ny" and "2026-04-08" in page.text


WRONG_OF_A_YEAR = (
    ({"rounds-1-due_on": "2026-01-01"}, "har redan passerat"),
    ({"rounds-1-due_on": ""}, "Välj den sista dagen"),
    ({"rounds-2-opens_on": "aldrig"}, "Skriv datumet som år-månad-dag"),
    ({"rounds-2-opens_on": "2026-08-20"}, "längre än 120 dagar"),
    ({"rounds-1-opens_on": "2026-04-29"}, "längre än 120 dagar"),
    ({"rounds-1-opens_on": "2026-05-10", "rounds-0-due_on": "2026-05-10"}, "krockar med"),
)


class TestYear:
    def test_it_teaches_the_next_step(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.director).get("/rounds/year")
        assert page.h1 == "Uppföljningen 2026"
        page = visit(cast.director).get(page.links["Lägg in årets vanliga omgångar"])
        form = posting_usual(page)
        assert form.fields["rounds-0-due_on"] == "2026-04-30"
        page = visit(cast.director).submit(form)
        assert "3 omgångar är sparade." in page.text
        assert "Härnäst, onsdag 1 april: Tertial 1 2026 öppnar." in page.text
        assert "lägg in möten om Tertial 1 2026" in page.links
        assert "I dag" in page.text and "Lägg in" not in page.text
        assert (
            "Inga vanliga omgångar saknas"
            in visit(cast.director).get("/rounds/usual?year=2026").text
        )
        assert "Lägg in" not in visit(cast.owner).get("/rounds/year?year=2027").text

    def test_days_are_changed_and_rows_left_out(self, cast: Cast, visit: Visits) -> None:
        form = posting_usual(visit(cast.director).get("/rounds/usual?year=2026"))
        for number in ("0", "2"):
            form.fields.pop(f"rounds-{number}-wanted")
        form.fields["rounds-1-due_on"] = "2026-09-04"
        page = visit(cast.director).submit(form)
        assert "1 omgång är sparad." in page.text
        one = db.session.query(FollowUpRound).one()
        assert (one.name, one.kind.value, one.due_on) == (
            "Tertial 2 2026",
            "tertial_2",
            date(2026, 9, 4),
        )

    def test_what_is_wrong_saves_nothing(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        for changes, sentence in WRONG_OF_A_YEAR:
            with subtests.test(changes=changes, sentence=sentence):
                form = posting_usual(visit(cast.director).get("/rounds/usual?year=2026"))
                if "rounds-0-due_on" not in changes:
                    form.fields.pop("rounds-0-wanted")
                form.fields |= changes
                page = visit(cast.director).submit(form, status=422)
                assert sentence in page.text and page.title.startswith("Fel:")
                fields = posting_usual(page).fields
                assert {name: fields[name] for name in changes} == changes
                assert db.session.query(FollowUpRound).count() == 0

    def test_nothing_chosen(self, cast: Cast, visit: Visits) -> None:
        form = posting_usual(visit(cast.director).get("/rounds/usual"))
        for number in range(3):
            form.fields.pop(f"rounds-{number}-wanted")
        assert "Välj minst en omgång." in visit(cast.director).submit(form, status=422).text

    def test_past_today_and_coming(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, due_on=TODAY, meetings=[meeting(cast)])
        page = visit(cast.owner).get("/rounds/year?year=2026")
        assert "I dag: Tertial 1: sista dagen att rapportera, och mätdag." in page.text
        assert len(page.all("li", class_="round-day--past")) == 1
        assert page.text.count("passerat") == 1
        assert page.all("li", class_="round-day--now")
        said = "Tertial 1: handlingarna går ut till Kommunstyrelsen"
        assert page.links[said] == f"/rounds/{one.id}"
        assert page.links["2027"] == "/rounds/year?year=2027"
        page = visit(cast.owner).get("/rounds/year?year=2027")
        assert "Ingen omgång är planerad 2027" in page.text and "2026" in page.links

    def test_odd_years_get_a_page(
        self, cast: Cast, visit: Visits, subtests: pytest.Subtests
    ) -> None:
        for year in ("", "x", "0000", "-1", "99999", "9999", "1", "1" * 5000):
            with subtests.test(year=year):
                visit(cast.director).get(f"/rounds/year?year={year}")
                visit(cast.director).get(f"/rounds/usual?year={year}")

    def test_the_list_leads_to_it(self, cast: Cast, visit: Visits) -> None:
        assert "/rounds/year" in visit(cast.director).get("/rounds").links.values()
        pieces.follow_up_round(cast)
        assert visit(cast.owner).get("/rounds").links["Årets kalender"] == "/rounds/year"


def posting_usual(page: Page) -> Any:
    """The form of the year's usual rounds."""
    (found,) = [form for form in page.forms if "rounds-0-due_on" in form.fields]
    return found


def test_why_nothing_can_be_added(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/rounds/usual?year=2028")
    assert "Det som saknas 2028 går inte att lägga in nu." in page.text
    said = "Tertial 1 2028 ligger för långt fram. Den går att lägga in från och med"
    assert f"{said} torsdag 30 april." in page.text


class TestNudge:
    def test_it_says_who_and_when_and_does_it_once(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        reported(cast)
        page = visit(cast.director).get(f"/rounds/{one.id}")
        page = visit(cast.director).get(page.links["Påminn dem som inte har svarat"])
        assert "2 personer får en påminnelse till. Den kommer i dagens mejl" in page.text
        assert "2 personer har kvar att rapportera om minst en åtgärd." in page.text
        assert ["Karin Kollega", "1", "I dag"] in page.rows
        assert db.session.query(RoundNudge).count() == 0
        page = visit(cast.director).submit(posting(page, f"/rounds/{one.id}/nudge"))
        assert "2 personer påminns i dag." in page.text
        assert "påmindes måndag 2 mars av Dag Direktör" in page.text
        assert "De som inte har svarat påmindes" in page.text  # in the history
        page = visit(cast.director).get(f"/rounds/{one.id}/nudge")
        assert "påmindes redan i dag av Dag Direktör" in page.text
        page = visit(cast.director).post(f"/rounds/{one.id}/nudge")
        assert "Vänta till i morgon" in page.text
        assert "påminde dem som inte har svarat i ”Tertial 1”" in visit(cast.admin).get("/").text

    def test_it_says_when_the_days_mail_has_gone(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        plan(only_to=cast.colleague.email)
        page = visit(cast.director).get(f"/rounds/{one.id}/nudge")
        assert "de andra tisdag 3 mars på morgonen: ingen får två mejl samma dag" in page.text
        assert ["Karin Kollega", "1", "tisdag 3 mars"] in page.rows
        plan()
        page = visit(cast.director).get(f"/rounds/{one.id}/nudge")
        assert "Dagens mejl har redan gått, så den kommer tisdag 3 mars" in page.text

    def test_at_the_weekend(self, cast: Cast, visit: Visits, clock: Any) -> None:
        one = pieces.follow_up_round(cast)
        clock.move_to(NOW + 5 * DAY)
        page = visit(cast.director).get(f"/rounds/{one.id}/nudge")
        assert "Mejl går bara på arbetsdagar, så den kommer måndag 9 mars" in page.text

    def test_where_there_is_nobody_to_ask(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        for action in (cast.action, cast.colleague_action, cast.other_action):
            db.session.add(pieces.update(action))
            action.reported_at = NOW
        db.session.commit()
        assert "Påminn dem" not in visit(cast.director).get(f"/rounds/{one.id}").text
        page = visit(cast.director).get(f"/rounds/{one.id}/nudge")
        assert "Det finns ingen att påminna" in page.text
        one.closed_on = TODAY
        db.session.commit()
        page = visit(cast.director).get(f"/rounds/{one.id}/nudge", status=302, follow=True)
        assert "Omgången är avslutad. Öppna den igen" in page.text

    def test_it_shows_among_the_actions_reminders(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast)
        visit(cast.director).post(f"/rounds/{one.id}/nudge", follow=False)
        plan()
        text = visit(cast.owner).get(f"/actions/{cast.action.id}").text
        assert "Tertial 1: en extra påminnelse" in text


class TestReports:
    def test_after_the_closing_they_are_made(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, meetings=[meeting(cast)])
        page = visit(cast.director).get(f"/rounds/{one.id}")
        assert "Gör rapporten" not in page.text
        page = visit(cast.director).post(f"/rounds/{one.id}/close")
        assert "Nu går det att göra rapporterna" in page.text
        whole, theirs = (
            url for name, url in page.links.items() if name.startswith("Gör rapporten")
        )
        assert whole == f"/reports/new?round={one.id}"
        assert theirs == f"/reports/new?round={one.id}&committee={cast.committee.id}"
        assert "Gör rapporten" not in visit(cast.owner).get(f"/rounds/{one.id}").text

    def test_those_that_exist_are_linked(self, cast: Cast, visit: Visits) -> None:
        one = pieces.follow_up_round(cast, closed_on=TODAY)
        made = Report(
            plan_id=cast.plan.id,
            round_id=one.id,
            committee_id=cast.committee.id,
            as_of=one.due_on,
            created_at=NOW,
            created_by_id=cast.director.id,
        )
        db.session.add(made)
        db.session.commit()
        page = visit(cast.director).get(f"/rounds/{one.id}")
        assert page.links["Utkast (Kommunstyrelsen)"] == f"/reports/{made.id}"
        assert "Utkast" not in visit(cast.owner).get(f"/rounds/{one.id}").text


WHO_MAY = (
    ("unit_director", "nudge", 403),
    ("owner", "nudge", 403),
    ("member", "nudge", 403),
    ("admin", "nudge", 403),
    ("owner", "year", 200),
    ("member", "year", 403),
    ("unit_director", "usual", 403),
)


def test_who_may(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    one = pieces.follow_up_round(cast)
    for who, step, status in WHO_MAY:
        with subtests.test(who=who, step=step, status=status):
            path = f"/rounds/{one.id}/nudge" if step == "nudge" else f"/rounds/{step}"
            visit(getattr(cast, who)).get(path, status=status)
