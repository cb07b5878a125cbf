"""A report begins, gets its head and its texts, and may be thrown away."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reporting import ReportKind, Section
from tracker.services.reports.access import load_report
from tracker.services.reports.snapshots import Told
from tracker.services.reports.writing import drafting, offering, rules, section_pages, texts
from tracker.services.reports.writing.rules import Exists
from tracker.web.access import me, requires
from tracker.web.fields import a_key, known
from tracker.web.local import today
from tracker.web.messages import done, refused, tell
from tracker.web.reports.blueprint import bp
from tracker.web.reports.forms import (
    EditHeadForm,
    NewReportForm,
    SectionForm,
    about_form,
    about_texts,
    show_about,
)
from tracker.web.reports.labels import draft_name, part_key, section_name
from tracker.web.reports.occasion import language, occasion
from tracker.web.reports.telling import shown_section

ONE = "/<int:report_id>"


def to_report(report_id: int, error: RuleBroken | None = None, place: str = "") -> Response:
    """Back to the report, where it says what went wrong."""
    if error is not None:
        tell(error)
    return redirect(
        url_for("reports.show", report_id=report_id, _anchor=f"del-{place}" if place else None)
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def new() -> ResponseReturnValue:
    """A draft; from a round everything is filled in."""
    form = NewReportForm()
    form.offer(offering.choices(by=me(), today=today()))
    status, there = (422 if form.is_submitted() else 200), None
    if form.validate_on_submit():
        try:
            report = drafting.create_report(form.wording(), by=me(), now=now(), today=today())
        except RuleBroken as error:
            status = refused(form, error)
            there = error.report_id if isinstance(error, Exists) else None
        else:
            done(_("Utkastet är sparat. Läs igenom det och skriv det som bara du vet."))
            return to_report(report.id)
    elif not form.is_submitted():
        _fill_in(form)
    shown = () if form.is_submitted() else offering.usual(by=me(), today=today())
    return render_template("reports/new.html", form=form, usual=shown, there=there), status


def _fill_in(form: NewReportForm) -> None:
    """What the address asks for, else the usual."""
    asked = {
        name: known(a_key)(request.args.get(name))
        for name in ("plan", "round", "committee", "unit")
    }
    start = offering.begun_from(asked["round"], by=me(), today=today())
    if start is not None:
        form.plan_id.data, form.round_id.data = start.plan_id, start.round_id
        form.as_of.data = start.as_of
    if asked["plan"] is not None:
        form.plan_id.data = asked["plan"]
    form.record_number.data = offering.record_number(form.plan_id.data, by=me())
    if request.args.get("kind") == ReportKind.FINAL:
        form.kind.data = ReportKind.FINAL.value
    wanted = part_key(asked["committee"], asked["unit"])
    parts = [choice.value for choice in form.part.choices if choice.value]
    form.part.data = wanted if wanted in parts else (parts[0] if len(parts) == 1 else "")


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def edit(report_id: int) -> ResponseReturnValue:
    """Change what stands on top of a draft; the loser of a race sees both versions."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_EDIT)
    form = EditHeadForm(data=drafting.head_values(report))
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    try:
        rules.check_draft(report)
    except RuleBroken as error:
        return to_report(report_id, error)
    if form.validate_on_submit():
        try:
            drafting.change_head(
                report_id, form.head(), form.version.data or 0, by=me(), now=now(), today=today()
            )
        except Conflict as conflict:
            status, theirs = 409, conflict.current
            answer = {"conflict": form.beside(theirs), "saved_by": theirs["saved_by"]}
            form.version.raw_data, form.version.data = None, theirs["version"]
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Ändringarna är sparade."))
            return to_report(report_id)
    return render_template(
        "reports/edit.html", form=form, report=report, name=draft_name(report), **answer
    ), status


@bp.route(f"{ONE}/sections/<key>", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def section(report_id: int, key: str) -> ResponseReturnValue:
    """What the data say in a section, and what one writes oneself."""
    if key.startswith(texts.DEVIATION):
        return _to_deviation(report_id, key)
    try:
        page = section_pages.section_page(
            report_id,
            key,
            by=me(),
            **occasion(),
        )
    except RuleBroken as error:
        return to_report(report_id, error, key)
    form = about_form(page.deviations)
    form.offer()
    answer: dict[str, Any] = {"theirs": {}}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _save(page, form)
        except Conflict as conflict:
            status, answer = 409, {"theirs": _take_over(form, conflict.current)}
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Texten är sparad."))
            return to_report(report_id, place=key)
    elif not form.is_submitted():
        form.show(page)
        show_about(form, page.deviations)
    answer["by_hand"] = page.section in texts.WRITTEN_BY_HAND
    told = shown_section(Told(key, page.blocks)).html if page.blocks else ""
    shown = {"name": draft_name(page.report), "label": section_name(key), "told": told, **answer}
    return render_template(
        "reports/section.html", form=form, page=page, language=language(), **shown
    ), status


def _to_deviation(report_id: int, key: str) -> ResponseReturnValue:
    report = load_report(report_id, by=me(), deed=Deed.REPORT_EDIT)
    texts.check_section(report, key)
    place = f"about_{key.removeprefix(texts.DEVIATION)}"
    target = url_for("reports.section", report_id=report_id, key=Section.DEVIATIONS.value)
    return redirect(f"{target}#{place}")


def _save(page: section_pages.SectionPage, form: SectionForm) -> None:
    wanted = {
        page.section.value: (form.own(), form.seen.data or ""),
        **about_texts(form, page.deviations),
    }
    texts.write_texts(page.report.id, wanted, by=me(), now=now())


def _take_over(form: SectionForm, overtaken: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What others saved in between, by the name of the field; whoever saves once more has seen
    it."""
    theirs = {}
    for key, saved in overtaken.items():
        about = key.startswith(texts.DEVIATION)
        name = f"about_{key.removeprefix(texts.DEVIATION)}" if about else "text"
        seen = form[f"{name}_seen"] if about else form.seen
        seen.raw_data, seen.data = None, saved["seen"]
        theirs[name] = {**saved, "yours": form[name].data}
    return theirs


@bp.route(f"{ONE}/remove", methods=["GET", "POST"])
@requires(Deed.REPORT_EDIT)
def remove(report_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    report = load_report(report_id, by=me(), deed=Deed.REPORT_EDIT)
    try:
        if request.method == "POST":
            drafting.remove_draft(report_id, by=me(), now=now())
            done(_("Utkastet är borttaget."))
            return redirect(url_for("reports.index"))
        rules.check_draft(report)
    except RuleBroken as error:
        return to_report(report_id, error)
    return render_template("reports/remove.html", report=report, name=draft_name(report))
