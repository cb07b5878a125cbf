"""The board: what stands in each column, who may move what, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tests.helpers.found import written
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import OPEN, ActionStatus, Health, Timeliness
from tracker.extensions import db
from tracker.services import journal
from tracker.services.actions import board as boards
from tracker.services.actions.board import board, move_action
from tracker.services.actions.filters import ActionFilter, When

ZONE = ZoneInfo("Europe/Stockholm")


def shown(by, **filters):
    return board(ActionFilter(**filters), by=by, today=TODAY, zone=ZONE)


def titles(found):
    return {
        column.status.value: [card.title for card in column.cards]
        for column in found.columns
        if column.cards
    }


def column(found, status):
    return next(one for one in found.columns if one.status is status)


def card_of(found, action):
    return next(card for column in found.columns for card in column.cards if card.id == action.id)


def move(action, status, by, version=None):
    return move_action(action.id, status, version or action.version, by=by, now=NOW, today=TODAY)


class TestColumns:
    def test_all_six_stand_there_in_order(self, app, cast):
        found = shown(cast.director)
        assert [column.status for column in found.columns] == list(ActionStatus)
        assert titles(found) == {
            "planned": ["Mät väntetider för företag"],
            "ongoing": ["Återkoppla synpunkter på webben", "Elevernas egna frågor"],
            "done": ["En kalender för alla samråd"],
        }
        assert found.total == 4

    @pytest.mark.parametrize(
        ("who", "seen"),
        [("director", 4), ("unit_director", 3), ("owner", 2), ("stranger", 1), ("member", 3)],
    )
    def test_nobody_sees_more_than_in_the_list(self, cast, who, seen):
        assert shown(getattr(cast, who)).total == seen

    def test_an_administrator_sees_no_plan(self, cast):
        with pytest.raises(Forbidden):
            shown(cast.admin)

    def test_the_filter_is_the_lists_own(self, cast):
        assert titles(shown(cast.director, owner=cast.owner.id)) == {
            "ongoing": ["Återkoppla synpunkter på webben"],
            "done": ["En kalender för alla samråd"],
        }
        assert titles(shown(cast.director, status=ActionStatus.DONE, q="kalender")) == {
            "done": ["En kalender för alla samråd"]
        }

    def test_ten_with_the_nearest_deadline_or_the_latest_where_it_is_finished(self, any_app, cast):
        days = [date(2026, 5, 1) + timedelta(days=n) for n in range(12)]
        for status, more in (
            (ActionStatus.PAUSED, {}),
            (ActionStatus.DONE, {"done_on": TODAY, "done_by": cast.owner}),
        ):
            db.session.add_all(
                make_action(cast.plan, str(day), status=status, deadline=day, **more)
                for day in days
            )
        db.session.commit()
        found = shown(cast.director)
        paused, done = (column(found, s) for s in (ActionStatus.PAUSED, ActionStatus.DONE))
        assert [card.deadline for card in paused.cards] == days[:10]
        assert [card.deadline for card in done.cards] == days[:1:-1]
        assert (paused.total, done.total) == (12, 13)

    def test_many_are_shown_as_few_are(self, any_app, cast, monkeypatch):
        asked = [{}, {"q": "e"}, {"q": "a"}, {"unit_id": cast.unit.id}, {"when": When.LATE}]
        for number, status in enumerate((*OPEN, *OPEN)):
            day = date(2026, 1, 5) + timedelta(days=number)
            written(make_action(cast.plan, f"Lera {number}", status=status, deadline=day))
        whole = [shown(cast.director, **filters) for filters in asked]
        monkeypatch.setattr(boards, "MOST", 1)
        for led in (boards.MOST_LED, 0):
            monkeypatch.setattr(boards, "MOST_LED", led)
            for filters, seen in zip(asked, whole, strict=True):
                assert shown(cast.director, **filters) == seen, (filters, led)

    def test_counting_stops(self, cast, monkeypatch):
        monkeypatch.setattr(boards, "MOST", 1)
        monkeypatch.setattr(boards, "MOST_OF_MANY", 1)
        found = column(shown(cast.director), ActionStatus.ONGOING)
        assert (found.total, found.many) == (1, True)
        assert column(shown(cast.director), ActionStatus.PLANNED).many is False


class TestCard:
    def test_it_says_what_the_dates_and_the_last_report_say(self, cast):
        cast.action.health = Health.AT_RISK
        cast.done_action.health = Health.AT_RISK
        db.session.commit()
        found = shown(cast.director)
        late, ongoing = card_of(found, cast.colleague_action), card_of(found, cast.action)
        assert (late.timeliness, late.owner) == (Timeliness.OVERDUE, "Karin Kollega")
        assert ongoing.health is Health.AT_RISK
        assert card_of(found, cast.done_action).health is None

    @pytest.mark.parametrize(
        ("who", "moves"),
        [("director", True), ("unit_director", True), ("owner", False), ("member", False)],
    )
    def test_who_may_edit_may_move(self, cast, who, moves):
        card = card_of(shown(getattr(cast, who)), cast.action)
        assert card.moves == ((ActionStatus.PLANNED, ActionStatus.PAUSED) if moves else ())

    def test_what_is_finished_does_not_move_but_may_be_verified_by_another(self, cast):
        card = card_of(shown(cast.director), cast.done_action)
        assert (card.moves, card.may_verify) == ((), True)
        assert not card_of(shown(cast.owner), cast.done_action).may_verify
        cast.done_action.done_by = cast.director
        db.session.commit()
        assert not card_of(shown(cast.director), cast.done_action).may_verify


class TestMove:
    @pytest.mark.parametrize("status", [s for s in OPEN if s is not ActionStatus.ONGOING])
    def test_between_open_statuses(self, app, cast, status):
        move(cast.action, status, cast.director)
        assert cast.action.status is status
        entry = journal.history("action", cast.action.id)[0]
        assert (entry.deed, entry.data["status"]) == ("action.edit", ["ongoing", status.value])

    def test_only_the_status_changes(self, cast):
        before = {
            name: getattr(cast.action, name)
            for name in ("title", "owner_id", "unit_id", "committee_id", "deadline", "deadline_rev")
        }
        move(cast.action, ActionStatus.PAUSED, cast.director)
        assert {name: getattr(cast.action, name) for name in before} == before
        assert set(journal.history("action", cast.action.id)[0].data) == {"status"}

    def test_a_deadline_that_has_passed_does_not_stand_in_the_way(self, cast):
        move(cast.colleague_action, ActionStatus.ONGOING, cast.director)
        assert cast.colleague_action.status is ActionStatus.ONGOING

    @pytest.mark.parametrize("status", [ActionStatus.DONE, ActionStatus.DROPPED])
    def test_the_steps_that_ask_for_more_are_not_taken_here(self, cast, status):
        with pytest.raises(RuleBroken):
            move(cast.action, status, cast.director)
        db.session.rollback()
        assert cast.action.status is ActionStatus.ONGOING

    def test_what_is_finished_stays(self, cast):
        with pytest.raises(RuleBroken):
            move(cast.done_action, ActionStatus.ONGOING, cast.director)

    def test_the_second_of_two_movers_is_told(self, app, cast):
        seen = cast.action.version
        move(cast.action, ActionStatus.PAUSED, cast.director, seen)
        with pytest.raises(Conflict) as told:
            move(cast.action, ActionStatus.PLANNED, cast.unit_director, seen)
        assert told.value.current == {"title": cast.action.title, "status": ActionStatus.PAUSED}
        assert cast.action.status is ActionStatus.PAUSED

    @pytest.mark.parametrize(
        ("who", "error"), [("owner", Forbidden), ("member", Forbidden), ("unit_director", NotFound)]
    )
    def test_nobody_else_moves_it(self, cast, who, error):
        with pytest.raises(error):
            move(cast.other_action, ActionStatus.PAUSED, getattr(cast, who))

    def test_a_missing_one_is_not_found(self, cast):
        with pytest.raises(NotFound):
            move_action(999_999, ActionStatus.PAUSED, 1, by=cast.director, now=NOW, today=TODAY)


def test_it_costs_two_questions_however_many_there_are(cast, count_queries):
    places = {"unit": cast.unit, "committee": cast.committee, "owner": cast.owner}
    costs = []
    for number in (1, 30):
        for status in OPEN:
            db.session.add_all(
                make_action(cast.plan, f"{status} {n}", status=status, **places)
                for n in range(number)
            )
        for by in (cast.director, cast.unit_director, cast.owner, cast.member):
            db.session.commit()
            assert by.roles
            with count_queries() as counted:
                shown(by)
            costs.append((by.name, counted.number))
    assert [cost for _name, cost in costs] == [2] * 8, costs
