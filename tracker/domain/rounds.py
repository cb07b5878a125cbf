"""Follow-up rounds as people see them: where one stands, and which ones a year usually has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.calendar import previous_working_day

LONGEST_DAYS = 120
AHEAD_DAYS = 731  # two years, one of them a leap year
MEASURED_WITHIN_DAYS = 31  # so long after the last day a report may say how things stood
MEETS_WITHIN_DAYS = 183
PAPERS_BEFORE_DAYS = 7


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


USUAL = (RoundKind.TERTIAL_1, RoundKind.TERTIAL_2, RoundKind.YEAR_END)


@dataclass(frozen=True)
class Suggestion:
    """A usual round of a year, ready to be added."""

    kind: RoundKind
    year: int
    opens_on: date
    due_on: date


# (month, day) of opening and of the last day.
_DAYS = {
    RoundKind.TERTIAL_1: ((4, 1), (4, 30)),
    RoundKind.TERTIAL_2: ((8, 10), (8, 31)),
    RoundKind.YEAR_END: ((12, 1), (12, 31)),
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
    found = [_next(kind, today, spans) for kind in USUAL]
    return tuple(sorted(found, key=lambda one: one.due_on))


def _next(kind: RoundKind, today: date, taken: tuple[tuple[date, date], ...]) -> Suggestion:
    opens, due = _DAYS[kind]
    year = today.year
    while True:
        span = (date(year, *opens), date(year, *due))
        if span[1] > today and not any(do_meet(span, other) for other in taken):
            return Suggestion(kind, year, *span)
        year += 1


def usual_of(year: int) -> tuple[Suggestion, ...]:
    """The usual rounds of a year, in their order."""
    return tuple(
        Suggestion(kind, year, date(year, *opens), date(year, *due))
        for kind, (opens, due) in _DAYS.items()
    )


def still_usual(
    year: int, today: date, taken: Iterable[tuple[date, date]] = ()
) -> tuple[Suggestion, ...]:
    """Those of the year's usual rounds that lie ahead and meet none of the spans `taken`."""
    spans = tuple(taken)
    return tuple(
        one
        for one in usual_of(year)
        if one.due_on > today
        and (one.due_on - today).days <= AHEAD_DAYS
        and not any(do_meet((one.opens_on, one.due_on), other) for other in spans)
    )


def papers_leave(meets_on: date, not_before: date) -> date:
    """When the papers of a meeting usually leave: a week earlier, on a working day; but hardly
    before `not_before`, when there is something to write about."""
    usual = previous_working_day(meets_on - timedelta(days=PAPERS_BEFORE_DAYS))
    return min(max(usual, not_before), meets_on)


def last_usual(before: date) -> Suggestion:
    """The usual round that ended last before a day."""
    every = (one for year in (before.year - 1, before.year) for one in usual_of(year))
    return max((one for one in every if one.due_on < before), key=lambda one: one.due_on)
