"""How long something is kept, in months."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

MOST_MONTHS = 1200


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or the month's last where it is shorter."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, min(day.day, monthrange(years, month + 1)[1]))
