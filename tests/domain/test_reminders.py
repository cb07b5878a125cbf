"""The ladder as a table of real dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.ladder import Reason, standard_ladder
from tracker.domain.reminders import (
    OWN_CLOCK,
    ActionFacts,
    Decision,
    Entry,
    decide,
    passed,
    still_holds,
)

LADDER = standard_ladder()
OWNER, UNIT_DIRECTOR, DIRECTOR, NEWCOMER = 1, 2, 3, 4
LONG_AGO = date(2025, 1, 7)


def facts(deadline: date, **changes: object) -> ActionFacts:
    """An open action of OWNER that nobody has been silent about."""
    usual = ActionFacts(
        action_id=7,
        is_open=True,
        deadline=deadline,
        deadline_rev=1,
        deadline_set_on=LONG_AGO,
        assigned_on=None,
        last_heard_on=deadline + timedelta(days=3650),
        owner_id=OWNER,
        unit_director_id=UNIT_DIRECTOR,
        municipal_director_id=DIRECTOR,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def told(
    action: ActionFacts, today: date, *ledger: tuple[str, int, int]
) -> dict[int, tuple[str, list[str]]]:
    """Person → the step that is sent and those it passes over."""
    return {
        d.send.recipient_id: (d.send.key, [due.key for due in d.superseded])
        for d in decide(action, frozenset(ledger), LADDER, today)
    }


def with_entries(
    ledger: frozenset[tuple[str, int, int]], decisions: list[Decision]
) -> frozenset[tuple[str, int, int]]:
    """The ledger after these were written down; no entry may be there already."""
    for decision in decisions:
        for due in (decision.send, *decision.superseded):
            entry = (due.key, due.deadline_rev, due.recipient_id)
            assert entry not in ledger, "decided twice"
            ledger |= {entry}
    return ledger


BEFORE = ["before-30", "before-7", "before-1"]
WEDNESDAY = date(2026, 9, 30)
TODAY = date(2026, 9, 23)


@pytest.mark.parametrize(
    ("deadline", "today", "step", "superseded"),
    [
        (WEDNESDAY, date(2026, 8, 30), None, []),
        (WEDNESDAY, date(2026, 8, 31), "before-30", []),
        (WEDNESDAY, date(2026, 9, 1), "before-30", []),
        (WEDNESDAY, date(2026, 9, 22), "before-30", []),
        (WEDNESDAY, date(2026, 9, 23), "before-7", BEFORE[:1]),
        (WEDNESDAY, date(2026, 9, 28), "before-7", BEFORE[:1]),
        (WEDNESDAY, date(2026, 9, 29), "before-1", BEFORE[:2]),
        (WEDNESDAY, date(2026, 9, 30), "on", BEFORE),
        (WEDNESDAY, date(2026, 10, 1), "after-1", [*BEFORE, "on"]),
        (WEDNESDAY, date(2026, 10, 6), "after-1", [*BEFORE, "on"]),
        (WEDNESDAY, date(2026, 10, 7), "after-7", [*BEFORE, "on", "after-1"]),
        (WEDNESDAY, date(2026, 10, 20), "after-7", [*BEFORE, "on", "after-1"]),
        (WEDNESDAY, date(2026, 10, 21), "after-21", [*BEFORE, "on", "after-1", "after-7"]),
        (WEDNESDAY, date(2026, 11, 3), "after-21", [*BEFORE, "on", "after-1", "after-7"]),
        (WEDNESDAY, date(2026, 11, 4), "after-35", [*BEFORE, "on", "after-1", "after-7"]),
        (WEDNESDAY, date(2026, 11, 18), "after-49", [*BEFORE, "on", "after-1", "after-7"]),
        # Due on a Monday: a day before is a Sunday, so the Friday; a week before a Monday.
        (date(2026, 10, 5), date(2026, 10, 1), "before-7", BEFORE[:1]),
        (date(2026, 10, 5), date(2026, 10, 2), "before-1", BEFORE[:2]),
        # Due on a Saturday: on the day, and the day after, both wait for the Monday.
        (date(2026, 10, 3), date(2026, 10, 2), "before-1", BEFORE[:2]),
        (date(2026, 10, 3), date(2026, 10, 5), "after-1", [*BEFORE, "on"]),
        # Due on the Monday after midsummer: the eve is a Friday that nobody works.
        (date(2026, 6, 22), date(2026, 6, 17), "before-7", BEFORE[:1]),
        (date(2026, 6, 22), date(2026, 6, 18), "before-1", BEFORE[:2]),
        # Due on midsummer's eve itself.
        (date(2026, 6, 19), date(2026, 6, 18), "before-1", BEFORE[:2]),
        (date(2026, 6, 19), date(2026, 6, 22), "after-1", [*BEFORE, "on"]),
        # Due on Christmas Eve, a Thursday: the next working day is Monday the 28th.
        (date(2026, 12, 24), date(2026, 12, 23), "before-1", BEFORE[:2]),
        (date(2026, 12, 24), date(2026, 12, 27), "before-1", BEFORE[:2]),
        (date(2026, 12, 24), date(2026, 12, 28), "after-1", [*BEFORE, "on"]),
        # Due on New Year's Day: the eve is no working day either.
        (date(2027, 1, 1), date(2026, 12, 29), "before-7", BEFORE[:1]),
        (date(2027, 1, 1), date(2026, 12, 30), "before-1", BEFORE[:2]),
        # Due on the Tuesday after Easter.
        (date(2026, 4, 7), date(2026, 4, 1), "before-7", BEFORE[:1]),
        (date(2026, 4, 7), date(2026, 4, 2), "before-1", BEFORE[:2]),
        # Three weeks after is Christmas Eve: that round waits, and none goes in its stead.
        (date(2026, 12, 3), date(2026, 12, 25), "after-7", [*BEFORE, "on", "after-1"]),
        (date(2026, 12, 3), date(2026, 12, 28), "after-21", [*BEFORE, "on", "after-1", "after-7"]),
        # A later round falls on Christmas Eve: until the office opens, the one before stands.
        (date(2026, 11, 19), date(2026, 12, 25), "after-21", [*BEFORE, "on", "after-1", "after-7"]),
        (date(2026, 11, 19), date(2026, 12, 28), "after-35", [*BEFORE, "on", "after-1", "after-7"]),
    ],
)
def test_the_ladder_of_the_owner(
    deadline: date, today: date, step: str | None, superseded: list[str]
) -> None:
    alone = facts(deadline, unit_director_id=None, municipal_director_id=None)
    assert told(alone, today) == ({OWNER: (step, superseded)} if step else {})


def test_a_step_in_the_ledger_is_never_decided_again() -> None:
    action = facts(WEDNESDAY)
    ledger = (("before-30", 1, OWNER),)
    assert told(action, date(2026, 9, 10), *ledger) == {}
    assert told(action, date(2026, 9, 23), *ledger) == {OWNER: ("before-7", [])}


@pytest.mark.parametrize("days", [10, 30, 100])
def test_after_a_standstill_one_item(days: int) -> None:
    action = facts(WEDNESDAY)
    first = date(2026, 8, 31)
    ledger = with_entries(frozenset(), decide(action, frozenset(), LADDER, first))
    after = decide(action, ledger, LADDER, first + timedelta(days=days))
    assert len([d for d in after if d.send.recipient_id == OWNER]) <= 1


class TestRevision:
    def test_what_was_due_before_the_deadline_was_set_never_fires(self) -> None:
        moved = facts(WEDNESDAY, deadline_rev=2, deadline_set_on=date(2026, 9, 23))
        assert told(moved, date(2026, 9, 23)) == {}
        assert told(moved, date(2026, 9, 28)) == {}
        assert told(moved, date(2026, 9, 29)) == {OWNER: ("before-1", [])}

    def test_a_deadline_set_for_today_is_first_mentioned_when_it_has_passed(self) -> None:
        moved = facts(WEDNESDAY, deadline_set_on=WEDNESDAY)
        assert told(moved, WEDNESDAY) == {}
        assert told(moved, date(2026, 10, 1)) == {OWNER: ("after-1", [])}

    def test_a_later_deadline_starts_anew(self) -> None:
        ledger = tuple((key, 1, OWNER) for key in [*BEFORE, "on", "after-1"])
        moved = facts(
            WEDNESDAY + timedelta(days=61), deadline_rev=2, deadline_set_on=date(2026, 10, 2)
        )
        assert told(moved, date(2026, 10, 5), *ledger) == {}
        assert told(moved, date(2026, 11, 2), *ledger) == {OWNER: ("before-30", [])}


class TestAssigned:
    def test_at_once_and_once(self) -> None:
        monday = date(2026, 3, 2)
        action = facts(WEDNESDAY, assigned_on=monday)
        assert told(action, monday) == {OWNER: ("assigned@2026-03-02", [])}
        known = ("assigned@2026-03-02", OWN_CLOCK, OWNER)
        assert told(action, monday, known) == {}
        assert told(replace(action, deadline_rev=5), monday, known) == {}

    def test_a_new_assignment_is_a_new_word(self) -> None:
        action = facts(WEDNESDAY, assigned_on=date(2026, 3, 9), owner_id=NEWCOMER)
        known = ("assigned@2026-03-02", OWN_CLOCK, OWNER)
        assert told(action, date(2026, 3, 9), known) == {NEWCOMER: ("assigned@2026-03-09", [])}

    def test_on_an_overdue_action_it_stands_for_the_passed_steps(self) -> None:
        action = facts(WEDNESDAY, assigned_on=date(2026, 10, 9), deadline_set_on=date(2026, 10, 9))
        step = ("assigned@2026-10-09", ["after-1", "after-7"])
        assert told(action, date(2026, 10, 9)) == {OWNER: step}


class TestSilence:
    @pytest.mark.parametrize(
        ("today", "key"),
        [
            (date(2026, 5, 29), None),
            (date(2026, 6, 1), "silent-90@2026-03-02"),  # the 90th day is Sunday, May 31st
            (date(2026, 8, 28), "silent-90@2026-03-02"),
            (date(2026, 8, 29), "silent-90@2026-03-02"),  # the 180th day is this Saturday
            (date(2026, 8, 31), "silent-180@2026-03-02"),
        ],
    )
    def test_after_90_and_180_days(self, today: date, key: str | None) -> None:
        action = facts(date(2027, 6, 30), last_heard_on=date(2026, 3, 2))
        assert {send for send, _ in told(action, today).values()} == ({key} if key else set())

    def test_a_word_from_the_owner_starts_the_count_again(self) -> None:
        action = facts(date(2027, 6, 30), last_heard_on=date(2026, 5, 4))
        assert told(action, date(2026, 6, 1)) == {}

    def test_a_moved_deadline_does_not_repeat_it(self) -> None:
        action = facts(date(2027, 6, 30), last_heard_on=date(2026, 3, 2), deadline_rev=9)
        known = ("silent-90@2026-03-02", OWN_CLOCK, OWNER)
        assert told(action, date(2026, 6, 1), known) == {}

    def test_the_deadline_is_more_urgent(self) -> None:
        action = facts(WEDNESDAY, last_heard_on=date(2026, 6, 2))
        assert told(action, date(2026, 8, 31)) == {OWNER: ("before-30", ["silent-90@2026-06-02"])}


class TestEscalation:
    @pytest.mark.parametrize(
        ("today", "people"),
        [
            (date(2026, 10, 13), {OWNER}),
            (date(2026, 10, 14), {OWNER, UNIT_DIRECTOR}),
            (date(2026, 10, 29), {OWNER, UNIT_DIRECTOR}),
            (date(2026, 10, 30), {OWNER, UNIT_DIRECTOR, DIRECTOR}),
        ],
    )
    def test_two_weeks_and_a_month(self, today: date, people: set[int]) -> None:
        assert set(told(facts(WEDNESDAY), today)) == people

    def test_it_has_its_own_step(self) -> None:
        found = told(facts(WEDNESDAY), date(2026, 10, 30))
        assert found[UNIT_DIRECTOR] == ("escalate-unit@2026-09-30", [])
        assert found[DIRECTOR] == ("escalate-municipality@2026-09-30", [])

    def test_a_new_owner_does_not_escalate_the_same_deadline_again(self) -> None:
        first = decide(facts(WEDNESDAY), frozenset(), LADDER, date(2026, 10, 30))
        renewed = facts(WEDNESDAY, owner_id=NEWCOMER, deadline_rev=2)
        again = decide(renewed, with_entries(frozenset(), first), LADDER, date(2026, 11, 2))
        assert {d.send.recipient_id for d in again} == {NEWCOMER}

    def test_a_moved_deadline_may_be_escalated_anew(self) -> None:
        first = decide(facts(WEDNESDAY), frozenset(), LADDER, date(2026, 10, 30))
        moved = facts(date(2026, 11, 30), deadline_rev=2, deadline_set_on=date(2026, 10, 30))
        again = decide(moved, with_entries(frozenset(), first), LADDER, date(2026, 12, 14))
        assert {d.send.recipient_id for d in again} == {OWNER, UNIT_DIRECTOR}

    @pytest.mark.parametrize("director", [UNIT_DIRECTOR, DIRECTOR])
    def test_never_to_the_person_in_charge(self, director: int) -> None:
        found = told(facts(WEDNESDAY, owner_id=director), date(2026, 11, 2))
        assert found[director][0] == "after-21"
        assert set(found) == {UNIT_DIRECTOR, DIRECTOR}

    def test_one_who_is_both_directors_hears_once(self) -> None:
        both = facts(WEDNESDAY, municipal_director_id=UNIT_DIRECTOR)
        assert told(both, date(2026, 10, 30))[UNIT_DIRECTOR] == (
            "escalate-municipality@2026-09-30",
            ["escalate-unit@2026-09-30"],
        )


class TestWithoutOwner:
    @pytest.mark.parametrize(
        ("changes", "in_charge", "others"),
        [
            ({}, UNIT_DIRECTOR, {DIRECTOR}),
            ({"unit_director_id": None}, DIRECTOR, set()),
            ({"municipal_director_id": None}, UNIT_DIRECTOR, set()),
            ({"unit_director_id": None, "municipal_director_id": None}, None, set()),
        ],
    )
    def test_it_falls_to_the_directors_in_turn(
        self, changes: dict[str, None], in_charge: int | None, others: set[int]
    ) -> None:
        action = facts(WEDNESDAY, owner_id=None, **changes)
        found = told(action, date(2026, 11, 2))
        assert set(found) == ({in_charge} if in_charge else set()) | others
        if in_charge:
            assert found[in_charge][0] == "after-21"

    def test_who_takes_over_hears_what_the_owner_heard(self) -> None:
        """A deactivated owner: the same revision, the same step, another person."""
        orphaned = facts(WEDNESDAY, owner_id=None)
        known = (("before-30", 1, OWNER), ("before-7", 1, OWNER))
        assert told(orphaned, date(2026, 9, 24), *known) == {
            UNIT_DIRECTOR: ("before-7", ["before-30"])
        }


def test_a_closed_action_is_never_mentioned() -> None:
    assert told(facts(WEDNESDAY, is_open=False), date(2026, 12, 1)) == {}


class TestStillHolds:
    action = facts(WEDNESDAY, assigned_on=date(2026, 3, 2), last_heard_on=date(2026, 3, 4))

    before = ("before-7", Reason.BEFORE, 1, OWNER)
    stand_in = ("before-7", Reason.BEFORE, 1, UNIT_DIRECTOR)
    assigned = ("assigned@2026-03-02", Reason.ASSIGNED, OWN_CLOCK, OWNER)
    silent = ("silent-90@2026-03-04", Reason.SILENT, OWN_CLOCK, OWNER)
    escalated = ("escalate-unit@2026-09-30", Reason.ESCALATED, OWN_CLOCK, UNIT_DIRECTOR)

    @pytest.mark.parametrize(
        ("waiting", "changes", "holds"),
        [
            (before, {}, True),
            (before, {"deadline_rev": 2}, False),
            (before, {"is_open": False}, False),
            (before, {"owner_id": NEWCOMER}, False),
            (before, {"owner_id": None}, False),
            (stand_in, {"owner_id": None}, True),
            (stand_in, {}, False),
            (assigned, {}, True),
            (assigned, {"deadline_rev": 2}, True),
            (assigned, {"owner_id": NEWCOMER}, False),
            (assigned, {"assigned_on": date(2026, 3, 3)}, False),
            (silent, {}, True),
            (silent, {"last_heard_on": date(2026, 6, 3)}, False),
            (escalated, {}, True),
            (escalated, {"deadline_rev": 2, "owner_id": NEWCOMER}, True),
            (escalated, {"deadline": date(2026, 12, 1)}, False),
            (escalated, {"unit_director_id": NEWCOMER}, False),
            (escalated, {"owner_id": UNIT_DIRECTOR}, False),
        ],
    )
    def test_nothing_stale_leaves(
        self, waiting: tuple[str, Reason, int, int], changes: dict[str, object], holds: bool
    ) -> None:
        now = replace(self.action, **changes)  # type: ignore[arg-type]
        assert still_holds(Entry(*waiting), now, TODAY) is holds

    @given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from([OWNER, None]))
    def test_whatever_was_just_decided_holds(self, today: date, owner: int | None) -> None:
        action = replace(self.action, owner_id=owner)
        for due in passed(action, LADDER, today):
            entry = Entry(due.key, due.reason, due.deadline_rev, due.recipient_id)
            assert still_holds(entry, action, today)


def test_the_standard_ladder() -> None:
    assert LADDER.morning == time(7)
    assert LADDER.horizon == 44
    assert len({step.key for step in LADDER.steps}) == len(LADDER.steps)
