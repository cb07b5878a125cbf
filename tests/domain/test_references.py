"""Other municipalities beside ours, worked by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.references import (
    Moved,
    NoDrift,
    Reading,
    block_of,
    movements,
    paces,
    settled,
    shared_drift,
    spread,
    standings,
    time_of,
)

NEW, OLD = "kommunkompassen-2020", "kommunkompassen-2010"
NOTHING = (None,) * 8


def reading(
    name: str,
    month: date,
    total: float | None = None,
    areas: Sequence[float | None] = NOTHING,
    **values: object,
) -> Reading:
    given: dict[str, object] = {"edition": NEW, "total": total, "areas": tuple(areas), **values}
    return Reading(place=name.lower(), name=name, month=month, **given)  # type: ignore[arg-type]


def first(score: float, rest: float | None = None) -> tuple[float | None, ...]:
    """Scores with `score` in area 1 and `rest` in the others."""
    return (score, *[rest] * 7)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([500], (1, 500, None, 500, 500)),
        ([500, 600], (2, 550, sqrt(5000), 500, 600)),
        # mean 5, squares 9+1+1+1+0+0+4+16 = 32, 32/7
        ([2, 4, 4, 4, 5, 5, 7, 9], (8, 5, sqrt(32 / 7), 2, 9)),
        ([7, 7, 7], (3, 7, 0, 7, 7)),
    ],
)
def test_spread(values: list[float], expected: tuple[float, ...] | None) -> None:
    found = spread(values)
    if found is None or expected is None:
        assert (found, expected) == (None, None)
        return
    told = (found.n, found.mean, found.deviation, found.low, found.high)
    assert told == pytest.approx(expected)


@pytest.mark.parametrize(
    ("year", "block"),
    [(2019, (2015, 2019)), (2020, (2020, 2024)), (2024, (2020, 2024)), (2025, (2025, 2029))],
)
def test_blocks_are_five_years(year: int, block: tuple[int, int]) -> None:
    assert block_of(year) == block


def test_standings_count_each_municipality_once_per_edition_and_period() -> None:
    found = standings(
        [
            reading("A", date(2023, 3, 1), 546, first(60)),
            reading("A", date(2020, 11, 1), 497, first(50)),
            reading("B", date(2024, 12, 1), 504, first(70)),
            reading("C", date(2021, 1, 1), None, first(80)),
            reading("B", date(2025, 1, 1), 600),
            reading("B", date(2015, 1, 1), 400, edition=OLD),
        ]
    )
    facts = [(one.edition, one.first, one.municipalities, one.evaluations) for one in found]
    assert facts == [(OLD, 2015, 1, 1), (NEW, 2020, 3, 4), (NEW, 2025, 1, 1)]
    now = found[1]
    assert now.total is not None
    assert (now.total.n, now.total.mean, now.total.low) == (2, 525, 504)
    assert now.total.deviation == pytest.approx(sqrt(2 * 21**2))
    assert now.areas[0] is not None
    assert (now.areas[0].mean, now.areas[0].deviation) == (70, 10)
    assert now.areas[1:] == (None,) * 7
    assert found[0].total is not None
    assert found[0].total.deviation is None


def test_a_report_wins_over_a_list_and_a_month_over_a_year() -> None:
    report = reading("A", date(2021, 2, 1), 500, evaluation_id=7)
    listed = replace(report, total=510, evaluation_id=None)
    year = reading("A", date(2021, 1, 1), 500, whole_year=True)
    other = reading("A", date(2021, 1, 1), 480, whole_year=True, edition=OLD)
    assert settled([listed, year, other, report]) == [report, other]


def test_movements_follow_on_under_one_edition() -> None:
    found = movements(
        [
            reading("A", date(2023, 3, 1), 546, first(60, 50)),
            reading("A", date(2020, 11, 1), 497, first(50)),
            reading("A", date(2025, 11, 1), 540, first(66, 40)),
            reading("A", date(2015, 1, 1), 300, edition=OLD),
            reading("B", date(2021, 1, 1), 500),
        ]
    )
    assert [one.total for one in found] == [49, -6]
    assert [one.areas[:2] for one in found] == [(10, None), (6, -10)]
    assert [one.years for one in found] == pytest.approx([28 / 12, 32 / 12])
    assert (found[0].name, found[0].edition, found[0].before.total) == ("A", NEW, 497)


def test_a_year_without_a_month_is_its_middle() -> None:
    assert time_of(date(2010, 1, 1), whole_year=True) == 2010.5
    assert time_of(date(2021, 4, 1)) == 2021.25
    years = [reading("T", date(y, 1, 1), y, whole_year=True, edition=OLD) for y in (2010, 2015)]
    (moved,) = movements(years)
    assert moved.years == 5


def moving(name: str, change: float, years: int, start: int = 2020) -> list[Moved]:
    """Area 1 by `change`, the total by eight times that, in so many years."""
    return movements(
        [
            reading(name, date(start, 1, 1), 400, first(50)),
            reading(name, date(start + years, 1, 1), 400 + 8 * change, first(50 + change)),
        ]
    )


def test_drift_is_the_rate_times_our_years() -> None:
    # Per year 2, 4 and 6: mean 4, deviation 2, error 2/√3; our time is two years.
    moved = [*moving("A", 4, 2), *moving("B", 12, 3), *moving("C", 24, 4)]
    found = shared_drift(moved, date(2021, 1, 1), date(2023, 1, 1), NEW)
    assert found.drift is not None
    assert found.municipalities == 3
    area = found.drift.by_area[1]
    assert (area.mean, area.standard_error, area.n) == pytest.approx((8, 4 / sqrt(3), 3))
    assert found.drift.overall is not None
    assert found.drift.overall.mean == pytest.approx(8)
    assert found.drift.of(5) == found.drift.overall
    assert found.reasons == dict.fromkeys(range(2, 9), NoDrift.NOBODY)
    assert found.reason is None


def test_one_municipality_gives_one_rate() -> None:
    # A: 2 in 2020–2022 and 10 in 2022–2024, together 12 in 4 years, 3 a year.
    twice = [*moving("A", 2, 2), *moving("A", 10, 2, start=2022)]
    moved = [*twice, *moving("B", 3, 1), *moving("C", 3, 1)]
    found = shared_drift(moved, date(2020, 6, 1), date(2024, 6, 1), NEW)
    assert found.drift is not None
    assert found.drift.by_area[1].mean == pytest.approx(12)
    assert found.drift.by_area[1].standard_error == pytest.approx(0)


def test_the_pace_of_the_total() -> None:
    # Totals: +32 in 2 years and +80 in 2 years make 28 a year; +24 in one year.
    moved = [*moving("A", 4, 2), *moving("A", 10, 2, start=2022), *moving("B", 3, 1)]
    (pace,) = paces(moved)
    assert (pace.edition, pace.per_year.n) == (NEW, 2)
    assert (pace.per_year.low, pace.per_year.mean, pace.per_year.high) == (24, 26, 28)
    assert pace.per_year.deviation == pytest.approx(sqrt(8))
    assert paces([]) == []


@pytest.mark.parametrize(
    ("moved", "period", "reason"),
    [
        ([], (2021, 2023), NoDrift.NOBODY),
        ([*moving("A", 4, 2), *moving("B", 4, 2)], (2021, 2023), NoDrift.FEW),
        # Three, but one of them moved before our time.
        ([*moving("A", 4, 2), *moving("B", 4, 2), *moving("C", 4, 2, 2018)], (2020, 2022), "few"),
        ([*moving("A", 4, 2), *moving("B", 4, 2), *moving("C", 4, 2)], (2023, 2023), "no_time"),
        ([*moving("A", 4, 2), *moving("B", 4, 2), *moving("C", 4, 2)], (2023, 2020), "no_time"),
        ([*moving("A", 4, 2), *moving("B", 4, 2), *moving("C", 4, 2)], (2022, 2024), "nobody"),
    ],
)
def test_no_drift_without_three_in_our_time(
    moved: list[Moved], period: tuple[int, int], reason: str
) -> None:
    before, after = (date(year, 1, 1) for year in period)
    found = shared_drift(moved, before, after, NEW)
    assert found.drift is None
    assert found.reason == reason
    assert found.reason.label
    assert shared_drift(moved, before, after, OLD).drift is None


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.integers(1, 6)), min_size=3, max_size=8),
    st.integers(1, 6),
)
def test_the_drift_lies_among_the_rates(moves: list[tuple[float, int]], years: int) -> None:
    moved = [one for n, (change, span) in enumerate(moves) for one in moving(f"K{n}", change, span)]
    found = shared_drift(moved, date(2020, 1, 1), date(2020 + years, 1, 1), NEW)
    assert found.drift is not None
    rates = [change / span * years for change, span in moves]
    area = found.drift.by_area[1]
    assert min(rates) - 1e-6 <= area.mean <= max(rates) + 1e-6
    assert area.standard_error >= 0
    assert area.n == len(moves)
