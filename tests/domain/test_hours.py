"""When the worker may write: around weekends, holidays, midnight and clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tracker.domain.hours import Hours

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HOURS = Hours(time(7), STOCKHOLM)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("now", "is_open", "opened", "until", "following"),
    [
        # A Monday, before, at and after the hour.
        *(
            ("2026-11-23T06:59", False, "2026-11-20T07:00", "2026-11-21T00:00", "2026-11-23T07:00"),
            ("2026-11-23T07:00", True, "2026-11-23T07:00", "2026-11-23T07:00", "2026-11-24T07:00"),
            ("2026-11-23T23:59", True, "2026-11-23T07:00", "2026-11-23T23:59", "2026-11-24T07:00"),
        ),
        # A Saturday and a Sunday.
        ("2026-11-21T12:00", False, "2026-11-20T07:00", "2026-11-21T00:00", "2026-11-23T07:00"),
        ("2026-11-22T23:00", False, "2026-11-20T07:00", "2026-11-21T00:00", "2026-11-23T07:00"),
        # Midsummer's eve, a Friday; the long weekend of Christmas.
        ("2026-06-19T12:00", False, "2026-06-18T07:00", "2026-06-19T00:00", "2026-06-22T07:00"),
        ("2026-12-26T12:00", False, "2026-12-23T07:00", "2026-12-24T00:00", "2026-12-28T07:00"),
        # The nights before and after the clocks go forward.
        ("2026-03-29T12:00", False, "2026-03-27T07:00", "2026-03-28T00:00", "2026-03-30T07:00"),
        ("2026-10-26T07:30", True, "2026-10-26T07:00", "2026-10-26T07:30", "2026-10-27T07:00"),
    ],
)
def test_hours(now: str, is_open: bool, opened: str, until: str, following: str) -> None:
    assert HOURS.open_at(local(now)) is is_open
    assert HOURS.latest_span(local(now)) == (local(opened), local(until))
    assert HOURS.next_opening(local(now)) == local(following)
    assert HOURS.leaving(local(now)) == local(now if is_open else following)


def test_what_is_given_back_can_be_subtracted() -> None:
    """In one zone Python subtracts wall clocks, an hour off on two nights a year."""
    winter, summer = HOURS.opening(date(2026, 3, 27)), HOURS.opening(date(2026, 3, 30))
    assert winter.tzinfo is UTC
    assert (summer - winter).total_seconds() == (3 * 24 - 1) * 3600
