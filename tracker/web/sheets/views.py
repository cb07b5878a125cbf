"""Fetching a spreadsheet, bringing one in, and looking at what it would do."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.clock import now
from tracker.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import SheetDraft
from tracker.reports.action_sheet import action_sheet
from tracker.services.actions import choices, pages, targets
from tracker.services.sheets import apply, drafts
from tracker.services.sheets import export as exporting
from tracker.services.sheets.compare import Outcome
from tracker.web import downloads
from tracker.web.access import me, requires
from tracker.web.action_filter import FilterForm
from tracker.web.local import today, zone
from tracker.web.messages import done, done_with_undo, show_error, translated
from tracker.web.sheets import words
from tracker.web.sheets.blueprint import ONE, bp
from tracker.web.sheets.forms import ApplyForm, PlanForm, UploadForm

__all__ = ["bp"]


@bp.get("/actions.xlsx")
@requires(Deed.ACTION_VIEW)
def export() -> ResponseReturnValue:
    """The actions of a filtered list as a workbook to edit and bring back."""
    form = FilterForm(request.args)
    form.offer(choices.filter_choices(me()), pages.plans_shown(me()))
    content = exporting.sheet_content(form.asked(), by=me(), today=today(), zone=zone())
    name = f"atgarder-{today().isoformat()}.xlsx"
    return downloads.attachment(action_sheet(content, _), name)


@bp.route("/sheets/upload", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def upload() -> ResponseReturnValue:
    """Bring a spreadsheet in: our own that was edited, or anybody's with a plan in it."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload_page(form, 422 if form.errors else 200)
    file = form.file.data
    try:
        draft = drafts.take_in(file.read(), file.filename, by=me(), now=now())
    except (NotFound, Forbidden):
        raise
    except RuleBroken as error:
        show_error(form, RuleBroken(error.message, field="file", **error.params))
        return _upload_page(form, 422)
    return redirect(url_for("sheets.show", sheet_id=draft.id))


@bp.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The form again, with what to do; the server never saw what was sent."""
    if not (current_user.is_authenticated and current_user.may(Deed.ACTION_EDIT)):
        return render_template("errors/413.html"), 413
    form = UploadForm(formdata=None)
    show_error(form, RuleBroken("Filen är större än 10 MB. Ta bort bilder och flikar ur den."))
    return _upload_page(form, 413)


def _upload_page(form: UploadForm, status: int) -> ResponseReturnValue:
    return render_template("sheets/upload.html", form=form), status


@bp.get(ONE)
@requires(Deed.ACTION_EDIT)
def show(sheet_id: int) -> ResponseReturnValue:
    """What the sheet would change, row by row; nothing is written."""
    draft = drafts.load_draft(sheet_id, by=me())
    if draft.finished_at is not None:
        flash(_("Kalkylbladet är redan genomfört."), "info")
        return redirect(url_for("actions.index"))
    if draft.mapping is None:
        return redirect(url_for("sheets.mapping", sheet_id=sheet_id))
    return _preview(sheet_id, ApplyForm(formdata=None), 200)


@bp.post(f"{ONE}/apply")
@requires(Deed.ACTION_EDIT)
def carry_out(sheet_id: int) -> ResponseReturnValue:
    """Do what the preview showed, or show it again where it would do something else by now."""
    form = ApplyForm()
    _draft, outcome = apply.preview(sheet_id, by=me(), today=today())
    answers = apply.Answers(
        fingerprint=form.fingerprint.data or "",
        taken=_taken(outcome),
        partly=form.partly.data,
        outside_ok=form.outside_ok.data,
    )
    try:
        applied = apply.apply_sheet(sheet_id, answers, by=me(), now=now(), today=today())
    except (NotFound, Forbidden):
        raise
    except Conflict:
        return _overtaken(sheet_id, form)
    except apply.RowsRefused as error:
        show_error(form, error)
        return _preview(sheet_id, form, 422, words.refused_faults(error.faults))
    except RuleBroken as error:
        show_error(form, error)
        return _preview(sheet_id, form, 422)
    _tell(applied)
    return redirect(url_for("actions.index"))


def _overtaken(sheet_id: int, form: ApplyForm) -> ResponseReturnValue:
    if drafts.load_draft(sheet_id, by=me()).finished_at is not None:
        flash(_("Kalkylbladet är redan genomfört."), "info")
        return redirect(url_for("actions.index"))
    form.form_errors.append(
        _("Planen har ändrats sedan du såg förhandsgranskningen. Se igenom den igen.")
    )
    return _preview(sheet_id, form, 409)


def _taken(outcome: Outcome) -> set[tuple[int, str]]:
    """The conflicts where the sheet's text was chosen."""
    return {
        clash["key"]
        for clash in words.clashes_of(outcome)
        if request.form.get(clash["name"]) == "sheet"
    }


def _tell(applied: apply.Applied) -> None:
    changed = ngettext("%(num)s åtgärd är ändrad.", "%(num)s åtgärder är ändrade.", applied.changed)
    added = ngettext("%(num)s åtgärd är ny.", "%(num)s åtgärder är nya.", applied.added)
    said = [*([changed] if applied.changed else []), *([added] if applied.added else [])]
    if applied.changed and applied.added:
        said.append(_("Ångra gäller det som ändrades; nya åtgärder ligger kvar."))
    sentence = " ".join(said) or _("Ingen åtgärd ändrades.")
    if applied.batch_id is None:
        done(sentence)
        return
    back = url_for("actions.index")
    done_with_undo(sentence, url_for("actions.bulk_undo", batch_id=applied.batch_id, next=back))


@bp.post(f"{ONE}/plan")
@requires(Deed.ACTION_EDIT)
def plan(sheet_id: int) -> ResponseReturnValue:
    """Choose the plan that new rows go into."""
    form = PlanForm()
    form.offer(targets.open_plans())
    if form.validate_on_submit():
        try:
            drafts.set_plan(sheet_id, form.plan_id.data, by=me())
        except Conflict:
            return _overtaken(sheet_id, ApplyForm(formdata=None))
        return redirect(url_for("sheets.show", sheet_id=sheet_id))
    answer = ApplyForm(formdata=None)
    answer.form_errors.append(_("Välj en plan som är öppen."))
    return _preview(sheet_id, answer, 422)


@bp.post(f"{ONE}/discard")
@requires(Deed.ACTION_EDIT)
def discard(sheet_id: int) -> ResponseReturnValue:
    """Forget the sheet; the plan stays as it is."""
    drafts.discard(sheet_id, by=me())
    flash(_("Kalkylbladet är borttaget härifrån. Ingenting ändrades."), "info")
    return redirect(url_for("sheets.upload"))


def _preview(
    sheet_id: int, form: ApplyForm, status: int, refused: list[words.FaultShown] | None = None
) -> ResponseReturnValue:
    try:
        draft, outcome = apply.preview(sheet_id, by=me(), today=today())
    except RuleBroken as error:
        if type(error) is not RuleBroken:
            raise
        flash(translated(error), "error")
        return redirect(url_for("sheets.upload"))
    form.fingerprint.data = outcome.fingerprint
    form.fingerprint.raw_data = None
    return render_template(
        "sheets/show.html", form=form, **_shown(draft, outcome, refused or [])
    ), status


def _shown(draft: SheetDraft, outcome: Outcome, refused: list[words.FaultShown]) -> dict[str, Any]:
    plans = PlanForm(formdata=None, plan_id=draft.plan_id)
    plans.offer(targets.open_plans())
    return {
        "draft": draft,
        "outcome": outcome,
        "lead": words.lead(outcome),
        "faults": [*refused, *words.faults_of(outcome.faulty)],
        "remarks": words.remarks_of((*outcome.changed, *outcome.new)),
        "changes": words.changes_of(outcome),
        "clashes": words.clashes_of(outcome),
        "new": words.new_of(outcome),
        "picked": {c["name"]: request.form.get(c["name"]) for c in words.clashes_of(outcome)},
        "plan_form": plans,
        "is_ours": drafts.is_ours(draft),
        "most": words.MOST_SHOWN,
    }
