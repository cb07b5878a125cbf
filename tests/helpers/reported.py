"""Reports in the database, in each of their states, without composing them first."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from tests.helpers import told
from tests.helpers.cast import NOW, Cast
from tracker.domain.frozen import sha256_of
from tracker.domain.permissions import Deed, Scope
from tracker.extensions import db
from tracker.models import Report, ReportState, User
from tracker.reports.content import Heading, Paragraph
from tracker.services import journal
from tracker.services.reports.snapshots import SCHEMA, Head, Snapshot, Told, frozen

AS_OF = date(2026, 2, 28)


def snapshot(summary: str = "Tre åtgärder är genomförda.") -> Snapshot:
    """A small snapshot of Björkhaga with all of its facts."""
    facts = told.facts()
    head = Head("Uppföljning", "Tjänsteskrivelse", facts.municipality, "sv", facts.as_of)
    blocks = (Heading(1, "Sammanfattning"), Paragraph(summary))
    sections = (Told("summary", blocks),)
    return Snapshot(SCHEMA, NOW, 1, facts, head, sections, head, sections)


@cache
def frozen_text() -> str:
    """The same as it is kept."""
    return frozen(snapshot())


def draft(cast: Cast, by: User | None = None, **values: Any) -> Report:
    """A draft about the whole plan unless `values` say otherwise, saved."""
    given: dict[str, Any] = {"plan_id": cast.plan.id, "as_of": AS_OF, "created_at": NOW}
    report = Report(**{**given, **values}, created_by_id=(by or cast.director).id)
    db.session.add(report)
    db.session.commit()
    return report


def reviewed(cast: Cast, text: str = "", **values: Any) -> Report:
    """One that is frozen and waits to be published."""
    report, text = draft(cast, **values), text or frozen_text()
    with db.session.no_autoflush:
        report.state = ReportState.REVIEWED
        report.snapshot, report.sha256 = text, sha256_of(text)
        report.reviewed_at, report.reviewed_by_id = NOW, cast.director.id
    note(report, "report.review", cast)
    db.session.commit()
    return report


def published(cast: Cast, text: str = "", **values: Any) -> Report:
    """One that people read; no file of it is kept yet."""
    report = reviewed(cast, text, **values)
    with db.session.no_autoflush:
        report.state = ReportState.PUBLISHED
        report.published_at, report.published_by_id = NOW, cast.director.id
    note(report, "report.publish", cast)
    db.session.commit()
    return report


def note(report: Report, deed: str, cast: Cast) -> None:
    """The journal says what was reviewed or published, as whoever reads it checks."""
    data = {"sha256": report.sha256}
    journal.record(deed, "report", report.id, data, by=cast.director, now=NOW)


def is_reached(report: Report, scope: Scope, user: User) -> bool:
    """Whether the scope reaches a report, written anew from DESIGN's words: a draft is for those
    who work on it, what is published also for the committee that it is for."""
    if report.state is not ReportState.PUBLISHED:
        scope = user.scope(Deed.REPORT_EDIT)
    to = report.committee_id or (report.unit.committee_id if report.unit else None)
    told_all = to is None and bool(scope.committees)
    return scope.everything or report.unit_id in scope.units or to in scope.committees or told_all
