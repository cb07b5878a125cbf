"""After the meeting: the decision about a report, and the questions that somebody is to answer."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import Report
from tracker.services import places
from tracker.services.actions.pages import FormChoices, form_choices
from tracker.services.reports import access
from tracker.services.reports import meeting as service
from tracker.web.access import me, requires
from tracker.web.local import today
from tracker.web.messages import done, tell
from tracker.web.reports.blueprint import bp
from tracker.web.reports.labels import draft_name
from tracker.web.reports.meeting_forms import AskingForm, DecideForm, QuestionsForm


@bp.route("/<int:report_id>/decision", methods=["GET", "POST"])
@requires(Deed.REPORT_PUBLISH)
def decide(report_id: int) -> ResponseReturnValue:
    """What a body decided about the report, with its questions."""
    form = DecideForm()

    def save() -> None:
        service.decide(report_id, form.minutes(), form.asked(), by=me(), now=now(), today=today())

    return _answer(report_id, form, "reports/decide.html", save)


@bp.route("/<int:report_id>/questions", methods=["GET", "POST"])
@requires(Deed.REPORT_PUBLISH)
def ask(report_id: int) -> ResponseReturnValue:
    """What the body asked besides."""
    form = QuestionsForm()

    def save() -> None:
        service.ask(report_id, form.asked(), by=me(), now=now(), today=today())

    return _answer(report_id, form, "reports/ask.html", save)


def _answer(
    report_id: int, form: AskingForm, page: str, save: Callable[[], None]
) -> ResponseReturnValue:
    """Show the form, give it a row more or less, or save it."""
    report = access.load_report(report_id, by=me(), deed=Deed.REPORT_PUBLISH)
    if not form.is_submitted():
        return _first(report, form, page)
    deed = request.form.get("deed", "save")
    if deed != "save":
        form.change_rows(deed)
        return _page(page, report, form, added=deed == "add")
    number = len(form.asked())
    form.offer(_choices())
    if not form.validate_on_submit():
        return _page(page, report, form), 422
    try:
        save()
    except RuleBroken as error:
        status = form.show_refused(error)
        report = access.load_report(report_id, by=me(), deed=Deed.REPORT_PUBLISH)
        return _page(page, report, form), status
    done(_told(form, number))
    return redirect(url_for("reports.show", report_id=report_id))


def _first(report: Report, form: AskingForm, page: str) -> ResponseReturnValue:
    """The form as it stands before anybody has written in it."""
    try:
        service.check_decidable(report, asks=not isinstance(form, DecideForm))
    except RuleBroken as error:
        tell(error)
        return redirect(url_for("reports.show", report_id=report.id))
    if isinstance(form, DecideForm):
        form.prefill(service.suggested(report, today=today()))
    else:
        form.add_row()
    return _page(page, report, form)


def _page(page: str, report: Report, form: AskingForm, *, added: bool = False) -> str:
    choices = _choices()
    form.offer(choices)
    bodies = [committee.name for committee in places.committees()]
    part = report.committee or report.unit
    return render_template(
        page,
        form=form,
        report=report,
        name=draft_name(report),
        part=part.name if part else "",
        people=choices.people,
        bodies=bodies,
        added=added,
        most=service.MOST_QUESTIONS,
        target=service.target_or_none(report.plan),
    )


def _choices() -> FormChoices:
    return form_choices(me(), Deed.ACTION_CREATE)


def _told(form: AskingForm, number: int) -> str:
    asked = ngettext(
        "%(num)s fråga är nu en åtgärd i planen.",
        "%(num)s frågor är nu åtgärder i planen.",
        number,
    )
    if not isinstance(form, DecideForm):
        return str(asked)
    decided = _("Beslutet är registrerat.")
    return f"{decided} {asked}" if number else str(decided)
