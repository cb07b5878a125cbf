"""What does not follow the plan, and what has happened since the last report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from tracker.domain.reporting import (
    Change,
    Changes,
    Deviation,
    Move,
    Promise,
    ReportRow,
    Tally,
    Why,
)
from tracker.domain.statuses import ActionStatus, Health


def tally_of(rows: Iterable[ReportRow], day: date) -> Tally:
    """How many there are of each kind at the end of `day`; without an owner only the open ones
    count."""
    every = list(rows)
    kept = [row for row in every if row.status is not ActionStatus.DROPPED]

    def of(status: ActionStatus) -> int:
        return sum(row.status is status for row in every)

    return Tally(
        total=len(kept),
        reached=sum(row.reached for row in kept),
        verified=of(ActionStatus.VERIFIED),
        ongoing=of(ActionStatus.ONGOING),
        planned=of(ActionStatus.PLANNED),
        paused=of(ActionStatus.PAUSED),
        dropped=of(ActionStatus.DROPPED),
        overdue=sum(row.overdue(day) for row in kept),
        ownerless=sum(row.open and not row.owner for row in kept),
    )


def deviations_of(
    rows: Iterable[ReportRow], *, day: date, since: date | None
) -> tuple[Deviation, ...]:
    """The actions that do not follow the plan at the end of `day`, the most late first.

    A dropped one is told once: when it was dropped after the last report, which told of the day
    `since`; where there is no last report, when it was dropped within a year.
    """
    told_from = since if since is not None else year_before(day)
    found = [
        Deviation(row, whys, row.days_late(day))
        for row in rows
        if (whys := tuple(_whys(row, day, told_from)))
    ]
    return tuple(sorted(found, key=lambda one: (-one.days_late, *_place(one.row))))


def year_before(day: date) -> date:
    """The same day a year earlier; of a leap day, the last of February."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def _whys(row: ReportRow, day: date, told_from: date) -> Iterator[Why]:
    """The gravest first."""
    if row.overdue(day):
        yield Why.OVERDUE
    if row.open and row.health is Health.OFF_TRACK:
        yield Why.OFF_TRACK
    if row.open and row.forecast is not None and row.forecast > row.deadline:
        yield Why.LATE_FORECAST
    if row.status is ActionStatus.PAUSED:
        yield Why.PAUSED
    if row.status is ActionStatus.DROPPED and row.dropped_on and row.dropped_on > told_from:
        yield Why.DROPPED


def _place(row: ReportRow) -> tuple[date, str, int]:
    return row.deadline, row.title, row.id


def changes_between(
    before_rows: Sequence[ReportRow], now_rows: Sequence[ReportRow], *, since: date, day: date
) -> Changes:
    """What happened between two reports: of each move, the earliest deadline first.

    An action may have moved in more than one way: reopened and delayed, or new and done. A
    promise is what was open then with a deadline no later than `day`, but for what is still to be
    done on the day itself.
    """
    before = {row.id: row for row in before_rows}
    now = {row.id: row for row in now_rows}
    changes = [
        Change(move, before.get(key), now.get(key))
        for key in before.keys() | now.keys()
        for move in _moves(before.get(key), now.get(key))
    ]
    order = list(Move)
    promised = sorted(
        (
            row
            for row in before_rows
            if row.open and row.deadline <= day and not _due_on(day, now.get(row.id))
        ),
        key=_place,
    )
    return Changes(
        since,
        tuple(sorted(changes, key=lambda one: (order.index(one.move), *_place_of(one)))),
        tuple(Promise(row, now.get(row.id)) for row in promised),
    )


def _due_on(day: date, row: ReportRow | None) -> bool:
    return row is not None and row.open and row.deadline == day


def _place_of(change: Change) -> tuple[date, str, int]:
    row = change.now or change.before
    assert row is not None  # noqa: S101 - a change has at least one side
    return _place(row)


def _moves(before: ReportRow | None, now: ReportRow | None) -> Iterator[Move]:
    if now is None:
        # What was dropped already has nothing left to leave with.
        if before is not None and before.status is not ActionStatus.DROPPED:
            yield Move.LEFT
        return
    if before is None:
        yield Move.NEW
    if now.reached and not (before and before.reached):
        yield Move.DONE
    if now.status is ActionStatus.DROPPED and not _was(before, ActionStatus.DROPPED):
        yield Move.DROPPED
    if before is not None and now.open:
        if not before.open:
            yield Move.REOPENED
        if moved := _moved(before, now):
            yield moved


def _was(row: ReportRow | None, status: ActionStatus) -> bool:
    return row is not None and row.status is status


def _moved(before: ReportRow, now: ReportRow) -> Move | None:
    """Whether the deadline, or the day on which it is expected to be done, has moved. A delay of
    either is not made up for by the other."""
    days = [
        (now.deadline - before.deadline).days,
        ((now.forecast or now.deadline) - (before.forecast or before.deadline)).days,
    ]
    if max(days) > 0:
        return Move.DELAYED
    return Move.EARLIER if min(days) < 0 else None
