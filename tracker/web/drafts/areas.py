"""One area of a draft beside the report: its scores, and its points with their sub-areas."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import edition
from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.importers.draft import ReportDraft
from tracker.services import drafts
from tracker.services.drafts import Draft
from tracker.services.review import edits
from tracker.services.review.shown import (
    AreaShown,
    area_names,
    area_shown,
    next_area,
    next_doubt_in,
)
from tracker.services.review.work import ItemKind, Work
from tracker.web.access import me, requires
from tracker.web.drafts.answers import overtaken, save, told_at_item, told_here
from tracker.web.drafts.area_form import AreaForm
from tracker.web.drafts.blueprint import bp
from tracker.web.drafts.pane import pane_of
from tracker.web.messages import done

_AREAS = tuple(map(str, (*AREA_NUMBERS, 0)))


@bp.route("/drafts/<int:draft_id>/areas/<int:number>", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def area(draft_id: int, number: int) -> ResponseReturnValue:
    """Look at one area beside the report, and save what is typed on its page as one."""
    draft = drafts.load_draft(draft_id, me())
    shown = area_shown(draft, number or None)
    if request.method == "GET":
        return _page(draft, shown, AreaForm.of(shown, draft.row.version))
    form = AreaForm.sent(shown, request.form)
    if not form.check():
        return _page(draft, shown, form), 422
    try:
        row = save(draft_id, form.version, lambda work, read: _edited(form, work, read))
    except Conflict:
        return _behind(draft_id, form)
    except NotFound:
        raise
    except RuleBroken as error:
        form.tell(error)
        return _page(draft, shown, form), 422
    return _onwards(drafts.load_draft(draft_id, me()), number, saved=row.version != form.version)


def _edited(form: AreaForm, work: Work, read: ReportDraft) -> Work:
    """What was changed in the form, and then what its own buttons do."""
    work = form.apply(work, confirm=request.form.get("then") == "next")
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


def _onwards(draft: Draft, number: int, *, saved: bool) -> ResponseReturnValue:
    """On to where the button leads, else back to what was answered."""
    draft_id = draft.row.id
    if settled := request.form.get("settle", type=int):
        return _to_next_doubt(draft, number, settled)
    if restored := request.form.get("restore", type=int):
        return told_at_item(draft_id, restored, _("Återställt till rapporten."), number)
    way = way_to(draft, number, request.form.get("then", ""))
    if saved or way is None:
        done(_("Sparat."))
    return redirect(way or url_for("drafts.area", draft_id=draft_id, number=number))


def _to_next_doubt(draft: Draft, number: int, settled: int) -> ResponseReturnValue:
    following = next_doubt_in(area_shown(draft, number or None), settled)
    if following is None:
        told = _("Sparat. Inget mer är osäkert här.")
        return told_at_item(draft.row.id, settled, told, number, undo=settled)
    told = _("Sparat. Här är nästa osäkra.")
    return told_at_item(draft.row.id, following.id, told, number, undo=settled)


def way_to(draft: Draft, number: int, then: str) -> str | None:
    """Where a button of an area's page leads; None back to the page itself."""
    draft_id = draft.row.id
    kind, _dash, name = then.partition("-")
    after = next_area(draft.work, number)
    if then == "overview" or (then == "next" and after is None):
        return url_for("drafts.show", draft_id=draft_id)
    if then == "next":
        return url_for("drafts.area", draft_id=draft_id, number=after)
    if kind == "area" and name in _AREAS:
        return url_for("drafts.area", draft_id=draft_id, number=int(name))
    if kind == "item" and any(str(one.id) == name for one in draft.work.items):
        return url_for("drafts.item", draft_id=draft_id, item_id=int(name))
    if kind == "new" and name in (ItemKind.POINT, ItemKind.STRENGTH):
        return url_for("drafts.new_item", draft_id=draft_id, area=number or None, kind=name)
    return None


def _behind(draft_id: int, form: AreaForm) -> ResponseReturnValue:
    """What was typed, on top of what has been saved in the meantime."""
    draft = drafts.load_draft(draft_id, me())
    if not draft.row.is_open:
        return overtaken(draft_id)
    shown = area_shown(draft, form.number or None)
    form.onto(shown, draft.row.version)
    return _page(draft, shown, form, stale=True), 409


def _page(draft: Draft, shown: AreaShown, form: AreaForm, *, stale: bool = False) -> str:
    number = form.number or None
    known = edition(draft.work.head.edition) if draft.work.head.edition else None
    told = told_here(draft.row.id)
    order = [one.item for one in (*shown.points, *shown.strengths)]
    return render_template(
        "drafts/area.html",
        draft=draft.row,
        shown=shown,
        form=form,
        stale=stale,
        told=told,
        edition=known,
        names=area_names(draft.work),
        before=next_area(draft.work, form.number, step=-1),
        after=next_area(draft.work, form.number),
        pane=pane_of(
            draft,
            "drafts.area",
            near=sorted(order, key=lambda item: item.id),
            chosen=told.get("item"),
            area=number,
            number=form.number,
        ),
    )
