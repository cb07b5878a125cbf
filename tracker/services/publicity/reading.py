"""What the public asks for: open plans and their published reports, and nothing else.

Nothing here looks at who asks, and no table of actions is read: the public sees what a committee
has had before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from tracker.domain.errors import NotFound
from tracker.extensions import db
from tracker.models import (
    ActionPlan,
    Committee,
    Decision,
    DecisionKind,
    JournalEntry,
    PlanPublicity,
    PlanState,
    Report,
    ReportState,
    Unit,
)
from tracker.services.publicity.settings import Shown

MOST_REPORTS = 200
_NEWEST = (Report.as_of.desc(), Report.published_at.desc(), Report.id.desc())


@dataclass(frozen=True)
class OpenPlan:
    """A plan that anybody may read of. `title` and `purpose` are as they stand, names and all;
    `changed_at` is the last time that anything about the plan or its opening was changed."""

    id: int
    title: str
    purpose: str
    starts_on: date | None
    ends_on: date | None
    closed_on: date | None
    shown: Shown
    version: int
    changed_at: datetime


@dataclass(frozen=True)
class OpenReport:
    """A published report of an open plan; `replaced_by` is the key of the version that is published
    in its stead, `part` the committee or unit, empty for the whole. `title` is its open title,
    which `titles.py` reads out of its snapshot."""

    id: int
    plan_id: int
    sha256: str
    part: str
    as_of: date
    published_at: datetime
    ordinal: int
    replaced_by: int | None
    title: str = ""


@dataclass(frozen=True)
class OpenDecision:
    """A line of the minutes about a plan."""

    kind: DecisionKind
    body: str
    decided_on: date
    section: int
    record_number: str


def open_plans() -> tuple[OpenPlan, ...]:
    """Every open plan, the one with the latest period first."""
    rows = db.session.execute(
        _plans().order_by(ActionPlan.starts_on.desc().nulls_last(), ActionPlan.id.desc())
    )
    return tuple(_plan(row) for row in rows)


def open_plan(plan_id: int) -> OpenPlan:
    """One open plan. Raises NotFound where there is none, or it is closed or no longer adopted."""
    row = db.session.execute(_plans().where(ActionPlan.id == plan_id)).one_or_none()
    if row is None:
        raise NotFound
    return _plan(row)


def _plans() -> Select[*tuple[Any, ...]]:
    changed = (
        select(func.max(JournalEntry.at))
        .where(JournalEntry.subject == "plan", JournalEntry.subject_id == ActionPlan.id)
        .scalar_subquery()
    )
    return (
        select(
            ActionPlan.id,
            ActionPlan.title,
            ActionPlan.purpose,
            ActionPlan.starts_on,
            ActionPlan.ends_on,
            ActionPlan.closed_on,
            ActionPlan.version,
            PlanPublicity.shows_actions,
            PlanPublicity.shows_deviations,
            PlanPublicity.shows_effects,
            PlanPublicity.shows_texts,
            PlanPublicity.version.label("shown_version"),
            func.coalesce(changed, PlanPublicity.opened_at).label("changed_at"),
        )
        .join(PlanPublicity, PlanPublicity.plan_id == ActionPlan.id)
        .where(ActionPlan.state == PlanState.ADOPTED)
    )


def _plan(row: Any) -> OpenPlan:
    shown = Shown(row.shows_actions, row.shows_deviations, row.shows_effects, row.shows_texts)
    return OpenPlan(
        row.id,
        row.title,
        row.purpose,
        row.starts_on,
        row.ends_on,
        row.closed_on,
        shown,
        row.version * 1000 + row.shown_version,
        row.changed_at,
    )


def decisions_of(plan_id: int) -> tuple[OpenDecision, ...]:
    """What bodies have decided about a plan, in order; what they noted is not told."""
    rows = db.session.execute(
        select(
            Decision.kind,
            Decision.body,
            Decision.decided_on,
            Decision.section,
            Decision.record_number,
        )
        .where(Decision.plan_id == plan_id)
        .order_by(Decision.decided_on, Decision.id)
    )
    return tuple(OpenDecision(*row) for row in rows)


def reports_of(plans: Sequence[int], most: int = MOST_REPORTS) -> tuple[OpenReport, ...]:
    """The published reports of these plans, whether open or not, the newest first."""
    query = _reports().where(Report.plan_id.in_(plans)).order_by(*_NEWEST).limit(most)
    return tuple(_report(row) for row in db.session.execute(query)) if plans else ()


def news_of(plans: Sequence[int], most: int) -> tuple[OpenReport, ...]:
    """Those of these plans that were published last, the latest first."""
    query = _reports().where(Report.plan_id.in_(plans))
    order = (Report.published_at.desc(), Report.id.desc())
    return tuple(_report(row) for row in db.session.execute(query.order_by(*order).limit(most)))


def newest_of(plans: Sequence[int], each: int) -> tuple[OpenReport, ...]:
    """The newest few of each of these plans, the newest first."""
    place = func.row_number().over(partition_by=Report.plan_id, order_by=_NEWEST).label("place")
    placed = (
        select(Report.id, place)
        .where(Report.plan_id.in_(plans), Report.state == ReportState.PUBLISHED)
        .subquery()
    )
    query = _reports().join(placed, placed.c.id == Report.id).where(placed.c.place <= each)
    return tuple(_report(row) for row in db.session.execute(query.order_by(*_NEWEST)))


def open_report(report_id: int) -> tuple[OpenPlan, OpenReport]:
    """A published report, with its plan that is open.

    Raises:
        NotFound: there is none; it is not published; its plan is closed to the public.
    """
    row = db.session.execute(_reports().where(Report.id == report_id)).one_or_none()
    if row is None:
        raise NotFound
    return open_plan(row.plan_id), _report(row)


def _reports() -> Select[*tuple[Any, ...]]:
    newer = aliased(Report)
    published = newer.state == ReportState.PUBLISHED
    return (
        select(
            Report.id,
            Report.plan_id,
            Report.sha256,
            func.coalesce(Committee.name, Unit.name, "").label("part"),
            Report.as_of,
            Report.published_at,
            Report.ordinal,
            newer.id.label("replaced_by"),
        )
        .outerjoin(newer, (newer.replaces_id == Report.id) & published)
        .outerjoin(Committee, Committee.id == Report.committee_id)
        .outerjoin(Unit, Unit.id == Report.unit_id)
        .where(Report.state == ReportState.PUBLISHED)
    )


def _report(row: Any) -> OpenReport:
    return OpenReport(*row)
