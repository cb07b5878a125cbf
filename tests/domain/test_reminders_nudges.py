"""Being asked once more by hand: a step beside the ladder, as a table of real dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.domain.test_reminders import LADDER, NEWCOMER, OWNER, UNIT_DIRECTOR, facts
from tracker.domain.ladder import Reason
from tracker.domain.reminders import (
    OWN_CLOCK,
    ActionFacts,
    Entry,
    Round,
    decide,
    is_nudge,
    nudge_key,
    still_holds,
)
from tracker.domain.staff import Away, Staff

FAR = date(2031, 3, 3)
THURSDAY, GOOD_FRIDAY, TUESDAY = date(2026, 4, 9), date(2026, 4, 3), date(2026, 4, 7)
LAST = date(2026, 4, 30)
OPENED = ("round-open@1", OWN_CLOCK, OWNER)
SAID = frozenset({OPENED})
KEY = "round-nudge-2026-04-09@1"


def nudged(on: date | None = THURSDAY, due: date = LAST, **changes: object) -> ActionFacts:
    """An action that a round asks about, whose silent ones were asked once more."""
    closed_on = changes.pop("closed_on", None)
    one = Round(1, date(2026, 4, 1), due, closed_on, on)  # type: ignore[arg-type]
    return facts(FAR, rounds=(one,), **changes)


def sent(
    action: ActionFacts,
    today: date,
    ledger: frozenset[tuple[str, int, int]] = SAID,
    staff: Staff | None = None,
) -> list[tuple[str, int]]:
    """(key, recipient) of what leaves on the day."""
    found = decide(action, ledger, LADDER, today, staff or Staff({}))
    return [(one.send.key, one.send.recipient_id) for one in found]


@pytest.mark.parametrize(
    ("on", "today", "key"),
    [
        (None, THURSDAY, None),
        (THURSDAY, date(2026, 4, 8), None),
        (THURSDAY, THURSDAY, KEY),
        (THURSDAY, date(2026, 4, 10), KEY),  # the digest of the day had gone
        (THURSDAY, date(2026, 4, 22), KEY),  # nobody was at work until now
        (THURSDAY, date(2026, 4, 23), "round-7@1:2026-04-30"),  # the ladder says more by now
        # On Good Friday nobody works, nor until Tuesday.
        (GOOD_FRIDAY, GOOD_FRIDAY, None),
        (GOOD_FRIDAY, TUESDAY, "round-nudge-2026-04-03@1"),
        # On the day of another step there is one of the two.
        (date(2026, 4, 23), date(2026, 4, 23), "round-nudge-2026-04-23@1"),
    ],
)
def test_when_it_leaves(on: date | None, today: date, key: str | None) -> None:
    assert sent(nudged(on), today) == ([(key, OWNER)] if key else [])


def test_the_other_step_of_the_day_is_passed_over() -> None:
    day = date(2026, 4, 23)
    (one,) = decide(nudged(day), SAID, LADDER, day)
    assert [due.key for due in one.superseded] == ["round-7@1:2026-04-30"]
    assert one.send.reason is Reason.ROUND_DUE


def test_after_the_last_day_it_is_late() -> None:
    day = date(2026, 5, 11)
    (one,) = decide(nudged(day), SAID, LADDER, day)
    assert (one.send.key, one.send.reason) == ("round-nudge-2026-05-11@1", Reason.ROUND_LATE)


@pytest.mark.parametrize(
    ("changes", "ledger"),
    [
        ({}, frozenset({OPENED, (KEY, OWN_CLOCK, OWNER)})),
        ({"reported_on": date(2026, 4, 1)}, SAID),
        ({"closed_on": THURSDAY}, SAID),
        ({"is_open": False}, SAID),
        ({"owner_id": None, "unit_director_id": None, "municipal_director_id": None}, SAID),
        ({"created_on": date(2026, 4, 10)}, SAID),
        ({"due": date(2026, 5, 15)}, frozenset({OPENED, (KEY, OWN_CLOCK, OWNER)})),
    ],
)
def test_who_is_not_asked_again(
    changes: dict[str, object], ledger: frozenset[tuple[str, int, int]]
) -> None:
    assert sent(nudged(**changes), date(2026, 4, 10), ledger) == []  # type: ignore[arg-type]


def test_who_was_appointed_afterwards_is_told_of_that_alone() -> None:
    later = nudged(owner_id=NEWCOMER, assigned_on=date(2026, 4, 10))
    assert KEY not in dict(sent(later, date(2026, 4, 10)))


def test_without_an_owner_it_is_the_directors() -> None:
    assert sent(
        nudged(owner_id=None), THURSDAY, frozenset({("round-open@1", 0, UNIT_DIRECTOR)})
    ) == [(KEY, UNIT_DIRECTOR)]


@pytest.mark.parametrize(
    ("first", "recipient"), [(date(2026, 4, 9), NEWCOMER), (date(2026, 4, 10), OWNER)]
)
def test_whoever_stands_in_hears_of_it(first: date, recipient: int) -> None:
    staff = Staff.of([Away(OWNER, NEWCOMER, first, date(2026, 4, 20))], {})
    assert sent(nudged(), THURSDAY, staff=staff) == [(KEY, recipient)]


def test_a_weekly_digest_does_not_hold_it_back() -> None:
    assert sent(nudged(), THURSDAY, staff=Staff({}, {OWNER: 0})) == [(KEY, OWNER)]


@pytest.mark.parametrize(
    ("action", "recipient", "holds"),
    [
        (nudged(), OWNER, True),
        (nudged(due=date(2026, 5, 15)), OWNER, True),
        (nudged(), NEWCOMER, False),
        (nudged(reported_on=THURSDAY), OWNER, False),
        (nudged(closed_on=THURSDAY), OWNER, False),
        (nudged(is_open=False), OWNER, False),
        (replace(nudged(), rounds=(Round(2, date(2026, 4, 8), LAST),)), OWNER, False),
        (replace(nudged(), rounds=()), OWNER, False),
    ],
)
def test_what_may_still_leave(action: ActionFacts, recipient: int, holds: bool) -> None:
    entry = Entry(KEY, Reason.ROUND_DUE, OWN_CLOCK, recipient)
    assert still_holds(entry, action, THURSDAY) is holds


def test_its_name() -> None:
    assert is_nudge(nudge_key(7, THURSDAY))
    assert not is_nudge("round-7@1:2026-04-30")
    assert len(nudge_key(2**31 - 1, THURSDAY)) <= 50
