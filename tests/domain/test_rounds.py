"""Where a round stands, and which ones a year usually has."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.rounds import (
    LONGEST_DAYS,
    RoundState,
    Usual,
    do_meet,
    last_usual,
    state_of,
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
        (date(2026, 1, 1), (Usual.FIRST, 2026)),
        (date(2026, 4, 29), (Usual.FIRST, 2026)),
        (date(2026, 4, 30), (Usual.SECOND, 2026)),
        (date(2026, 9, 1), (Usual.WHOLE_YEAR, 2026)),
        (date(2026, 12, 31), (Usual.FIRST, 2027)),
    ],
)
def test_the_next_usual_round(today: date, first: tuple[Usual, int]) -> None:
    one = suggestions(today)[0]
    assert (one.usual, one.year) == first


@given(days, st.lists(st.tuples(days, st.integers(1, LONGEST_DAYS)), max_size=9))
def test_suggestions_are_to_come_and_meet_nothing(
    today: date, taken: list[tuple[date, int]]
) -> None:
    spans = [(first, first + length * DAY) for first, length in taken]
    found = suggestions(today, spans)
    assert {one.usual for one in found} == set(Usual)
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
