"""A year of runs with arbitrary gaps, while people change the action as people do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.domain.test_reminders import (
    LADDER,
    LONG_AGO,
    NEWCOMER,
    OWNER,
    UNIT_DIRECTOR,
    facts,
    with_entries,
)
from tracker.domain.calendar import is_working_day
from tracker.domain.ladder import Reason
from tracker.domain.reminders import ActionFacts, decide

LONGEST_REST = 5  # days in a row that nobody works, with a day to spare


@dataclass
class Year:
    """One action through a year of runs, changed in between as people do."""

    action: ActionFacts
    today: date
    ledger: frozenset[tuple[str, int, int]] = frozenset()
    last_told: dict[int, date] = field(default_factory=dict)

    def change(self, deed: str, days: int) -> None:
        """What may happen to an action between two runs."""
        if deed == "move":
            changes = {"deadline": self.today + timedelta(days=days), **self._revised()}
        elif deed == "hand over":
            owner = NEWCOMER if self.action.owner_id == OWNER else OWNER
            changes = {"owner_id": owner, "assigned_on": self.today, **self._revised()}
            changes["last_heard_on"] = self.today
        elif deed == "report":
            changes = {"last_heard_on": self.today}
        elif deed == "lose owner":
            changes = {"owner_id": None}
        elif deed == "close":
            changes = {"is_open": False}
        elif deed == "reopen":
            changes = {"is_open": True, **self._revised()}
        else:
            changes = {}
        self.action = replace(self.action, **changes)

    def _revised(self) -> dict[str, object]:
        rev = self.action.deadline_rev + 1
        return {"deadline_rev": rev, "deadline_set_on": self.today}

    def run(self) -> None:
        """One run, and everything that must hold of it."""
        decisions = decide(self.action, self.ledger, LADDER, self.today)
        assert self.action.is_open or not decisions
        people = [d.send.recipient_id for d in decisions]
        assert len(people) == len(set(people)), "two items about one action to one person"
        for due in (due for d in decisions for due in (d.send, *d.superseded)):
            assert due.on <= self.today
            if due.reason in (Reason.BEFORE, Reason.ON):
                assert due.on > self.action.deadline_set_on, "stale"
        self._check_patience(people)
        self.ledger = with_entries(self.ledger, decisions)
        self.last_told |= dict.fromkeys(people, self.today)
        assert decide(self.action, self.ledger, LADDER, self.today) == []

    def _check_patience(self, people: list[int]) -> None:
        overdue = (self.today - self.action.deadline).days
        in_charge = self.action.owner_id or UNIT_DIRECTOR
        last = self.last_told.get(in_charge, LONG_AGO)
        waited = (self.today - max(last, self.action.deadline)).days
        if self.action.is_open and overdue > 0 and waited >= 14 + LONGEST_REST:
            assert in_charge in people, f"nobody was told for {waited} days"


DEEDS = ["move", "hand over", "report", "lose owner", "close", "reopen", "", "", "", ""]


@settings(max_examples=60, deadline=None)
@given(
    start=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    due_in=st.integers(0, 200),
    steps=st.lists(
        st.tuples(st.integers(1, 25), st.sampled_from(DEEDS), st.integers(0, 90)),
        min_size=10,
        max_size=60,
    ),
)
def test_a_year_with_gaps(start: date, due_in: int, steps: list[tuple[int, str, int]]) -> None:
    deadline = start + timedelta(days=due_in)
    action = facts(deadline, deadline_set_on=start, assigned_on=start, last_heard_on=start)
    year = Year(action, start)
    for gap, deed, days in steps:
        year.change(deed, days)
        if is_working_day(year.today):
            year.run()
        year.today += timedelta(days=gap)


@settings(max_examples=10, deadline=None)
@given(deadline=st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_every_day_for_a_year_after_the_deadline(deadline: date) -> None:
    """No pause between two reminders is longer than the ladder's, holidays included."""
    year = Year(facts(deadline, last_heard_on=deadline), deadline - timedelta(days=40))
    seen: list[date] = []
    for _ in range(400):
        if is_working_day(year.today):
            before = year.last_told.get(OWNER)
            year.run()
            if year.last_told.get(OWNER) != before:
                seen.append(year.today)
        year.today += timedelta(days=1)
    late = [day for day in seen if day >= deadline]
    pauses = [(b - a).days for a, b in pairwise(late)]
    assert late and (late[0] - deadline).days <= LONGEST_REST
    assert max(pauses) <= 14 + LONGEST_REST
    assert len(late) >= 25
