"""Frozen reports, read from what was kept and from nothing else."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select

from tracker.domain.errors import Unavailable
from tracker.domain.frozen import sha256_of
from tracker.domain.reporting import Section
from tracker.extensions import db
from tracker.models import Report, ReportState
from tracker.reports.content import Paragraph, plain
from tracker.services import journal
from tracker.services.reports.snapshots import Snapshot, thawed

KEPT = 8  # snapshots that are read over and over, of some megabytes each at most
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stored:
    """A snapshot that was kept, known by its hash: two of the same hash are the same."""

    sha256: str
    snapshot: Snapshot = field(compare=False, repr=False)


def lead_of(snapshot: Snapshot) -> str:
    """The first paragraph of a report's summary, in its own language; "" without one."""
    blocks = (
        block
        for section in snapshot.sections
        if section.key == Section.SUMMARY
        for block in section.blocks
    )
    return next((plain(block.text) for block in blocks if isinstance(block, Paragraph)), "")


def stored(report: Report) -> Stored:
    """What a reviewed or published report holds; a draft holds nothing.

    Raises:
        Unavailable: what is kept is not what was frozen, or this version cannot read it.
    """
    return stored_as(report.id, report.sha256 or "")


@lru_cache(maxsize=KEPT)
def stored_as(report_id: int, sha256: str) -> Stored:
    """The same by key and hash, for those who have no row at hand; the text is read and checked
    against its hash, and the hash against the journal, once per process."""
    kept = select(Report.snapshot, Report.state).where(Report.id == report_id)
    row = db.session.execute(kept).first()
    if row is None or not is_as_frozen(report_id, row.state, row.snapshot, sha256):
        _LOG.error("report %s is not what was frozen", report_id)
        raise Unavailable(
            "Rapporten stämmer inte med det som frystes när den granskades. Den visas därför "
            "inte. Säg till den som sköter driften."
        )
    return Stored(sha256, thawed(row.snapshot))


def is_as_frozen(report_id: int, state: ReportState, snapshot: object, sha256: str) -> bool:
    """Whether a snapshot has the hash that its row says, and that the journal says too.

    It is published once, so what was added to the journal afterwards counts for nothing; it may
    be reviewed several times, of which the last counts.
    """
    if not isinstance(snapshot, str) or sha256_of(snapshot) != sha256:
        return False
    if state is ReportState.PUBLISHED:
        entries = journal.said("report.publish", "report", report_id)[:1]
    else:
        entries = journal.said("report.review", "report", report_id)[-1:]
    return [one.get("sha256") for one in entries] == [sha256]
