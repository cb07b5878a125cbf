"""Published reports' files that nobody has asked for yet, made and kept all the same."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select

from config import Config
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import Report, ReportState
from tracker.services.reports.reading import files
from tracker.services.reports.reading.formats import made
from tracker.services.reports.reading.making import Wanted

_LOG = logging.getLogger(__name__)


def keep_all(*, config: Config, now: datetime) -> tuple[str, ...]:
    """Make and keep every file that a published report lacks; gives what could not be made, as
    "report 3: pdf". Drawing takes seconds for each report."""
    published = select(Report.id).where(Report.state == ReportState.PUBLISHED).order_by(Report.id)
    reports = db.session.scalars(published).all()
    db.session.rollback()
    wanted = [file for report_id in reports for file in files.lacking(report_id)]
    return tuple(
        f"report {file.report_id}: {file.kind}"
        for file in wanted
        if not _is_kept(file, config=config, now=now)
    )


def _is_kept(file: Wanted, *, config: Config, now: datetime) -> bool:
    try:
        snapshot = files.snapshot_to_make(
            file.report_id, lambda _step: None, now=now, zone=config.timezone, locale=config.locale
        )
        files.keep(file.report_id, file.kind, made(snapshot, file.kind), now=now)
    except RuleBroken:
        _LOG.exception("the %s of report %s could not be made", file.kind, file.report_id)
        return False
    return True
