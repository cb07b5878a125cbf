"""Who reads a report, and under which number: what the minutes about its plan say already."""

from __future__ import annotations

from sqlalchemy import Select, select

from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import ActionPlan, Committee, Decision, DecisionKind, Report, Unit


def reading_committee(report: Report) -> Committee | None:
    """The committee that a report goes to: its own, that of its unit, or of the whole plan the one
    that adopted it; None where none is known."""
    return reader_of(report.plan_id, report.committee_id, report.unit_id)


def reader_of(plan_id: int, committee_id: int | None, unit_id: int | None) -> Committee | None:
    """The same for a report that is to be, in one query, or two of the whole plan."""
    if unit_id is not None:
        query = select(Committee).join(Unit, Unit.committee_id == Committee.id)
        return db.session.scalar(query.where(Unit.id == unit_id))
    if committee_id is not None:
        return db.session.get(Committee, committee_id)
    return committee_called(adopted_by(plan_id))


def adopted_by(plan_id: int) -> str:
    """The body that adopted the plan, empty while none has."""
    return db.session.scalar(_adoption(plan_id).with_only_columns(Decision.body)) or ""


def committee_called(body: str) -> Committee | None:
    """The committee of that name, as minutes write it."""
    wanted = fold(body)
    if not wanted:
        return None
    every = db.session.scalars(select(Committee))
    return next((one for one in every if fold(one.name) == wanted), None)


def record_number_of(plan: ActionPlan) -> str:
    """The record number under which the plan was adopted; empty where the minutes have none."""
    return db.session.scalar(_adoption(plan.id).with_only_columns(Decision.record_number)) or ""


def _adoption(plan_id: int) -> Select[Decision]:
    return (
        select(Decision)
        .where(Decision.plan_id == plan_id, Decision.kind == DecisionKind.ADOPTED)
        .order_by(Decision.decided_on.desc(), Decision.id.desc())
        .limit(1)
    )
