"""Reports as rows, for what only needs that they are there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.helpers.cast import NOW, TODAY, Cast
from tests.helpers.reported import frozen_text, note
from tracker.domain.frozen import sha256_of
from tracker.extensions import db
from tracker.models import Report, ReportState


def add_report(cast: Cast, **values: Any) -> Report:
    """A published report about the cast's plan, to its committee unless `values` say otherwise."""
    parts = {} if {"unit_id", "whole"} & set(values) else {"committee_id": cast.committee.id}
    values.pop("whole", None)
    given: dict[str, Any] = {
        "plan_id": cast.plan.id,
        "as_of": TODAY - timedelta(days=15),
        "state": ReportState.PUBLISHED,
        "created_at": NOW,
        "created_by_id": cast.director.id,
        **parts,
        **values,
    }
    if given["state"] is not ReportState.DRAFT:
        seen = {"reviewed_at": NOW, "reviewed_by_id": cast.director.id}
        given = {"snapshot": frozen_text(), "sha256": sha256_of(frozen_text()), **seen, **given}
    if given["state"] is ReportState.PUBLISHED:
        given = {"published_at": NOW, "published_by_id": cast.director.id, **given}
    report = Report(**given)
    db.session.add(report)
    db.session.flush()
    if report.sha256 is not None:
        note(report, "report.review", cast)
    if report.state is ReportState.PUBLISHED:
        note(report, "report.publish", cast)
    db.session.commit()
    return report


def published_on(day: date) -> datetime:
    """Noon of a day."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=NOW.tzinfo)
