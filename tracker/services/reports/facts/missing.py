"""What a report lacks: told in it, and before it is published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import select

from tracker.domain.reporting import Deviation, Gap, MinutesLine, Missing, ReportRow
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
    report_id: int | None,
    incomparable: bool,
) -> tuple[Missing, ...]:
    """Everything that is missing, in the order of Gap; `since` is the day that the last report
    told of. An explanation may also be written in the report itself."""
    explained = _explained(report_id)
    found = {
        Gap.NO_REPORT: [row for row in rows if row.open and _is_silent(row, since)],
        Gap.NO_OWNER: [row for row in rows if row.open and not row.owner],
        Gap.NO_UNIT: [
            row for row in rows if not row.unit and row.status is not ActionStatus.DROPPED
        ],
        Gap.NO_EXPLANATION: list(_unexplained(deviations, explained)),
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


def _is_silent(row: ReportRow, since: date | None) -> bool:
    return row.said_on is None or (since is not None and row.said_on <= since)


def _unexplained(
    deviations: Iterable[Deviation], explained: Collection[int]
) -> Iterator[ReportRow]:
    """The deviating actions of which nobody has said anything; a dropped one has its reason."""
    for one in deviations:
        if not (one.row.said or one.row.dropped_reason or one.row.id in explained):
            yield one.row


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
