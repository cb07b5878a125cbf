"""The reports that a person may read: the latest for them, what waits, and all of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reporting import Part, ReportKind
from tracker.extensions import db
from tracker.models import ActionPlan, Committee, FollowUpRound, Report, ReportState, Unit, User
from tracker.services import scope
from tracker.services.reports.access import visible, within
from tracker.services.reports.reading import files
from tracker.services.reports.reading.stored import Stored, lead_of, stored_as

WAITING_SHOWN = 20
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListedReport:
    """A report on a list; committee and unit are names, of which one at most is there.

    `title` is empty where it has the usual one, `replaced` whether a newer version is published.
    """

    id: int
    title: str
    kind: ReportKind
    plan: str
    committee: str | None
    unit: str | None
    as_of: date
    state: ReportState
    ordinal: int
    published_at: datetime | None
    sha256: str | None
    replaced: bool

    @property
    def part(self) -> Part:
        """What of the plan it is about."""
        if self.committee is not None:
            return Part.COMMITTEE
        return Part.WHOLE if self.unit is None else Part.UNIT


@dataclass(frozen=True)
class WaitingReport:
    """A report that somebody must go on with; `owners_until` is the last day on which the
    owners of its open round report, None where no round is open."""

    report: ListedReport
    owners_until: date | None


@dataclass(frozen=True)
class Latest:
    """The latest published report for somebody, and its kept files: kind → bytes."""

    report: ListedReport
    stored: Stored
    sizes: dict[str, int]

    @property
    def lead(self) -> str:
        """What it says first."""
        return lead_of(self.stored.snapshot)


@dataclass(frozen=True)
class ReportFilter:
    """What to list; None and the published ones unless said otherwise."""

    plan_id: int | None = None
    part: Part | None = None
    part_id: int | None = None
    state: ReportState = ReportState.PUBLISHED

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self != ReportFilter()


@dataclass(frozen=True)
class Choices:
    """What the reader's reports can be told apart by: (id, name) in the order of names."""

    plans: tuple[tuple[int, str], ...]
    committees: tuple[tuple[int, str], ...]
    units: tuple[tuple[int, str], ...]
    whole: bool


def latest_for(by: User) -> Latest | None:
    """The latest published report for a person, their own committee's before one of the whole;
    None where there is none that can be read.

    Raises:
        Forbidden: no role of theirs reads reports.
    """
    scope.require(by, Deed.REPORT_VIEW)
    row = db.session.execute(
        _select()
        .where(visible(by), Report.state == ReportState.PUBLISHED, ~_replaced())
        .order_by(
            Report.as_of.desc(),
            Report.committee_id.is_(None),
            Report.published_at.desc(),
            Report.id.desc(),
        )
        .limit(1)
    ).first()
    if row is None:
        return None
    listed = ListedReport(*row)
    try:
        held = stored_as(listed.id, listed.sha256 or "")
    except RuleBroken:
        # Its own page says so; nobody's first page is shut for it.
        _LOG.exception("report %s cannot be read", listed.id)
        return None
    return Latest(listed, held, files.sizes(listed.id))


def waiting_for(by: User, *, today: date) -> tuple[tuple[WaitingReport, ...], int]:
    """The first of the reports that a person works on, those nearest to done first, and how many
    there are in all; nothing for those who make none."""
    if not by.may(Deed.REPORT_EDIT):
        return (), 0
    unfinished = [within(by, Deed.REPORT_EDIT), Report.state != ReportState.PUBLISHED]
    rows = db.session.execute(
        _select(FollowUpRound.due_on, FollowUpRound.closed_on, func.count().over())
        .outerjoin(FollowUpRound, FollowUpRound.id == Report.round_id)
        .where(*unfinished)
        .order_by(Report.state.desc(), Report.as_of.desc(), Report.id.desc())
        .limit(WAITING_SHOWN)
    ).all()
    found = []
    for *columns, due_on, closed_on, _all in rows:
        is_open = due_on is not None and closed_on is None and due_on >= today
        found.append(WaitingReport(ListedReport(*columns), due_on if is_open else None))
    return tuple(found), rows[0][-1] if rows else 0


def reports_page(
    by: User, asked: ReportFilter, *, page: int, size: int, but: int | None = None
) -> tuple[tuple[ListedReport, ...], int]:
    """One page of the reports that a person may read, the latest first, and how many there are.

    `but` is left out: it stands elsewhere on the page.
    """
    scope.require(by, Deed.REPORT_VIEW)
    conditions = [visible(by), *_conditions(asked)]
    if but is not None:
        conditions.append(Report.id != but)
    total = db.session.scalar(select(func.count(Report.id)).where(*conditions)) or 0
    last = max(1, -(-total // size))
    rows = db.session.execute(
        _select()
        .where(*conditions)
        .order_by(Report.as_of.desc(), Report.id.desc())
        .limit(size)
        .offset((min(page, last) - 1) * size)
    )
    return tuple(ListedReport(*row) for row in rows), total


def choices_for(by: User) -> Choices:
    """The plans, committees and units that the person's reports are about."""
    scope.require(by, Deed.REPORT_VIEW)
    rows = db.session.execute(
        select(
            Report.plan_id,
            ActionPlan.title,
            Report.committee_id,
            Committee.name,
            Report.unit_id,
            Unit.name,
        )
        .join(ActionPlan, ActionPlan.id == Report.plan_id)
        .outerjoin(Committee, Committee.id == Report.committee_id)
        .outerjoin(Unit, Unit.id == Report.unit_id)
        .where(visible(by))
        .distinct()
    ).all()
    return Choices(
        plans=_named((row[0], row[1]) for row in rows),
        committees=_named((row[2], row[3]) for row in rows if row[2] is not None),
        units=_named((row[4], row[5]) for row in rows if row[4] is not None),
        whole=any(row[2] is None and row[4] is None for row in rows),
    )


def _named(pairs: Iterable[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    return tuple(sorted(set(pairs), key=lambda pair: (pair[1].casefold(), pair[0])))


def newer_version(report_id: int) -> int | None:
    """The key of the published report that replaces this one, if any does."""
    return db.session.scalar(
        select(Report.id).where(
            Report.replaces_id == report_id, Report.state == ReportState.PUBLISHED
        )
    )


def _replaced() -> ColumnElement[bool]:
    newer = aliased(Report)
    published = newer.state == ReportState.PUBLISHED
    return exists().where(newer.replaces_id == Report.id, published).correlate(Report)


def _select(*more: Any) -> Any:
    return (
        select(
            Report.id,
            Report.title,
            Report.kind,
            ActionPlan.title,
            Committee.name,
            Unit.name,
            Report.as_of,
            Report.state,
            Report.ordinal,
            Report.published_at,
            Report.sha256,
            _replaced(),
            *more,
        )
        .join(ActionPlan, ActionPlan.id == Report.plan_id)
        .outerjoin(Committee, Committee.id == Report.committee_id)
        .outerjoin(Unit, Unit.id == Report.unit_id)
    )


def _conditions(asked: ReportFilter) -> list[ColumnElement[bool]]:
    found = [Report.state == asked.state]
    if asked.plan_id is not None:
        found.append(Report.plan_id == asked.plan_id)
    if asked.part is Part.WHOLE:
        found += [Report.committee_id.is_(None), Report.unit_id.is_(None)]
    elif asked.part is Part.COMMITTEE:
        found.append(Report.committee_id == asked.part_id)
    elif asked.part is Part.UNIT:
        found.append(Report.unit_id == asked.part_id)
    return found
