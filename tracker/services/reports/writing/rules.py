"""What every change of a report needs: the lock, its state, and the names it goes by."""

from __future__ import annotations

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reporting import ReportKind
from tracker.extensions import db
from tracker.models import Report, ReportState, User
from tracker.services.plans.rules import mark_of
from tracker.services.reports.access import load_report


class Exists(RuleBroken):
    """The report that somebody wants to make is there already; `report_id` says which."""

    def __init__(self, message: str, report_id: int, **params: str) -> None:
        super().__init__(message, **params)
        self.report_id = report_id


def locked_report(report_id: int, *, by: User, deed: Deed = Deed.REPORT_EDIT) -> Report:
    """The report, held so that nobody else changes it before this transaction ends.

    On SQLite the transaction itself is the lock.

    Raises:
        NotFound, Forbidden.
    """
    db.session.scalar(select(Report.id).where(Report.id == report_id).with_for_update())
    # What an earlier read of this session remembers may be older than the lock.
    db.session.expire_all()
    return load_report(report_id, by=by, deed=deed)


def locked_draft(report_id: int, *, by: User) -> Report:
    """As locked_report; RuleBroken where it is a draft no longer."""
    report = locked_report(report_id, by=by)
    check_draft(report)
    return report


def check_draft(report: Report) -> None:
    """Only a draft can be changed: of the others people have read what they say."""
    if report.state is ReportState.REVIEWED:
        raise RuleBroken(
            "Rapporten är granskad. Ta tillbaka den till utkast först om något ska ändras."
        )
    if report.state is ReportState.PUBLISHED:
        raise RuleBroken(
            "Rapporten är publicerad och kan inte ändras. Gör en ny version om något ska rättas."
        )


def published_final(
    plan_id: int | None, committee_id: int | None, unit_id: int | None
) -> Report | None:
    """The last published version of the final report about a whole plan, or about the part of it;
    None while there is none."""
    whole = Report.committee_id.is_(None) & Report.unit_id.is_(None)
    part = Report.committee_id.is_not_distinct_from(committee_id)
    part &= Report.unit_id.is_not_distinct_from(unit_id)
    query = select(Report).where(
        Report.plan_id == plan_id,
        Report.kind == ReportKind.FINAL,
        Report.state == ReportState.PUBLISHED,
        whole | part,
    )
    latest = query.order_by(Report.ordinal.desc(), Report.id.desc()).limit(1)
    found: Report | None = db.session.scalar(latest)
    return found


def name_of(report: Report) -> str:
    """What a report is called in lists of what was done; the same words in every language."""
    part = report.committee or report.unit
    where = f", {part.name}" if part is not None else ""
    return f"{report.title or report.plan.title}{where} {report.as_of.isoformat()}"


def content_mark(report: Report) -> str:
    """A short mark of all that people wrote in a report; it differs where anything does."""
    texts = sorted((one.section, one.text, one.mode.value) for one in report.texts)
    return mark_of(report.title, report.record_number, report.as_of, texts)
