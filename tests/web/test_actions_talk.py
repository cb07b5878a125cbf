"""Reports from the mail, evidence, comments and what can be undone, through the pages."""

from __future__ import annotations

import io

import pytest

from tests.helpers.cast import NOW, TODAY
from tests.helpers.hostile import whole
from tests.services.actions.test_mine import many
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, Comment, Evidence, StatusUpdate
from tracker.services.actions.reports import Report, report_status
from tracker.services.actions.talk import add_comment


def fresh(action):
    db.session.expire_all()
    return db.session.get(Action, action.id)


def posting_to(page, words):
    return next(form for form in page.forms if words in form.action)


class TestReport:
    @pytest.mark.parametrize("health", list(Health))
    def test_from_the_mail_one_click_saves(self, app, cast, visit, health):
        visitor = visit(cast.owner)
        page = visitor.get(f"/actions/{cast.action.id}/report?health={health}")
        assert db.session.query(StatusUpdate).count() == 0
        assert page.form.fields["health"] == health.value
        page = visitor.submit(page.form)
        assert page.path == "/my-actions"
        assert db.session.query(StatusUpdate).one().health is health

    def test_a_bent_link_chooses_nothing(self, app, cast, visit, subtests):
        for health in ("", "x", "<b>", "ON_TRACK"):
            with subtests.test(health=health):
                page = visit(cast.owner).get(f"/actions/{cast.action.id}/report?health={health}")
                assert "health" not in page.form.fields

    def test_with_percent_and_forecast(self, cast, visit):
        visitor = visit(cast.owner)
        form = visitor.get(f"/actions/{cast.action.id}/report").form
        page = visitor.submit(form, 422, health="on_track", percent="mycket", forecast="2027-01-01")
        assert "ett helt tal från 0 till 100" in page.text
        assert page.form.fields["percent"] == "mycket"
        assert page.form.fields["forecast"] == "2027-01-01"
        page = visitor.submit(page.form, 422, percent="40 %")
        assert "men slutdatumet är 2026-04-30" in page.text
        page = visitor.submit(page.form, health="at_risk")
        assert "40 procent klart." in page.text
        assert fresh(cast.action).percent == 40

    def test_put_right_both_are_shown(self, cast, visit):
        said = Report(Health.ON_TRACK, "Går bra.")
        report_status(cast.action.id, said, by=cast.owner, now=NOW, today=TODAY)
        visitor = visit(cast.owner)
        page = visitor.get(f"/actions/{cast.action.id}")
        page = visitor.get(page.links["Rätta lägesrapporten"])
        assert page.form.fields["text"] == "Går bra."
        page = visitor.submit(page.form, health="off_track", text="Det går inte.")
        assert "Rättad" in page.text
        assert "Går bra." in page.text
        assert "Det går inte." in page.text
        assert [node.text for node in page.all("s")] == ["Enligt plan", "Går bra."]


BAD_FILES = (
    ((b"", "tom.pdf"), "Filen är tom."),
    ((b"MZ", "fil\u202efdp.exe"), "tas inte emot"),
    ((b"<html>", "sida.pdf"), "innehåller något annat"),
)


class TestEvidence:
    def path(self, cast):
        return f"/actions/{cast.action.id}"

    def add(self, cast, visitor, data, name, status=302, **fields):
        form = visitor.get(f"{self.path(cast)}/evidence/new").form
        return visitor.submit(form, status, file=(io.BytesIO(data), name), **fields)

    def test_a_file_comes_back_as_a_download(self, cast, visit):
        page = self.add(cast, visit(cast.owner), whole(".pdf"), "Rutin åäö.pdf")
        address = next(url for words, url in page.links.items() if "Rutin åäö.pdf" in words)
        response = visit(cast.member).ask("GET", address).response
        assert response.get_data() == whole(".pdf")
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Type"] == "application/pdf"
        assert "sandbox" in response.headers["Content-Security-Policy"]
        visit(cast.other_member).get(address, 404)
        visit(cast.stranger).get(address, 404)

    def test_bad_files_get_a_sentence(self, app, cast, visit, subtests):
        for chosen, words in BAD_FILES:
            with subtests.test(chosen=chosen, words=words):
                page = self.add(cast, visit(cast.owner), *chosen, 422, evidence_title="Behåll mig")
                assert words in page.text
                assert page.form.fields["evidence_title"] == "Behåll mig"
                assert db.session.query(Evidence).count() == 0

    def test_a_good_file_beside_bad_words_is_asked_for_again(self, app, cast, visit):
        visitor = visit(cast.owner)
        page = self.add(cast, visitor, b"Text", "a.txt", 422, evidence_url="inte en adress")
        assert "Välj filen igen." in page.text

    def test_taken_away_and_back(self, cast, visit):
        visitor = visit(cast.owner)
        page = self.add(cast, visitor, b"Text", "../../a.txt", evidence_title="Protokollet")
        number = db.session.query(Evidence).one().id
        page = visitor.submit(posting_to(page, f"/evidence/{number}/remove"))
        assert "Underlaget ”Protokollet” är borttaget." in page.text
        page = visitor.submit(posting_to(page, "/restore"))
        assert "Underlaget ”Protokollet” är tillbaka." in page.text
        assert db.session.query(Evidence).one().file_name == "a.txt"


class TestUndo:
    def test_done_and_undone(self, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.get(f"/actions/{cast.action.id}/complete")
        page = visitor.submit(page.form, evidence_title="Rutinen är beslutad.")
        assert fresh(cast.action).status is ActionStatus.DONE
        page = visitor.submit(posting_to(page, "/undo"))
        assert "Underlaget finns kvar." in page.text
        assert fresh(cast.action).status is ActionStatus.ONGOING

    def test_sent_back_by_who_should_verify(self, app, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(f"/actions/{cast.done_action.id}")
        page = visitor.get(page.links["Skicka tillbaka"])
        assert page.h1 == "Skicka tillbaka åtgärden"
        visitor.submit(page.form, reason="Kalendern saknar datum.", follow=False)
        assert fresh(cast.done_action).status is ActionStatus.ONGOING


class TestTalk:
    def test_said_seen_and_taken_back(self, cast, visit):
        director, owner = visit(cast.director), visit(cast.owner)
        path = f"/actions/{cast.action.id}"
        page = director.get(path)
        page = director.submit(posting_to(page, "/comment"), text="@Olle Ägare <b>hur</b> går det?")
        assert "@Olle Ägare <b>hur</b> går det?" in page.text
        page = owner.get("/my-actions")
        assert "Omnämnd" in page.text
        page = owner.get(path)
        owner.submit(posting_to(page, "/comments/seen"), follow=False)
        assert "Omnämnd" not in owner.get("/my-actions").text
        page = director.get(path)
        number = db.session.query(Comment).one().id
        page = director.submit(posting_to(page, f"/comments/{number}/remove"))
        assert "Borttagen kommentar" in page.text
        assert "hur" not in db.session.query(Comment).one().text

    def test_what_is_refused_is_not_lost(self, app, cast, visit):
        visitor = visit(cast.owner)
        page = visitor.get(f"/actions/{cast.action.id}")
        words = "@Sten Främling ser du?"
        page = visitor.submit(posting_to(page, "/comment"), 422, text=words)
        assert "Sten Främling" in page.text
        assert page.form.fields["text"] == words

    @pytest.mark.parametrize("who", ["member"])
    def test_no_committee_reads_it(self, app, cast, visit, who):
        add_comment(cast.action.id, "Mycket internt.", by=cast.owner, now=NOW)
        page = visit(getattr(cast, who)).get(f"/actions/{cast.action.id}")
        assert "internt" not in page.html
        assert "Kommentar" not in page.html

    def test_looking_is_not_having_seen(self, app, cast, visit):
        add_comment(cast.action.id, "@Olle Ägare?", by=cast.director, now=NOW)
        visit(cast.owner).get(f"/actions/{cast.action.id}")
        assert "Omnämnd" in visit(cast.owner).get("/my-actions").text


def test_a_long_list_has_pages(app, cast, visit):
    many(cast, 35)
    page = visit(cast.owner).get("/my-actions")
    page = visit(cast.owner).get(page.links["Visa alla 36"])
    assert page.h1 == "Åtgärder du äger"
    page = visit(cast.owner).get(page.links["Nästa"])
    assert "Sida 2 av 2" in page.text
