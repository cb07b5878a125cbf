"""A report as it is read: its frozen snapshot, or what a draft would say now."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from tracker.domain.calendar import local_date
from tracker.domain.reporting import ReportFacts
from tracker.models import Report, User
from tracker.services.reports.facts.gathering import ReportAsked, gather
from tracker.services.reports.reading.stored import stored
from tracker.services.reports.snapshots import Snapshot
from tracker.services.reports.writing.live import in_words
from tracker.services.reports.writing.people import signed_as
from tracker.services.reports.writing.texts import own_texts


def snapshot_of(
    report: Report,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "sv",
    municipality: str = "",
) -> Snapshot:
    """What a report says: of a draft what it would say now, else what was frozen, in which case
    the other arguments mean nothing."""
    if report.sha256 is not None:
        return stored(report).snapshot
    facts = facts_of(report, now=now, zone=zone, locale=locale, municipality=municipality)
    return told(report, facts, now=now, locale=locale)


def facts_of(
    report: Report,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "sv",
    municipality: str = "",
    signed_by: User | None = None,
) -> ReportFacts:
    """What a report is to tell of, read from the tables; `signed_by` answers for it (by default
    who began it), and `municipality` is the name that the installation goes by, where it is
    set."""
    asked = ReportAsked(
        plan_id=report.plan_id,
        kind=report.kind,
        committee_id=report.committee_id,
        unit_id=report.unit_id,
        round_id=report.round_id,
        as_of=report.as_of,
        record_number=report.record_number,
        written_on=local_date(now, zone),
        signed_by=signed_as(signed_by or report.created_by, locale),
        report_id=report.id,
        municipality=municipality,
    )
    return gather(asked, zone=zone, locale=locale)


def told(report: Report, facts: ReportFacts, *, now: datetime, locale: str) -> Snapshot:
    """The facts in words, with what people wrote in the report."""
    return in_words(
        facts,
        own_texts(report),
        now=now,
        locale=locale,
        title=report.title,
        ordinal=report.ordinal,
    )
