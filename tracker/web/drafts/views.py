"""A draft as a whole: what was read, what calls for a look, and the answer to it."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import drafts, places
from tracker.services.acceptance import AlreadyEvaluated, DraftHead, check_month
from tracker.services.drafts import Draft
from tracker.services.review import edits, shown
from tracker.services.review.shown import Overview
from tracker.services.spelling import written_month
from tracker.web import local
from tracker.web.access import me, requires
from tracker.web.drafts.answers import day_of, overtaken, save
from tracker.web.drafts.blueprint import bp
from tracker.web.drafts.forms import HeadForm, head_values
from tracker.web.messages import done, show_error


@bp.route("/drafts/<int:draft_id>", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def show(draft_id: int) -> ResponseReturnValue:
    """What was read, what calls for a look, and the facts to accept it by."""
    draft = drafts.load_draft(draft_id, me())
    form = HeadForm(data=head_values(draft.work, draft.row.version))
    if request.method == "GET":
        return _page(draft, form)
    keeps = request.form.get("then") == "keep"
    fine = form.validate_to_keep() if keeps else form.validate()
    if fine and not keeps and shown.overview(draft).unsettled and not form.confirm.data:
        form.confirm.errors = [_("Kryssa i rutan, eller gå först igenom det som är kvar.")]
        fine = False
    if not fine:
        return _page(draft, form), 422
    try:
        return _kept(draft_id, form) if keeps else _accepted(draft_id, form)
    except AlreadyEvaluated:
        return redirect(url_for("drafts.version", draft_id=draft_id))
    except Conflict:
        return _behind(draft_id, form)
    except RuleBroken as error:
        show_error(form, error)
        return _page(_reload(draft_id, form), form), 422


@bp.post("/drafts/<int:draft_id>/discard")
@requires(Deed.EVALUATION_IMPORT)
def discard(draft_id: int) -> ResponseReturnValue:
    """Say no to a draft."""
    try:
        version = request.form.get("version", 0, type=int)
        drafts.discard_draft(draft_id, version, by=me(), now=now())
    except Conflict:
        return overtaken(draft_id)
    done(_("Utkastet är kastat. Rapporten går att läsa in igen."))
    return redirect(url_for("evaluations.index"))


def _kept(draft_id: int, form: HeadForm) -> ResponseReturnValue:
    """Saved as far as it is filled in; a month that is none is told at once."""
    if form.month.data:
        check_month(form.month.data, now())
    _save_head(draft_id, form)
    done(_("Uppgifterna är sparade. Utkastet väntar tills du godkänner det."))
    return redirect(url_for("drafts.show", draft_id=draft_id, _anchor="facts"))


def _accepted(draft_id: int, form: HeadForm) -> ResponseReturnValue:
    """The facts are saved first, so that they stay whatever comes of accepting."""
    version = _save_head(draft_id, form)
    made = drafts.accept_draft(draft_id, form.head(), version, by=me(), now=now())
    done(_("Utvärderingen är sparad."))
    return redirect(url_for("evaluations.show", evaluation_id=made.id))


def _save_head(draft_id: int, form: HeadForm) -> int:
    head, total = form.head(), form.total_stated.data
    row = save(draft_id, form.version.data, lambda work, _read: edits.set_head(work, head, total))
    return row.version


def _behind(draft_id: int, form: HeadForm) -> ResponseReturnValue:
    """What was typed, beside what somebody else has saved in the meantime."""
    draft = _reload(draft_id, form)
    if not draft.row.is_open:
        return overtaken(draft_id)
    saved = head_values(draft.work, draft.row.version)
    fields = [
        {
            "label": form[name].label.text,
            "yours": form[name].data,
            "theirs": saved[name],
            "differs": (form[name].data or None) != (saved[name] or None),
        }
        for name in ("municipality", "month", "ordinal", "edition", "total_stated")
    ]
    return _page(draft, form, conflict=[one for one in fields if one["differs"]]), 409


def _reload(draft_id: int, form: HeadForm) -> Draft:
    """The draft as it now is; the form goes on from there."""
    draft = drafts.load_draft(draft_id, me())
    form.version.raw_data = None
    form.version.data = draft.row.version
    return draft


def _page(draft: Draft, form: HeadForm, conflict: list[dict[str, object]] | None = None) -> str:
    seen = shown.overview(draft)
    form.confirm.label.text = _unsettled(seen)
    twin = shown.twin_of(draft.work.head, now()) if draft.row.is_open else None
    return render_template(
        "drafts/show.html",
        draft=draft.row,
        title=_title(draft.work.head),
        read_on=day_of(draft.row),
        read=draft.read,
        seen=seen,
        lead=_lead(seen),
        form=form,
        conflict=conflict,
        twin=twin,
        names=shown.area_names(draft.work),
        first=places.own_municipality() is None,
    )


def _title(head: DraftHead) -> str:
    """Which report it is, as far as that is known."""
    month = written_month(head.month)
    if not head.municipality:
        return str(_("Granska rapporten"))
    name = f"{head.municipality}, {local.month_name(month)}" if month else head.municipality
    return str(_("Granska %(report)s", report=name))


def _unsettled(seen: Overview) -> str:
    """What is not settled, in one sentence to say yes to."""
    left = []
    if seen.doubts:
        left.append(
            ngettext(
                "%(num)d osäker punkt är inte avgjord",
                "%(num)d osäkra punkter är inte avgjorda",
                len(seen.doubts),
            )
        )
    if seen.unconfirmed:
        left.append(
            ngettext(
                "delområdena i %(num)d område är inte bekräftade",
                "delområdena i %(num)d områden är inte bekräftade",
                seen.unconfirmed,
            )
        )
    both = _(" och ").join(left)
    return str(_("%(what)s. Godkänn ändå.", what=both[:1].upper() + both[1:]))


def _lead(seen: Overview) -> str:
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
