"""The calendar of a year: every date of its rounds, and of the meetings that read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.permissions import Deed
from tracker.domain.rounds import (
    AHEAD_DAYS,
    LONGEST_DAYS,
    MEETS_WITHIN_DAYS,
    Suggestion,
    do_meet,
    still_usual,
    usual_of,
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
    CLOSED = "closed"
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
    """The dates of a year in their order, the usual rounds that it still lacks, the years beside it
    (None where there is nothing to turn to), and (id, name) of the rounds to come that no committee
    meets about, for who may add meetings."""

    year: int
    dates: tuple[RoundDate, ...]
    lacks: tuple[Suggestion, ...]
    before: int | None
    after: int | None
    unread: tuple[tuple[int, str], ...] = ()

    def coming(self, today: date) -> RoundDate | None:
        """The next date of a round that still goes on."""
        ahead = (one for one in self.dates if one.on >= today and not _is_over(one))
        return next(ahead, None)


def _is_over(one: RoundDate) -> bool:
    return one.closed and one.what not in (Happening.DISPATCH, Happening.MEETING)


@dataclass(frozen=True)
class NotOffered:
    """A usual round of a year that cannot be added: the round in its way, or the first day on which
    it can be added where it lies too far ahead."""

    usual: Suggestion
    meets: tuple[str, date, date] | None = None
    not_before: date | None = None


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
    rows = list(db.session.scalars(query))
    found = [one for row in rows for one in _dates(row)]
    order = list(Happening)
    dates = sorted(
        (one for one in found if one.on.year == year),
        key=lambda one: (one.on, order.index(one.what), one.round_id),
    )
    manages = by.may(Deed.ROUND_MANAGE)
    return RoundYear(
        year,
        tuple(dates),
        lacking(year, today=today) if manages else (),
        year - 1 if _anything_before(first_day, by) else None,
        year + 1 if year < last else None,
        _unread(rows, year, today) if manages else (),
    )


def _unread(rows: Iterable[FollowUpRound], year: int, today: date) -> tuple[tuple[int, str], ...]:
    return tuple(
        (one.id, one.name)
        for one in rows
        if not one.meetings
        and one.closed_on is None
        and one.due_on >= today
        and year in (one.opens_on.year, one.due_on.year)
    )


def lacking(year: int, *, today: date) -> tuple[Suggestion, ...]:
    """The usual rounds of the year that lie ahead and would meet none of those there are."""
    taken = [span for one in rules.same_actions(None) if (span := rules.span_of(one))]
    return still_usual(year, today, taken)


def not_offered(year: int, *, today: date) -> tuple[NotOffered, ...]:
    """The usual rounds of the year that cannot be added though they lie ahead and are not there."""
    rounds = [(one, span) for one in rules.same_actions(None) if (span := rules.span_of(one))]
    found = []
    for usual in usual_of(year):
        days = (usual.opens_on, usual.due_on)
        ways = [(one, span) for one, span in rounds if do_meet(days, span)]
        if usual.due_on <= today or any(one.kind is usual.kind for one, _ in ways):
            continue
        early = usual.due_on - timedelta(days=AHEAD_DAYS)
        if ways:
            found.append(NotOffered(usual, meets=(ways[0][0].name, *ways[0][1])))
        elif early > today:
            found.append(NotOffered(usual, not_before=early))
    return tuple(found)


def _anything_before(first_day: date, by: User) -> bool:
    earlier = select(FollowUpRound.id).where(within(by), FollowUpRound.opens_on < first_day)
    return db.session.scalar(earlier.limit(1)) is not None


def _dates(one: FollowUpRound) -> list[RoundDate]:
    def on(day: date, what: Happening, *committees: str) -> RoundDate:
        closed = one.closed_on is not None
        return RoundDate(day, what, one.id, one.name, committees, closed)

    found = [on(one.opens_on, Happening.OPENS)]
    if one.closed_on is not None and one.closed_on < one.due_on:
        # Nobody need answer by the last day any more.
        found.append(on(one.closed_on, Happening.CLOSED))
        found += [on(one.as_of, Happening.MEASURED)] if one.as_of else []
    elif one.as_of is None or one.as_of == one.due_on:
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
