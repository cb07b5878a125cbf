"""How far a round has come: counted once more by hand, per unit and per person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers import pieces
from tests.helpers.cast import NOW, TODAY, Cast, make_action, make_user
from tracker.domain.errors import Forbidden, NotFound
from tracker.domain.permissions import Role
from tracker.domain.rounds import RoundState
from tracker.domain.statuses import ActionStatus, Health
from tracker.extensions import db
from tracker.models import Action, ActionPlan, CarriedAction, RoleAssignment, StatusUpdate, User
from tracker.services.actions.mine import HOME
from tracker.services.rounds.editing import close_round
from tracker.services.rounds.listing import (
    RoundPage,
    missing_of,
    people_of,
    round_page,
    rounds_ahead,
    rounds_listed,
    suggested,
)
from tracker.services.rounds.progress import Share
from tracker.services.rounds.waiting import waiting_for

DAY = timedelta(days=1)
OPENED = datetime(2026, 2, 24, 23, 0, tzinfo=UTC)  # midnight of the 25th in Stockholm


def report(action: Action, at: datetime = NOW) -> None:
    """The owner says something; the action remembers the latest."""
    db.session.add(
        StatusUpdate(
            action_id=action.id, author_id=action.owner_id or 1, at=at, health=Health.ON_TRACK
        )
    )
    action.reported_at = max(at, action.reported_at or at)
    db.session.commit()


def page_for(cast: Cast, one_id: int, by: User | None = None) -> RoundPage:
    return round_page(one_id, by=by or cast.director, today=TODAY, zone=HOME)


def groups(rows: tuple[Any, ...]) -> list[tuple[str | None, int, int]]:
    return [(row.name, row.answered, row.asked) for row in rows]


def test_a_round_is_counted_by_unit_and_person(cast: Cast, any_app: Flask) -> None:
    one = pieces.follow_up_round(cast)
    report(cast.action)
    page = page_for(cast, one.id)
    assert page.shown.state is RoundState.OPEN
    assert page.shown.share == Share(answered=1, asked=3, silent=2, people=3, ownerless=0)
    assert groups(page.units) == [
        ("Kommunledningsförvaltningen", 1, 2),
        ("Skolförvaltningen", 0, 1),
    ]
    assert groups(page.people.rows) == [
        ("Karin Kollega", 0, 1),
        ("Sten Främling", 0, 1),
        ("Olle Ägare", 1, 1),
    ]
    assert [row.title for row in page.missing.rows] == [
        "Mät väntetider för företag",
        "Elevernas egna frågor",
    ]
    assert (page.people.total, page.missing.total) == (3, 2)


def test_what_is_said_from_the_opening_day_on_counts(cast: Cast, any_app: Flask) -> None:
    """The day is the municipality's own, not that of Greenwich."""
    one = pieces.follow_up_round(cast)
    for at, answered in ((OPENED - timedelta(seconds=1), 0), (OPENED, 1), (NOW, 1)):
        report(cast.action, at)
        assert page_for(cast, one.id).shown.share.answered == answered, at


def test_what_nobody_owns_is_counted_but_is_nobody(cast: Cast, app: Flask) -> None:
    one = pieces.follow_up_round(cast)
    cast.action.owner = None
    db.session.commit()
    page = page_for(cast, one.id)
    assert page.shown.share == Share(answered=0, asked=3, silent=2, people=2, ownerless=1)
    assert (None, 0, 1) in groups(page.people.rows)
    assert page.people.total == 3


def test_each_counts_what_they_may_see(cast: Cast, any_app: Flask) -> None:
    one = pieces.follow_up_round(cast)
    for who, asked in (("director", 3), ("unit_director", 2), ("owner", 1), ("stranger", 1)):
        page = page_for(cast, one.id, getattr(cast, who))
        assert page.shown.share.asked == asked, who
        assert sum(row.asked for row in page.units) == asked, who
        assert page.missing.total == asked, who


@pytest.mark.parametrize("who", ["admin", "member"])
def test_others_see_no_rounds(cast: Cast, who: str) -> None:
    one = pieces.follow_up_round(cast)
    by = getattr(cast, who)
    with pytest.raises(Forbidden):
        page_for(cast, one.id, by)
    with pytest.raises(Forbidden):
        rounds_listed(by=by, today=TODAY, zone=HOME, page=1, size=9)
    assert rounds_ahead(by=by, today=TODAY, zone=HOME) == ()


def test_a_round_of_a_plan_asks_for_that_plan_and_is_seen_by_those_in_it(cast: Cast) -> None:
    other = ActionPlan(title="En annan", created_at=NOW)
    other_one = make_action(other, "Något annat", owner=cast.owner, unit=cast.unit)
    db.session.add_all([other, other_one])
    db.session.commit()
    one = pieces.follow_up_round(cast, plan=other)
    assert page_for(cast, one.id).shown.share.asked == 1
    assert page_for(cast, one.id, cast.owner).shown.share.asked == 1
    with pytest.raises(NotFound):
        page_for(cast, one.id, cast.stranger)
    listed, total = rounds_listed(by=cast.stranger, today=TODAY, zone=HOME, page=1, size=9)
    assert (listed, total) == ((), 0)


def test_what_came_after_the_last_day_is_not_asked_for(cast: Cast) -> None:
    one = pieces.follow_up_round(cast, opens_on=TODAY - 20 * DAY, due_on=TODAY - 2 * DAY)
    cast.action.created_at = NOW - DAY
    cast.colleague_action.created_at = NOW - 2 * DAY
    db.session.commit()
    page = page_for(cast, one.id)
    assert page.shown.state is RoundState.LATE
    assert page.shown.share.asked == 2


class TestPast:
    """A round that is over keeps its numbers."""

    def test_later_reports_do_not_answer_it(self, cast: Cast, app: Flask) -> None:
        one = pieces.follow_up_round(
            cast, opens_on=TODAY - 20 * DAY, due_on=TODAY - 9 * DAY, closed_on=TODAY - 5 * DAY
        )
        report(cast.action, NOW - 6 * DAY)
        report(cast.colleague_action, NOW - 4 * DAY)
        page = page_for(cast, one.id)
        assert page.shown.state is RoundState.ENDED
        assert (page.shown.share.answered, page.shown.share.asked) == (1, 3)

    def test_what_came_on_the_day_it_was_closed_stays(self, cast: Cast, any_app: Flask) -> None:
        one = pieces.follow_up_round(cast, opens_on=TODAY - 20 * DAY, due_on=TODAY + 9 * DAY)
        report(cast.action)
        before = page_for(cast, one.id).shown.share
        one.closed_on = TODAY
        db.session.commit()
        page = page_for(cast, one.id)
        assert page.shown.state is RoundState.ENDED
        assert page.shown.share == before

    def test_what_is_new_after_the_closing_is_not_asked_for(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast, due_on=TODAY + 9 * DAY)
        close_round(one.id, by=cast.director, now=NOW, today=TODAY)
        for minutes in (-1, 1):
            at = NOW + timedelta(minutes=minutes)
            db.session.add(make_action(cast.plan, "Ny", owner=cast.owner, created_at=at))
        db.session.commit()
        assert page_for(cast, one.id).shown.share.asked == 3 + 1

    def test_the_next_round_ends_it(self, cast: Cast, app: Flask) -> None:
        one = pieces.follow_up_round(cast, opens_on=TODAY - 20 * DAY, due_on=TODAY - 9 * DAY)
        pieces.follow_up_round(cast, opens_on=TODAY - 5 * DAY)
        report(cast.action)
        page = page_for(cast, one.id)
        assert (page.shown.state, page.shown.share.answered) == (RoundState.ENDED, 0)

    def test_what_was_finished_since_was_asked_for(self, cast: Cast, app: Flask) -> None:
        one = pieces.follow_up_round(
            cast, opens_on=TODAY - 40 * DAY, due_on=TODAY - 19 * DAY, closed_on=TODAY - 15 * DAY
        )
        assert page_for(cast, one.id).shown.share.asked == 4  # done on the 20th of February
        cast.done_action.done_on = TODAY - 20 * DAY
        db.session.commit()
        assert page_for(cast, one.id).shown.share.asked == 3

    def test_what_another_plan_took_over_since_was_asked_for(
        self, cast: Cast, any_app: Flask
    ) -> None:
        one = pieces.follow_up_round(
            cast,
            plan=cast.plan,
            opens_on=TODAY - 30 * DAY,
            due_on=TODAY - 9 * DAY,
            closed_on=TODAY - 5 * DAY,
        )
        asked = page_for(cast, one.id).shown.share.asked
        other = ActionPlan(title="Nästa", created_at=NOW)
        db.session.add(other)
        db.session.flush()
        cast.action.plan = other
        db.session.add(
            CarriedAction(
                action_id=cast.action.id,
                from_plan_id=cast.plan.id,
                to_plan_id=other.id,
                at=NOW,
                status=ActionStatus.ONGOING,
                deadline=cast.action.deadline,
            )
        )
        db.session.commit()
        assert page_for(cast, one.id).shown.share.asked == asked


def test_what_was_reported_and_then_finished_counts(cast: Cast) -> None:
    one = pieces.follow_up_round(cast)
    report(cast.done_action)
    share = page_for(cast, one.id).shown.share
    assert (share.answered, share.asked) == (1, 4)


def test_a_round_to_come_shows_nothing_of_people(cast: Cast) -> None:
    one = pieces.follow_up_round(cast, opens_on=TODAY + DAY)
    page = page_for(cast, one.id)
    assert (page.units, page.people.rows, page.missing.rows) == ((), (), ())
    asked: dict[str, Any] = {
        "by": cast.director,
        "today": TODAY,
        "zone": HOME,
        "page": 1,
        "size": 9,
    }
    assert people_of(one.id, **asked)[1].total == 0
    assert missing_of(one.id, None, **asked)[1].total == 0


def test_the_current_come_first_then_the_next_then_the_past(cast: Cast) -> None:
    def made(name: str, opens: int, due: int, **values: Any) -> None:
        pieces.follow_up_round(
            cast, name=name, opens_on=TODAY + opens * DAY, due_on=TODAY + due * DAY, **values
        )

    made("förra", -60, -40, closed_on=TODAY - 30 * DAY)
    made("nu", -5, 10)
    made("långt fram", 100, 110)
    made("förrförra", -100, -90)
    made("nästa", 20, 30)
    asked: dict[str, Any] = {"by": cast.director, "today": TODAY, "zone": HOME, "size": 3}
    first, total = rounds_listed(page=1, **asked)
    second, _ = rounds_listed(page=2, **asked)
    beyond, _ = rounds_listed(page=99, **asked)
    assert [row.span.name for row in first] == ["nu", "nästa", "långt fram"]
    assert [row.span.name for row in second] == ["förra", "förrförra"]
    assert (beyond, total) == (second, 5)
    ahead = rounds_ahead(by=cast.director, today=TODAY, zone=HOME)
    assert [row.span.name for row in ahead] == ["nu", "nästa"]


def test_pages_of_people_and_actions(cast: Cast, any_app: Flask) -> None:
    one = pieces.follow_up_round(cast)
    asked: dict[str, Any] = {"by": cast.director, "today": TODAY, "zone": HOME, "size": 2}
    people = [people_of(one.id, page=page, **asked)[1] for page in (1, 2, 99)]
    assert [len(some.rows) for some in people] == [2, 1, 1]
    actions = [missing_of(one.id, None, page=page, **asked)[1] for page in (1, 2, 99)]
    assert [len(some.rows) for some in actions] == [2, 1, 1]
    assert people[1].more == 2
    (shown, some) = missing_of(one.id, cast.owner.id, page=1, **asked)
    assert ([row.title for row in some.rows], some.total) == ([cast.action.title], 1)
    assert shown.span.id == one.id
    assert missing_of(one.id, 2**31 - 1, page=1, **asked)[1] == type(some)((), 0)


def test_a_page_costs_the_same_whatever_it_holds(
    cast: Cast, app: Flask, count_queries: Callable[[], Any]
) -> None:
    one = pieces.follow_up_round(cast)
    asked: dict[str, Any] = {"by": cast.director, "today": TODAY, "zone": HOME}

    def cost() -> list[int]:
        db.session.commit()
        numbers = []
        for ask in (
            lambda: round_page(one.id, **asked),
            lambda: rounds_listed(page=1, size=12, **asked),
            lambda: rounds_ahead(**asked),
            lambda: waiting_for([cast.action.id], today=TODAY, zone=HOME),
        ):
            with count_queries() as counted:
                ask()
            numbers.append(counted.number)
        return numbers

    few = cost()
    for number in range(15):
        who = make_user(f"Person {number}", RoleAssignment(role=Role.MANAGER, unit=cast.other_unit))
        db.session.add(make_action(cast.plan, f"Åtgärd {number}", owner=who, unit=cast.unit))
        day = TODAY - (100 + 10 * number) * DAY
        pieces.follow_up_round(cast, opens_on=day, due_on=day + 5 * DAY, closed_on=day + 6 * DAY)
    assert cost() == few


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.none() | st.integers(-12, 0),
            st.sampled_from([ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.PAUSED]),
        ),
        max_size=9,
    )
)
def test_the_sums_agree(cast: Cast, told: list[tuple[int, int | None, ActionStatus]]) -> None:
    """Units, people and the whole tell the same, and as many are missing as are listed."""
    people = [None, cast.owner, cast.colleague, cast.stranger]
    one = pieces.follow_up_round(cast)
    expected = dict.fromkeys((cast.action, cast.colleague_action, cast.other_action), False)
    extra = []
    for place, day, status in told:
        action = make_action(cast.plan, "Mer", owner=people[place], unit=cast.unit, status=status)
        action.reported_at = NOW + day * DAY if day is not None else None
        extra.append(action)
        expected[action] = day is not None and day >= -5
    db.session.add_all(extra)
    db.session.commit()
    page = page_for(cast, one.id)
    share = page.shown.share
    assert (share.answered, share.asked) == (sum(expected.values()), len(expected))
    for rows in (page.units, page.people.rows):
        assert sum(row.answered for row in rows) == share.answered
        assert sum(row.asked for row in rows) == share.asked
    assert page.missing.total == len(page.missing.rows) == share.missing
    assert len(page.people.rows) == page.people.total
    silent = [row for row in page.people.rows if row.id is not None and not row.answered]
    assert len(silent) == share.silent
    for action in extra:
        db.session.delete(action)
    db.session.delete(one)
    db.session.commit()


class TestWaiting:
    def test_the_action_says_which_round_waits(self, cast: Cast, app: Flask) -> None:
        one = pieces.follow_up_round(cast)
        report(cast.colleague_action)
        ids = [cast.action.id, cast.colleague_action.id, cast.done_action.id]
        found = waiting_for(ids, today=TODAY, zone=HOME)
        assert set(found) == {cast.action.id}
        waits = found[cast.action.id]
        assert (waits.id, waits.name, waits.late) == (one.id, "Tertial 1", False)
        assert waiting_for(ids, today=TODAY + 17 * DAY, zone=HOME)[cast.action.id].late

    def test_nothing_before_after_or_elsewhere(self, cast: Cast) -> None:
        one = pieces.follow_up_round(cast)
        ids = [cast.action.id]
        assert waiting_for(ids, today=one.opens_on - DAY, zone=HOME) == {}
        assert waiting_for([], today=TODAY, zone=HOME) == {}
        one.closed_on = TODAY
        db.session.commit()
        assert waiting_for(ids, today=TODAY, zone=HOME) == {}


def test_suggestions_keep_away_from_what_there_is(cast: Cast) -> None:
    assert [one.due_on.isoformat() for one in suggested(today=TODAY)] == [
        "2026-04-30",
        "2026-08-31",
        "2026-12-31",
    ]
    pieces.follow_up_round(cast, opens_on=TODAY, due_on=TODAY + 45 * DAY)
    assert [one.due_on.isoformat() for one in suggested(today=TODAY)] == [
        "2026-08-31",
        "2026-12-31",
        "2027-04-30",
    ]


def test_who_only_helps_is_told_of_their_own_alone(cast: Cast, app: Flask) -> None:
    """Of the other's actions they see one: to call the other silent would be a guess."""
    one = pieces.follow_up_round(cast)
    cast.colleague_action.contributors = [cast.owner]
    cast.other_action.contributors = [cast.unit_director]
    db.session.commit()
    assert page_for(cast, one.id, cast.owner).shown.share == Share(0, 1, 1, 1)
    assert page_for(cast, one.id, cast.unit_director).shown.share.asked == 2
