"""One's own account: the digest's day, absences, and whom one acts for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.visitor import Visits
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Absence, JournalEntry, User

DAY = timedelta(days=1)
NEW = "/account/absences/new"
WEEK = {"starts_on": "2026-03-09", "ends_on": "2026-03-13", "delegate": "Karin Kollega"}


def away(person: User, delegate: User, first=TODAY, last=TODAY + 4 * DAY) -> Absence:
    absence = Absence(user=person, delegate=delegate, starts_on=first, ends_on=last)
    db.session.add(absence)
    db.session.commit()
    return absence


def form_to(page, action: str):
    return next(form for form in page.forms if form.action.endswith(action))


class TestWeekday:
    def test_it_is_chosen(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.owner).get("/account")
        assert "kommer ändå genast" in page.text
        form = form_to(page, "/account/weekday")
        assert form.fields["weekday"] == "every"
        page = visit(cast.owner).submit(form, weekday="4")
        assert "Dagen är sparad." in page.text
        assert form_to(page, "/account/weekday").fields["weekday"] == "4"
        db.session.refresh(cast.owner)
        assert cast.owner.digest_weekday == 4
        visit(cast.owner).post("/account/weekday", {"weekday": "every"}, follow=False)
        db.session.refresh(cast.owner)
        assert cast.owner.digest_weekday is None

    def test_never_is_no_choice(self, cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
        for weekday in ("", "7", "-1", "never", "9" * 5000, "\x00"):
            with subtests.test(weekday=weekday):
                page = visit(cast.owner).post("/account/weekday", {"weekday": weekday}, 422)
                assert "Välj varje arbetsdag eller en av dagarna." in page.text
                db.session.refresh(cast.owner)
                assert cast.owner.digest_weekday is None

    @pytest.mark.parametrize("who", ["admin", "member"])
    def test_nothing_to_choose_for_who_gets_none(self, cast, visit, who) -> None:
        page = visit(getattr(cast, who)).get("/account")
        assert "får inga påminnelser" in page.text
        assert not any(form.action.endswith("/weekday") for form in page.forms)
        visit(getattr(cast, who)).get(NEW, 403)


class TestOwn:
    def test_written_changed_ended_and_undone(self, cast: Cast, visit: Visits) -> None:
        me = visit(cast.owner)
        assert "Ingen frånvaro är inskriven" in me.get("/account").text
        page = me.submit(form_to(me.get(NEW), NEW), **WEEK)
        assert "Måndag 9 mars till och med fredag 13 mars" in page.text
        assert "Karin Kollega svarar under tiden." in page.text
        edit = next(url for url in page.links.values() if url.endswith("/edit"))
        page = me.submit(form_to(me.get(edit), edit), ends_on="2026-03-12")
        assert "till och med torsdag 12 mars" in page.text
        page = me.submit(form_to(page, "/end"))
        assert "Frånvaron är borttagen." in page.text
        assert "Ingen frånvaro är inskriven" in page.text
        undo = next(form for form in page.forms if "/restore" in form.action)
        assert "till och med torsdag 12 mars" in me.submit(undo).text
        deeds = [entry.deed for entry in db.session.query(JournalEntry).order_by(JournalEntry.id)]
        assert [deed for deed in deeds if deed.startswith("absence")] == [
            *("absence.add", "absence.change", "absence.remove", "absence.add")
        ]

    def test_what_was_typed_stays(self, cast: Cast, visit: Visits) -> None:
        me = visit(cast.owner)
        typed = {**WEEK, "ends_on": "den trettonde", "delegate": "Nils Ingen 🦆"}
        page = me.submit(form_to(me.get(NEW), NEW), 422, **typed)
        assert form_to(page, NEW).fields["delegate"] == "Nils Ingen 🦆"
        assert "Skriv datumet som år-månad-dag" in page.text
        page = me.submit(form_to(page, NEW), 422, ends_on="2026-03-01")
        assert "före den första" in page.text or "redan passerat" in page.text
        assert "inget konto för ”Nils Ingen 🦆”" in page.text

    def test_two_tabs(self, cast: Cast, visit: Visits) -> None:
        me, edit = (
            visit(cast.owner),
            f"/account/absences/{away(cast.owner, cast.colleague).id}/edit",
        )
        first = form_to(me.get(edit), edit)
        me.submit(first, delegate="Frida Chef", follow=False)
        page = me.submit(first, 409, ends_on="2026-03-20")
        assert "med Frida Chef som ersättare" in page.text
        again = form_to(page, edit)
        assert again.fields["ends_on"] == "2026-03-20"
        assert "fredag 20 mars" in me.submit(again).text

    def test_back_today(self, cast: Cast, visit: Visits) -> None:
        away(cast.owner, cast.colleague, TODAY - 3 * DAY)
        visit(cast.colleague).get(f"/actions/{cast.action.id}")
        page = visit(cast.owner).get("/account")
        page = visit(cast.owner).submit(form_to(page, "/end"))
        assert "Frånvaron är avslutad." in page.text
        visit(cast.colleague).get(f"/actions/{cast.action.id}", 404)

    @pytest.mark.parametrize("path", ["/edit", "/end"])
    def test_anothers_is_not_there(self, cast: Cast, visit: Visits, path: str) -> None:
        absence = away(cast.owner, cast.colleague)
        for who in (cast.colleague, cast.director):
            visit(who).post(f"/account/absences/{absence.id}{path}", {**WEEK, "seen": ""}, 404)

    def test_undoing_nothing(self, cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
        for entry in ("", "0", "x", str(2**40), "9" * 5000):
            with subtests.test(entry=entry):
                page = visit(cast.owner).ask("POST", f"/account/absences/restore?entry={entry}")
                assert page.status == 302

    def test_it_is_found_from_every_page(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.owner).get("/my-actions")
        assert page.html.count('href="/account"') == 3, "the head, the menu and the list's end"


class TestAdministrator:
    def test_somebody_falls_ill(self, cast: Cast, visit: Visits) -> None:
        admin, home = visit(cast.admin), f"/people/{cast.owner.id}"
        page = admin.get(home)
        assert "Ingen frånvaro är inskriven" in page.text
        new = page.links["Skriv in frånvaro"]
        page = admin.submit(form_to(admin.get(new), new), **{**WEEK, "starts_on": "2026-03-01"})
        assert (page.h1, "Karin Kollega svarar" in page.text) == ("Olle Ägare", True)
        edit = next(url for url in page.links.values() if url.endswith("/edit"))
        page = admin.submit(form_to(admin.get(edit), edit), delegate="Frida Chef")
        page = admin.submit(form_to(page, "/end"))
        assert "Frånvaron är avslutad." in page.text
        undo = next(form for form in page.forms if "/restore" in form.action)
        assert "Frida Chef svarar" in admin.submit(undo).text
        entry = db.session.query(JournalEntry).order_by(JournalEntry.id.desc()).first()
        assert entry is not None
        assert (entry.actor_id, entry.subject_id) == (cast.admin.id, cast.owner.id)

    def test_the_one_who_leaves_stands_in_for_somebody(self, cast: Cast, visit: Visits) -> None:
        away(cast.owner, cast.stranger)
        page = visit(cast.admin).get(f"/people/{cast.stranger.id}/deactivate")
        assert "Personen är ersättare för Olle Ägare." in page.text
        cast.stranger.deactivated_at = NOW
        db.session.commit()
        for page in (
            visit(cast.admin).get(f"/people/{cast.owner.id}"),
            visit(cast.owner).get("/account"),
        ):
            assert "Sten Främling har slutat. Välj en ny ersättare." in page.text

    def test_nothing_to_say_of_who_gets_no_reminders(self, cast: Cast, visit: Visits) -> None:
        page = visit(cast.admin).get(f"/people/{cast.member.id}")
        assert "Skriv in frånvaro" not in page.text


class TestDelegate:
    def test_the_list_says_for_whom_and_takes_the_report(self, cast: Cast, visit: Visits) -> None:
        away(cast.owner, cast.colleague, last=TODAY + 10 * DAY)
        me = visit(cast.colleague)
        assert "Olle Ägare, nu och till och med torsdag 12 mars" in me.get("/account").text
        page = me.get("/my-actions")
        assert "Du svarar också för 1 åtgärd i någon annans ställe." in page.text
        assert "För Olle Ägare, till och med torsdag 12 mars." in page.text
        report = next(f for f in page.forms if f.action.startswith(f"/actions/{cast.action.id}/"))
        me.submit(report, health="on_track", text="Allt rullar på.", follow=False)
        db.session.refresh(cast.action)
        assert cast.action.health is Health.ON_TRACK
        assert cast.action.updates[-1].author_id == cast.colleague.id

    def test_the_action_offers_to_answer_and_no_more(self, cast: Cast, visit: Visits) -> None:
        away(cast.owner, cast.colleague)
        page = visit(cast.colleague).get(f"/actions/{cast.action.id}")
        assert "Lämna lägesrapport" in page.links
        assert "Markera som genomförd" not in page.links
        visit(cast.colleague).get(f"/actions/{cast.action.id}/complete", 404)
        visit(cast.colleague).get(f"/actions/{cast.action.id}/report")

    def test_a_list_of_its_own_in_pages(self, cast: Cast, visit: Visits) -> None:
        made = [make_action(cast.plan, f"Åtgärd {n:02}", owner=cast.owner) for n in range(34)]
        db.session.add_all(made)
        away(cast.owner, cast.colleague)
        page = visit(cast.colleague).get("/my-actions")
        page = visit(cast.colleague).get(page.links["Visa alla 35"])
        assert page.h1 == "Åtgärder du svarar för i någon annans ställe"
        assert "Sida 1 av 2" in page.text

    def test_a_constant_number_of_queries(self, cast: Cast, visit: Visits, count_queries) -> None:
        me, numbers = visit(cast.colleague), []
        away(cast.owner, cast.colleague)
        for days in (10, 40):
            for n in range(1 if days == 10 else 10):
                day = TODAY + (days + 2 * n) * DAY
                away(cast.colleague, cast.stranger, day, day)
                away(cast.stranger, cast.colleague, day + DAY, day + DAY)
                db.session.add(make_action(cast.plan, f"Mer {days} {n}", owner=cast.owner))
            db.session.commit()
            numbers.append({})
            for path in ("/account", "/my-actions", "/actions"):
                db.session.expire_all()
                with count_queries() as counted:
                    me.get(path)
                numbers[-1][path] = counted.number
        assert numbers[0] == numbers[1]
