"""The page about one's calendar, and the calendar as other programs fetch it."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote, urlsplit

import icalendar
import pytest

from tests.helpers.cast import NOW
from tests.helpers.pages import elements
from tracker.extensions import db
from tracker.services import journal


def address_on(page):
    return page.by_id("address").get("value")


def path_of(address):
    return urlsplit(address).path


@pytest.fixture
def address(cast, visit):
    visitor = visit(cast.owner)
    visitor.get("/calendar")
    return address_on(visitor.post("/calendar/renew"))


class TestPage:
    def test_it_explains_before_there_is_an_address(self, cast, visit):
        page = visit(cast.owner).get("/calendar")
        assert page.h1 == "Min kalender"
        assert page.form.buttons == ["Skapa adress"]
        assert "Det som är genomfört eller avbrutet försvinner ur kalendern." in page.text

    def test_it_shows_the_address_that_was_made(self, cast, visit, address):
        assert address.endswith(".ics")
        page = visit(cast.owner).get("/calendar")
        assert address_on(page) == address
        field = page.by_id("address")
        assert field.get("readonly") is not None
        webcal = page.links["Öppna adressen i kalenderprogrammet"]
        assert webcal == address.replace("http://", "webcal://").replace("https://", "webcal://")
        for program in ("Outlook", "Google", "Apple"):
            assert program in page.text

    def test_a_new_address_is_asked_about_and_ends_the_old(self, cast, visit, address, client):
        visitor = visit(cast.owner)
        page = visitor.get(visitor.get("/calendar").links["Byt adress"])
        assert "Den gamla adressen slutar att fungera genast." in page.text
        page = visitor.submit(page.form)
        assert address_on(page) != address
        assert client.get(path_of(address)).status_code == 404
        assert client.get(path_of(address_on(page))).status_code == 200

    def test_closing_is_asked_about_and_ends_it(self, cast, visit, address, client):
        visitor = visit(cast.owner)
        page = visitor.get(visitor.get("/calendar").links["Stäng av"])
        page = visitor.submit(page.form)
        assert "Kalendern är avstängd." in page.text
        assert page.form.buttons == ["Skapa adress"]
        assert client.get(path_of(address)).status_code == 404
        assert "Din kalender är redan avstängd." in visitor.post("/calendar/close").text

    @pytest.mark.parametrize("path", ["/calendar/renew", "/calendar/close"])
    def test_without_an_address_there_is_nothing_to_ask_about(self, cast, visit, path):
        assert visit(cast.owner).get(path, status=302).response.location == "/calendar"

    def test_the_journal_page_says_it_in_words(self, cast, visit, address):
        entry = journal.history("user", cast.owner.id)[0]
        assert entry.deed == "user.calendar_renew"
        assert address.rsplit("-")[-1].removesuffix(".ics") not in str(entry.data)

    def test_nothing_secret_is_stored(self, cast, address):
        secret = path_of(address).rsplit("-")[-1].removesuffix(".ics")
        dump = "\n".join(db.session.connection().connection.dbapi_connection.iterdump())
        assert secret not in dump


class TestFeed:
    def test_it_is_a_calendar_for_whoever_holds_the_address(self, address, client, cast):
        response = client.get(path_of(address))
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert response.headers["Cache-Control"] == "private, max-age=900"
        assert "Set-Cookie" not in response.headers
        found = icalendar.Calendar.from_ical(response.data)
        assert [event.start for event in found.events] == [date(2026, 3, 20), date(2026, 4, 30)]
        links = [path_of(event["URL"]) for event in found.events]
        assert links == [f"/actions/{cast.action.id}"] * 2

    def test_what_has_not_changed_is_not_sent_again(self, address, client, cast):
        tag = client.get(path_of(address)).headers["ETag"]
        again = client.get(path_of(address), headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        cast.action.title = "Ett annat namn"
        db.session.commit()
        assert client.get(path_of(address), headers={"If-None-Match": tag}).status_code == 200

    def test_every_wrong_address_answers_alike(self, cast, visit, address, client):
        good = path_of(address).removeprefix("/calendar/").removesuffix(".ics")
        number = good.partition("-")[0]
        wrong = [
            f"{number}-{'0' * 32}",
            good.replace(number, str(cast.colleague.id), 1),
            "999999-" + good.partition("-")[2],
            "9" * 10_000,
            "a" * 10_000,
            quote("1-\0"),
            quote("١-" + "a" * 32),
            quote("å🙂\u202e"),
        ]
        answers = set()
        for secret in wrong:
            response = client.get(f"/calendar/{secret}.ics")
            answers.add((response.status_code, response.data))
        cast.owner.deactivated_at = NOW
        db.session.commit()
        response = client.get(path_of(address))
        answers.add((response.status_code, response.data))
        assert len(answers) == 1
        assert answers.pop()[0] == 404

    def test_a_title_cannot_add_lines_of_its_own(self, cast, address, client):
        cast.action.title = "Möte\r\nEND:VCALENDAR\r\nX-ELAK:1, ; \\ 🙂"
        db.session.commit()
        data = client.get(path_of(address)).data
        assert data.count(b"END:VCALENDAR\r\n") == 1
        found = icalendar.Calendar.from_ical(data)
        assert "X-ELAK" not in found
        expected = "Slutdatum: Möte END:VCALENDAR X-ELAK:1, ; \\ 🙂"
        assert str(found.events[-1]["SUMMARY"]) == expected

    def test_it_costs_three_questions(self, address, client, count_queries):
        with count_queries() as counted:
            client.get(path_of(address))
        assert counted.number == 3


def test_the_page_says_nothing_of_others(cast, visit, address):
    page = visit(cast.colleague).get("/calendar")
    assert address not in page.html
    assert not [node for node in elements(page.main, "input") if node.get("type") == "url"]
