"""The timeline: the list's rows with their days, in the list's order."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tracker.domain.errors import Forbidden
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Milestone
from tracker.services.actions.filters import ActionFilter, Sort
from tracker.services.actions.timeline import timeline

ZONE = ZoneInfo("Europe/Stockholm")


def shown(by, page=1, size=30, **filters):
    return timeline(ActionFilter(**filters), page, by=by, today=TODAY, zone=ZONE, size=size)


def line_of(found, action):
    return next(line for line in found.lines if line.row.id == action.id)


class TestLines:
    def test_open_ones_first_by_deadline_whatever_order_is_asked_for(self, any_app, cast):
        found = shown(cast.director, sort=Sort.TITLE)
        assert [line.row.title for line in found.lines] == [
            "Mät väntetider för företag",
            "Återkoppla synpunkter på webben",
            "Elevernas egna frågor",
            "En kalender för alla samråd",
        ]
        assert len(found.drawing.bars) == found.listed.total == 4

    @pytest.mark.parametrize(("who", "seen"), [("unit_director", 3), ("owner", 2), ("stranger", 1)])
    def test_nobody_sees_more_than_in_the_list(self, cast, who, seen):
        assert len(shown(getattr(cast, who)).lines) == seen

    def test_an_administrator_sees_no_plan(self, cast):
        with pytest.raises(Forbidden):
            shown(cast.admin)

    def test_pages_and_filter_are_the_lists_own(self, cast):
        found = shown(cast.director, page=2, size=3)
        assert [line.row.id for line in found.lines] == [cast.done_action.id]
        found = shown(cast.director, owner=cast.colleague.id)
        assert [line.row.id for line in found.lines] == [cast.colleague_action.id]

    def test_nothing_is_drawn_where_there_is_nothing(self, cast):
        found = shown(cast.director, q="finns inte alls")
        assert (found.lines, found.drawing.bars) == ((), ())
        assert found.drawing.ticks


class TestDays:
    def test_a_start_is_given_or_the_day_it_was_written_down(self, cast):
        cast.action.starts_on = date(2026, 3, 9)
        db.session.commit()
        found = shown(cast.director)
        assert line_of(found, cast.action).start == date(2026, 3, 9)
        written = (NOW - timedelta(days=40)).date()
        assert line_of(found, cast.other_action).start == written

    def test_an_action_written_down_after_its_deadline_starts_there(self, cast):
        cast.action.created_at = NOW + timedelta(days=400)
        db.session.commit()
        assert line_of(shown(cast.director), cast.action).start == cast.action.deadline

    def test_slippage_forecast_and_milestones(self, cast):
        cast.action.first_deadline = date(2026, 3, 31)
        cast.action.forecast = date(2026, 5, 29)
        cast.action.milestones.append(
            Milestone(title="Först", due=date(2026, 3, 5), done_on=date(2026, 3, 1))
        )
        db.session.commit()
        line = line_of(shown(cast.director), cast.action)
        assert (line.first_deadline, line.forecast) == (date(2026, 3, 31), date(2026, 5, 29))
        assert line.milestones == ((date(2026, 3, 5), True), (date(2026, 3, 20), False))
        assert line.pieces_done == 1

    def test_what_is_finished_has_no_forecast(self, cast):
        cast.done_action.forecast = date(2026, 5, 29)
        db.session.commit()
        assert line_of(shown(cast.director), cast.done_action).forecast is None
        assert cast.done_action.status is ActionStatus.DONE


def test_a_page_of_thirty_costs_as_much_as_one_of_one(cast, count_queries):
    costs = []
    for number in (1, 30):
        for n in range(number):
            action = make_action(cast.plan, f"Fler {n}", unit=cast.other_unit)
            action.milestones = [Milestone(title="Del", due=date(2026, 4, 1))]
            db.session.add(action)
        db.session.commit()
        assert cast.director.roles
        with count_queries() as counted:
            shown(cast.director, unit_id=cast.other_unit.id)
        costs.append(counted.number)
    assert costs[0] == costs[1]
