"""An action's page and its forms: every field, what waits for what, points and history."""

from __future__ import annotations

from datetime import date

from tests.helpers.cast import NOW, make_action
from tests.helpers.pages import text_of
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionLink,
    ActionPlan,
    ImprovementPoint,
    Milestone,
    PlanPoint,
    Unit,
)
from tracker.services import journal
from tracker.services.journal_words import DEEDS
from tracker.web.actions import history


def show(cast):
    return f"/actions/{cast.action.id}"


def fresh(action):
    db.session.expire_all()
    return db.session.get(Action, action.id)


class TestForm:
    def new(self, visitor, status=302, query="", **fields):
        page = visitor.get(f"/actions/new{query}")
        return visitor.submit(page.form, status, deadline="2026-09-30", **fields)

    def test_every_field_reaches_the_page(self, any_app, cast, visit):
        page = self.new(
            visit(cast.director),
            title="Svara i tid",
            unit_id=str(cast.unit.id),
            owner_text="Olle Ägare",
            effect_measure="Andelen svar inom en vecka",
            starts_on="2026-04-01",
            contributors="Karin Kollega; Frida Chef",
            cost="=200*3 🙂",
        )
        for words in (
            "Andelen svar inom en vecka",
            "onsdag 1 april",
            "Frida Chef, Karin Kollega",
            "=200*3 🙂",
        ):
            assert words in page.text

    def test_the_box_appears_with_the_refusal(self, app, cast, visit):
        visitor = visit(cast.director)
        typed = {"title": "Ny", "unit_id": str(cast.unit.id), "owner_text": "Sten Främling"}
        page = self.new(visitor, 422, **typed)
        box = "Ja, Sten Främling ska äga åtgärden fast personen hör till Skolförvaltningen"
        assert box in page.text
        assert "outside_ok" not in page.form.fields, "nobody has ticked it"
        page = visitor.submit(page.form, 422, outside_ok="Sten Främling", deadline="")
        assert page.form.fields["outside_ok"] == "Sten Främling", "the tick is kept"
        other = visitor.submit(page.form, 422, owner_text="Per Politiker", deadline="2026-09-30")
        assert "Per Politiker har ingen roll" in other.text
        page = visitor.submit(page.form, deadline="2026-09-30")
        assert page.h1 == "Ny"

    def test_nothing_typed_is_lost(self, app, cast, visit):
        typed = {
            "title": "Ny",
            "starts_on": "2027-01-01",
            "cost": "x" * 10_000,
            "contributors": "Ingen Alls, 🙂, =1+1",
            "effect_measure": "\u202eklurigt\x00",
        }
        page = self.new(visit(cast.director), 422, unit_id=str(cast.unit.id), **typed)
        for name in ("title", "starts_on", "cost", "contributors"):
            assert page.form.fields[name] == typed[name]
        assert page.all("details", class_="more")[0].get("open") is not None
        assert "Åtgärden börjar efter sitt slutdatum." in page.text
        assert "”Ingen Alls”, ”🙂”, ”=1+1”" in page.text

    def test_short_at_first(self, app, cast, visit):
        page = visit(cast.director).get("/actions/new")
        assert page.all("details", class_="more")[0].get("open") is None
        assert "plan_id" not in page.form.fields, "one open plan is no choice"

    def test_several_plans_are_a_choice(self, app, cast, visit):
        newer = ActionPlan(title="Nästa plan", created_at=NOW)
        db.session.add(newer)
        db.session.commit()
        visitor = visit(cast.director)
        # What is adopted is in force; a draft is where one goes to on purpose.
        assert visitor.get("/actions/new").form.fields["plan_id"] == str(cast.plan.id)
        page = visitor.get(f"/actions/new?plan={newer.id}")
        assert page.form.fields["plan_id"] == str(newer.id)
        typed = {"title": "Ny", "unit_id": str(cast.unit.id), "deadline": "2026-09-30"}
        page = visitor.submit(page.form, **typed)
        assert "Nästa plan" in page.text
        visitor.get("/actions/new?plan=99999999999999&plan=x")

    def test_a_point_of_the_plan_stands_beside(self, app, cast, visit):
        own = PlanPoint(plan=cast.plan, position=1, label="IV", text="Öppna dörrar")
        db.session.add(own)
        db.session.commit()
        visitor = visit(cast.director)
        page = self.new(
            visitor, query=f"?plan_point={own.id}", title="Ny", unit_id=str(cast.unit.id)
        )
        assert "Öppna dörrar" in page.text
        visitor.get("/actions/new?plan_point=9999", 404)

    def test_a_closed_plan_says_so(self, app, cast, visit):
        cast.plan.closed_on, cast.plan.closed_by_id = date(2026, 3, 1), cast.director.id
        db.session.commit()
        page = self.new(visit(cast.director), 422, title="Ny", unit_id=str(cast.unit.id))
        assert "Planen ”Handlingsplan 2026” är avslutad." in page.text

    def test_both_versions_of_every_field(self, cast, visit):
        mine, theirs = visit(cast.director), visit(cast.unit_director)
        path = show(cast) + "/edit"
        my_form, their_form = mine.get(path).form, theirs.get(path).form
        theirs.submit(their_form, cost="Deras kostnad", contributors="Karin Kollega", follow=False)
        page = mine.submit(my_form, 409, cost="Min kostnad", starts_on="2026-04-01")
        assert page.text.count("Skiljer sig") == 3, "cost, contributors and start"
        assert "Deras kostnad" in page.text
        page = mine.submit(page.form)
        assert fresh(cast.action).cost == "Min kostnad"


class TestWaits:
    def test_from_the_page_and_back(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(visitor.get(show(cast)).links["Lägg till något att vänta på"])
        option = f"{cast.colleague_action.id} Mät väntetider för företag"
        assert option in [node.get("value") for node in page.all("option")]
        page = visitor.submit(page.form, needs=option)
        assert "Mät väntetider för företag" in page.links
        other = visitor.get(f"/actions/{cast.colleague_action.id}")
        assert "Andra som väntar på den här" in other.text
        page = visitor.get(f"/actions/{cast.colleague_action.id}/waits")
        page = visitor.submit(page.form, 422, needs=str(cast.action.id))
        assert "Det blir en cirkel" in page.text
        assert page.form.fields["needs"] == str(cast.action.id)
        stop = f"{show(cast)}/waits/remove"
        page = visitor.post(stop, {"needs": str(cast.colleague_action.id)})
        assert "Mät väntetider för företag" not in page.links

    def test_nonsense_removes_nothing(self, app, cast, visit, subtests):
        for needs in ("", "x", "-1", str(2**40), "0"):
            with subtests.test(needs=needs):
                visit(cast.director).post(f"{show(cast)}/waits/remove", {"needs": needs})

    def test_what_the_reader_may_not_see_has_no_title_anywhere(self, cast, visit):
        title, path = cast.other_action.title, show(cast)
        for needs in (cast.other_action.id, cast.colleague_action.id):
            visit(cast.director).get(path)
            visit(cast.director).post(f"{path}/waits", {"needs": str(needs)}, follow=False)
        visitor = visit(cast.unit_director)
        page = visitor.get(path)
        assert title not in page.html
        assert f"Åtgärd nr {cast.other_action.id}, som du inte har rätt att se" in page.text
        assert f"Åtgärd: {cast.colleague_action.title}" in page.text
        gone = visitor.post(f"{path}/waits/remove", {"needs": str(cast.other_action.id)})
        assert title not in gone.html
        assert "Åtgärden väntar inte längre på en annan." in text_of(gone.root)


class TestPoints:
    def test_the_last_one_is_asked_about_and_can_come_back(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(f"{show(cast)}/points")
        page = visitor.submit(page.form, points=[str(cast.points[1].id)])
        assert "2 punkter som åtgärden svarar på" in page.text
        remove = f"{show(cast)}/points/remove"
        visitor.post(remove, {"point": str(cast.points[1].id)})
        page = visitor.post(remove, {"point": str(cast.points[0].id)}, 200)
        assert "Det är den enda punkten." in page.text
        page = visitor.submit(page.form)
        assert "Åtgärden svarar inte på någon punkt." in page.text
        undo = next(form for form in page.forms if "points/restore" in form.action)
        visitor.submit(undo, follow=False)
        assert [point.id for point in fresh(cast.action).points] == [cast.points[0].id]

    def test_nonsense_is_refused(self, app, cast, visit, subtests):
        visitor = visit(cast.director)
        page = visitor.get(f"{show(cast)}/points")
        for points in ([], ["9999"], ["p1"], ["x"], [str(2**40)]):
            with subtests.test(points=points):
                visitor.submit(page.form, 422, points=points)


class TestMilestones:
    def test_added_changed_removed_and_back(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(f"{show(cast)}/milestones/new")
        page = visitor.submit(page.form, 422, title="Utkast", due="2027-01-01")
        assert "senast på slutdatumet" in page.text
        page = visitor.submit(page.form, due="2026-04-01")
        piece = db.session.query(Milestone).filter_by(title="Utkast").one()
        page = visitor.get(f"{show(cast)}/milestones/{piece.id}/edit")
        assert page.form.fields["due"] == "2026-04-01"
        page = visitor.submit(page.form, title="Skiss")
        assert "Skiss, senast onsdag 1 april" in page.text
        page = visitor.post(f"{show(cast)}/milestones/{piece.id}/remove")
        undo = next(form for form in page.forms if "milestones/restore" in form.action)
        assert "Skiss, senast onsdag 1 april" in visitor.submit(undo).text


class TestHistory:
    def test_names_and_days_not_numbers(self, cast, visit):
        visitor = visit(cast.director)
        page = visitor.get(show(cast) + "/edit")
        page = visitor.submit(
            page.form,
            unit_id=str(cast.other_unit.id),
            owner_text="Sten Främling",
            committee_id=str(cast.other_committee.id),
            description="Ny text. " * 30,
            starts_on="2026-03-10",
            deadline="2026-06-14",
            deadline_reason="Upphandlingen drog ut.",
        )
        for words in (
            "Ägare: från Olle Ägare till Sten Främling",
            "Förvaltning: från Kommunledningsförvaltningen till Skolförvaltningen",
            "Nämnd: från Kommunstyrelsen till Skolnämnden",
            "Startdatum: från ingenting till tisdag 10 mars",
            "Slutdatum: från torsdag 30 april till söndag 14 juni",
            "Upphandlingen drog ut.",
            "Beskrivning ändrades",
            "Flyttad 45 dagar framåt, från 30 april",
        ):
            assert words in page.text

    def test_every_deed_about_an_action_has_its_words(self):
        deeds = {deed for deed in DEEDS if deed.startswith("action.")}
        assert deeds == set(history._DEEDS)


def test_a_page_costs_the_same_however_much_there_is(cast, visit, count_queries):
    visitor = visit(cast.director)
    numbers = []
    for more in (1, 30):
        action = fresh(cast.action)
        for n in range(more):
            one = make_action(cast.plan, f"Led {more} {n}", unit=cast.unit, owner=cast.owner)
            two = make_action(cast.plan, f"Lod {more} {n}", unit=cast.unit, owner=cast.colleague)
            action.needs.append(one)
            action.needed_by.append(two)
            point = ImprovementPoint(
                evaluation_id=cast.evaluation.id, position=100 * more + n, text="Mer."
            )
            own = PlanPoint(plan_id=cast.plan.id, position=100 * more + n, label="I", text="Mer.")
            action.points.append(point)
            action.plan_points.append(own)
            action.links.append(
                ActionLink(title="L", url="https://a.se", added_at=NOW, added_by_id=cast.owner.id)
            )
            action.milestones.append(Milestone(title="D", due=date(2026, 4, 1)))
            db.session.add(Unit(name=f"Enhet {more} {n}"))
            changed = {"unit_id": [cast.unit.id, cast.other_unit.id]}
            journal.record("action.edit", "action", action.id, changed, by=cast.owner, now=NOW)
        db.session.commit()
        with count_queries() as counted:
            page = visitor.get(show(cast))
        assert page.text.count("Led") >= more
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]
