"""Filters: each of them, together, what they offer, and that none reads the whole table."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from tests.helpers.cast import NOW, TODAY, make_action
from tests.helpers.found import heard, many, written
from tracker.domain.statuses import ActionStatus, Health, Timeliness
from tracker.extensions import db
from tracker.models import ActionPlan, PlanPoint
from tracker.services.actions import filters as module
from tracker.services.actions import lists
from tracker.services.actions.choices import filter_choices
from tracker.services.actions.filters import ActionFilter, Sort, When
from tracker.services.actions.lists import actions_listed

LATER = TODAY + timedelta(days=200)


def listed(by, page=1, size=30, **filters):
    return actions_listed(ActionFilter(**filters), page, by=by, today=TODAY, size=size)


def titles(found):
    return [row.title for row in found.rows]


class TestDates:
    def test_quick_choices(self, any_app, cast):
        asked = [
            (When.LATE, TODAY - timedelta(days=1), True),
            (When.LATE, TODAY, False),
            (When.SOON, TODAY, True),
            (When.SOON, TODAY + timedelta(days=30), True),
            (When.SOON, TODAY + timedelta(days=31), False),
            (When.SOON, TODAY - timedelta(days=1), False),
            (When.MONTH, TODAY.replace(day=1), True),
            (When.MONTH, TODAY.replace(day=1) - timedelta(days=1), False),
            (When.YEAR, date(TODAY.year, 12, 31), True),
            (When.YEAR, date(TODAY.year + 1, 1, 1), False),
        ]
        days = {day for _when, day, _seen in asked}
        written(*(make_action(cast.plan, f"Till {day}", deadline=day) for day in days))
        found = {when: titles(listed(cast.director, when=when)) for when, _day, _seen in asked}
        wrong = [row for row in asked if (f"Till {row[1]}" in found[row[0]]) is not row[2]]
        assert not wrong

    @pytest.mark.parametrize("month", range(1, 13))
    @pytest.mark.parametrize("when", [When.MONTH, When.QUARTER, When.YEAR])
    def test_spans_hold_their_day(self, month, when):
        day = date(2026, month, 28)
        first, last = module._span(when, day)
        assert first <= day <= last
        assert first.day == 1
        assert (last + timedelta(days=1)).day == 1

    def test_silent_is_what_the_chip_says(self, any_app, cast):
        for days in (89, 90, 91):
            action = make_action(cast.plan, f"Tyst {days}", deadline=LATER)
            action.created_at = action.assigned_at = NOW - timedelta(days=400)
            written(action)
            heard(action, Health.ON_TRACK, days, cast.owner)
        everything = listed(cast.director).rows
        silent = {row.title for row in everything if row.timeliness is Timeliness.SILENT}
        assert set(titles(listed(cast.director, when=When.SILENT))) == silent
        assert {"Tyst 90", "Tyst 91"} <= silent

    def test_from_and_to(self, app, cast):
        written(make_action(cast.plan, "Mitt i", deadline=LATER))
        assert titles(listed(cast.director, due_from=LATER, due_to=LATER)) == ["Mitt i"]
        assert titles(listed(cast.director, due_from=LATER, due_to=TODAY)) == []


class TestOthers:
    def test_slipped(self, any_app, cast):
        action = make_action(cast.plan, "Flyttad", deadline=LATER)
        action.first_deadline = LATER - timedelta(days=45)
        written(action)
        found = listed(cast.director, slipped=True)
        assert [(row.title, row.slippage) for row in found.rows] == [("Flyttad", 45)]

    def test_area(self, any_app, cast, monkeypatch):
        number = cast.action.points[0].area.number
        served = {
            action.id
            for action in db.session.scalars(db.select(module.Action))
            if any(point.area and point.area.number == number for point in action.points)
        }
        for most in (module.MOST, 0):
            monkeypatch.setattr(module, "MOST", most)
            wanted = module.conditions(ActionFilter(area=number), by=cast.director, today=TODAY)
            found = set(db.session.scalars(db.select(module.Action.id).where(*wanted)))
            assert found == served != set(), most
            assert listed(cast.director, area=99).rows == (), most

    def test_plan_and_its_point(self, app, cast):
        plan = ActionPlan(title="Fullmäktiges program", created_at=NOW)
        plan.points = [PlanPoint(position=1, label="IV", text="Öppna upp")]
        action = make_action(plan, "För punkten")
        action.plan_points = list(plan.points)
        db.session.add(plan)
        written(action)
        assert titles(listed(cast.director, plan_id=plan.id)) == ["För punkten"]
        assert titles(listed(cast.director, plan_point_id=plan.points[0].id)) == ["För punkten"]
        assert (plan.points[0].id, "IV Öppna upp") in filter_choices(cast.director).plan_points

    def test_all_at_once(self, any_app, cast):
        found = listed(
            cast.director,
            status=ActionStatus.ONGOING,
            health=Health.AT_RISK,
            unit_id=cast.unit.id,
            committee_id=cast.committee.id,
            owner=cast.owner.id,
            area=1,
            when=When.LATE,
            due_from=TODAY,
            due_to=TODAY,
            slipped=True,
            plan_id=cast.plan.id,
            plan_point_id=1,
            q="dialog 1",
        )
        assert found.rows == ()


class TestMost:
    def test_counts_end_somewhere(self, app, cast, monkeypatch):
        monkeypatch.setattr(module, "MOST", 20)
        monkeypatch.setattr(module, "MOST_SAID", 10)
        monkeypatch.setattr(lists, "MOST", 20)
        many(cast, 25)
        found = listed(cast.director, 99, size=8)
        assert (found.total, found.more, found.counts.total) == (21, True, 21)
        assert (len(found.rows), found.paged) == (4, 20)  # 8, 8 and the last 4 of 20
        found = listed(cast.director, 99, size=8, q="åtgärd")
        assert (found.total, found.more, found.counts.total) == (11, True, 21)
        assert (len(found.rows), found.paged) == (2, 10)

    def test_walked_and_gathered_alike(self, any_app, cast, monkeypatch):
        def pages():
            return {
                (sort, page): titles(listed(cast.director, page, size=5, sort=sort))
                for sort in Sort
                for page in (1, 2)
            }

        many(cast, 12)
        whole = pages()
        monkeypatch.setattr(module, "MOST", 10)
        for near in (lists.NEAR, 0):
            monkeypatch.setattr(lists, "NEAR", near)
            assert pages() == whole, near

    def test_the_first_of_many_are_the_first(self, any_app, cast, monkeypatch):
        """Whichever are counted, the page shows those that come first of all."""
        asked = {"status": ActionStatus.ONGOING, "unit_id": cast.unit.id, "q": "åtgärd"}
        for number, action in enumerate(many(cast, 20)):
            action.deadline = LATER - timedelta(days=number)
        db.session.commit()
        whole = {sort: titles(listed(cast.director, sort=sort, **asked)) for sort in Sort}
        monkeypatch.setattr(module, "MOST_SAID", 6)
        for sort in Sort:
            first, then = (listed(cast.director, n, size=3, sort=sort, **asked) for n in (1, 2))
            assert (titles(first), titles(then)) == (whole[sort][:3], whole[sort][3:6]), sort


class TestChoices:
    def test_what_is_there(self, any_app, cast):
        found = filter_choices(cast.unit_director)
        assert [name for _id, name in found.owners] == ["Karin Kollega", "Olle Ägare"]
        assert [name for _id, name in found.units] == ["Kommunledningsförvaltningen"]
        assert [name for _id, name in found.committees] == ["Kommunstyrelsen"]

    def test_each_sees_no_more_than_their_actions_have(self, app, cast):
        for by in (cast.director, cast.owner, cast.member, cast.unit_director, cast.stranger):
            rows = listed(by, size=100).rows
            found = filter_choices(by)
            assert {name for _id, name in found.owners} == {row.owner for row in rows} - {None}
            assert {name for _id, name in found.units} == {row.unit for row in rows} - {None}

    def test_they_cost_the_same(self, app, cast, count_queries):
        numbers = []
        for more in (1, 59):
            many(cast, more)
            db.session.refresh(cast.director)
            with count_queries() as counted:
                filter_choices(cast.director)
            numbers.append(counted.number)
        assert numbers[0] == numbers[1]


ASKED = [
    {},
    *({"sort": sort} for sort in Sort),
    {"unit_id": 1, "sort": Sort.TITLE},
    {"committee_id": 1},
    {"owner": 2},
    {"owner": "none"},
    {"status": ActionStatus.DONE, "sort": Sort.TITLE},
    {"health": Health.AT_RISK},
    {"when": When.LATE},
    {"when": When.SILENT, "sort": Sort.UPDATED},
    {"due_from": TODAY, "due_to": TODAY},
    {"slipped": True},
    {"area": 1},
    {"plan_point_id": 1},
    {"q": "åtgärd"},
    {"q": "åtgärd 7", "unit_id": 1, "status": ActionStatus.ONGOING},
]


def statements(by):
    """What the database is told when that person asks for each of the lists."""
    said = []

    def note(_conn, _cursor, statement, parameters, _context, _many):
        said.append((statement, parameters))

    assert by.roles
    event.listen(db.engine, "before_cursor_execute", note)
    for filters in ASKED:
        listed(by, **filters)
    filter_choices(by)
    event.remove(db.engine, "before_cursor_execute", note)
    return said


def test_no_query_reads_the_whole_table_in_vain(app, cast):
    """In a filled SQLite every way to the actions is an index, or stops after MOST of them."""
    many(cast, 60)
    connection = db.session.connection()
    for by in (cast.director, cast.owner, cast.member, cast.unit_director):
        for statement, parameters in statements(by):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for step in [row[-1] for row in plan]:
                table = step.startswith(("SCAN action", "SCAN status_update"))
                small = step.startswith("SCAN action_plan")
                # The first MOST + 1 rows are counted, whatever they say, for who sees everything.
                capped = "WHERE 1 = 1\n LIMIT" in statement
                wrong = table and "USING" not in step and not small and not capped
                assert not wrong, (by.name, statement)


def test_one_row_costs_what_sixty_do(app, cast, count_queries):
    numbers = []
    for more in (1, 59):
        many(cast, more)
        db.session.refresh(cast.director)
        assert cast.director.roles
        counted_now = []
        for filters in ASKED:
            with count_queries() as counted:
                listed(cast.director, size=100, **filters)
            counted_now.append(counted.number)
        numbers.append(counted_now)
    assert numbers[0] == numbers[1]
