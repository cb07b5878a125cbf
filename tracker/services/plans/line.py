"""The line of decisions about a plan: adopted, followed up on which report, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from tracker.domain.reporting import ReportKind
from tracker.extensions import db
from tracker.models import ActionPlan, Committee, Decision, Report, ReportState, Unit, User
from tracker.services.reports.access import visible


@dataclass(frozen=True)
class ReportLink:
    """A published report as the line names it; `part` is its committee or unit, "" for the whole,
    and `ordinal` its version."""

    id: int
    kind: ReportKind
    part: str
    as_of: date
    ordinal: int


@dataclass(frozen=True)
class LineItem:
    """A decision, and the report that it was about where the reader may see it; or a published
    report that nobody has decided about yet (`decision` is None)."""

    day: date
    decision: Decision | None = None
    report: ReportLink | None = None


@dataclass(frozen=True)
class Line:
    """What happened to a plan, the oldest first, and its last final reports, a part each."""

    items: tuple[LineItem, ...]
    final: tuple[ReportLink, ...]


def line_of(plan: ActionPlan, *, by: User) -> Line:
    """The line of a plan whose decisions are loaded, in one query."""
    found = _published(plan, by)
    replaced = {one.replaces_id for one in found.values()}
    latest = [one for key, one in found.items() if key not in replaced]
    decided = {decision.report_id for decision in plan.decisions}
    waiting = [
        LineItem(one.published_on, None, one.link)
        for one in latest
        if decided.isdisjoint(_versions(one, found))
    ]
    told = [
        LineItem(decision.decided_on, decision, _link(found.get(decision.report_id or 0)))
        for decision in plan.decisions
    ]
    return Line(
        items=tuple(sorted([*told, *waiting], key=lambda item: item.day)),
        final=tuple(one.link for one in latest if one.link.kind is ReportKind.FINAL),
    )


@dataclass(frozen=True)
class _Found:
    link: ReportLink
    replaces_id: int | None
    published_on: date


def _published(plan: ActionPlan, by: User) -> dict[int, _Found]:
    """The plan's published reports that the reader may see, by id in the order they came."""
    # By other names, since the reader's reach asks for units as well.
    committee, unit = aliased(Committee), aliased(Unit)
    rows = db.session.execute(
        select(
            Report.id,
            Report.kind,
            Report.as_of,
            Report.ordinal,
            Report.replaces_id,
            Report.published_at,
            func.coalesce(committee.name, unit.name, "").label("part"),
        )
        .outerjoin(committee, committee.id == Report.committee_id)
        .outerjoin(unit, unit.id == Report.unit_id)
        .where(Report.plan_id == plan.id, Report.state == ReportState.PUBLISHED, visible(by))
        .order_by(Report.published_at, Report.id)
    )
    return {
        row.id: _Found(
            ReportLink(row.id, row.kind, row.part, row.as_of, row.ordinal),
            row.replaces_id,
            row.published_at.date(),
        )
        for row in rows
    }


def _versions(one: _Found, found: Mapping[int, _Found]) -> set[int]:
    """The keys of a report and of the versions before it."""
    keys: set[int] = set()
    version: _Found | None = one
    while version is not None and version.link.id not in keys:
        keys.add(version.link.id)
        version = found.get(version.replaces_id or 0)
    return keys


def _link(one: _Found | None) -> ReportLink | None:
    return one.link if one is not None else None
