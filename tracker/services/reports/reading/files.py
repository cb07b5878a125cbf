"""Published reports as files: kept as they were made, and given out only as they were kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import NotFound, RuleBroken
from tracker.extensions import db, only_read
from tracker.models import Report, ReportFile, ReportState
from tracker.services.reports.reading.formats import made
from tracker.services.reports.reading.making import Step, Wanted, wanted
from tracker.services.reports.reading.stored import stored
from tracker.services.reports.snapshots import Snapshot
from tracker.services.reports.writing.loading import facts_of, told

KINDS = ("pdf", "docx", "xlsx", "csv", "json")


def kept(report_id: int, kind: str) -> bytes | None:
    """The file of that kind, if it is kept.

    Raises:
        RuleBroken: the bytes are not those that were kept.
    """
    row = db.session.execute(
        select(ReportFile.content, ReportFile.sha256).where(
            ReportFile.report_id == report_id, ReportFile.kind == kind
        )
    ).first()
    if row is None:
        return None
    content, sha256 = row
    if hashlib.sha256(content).hexdigest() != sha256:
        raise RuleBroken(
            "Filen är inte längre den som sparades när rapporten publicerades, och lämnas därför "
            "inte ut. Läs rapporten på sidan eller i ett annat format, och säg till den som "
            "sköter driften."
        )
    return bytes(content)


def sizes(report_id: int) -> dict[str, int]:
    """The kept files of a report: kind → bytes."""
    rows = db.session.execute(
        select(ReportFile.kind, ReportFile.size).where(ReportFile.report_id == report_id)
    )
    return {row.kind: row.size for row in rows}


def keep(report_id: int, kind: str, content: bytes) -> bytes:
    """Keep a file of a published report for ever; gives what is kept, which is somebody else's
    work where two made it at once. A report that is not published keeps nothing."""
    if not _is_published(report_id):
        return content
    db.session.add(_row(report_id, kind, content))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return kept(report_id, kind) or content
    return content


def keep_all(
    report_id: int, snapshot: Snapshot, progress: Callable[[int, int], None] | None = None
) -> None:
    """Make and keep every file of a published report that is not kept yet.

    `progress` is told (made, of) before each and at the end.
    """
    lacking = [kind for kind in KINDS if kind not in sizes(report_id)]
    tell = progress or (lambda _made, _of: None)
    for number, kind in enumerate(lacking):
        tell(number, len(lacking))
        db.session.add(_row(report_id, kind, made(snapshot, kind)))
    tell(len(lacking), len(lacking))
    db.session.commit()


def lacking(report_id: int) -> tuple[Wanted, ...]:
    """The files of a published report that are not kept yet."""
    only_read()
    report = db.session.get(Report, report_id)
    if report is None or report.state is not ReportState.PUBLISHED:
        return ()
    known = sizes(report_id)
    return tuple(wanted(report, kind) for kind in KINDS if kind not in known)


def snapshot_to_make(
    report_id: int,
    tell: Callable[[Step], None],
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str,
) -> Snapshot:
    """What a file is made of; `tell` hears how far it has come. Drawing takes long, so nobody is
    kept from the database meanwhile.

    Raises:
        NotFound: the report was removed.
    """
    only_read()
    report = db.session.get(Report, report_id)
    if report is None:
        raise NotFound
    if report.sha256 is not None:
        found = stored(report).snapshot
    else:
        facts = facts_of(report, now=now, zone=zone)
        tell(Step.WRITING)
        found = told(report, facts, now=now, locale=locale)
    db.session.rollback()
    return found


def _is_published(report_id: int) -> bool:
    state = db.session.scalar(select(Report.state).where(Report.id == report_id))
    return state is ReportState.PUBLISHED


def _row(report_id: int, kind: str, content: bytes) -> ReportFile:
    digest = hashlib.sha256(content).hexdigest()
    return ReportFile(
        report_id=report_id, kind=kind, content=content, sha256=digest, size=len(content)
    )
