"""Working days as a table of real dates."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import calendar

STOCKHOLM = ZoneInfo("Europe/Stockholm")
DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31))

# day, its name, the nearest working days before and after
FREE_DAYS = [
    (date(2025, 12, 24), "Julafton", date(2025, 12, 23), date(2025, 12, 29)),
    (date(2026, 12, 25), "Juldagen", date(2026, 12, 23), date(2026, 12, 28)),
    (date(2026, 12, 31), "Nyårsafton", date(2026, 12, 30), date(2027, 1, 4)),
    (date(2026, 1, 6), "Trettondedag jul", date(2026, 1, 5), date(2026, 1, 7)),
    (date(2026, 4, 3), "Långfredagen", date(2026, 4, 2), date(2026, 4, 7)),
    (date(2026, 4, 6), "Annandag påsk", date(2026, 4, 2), date(2026, 4, 7)),
    (date(2026, 5, 1), "Första maj", date(2026, 4, 30), date(2026, 5, 4)),
    (date(2026, 5, 14), "Kristi himmelsfärdsdag", date(2026, 5, 13), date(2026, 5, 15)),
    (date(2025, 6, 6), "Nationaldagen", date(2025, 6, 5), date(2025, 6, 9)),
    (date(2026, 6, 19), "Midsommarafton", date(2026, 6, 18), date(2026, 6, 22)),
    (date(2026, 10, 31), "Alla helgons dag", date(2026, 10, 30), date(2026, 11, 2)),
    (date(2026, 10, 10), None, date(2026, 10, 9), date(2026, 10, 12)),
    (date(2026, 10, 11), None, date(2026, 10, 9), date(2026, 10, 12)),
]


@pytest.mark.parametrize(("day", "name", "before", "after"), FREE_DAYS)
def test_a_free_day_moves_to_its_neighbours(
    day: date, name: str | None, before: date, after: date
) -> None:
    assert not calendar.is_working_day(day)
    assert calendar.holiday_name(day) == name
    assert calendar.previous_working_day(day) == before
    assert calendar.next_working_day(day) == after


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 1, 5),  # the eve of Epiphany
        date(2026, 4, 2),  # Maundy Thursday
        date(2026, 5, 15),  # the bridge day after Ascension
        date(2026, 6, 18),
        date(2026, 12, 23),
        date(2028, 2, 29),
    ],
)
def test_a_working_day_is_its_own_neighbour(day: date) -> None:
    assert calendar.is_working_day(day)
    assert calendar.holiday_name(day) is None
    assert calendar.previous_working_day(day) == day == calendar.next_working_day(day)


@given(DAYS)
def test_neighbours_lie_around_the_day_and_are_the_nearest(day: date) -> None:
    before, after = calendar.previous_working_day(day), calendar.next_working_day(day)
    assert before <= day <= after
    assert calendar.is_working_day(before)
    assert calendar.is_working_day(after)
    between = [before + timedelta(n) for n in range(1, (after - before).days)]
    assert not any(calendar.is_working_day(one) for one in between)


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_the_calendar_do_not_overflow(day: date) -> None:
    assert calendar.is_working_day(day)


@pytest.mark.parametrize(
    ("instant", "local"),
    [
        (datetime(2026, 1, 15, 22, 59, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 1, 15, 23, 0, tzinfo=UTC), date(2026, 1, 16)),
        (datetime(2026, 7, 15, 21, 59, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 7, 15, 22, 0, tzinfo=UTC), date(2026, 7, 16)),
        # spring: 29 March begins at 23 UTC and, an hour short, ends at 22 UTC
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), date(2026, 3, 30)),
        # autumn: 25 October begins at 22 UTC and, an hour long, ends at 23 UTC
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_local_date(instant: datetime, local: date) -> None:
    assert calendar.local_date(instant, STOCKHOLM) == local


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        calendar.local_date(datetime(2026, 1, 1), STOCKHOLM)  # noqa: DTZ001


def test_importing_the_calendar_does_not_load_the_holidays() -> None:
    code = "import sys, tracker.domain.calendar; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


MON, TUE, WED, THU, FRI = range(5)

# a day, the weekday somebody chose, and the nearest of their days before and after
DIGEST_DAYS = [
    (date(2026, 9, 30), FRI, date(2026, 9, 25), date(2026, 10, 2)),
    (date(2026, 9, 30), WED, date(2026, 9, 30), date(2026, 9, 30)),
    (date(2026, 9, 30), MON, date(2026, 9, 28), date(2026, 10, 5)),
    (date(2026, 9, 30), None, date(2026, 9, 30), date(2026, 9, 30)),
    (date(2026, 10, 3), None, date(2026, 10, 2), date(2026, 10, 5)),
    # Långfredagen is a Friday: that week's digest comes on the Tuesday after Easter.
    (date(2026, 4, 1), FRI, date(2026, 3, 27), date(2026, 4, 7)),
    (date(2026, 4, 3), FRI, date(2026, 3, 27), date(2026, 4, 7)),
    (date(2026, 4, 7), FRI, date(2026, 4, 7), date(2026, 4, 7)),
    (date(2026, 4, 8), FRI, date(2026, 4, 7), date(2026, 4, 10)),
    (date(2026, 4, 6), MON, date(2026, 3, 30), date(2026, 4, 7)),
    (date(2026, 5, 1), FRI, date(2026, 4, 24), date(2026, 5, 4)),
    # Midsommarafton is always a Friday.
    (date(2026, 6, 18), FRI, date(2026, 6, 12), date(2026, 6, 22)),
    (date(2026, 6, 19), FRI, date(2026, 6, 12), date(2026, 6, 22)),
    (date(2026, 6, 23), FRI, date(2026, 6, 22), date(2026, 6, 26)),
    # Julafton and nyårsafton are both Thursdays in 2026.
    (date(2026, 12, 18), THU, date(2026, 12, 17), date(2026, 12, 28)),
    (date(2026, 12, 24), THU, date(2026, 12, 17), date(2026, 12, 28)),
    (date(2026, 12, 29), THU, date(2026, 12, 28), date(2027, 1, 4)),
    (date(2027, 1, 4), THU, date(2027, 1, 4), date(2027, 1, 4)),
]


@pytest.mark.parametrize(("day", "weekday", "before", "after"), DIGEST_DAYS)
def test_the_digest_comes_on_the_chosen_day_or_the_working_day_after(
    day: date, weekday: int | None, before: date, after: date
) -> None:
    assert calendar.previous_digest_day(day, weekday) == before
    assert calendar.next_digest_day(day, weekday) == after


@given(DAYS, st.one_of(st.none(), st.integers(0, 6)))
def test_a_digest_day_is_a_near_working_day_on_the_right_side(
    day: date, weekday: int | None
) -> None:
    before = calendar.previous_digest_day(day, weekday)
    after = calendar.next_digest_day(day, weekday)
    assert before <= day <= after
    assert after - day <= timedelta(days=14)
    assert day - before <= timedelta(days=14)
    for found in (before, after):
        assert calendar.is_working_day(found)
        assert calendar.previous_digest_day(found, weekday) == found
        assert calendar.next_digest_day(found, weekday) == found


@given(DAYS, st.one_of(st.none(), st.integers(0, 4)))
def test_no_digest_day_lies_between_the_two(day: date, weekday: int | None) -> None:
    before = calendar.previous_digest_day(day, weekday)
    after = calendar.next_digest_day(day, weekday)
    next_one = calendar.next_digest_day(before + timedelta(days=1), weekday)
    assert next_one == after or before == after == day


@given(DAYS, st.integers(0, 4))
def test_a_chosen_weekday_that_is_worked_is_kept(day: date, weekday: int) -> None:
    kept = calendar.next_digest_day(day, weekday)
    if calendar.is_working_day(day) and day.weekday() == weekday:
        assert kept == day
    assert kept.weekday() == weekday or not calendar.is_working_day(
        kept - timedelta(days=(kept.weekday() - weekday) % 7)
    )
