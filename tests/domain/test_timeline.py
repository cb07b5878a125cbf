"""Where days stand on a timeline."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.timeline import MOST_TICKS, SHORTEST_BAR, Span, draw

TODAY = date(2026, 3, 2)
DAYS = st.dates()


def span(start, deadline, first=None, **more):
    return Span(start, deadline, first or deadline, **more)


def ticks(drawing):
    return [tick.day.isoformat()[:7] for tick in drawing.ticks]


class TestRange:
    def test_nothing_to_draw_shows_the_present_month(self):
        drawing = draw([], TODAY)
        assert ticks(drawing) == ["2026-03"]
        assert drawing.bars == ()
        assert drawing.today == round(100 / 31, 2)

    def test_one_action_of_one_day_is_seen(self):
        drawing = draw([span(TODAY, TODAY)], TODAY)
        (bar,) = drawing.bars
        assert bar.width == SHORTEST_BAR
        assert bar.end == drawing.today
        assert (bar.first, bar.forecast, bar.milestones) == (None, None, ())

    def test_today_is_always_in_sight(self):
        past = draw([span(date(2024, 1, 1), date(2024, 2, 1))], TODAY)
        coming = draw([span(date(2027, 1, 1), date(2027, 2, 1))], TODAY)
        assert past.today > 96
        assert coming.today < 1

    @pytest.mark.parametrize(
        ("last", "seen", "by_year"),
        [
            (date(2026, 6, 30), ["2026-03", "2026-04", "2026-05", "2026-06"], False),
            (
                date(2027, 12, 1),
                [f"{2026 + (m > 12)}-{(m - 1) % 12 + 1:02}" for m in range(4, 25, 3)],
                False,
            ),
            (date(2031, 1, 1), ["2027-01", "2028-01", "2029-01", "2030-01", "2031-01"], True),
            (date(2046, 1, 1), [f"{year}-01" for year in range(2028, 2047, 2)], True),
            (date.max, [f"{year}-01" for year in range(2500, 10000, 500)], True),
        ],
    )
    def test_ticks_thin_out_as_the_range_grows(self, last, seen, by_year):
        drawing = draw([span(TODAY, last)], TODAY)
        assert ticks(drawing) == seen
        assert drawing.by_year is by_year

    def test_the_year_is_named_at_the_first_tick_and_in_january(self):
        drawing = draw([span(date(2025, 11, 3), date(2026, 4, 1))], TODAY)
        named = [tick.day for tick in drawing.ticks if tick.opens_year]
        assert named == [date(2025, 11, 1), date(2026, 1, 1)]


class TestBar:
    def test_it_goes_from_start_to_deadline(self):
        # April to June 2026: 91 days.
        bar = draw([span(date(2026, 4, 1), date(2026, 5, 1))], date(2026, 6, 1)).bars[0]
        assert bar.x == 0
        assert bar.width == bar.end == round(100 * 30 / 91, 2)

    @pytest.mark.parametrize(
        ("first", "seen"), [(date(2026, 5, 1), None), (date(2026, 4, 16), round(1500 / 91, 2))]
    )
    def test_a_deadline_that_moved_shows_its_first_place(self, first, seen):
        one = span(date(2026, 4, 1), date(2026, 5, 1), first)
        assert draw([one], date(2026, 6, 1)).bars[0].first == seen

    def test_forecast_and_milestones_have_their_places(self):
        one = span(
            date(2026, 4, 1),
            date(2026, 5, 1),
            forecast=date(2026, 6, 1),
            milestones=((date(2026, 4, 1), True), (date(2026, 5, 1), False)),
        )
        bar = draw([one], date(2026, 6, 30)).bars[0]
        assert bar.forecast == round(6100 / 91, 2)
        assert bar.milestones == ((0, True), (bar.end, False))

    def test_a_start_after_the_deadline_counts_as_the_deadline(self):
        bar = draw([span(date(2026, 6, 1), date(2026, 5, 1))], date(2026, 4, 1)).bars[0]
        assert bar.width == SHORTEST_BAR


SPANS = st.lists(
    st.builds(
        Span,
        DAYS,
        DAYS,
        DAYS,
        st.none() | DAYS,
        st.lists(st.tuples(DAYS, st.booleans()), max_size=3).map(tuple),
    ),
    max_size=5,
)


@given(SPANS, DAYS)
def test_everything_stays_inside_and_in_order(spans, today):
    drawing = draw(spans, today)
    places = [drawing.today, *(tick.x for tick in drawing.ticks)]
    for bar in drawing.bars:
        places += [bar.x, bar.end, *(x for x, _done in bar.milestones)]
        places += [x for x in (bar.first, bar.forecast) if x is not None]
        assert bar.width >= SHORTEST_BAR
    assert all(0 <= x <= 100 for x in places)
    assert len(drawing.ticks) <= MOST_TICKS
    days = [tick.day for tick in drawing.ticks]
    assert days == sorted(set(days))


@given(DAYS, st.integers(0, 4000))
def test_a_later_deadline_never_stands_further_left(start, days):
    end = min(start.toordinal() + days, date.max.toordinal())
    deadline = date.fromordinal(end)
    earlier = max(start, deadline - timedelta(days=1))
    late, early = draw([span(start, deadline), span(start, earlier)], start).bars
    assert late.end >= early.end
