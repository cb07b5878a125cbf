"""Published reports as files: kept as they were made, and given out only as they were kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import LargeBinary, cast, func, or_, select
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import NotFound, Unavailable
from tracker.extensions import db, only_read
from tracker.models import Action, JournalEntry, Report, ReportFile, ReportState
from tracker.services import journal
from tracker.services.plans.rules import mark_of
from tracker.services.reports.reading.making import Step, Wanted, wanted
from tracker.services.reports.reading.stored import stored
from tracker.services.reports.snapshots import Snapshot
from tracker.services.reports.writing.loading import facts_of, told
from tracker.services.reports.writing.rules import content_mark, name_of

KINDS = ("pdf", "docx", "xlsx", "csv", "json")
_LOG = logging.getLogger(__name__)


def kept(report_id: int, kind: str) -> bytes | None:
    """The file of that kind, if it is kept.

    Raises:
        Unavailable: the bytes are not those that were kept.
    """
    # A column of SQLite may hold text, whatever it was made for.
    content = db.session.scalar(
        select(cast(ReportFile.content, LargeBinary)).where(
            ReportFile.report_id == report_id, ReportFile.kind == kind
        )
    )
    if content is None:
        return None
    entries = journal.said("report.keep", "report", report_id)
    noted = [one.get("sha256") for one in entries if one.get("kind") == kind]
    if noted[:1] != [hashlib.sha256(content).hexdigest()]:
        _LOG.error("the %s of report %s is not what was kept", kind, report_id)
        raise Unavailable(
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


def keep(report_id: int, kind: str, content: bytes, *, now: datetime) -> bytes:
    """Keep a file of a published report for ever; gives what is kept, which is somebody else's
    work where two made it at once. A report that is not published keeps nothing."""
    report = db.session.get(Report, report_id)
    if report is None or report.state is not ReportState.PUBLISHED:
        return content
    try:
        _add(report, kind, content, now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return kept(report_id, kind) or content
    return content


def asked_file(report: Report, kind: str, *, today: date) -> Wanted:
    """The file that somebody asks for; of a draft, as what people have written in it and done to
    its plan by today has made it."""
    if report.state is not ReportState.DRAFT:
        return wanted(report, kind)
    actions = select(Action.id).where(Action.plan_id == report.plan_id)
    done = JournalEntry.subject, JournalEntry.subject_id
    latest = db.session.scalar(
        select(func.max(JournalEntry.id)).where(
            or_(
                (done[0] == "action") & done[1].in_(actions),
                (done[0] == "plan") & (done[1] == report.plan_id),
                (done[0] == "round") & (done[1] == report.round_id),
            )
        )
    )
    return wanted(report, kind, mark_of(content_mark(report), today, latest))


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
    municipality: str = "",
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
        facts = facts_of(report, now=now, zone=zone, locale=locale, municipality=municipality)
        tell(Step.WRITING)
        found = told(report, facts, now=now, locale=locale)
    db.session.rollback()
    return found


def _add(report: Report, kind: str, content: bytes, now: datetime) -> None:
    """Add a file, and note in the journal what it is: that tells whether it is the same later."""
    sha256 = hashlib.sha256(content).hexdigest()
    values = {"kind": kind, "sha256": sha256, "size": len(content)}
    db.session.add(ReportFile(report_id=report.id, content=content, **values))
    note = {"report": name_of(report), "kind": kind, "sha256": sha256}
    # The file goes before the note, or two who keep the same one could wait for each other.
    db.session.flush()
    journal.record("report.keep", "report", report.id, note, by=None, now=now)
