"""A reviewed report is published, exactly as it was read, and stands from then on."""

from __future__ import annotations

from datetime import datetime

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Report, ReportState, User
from tracker.services import journal
from tracker.services.reports.reading.stored import is_as_frozen
from tracker.services.reports.writing import rules


def publish(report_id: int, seen_sha256: str, *, by: User, now: datetime) -> Report:
    """Publish the snapshot that has the hash `seen_sha256`; once more does no harm.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is a draft, or was reviewed anew since it was read.
    """
    report = rules.locked_report(report_id, by=by, deed=Deed.REPORT_PUBLISH)
    is_new = report.state is not ReportState.PUBLISHED
    _check_seen(report, seen_sha256)
    if is_new:
        report.state = ReportState.PUBLISHED
        report.published_at, report.published_by_id = now, by.id
        data = {"report": rules.name_of(report), "sha256": report.sha256}
        journal.record("report.publish", "report", report.id, data, by=by, now=now)
    db.session.commit()
    return report


def _check_seen(report: Report, seen_sha256: str) -> None:
    if report.state is ReportState.DRAFT:
        raise RuleBroken(
            "Rapporten är ett utkast. Läs igenom den och godkänn den innan den publiceras."
        )
    if report.sha256 != seen_sha256:
        raise RuleBroken(
            "Rapporten har granskats på nytt sedan du läste den. Läs igenom den igen, så att du "
            "vet vad du publicerar."
        )
    if report.state is ReportState.REVIEWED and not is_as_frozen(
        report.id, report.state, report.snapshot, seen_sha256
    ):
        raise RuleBroken(
            "Rapporten är inte längre som när den granskades. Ta tillbaka den till utkast och "
            "granska den igen."
        )
