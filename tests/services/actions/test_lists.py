"""Lists of actions: who sees what, filters, order, pages, and what they cost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.helpers.cast import NOW, TODAY, make_action
from tests.helpers.found import heard, many, written
from tracker.domain.errors import Forbidden
from tracker.domain.statuses import OPEN, ActionStatus, Health, Timeliness
from tracker.extensions import db
from tracker.models import PlanState
from tracker.services.actions.filters import ActionFilter, Sort, When
from tracker.services.actions.lists import actions_listed

OURS = [
    "Mät väntetider för företag",
    "En kalender för alla samråd",
    "Återkoppla synpunkter på webben",
]
ALL = [*OURS, "Elevernas egna frågor"]


def listed(by, page=1, size=30, **filters):
    return actions_listed(ActionFilter(**filters), page, by=by, today=TODAY, size=size)


def titles(found):
    return [row.title for row in getattr(found, "rows", found)]


class TestWhoSeesWhat:
    def test_each_their_own(self, any_app, cast):
        for who, seen in (
            (cast.director, ALL),
            (cast.unit_director, OURS),
            (cast.owner, [OURS[1], OURS[2]]),
            (cast.colleague, [OURS[0]]),
            (cast.stranger, [ALL[3]]),
            (cast.member, OURS),
            (cast.other_member, [ALL[3]]),
        ):
            found = listed(who)
            assert sorted(titles(found)) == sorted(seen), who.name
            assert found.total == found.counts.total == len(seen), who.name

    def test_the_administrator_has_no_list(self, app, cast):
        with pytest.raises(Forbidden):
            listed(cast.admin)

    def test_a_draft_is_not_for_the_committee(self, app, cast):
        cast.plan.state = PlanState.DRAFT
        db.session.commit()
        assert listed(cast.member).counts.total == 0
        assert listed(cast.director).counts.total == 4


class TestFilters:
    def test_they_narrow(self, any_app, cast):
        asked = [
            ({"status": ActionStatus.DONE}, [OURS[1]]),
            ({"when": When.LATE}, [OURS[0]]),
            ({"when": When.LATE, "status": ActionStatus.ONGOING}, []),
            ({"q": "VÄNTETIDER"}, [OURS[0]]),
            ({"q": "  på   webben "}, [OURS[2]]),
            ({"q": "Ä"}, [OURS[0]]),
            ({"q": "Å"}, [OURS[1], OURS[2], ALL[3]]),
            ({"q": "%"}, []),
            ({"q": "_"}, []),
            ({"q": "/"}, []),
            ({"q": "\\"}, []),
            ({"q": "'; drop table action; --"}, []),
            ({"q": "\x00"}, ALL),
            ({"unit_id": 9999}, []),
            ({"owner": 9999}, []),
            ({"plan_id": 9999}, []),
        ]
        found = [
            (filters, titles(listed(cast.director, **filters)), seen) for filters, seen in asked
        ]
        assert [one for one in found if sorted(one[1]) != sorted(one[2])] == []

    def test_signs_of_like_are_found_as_they_are(self, any_app, cast):
        written(make_action(cast.plan, "Nå 100 % svar_i_tid", unit=cast.unit))
        for q in ("100 %", "svar_i", "% svar"):
            assert titles(listed(cast.director, q=q)) == ["Nå 100 % svar_i_tid"]

    def test_by_place_and_person(self, app, cast):
        assert titles(listed(cast.director, unit_id=cast.other_unit.id)) == [ALL[3]]
        assert titles(listed(cast.director, committee_id=cast.other_committee.id)) == [ALL[3]]
        assert titles(listed(cast.director, owner=cast.colleague.id)) == [OURS[0]]

    def test_without_owner_means_open_ones(self, app, cast):
        cast.action.owner = cast.done_action.owner = None
        db.session.commit()
        found = listed(cast.director, owner="none")
        assert titles(found) == [OURS[2]]
        assert found.counts.ownerless == found.total == 1

    def test_by_the_latest_report_only(self, app, cast):
        heard(cast.action, Health.OFF_TRACK, 20, cast.owner)
        heard(cast.action, Health.ON_TRACK, 2, cast.owner)
        assert titles(listed(cast.director, health=Health.ON_TRACK)) == [OURS[2]]
        assert titles(listed(cast.director, health=Health.OFF_TRACK)) == []

    def test_the_filter_does_not_change_the_plans_numbers(self, app, cast):
        found = listed(cast.director, q="webben")
        counts = found.counts
        assert (found.total, counts.total, counts.done, counts.late) == (1, 4, 1, 1)
        assert (counts.ownerless, counts.dropped) == (0, 0)

    def test_a_filter_does_not_widen_the_scope(self, app, cast):
        assert titles(listed(cast.owner, unit_id=cast.other_unit.id)) == []
        assert titles(listed(cast.unit_director, owner=cast.stranger.id)) == []


class TestOrder:
    def test_what_comes_first(self, any_app, cast):
        heard(cast.action, Health.ON_TRACK, 1, cast.owner)
        wanted = {Sort.DEADLINE: OURS[0], Sort.STATUS: OURS[0], Sort.UPDATED: OURS[2]}
        assert {sort: titles(listed(cast.director, sort=sort))[0] for sort in wanted} == wanted

    def test_what_is_open_stands_before_what_is_done(self, any_app, cast):
        ended = {"dropped_on": TODAY, "dropped_by": "KS", "dropped_reason": "Klart ändå."}
        early = date(2025, 1, 1)
        db.session.add(
            make_action(cast.plan, "A", status=ActionStatus.DROPPED, deadline=early, **ended)
        )
        db.session.add(make_action(cast.plan, "B", status=ActionStatus.PAUSED))
        db.session.commit()
        found = [row.status for row in listed(cast.director).rows]
        places = [0 if state in OPEN else 1 if state is ActionStatus.DONE else 2 for state in found]
        assert places == sorted(places)
        assert {0, 1, 2} == set(places)

    def test_the_alphabet_ends_with_swedish_letters(self, any_app, cast):
        written(*(make_action(cast.plan, t) for t in ("Ö", "zon", "Ägg", "Ål", "Anka")))
        found = titles(listed(cast.director, sort=Sort.TITLE))
        wanted = ["Anka", "zon", "Ål", "Återkoppla synpunkter på webben", "Ägg", "Ö"]
        assert [title for title in found if title in wanted] == wanted

    def test_pages_hold_every_row_once(self, app, cast):
        many(cast, 25, deadline=date(2026, 5, 1))
        for sort in Sort:
            pages = [listed(cast.director, page, size=10, sort=sort) for page in (1, 2, 3)]
            seen = [row.id for page in pages for row in page.rows]
            assert len(seen) == len(set(seen)) == 29, sort

    def test_beyond_the_pages_is_the_nearest_one(self, app, cast):
        many(cast, 25)
        rows = {0: 10, -5: 10, 3: 9, 4: 9, 10**6: 9}
        assert {page: len(listed(cast.director, page, size=10).rows) for page in rows} == rows


class TestRow:
    def test_it_shows_the_latest_report(self, app, cast):
        heard(cast.action, Health.AT_RISK, 40, cast.owner, "Först")
        heard(cast.action, Health.ON_TRACK, 5, cast.owner, "Sist")
        row = next(row for row in listed(cast.director).rows if row.id == cast.action.id)
        assert (row.health, row.report, row.heard_days) == (Health.ON_TRACK, "Sist", 5)
        assert (row.owner, row.unit) == ("Olle Ägare", "Kommunledningsförvaltningen")

    def test_two_reports_of_one_instant_show_the_later_row(self, any_app, cast):
        heard(cast.action, Health.AT_RISK, 1, cast.owner)
        heard(cast.action, Health.OFF_TRACK, 1, cast.owner)
        row = next(row for row in listed(cast.director).rows if row.id == cast.action.id)
        assert row.health is Health.OFF_TRACK
        assert titles(listed(cast.director, health=Health.AT_RISK)) == []

    @pytest.mark.parametrize(
        ("deadline", "days_silent", "expected"),
        [
            (TODAY - timedelta(days=1), 0, Timeliness.OVERDUE),
            (TODAY, 0, Timeliness.DUE_SOON),
            (TODAY + timedelta(days=30), 100, Timeliness.DUE_SOON),
            (TODAY + timedelta(days=31), 90, Timeliness.SILENT),
            (TODAY + timedelta(days=31), 89, Timeliness.FINE),
        ],
    )
    def test_what_the_dates_say(self, app, cast, deadline, days_silent, expected):
        cast.action.deadline = deadline
        long_ago = NOW - timedelta(days=400)
        cast.action.created_at = cast.action.assigned_at = long_ago
        heard(cast.action, Health.ON_TRACK, days_silent, cast.owner)
        row = next(row for row in listed(cast.director).rows if row.id == cast.action.id)
        assert row.timeliness is expected

    def test_a_day_is_the_municipalitys_own(self, app, cast):
        # 23.30 UTC on 28 February is already 1 March in Sweden: yesterday, not the day before.
        late_evening = NOW.replace(month=2, day=28, hour=23, minute=30)
        heard(cast.action, Health.ON_TRACK, (NOW - late_evening) / timedelta(days=1), cast.owner)
        row = next(row for row in listed(cast.director).rows if row.id == cast.action.id)
        assert row.heard_days == 1


class TestCost:
    def test_the_list_costs_the_same(self, app, cast, count_queries):
        numbers = []
        for more in (5, 45):
            many(cast, more)
            for sort in Sort:
                db.session.refresh(cast.director)
                with count_queries() as counted:
                    found = listed(cast.director, size=50, sort=sort, q="åtgärd")
                assert len(found.rows) in (5, 50)
                numbers.append((sort, counted.number))
        # Numbers of the plan; which words there are, how common, and where the rarest stands; which
        # actions are meant; the page's rows.
        assert numbers == [(sort, 6) for sort in Sort] * 2
