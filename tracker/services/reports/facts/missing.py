"""What a report lacks: told in it, and before it is published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import select

from tracker.domain.reporting import Deviation, Gap, MinutesLine, Missing, ReportRow, Why
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import DecisionKind, ReportText
from tracker.reports.logo import sound_logo
from tracker.services.letterhead import logo_png

FEW = 5
DEVIATION = "deviation:"


def gaps_of(
    rows: Sequence[ReportRow],
    deviations: Sequence[Deviation],
    decisions: Sequence[MinutesLine],
    *,
    since: date | None,
    told: Sequence[ReportRow],
    report_id: int | None,
    incomparable: bool,
    day: date,
    final: bool = False,
) -> tuple[Missing, ...]:
    """Everything that is missing on `day`; `since` is the day that the last report told of and
    `told` its rows, which may hold what was said after that day. An explanation may also be
    written in the report itself. A `final` one asks what becomes of what is left."""
    explained = _explained(report_id)
    known = {row.id: (row.said_on, row.said) for row in told}
    found = {
        Gap.NO_REPORT: [
            row for row in rows if row.open and _is_silent(row, since, known.get(row.id))
        ],
        Gap.NO_OWNER: [row for row in rows if row.open and not row.owner],
        Gap.NO_UNIT: [
            row for row in rows if not row.unit and row.status is not ActionStatus.DROPPED
        ],
        Gap.NO_EXPLANATION: list(_unexplained(deviations, explained)),
        Gap.NO_FORECAST: [one.row for one in deviations if _lacks_forecast(one, day)],
        Gap.STILL_OPEN: [row for row in rows if final and row.open and not row.taken_over_by],
    }
    counted = [_missing(gap, lacking) for gap, lacking in found.items() if lacking]
    whole = {
        Gap.NO_DECISION: not any(one.kind == DecisionKind.ADOPTED for one in decisions),
        Gap.NO_LOGO: _is_broken(logo_png()),
        Gap.NO_EFFECTS: incomparable,
    }
    return (*counted, *(Missing(gap, 1) for gap, lacks in whole.items() if lacks))


def _missing(gap: Gap, rows: Sequence[ReportRow]) -> Missing:
    return Missing(gap, len(rows), tuple(row.title for row in rows[:FEW]))


def _is_silent(row: ReportRow, since: date | None, known: tuple[date | None, str] | None) -> bool:
    """Whether nothing has been said since the last report, which told what is `known`."""
    if row.said_on is None or (since is not None and row.said_on <= since):
        return True
    return (row.said_on, row.said) == known


def _unexplained(
    deviations: Iterable[Deviation], explained: Collection[int]
) -> Iterator[ReportRow]:
    """The deviating actions of which nobody has said anything; a dropped one has its reason."""
    for one in deviations:
        if not (one.row.said or one.row.dropped_reason or one.row.id in explained):
            yield one.row


def _lacks_forecast(one: Deviation, day: date) -> bool:
    """Whether an action that is late, or not as planned, has no day to be done that is to come."""
    if not {Why.OVERDUE, Why.OFF_TRACK} & set(one.whys) or one.row.taken_over_by:
        return False
    expected = one.row.forecast or (one.row.deadline if Why.OFF_TRACK not in one.whys else None)
    return expected is None or expected <= day


def _explained(report_id: int | None) -> frozenset[int]:
    """The actions whose deviation somebody has written about in the report."""
    query = select(ReportText.section).where(
        ReportText.report_id == report_id, ReportText.section.startswith(DEVIATION)
    )
    return frozenset(
        int(number)
        for section in db.session.scalars(query)
        if (number := section.removeprefix(DEVIATION)).isdecimal()
    )


def _is_broken(logo: bytes) -> bool:
    """Whether a picture is kept that a file cannot show."""
    return bool(logo) and sound_logo(logo) is None
