"""What a status means, which changes are allowed, and what dates make of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import RuleBroken
from tracker.domain.statuses import (
    DUE_SOON_DAYS,
    HEALTH_MARKS,
    OPEN,
    REACHED,
    SILENT_DAYS,
    STATUS_MARKS,
    TIMELINESS_MARKS,
    TRANSITIONS,
    ActionStatus,
    Health,
    Timeliness,
    check_transition,
    is_overdue,
    last_heard,
    slippage,
    timeliness,
)

P, G, U, D, V, X = ActionStatus
TODAY = date(2026, 3, 2)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
ALLOWED = {
    P: {G, U, D, X},
    G: {P, U, D, X},
    U: {P, G, D, X},
    D: {V, G},
    V: {G},
    X: {P},
}


def days(number: int) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize("before", ActionStatus)
@pytest.mark.parametrize("after", ActionStatus)
def test_transitions(before, after):
    if after in ALLOWED[before]:
        check_transition(before, after)
        return
    with pytest.raises(RuleBroken):
        check_transition(before, after)


def test_a_refused_transition_says_so_in_words():
    with pytest.raises(RuleBroken) as error:
        check_transition(V, D)
    assert str(error.value) == "Åtgärden kan inte gå från ”Verifierad” till ”Genomförd”."


def test_no_state_is_a_trap_and_none_stays_out_of_reach():
    assert set(TRANSITIONS) == set(ActionStatus)
    assert all(TRANSITIONS.values())
    assert set().union(*TRANSITIONS.values()) == set(ActionStatus)


def test_only_what_is_done_can_be_verified():
    assert [before for before, after in TRANSITIONS.items() if V in after] == [D]


def test_open_and_reached_never_meet():
    assert not set(OPEN) & set(REACHED)
    assert set(OPEN) | set(REACHED) | {X} == set(ActionStatus)


@pytest.mark.parametrize(
    ("status", "deadline", "late"),
    [
        (P, date(2026, 3, 1), True),
        (G, date(2026, 3, 1), True),
        (U, date(2026, 3, 1), True),
        (G, date(2026, 3, 2), False),
        (G, date(2026, 3, 3), False),
        (D, date(2026, 3, 1), False),
        (V, date(2025, 3, 1), False),
        (X, date(2025, 3, 1), False),
    ],
)
def test_overdue_begins_the_day_after(status, deadline, late):
    assert is_overdue(status, deadline, TODAY) is late


@pytest.mark.parametrize(
    ("status", "days_left", "days_silent", "expected"),
    [
        (G, -1, 0, Timeliness.OVERDUE),
        (G, -400, 400, Timeliness.OVERDUE),
        (G, 0, 400, Timeliness.DUE_SOON),
        (P, 30, 0, Timeliness.DUE_SOON),
        (P, 31, 0, Timeliness.FINE),
        (U, 31, 89, Timeliness.FINE),
        (U, 31, 90, Timeliness.SILENT),
        (G, 500, 91, Timeliness.SILENT),
        (D, -1, 400, Timeliness.FINE),
        (V, -1, 400, Timeliness.FINE),
        (X, 0, 400, Timeliness.FINE),
    ],
)
def test_the_worst_is_said(status, days_left, days_silent, expected):
    deadline, heard = TODAY + days(days_left), TODAY - days(days_silent)
    assert timeliness(status, deadline, heard, TODAY) is expected


MADE = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("assigned", "reported", "expected"),
    [
        (None, None, 0),
        (0, None, 0),
        (5, None, 5),
        (None, 5, 5),
        (5, 9, 9),
        (9, 5, 9),
        (-1, None, 0),
    ],
)
def test_the_last_word_counts(assigned, reported, expected):
    said = [None if one is None else MADE + days(one) for one in (assigned, reported)]
    assert last_heard(MADE, *said) == MADE + days(expected)


@pytest.mark.parametrize("moved", [-40, -1, 0, 1, 400])
def test_a_deadline_moves_by_days_either_way(moved):
    assert slippage(TODAY, TODAY + days(moved)) == moved


def test_over_the_leap_day_and_the_clock_change():
    assert timeliness(G, date(2028, 3, 30), date(2028, 2, 29), date(2028, 2, 29)) is (
        Timeliness.DUE_SOON
    )
    assert timeliness(G, date(2028, 3, 31), date(2028, 2, 29), date(2028, 2, 29)) is Timeliness.FINE


@given(st.sampled_from(ActionStatus), DAYS, DAYS, DAYS)
def test_overdue_in_one_place_is_overdue_in_the_other(status, deadline, heard, today):
    found = timeliness(status, deadline, heard, today)
    assert (found is Timeliness.OVERDUE) is is_overdue(status, deadline, today)
    assert status in OPEN or found is Timeliness.FINE


@given(st.sampled_from(OPEN), DAYS, DAYS, st.integers(0, 400))
def test_time_never_makes_an_open_action_better(status, deadline, today, later):
    ranks = [Timeliness.FINE, Timeliness.SILENT, Timeliness.DUE_SOON, Timeliness.OVERDUE]
    heard = today - days(10)
    now = timeliness(status, deadline, heard, today)
    then = timeliness(status, deadline, heard, today + days(later))
    assert ranks.index(then) >= ranks.index(now)


def test_every_state_has_word_tone_and_icon():
    assert set(STATUS_MARKS) == set(ActionStatus)
    assert set(HEALTH_MARKS) == set(Health)
    assert set(TIMELINESS_MARKS) == set(Timeliness) - {Timeliness.FINE}
    for marks in (STATUS_MARKS, HEALTH_MARKS, TIMELINESS_MARKS):
        labels = [mark.label for mark in marks.values()]
        icons = [mark.icon for mark in marks.values()]
        assert len(set(labels)) == len(labels)
        assert len(set(icons)) == len(icons), "never by colour alone"
        assert all(
            mark.tone in {"neutral", "info", "muted", "good", "warn", "bad"}
            for mark in marks.values()
        )


def test_the_limits_are_those_of_the_design():
    assert (DUE_SOON_DAYS, SILENT_DAYS) == (30, 90)
