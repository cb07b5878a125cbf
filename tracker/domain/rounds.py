"""Follow-up rounds as people see them: where one stands, and which ones a year usually has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LONGEST_DAYS = 120
AHEAD_DAYS = 731  # two years, one of them a leap year


class RoundState(StrEnum):
    """Where a round stands on a day; a late one has passed its last day and still waits."""

    PLANNED = "planned"
    OPEN = "open"
    LATE = "late"
    ENDED = "ended"


class RoundKind(StrEnum):
    """What a round is in the year: one of the usual three, or one more."""

    TERTIAL_1 = "tertial_1"
    TERTIAL_2 = "tertial_2"
    YEAR_END = "year_end"
    EXTRA = "extra"


class Usual(StrEnum):
    """The rounds that most municipalities have each year, in their order."""

    FIRST = "first"
    SECOND = "second"
    WHOLE_YEAR = "whole_year"


@dataclass(frozen=True)
class Suggestion:
    """A usual round of a year, ready to be added."""

    usual: Usual
    year: int
    opens_on: date
    due_on: date


# (month, day) of opening and of the last day.
_DAYS = {
    Usual.FIRST: ((4, 1), (4, 30)),
    Usual.SECOND: ((8, 10), (8, 31)),
    Usual.WHOLE_YEAR: ((12, 1), (12, 31)),
}


def state_of(opens_on: date, due_on: date, ended_on: date | None, today: date) -> RoundState:
    """Where a round stands; `ended_on` is when it was closed or the next one took over."""
    if ended_on is not None and ended_on <= today:
        return RoundState.ENDED
    if opens_on > today:
        return RoundState.PLANNED
    return RoundState.OPEN if today <= due_on else RoundState.LATE


def do_meet(first: tuple[date, date], second: tuple[date, date]) -> bool:
    """Whether two spans, first and last day included, share a day."""
    return first[0] <= second[1] and second[0] <= first[1]


def suggestions(today: date, taken: Iterable[tuple[date, date]] = ()) -> tuple[Suggestion, ...]:
    """The next of each usual round that meets none of the spans `taken`, the earliest first."""
    spans = tuple(taken)
    found = [_next(usual, today, spans) for usual in Usual]
    return tuple(sorted(found, key=lambda one: one.due_on))


def _next(usual: Usual, today: date, taken: tuple[tuple[date, date], ...]) -> Suggestion:
    opens, due = _DAYS[usual]
    year = today.year
    while True:
        span = (date(year, *opens), date(year, *due))
        if span[1] > today and not any(do_meet(span, other) for other in taken):
            return Suggestion(usual, year, *span)
        year += 1


def last_usual(before: date) -> Suggestion:
    """The usual round that ended last before a day."""
    every = (
        Suggestion(usual, year, date(year, *opens), date(year, *due))
        for year in (before.year - 1, before.year)
        for usual, (opens, due) in _DAYS.items()
    )
    return max((one for one in every if one.due_on < before), key=lambda one: one.due_on)
