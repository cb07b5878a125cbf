"""A draft is reviewed: what it says is frozen, until it is published or taken back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.errors import RuleBroken
from tracker.domain.frozen import sha256_of
from tracker.extensions import db
from tracker.models import Report, ReportState, User
from tracker.services import journal
from tracker.services.actions.rules import check_length, paragraphs
from tracker.services.reports.snapshots import frozen
from tracker.services.reports.writing import rules
from tracker.services.reports.writing.loading import facts_of, told

REASON_MAX = 1_000


def review(
    report_id: int,
    *,
    by: User,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "sv",
    municipality: str = "",
    seen: str | None = None,
) -> Report:
    """Freeze what a draft says now. `seen` is the `content_mark` of what the reviewer read; None
    takes whatever stands there.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is no draft, or somebody wrote in it since it was read.
    """
    report = rules.locked_draft(report_id, by=by)
    if seen is not None and seen != rules.content_mark(report):
        raise RuleBroken(
            "Någon har ändrat i rapporten sedan du läste den. Läs igenom den igen, så att du vet "
            "vad du godkänner."
        )
    facts = facts_of(
        report, now=now, zone=zone, locale=locale, municipality=municipality, signed_by=by
    )
    text = frozen(told(report, facts, now=now, locale=locale))
    report.snapshot, report.sha256 = text, sha256_of(text)
    report.reviewed_at, report.reviewed_by_id = now, by.id
    report.state = ReportState.REVIEWED
    data = {"report": rules.name_of(report), "sha256": report.sha256}
    journal.record("report.review", "report", report.id, data, by=by, now=now)
    db.session.commit()
    return report


def take_back(report_id: int, reason: str = "", *, by: User, now: datetime) -> Report:
    """Make a reviewed report a draft again; what was frozen is dropped, what people wrote stays.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it is a draft already, or published, or the reason is too long.
    """
    report = rules.locked_report(report_id, by=by)
    if report.state is ReportState.DRAFT:
        raise RuleBroken("Rapporten är redan ett utkast.")
    if report.state is ReportState.PUBLISHED:
        rules.check_draft(report)
    reason = paragraphs(reason)
    check_length(reason, "reason", REASON_MAX)
    data = {"report": rules.name_of(report), "sha256": report.sha256, "reason": reason}
    report.snapshot = report.sha256 = None
    report.reviewed_at = report.reviewed_by_id = None
    report.state = ReportState.DRAFT
    journal.record("report.take_back", "report", report.id, data, by=by, now=now)
    db.session.commit()
    return report
