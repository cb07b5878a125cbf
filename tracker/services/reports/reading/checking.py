"""Whether everything that was published is still as it was: every report, and every kept file."""

from __future__ import annotations

from sqlalchemy import select

from tracker.domain.errors import Unavailable
from tracker.extensions import db, only_read
from tracker.models import Report, ReportState
from tracker.services.reports.reading import files
from tracker.services.reports.reading.stored import is_as_frozen


def check_published() -> tuple[int, list[int]]:
    """Read every published report and its files: how many reports there are, and the ids of those
    that differ from what the journal says."""
    only_read()
    published = ReportState.PUBLISHED
    query = select(Report.id, Report.sha256).where(Report.state == published).order_by(Report.id)
    rows = db.session.execute(query).all()
    return len(rows), [key for key, sha256 in rows if not _is_whole(key, sha256 or "")]


def _is_whole(report_id: int, sha256: str) -> bool:
    snapshot = db.session.scalar(select(Report.snapshot).where(Report.id == report_id))
    if not is_as_frozen(report_id, ReportState.PUBLISHED, snapshot, sha256):
        return False
    try:
        for kind in files.sizes(report_id):
            files.kept(report_id, kind)
    except Unavailable:
        return False
    return True
