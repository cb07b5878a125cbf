"""One strength or improvement point beside its place in the report, and all that can be done to
it."""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import drafts
from tracker.services.drafts import Draft
from tracker.services.review import edits
from tracker.services.review.shown import area_names, items_shown, neighbours, next_doubt
from tracker.services.review.work import Item, ItemKind
from tracker.web import rescue
from tracker.web.access import me, requires
from tracker.web.drafts.answers import Edit, overtaken, save, told_at_item, undoes
from tracker.web.drafts.blueprint import bp
from tracker.web.drafts.forms import DeedForm, ItemForm, item_values
from tracker.web.drafts.pane import pane_of
from tracker.web.messages import done, show_error

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_LINE_BREAK = re.compile(r"\n")


@bp.route("/drafts/<int:draft_id>/items/<int:item_id>", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def item(draft_id: int, item_id: int) -> ResponseReturnValue:
    """Look at one item beside the report, and change it."""
    draft = drafts.load_draft(draft_id, me())
    one = _find(draft, item_id)
    if one is None:
        return _gone(draft_id)
    form = _item_form(draft, one)
    if request.method == "GET":
        return _page(draft, item_id, form)
    return _edit(draft, item_id, form, settles=False)


@bp.post("/drafts/<int:draft_id>/items/<int:item_id>/settle")
@requires(Deed.EVALUATION_IMPORT)
def settle(draft_id: int, item_id: int) -> ResponseReturnValue:
    """Say yes to an item, with what was typed for it, and go on to the next in doubt."""
    draft = drafts.load_draft(draft_id, me())
    one = _find(draft, item_id)
    if one is None:
        return _gone(draft_id)
    if "text" in request.form:
        return _edit(draft, item_id, _item_form(draft, one), settles=True)

    answer = _do(draft_id, item_id, lambda work, _read: edits.settle(work, item_id))
    return answer or _to_next_doubt(draft_id, item_id)


@bp.post("/drafts/<int:draft_id>/items/<int:item_id>/split")
@requires(Deed.EVALUATION_IMPORT)
def split(draft_id: int, item_id: int) -> ResponseReturnValue:
    """Make several items of one: blank lines divide them, or line breaks where there are none."""
    written = request.form.get("parts", "").replace("\r\n", "\n")
    dividing = _BLANK_LINE if _BLANK_LINE.search(written.strip()) else _LINE_BREAK
    parts = dividing.split(written)
    return _do_and_tell(
        draft_id,
        item_id,
        lambda work, _read: edits.split(work, item_id, parts),
        _("Punkten är delad."),
    )


@bp.post("/drafts/<int:draft_id>/items/<int:item_id>/merge")
@requires(Deed.EVALUATION_IMPORT)
def merge(draft_id: int, item_id: int) -> ResponseReturnValue:
    """Make one item of two."""
    other = request.form.get("other", item_id, type=int)
    return _do_and_tell(
        draft_id,
        item_id,
        lambda work, _read: edits.merge(work, item_id, other),
        _("Punkterna är hopslagna."),
    )


@bp.post("/drafts/<int:draft_id>/items/<int:item_id>/drop")
@requires(Deed.EVALUATION_IMPORT)
def drop(draft_id: int, item_id: int) -> ResponseReturnValue:
    """Leave an item out, and say why."""
    reason = request.form.get("reason", "")
    return _do_and_tell(
        draft_id,
        item_id,
        lambda work, _read: edits.drop(work, item_id, reason),
        _("Punkten är borttagen."),
    )


@bp.post("/drafts/<int:draft_id>/items/<int:item_id>/restore")
@requires(Deed.EVALUATION_IMPORT)
def restore(draft_id: int, item_id: int) -> ResponseReturnValue:
    """Put an item back as the report has it."""
    one = _find(drafts.load_draft(draft_id, me()), item_id)
    before = (one.area if one else None) or 0
    answer = _do(draft_id, item_id, lambda work, read: edits.restore(work, item_id, read))
    if answer is None and request.form.get("back") == "changes":
        done(_("Återställt till rapporten."))
        return redirect(url_for("drafts.changes", draft_id=draft_id))
    return answer or told_at_item(draft_id, item_id, _("Återställt till rapporten."), before)


@bp.route("/drafts/<int:draft_id>/items/new", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def new_item(draft_id: int) -> ResponseReturnValue:
    """Add a strength or a point that the reader missed."""
    draft = drafts.load_draft(draft_id, me())
    if not draft.row.is_open:
        if request.method == "POST":
            return overtaken(draft_id)
        return redirect(url_for("drafts.show", draft_id=draft_id))
    number = request.args.get("area", type=int)
    kind = request.args.get("kind", ItemKind.POINT.value)
    values = {"area": str(number or ""), "kind": kind, "version": draft.row.version}
    form = ItemForm(data=values)
    _offer(form, draft, number)
    if form.validate_on_submit():
        try:
            row = save(
                draft_id,
                form.version.data,
                lambda work, _read: edits.add(work, **form.edited(), page=form.page.data),
            )
        except Conflict:
            return _new_page(_reload(draft_id, form), form, number, stale=True)
        except RuleBroken as error:
            show_error(form, error)
        else:
            made = drafts.load_draft(row.id, me()).work.items[-1]
            return told_at_item(draft_id, made.id, _("Tillagt."), made.area or 0)
    return _new_page(draft, form, number)


def _new_page(
    draft: Draft, form: ItemForm, number: int | None, stale: bool = False
) -> ResponseReturnValue:
    if stale and not draft.row.is_open:
        return overtaken(draft.row.id)
    near = [one for one in draft.work.items_of(number) if not one.dropped]
    page = render_template(
        "drafts/new_item.html",
        draft=draft.row,
        form=form,
        area=number or 0,
        stale=stale,
        pane=pane_of(draft, "drafts.new_item", near=near, area=number, kind=form.kind.data),
    )
    return page, 409 if stale else (422 if form.errors else 200)


def _find(draft: Draft, item_id: int) -> Item | None:
    return next((one for one in draft.work.items if one.id == item_id), None)


def _gone(draft_id: int) -> ResponseReturnValue:
    """Somebody may have merged or removed the item: what was typed for it is given back."""
    if rescue.written():
        return overtaken(draft_id)
    raise NotFound


def _item_form(draft: Draft, one: Item, *, blank: bool = False) -> ItemForm:
    """The form of an item; `blank` where another form of its page was sent."""
    [shown] = items_shown(draft, [one])
    values = item_values(one, shown.offered, draft.row.version)
    form = ItemForm(formdata=None, data=values) if blank else ItemForm(data=values)
    _offer(form, draft, one.area)
    return form


def _offer(form: ItemForm, draft: Draft, number: int | None) -> None:
    area = next((one for one in draft.work.areas if one.number == number), None)
    form.offer(area_names(draft.work), area.subareas if area else ())


def _edit(draft: Draft, item_id: int, form: ItemForm, *, settles: bool) -> ResponseReturnValue:
    draft_id = draft.row.id
    if not form.validate():
        return _page(draft, item_id, form), 422
    try:
        save(
            draft_id,
            form.version.data,
            lambda work, _read: edits.edit(work, item_id, **form.edited()),
        )
    except Conflict:
        return _behind(draft_id, item_id, form)
    except NotFound:
        raise
    except RuleBroken as error:
        field = "first" if (error.field or "").startswith("subareas") else error.field
        show_error(form, RuleBroken(error.message, field=field, **error.params))
        return _page(draft, item_id, form), 422
    if settles:
        return _to_next_doubt(draft_id, item_id)
    undo = undoes(draft.work, draft_id, item_id)
    return told_at_item(draft_id, item_id, _("Sparat."), 0, undo=undo)


def _do_and_tell(draft_id: int, item_id: int, edit: Edit, told: str) -> ResponseReturnValue:
    """Do one thing to an item, and go back to it in its area, with a way to undo."""
    before = drafts.load_draft(draft_id, me()).work
    if (answer := _do(draft_id, item_id, edit)) is not None:
        return answer
    area = before.item(item_id).area or 0
    return told_at_item(draft_id, item_id, told, area, undo=undoes(before, draft_id, item_id))


def _do(draft_id: int, item_id: int, edit: Edit) -> ResponseReturnValue | None:
    """Do one thing to an item; gives the page to show where it could not be done."""
    try:
        save(draft_id, request.form.get("version", 0, type=int), edit)
    except Conflict:
        return _behind(draft_id, item_id, None)
    except NotFound:
        raise
    except RuleBroken as error:
        draft = drafts.load_draft(draft_id, me())
        deeds = _deed_form(draft, draft.work.item(item_id))
        show_error(deeds, error)
        form = _item_form(draft, draft.work.item(item_id), blank=True)
        return _page(draft, item_id, form, deeds=deeds), 422
    return None


def _behind(draft_id: int, item_id: int, form: ItemForm | None) -> ResponseReturnValue:
    """What was typed, beside what somebody else has saved in the meantime."""
    draft = drafts.load_draft(draft_id, me())
    one = _find(draft, item_id)
    if one is None:
        return _gone(draft_id)
    if not draft.row.is_open:
        return overtaken(draft_id)
    if form is None:
        typed = _item_form(draft, one, blank=True)
        return _page(draft, item_id, typed, deeds=_deed_form(draft, one), stale=True), 409
    _take_version(form, draft.row.version)
    _offer(form, draft, one.area)
    return _page(draft, item_id, form, stale=True), 409


def _reload(draft_id: int, form: ItemForm) -> Draft:
    draft = drafts.load_draft(draft_id, me())
    _take_version(form, draft.row.version)
    return draft


def _take_version(form: ItemForm, version: int) -> None:
    form.version.raw_data = None
    form.version.data = version


def _deed_form(draft: Draft, one: Item, *, blank: bool = False) -> DeedForm:
    values = {"parts": one.text}
    form = DeedForm(formdata=None, data=values) if blank else DeedForm(data=values)
    form.offer([] if one.dropped else neighbours(draft.work, one))
    return form


def _page(
    draft: Draft,
    item_id: int,
    form: ItemForm,
    *,
    deeds: DeedForm | None = None,
    stale: bool = False,
) -> str:
    one = draft.work.item(item_id)
    [shown] = items_shown(draft, [one])
    return render_template(
        "drafts/item.html",
        draft=draft.row,
        shown=shown,
        item=one,
        form=form,
        deeds=deeds or _deed_form(draft, one, blank=True),
        stale=stale,
        following=next_doubt(draft.work, item_id),
        names=area_names(draft.work),
        pane=pane_of(
            draft, "drafts.item", near=[one], chosen=item_id, area=one.area, item_id=item_id
        ),
    )


def _to_next_doubt(draft_id: int, item_id: int) -> ResponseReturnValue:
    following = next_doubt(drafts.load_draft(draft_id, me()).work, item_id)
    if following is None:
        done(_("Alla osäkra är avgjorda."))
        return redirect(url_for("drafts.show", draft_id=draft_id))
    done(_("Sparat. Här är nästa osäkra."))
    return redirect(url_for("drafts.item", draft_id=draft_id, item_id=following.id))
