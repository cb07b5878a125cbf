"""Months back in the calendar."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.domain.retention import MOST_MONTHS, months_before


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2026-03-02", 1, "2026-02-02"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2028-03-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2027-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-03-02", 24, "2024-03-02"),
        ("2026-12-31", 3, "2026-09-30"),
        ("2026-03-02", MOST_MONTHS, "1926-03-02"),
    ],
)
def test_months_before(day: str, months: int, before: str) -> None:
    assert months_before(date.fromisoformat(day), months) == date.fromisoformat(before)
