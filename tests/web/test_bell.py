"""The bell in the frame, and the page behind it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from tests.helpers.cast import NOW, TODAY
from tests.helpers.pages import text_of
from tests.helpers.ringing import escalate, remind
from tests.services.bell.test_bell import fill
from tracker.extensions import db
from tracker.models import Absence, Reminder


def bell_of(page):
    """What the bell says to those who hear it; None where there is none."""
    found = page.all("a", class_="bell")
    return text_of(found[0].findall("span")[-1]) if found else None


def button(page, label):
    """The form whose only button starts with these words."""
    (found,) = [form for form in page.forms if form.buttons[0].startswith(label)]
    return found


class TestFrame:
    def test_it_counts_and_leads_to_the_list(self, cast, visit):
        assert bell_of(visit(cast.owner).get("/my-actions")) == "Påminnelser"
        remind(cast.action, cast.owner)
        page = visit(cast.owner).get("/my-actions")
        assert bell_of(page) == "1 påminnelse"
        assert page.all("a", class_="bell")[0].get("href") == "/reminders"

    def test_hundreds_are_not_counted_to_the_end(self, cast, visit):
        fill(cast, 120)
        assert bell_of(visit(cast.owner).get("/my-actions")) == "99+ påminnelser"

    def test_there_is_none_for_those_whom_nobody_reminds(self, cast, visit):
        for who in (cast.member, cast.admin, None):
            path = "/" if who else "/login"
            assert bell_of(visit(who).get(path)) is None
        assert visit(cast.member).get("/reminders", status=403)

    def test_it_costs_one_query(self, app, cast, visit, count_queries, monkeypatch):
        remind(cast.action, cast.owner)
        visitor = visit(cast.owner)
        numbers = []
        for ring in (True, False):
            if not ring:
                monkeypatch.setattr("tracker.web.shell.bell", lambda: None)
            with count_queries() as counted:
                visitor.get("/my-actions")
            numbers.append(counted.number)
        assert numbers[0] - numbers[1] == 1


class TestPage:
    def test_it_teaches_where_nothing_waits(self, cast, visit):
        page = visit(cast.owner).get("/reminders")
        assert page.h1 == "Påminnelser"
        assert "Inget väntar på dig" in page.text
        assert "Nästa mejl kan komma tisdag 3 mars kl. 07.00." in page.text

    def test_who_is_away_is_told_who_hears_instead(self, cast, visit):
        away = {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=4)}
        db.session.add(Absence(user=cast.owner, delegate=cast.colleague, **away))
        db.session.commit()
        page = visit(cast.owner).get("/reminders")
        assert "Du är borta till och med fredag 6 mars." in page.text
        assert "Nästa mejl" not in page.text
        assert page.links["Se din frånvaro"] == "/account"

    def test_an_answer_leads_back_and_ends_it(self, cast, visit):
        remind(cast.action, cast.owner)
        visitor = visit(cast.owner)
        page = visitor.get("/reminders")
        assert "1 åtgärd väntar på dig." in page.text
        assert "Ska vara klar torsdag 30 april, om 59 dagar." in page.text
        page = visitor.get(page.links[f"Svara hur det går: {cast.action.title}"])
        page = visitor.submit(page.form, health="on_track")
        assert page.path == "/reminders"
        assert bell_of(page) == "Påminnelser"
        assert "Inget väntar på dig" in page.text

    def test_a_superior_opens_the_action(self, cast, visit):
        escalate(cast, cast.director)
        page = visit(cast.director).get("/reminders")
        assert "Du får veta det som chef, eftersom åtgärden dröjer." in page.text
        assert f"Öppna åtgärden: {cast.colleague_action.title}" in page.links
        assert "Svara hur det går" not in page.text

    def test_without_an_owner_the_director_appoints_one(self, cast, visit):
        cast.action.owner = None
        db.session.commit()
        remind(cast.action, cast.unit_director)
        visitor = visit(cast.unit_director)
        page = visitor.get("/reminders")
        assert "Öppna åtgärden" not in page.text
        page = visitor.get(page.links[f"Utse en ansvarig: {cast.action.title}"])
        page = visitor.submit(page.form, owner_text="Karin Kollega")
        assert page.path == "/reminders"
        assert "Inget väntar på dig" in page.text

    def test_put_away_undone_and_taken_out(self, cast, visit):
        remind(cast.action, cast.owner)
        visitor = visit(cast.owner)
        page = visitor.submit(button(visitor.get("/reminders"), "Lägg undan"))
        assert bell_of(page) == "Påminnelser"
        assert "1 påminnelse som du har lagt undan" in page.text
        assert "Undanlagd måndag 2 mars" in page.text
        page = visitor.submit(button(page, "Ångra"))
        assert bell_of(page) == "1 påminnelse"
        page = visitor.submit(button(page, "Lägg undan"))
        assert bell_of(visitor.submit(button(page, "Ta fram igen"))) == "1 påminnelse"

    def test_all_at_once_and_back(self, cast, visit):
        fill(cast, 3)
        visitor = visit(cast.owner)
        page = visitor.get("/reminders")
        later = remind(cast.action, cast.owner)
        page = visitor.submit(button(page, "Lägg undan alla"))
        assert bell_of(page) == "1 påminnelse", "what came while one read still waits"
        assert cast.action.title in page.text
        page = visitor.submit(button(page, "Ångra"))
        assert bell_of(page) == "4 påminnelser"
        assert later.seen_at is None

    def test_another_persons_reminder_is_not_there(self, cast, visit):
        theirs = remind(cast.colleague_action, cast.colleague)
        for verb in ("put-away", "put-back"):
            visit(cast.owner).post(f"/reminders/{theirs.id}/{verb}", status=404)
        assert theirs.seen_at is None

    def test_a_form_that_is_none_of_ours_puts_nothing_away(self, cast, visit, subtests):
        remind(cast.action, cast.owner)
        for upto in ("", "0", "-1", "x", "9" * 30, "\0"):
            with subtests.test(upto=upto):
                page = visit(cast.owner).post("/reminders/put-away", {"upto": upto})
                assert bell_of(page) == "1 påminnelse"

    def test_an_instant_that_is_none_of_ours_brings_nothing_back(self, cast, visit, subtests):
        remind(cast.action, cast.owner).seen_at = NOW
        db.session.commit()
        for at in ("", "x", "2026-13-01", "0001-01-01T00:00:00+14:00", "2026"):
            with subtests.test(at=at):
                page = visit(cast.owner).post(f"/reminders/put-back?at={quote(at)}")
                assert bell_of(page) == "Påminnelser"

    def test_the_way_back_stays_on_this_site(self, cast, visit):
        one = remind(cast.action, cast.owner)
        path = f"/reminders/{one.id}/put-away?next=https://evil.example/"
        assert visit(cast.owner).post(path).path == "/reminders"

    def test_long_lists_have_pages(self, cast, visit, count_queries):
        fill(cast, 1)
        visitor = visit(cast.owner)
        numbers = []
        for more in (0, 34):
            if more:
                fill(cast, more)
            with count_queries() as counted:
                page = visitor.get("/reminders")
            numbers.append(counted.number)
        assert numbers[0] == numbers[1]
        assert "Sida 1 av 2, 35 träffar" in page.text
        assert len(page.all("li", class_="reminders__item")) == 30
        page = visitor.get(page.links["Nästa"])
        assert len(page.all("li", class_="reminders__item")) == 5
        for reminder in db.session.query(Reminder):
            reminder.seen_at = NOW + timedelta(seconds=reminder.id)
        db.session.commit()
        page = visitor.get(visitor.get("/reminders").links["Visa alla 35"])
        assert page.h1 == "Undanlagda påminnelser"
        assert "Sida 1 av 2, 35 träffar" in page.text
        page = visitor.get(page.links["Nästa"])
        assert len(page.all("li", class_="reminders__item")) == 5
