"""Frozen reports, read from what was kept and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.frozen import sha256_of
from tracker.domain.reporting import Section
from tracker.extensions import db
from tracker.models import Report
from tracker.reports.content import Paragraph, plain
from tracker.services.reports.snapshots import Snapshot, thawed

KEPT = 8  # snapshots that are read over and over, of some megabytes each at most


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
        RuleBroken: what is kept is not what was frozen, or this version cannot read it.
    """
    return stored_as(report.id, report.sha256 or "")


@lru_cache(maxsize=KEPT)
def stored_as(report_id: int, sha256: str) -> Stored:
    """The same by key and hash, for those who have no row at hand; the text is read and checked
    against its hash once per process."""
    text = db.session.scalar(select(Report.snapshot).where(Report.id == report_id))
    if text is None or sha256_of(text) != sha256:
        raise RuleBroken(
            "Rapporten stämmer inte med det som frystes när den granskades. Den visas därför "
            "inte. Säg till den som sköter driften."
        )
    return Stored(sha256, thawed(text))
