"""Reading reports, reviewing drafts, and looking at evaluations."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from tracker.clock import now
from tracker.domain.calendar import local_date
from tracker.domain.editions import editions
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.importers.draft import ReportDraft
from tracker.models import ImportDraft
from tracker.services import draft_review, places
from tracker.services import evaluations as service
from tracker.web.access import me, requires
from tracker.web.evaluations.forms import HeadForm, UploadForm
from tracker.web.messages import done, show_error

bp = Blueprint("evaluations", __name__)


@bp.get("/evaluations")
@requires(Deed.EVALUATION_VIEW)
def index() -> ResponseReturnValue:
    """All evaluations, and the drafts that wait."""
    return render_template(
        "evaluations/index.html",
        evaluations=service.evaluations_listed(me()),
        waiting=[(draft, _day(draft)) for draft in service.drafts_waiting(me())],
        may_import=me().may(Deed.EVALUATION_IMPORT),
        edition_years={one.key: one.year for one in editions()},
    )


@bp.get("/evaluations/<int:evaluation_id>")
@requires(Deed.EVALUATION_VIEW)
def show(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation: scores, strengths and points per area."""
    shown = service.evaluation_shown(evaluation_id, me())
    return render_template(
        "evaluations/show.html",
        shown=shown,
        strip=[_strip_area(area) for area in shown.areas],
        may_see_points=me().may(Deed.POINT_VIEW),
        edition_names={one.key: one.name for one in editions()},
    )


@bp.route("/evaluations/import", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def upload() -> ResponseReturnValue:
    """Bring a report in, as a file or as pasted text."""
    form = UploadForm()
    if form.validate_on_submit():
        try:
            draft = service.read_into_draft(*form.report(), by=me(), now=now())
        except RuleBroken as error:
            show_error(form, RuleBroken(error.message, field=form.source, **error.params))
        else:
            return redirect(url_for("evaluations.review", draft_id=draft.id))
    return render_template("evaluations/upload.html", form=form), 422 if form.errors else 200


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
    return render_template("evaluations/upload.html", form=form), 413


@bp.route("/drafts/<int:draft_id>", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def review(draft_id: int) -> ResponseReturnValue:
    """Look at what was read, correct its head, and accept."""
    draft, content = service.load_draft(draft_id, me())
    form = HeadForm(
        municipality=content.municipality,
        month=content.month,
        ordinal=content.ordinal,
        edition=content.edition or "",
        version=draft.version,
    )
    if form.validate_on_submit():
        try:
            return _accept(draft_id, form)
        except Conflict:
            return _review_page(draft, content, form), 409
        except RuleBroken as error:
            show_error(form, error)
    return _review_page(draft, content, form), 422 if form.errors else 200


def _accept(draft_id: int, form: HeadForm) -> ResponseReturnValue:
    head = service.DraftHead(
        municipality=form.municipality.data,
        month=form.month.data,
        ordinal=form.ordinal.data,
        edition=form.edition.data,
    )
    accepted = service.accept_draft(draft_id, head, form.version.data, by=me(), now=now())
    done(_("Utvärderingen är sparad."))
    return redirect(url_for("evaluations.show", evaluation_id=accepted.id))


@bp.post("/drafts/<int:draft_id>/discard")
@requires(Deed.EVALUATION_IMPORT)
def discard(draft_id: int) -> ResponseReturnValue:
    """Say no to a draft."""
    form = HeadForm()
    try:
        service.discard_draft(draft_id, form.version.data or 0, by=me(), now=now())
    except Conflict:
        draft, content = service.load_draft(draft_id, me())
        return _review_page(draft, content, form), 409
    done(_("Utkastet är kastat. Rapporten går att läsa in igen."))
    return redirect(url_for("evaluations.index"))


def _review_page(draft: ImportDraft, content: ReportDraft, form: HeadForm) -> str:
    seen = draft_review.review_of(content)
    return render_template(
        "evaluations/review.html",
        draft=draft,
        read_on=_day(draft),
        content=content,
        seen=seen,
        lead=_lead(seen),
        form=form,
        first=places.own_municipality() is None,
        in_paragraphs=draft.file_name.lower().endswith(".docx"),
    )


def _lead(seen: draft_review.Review) -> str:
    """What was read, and how much of it calls for a look."""
    counts = seen.counts
    if not (counts.areas or counts.points or counts.strengths):
        return str(_("Det här ser inte ut som en rapport från Kommunkompassen: inget lästes."))
    read = _(
        "%(areas)s, %(subareas)s, %(points)s och %(strengths)s lästes.",
        areas=ngettext("%(num)d område", "%(num)d områden", counts.areas),
        subareas=ngettext("%(num)d delområde", "%(num)d delområden", counts.subareas),
        points=ngettext("%(num)d förbättringspunkt", "%(num)d förbättringspunkter", counts.points),
        strengths=ngettext("%(num)d styrka", "%(num)d styrkor", counts.strengths),
    )
    if not seen.to_look_at:
        nothing = _("Inget ser konstigt ut.")
        return f"{read} {nothing}"
    look = ngettext(
        "%(num)d sak behöver din blick.", "%(num)d saker behöver din blick.", seen.to_look_at
    )
    return f"{read} {look}"


def _day(draft: ImportDraft) -> date:
    return local_date(draft.created_at, current_app.extensions["settings"].timezone)


def _strip_area(area: service.ShownArea) -> dict[str, Any]:
    """An area as the strip of areas draws it."""
    return {
        "number": area.row.number,
        "name": area.row.name,
        "score": area.row.score,
        "max": area.max,
        "missing": area.missing,
        "done": area.done,
        "total": area.total,
        "url": f"#area-{area.row.number}",
    }
