"""What people send: new actions, changes, reports and the other steps."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.permissions import Role
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, RoleAssignment, StatusUpdate


def fresh(action):
    db.session.expire_all()
    return db.session.get(Action, action.id)


class TestNew:
    def path(self, cast, *numbers):
        query = "&".join(f"point={cast.points[n].id}" for n in numbers)
        return f"/actions/new?{query}"

    def test_the_point_stands_beside_the_form(self, cast, visit):
        page = visit(cast.director).get(self.path(cast, 0))
        assert "Berätta öppet hur synpunkter har påverkat besluten." in page.text
        assert "1.1 Samspel" in page.text
        assert "18 poäng saknas" in page.text
        assert page.form.fields["title"] == ""

    def test_saved_it_leads_to_its_page_and_on_to_the_next_point(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(self.path(cast, 1, 2) + "&next=/points?state=open")
        page = visitor.submit(
            page.form,
            title="Samla dialogen",
            unit_id=str(cast.unit.id),
            owner_text="Olle Ägare",
            deadline="2026-09-30",
            milestone_title="Kartläggning",
            milestone_due="2026-05-01",
        )
        assert page.h1 == "Samla dialogen"
        assert "Åtgärden ”Samla dialogen” finns nu i planen." in page.text
        assert page.links["Fortsätt med förbättringspunkterna"] == "/points?state=open"
        action = db.session.query(Action).filter_by(title="Samla dialogen").one()
        assert [point.id for point in action.points] == [cast.points[1].id, cast.points[2].id]
        assert action.committee_id == cast.committee.id

    def test_from_a_point_it_leads_back_to_the_points(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.submit(
            visitor.get(self.path(cast, 1)).form,
            title="Ny",
            unit_id=str(cast.unit.id),
            deadline="2026-09-30",
        )
        assert page.links["Fortsätt med förbättringspunkterna"] == "/points"

    def test_bad_words_come_back_all_of_them(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(self.path(cast, 0))
        page = visitor.submit(
            page.form,
            422,
            title="x" * 10_000,
            description="Behåll mig",
            owner_text="Kalle <b>",
            unit_id=str(cast.unit.id),
            deadline="2026-03-01",
        )
        assert page.title.startswith("Fel:")
        assert "Skriv högst 200 tecken. Nu är det 10000." in page.text
        assert "Det finns inget konto för ”Kalle <b>”." in page.text
        assert "Slutdatumet har redan passerat." in page.text
        fields = page.form.fields
        assert fields["title"] == "x" * 10_000
        assert fields["description"] == "Behåll mig"
        assert fields["owner_text"] == "Kalle <b>"
        assert fields["deadline"] == "2026-03-01"
        assert fields["unit_id"] == str(cast.unit.id)
        assert "Berätta öppet" in page.text, "the point is still beside it"
        assert db.session.query(Action).count() == 4

    @pytest.mark.parametrize("day", ["i morgon", "2026-13-01", "30/4 2026"])
    def test_what_is_no_day_is_kept_and_told(self, cast, visit, day):
        visitor = visit(cast.director)
        page = visitor.get("/actions/new")
        page = visitor.submit(page.form, 422, title="Ny", unit_id=str(cast.unit.id), deadline=day)
        assert "Skriv datumet som år-månad-dag" in page.text
        assert page.form.fields["deadline"] == day

    @pytest.mark.parametrize("query", ["point=9999", "point=1&point=9999"])
    def test_a_point_that_is_not_there(self, cast, visit, query):
        visit(cast.director).get(f"/actions/new?{query}", 404)

    def test_nonsense_points_are_left_out(self, cast, visit):
        visit(cast.director).get("/actions/new?point=x&point=-1&point=99999999999999999999")

    @pytest.mark.parametrize("who", ["owner", "member", "admin"])
    def test_who_may_not(self, cast, visit, who):
        visit(getattr(cast, who)).get("/actions/new", 403)

    def test_a_unit_director_chooses_the_own_unit(self, cast, visit):
        visitor = visit(cast.unit_director)
        page = visitor.get("/actions/new")
        assert "Skolförvaltningen" not in page.text
        form = page.form
        page = visitor.submit(
            form, 422, title="Ny", unit_id=str(cast.other_unit.id), deadline="2026-09-30"
        )
        assert db.session.query(Action).count() == 4

    def test_the_first_action_without_any_point(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.submit(
            visitor.get("/actions/new").form,
            title="Fri",
            unit_id=str(cast.unit.id),
            deadline="2026-03-02",
        )
        assert page.h1 == "Fri"
        assert "ingen äger den än" in page.text


class TestEdit:
    def test_a_new_deadline_with_its_reason(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(f"/actions/{cast.action.id}/edit")
        page = visitor.submit(page.form, 422, deadline="2026-05-31")
        assert "Skriv varför slutdatumet ändras." in page.text
        page = visitor.submit(page.form, deadline_reason="Upphandlingen drog ut.")
        assert "Ändringarna är sparade." in page.text
        assert "från torsdag 30 april till söndag 31 maj" in page.text
        assert fresh(cast.action).deadline == date(2026, 5, 31)

    def test_a_planned_action_starts(self, cast, visit):
        visitor = visit(cast.unit_director)
        page = visitor.get(f"/actions/{cast.colleague_action.id}/edit")
        visitor.post(page.form.action, {**page.form.fields, "status": "ongoing"}, follow=False)
        assert fresh(cast.colleague_action).status is ActionStatus.ONGOING

    def test_the_loser_sees_both_versions_and_loses_nothing(self, cast, visit):
        mine, theirs = visit(cast.director), visit(cast.unit_director)
        path = f"/actions/{cast.action.id}/edit"
        my_form, their_form = mine.get(path).form, theirs.get(path).form
        theirs.submit(their_form, title="Deras rubrik", owner_text="Karin Kollega", follow=False)
        page = mine.submit(my_form, 409, title="Min rubrik", description="Rad 1\r\nRad 2")
        assert "Frida Chef sparade samma åtgärd medan du skrev." in page.text
        for words in ("Deras rubrik", "Min rubrik", "Karin Kollega", "Olle Ägare"):
            assert words in page.text
        assert page.links["Behåll den andras"] == f"/actions/{cast.action.id}"
        assert fresh(cast.action).title == "Deras rubrik"
        assert page.text.count("Skiljer sig") == 3, "title, description and owner"
        assert page.form.buttons[0] == "Spara min version ändå"
        page = mine.submit(page.form)
        assert page.h1 == "Min rubrik"
        saved = fresh(cast.action)
        assert (saved.owner.name, saved.description) == ("Olle Ägare", "Rad 1\nRad 2")

    def test_what_is_finished_has_no_form(self, cast, visit):
        page = visit(cast.director).get(f"/actions/{cast.done_action.id}/edit", follow=True)
        assert page.path == f"/actions/{cast.done_action.id}"

    def test_what_was_finished_meanwhile_loses_no_text(self, cast, visit):
        mine = visit(cast.director)
        form = mine.get(f"/actions/{cast.action.id}/edit").form
        visit(cast.owner).post(
            f"/actions/{cast.action.id}/complete", {"evidence_title": "På plats"}, follow=False
        )
        page = mine.submit(form, 409, title="Min rubrik")
        assert "Min rubrik" in page.text
        page = mine.submit(page.form, 422)
        assert "Åtgärden är avslutad." in page.text
        assert page.form.fields["title"] == "Min rubrik"

    def test_a_bent_version_is_no_fault(self, any_app, cast, visit):
        visitor = visit(cast.director)
        for version in ("x", "", "-1", "99999999999999999999"):
            form = visitor.get(f"/actions/{cast.action.id}/edit").form
            visitor.submit(form, 409 if version[-1:].isdigit() else 422, version=version)

    def test_who_may_not(self, cast, visit):
        visit(cast.owner).get(f"/actions/{cast.action.id}/edit", 403)
        visit(cast.unit_director).get(f"/actions/{cast.other_action.id}/edit", 404)


NOT_ALLOWED = (
    ("colleague", 404),
    ("stranger", 404),
    ("member", 403),
    ("admin", 403),
)


WAYS_BACK = (
    ("/actions?late=1", "/actions?late=1"),
    ("//evil.example", "/my-actions"),
    ("https://evil.example", "/my-actions"),
    ("/%5Cevil.example", "/my-actions"),
    ("http://[", "/my-actions"),
)


class TestReport:
    def test_two_clicks_from_my_actions(self, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.get("/my-actions")
        page = visitor.submit(page.form, health="at_risk", text="Väntar på besked.")
        assert page.path == "/my-actions"
        assert "Lägesrapporten för ”Återkoppla synpunkter på webben” är sparad." in page.text
        assert "Senast rapporterat i dag: Risk för försening Väntar på besked." in page.text
        assert db.session.query(StatusUpdate).one().health is Health.AT_RISK

    def test_saving_twice_is_saving_once(self, cast, visit):
        visitor = visit(cast.owner)
        form = visitor.get("/my-actions").form
        visitor.submit(form, health="on_track", follow=False)
        visitor.submit(form, health="on_track", follow=False)
        assert db.session.query(StatusUpdate).count() == 1

    def test_without_a_choice(self, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.submit(visitor.get("/my-actions").form, 422, text="Bara text")
        assert page.text.count("Välj hur det går.") == 2, "in the summary and by the field"
        assert page.form.fields["text"] == "Bara text"
        page = visitor.submit(page.form, health="on_track")
        assert page.path == "/my-actions"

    def test_a_made_up_choice(self, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.submit(visitor.get("/my-actions").form, 422, health="<b>")
        assert "Välj hur det går." in page.text

    def test_back_to_where_one_came_from(self, cast, visit, subtests):
        visitor = visit(cast.owner)
        for target, ends_at in WAYS_BACK:
            with subtests.test(target=target, ends_at=ends_at):
                page = visitor.get(f"/actions/{cast.action.id}/report?next={target}")
                page = visitor.submit(page.form, health="on_track")
                assert page.path == ends_at

    def test_somebody_elses_action_leads_to_its_page(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(f"/actions/{cast.action.id}/report")
        page = visitor.submit(page.form, health="off_track")
        assert page.path == f"/actions/{cast.action.id}"

    def test_not_what_is_finished(self, cast, visit):
        path = f"/actions/{cast.done_action.id}"
        assert visit(cast.owner).get(f"{path}/report", follow=True).path == path
        page = visit(cast.owner).post(f"{path}/report", {"health": "on_track"}, 422)
        assert "Åtgärden är avslutad." in page.text

    def test_looking_changes_nothing(self, cast, visit):
        visit(cast.owner).get(f"/actions/{cast.action.id}/report?health=on_track")
        assert db.session.query(StatusUpdate).count() == 0

    def test_who_may_not(self, cast, visit, subtests):
        for who, status in NOT_ALLOWED:
            with subtests.test(who=who, status=status):
                visitor = visit(getattr(cast, who))
                visitor.get(f"/actions/{cast.action.id}/report", status)
                visitor.post(f"/actions/{cast.action.id}/report", {"health": "on_track"}, status)


class TestTheRestOfItsLife:
    def test_done_verified_and_opened_again(self, cast, visit):
        owner, director = visit(cast.owner), visit(cast.director)
        path = f"/actions/{cast.action.id}"
        page = owner.submit(
            owner.get(f"{path}/complete").form,
            evidence_title="Rutinen är beslutad.",
            evidence_url="https://testkoping.example/rutin",
        )
        assert "Olle Ägare markerade åtgärden som genomförd måndag 2 mars." in page.text
        assert page.links["Rutinen är beslutad."] == "https://testkoping.example/rutin"
        page = director.get(path)
        verify = next(form for form in page.forms if "/verify" in form.action)
        page = director.submit(verify)
        assert "är verifierad och klar." in page.text
        page = director.submit(director.get(f"{path}/reopen").form, reason="Den används inte.")
        assert "är öppen igen, som pågående." in page.text
        assert fresh(cast.action).status is ActionStatus.ONGOING

    def test_evidence_that_says_nothing(self, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.submit(
            visitor.get(f"/actions/{cast.action.id}/complete").form,
            422,
            evidence_title="ok",
            evidence_url="javascript:alert(1)",
        )
        assert "Skriv vad som visar att åtgärden är på plats." in page.text
        assert "Skriv en hel webbadress" in page.text
        assert page.form.fields["evidence_url"] == "javascript:alert(1)"

    def test_nobody_verifies_themselves(self, cast, visit):
        cast.done_action.done_by = cast.director
        page = visit(cast.director).get(f"/actions/{cast.done_action.id}")
        assert not [form for form in page.forms if "/verify" in form.action]
        page = visit(cast.director).post(f"/actions/{cast.done_action.id}/verify")
        assert "Någon annan behöver se underlaget" in page.text

    def test_a_manager_does_not_verify(self, cast, visit):
        visit(cast.owner).post(f"/actions/{cast.done_action.id}/verify", status=403)

    def test_dropped_with_reason_and_decision(self, cast, visit):
        visitor = visit(cast.director)
        path = f"/actions/{cast.action.id}"
        page = visitor.submit(visitor.get(f"{path}/drop").form, 422)
        assert "Skriv varför åtgärden avbryts." in page.text
        assert "Skriv vem som har beslutat det." in page.text
        page = visitor.submit(page.form, reason="Staten tar över.", decided_by="Kommunstyrelsen")
        assert "är avbruten. Den finns kvar i planen, med skälet." in page.text
        page = visitor.submit(visitor.get(f"{path}/reopen").form, reason="Staten ångrade sig.")
        assert fresh(cast.action).status is ActionStatus.PLANNED

    @pytest.mark.parametrize("step", ["drop", "reopen"])
    def test_managers_neither_drop_nor_reopen(self, cast, visit, step):
        visit(cast.owner).get(f"/actions/{cast.action.id}/{step}", 403)

    @pytest.mark.parametrize("step", ["verify", "milestones/1"])
    def test_buttons_are_not_addresses(self, cast, visit, step):
        response = visit(cast.director).client.get(f"/actions/{cast.action.id}/{step}")
        assert response.status_code == 405

    def test_a_milestone_is_ticked_and_unticked(self, cast, visit):
        visitor = visit(cast.owner)
        path = f"/actions/{cast.action.id}"

        def tick(page):
            form = next(form for form in page.forms if "/milestones/" in form.action)
            return visitor.submit(form)

        page = tick(visitor.get(path))
        assert "Delsteget ”Mall för svar” är klart." in page.text
        page = tick(page)
        assert "Delsteget ”Mall för svar” är öppet igen." in page.text

    def test_a_milestone_of_another_action(self, cast, visit):
        piece = cast.action.milestones[0].id
        visitor = visit(cast.colleague)
        for number in (piece, 2**31, 10**30):
            visitor.post(
                f"/actions/{cast.colleague_action.id}/milestones/{number}", {"done": "1"}, 404
            )

    def test_without_a_token_nothing_happens(self, cast, visit):
        visitor = visit(cast.owner)
        response = visitor.client.post(
            f"/actions/{cast.action.id}/report", data={"health": "on_track"}
        )
        assert response.status_code == 400
        assert db.session.query(StatusUpdate).count() == 0

    def test_a_director_who_manages_a_unit_too(self, cast, visit):
        cast.colleague.roles.append(RoleAssignment(role=Role.DIRECTOR, unit_id=cast.unit.id))
        page = visit(cast.colleague).get(f"/actions/{cast.action.id}")
        assert "Redigera" in page.links
