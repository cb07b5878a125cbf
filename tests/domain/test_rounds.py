"""Where a round stands, and which ones a year usually has."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.rounds import (
    LONGEST_DAYS,
    USUAL,
    RoundKind,
    RoundState,
    do_meet,
    last_usual,
    papers_leave,
    state_of,
    still_usual,
    suggestions,
)

OPENS, DUE = date(2026, 4, 1), date(2026, 4, 30)
DAY = timedelta(days=1)
days = st.dates(date(2020, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    ("today", "ended_on", "state"),
    [
        (OPENS - DAY, None, RoundState.PLANNED),
        (OPENS, None, RoundState.OPEN),
        (DUE, None, RoundState.OPEN),
        (DUE + DAY, None, RoundState.LATE),
        (DUE + 900 * DAY, None, RoundState.LATE),
        (OPENS, OPENS, RoundState.ENDED),
        (DUE, DUE + DAY, RoundState.OPEN),
        (DUE + DAY, DUE + DAY, RoundState.ENDED),
        (OPENS - DAY, DUE + DAY, RoundState.PLANNED),
    ],
)
def test_where_it_stands(today: date, ended_on: date | None, state: RoundState) -> None:
    assert state_of(OPENS, DUE, ended_on, today) is state


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 1, 1), (RoundKind.TERTIAL_1, 2026)),
        (date(2026, 4, 29), (RoundKind.TERTIAL_1, 2026)),
        (date(2026, 4, 30), (RoundKind.TERTIAL_2, 2026)),
        (date(2026, 9, 1), (RoundKind.YEAR_END, 2026)),
        (date(2026, 12, 31), (RoundKind.TERTIAL_1, 2027)),
    ],
)
def test_the_next_usual_round(today: date, first: tuple[RoundKind, int]) -> None:
    one = suggestions(today)[0]
    assert (one.kind, one.year) == first


@given(days, st.lists(st.tuples(days, st.integers(1, LONGEST_DAYS)), max_size=9))
def test_suggestions_are_to_come_and_meet_nothing(
    today: date, taken: list[tuple[date, int]]
) -> None:
    spans = [(first, first + length * DAY) for first, length in taken]
    found = suggestions(today, spans)
    assert {one.kind for one in found} == set(USUAL)
    assert [one.due_on for one in found] == sorted(one.due_on for one in found)
    for one in found:
        assert one.due_on > today
        assert one.opens_on < one.due_on
        assert not any(do_meet((one.opens_on, one.due_on), span) for span in spans)


@given(days)
def test_the_last_usual_round_is_over(day: date) -> None:
    one = last_usual(day)
    assert one.due_on < day
    assert (day - one.due_on).days <= 123


@pytest.mark.parametrize(
    ("year", "today", "taken", "kinds"),
    [
        (2026, date(2026, 1, 1), [], USUAL),
        (2026, date(2026, 4, 29), [], USUAL),
        (2026, date(2026, 4, 30), [], USUAL[1:]),
        (2026, date(2026, 12, 31), [], ()),
        (2025, date(2026, 1, 1), [], ()),
        (2027, date(2026, 3, 2), [], USUAL),
        (2028, date(2026, 3, 2), [], ()),
        (2026, date(2026, 1, 1), [(date(2026, 8, 31), date(2026, 9, 9))], (USUAL[0], USUAL[2])),
        (2026, date(2026, 1, 1), [(date(2026, 9, 1), date(2026, 11, 30))], USUAL),
    ],
)
def test_what_a_year_still_lacks(
    year: int, today: date, taken: list[tuple[date, date]], kinds: tuple[RoundKind, ...]
) -> None:
    found = still_usual(year, today, taken)
    assert tuple(one.kind for one in found) == kinds
    assert {one.year for one in found} <= {year}


@pytest.mark.parametrize(
    ("meets_on", "not_before", "leave"),
    [
        (date(2026, 5, 27), date(2026, 4, 30), date(2026, 5, 20)),
        (date(2026, 5, 21), date(2026, 4, 30), date(2026, 5, 13)),  # a week before is a holiday
        (date(2026, 5, 23), date(2026, 4, 30), date(2026, 5, 15)),  # a Saturday
        (date(2026, 5, 4), date(2026, 4, 30), date(2026, 4, 30)),  # sooner than a week
        (date(2026, 4, 30), date(2026, 4, 30), date(2026, 4, 30)),
        (date(2026, 4, 29), date(2026, 4, 30), date(2026, 4, 29)),
    ],
)
def test_when_the_papers_usually_leave(meets_on: date, not_before: date, leave: date) -> None:
    assert papers_leave(meets_on, not_before) == leave
