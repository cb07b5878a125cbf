"""Which report is asked for, and the published one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import undefer

from tracker.domain.reporting import Part, ReportKind
from tracker.extensions import db
from tracker.models import Report, ReportState


@dataclass(frozen=True)
class ReportAsked:
    """A report about a plan as it stood at the end of `as_of`: to a committee, of a unit, or of
    the whole plan (neither). `report_id` is the report that is being made, where it is kept;
    `municipality` whose it is, where the installation says so.
    """

    plan_id: int
    kind: ReportKind
    committee_id: int | None
    unit_id: int | None
    round_id: int | None
    as_of: date
    record_number: str
    written_on: date
    signed_by: str
    report_id: int | None = None
    municipality: str = ""

    @property
    def part(self) -> Part:
        """What of the plan it is about."""
        if self.committee_id is not None:
            return Part.COMMITTEE
        return Part.UNIT if self.unit_id is not None else Part.WHOLE


def previous_report(asked: ReportAsked) -> Report | None:
    """The latest published report of the same plan and part that tells of an earlier day, in its
    latest version, with its snapshot; where its part has none, the one of the whole plan; never
    one that this report is a new version of."""
    rows = db.session.execute(
        select(
            Report.id,
            Report.replaces_id,
            Report.state,
            Report.as_of,
            Report.committee_id,
            Report.unit_id,
        ).where(Report.plan_id == asked.plan_id)
    ).all()
    own = _followed(asked.report_id, {row.id: row.replaces_id for row in rows})
    published = [row for row in rows if row.state is ReportState.PUBLISHED]
    replaced = {row.replaces_id for row in published}
    same = (asked.committee_id, asked.unit_id)
    # Those of its own part come after those of the whole, so that they are taken first.
    found = [
        ((row.committee_id, row.unit_id) == same, row.as_of, row.id)
        for row in published
        if row.as_of < asked.as_of
        and (row.committee_id, row.unit_id) in (same, (None, None))
        and row.id not in own | replaced
    ]
    latest = max(found)[2] if found else None
    query = select(Report).where(Report.id == latest)
    return db.session.scalar(query.options(undefer(Report.snapshot)))


def own_versions(asked: ReportAsked) -> set[int]:
    """The report itself, and those that it replaces one after the other; nothing of one that is
    not kept."""
    if asked.report_id is None:
        return set()
    query = select(Report.id, Report.replaces_id).where(Report.plan_id == asked.plan_id)
    return _followed(
        asked.report_id, {row.id: row.replaces_id for row in db.session.execute(query)}
    )


def _followed(report_id: int | None, replaces: dict[int, int | None]) -> set[int]:
    """The report, and those that it replaces one after the other."""
    found: set[int] = set()
    while report_id is not None and report_id not in found:
        found.add(report_id)
        report_id = replaces.get(report_id)
    return found
