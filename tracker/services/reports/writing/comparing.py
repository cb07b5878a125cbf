"""A version of a report beside the one that it replaces, for those who may read both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.permissions import Deed
from tracker.models import Report, User
from tracker.services.reports.access import load_report
from tracker.services.reports.writing.loading import snapshot_of
from tracker.services.reports.writing.versions import Difference, difference


@dataclass(frozen=True)
class DifferencePage:
    """A version, the one before it, and what differs; both are None of the first version."""

    report: Report
    before: Report | None
    found: Difference | None


def difference_page(
    report_id: int,
    *,
    by: User,
    now: datetime,
    zone: ZoneInfo,
    locale: str,
    municipality: str = "",
) -> DifferencePage:
    """What a version says otherwise than the one that it replaces.

    Raises:
        NotFound, Forbidden.
        RuleBroken: one of them is kept in a way that cannot be read.
    """
    report = load_report(report_id, by=by, deed=Deed.REPORT_VIEW)
    if report.replaces_id is None:
        return DifferencePage(report, None, None)
    before = load_report(report.replaces_id, by=by, deed=Deed.REPORT_VIEW)
    old, new = (
        snapshot_of(one, now=now, zone=zone, locale=locale, municipality=municipality)
        for one in (before, report)
    )
    return DifferencePage(report, before, difference(old, new))
