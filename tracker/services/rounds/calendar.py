"""The calendar of a year: every date of its rounds, and of the meetings that read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.permissions import Deed
from tracker.domain.rounds import (
    LONGEST_DAYS,
    MEETS_WITHIN_DAYS,
    Suggestion,
    still_usual,
)
from tracker.extensions import db
from tracker.models import FollowUpRound, RoundMeeting, User
from tracker.services import scope
from tracker.services.rounds import rules
from tracker.services.rounds.listing import within

FIRST_YEAR, YEARS_AHEAD = 2000, 2


class Happening(StrEnum):
    """What a date of a round is, in the order of the year."""

    OPENS = "opens"
    DUE = "due"
    MEASURED = "measured"
    DUE_AND_MEASURED = "due_and_measured"
    DISPATCH = "dispatch"
    MEETING = "meeting"


@dataclass(frozen=True)
class RoundDate:
    """One date; `committees` names whom it is about, where it is about some."""

    on: date
    what: Happening
    round_id: int
    round_name: str
    committees: tuple[str, ...] = ()
    closed: bool = False


@dataclass(frozen=True)
class RoundYear:
    """The dates of a year in their order, the usual rounds that it still lacks, and the years
    beside it (None where there is nothing to turn to)."""

    year: int
    dates: tuple[RoundDate, ...]
    lacks: tuple[Suggestion, ...]
    before: int | None
    after: int | None

    def coming(self, today: date) -> RoundDate | None:
        """The next date of a round that still goes on."""
        ahead = (one for one in self.dates if one.on >= today and not _is_over(one))
        return next(ahead, None)


def _is_over(one: RoundDate) -> bool:
    return one.closed and one.what not in (Happening.DISPATCH, Happening.MEETING)


def year_of_rounds(year: int, *, by: User, today: date) -> RoundYear:
    """The calendar of a year, in a constant number of queries; a year out of reach is the nearest
    within it.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.ROUND_VIEW)
    last = today.year + YEARS_AHEAD
    year = min(max(year, FIRST_YEAR), last)
    first_day, last_day = date(year, 1, 1), date(year, 12, 31)
    longest = timedelta(days=LONGEST_DAYS + MEETS_WITHIN_DAYS)
    query = (
        select(FollowUpRound)
        .where(
            within(by),
            FollowUpRound.opens_on <= last_day,
            FollowUpRound.opens_on >= first_day - longest,
        )
        .options(selectinload(FollowUpRound.meetings).joinedload(RoundMeeting.committee))
        .order_by(FollowUpRound.opens_on, FollowUpRound.id)
    )
    found = [one for row in db.session.scalars(query) for one in _dates(row)]
    order = list(Happening)
    dates = sorted(
        (one for one in found if one.on.year == year),
        key=lambda one: (one.on, order.index(one.what), one.round_id),
    )
    return RoundYear(
        year,
        tuple(dates),
        lacking(year, today=today) if by.may(Deed.ROUND_MANAGE) else (),
        year - 1 if _anything_before(first_day, by) else None,
        year + 1 if year < last else None,
    )


def lacking(year: int, *, today: date) -> tuple[Suggestion, ...]:
    """The usual rounds of the year that lie ahead and would meet none of those there are."""
    taken = [span for one in rules.same_actions(None) if (span := rules.span_of(one))]
    return still_usual(year, today, taken)


def _anything_before(first_day: date, by: User) -> bool:
    earlier = select(FollowUpRound.id).where(within(by), FollowUpRound.opens_on < first_day)
    return db.session.scalar(earlier.limit(1)) is not None


def _dates(one: FollowUpRound) -> list[RoundDate]:
    def on(day: date, what: Happening, *committees: str) -> RoundDate:
        closed = one.closed_on is not None
        return RoundDate(day, what, one.id, one.name, committees, closed)

    found = [on(one.opens_on, Happening.OPENS)]
    if one.as_of is None or one.as_of == one.due_on:
        found.append(on(one.due_on, Happening.DUE_AND_MEASURED))
    else:
        found += [on(one.due_on, Happening.DUE), on(one.as_of, Happening.MEASURED)]
    by_day: dict[tuple[date, Happening], list[str]] = {}
    for meeting in one.meetings:
        for day, what in (
            (meeting.dispatch_on, Happening.DISPATCH),
            (meeting.meets_on, Happening.MEETING),
        ):
            by_day.setdefault((day, what), []).append(meeting.committee.name)
    return found + [on(day, what, *sorted(names)) for (day, what), names in by_day.items()]
