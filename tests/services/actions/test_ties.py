"""What waits for what, links, points and milestones of an action."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import Action, Milestone, PlanPoint
from tracker.services import journal
from tracker.services.actions import around, milestones, serving, ties
from tracker.services.actions.rules import Refused
from tracker.services.actions.search import sort_key
from tracker.services.actions.steps import drop_action

DAY = timedelta(days=1)


def wait(cast, action, needed, by=None):
    return ties.add_dependency(action.id, needed.id, by=by or cast.director, now=NOW)


def deeds(action):
    return [entry.deed for entry in journal.history("action", action.id)]


class TestWaiting:
    def test_it_is_shown_on_both_pages(self, app, cast):
        wait(cast, cast.action, cast.colleague_action)
        wait(cast, cast.action, cast.colleague_action)
        needs = around.around(cast.action, by=cast.director).needs
        assert [(item.title, item.too_late) for item in needs] == [
            ("Mät väntetider för företag", False)
        ]
        needed_by = around.around(cast.colleague_action, by=cast.director).needed_by
        assert [item.id for item in needed_by] == [cast.action.id]
        assert deeds(cast.action) == ["action.wait"], "the second time changed nothing"
        ties.remove_dependency(cast.action.id, cast.colleague_action.id, by=cast.director, now=NOW)
        assert around.around(cast.action, by=cast.director).needs == ()
        assert deeds(cast.action) == ["action.unwait", "action.wait"]

    def test_a_later_end_is_warned_of(self, app, cast):
        wait(cast, cast.colleague_action, cast.action)
        assert around.around(cast.colleague_action, by=cast.director).needs[0].too_late
        assert around.around(cast.action, by=cast.director).needed_by[0].too_late

    def test_a_forecast_counts_before_the_deadline(self, app, cast):
        wait(cast, cast.action, cast.colleague_action)
        cast.colleague_action.forecast = date(2026, 12, 1)
        db.session.commit()
        assert around.around(cast.action, by=cast.director).needs[0].too_late

    def test_a_circle_is_refused_and_named(self, any_app, cast):
        for length in range(1, 7):
            chain = [make_action(cast.plan, f"Led {n}", unit=cast.unit) for n in range(length)]
            db.session.add_all(chain)
            db.session.commit()
            for first, second in pairwise(chain):
                wait(cast, first, second)
            with pytest.raises(RuleBroken) as error:
                wait(cast, chain[-1], chain[0])
            said = str(error.value)
            assert error.value.field == "needs", length
            if length == 1:
                assert said == "En åtgärd kan inte vänta på sig själv."
            else:
                assert all(action.title in said for action in chain), length
            db.session.rollback()

    def test_nobody_waits_for_what_was_dropped(self, app, cast):
        wait(cast, cast.action, cast.colleague_action)
        drop_action(
            cast.colleague_action.id,
            "För dyrt.",
            "KS i Testköping",
            by=cast.director,
            now=NOW,
            today=TODAY,
        )
        (needed,) = around.around(cast.action, by=cast.director).needs
        assert (needed.dropped, needed.too_late) == (True, False), "told, and not as a late one"
        with pytest.raises(RuleBroken, match="är avbruten och blir inte klar") as error:
            wait(cast, cast.other_action, cast.colleague_action)
        assert error.value.field == "needs"
        wait(cast, cast.action, cast.colleague_action)  # as it was: nothing is written
        ties.remove_dependency(cast.action.id, cast.colleague_action.id, by=cast.director, now=NOW)

    def test_what_is_done_may_be_waited_for(self, app, cast):
        wait(cast, cast.action, cast.done_action)
        assert not around.around(cast.action, by=cast.director).needs[0].too_late

    def test_what_one_may_not_see_stays_unnamed(self, app, cast):
        wait(cast, cast.action, cast.other_action)
        wait(cast, cast.other_action, cast.colleague_action)
        with pytest.raises(RuleBroken) as error:
            wait(cast, cast.colleague_action, cast.action, by=cast.unit_director)
        assert "Elevernas" not in str(error.value)
        assert f"nr {cast.other_action.id}" in str(error.value)
        assert around.around(cast.action, by=cast.unit_director).needs[0].title == ""

    def test_no_such_action(self, any_app, cast):
        for needs_id in (0, 9999, 2**31 - 1, 2**40, -1):
            with pytest.raises(RuleBroken, match="Det finns ingen åtgärd"):
                ties.add_dependency(cast.action.id, needs_id, by=cast.director, now=NOW)

    def test_another_units_action_cannot_be_waited_for(self, app, cast):
        with pytest.raises(RuleBroken, match="Det finns ingen åtgärd"):
            wait(cast, cast.action, cast.other_action, by=cast.unit_director)
        with pytest.raises(Forbidden):
            wait(cast, cast.action, cast.colleague_action, by=cast.owner)

    def test_twenty_at_most(self, app, cast):
        more = [make_action(cast.plan, f"Led {n}", unit=cast.unit) for n in range(21)]
        db.session.add_all(more)
        db.session.commit()
        for needed in more[:20]:
            wait(cast, cast.action, needed)
        with pytest.raises(RuleBroken, match="högst 20"):
            wait(cast, cast.action, more[20])

    @pytest.mark.parametrize("typed", ["{id}", "nr {id}", "{id} {title}", "{title}", " {lower} "])
    def test_a_number_or_a_title(self, app, cast, typed):
        one = cast.colleague_action
        text = typed.format(id=one.id, title=one.title, lower=one.title.upper())
        assert ties.find_needed(text, by=cast.director) == one.id

    def test_a_title_may_begin_with_a_number(self, app, cast):
        one = make_action(cast.plan, "1 fråga i veckan", unit=cast.unit)
        one.title_key = sort_key(one.title)
        db.session.add(one)
        db.session.commit()
        assert ties.find_needed("1 fråga i veckan", by=cast.director) == one.id

    @pytest.mark.parametrize("text", ["", "x" * 10_000, "99999999999", "🙂", "=1+1", "%s"])
    def test_what_means_nothing_is_told(self, app, cast, text):
        with pytest.raises(RuleBroken) as error:
            ties.find_needed(text, by=cast.director)
        assert error.value.field == "needs"
        assert str(error.value)

    def test_two_of_the_same_title(self, app, cast):
        twin = make_action(cast.plan, cast.action.title, unit=cast.unit)
        db.session.add(twin)
        db.session.commit()
        with pytest.raises(RuleBroken, match="Flera åtgärder heter"):
            ties.find_needed(cast.action.title, by=cast.director)


class TestLinks:
    def add(self, cast, title="Utredningen", url="https://www.example.se/u?a=1", by=None):
        return ties.add_link(cast.action.id, title, url, by=by or cast.owner, now=NOW)

    def test_added_and_removed(self, app, cast):
        link = self.add(cast)
        assert [item.title for item in around.around(cast.action, by=cast.owner).links] == [
            "Utredningen"
        ]
        ties.remove_link(cast.action.id, link.id, by=cast.owner, now=NOW)
        assert around.around(cast.action, by=cast.owner).links == ()
        assert deeds(cast.action) == ["action.unlink", "action.link"]

    @pytest.mark.parametrize(
        ("title", "url", "fields"),
        [
            ("", "", {"link_title", "link_url"}),
            ("Ok så", "javascript:alert(1)", {"link_url"}),
            ("Ok så", "ftp://x", {"link_url"}),
            ("Ok så", "https://", {"link_url"}),
            ("x" * 201, "https://a.se", {"link_title"}),
            ("Ok så", "https://a.se/" + "x" * 1000, {"link_url"}),
        ],
    )
    def test_what_is_no_link_is_told(self, app, cast, title, url, fields):
        with pytest.raises(Refused) as error:
            self.add(cast, title, url)
        assert {problem.field for problem in error.value.problems} == fields

    def test_a_strangers_link(self, app, cast):
        with pytest.raises(NotFound):
            self.add(cast, by=cast.stranger)
        with pytest.raises(NotFound):
            ties.remove_link(cast.action.id, 2**31 - 1, by=cast.owner, now=NOW)


class TestPoints:
    def test_tied_and_untied(self, app, cast):
        ids = [cast.points[1].id, cast.points[0].id]
        assert serving.tie_points(cast.action.id, ids, by=cast.director, now=NOW) == 1
        assert cast.action.points == [cast.points[0], cast.points[1]]
        entry = journal.history("action", cast.action.id)[0]
        assert entry.data["texts"] == ["Samla dialogen med medborgarna på ett ställe."]
        serving.untie_point(cast.action.id, ids[0], by=cast.director, now=NOW)
        assert deeds(cast.action) == ["action.untie", "action.tie"]
        with pytest.raises(NotFound):
            serving.untie_point(cast.action.id, ids[0], by=cast.director, now=NOW)

    def test_points_of_the_plan(self, app, cast):
        own = PlanPoint(plan=cast.plan, position=1, label="IV", text="Öppna dörrar")
        db.session.add(own)
        db.session.commit()
        offered = around.points_offered(cast.action)
        assert [point.text for point in offered.plan_points] == ["IV Öppna dörrar"]
        assert len(offered.points) == 3
        serving.tie_points(cast.action.id, [], [own.id], by=cast.director, now=NOW)
        shown = around.around(cast.action, by=cast.director)
        assert [point.label for point in shown.plan_points] == ["IV"]
        assert around.points_offered(cast.action).plan_points == ()
        serving.untie_plan_point(cast.action.id, own.id, by=cast.director, now=NOW)
        assert cast.action.plan_points == []

    @pytest.mark.parametrize("ids", [[], [9999]])
    def test_nothing_or_nonsense(self, app, cast, ids):
        with pytest.raises(RuleBroken):
            serving.tie_points(cast.action.id, ids, by=cast.director, now=NOW)


class TestMilestones:
    def add(self, cast, title="Utkast", due=date(2026, 4, 1)):
        return milestones.add_milestone(
            cast.action.id, title, due, by=cast.director, now=NOW, today=TODAY
        )

    def test_added_changed_removed_and_back(self, app, cast):
        piece = self.add(cast)
        milestones.change_milestone(
            cast.action.id,
            piece.id,
            "Utkast 2",
            date(2026, 4, 2),
            by=cast.director,
            now=NOW,
            today=TODAY,
        )
        title, entry = milestones.remove_milestone(
            cast.action.id, piece.id, by=cast.director, now=NOW
        )
        assert title == "Utkast 2"
        back = milestones.restore_milestone(cast.action.id, entry, by=cast.director, now=NOW)
        assert (back.title, back.due) == ("Utkast 2", date(2026, 4, 2))
        with pytest.raises(RuleBroken, match="redan"):
            milestones.restore_milestone(cast.action.id, entry, by=cast.director, now=NOW)
        assert deeds(cast.action) == [
            "action.milestone_restore",
            "action.milestone_remove",
            "action.milestone_edit",
            "action.milestone_add",
        ]

    def test_they_stand_in_the_order_of_their_days(self, app, cast):
        self.add(cast, "Sist", date(2026, 4, 30))
        self.add(cast, "Först", TODAY)
        db.session.expire_all()
        titles = [piece.title for piece in cast.action.milestones]
        assert titles == ["Först", "Mall för svar", "Sist"]

    @pytest.mark.parametrize(
        ("title", "due", "fields"),
        [
            ("", None, {"title", "due"}),
            ("x" * 10_000, date(2026, 4, 1), {"title"}),
            ("Utkast", TODAY - DAY, {"due"}),
            ("Utkast", date(2026, 5, 1), {"due"}),
            ("Utkast", date(9999, 12, 31), {"due"}),
        ],
    )
    def test_what_is_wrong_is_told(self, app, cast, title, due, fields):
        with pytest.raises(Refused) as error:
            self.add(cast, title, due)
        assert {problem.field for problem in error.value.problems} == fields

    def test_a_day_that_passed_may_stay(self, app, cast):
        piece = cast.action.milestones[0]
        piece.due = TODAY - DAY
        db.session.commit()
        changed = milestones.change_milestone(
            cast.action.id, piece.id, "Annat", piece.due, by=cast.director, now=NOW, today=TODAY
        )
        assert changed.title == "Annat"

    def test_another_actions_piece(self, app, cast):
        piece = cast.action.milestones[0]
        with pytest.raises(NotFound):
            milestones.remove_milestone(cast.other_action.id, piece.id, by=cast.director, now=NOW)
        with pytest.raises(NotFound):
            milestones.restore_milestone(cast.action.id, 1, by=cast.director, now=NOW)


@pytest.mark.parametrize("finished", ["action", "plan"])
def test_what_is_finished_stays_as_it_is(app, cast, finished):
    action: Action = cast.action
    if finished == "action":
        action = cast.done_action
    else:
        cast.plan.closed_on, cast.plan.closed_by_id = TODAY, cast.director.id
    action.milestones.append(Milestone(title="Del", due=date(2026, 4, 1)))
    db.session.commit()
    who = {"by": cast.director, "now": NOW}
    for deed in (
        lambda: ties.add_dependency(action.id, cast.colleague_action.id, **who),
        lambda: ties.add_link(action.id, "Länk", "https://a.se", **who),
        lambda: serving.tie_points(action.id, [cast.points[3].id], **who),
        lambda: milestones.add_milestone(action.id, "Del", date(2026, 4, 1), today=TODAY, **who),
        lambda: milestones.remove_milestone(action.id, action.milestones[0].id, **who),
    ):
        with pytest.raises(RuleBroken, match="avslutad"):
            deed()
        db.session.rollback()
