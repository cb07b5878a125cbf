"""What does not follow the plan, and what has happened since the last report."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.deviating import changes_between, deviations_of, tally_of, year_before
from tracker.domain.reporting import Move, ReportRow, Why
from tracker.domain.statuses import ActionStatus, Health

DAY = date(2026, 4, 30)
SINCE = date(2025, 12, 31)
PLANNED, ONGOING, PAUSED, DONE, VERIFIED, DROPPED = ActionStatus


def row(number: int = 1, **values: Any) -> ReportRow:
    usual: dict[str, Any] = {
        "title": f"Åtgärd {number}",
        "status": ONGOING,
        "deadline": date(2026, 9, 1),
        "first_deadline": date(2026, 9, 1),
        "created_on": date(2025, 10, 1),
        "owner": "Olle Ägare",
    }
    return ReportRow(id=number, **{**usual, **values})


def whys(one: ReportRow, since: date | None = SINCE) -> tuple[Why, ...]:
    found = deviations_of([one], day=DAY, since=since)
    return found[0].whys if found else ()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, ()),
        ({"deadline": date(2026, 4, 30)}, ()),
        ({"deadline": date(2026, 4, 29)}, (Why.OVERDUE,)),
        ({"deadline": date(2026, 4, 29), "status": PLANNED}, (Why.OVERDUE,)),
        ({"deadline": date(2026, 4, 29), "status": DONE}, ()),
        ({"deadline": date(2026, 4, 29), "status": VERIFIED}, ()),
        ({"deadline": date(2026, 4, 29), "status": PAUSED}, (Why.OVERDUE, Why.PAUSED)),
        ({"health": Health.OFF_TRACK}, (Why.OFF_TRACK,)),
        ({"health": Health.OFF_TRACK, "status": DONE}, ()),
        ({"health": Health.AT_RISK}, ()),
        ({"forecast": date(2026, 9, 1)}, ()),
        ({"forecast": date(2026, 9, 2)}, (Why.LATE_FORECAST,)),
        ({"forecast": date(2026, 9, 2), "status": DONE}, ()),
        (
            {
                "forecast": date(2026, 9, 2),
                "health": Health.OFF_TRACK,
                "status": PAUSED,
                "deadline": date(2026, 2, 28),
            },
            (Why.OVERDUE, Why.OFF_TRACK, Why.LATE_FORECAST, Why.PAUSED),
        ),
        ({"status": DROPPED, "dropped_on": date(2026, 1, 1)}, (Why.DROPPED,)),
        ({"status": DROPPED, "dropped_on": date(2025, 12, 31)}, ()),
        ({"status": DROPPED, "dropped_on": DAY, "deadline": date(2026, 1, 1)}, (Why.DROPPED,)),
    ],
)
def test_why_an_action_deviates(values: dict[str, Any], expected: tuple[Why, ...]) -> None:
    assert whys(row(**values)) == expected


@pytest.mark.parametrize(
    ("dropped_on", "told"),
    [(date(2025, 5, 1), True), (date(2025, 4, 30), False), (date(2026, 4, 30), True)],
)
def test_without_a_last_report_a_year_of_dropped_ones_is_told(dropped_on: date, told: bool) -> None:
    one = row(status=DROPPED, dropped_on=dropped_on)
    assert bool(whys(one, since=None)) is told


@pytest.mark.parametrize(
    ("day", "earlier"),
    [
        (date(2026, 4, 30), date(2025, 4, 30)),
        (date(2024, 2, 29), date(2023, 2, 28)),
        (date(2025, 2, 28), date(2024, 2, 28)),
    ],
)
def test_a_year_before(day: date, earlier: date) -> None:
    assert year_before(day) == earlier


def test_the_most_late_come_first_and_then_the_next_deadline() -> None:
    rows = [
        row(1, deadline=date(2026, 8, 1), health=Health.OFF_TRACK, title="B"),
        row(2, deadline=date(2026, 8, 1), health=Health.OFF_TRACK, title="A"),
        row(3, deadline=date(2026, 4, 28)),
        row(4, deadline=date(2026, 3, 1)),
        row(5, deadline=date(2026, 7, 1), status=PAUSED),
    ]
    found = deviations_of(rows, day=DAY, since=SINCE)
    assert [(one.row.id, one.days_late) for one in found] == [
        (4, 60),
        (3, 2),
        (5, 0),
        (2, 0),
        (1, 0),
    ]


def test_a_tally_counts_what_is_not_dropped() -> None:
    rows = [
        row(1, status=PLANNED, owner=""),
        row(2, deadline=date(2026, 4, 29)),
        row(3, status=PAUSED),
        row(4, status=DONE, owner=""),
        row(5, status=VERIFIED),
        row(6, status=DROPPED, owner="", deadline=date(2026, 1, 1)),
    ]
    tally = tally_of(rows, DAY)
    assert (tally.total, tally.reached, tally.verified, tally.dropped) == (5, 2, 1, 1)
    assert (tally.planned, tally.ongoing, tally.paused) == (1, 1, 1)
    assert (tally.overdue, tally.ownerless) == (1, 1)
    assert tally_of([], DAY) == type(tally)()


def moves(before: ReportRow | None, now: ReportRow | None) -> list[Move]:
    found = changes_between([before] if before else [], [now] if now else [], since=SINCE, day=DAY)
    return [one.move for one in found.changes]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (row(), row(), []),
        (None, row(), [Move.NEW]),
        (None, row(status=DONE), [Move.NEW, Move.DONE]),
        (None, row(status=DROPPED), [Move.NEW, Move.DROPPED]),
        (row(), None, [Move.LEFT]),
        (row(status=DONE), None, [Move.LEFT]),
        (row(status=DROPPED), None, []),
        (row(), row(status=DONE), [Move.DONE]),
        (row(), row(status=VERIFIED), [Move.DONE]),
        (row(status=DONE), row(status=VERIFIED), []),
        (row(status=DROPPED), row(status=DONE), [Move.DONE]),
        (row(status=DONE), row(), [Move.REOPENED]),
        (row(status=DROPPED), row(status=PLANNED), [Move.REOPENED]),
        (row(status=DONE), row(deadline=date(2026, 9, 2)), [Move.REOPENED, Move.DELAYED]),
        (row(), row(status=DROPPED), [Move.DROPPED]),
        (row(status=DROPPED), row(status=DROPPED), []),
        (row(), row(deadline=date(2026, 9, 2)), [Move.DELAYED]),
        (row(), row(deadline=date(2026, 8, 31)), [Move.EARLIER]),
        (row(), row(forecast=date(2026, 9, 2)), [Move.DELAYED]),
        (row(), row(forecast=date(2026, 9, 1)), []),
        (row(), row(forecast=date(2026, 8, 31)), [Move.EARLIER]),
        (row(forecast=date(2026, 10, 1)), row(forecast=date(2026, 9, 15)), [Move.EARLIER]),
        (row(forecast=date(2026, 10, 1)), row(forecast=date(2026, 10, 1)), []),
        (row(), row(deadline=date(2026, 8, 1), forecast=date(2026, 9, 2)), [Move.DELAYED]),
        (row(), row(deadline=date(2026, 9, 2), status=DONE), [Move.DONE]),
        (row(status=PLANNED), row(status=PAUSED), []),
    ],
)
def test_what_happened_to_an_action(
    before: ReportRow | None, now: ReportRow | None, expected: list[Move]
) -> None:
    assert moves(before, now) == expected


@pytest.mark.parametrize(
    ("before", "now", "promised", "kept"),
    [
        (row(deadline=DAY), row(deadline=DAY, status=DONE), True, True),
        (row(deadline=DAY), row(deadline=date(2026, 6, 1)), True, False),
        (row(deadline=DAY), row(deadline=DAY), False, False),
        (row(deadline=date(2026, 4, 29)), row(deadline=DAY), False, False),
        (row(deadline=date(2026, 4, 29)), row(deadline=date(2026, 4, 29)), True, False),
        (row(deadline=DAY), None, True, False),
        (row(deadline=DAY), row(status=DROPPED), True, False),
        (row(deadline=date(2026, 5, 1)), row(status=DONE), False, False),
        (row(deadline=DAY, status=DONE), row(status=VERIFIED), False, False),
    ],
)
def test_what_was_promised(
    before: ReportRow, now: ReportRow | None, promised: bool, kept: bool
) -> None:
    found = changes_between([before], [now] if now else [], since=SINCE, day=DAY)
    assert [one.kept for one in found.promises] == ([kept] if promised else [])
    assert found.since == SINCE


def test_changes_stand_by_move_and_then_by_deadline() -> None:
    before = [row(1), row(2), row(3)]
    now = [
        row(1, status=DONE, deadline=date(2026, 5, 1)),
        row(2, status=DONE, deadline=date(2026, 3, 1)),
        row(3, deadline=date(2026, 12, 1)),
        row(4),
    ]
    found = changes_between(before, now, since=SINCE, day=DAY)
    assert [(one.move, (one.now or one.before).id) for one in found.changes] == [  # type: ignore[union-attr]
        (Move.NEW, 4),
        (Move.DONE, 2),
        (Move.DONE, 1),
        (Move.DELAYED, 3),
    ]
    assert [one.now and one.now.id for one in found.of(Move.DONE)] == [2, 1]


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@st.composite
def rows_of(draw: st.DrawFn) -> list[ReportRow]:
    numbers = draw(st.lists(st.integers(1, 12), unique=True, max_size=8))
    found = []
    for number in numbers:
        status = draw(st.sampled_from(ActionStatus))
        found.append(
            row(
                number,
                status=status,
                deadline=draw(DAYS),
                owner=draw(st.sampled_from(["", "Olle"])),
                forecast=draw(st.none() | DAYS),
                health=draw(st.none() | st.sampled_from(Health)),
                dropped_on=draw(DAYS) if status is DROPPED else None,
            )
        )
    return found


@settings(max_examples=25, deadline=None)
@given(rows_of(), rows_of(), DAYS)
def test_what_always_holds(before: list[ReportRow], now: list[ReportRow], day: date) -> None:
    tally = tally_of(now, day)
    assert tally.total == tally.reached + tally.planned + tally.ongoing + tally.paused
    assert tally.total + tally.dropped == len(now)
    found = deviations_of(now, day=day, since=None)
    assert sum(Why.OVERDUE in one.whys for one in found) == tally.overdue
    order = list(Why)
    for one in found:
        assert one.whys == tuple(sorted(one.whys, key=order.index))
        assert (one.days_late > 0) == (Why.OVERDUE in one.whys)
    changes = changes_between(before, now, since=day - timedelta(days=120), day=day)
    was, there = {one.id for one in before}, {one.id for one in now}
    assert {one.now.id for one in changes.of(Move.NEW) if one.now} == there - was
    assert all(one.now is None for one in changes.of(Move.LEFT))
    assert not {one.now for one in changes.of(Move.DELAYED)} & {
        one.now for one in changes.of(Move.EARLIER)
    }


@settings(max_examples=25, deadline=None)
@given(rows_of(), DAYS)
def test_nothing_has_happened_to_what_is_as_it_was(rows: list[ReportRow], day: date) -> None:
    same = [replace(one) for one in rows]
    assert changes_between(rows, same, since=day, day=day).changes == ()
