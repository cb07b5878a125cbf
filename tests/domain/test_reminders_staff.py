"""The ladder for those who want it on one weekday, and for those who are away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_reminders import (
    DIRECTOR,
    LADDER,
    NEWCOMER,
    OWNER,
    UNIT_DIRECTOR,
    facts,
    with_entries,
)
from tracker.domain.calendar import is_working_day
from tracker.domain.ladder import Reason
from tracker.domain.reminders import (
    ActionFacts,
    Decision,
    Entry,
    Round,
    decide,
    passed,
    still_holds,
)
from tracker.domain.staff import EVERYBODY_IN, Away, Staff

DELEGATE, SECOND = NEWCOMER, 5
FRI = 4
ONE_DAY = timedelta(days=1)
WEDNESDAY = date(2026, 9, 30)
Ledger = frozenset[tuple[str, int, int]]
NOTHING: Ledger = frozenset()


def on(day: date, action: ActionFacts, staff: Staff, ledger: Ledger = NOTHING) -> dict[int, str]:
    """Person → the step that they are told on the day."""
    return {
        decision.send.recipient_id: decision.send.key
        for decision in decide(action, ledger, LADDER, day, staff)
    }


def run(
    action: ActionFacts,
    first: date,
    last: date,
    staff: Staff = EVERYBODY_IN,
    missed: frozenset[date] = frozenset(),
) -> list[tuple[date, int, str]]:
    """Every working day's pass from `first` to `last`: (day, person, step) of what is sent."""
    ledger, sent, day = NOTHING, [], first
    while day <= last:
        if is_working_day(day) and day not in missed:
            decisions = decide(action, ledger, LADDER, day, staff)
            ledger = with_entries(ledger, decisions)
            sent += [(day, d.send.recipient_id, d.send.key) for d in decisions]
        day += ONE_DAY
    return sent


def fridays(*people: int) -> Staff:
    return Staff.of([], dict.fromkeys(people, FRI))


class TestFridays:
    """OWNER wants the digest on Fridays."""

    def test_a_deadline_on_wednesday(self) -> None:
        sent = run(facts(WEDNESDAY), date(2026, 8, 28), date(2026, 10, 9), fridays(OWNER))
        assert [(str(day), key) for day, who, key in sent if who == OWNER] == [
            ("2026-08-28", "before-30"),
            ("2026-09-18", "before-7"),
            ("2026-09-25", "before-1"),
            ("2026-10-02", "after-1"),
            ("2026-10-09", "after-7"),
        ]

    def test_nothing_comes_on_other_days(self) -> None:
        sent = run(facts(WEDNESDAY), date(2026, 8, 1), date(2026, 12, 31), fridays(OWNER))
        assert {day.weekday() for day, who, _ in sent if who == OWNER} == {FRI}

    def test_what_is_silent_waits_too(self) -> None:
        action = facts(date(2027, 6, 30), last_heard_on=WEDNESDAY - timedelta(days=90))
        days = (WEDNESDAY, WEDNESDAY + ONE_DAY, WEDNESDAY + 2 * ONE_DAY)
        assert [bool(on(day, action, fridays(OWNER))) for day in days] == [False, False, True]

    def test_an_assignment_is_told_at_once(self) -> None:
        action = facts(date(2027, 6, 30), assigned_on=WEDNESDAY, deadline_set_on=WEDNESDAY)
        assert on(WEDNESDAY, action, fridays(OWNER)) == {OWNER: f"assigned@{WEDNESDAY}"}

    def test_an_escalation_is_told_at_once(self) -> None:
        staff = fridays(OWNER, UNIT_DIRECTOR, DIRECTOR)
        sent = run(facts(WEDNESDAY), WEDNESDAY, date(2026, 11, 30), staff)
        told = [(str(day), who) for day, who, key in sent if key.startswith("escalate")]
        assert told == [("2026-10-14", UNIT_DIRECTOR), ("2026-10-30", DIRECTOR)]
        assert date(2026, 10, 14).weekday() == WEDNESDAY.weekday()

    def test_a_missed_friday_is_caught_up_on_monday(self) -> None:
        friday = date(2026, 10, 2)
        missed = frozenset({friday})
        sent = run(facts(WEDNESDAY), date(2026, 9, 25), date(2026, 10, 8), fridays(OWNER), missed)
        assert [(str(day), key) for day, _, key in sent] == [
            ("2026-09-25", "before-1"),
            ("2026-10-05", "after-1"),
        ]

    def test_a_friday_that_is_free_moves_to_the_next_working_day(self) -> None:
        thursday = date(2026, 4, 2)  # långfredagen follows
        sent = run(facts(thursday), date(2026, 3, 27), date(2026, 4, 8), fridays(OWNER))
        assert [(str(day), key) for day, _, key in sent] == [
            ("2026-03-27", "before-1"),
            ("2026-04-07", "after-1"),
        ]

    def test_a_round_is_asked_about_in_time(self) -> None:
        asked = Round(1, date(2026, 9, 7), date(2026, 9, 23))
        action = facts(date(2027, 6, 30), rounds=(asked,))
        sent = run(action, date(2026, 9, 7), date(2026, 10, 2), fridays(OWNER))
        assert [(str(day), key.partition("@")[0]) for day, _, key in sent] == [
            ("2026-09-11", "round-7"),
            ("2026-09-18", "round-2"),
            ("2026-09-25", "round-late"),
        ]

    def test_choosing_another_day_repeats_nothing(self) -> None:
        action = facts(WEDNESDAY)
        ledger = with_entries(
            NOTHING, decide(action, NOTHING, LADDER, date(2026, 9, 25), fridays(OWNER))
        )
        assert on(date(2026, 9, 29), action, EVERYBODY_IN, ledger) == {}


MONDAY, FRIDAY = date(2026, 12, 7), date(2026, 12, 11)
BACK = date(2026, 12, 14)
DEADLINE = date(2026, 12, 9)


def away(
    person: int = OWNER, delegate: int = DELEGATE, first: date = MONDAY, last: date = FRIDAY
) -> Away:
    return Away(person, delegate, first, last)


class TestAbsence:
    """OWNER is away from Monday to Friday, with the deadline on the Wednesday."""

    def test_the_delegate_gets_what_falls_due_and_the_owner_the_rest_once(self) -> None:
        staff = Staff.of([away()], {})
        sent = run(facts(DEADLINE), date(2026, 12, 2), date(2026, 12, 17), staff)
        assert [(str(day), who, key) for day, who, key in sent] == [
            ("2026-12-02", OWNER, "before-7"),
            ("2026-12-08", DELEGATE, "before-1"),
            ("2026-12-09", DELEGATE, "on"),
            ("2026-12-10", DELEGATE, "after-1"),
            ("2026-12-14", OWNER, "after-1"),
            ("2026-12-16", OWNER, "after-7"),
        ]

    def test_the_delegate_hears_nothing_of_what_came_before(self) -> None:
        """Not even when nobody planned on the days before the absence."""
        action = facts(date(2026, 12, 10))
        assert [due.key for due in passed(action, LADDER, MONDAY, Staff.of([away()], {}))] == []
        early = {due.key for due in passed(action, LADDER, MONDAY)}
        assert early == {"before-30", "before-7"}

    def test_the_first_day_belongs_to_the_absence(self) -> None:
        action = facts(MONDAY)
        assert on(MONDAY, action, Staff.of([away()], {})) == {DELEGATE: "on"}

    def test_what_the_delegate_reported_need_not_be_told_to_the_owner(self) -> None:
        action = facts(date(2027, 6, 30), last_heard_on=MONDAY - timedelta(days=90))
        staff = Staff.of([away()], {})
        assert on(MONDAY, action, staff).keys() == {DELEGATE}
        assert on(BACK, replace(action, last_heard_on=MONDAY), staff) == {}

    def test_an_assignment_during_the_absence_goes_to_both_in_turn(self) -> None:
        action = facts(date(2027, 6, 30), assigned_on=FRIDAY, deadline_set_on=FRIDAY)
        sent = run(action, FRIDAY, date(2026, 12, 31), Staff.of([away()], {}))
        assert sent == [
            (FRIDAY, DELEGATE, f"assigned@{FRIDAY}"),
            (BACK, OWNER, f"assigned@{FRIDAY}"),
        ]

    def test_an_assignment_before_it_waits_for_the_owner(self) -> None:
        before = date(2026, 12, 4)
        action = facts(date(2027, 6, 30), assigned_on=before, deadline_set_on=before)
        sent = run(action, MONDAY, date(2026, 12, 31), Staff.of([away()], {}))
        assert sent == [(BACK, OWNER, f"assigned@{before}")]

    def test_two_absences_in_a_row(self) -> None:
        later = away(delegate=SECOND, first=BACK, last=date(2026, 12, 18))
        sent = run(facts(DEADLINE), MONDAY, date(2026, 12, 21), Staff.of([away(), later], {}))
        assert [(str(day), who, key) for day, who, key in sent] == [
            ("2026-12-08", DELEGATE, "before-1"),
            ("2026-12-09", DELEGATE, "on"),
            ("2026-12-10", DELEGATE, "after-1"),
            ("2026-12-16", SECOND, "after-7"),
            ("2026-12-21", OWNER, "after-7"),
        ]

    def test_a_chain_ends_with_whoever_is_there(self) -> None:
        staff = Staff.of([away(), away(DELEGATE, SECOND, DEADLINE, DEADLINE)], {})
        assert on(DEADLINE - ONE_DAY, facts(DEADLINE), staff).keys() == {DELEGATE}
        assert on(DEADLINE, facts(DEADLINE), staff).keys() == {SECOND}

    def test_the_delegates_own_weekday_counts(self) -> None:
        staff = Staff.of([away()], {DELEGATE: FRI})
        sent = run(facts(DEADLINE), MONDAY, FRIDAY, staff)
        assert [(str(day), who, key) for day, who, key in sent] == [
            # Their Friday was before the absence: what would have come then comes at once.
            ("2026-12-07", DELEGATE, "before-1"),
            ("2026-12-11", DELEGATE, "after-1"),
        ]


class TestDirectors:
    """Escalations, where somebody of those concerned is away."""

    OVERDUE = facts(date(2026, 11, 25), last_heard_on=date(2026, 12, 1))  # 14 days on DEADLINE

    def test_an_absent_directors_escalation_goes_to_the_delegate(self) -> None:
        staff = Staff.of([away(UNIT_DIRECTOR)], {})
        told = on(DEADLINE, self.OVERDUE, staff)
        assert told[DELEGATE] == "escalate-unit@2026-11-25"
        assert UNIT_DIRECTOR not in told

    def test_it_is_told_at_once_to_a_delegate_with_a_weekday(self) -> None:
        staff = Staff.of([away(UNIT_DIRECTOR)], {DELEGATE: FRI})
        assert on(DEADLINE, self.OVERDUE, staff)[DELEGATE] == "escalate-unit@2026-11-25"

    def test_the_director_hears_of_it_on_their_return(self) -> None:
        sent = run(self.OVERDUE, MONDAY, date(2026, 12, 18), Staff.of([away(UNIT_DIRECTOR)], {}))
        told = [(str(day), who) for day, who, key in sent if key.startswith("escalate-unit")]
        assert told == [("2026-12-09", DELEGATE), ("2026-12-14", UNIT_DIRECTOR)]

    def test_the_owners_director_as_delegate_is_told_once(self) -> None:
        staff = Staff.of([away(delegate=UNIT_DIRECTOR)], {})
        told = on(DEADLINE, self.OVERDUE, staff)
        assert set(told) <= {UNIT_DIRECTOR}
        assert not any(key.startswith("escalate") for key in told.values())

    def test_the_owner_as_the_directors_delegate_is_not_their_own_superior(self) -> None:
        told = on(DEADLINE, self.OVERDUE, Staff.of([away(UNIT_DIRECTOR, OWNER)], {}))
        assert not any(key.startswith("escalate") for key in told.values())

    def test_an_action_without_owner_falls_to_the_directors_delegate(self) -> None:
        action = replace(self.OVERDUE, owner_id=None)
        told = on(DEADLINE, action, Staff.of([away(UNIT_DIRECTOR, first=date(2026, 11, 2))], {}))
        assert set(told) == {DELEGATE}


class TestStillHolds:
    """A reminder waits in a mail, and somebody goes away or comes back."""

    @staticmethod
    def entry(decision: Decision) -> Entry:
        due = decision.send
        return Entry(due.key, due.reason, due.deadline_rev, due.recipient_id)

    @pytest.mark.parametrize("reason", [Reason.ON, Reason.AFTER, Reason.SILENT])
    def test_the_owners_does_not_once_they_are_away(self, reason: Reason) -> None:
        action = facts(DEADLINE)
        stamp = f"silent-90@{action.last_heard_on}" if reason is Reason.SILENT else "on"
        entry = Entry(stamp, reason, 0 if reason is Reason.SILENT else 1, OWNER)
        assert still_holds(entry, action, DEADLINE)
        assert not still_holds(entry, action, DEADLINE, Staff.of([away()], {}))
        assert still_holds(entry, action, BACK, Staff.of([away()], {}))

    def test_the_delegates_does_not_once_the_owner_is_back(self) -> None:
        action, staff = facts(DEADLINE), Staff.of([away()], {})
        (decision,) = decide(action, NOTHING, LADDER, FRIDAY, staff)
        entry = self.entry(decision)
        assert entry.recipient_id == DELEGATE
        assert still_holds(entry, action, FRIDAY, staff)
        assert not still_holds(entry, action, BACK, staff), "the absence ran out"
        assert not still_holds(entry, action, FRIDAY, EVERYBODY_IN), "it was ended"

    def test_the_delegates_does_not_once_they_are_away_themselves(self) -> None:
        action, staff = facts(DEADLINE), Staff.of([away()], {})
        (decision,) = decide(action, NOTHING, LADDER, FRIDAY, staff)
        chain = Staff.of([away(), away(DELEGATE, SECOND)], {})
        assert not still_holds(self.entry(decision), action, FRIDAY, chain)

    def test_an_escalation_follows_its_director(self) -> None:
        action, staff = TestDirectors.OVERDUE, Staff.of([away(UNIT_DIRECTOR)], {})
        decisions = decide(action, NOTHING, LADDER, DEADLINE, staff)
        (entry,) = [self.entry(d) for d in decisions if d.send.recipient_id == DELEGATE]
        assert still_holds(entry, action, DEADLINE, staff)
        assert not still_holds(entry, action, BACK, staff)

    def test_a_weekday_chosen_meanwhile_changes_nothing(self) -> None:
        entry = Entry("on", Reason.ON, 1, OWNER)
        assert still_holds(entry, facts(DEADLINE), DEADLINE, fridays(OWNER))


START = date(2026, 11, 2)
PEOPLE = (OWNER, UNIT_DIRECTOR, DIRECTOR, DELEGATE, SECOND)
ABSENCES = st.lists(
    st.builds(
        lambda who, offset, first, length: Away(
            PEOPLE[who],
            PEOPLE[(who + offset) % len(PEOPLE)],
            START + first * ONE_DAY,
            START + (first + length) * ONE_DAY,
        ),
        st.integers(0, 4),
        st.integers(1, 4),
        st.integers(0, 60),
        st.integers(0, 20),
    ),
    max_size=4,
)
WEEKDAYS = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 4), max_size=3)


@settings(max_examples=40)
@given(ABSENCES, WEEKDAYS, st.integers(0, 60))
def test_nobody_who_is_away_is_told_while_somebody_acts(
    absences: list[Away], weekdays: dict[int, int], days: int
) -> None:
    staff = Staff.of(absences, weekdays)
    # run() itself sees to it that nothing is decided twice.
    for day, who, _key in run(facts(START + days * ONE_DAY), START, START + 90 * ONE_DAY, staff):
        assert staff.acting(who, day) == who


@settings(max_examples=40)
@given(ABSENCES, WEEKDAYS, st.integers(0, 60))
def test_after_everybodys_return_nothing_was_lost(
    absences: list[Away], weekdays: dict[int, int], days: int
) -> None:
    """Each of those concerned knows in the end of all that they would have heard of."""
    action, staff = facts(START + days * ONE_DAY), Staff.of(absences, weekdays)
    ledger, day = NOTHING, START
    while day <= START + 90 * ONE_DAY:
        if is_working_day(day):
            ledger = with_entries(ledger, decide(action, ledger, LADDER, day, staff))
        day += ONE_DAY
    last = START + 90 * ONE_DAY
    calm = Staff.of([], weekdays)
    owed = {(due.key, due.recipient_id) for due in passed(action, LADDER, last, calm)}
    assert owed <= {(key, who) for key, _rev, who in ledger}


@given(ABSENCES, WEEKDAYS, st.integers(0, 60), st.integers(0, 80))
def test_what_is_decided_holds_on_the_same_day(
    absences: list[Away], weekdays: dict[int, int], days: int, today: int
) -> None:
    action, staff = facts(START + days * ONE_DAY), Staff.of(absences, weekdays)
    day = START + today * ONE_DAY
    for decision in decide(action, NOTHING, LADDER, day, staff):
        assert still_holds(TestStillHolds.entry(decision), action, day, staff)
