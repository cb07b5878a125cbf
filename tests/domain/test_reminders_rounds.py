"""Reminders of follow-up rounds as a table of real dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.test_reminders import DIRECTOR, LADDER, NEWCOMER, OWNER, facts, told, with_entries
from tracker.domain.calendar import is_working_day
from tracker.domain.ladder import ROUNDS, Reason
from tracker.domain.reminders import (
    OWN_CLOCK,
    ActionFacts,
    Entry,
    Round,
    current_round,
    decide,
    still_holds,
)
from tracker.domain.staff import Staff

FAR = date(2031, 3, 3)  # a deadline that has nothing to say here
SATURDAY, MONDAY, THURSDAY = date(2026, 8, 8), date(2026, 8, 10), date(2026, 4, 30)
FIRST = Round(1, date(2026, 4, 1), THURSDAY)  # opens on the Wednesday before Easter
SECOND = Round(2, SATURDAY, date(2026, 8, 31))
# Opens on a Monday; seven and two days before its last day are a Sunday.
SHORT = Round(3, date(2026, 10, 5), date(2026, 10, 25))


def asked(*rounds: Round, **changes: object) -> ActionFacts:
    """An action that these rounds are about."""
    return facts(FAR, rounds=rounds, **changes)


@pytest.mark.parametrize(
    ("one", "today", "key", "superseded"),
    [
        (FIRST, date(2026, 3, 31), None, []),
        (FIRST, date(2026, 4, 1), "round-open@1", []),
        (FIRST, date(2026, 4, 22), "round-open@1", []),
        (FIRST, date(2026, 4, 23), "round-7@1:2026-04-30", ["round-open@1"]),
        (FIRST, date(2026, 4, 27), "round-7@1:2026-04-30", ["round-open@1"]),
        (
            FIRST,
            date(2026, 4, 28),
            "round-2@1:2026-04-30",
            ["round-open@1", "round-7@1:2026-04-30"],
        ),
        (
            FIRST,
            THURSDAY,
            "round-2@1:2026-04-30",
            ["round-open@1", "round-7@1:2026-04-30"],
        ),
        # The day after is the first of May, and then comes a weekend.
        (
            FIRST,
            date(2026, 5, 3),
            "round-2@1:2026-04-30",
            ["round-open@1", "round-7@1:2026-04-30"],
        ),
        (
            FIRST,
            date(2026, 5, 4),
            "round-late@1:2026-04-30",
            ["round-open@1", "round-7@1:2026-04-30", "round-2@1:2026-04-30"],
        ),
        (SECOND, SATURDAY, None, []),
        (SECOND, date(2026, 8, 9), None, []),
        (SECOND, MONDAY, "round-open@2", []),
        (SECOND, date(2026, 8, 24), "round-7@2:2026-08-31", ["round-open@2"]),
        # Two days before are a Saturday: the Friday then.
        (SECOND, date(2026, 8, 27), "round-7@2:2026-08-31", ["round-open@2"]),
        (
            SECOND,
            date(2026, 8, 28),
            "round-2@2:2026-08-31",
            ["round-open@2", "round-7@2:2026-08-31"],
        ),
        (SHORT, date(2026, 10, 15), "round-open@3", []),
        # Seven days before are a Sunday: the Friday then.
        (SHORT, date(2026, 10, 16), "round-7@3:2026-10-25", ["round-open@3"]),
        (
            SHORT,
            date(2026, 10, 23),
            "round-2@3:2026-10-25",
            ["round-open@3", "round-7@3:2026-10-25"],
        ),
        # The last day is a Sunday, the Monday is late.
        (
            SHORT,
            date(2026, 10, 26),
            "round-late@3:2026-10-25",
            ["round-open@3", "round-7@3:2026-10-25", "round-2@3:2026-10-25"],
        ),
    ],
)
def test_which_step(one: Round, today: date, key: str | None, superseded: list[str]) -> None:
    expected = {OWNER: (key, superseded)} if key else {}
    assert told(asked(one), today) == expected


@pytest.mark.parametrize(
    ("changes", "waits"),
    [
        ({}, True),
        ({"reported_on": date(2026, 3, 31)}, True),
        ({"reported_on": date(2026, 4, 1)}, False),
        ({"reported_on": date(2026, 4, 20)}, False),
        ({"created_on": date(2026, 4, 15)}, True),
        ({"created_on": THURSDAY}, True),
        ({"created_on": date(2026, 5, 1)}, False),
    ],
)
def test_who_is_asked(changes: dict[str, object], waits: bool) -> None:
    """A report after the opening answers; who came after the last day is not asked."""
    action = asked(FIRST, **changes)
    assert (current_round(action, date(2026, 5, 4)) == FIRST) is waits
    assert bool(told(action, date(2026, 5, 4))) is waits


def test_a_finished_action_is_asked_nothing() -> None:
    assert told(asked(FIRST, is_open=False), date(2026, 4, 23)) == {}


@pytest.mark.parametrize("closed_on", [date(2026, 4, 1), date(2026, 4, 22), date(2026, 4, 23)])
def test_a_closed_round_says_nothing(closed_on: date) -> None:
    assert told(asked(replace(FIRST, closed_on=closed_on)), date(2026, 4, 23)) == {}


def test_of_two_rounds_the_latest_counts() -> None:
    """The first was never closed; it lives until the second opens."""
    both = asked(SECOND, FIRST)
    assert current_round(both, date(2026, 8, 7)) == FIRST
    assert current_round(both, SATURDAY) == SECOND
    assert list(told(both, MONDAY).values()) == [("round-open@2", [])]
    # A report in the spring does not answer for August.
    assert current_round(replace(both, reported_on=date(2026, 4, 3)), MONDAY) == SECOND


def test_a_closed_latest_does_not_wake_the_one_before() -> None:
    both = asked(FIRST, replace(SECOND, closed_on=MONDAY))
    assert current_round(both, date(2026, 8, 20)) is None


def test_a_moved_last_day_is_told_anew_but_not_the_opening() -> None:
    ledger: frozenset[tuple[str, int, int]] = frozenset()
    for day in (date(2026, 4, 1), date(2026, 4, 23)):
        ledger = with_entries(ledger, decide(asked(FIRST), ledger, LADDER, day))
    moved = asked(replace(FIRST, due_on=date(2026, 5, 15)))
    assert decide(moved, ledger, LADDER, date(2026, 4, 24)) == []
    assert decide(moved, ledger, LADDER, date(2026, 5, 7)) == []
    (again,) = decide(moved, ledger, LADDER, date(2026, 5, 8))
    assert again.send.key == "round-7@1:2026-05-15"
    assert again.superseded == ()


def test_a_new_name_or_an_earlier_opening_is_not_told_again() -> None:
    ledger = with_entries(frozenset(), decide(asked(FIRST), frozenset(), LADDER, date(2026, 4, 1)))
    earlier = asked(replace(FIRST, opens_on=date(2026, 3, 30)))
    assert decide(earlier, ledger, LADDER, date(2026, 4, 2)) == []


def test_a_new_owner_is_told_where_the_round_stands() -> None:
    ledger = with_entries(frozenset(), decide(asked(FIRST), frozenset(), LADDER, date(2026, 4, 23)))
    (heard,) = decide(asked(FIRST, owner_id=NEWCOMER), ledger, LADDER, date(2026, 4, 24))
    assert (heard.send.recipient_id, heard.send.key) == (NEWCOMER, "round-7@1:2026-04-30")


def test_without_an_owner_the_director_hears_of_it() -> None:
    alone = asked(FIRST, owner_id=None, unit_director_id=None)
    assert list(told(alone, date(2026, 4, 1))) == [DIRECTOR]


@pytest.mark.parametrize(
    ("weekday", "first_day", "key"),
    [
        (None, date(2026, 4, 1), "round-open@1"),
        (1, date(2026, 4, 7), "round-open@1"),  # the next Tuesday
        (0, date(2026, 4, 7), "round-open@1"),  # the Monday is a holiday: the day after
        (4, date(2026, 4, 7), "round-open@1"),  # Good Friday's digest comes after Easter
    ],
)
def test_the_opening_waits_for_the_day_of_the_digest(
    weekday: int | None, first_day: date, key: str
) -> None:
    staff = Staff(weekdays={} if weekday is None else {OWNER: weekday})
    day = FIRST.opens_on
    while not (decisions := decide(asked(FIRST), frozenset(), LADDER, day, staff)):
        day += timedelta(days=1)
    assert (day, decisions[0].send.key) == (first_day, key)


def test_the_last_day_is_told_on_a_digest_day_before_it() -> None:
    """Seven days before the last are a Thursday; who wants Mondays hears it on the Monday."""
    staff = Staff(weekdays={OWNER: 0})
    opened = frozenset({("round-open@1", OWN_CLOCK, OWNER)})
    assert decide(asked(FIRST), opened, LADDER, date(2026, 4, 19), staff) == []
    (heard,) = decide(asked(FIRST), opened, LADDER, date(2026, 4, 20), staff)
    assert heard.send.key == "round-7@1:2026-04-30"


OPENING = Entry("round-open@1", Reason.ROUND_OPEN, OWN_CLOCK, OWNER)
WEEK = Entry("round-7@1:2026-04-30", Reason.ROUND_DUE, OWN_CLOCK, OWNER)
LATE = Entry("round-late@1:2026-04-30", Reason.ROUND_LATE, OWN_CLOCK, OWNER)


@pytest.mark.parametrize("entry", [OPENING, WEEK, LATE])
@pytest.mark.parametrize(
    ("action", "holds"),
    [
        (asked(FIRST), True),
        (asked(FIRST, deadline_rev=7), True),
        (asked(FIRST, reported_on=date(2026, 4, 1)), False),
        (asked(FIRST, reported_on=date(2026, 3, 31)), True),
        (asked(replace(FIRST, closed_on=date(2026, 5, 4))), False),
        (asked(FIRST, replace(SECOND, opens_on=date(2026, 5, 4))), False),
        (asked(), False),
        (asked(FIRST, is_open=False), False),
        (asked(FIRST, owner_id=NEWCOMER), False),
    ],
)
def test_what_still_holds_when_the_mail_is_claimed(
    entry: Entry, action: ActionFacts, holds: bool
) -> None:
    """Reported, closed, taken over, removed, finished or given away meanwhile: withdrawn."""
    assert still_holds(entry, action, date(2026, 5, 4)) is holds


@pytest.mark.parametrize(("entry", "holds"), [(OPENING, True), (WEEK, False), (LATE, False)])
def test_a_moved_last_day_withdraws_what_names_the_old_one(entry: Entry, holds: bool) -> None:
    moved = asked(replace(FIRST, due_on=date(2026, 5, 15)))
    assert still_holds(entry, moved, date(2026, 5, 4)) is holds


days = st.dates(date(2026, 1, 2), date(2027, 6, 1))


@given(
    opens_on=days,
    length=st.integers(1, 120),
    reported=st.none() | days,
    weekday=st.none() | st.integers(0, 4),
    pauses=st.lists(st.integers(1, 9), min_size=1, max_size=40),
)
def test_however_the_worker_runs(
    opens_on: date,
    length: int,
    reported: date | None,
    weekday: int | None,
    pauses: list[int],
) -> None:
    """Nothing twice, nothing before the opening or after a report, each step once at most; and on
    some run after the last day everybody who has not reported was told of the round."""
    one = Round(1, opens_on, opens_on + timedelta(days=length))
    staff = Staff(weekdays={} if weekday is None else {OWNER: weekday})
    ledger: frozenset[tuple[str, int, int]] = frozenset()
    today = opens_on - timedelta(days=3)
    sent: list[date] = []
    for pause in [*pauses, length + 30, 14]:
        today += timedelta(days=pause)
        heard = reported if reported is not None and reported <= today else None
        decisions = decide(asked(one, reported_on=heard), ledger, LADDER, today, staff)
        ledger = with_entries(ledger, decisions)
        assert len(decisions) <= 1
        for decision in decisions:
            assert decision.send.reason in ROUNDS
            assert today >= opens_on
            assert heard is None or heard < opens_on
            assert is_working_day(decision.send.on)
            sent.append(today)
    assert len(sent) <= 4
    if reported is None or reported < opens_on:
        assert sent
        assert any(key.startswith("round-late") for key, _, _ in ledger)
