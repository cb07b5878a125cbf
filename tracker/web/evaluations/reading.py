"""Bringing a report in, and following it while it is read."""

from __future__ import annotations

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.clock import now
from tracker.domain.editions import editions
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.reports.template import template as filled_template
from tracker.services.held_folders import Stage
from tracker.services.readings import Known, Reading
from tracker.web import background, downloads
from tracker.web.access import me, requires
from tracker.web.evaluations.blueprint import bp
from tracker.web.evaluations.forms import UploadForm
from tracker.web.messages import show_error, translated

_JSON = "application/json"


@bp.route("/evaluations/import", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def upload() -> ResponseReturnValue:
    """Bring a report in, as a file or as pasted text."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form, 422 if form.errors else 200)
    data, name = form.report()
    pasted = form.source == "text"
    readings = background.readings()
    try:
        claim = readings.begin(name, data, by=me(), now=now(), pasted=pasted)
    except RuleBroken as error:
        return _refused(form, error, form.source)
    reading = background.read(claim)
    if reading.stage is Stage.GOING_ON:
        return redirect(url_for("evaluations.reading", token=reading.token))
    readings.forget(reading.token)
    if reading.stage is Stage.FAILED:
        return _refused(form, reading.error, form.source)
    return _to_draft(reading)


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The form again, with what to do; the server never saw what was sent, so it cannot keep it."""
    if not (current_user.is_authenticated and current_user.may(Deed.EVALUATION_IMPORT)):
        return render_template("errors/413.html"), 413
    form = UploadForm(formdata=None)
    error = RuleBroken(
        "Det du skickade är för stort. En fil får vara högst 25 MB och inklistrad text högst 2 MB. "
        "Spara texten som en TXT-fil och välj den här i stället.",
        field="file",
    )
    show_error(form, error)
    return _upload_page(form, 413)


@bp.get("/evaluations/template.xlsx")
@requires(Deed.EVALUATION_IMPORT)
def template() -> ResponseReturnValue:
    """Our own workbook for a report's scores and points, to be filled in and read here."""
    years = {one.key: one.year for one in editions()}
    key = request.args.get("edition") or editions()[-1].key
    if key not in years:
        abort(404)
    return downloads.attachment(filled_template(key), f"kommunkompassen-{years[key]}.xlsx")


@bp.route("/readings/<token>", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def reading(token: str) -> ResponseReturnValue:
    """How far a report has been read; posting takes up one that was cut off."""
    if request.method == "POST":
        return _taken_up(token)
    seen = background.readings().find(token, me())
    if request.accept_mimetypes.best_match(("text/html", _JSON)) == _JSON:
        return _as_json(seen)
    if seen.stage is Stage.DONE:
        return _to_draft(seen)
    if seen.stage is Stage.FAILED:
        return _failed(seen)
    return render_template("evaluations/reading.html", reading=seen, sentence=_sentence(seen))


def _taken_up(token: str) -> ResponseReturnValue:
    try:
        claim = background.readings().resume(token, by=me())
    except RuleBroken as error:
        if type(error) is not RuleBroken:
            raise
        flash(translated(error), "error")
    else:
        if claim:
            background.read(claim)
    return redirect(url_for("evaluations.reading", token=token))


def _as_json(seen: Reading) -> Response:
    """What reading.js asks for, again and again."""
    return jsonify(stage=seen.stage, page=seen.page, of=seen.of, sentence=_sentence(seen))


def _sentence(seen: Reading) -> str:
    if seen.of:
        return str(_("Rapporten läses: sida %(page)s av %(of)s.", page=seen.page, of=seen.of))
    return str(_("Rapporten läses."))


def _to_draft(seen: Reading) -> ResponseReturnValue:
    if seen.known is Known.WAITING:
        flash(_("Rapporten är redan inläst och väntar på granskning."), "info")
    elif seen.known is Known.ANSWERED:
        flash(_("Rapporten är redan inläst och godkänd."), "info")
    return redirect(url_for("drafts.show", draft_id=seen.draft_id))


def _failed(seen: Reading) -> ResponseReturnValue:
    if seen.draft_before is not None:
        flash(translated(seen.error), "error")
        return redirect(url_for("drafts.show", draft_id=seen.draft_before))
    given = background.readings().text(seen.token) if seen.pasted else ""
    form = UploadForm(formdata=None, text=given)
    return _refused(form, seen.error, "text" if seen.pasted else "file")


def _refused(form: UploadForm, error: RuleBroken, field: str) -> ResponseReturnValue:
    show_error(form, RuleBroken(error.message, field=field, **error.params))
    return _upload_page(form, 422)


def _upload_page(form: UploadForm, status: int) -> ResponseReturnValue:
    return render_template("evaluations/upload.html", form=form, editions=editions()[::-1]), status
