"""A draft is reviewed, published or taken back; a published report is made anew."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import ReportState
from tracker.services.reports.access import load_report
from tracker.services.reports.writing import comparing, publishing, versions
from tracker.services.reports.writing import reviewing as service
from tracker.services.reports.writing.rules import Exists
from tracker.services.reports.writing.section_pages import review_page
from tracker.web.access import me, requires
from tracker.web.messages import done, refused
from tracker.web.reports.blueprint import bp
from tracker.web.reports.editing import ONE, to_report
from tracker.web.reports.files import start_making
from tracker.web.reports.forms import BackForm, SeenForm
from tracker.web.reports.labels import (
    draft_name,
    field_name,
    gap_name,
    glyphs_missing,
    part_of,
    section_name,
    value_words,
)
from tracker.web.reports.occasion import occasion


@bp.route(f"{ONE}/review", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def review(report_id: int) -> ResponseReturnValue:
    """Freeze what a draft says, once one knows what it lacks."""
    form, status = SeenForm(), 422 if request.method == "POST" else 200
    try:
        if form.validate_on_submit():
            service.review(
                report_id,
                by=me(),
                **occasion(),
                seen=form.seen.data or "",
            )
            done(_("Rapporten är granskad. Det den säger ändras inte längre."))
            return to_report(report_id)
        page = review_page(
            report_id,
            by=me(),
            **occasion(),
        )
    except RuleBroken as error:
        return to_report(report_id, error)
    form.seen.data = page.seen
    return render_template(
        "reports/review.html",
        form=form,
        page=page,
        name=draft_name(page.report),
        gap_name=gap_name,
        glyphs_missing=glyphs_missing,
        section_name=section_name,
    ), status


@bp.route(f"{ONE}/back", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def back(report_id: int) -> ResponseReturnValue:
    """Make a reviewed report a draft again."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_EDIT)
    if report.state is not ReportState.REVIEWED:
        return to_report(report_id)
    form, status = BackForm(), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            service.take_back(report_id, form.reason.data or "", by=me(), now=now())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Rapporten är ett utkast igen."))
            return to_report(report_id)
    return render_template(
        "reports/back.html", form=form, report=report, name=draft_name(report)
    ), status


@bp.route(f"{ONE}/publish", methods=["GET", "POST"])
@requires(Deed.REPORT_PUBLISH)
def publish(report_id: int) -> ResponseReturnValue:
    """Let those who are to read it read it, once one knows that it stands from then on."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_PUBLISH)
    form = SeenForm()
    if form.validate_on_submit():
        try:
            start_making(publishing.publish(report_id, form.seen.data or "", by=me(), now=now()))
        except RuleBroken as error:
            return to_report(report_id, error)
        done(_("Rapporten är publicerad."))
        return to_report(report_id)
    if report.state is not ReportState.REVIEWED:
        return to_report(report_id)
    form.seen.data = report.sha256
    return render_template(
        "reports/publish.html",
        form=form,
        report=report,
        name=draft_name(report),
        part=part_of(report),
    )


@bp.route(f"{ONE}/renew", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def renew(report_id: int) -> ResponseReturnValue:
    """Begin a new version of a published report."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_EDIT)
    if request.method == "GET":
        if report.state is not ReportState.PUBLISHED:
            return to_report(report_id)
        return render_template("reports/renew.html", report=report, name=draft_name(report))
    try:
        made = versions.renew(report_id, by=me(), now=now())
    except Exists as error:
        return to_report(error.report_id, error)
    except RuleBroken as error:
        return to_report(report_id, error)
    done(_("Utkastet till en ny version är sparat, med dina egna texter."))
    return to_report(made.id)


@bp.get(f"{ONE}/difference")
@requires(Deed.REPORT_VIEW)
def difference(report_id: int) -> ResponseReturnValue:
    """This version beside the one that it replaces."""
    page = comparing.difference_page(
        report_id,
        by=me(),
        **occasion(),
    )
    return render_template(
        "reports/difference.html",
        page=page,
        name=draft_name(page.report),
        section_name=section_name,
        field_name=field_name,
        value_words=value_words,
    )
