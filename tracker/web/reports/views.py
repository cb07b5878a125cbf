"""A report as a page: to read on a telephone in the meeting, to project, to print."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.domain.reporting import Section
from tracker.models import Report, ReportState
from tracker.services.reports import meeting_shown
from tracker.services.reports.access import load_report, may_edit
from tracker.services.reports.reading import files, listing
from tracker.services.reports.reading.stored import lead_of, stored
from tracker.services.reports.snapshots import Snapshot
from tracker.services.reports.writing.loading import snapshot_of
from tracker.services.reports.writing.section_pages import missing_in
from tracker.services.reports.writing.texts import WRITTEN_BY_HAND
from tracker.web import report_words
from tracker.web.access import me, requires
from tracker.web.reports import labels
from tracker.web.reports.blueprint import bp
from tracker.web.reports.occasion import occasion
from tracker.web.reports.telling import (
    SectionShown,
    shown,
    shown_as_kept,
    slides,
    slides_as_kept,
)

APPENDICES = (Section.CHANGES, Section.HISTORY, Section.ACTIONS)  # folded on a telephone
_ONCE_ONLY = re.compile(rb'name="csrf_token"[^>]*>|nonce="[^"]*"')


@bp.get("/<int:report_id>")
@requires(Deed.REPORT_VIEW)
def show(report_id: int) -> ResponseReturnValue:
    """The whole report; with `?view=present` one section at a time, in large letters."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_VIEW)
    if request.args.get("view") == "present":
        return _presented(report)
    snapshot, sections = _told(report)
    page = render_template(
        "reports/show.html",
        report=report,
        snapshot=snapshot,
        sections=sections,
        lead=lead_of(snapshot),
        missing=missing_in(snapshot) if report.state is ReportState.DRAFT else (),
        unwritten=_unwritten(snapshot),
        numbers=report_words.numbers_of(snapshot.facts),
        makes=may_edit(report, me()),
        newer=listing.newer_version(report.id),
        sizes=files.sizes(report.id),
        meeting=meeting_shown.after(report, by=me()),
        said=report_words,
        labels=labels,
        folded=APPENDICES,
    )
    return page if report.state is ReportState.DRAFT else _unless_known(page)


def _told(report: Report) -> tuple[Snapshot, tuple[SectionShown, ...]]:
    """What a frozen report says, from what was kept of it; what a draft would say now."""
    if report.state is not ReportState.DRAFT:
        held = stored(report)
        return held.snapshot, shown_as_kept(held)
    snapshot = _as_of_now(report)
    return snapshot, shown(snapshot)


def _screens(report: Report) -> tuple[Snapshot, tuple[SectionShown, ...]]:
    """The same, a screen at a time."""
    if report.state is not ReportState.DRAFT:
        held = stored(report)
        return held.snapshot, slides_as_kept(held)
    snapshot = _as_of_now(report)
    return snapshot, slides(snapshot)


def _as_of_now(draft: Report) -> Snapshot:
    return snapshot_of(draft, **occasion())


def _unwritten(snapshot: Snapshot) -> tuple[Section, ...]:
    """The sections that only people can write, of which nobody has written."""
    written = {section.key for section in snapshot.sections if section.own}
    return tuple(one for one in WRITTEN_BY_HAND if one not in written)


def _presented(report: Report) -> ResponseReturnValue:
    """One screen of it: the first is the title with the numbers."""
    snapshot, sections = _screens(report)
    asked: Any = request.args.get("at", 0, type=int)
    at = min(max(asked, 0), len(sections))
    return render_template(
        "reports/present.html",
        report=report,
        snapshot=snapshot,
        sections=sections,
        at=at,
        section=sections[at - 1] if at else None,
        numbers=report_words.numbers_of(snapshot.facts),
        said=report_words,
    )


def _unless_known(page: str) -> Response:
    """The page, or 304 for a browser that has the very same; no browser keeps it for others. The
    token of its forms and the nonce of its scripts differ each time and count for nothing."""
    response = make_response(page)
    response.set_etag(hashlib.sha256(_ONCE_ONLY.sub(b"", response.get_data())).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)
    return response
