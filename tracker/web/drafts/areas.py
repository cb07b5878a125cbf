"""One area of a draft beside the report: its scores, and its points with their sub-areas."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.editions import edition
from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.importers.draft import ReportDraft
from tracker.services import drafts
from tracker.services.drafts import Draft
from tracker.services.review import edits
from tracker.services.review.shown import AreaShown, area_names, area_shown, next_area
from tracker.services.review.work import Work
from tracker.web.access import me, requires
from tracker.web.drafts.answers import overtaken, save
from tracker.web.drafts.area_form import AreaForm
from tracker.web.drafts.blueprint import bp
from tracker.web.drafts.pane import pane_of
from tracker.web.messages import done


@bp.route("/drafts/<int:draft_id>/areas/<int:number>", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def area(draft_id: int, number: int) -> ResponseReturnValue:
    """Look at one area beside the report, and save what is typed on its page as one."""
    draft = drafts.load_draft(draft_id, me())
    shown = area_shown(draft, number or None)
    if request.method == "GET":
        return _page(draft, shown, AreaForm.of(shown, draft.row.version))
    form = AreaForm.sent(number, request.form)
    if not form.check():
        return _page(draft, shown, form), 422
    try:
        save(draft_id, form.version, lambda work, read: _edited(form, work, read))
    except Conflict:
        return _behind(draft_id, form)
    except NotFound:
        raise
    except RuleBroken as error:
        form.tell(error)
        return _page(draft, shown, form), 422
    done(_("Sparat."))
    return redirect(_next_page(draft_id, number))


def _edited(form: AreaForm, work: Work, read: ReportDraft) -> Work:
    """The form, and then what its own buttons do."""
    work = form.apply(work, read)
    if settled := request.form.get("settle", type=int):
        chosen = form.choices.get(settled)
        work = (
            edits.settle(work, settled)
            if chosen is None
            else edits.set_subareas(work, {settled: chosen})
        )
    if restored := request.form.get("restore", type=int):
        work = edits.restore(work, restored, read)
    if "defaults" in request.form:
        work = edits.use_defaults(work, form.number)
    return work


def _next_page(draft_id: int, number: int) -> str:
    """On to the next area where that was asked for, else back to what was answered."""
    if request.form.get("then") == "next":
        after = next_area(number)
        if after is None:
            return url_for("drafts.show", draft_id=draft_id)
        return url_for("drafts.area", draft_id=draft_id, number=after)
    item = request.form.get("settle", type=int) or request.form.get("restore", type=int)
    anchor = f"item-{item}" if item else None
    return url_for("drafts.area", draft_id=draft_id, number=number, _anchor=anchor)


def _behind(draft_id: int, form: AreaForm) -> ResponseReturnValue:
    """What was typed, on top of what somebody else has saved in the meantime."""
    draft = drafts.load_draft(draft_id, me())
    if not draft.row.is_open:
        return overtaken(draft_id)
    form.version = draft.row.version
    shown = area_shown(draft, form.number or None)
    return _page(draft, shown, form, saved=AreaForm.of(shown, form.version)), 409


def _page(draft: Draft, shown: AreaShown, form: AreaForm, saved: AreaForm | None = None) -> str:
    number = form.number or None
    known = edition(draft.work.head.edition) if draft.work.head.edition else None
    order = [one.item for one in (*shown.points, *shown.strengths)]
    return render_template(
        "drafts/area.html",
        draft=draft.row,
        shown=shown,
        form=form,
        saved=saved,
        edition=known,
        names=area_names(draft.work),
        before=next_area(form.number, step=-1),
        after=next_area(form.number),
        pane=pane_of(
            draft,
            "drafts.area",
            near=sorted(order, key=lambda item: item.id),
            area=number,
            number=form.number,
        ),
    )
