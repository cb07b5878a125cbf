"""What the pages say after a step: which action, what happens next, and the way back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.helpers.cast import NOW, TODAY
from tests.helpers.pages import text_of
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, ActionPlan, Answer, Milestone, StatusUpdate
from tracker.services.actions.milestones import add_milestone
from tracker.services.points.answers import answer_points

TITLE = "”Återkoppla synpunkter på webben”"
DAY = timedelta(days=1)


def path(action, step=""):
    return f"/actions/{action.id}{step}"


def to_undo(page):
    return [form for form in page.forms if form.action.partition("?")[0].endswith("/undo")]


def chips(page):
    """The words of the red ones."""
    return [text_of(node) for node in page.all("span", class_="chip--bad")]


def complete(visit, cast, by=None):
    visitor = visit(by or cast.owner)
    form = visitor.get(path(cast.action, "/complete")).form
    return visitor.submit(form, evidence_title="Rutinen är beslutad.")


def drop(visit, cast, action=None):
    visitor = visit(cast.director)
    form = visitor.get(path(action or cast.action, "/drop")).form
    return visitor.submit(form, reason="Staten tar över.", decided_by="Kommunstyrelsen")


def reopen(visit, cast, action):
    visitor = visit(cast.director)
    return visitor.submit(visitor.get(path(action, "/reopen")).form, reason="Den behövs.")


class TestWhatIsSaid:
    def test_done(self, app, cast, visit):
        page = complete(visit, cast)
        assert f"{TITLE} är genomförd. Nu ska en direktör se underlaget" in page.text
        page = visit(cast.owner).submit(to_undo(page)[0])
        said = f"Det är ångrat. {TITLE} är öppen som förut. Underlaget finns kvar."
        assert said in page.text
        assert "Rutinen är beslutad." in page.text

    def test_done_by_a_director(self, app, cast, visit):
        page = complete(visit, cast, cast.director)
        assert f"{TITLE} är genomförd. Nu ska en annan direktör se underlaget" in page.text

    def test_verified(self, app, cast, visit):
        visitor = visit(cast.director)
        page = visitor.post(path(cast.done_action, "/verify"))
        said = "”En kalender för alla samråd” är verifierad och klar. Visar det sig inte stämma kan"
        assert f"{said} den öppnas igen." in page.text
        assert to_undo(page) == [], "who takes it back says why"

    def test_dropped(self, app, cast, visit):
        page = drop(visit, cast)
        assert f"{TITLE} är avbruten. Den finns kvar i planen, med skälet." in page.text
        assert "Punkt 1 i utvärderingen har nu ingen åtgärd." in page.text
        page = visit(cast.director).submit(to_undo(page)[0])
        assert f"Det är ångrat. {TITLE} är öppen som förut." in page.text
        assert "Underlaget finns kvar" not in page.text, "there is none"

    def test_dropped_of_several_points_and_of_none(self, app, cast, visit):
        cast.action.points = list(cast.points[:2])
        cast.colleague_action.points = [cast.points[1]]
        cast.action.points.append(cast.points[3])
        db.session.commit()
        page = drop(visit, cast)
        assert "Punkterna 1, 4 i utvärderingen har nu ingen åtgärd." in page.text
        page = drop(visit, cast, cast.other_action)
        assert "har nu ingen åtgärd" not in page.text

    @pytest.mark.parametrize(
        ("which", "said"),
        [
            ("done_action", "är öppen igen, som pågående. Nu ligger den hos Olle Ägare."),
            ("action", "är öppen igen, som planerad. Nu ligger den hos Olle Ägare."),
        ],
    )
    def test_opened_again(self, app, cast, visit, which, said):
        action = getattr(cast, which)
        if which == "action":
            drop(visit, cast)
        assert f"”{action.title}” {said}" in reopen(visit, cast, action).text

    def test_opened_again_without_an_owner(self, app, cast, visit):
        cast.owner.deactivated_at = NOW
        db.session.commit()
        page = reopen(visit, cast, cast.done_action)
        assert "Den har ingen ägare. Välj en med Redigera." in page.text
        assert "Redigera" in page.links


CHIPS = (
    (-1, ActionStatus.ONGOING, ["Försenad"]),
    (0, ActionStatus.ONGOING, []),
    (1, ActionStatus.ONGOING, []),
    (-1, ActionStatus.PAUSED, ["Försenad"]),
)


class TestLateMilestones:
    def test_its_chip(self, cast, visit, subtests):
        for days, status, late in CHIPS:
            with subtests.test(days=days, status=status, late=late):
                cast.action.milestones[0].due, cast.action.status = TODAY + days * DAY, status
                db.session.commit()
                for who in (cast.director, cast.member):
                    assert chips(visit(who).get(path(cast.action))) == late

    def test_not_once_it_is_done(self, cast, visit):
        piece = cast.action.milestones[0]
        piece.due, piece.done_on = TODAY - DAY, TODAY
        db.session.commit()
        assert chips(visit(cast.director).get(path(cast.action))) == []

    def test_not_where_the_action_is_finished(self, cast, visit):
        cast.done_action.milestones = [Milestone(title="Utkast", due=TODAY - DAY)]
        db.session.commit()
        page = visit(cast.director).get(path(cast.done_action))
        assert "Utkast, senast söndag 1 mars" in page.text
        assert chips(page) == []

    def test_also_where_ones_actions_are_listed(self, app, cast, visit):
        assert "Försenad" not in visit(cast.owner).get("/my-actions").text
        cast.action.milestones[0].due = TODAY - DAY
        db.session.commit()
        assert "Försenad" in visit(cast.owner).get("/my-actions").text


class TestFarYears:
    def test_a_forecast(self, app, cast, visit):
        visitor = visit(cast.owner)
        typed = {"health": "at_risk", "text": "Går trögt 🙂", "forecast": "2206-04-01"}
        page = visitor.submit(visitor.get(path(cast.action, "/report")).form, 422, **typed)
        assert "Datumet ligger år 2206. Kontrollera årtalet." in page.text
        assert {name: page.form.fields[name] for name in typed} == typed
        assert text_of(page.by_id("forecast-error")) != ""
        page = visitor.submit(page.form, forecast="2026-06-01")
        assert db.session.query(StatusUpdate).one().forecast == date(2026, 6, 1)

    def test_a_start_and_a_milestone(self, app, cast, visit):
        visitor = visit(cast.director)
        typed = {
            "starts_on": "1926-04-01",
            "milestone_title": "Utkast",
            "milestone_due": "0026-04-01",
            "cost": "200 kr",
        }
        page = visitor.submit(visitor.get(path(cast.action, "/edit")).form, 422, **typed)
        assert {name: page.form.fields[name] for name in typed} == typed
        for field, year in (("starts_on", 1926), ("milestone_due", 26)):
            assert f"Datumet ligger år {year}." in text_of(page.by_id(f"{field}-error"))

    def test_a_milestones_own_page(self, app, cast, visit):
        visitor = visit(cast.director)
        typed = {"title": "Utkast", "due": "2206-04-01"}
        page = visitor.submit(visitor.get(path(cast.action, "/milestones/new")).form, 422, **typed)
        assert {name: page.form.fields[name] for name in typed} == typed
        assert "Datumet ligger år 2206." in text_of(page.by_id("due-error"))


class TestBetweenFormAndSave:
    """What somebody else does while a form is open."""

    def test_the_chosen_owner_leaves(self, cast, visit):
        visitor = visit(cast.director)
        form = visitor.get(path(cast.action, "/edit")).form
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        page = visitor.submit(form, 422, owner_text="Karin Kollega", cost="Ny kostnad")
        assert "Det finns inget konto för ”Karin Kollega”." in page.text
        assert page.form.fields["cost"] == "Ny kostnad"
        db.session.expire_all()
        assert cast.action.owner == cast.owner

    def test_the_point_is_left_without_action(self, cast, visit):
        visitor, point = visit(cast.director), cast.points[1]
        form = visitor.get(f"/actions/new?point={point.id}").form
        reason = {"reason": "Görs redan.", "decided_by": "Kommunstyrelsen"}
        answer_points([point.id], Answer.NO_ACTION, **reason, by=cast.unit_director, now=NOW)
        typed = {"title": "Samla", "unit_id": str(cast.unit.id), "deadline": "2026-09-30"}
        page = visitor.submit(form, 409, **typed)
        assert "Frida Chef har ändrat svaret på punkt 2 till ”Ingen åtgärd”" in page.text
        assert {name: page.form.fields[name] for name in typed} == typed
        assert db.session.query(Action).count() == 4
        assert visitor.submit(page.form).h1 == "Samla"

    def test_the_plan_is_closed(self, cast, visit):
        visitor = visit(cast.director)
        form = visitor.get(path(cast.action, "/edit")).form
        cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
        db.session.commit()
        page = visitor.submit(form, 422, cost="Ny kostnad")
        assert "är avslutad" in page.text
        assert page.form.fields["cost"] == "Ny kostnad"

    def test_the_one_to_wait_for_is_dropped(self, cast, visit):
        visitor = visit(cast.director)
        form = visitor.get(path(cast.action, "/waits")).form
        drop(visit, cast, cast.colleague_action)
        text = f"{cast.colleague_action.id} Mät väntetider för företag"
        page = visitor.submit(form, 422, needs=text)
        assert "”Mät väntetider för företag” är avbruten och blir inte klar." in page.text
        assert page.form.fields["needs"] == text

    def test_the_status_report_is_put_right_by_another(self, cast, visit):
        owner, director = visit(cast.owner), visit(cast.director)
        owner.submit(
            owner.get(path(cast.action, "/report")).form,
            health="on_track",
            text="Bra.",
            follow=False,
        )
        update = db.session.query(StatusUpdate).one().id
        mine = owner.get(path(cast.action, f"/reports/{update}/correct")).form
        theirs = director.get(path(cast.action, f"/reports/{update}/correct")).form
        director.submit(theirs, text="Nästan bra.", follow=False)
        page = owner.submit(mine, 422, text="Mycket bra.")
        assert "Det finns en nyare lägesrapport." in page.text
        assert page.form.fields["text"] == "Mycket bra."
        assert db.session.query(StatusUpdate).count() == 2


def test_a_step_on_many_warns_of_milestones_that_would_lie_after(app, cast, visit):
    add_milestone(
        cast.action.id, "Utvärdering", date(2026, 4, 30), by=cast.director, now=NOW, today=TODAY
    )
    visitor = visit(cast.director)
    visitor.get("/actions")
    page = visitor.post("/actions/bulk", {"id": [str(cast.action.id)]}, 200)
    form = next(form for form in page.forms if form.action.partition("?")[0].endswith("/preview"))
    for day, words in (
        ("2026-03-19", "2 delsteg hamnar efter det nya slutdatumet"),
        ("2026-03-20", "1 delsteg hamnar efter det nya slutdatumet"),
        ("2026-04-30", ""),
        ("2026-05-01", ""),
    ):
        typed = {**form.fields, "deadline": day, "deadline_reason": "Budgeten."}
        page = visitor.post(form.action, typed, 200)
        assert words in page.text
        assert ("delsteg hamnar" in page.text) is bool(words)
    cast.action.milestones[0].done_on = TODAY
    db.session.commit()
    typed = {**form.fields, "deadline": "2026-03-19", "deadline_reason": "Budgeten."}
    assert "1 delsteg hamnar" in visitor.post(form.action, typed, 200).text
    assert db.session.query(Milestone).count() == 2
    assert db.session.query(Action).filter(Action.plan_id == ActionPlan.id).count() == 4
