"""Working days in Sweden, and the local date of an instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)
_SATURDAY = 5


@lru_cache(maxsize=64)
def _holidays(year: int) -> Mapping[date, str]:
    """The year's holidays and their Swedish names, the three eves that nobody works included.

    Imported here because the package takes long to load and the web process seldom needs it;
    one fixed year at a time because its calendars otherwise grow under a reader's hands, which
    threads must not share. The package knows the years 1953-2100; outside them only weekends
    count.
    """
    from holidays.countries.sweden import SE

    calendar = SE(
        years=year,
        expand=False,
        categories=("public", "de_facto"),
        include_sundays=False,
        language="sv",
    )
    return dict(calendar)


def holiday_name(day: date) -> str | None:
    """The holiday's Swedish name ("Midsommarafton"), or None. A plain weekend has no name."""
    return _holidays(day.year).get(day)


def is_working_day(day: date) -> bool:
    """Whether Swedish offices are open: no weekend, no public holiday, no big holiday's eve."""
    return day.weekday() < _SATURDAY and holiday_name(day) is None


def previous_working_day(day: date) -> date:
    """The nearest working day that is not after `day`: `day` itself if it is one."""
    while not is_working_day(day):
        day -= _ONE_DAY
    return day


def next_working_day(day: date) -> date:
    """The nearest working day that is not before `day`: `day` itself if it is one."""
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def previous_digest_day(day: date, weekday: int | None) -> date:
    """The nearest day, `day` itself or earlier, on which somebody wants the digest.

    Without a `weekday` (0 = Monday … 6) that is every working day; with one it is the first
    working day from each such weekday on.
    """
    if weekday is None:
        return previous_working_day(day)
    asked = day - timedelta(days=(day.weekday() - weekday) % 7)
    while (wanted := next_working_day(asked)) > day:
        asked -= _ONE_WEEK
    return wanted


def next_digest_day(day: date, weekday: int | None) -> date:
    """The nearest day, `day` itself or later, on which somebody wants the digest."""
    if weekday is None:
        return next_working_day(day)
    # The weekday before may have been a holiday, whose digest comes today.
    asked = day - timedelta(days=(day.weekday() - weekday) % 7) - _ONE_WEEK
    while (wanted := next_working_day(asked)) < day:
        asked += _ONE_WEEK
    return wanted


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """The date that a wall calendar in `tz` shows at the aware `instant`.

    Raises ValueError for a naive instant, which would be read as the server's own time.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware")
    return instant.astimezone(tz).date()
