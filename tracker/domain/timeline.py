"""Where days stand on a timeline: its range, its ticks, and the marks of every row.

Positions are percentages of the drawing's width, 0 at the first day and 100 after the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, date

SHORTEST_BAR = 0.8
MOST_TICKS = 18
_MONTHS_A_YEAR = 12
# In months, from one month to a thousand years: more than the calendar has.
_STEPS = (1, 3, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12000)


@dataclass(frozen=True)
class Span:
    """The days of one row. `start` may lie after `deadline`, which then counts for both.

    Milestones are (due, whether it is done).
    """

    start: date
    deadline: date
    first_deadline: date
    forecast: date | None = None
    milestones: tuple[tuple[date, bool], ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        """Every day that must find its place."""
        forecast = (self.forecast,) if self.forecast else ()
        pieces = (due for due, _done in self.milestones)
        return (self.start, self.deadline, self.first_deadline, *forecast, *pieces)


@dataclass(frozen=True)
class Tick:
    """A line across all rows, at the first day of a month; `opens_year` where the year is to be
    named: in January, and at the first tick.
    """

    x: float
    day: date
    opens_year: bool


@dataclass(frozen=True)
class Bar:
    """One row's marks. `first` is None where the deadline never moved; else a line goes from it
    to the bar's end, whichever of the two comes first.
    """

    x: float
    width: float
    end: float
    first: float | None
    forecast: float | None
    milestones: tuple[tuple[float, bool], ...]


@dataclass(frozen=True)
class Drawing:
    """A whole timeline; `by_year` says that its ticks are years, not months."""

    ticks: tuple[Tick, ...]
    by_year: bool
    today: float
    bars: tuple[Bar, ...]


def draw(spans: Sequence[Span], today: date) -> Drawing:
    """Place every row, and today, on whole months; without rows, on the present month."""
    axis = _Axis([today, *(day for span in spans for day in span.days)])
    step = _step(axis.months)
    return Drawing(
        ticks=tuple(axis.ticks(step)),
        by_year=step >= _MONTHS_A_YEAR,
        today=axis.x(today),
        bars=tuple(_bar(span, axis) for span in spans),
    )


def _step(months: int) -> int:
    """How many months lie between two ticks, so that there are no more than MOST_TICKS."""
    return next(step for step in _STEPS if months <= step * (MOST_TICKS - 1))


class _Axis:
    """Whole months from the one of the earliest day to the one of the latest."""

    def __init__(self, days: Iterable[date]) -> None:
        known = sorted(days)
        self._first = _month_number(known[0])
        self.months = _month_number(known[-1]) - self._first + 1
        self._start = _month_start(self._first).toordinal()
        # The month after the last one the calendar knows begins a day later, too.
        self._days = _last_day(self._first + self.months - 1).toordinal() + 1 - self._start

    def x(self, day: date) -> float:
        """The place of a day's beginning, 0 to 100."""
        return round(100 * (day.toordinal() - self._start) / self._days, 2)

    def ticks(self, step: int) -> Iterable[Tick]:
        """The first days of months, `step` months apart, in step with the years."""
        first = -(-self._first // step) * step
        for number in range(first, self._first + self.months, step):
            day = _month_start(number)
            yield Tick(self.x(day), day, day.month == 1 or number == first)


def _bar(span: Span, axis: _Axis) -> Bar:
    start, end = axis.x(min(span.start, span.deadline)), axis.x(span.deadline)
    # A bar of one day is still seen, and does not leave the drawing.
    x = max(0.0, min(start, end - SHORTEST_BAR))
    moved = span.first_deadline != span.deadline
    return Bar(
        x=x,
        width=round(max(end - x, SHORTEST_BAR), 2),
        end=end,
        first=axis.x(span.first_deadline) if moved else None,
        forecast=axis.x(span.forecast) if span.forecast else None,
        milestones=tuple((axis.x(due), done) for due, done in span.milestones),
    )


def _month_number(day: date) -> int:
    return day.year * _MONTHS_A_YEAR + day.month - 1


def _month_start(number: int) -> date:
    return date(number // _MONTHS_A_YEAR, number % _MONTHS_A_YEAR + 1, 1)


def _last_day(number: int) -> date:
    if number == MAXYEAR * _MONTHS_A_YEAR + _MONTHS_A_YEAR - 1:
        return date.max
    return date.fromordinal(_month_start(number + 1).toordinal() - 1)
