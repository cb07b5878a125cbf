"""Who is there, and bringing more in."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.clock import now
from tracker.domain.editions import editions
from tracker.domain.errors import Forbidden, RuleBroken
from tracker.domain.permissions import Deed
from tracker.importers.references import csv_of
from tracker.services.references import listing, reading, saving
from tracker.web.access import me, requires
from tracker.web.downloads import attachment
from tracker.web.local import today
from tracker.web.messages import done, done_with_undo, refused, show_error, tell, translated
from tracker.web.paging import SIZE, asked_page, page_of
from tracker.web.references.blueprint import bp
from tracker.web.references.drawings import area_names
from tracker.web.references.forms import FindForm, SaveForm, UploadForm

__all__ = ["bp"]

MOST_SHOWN = 50  # rows of a preview, of each kind
_LONGEST_NAME = 255


@bp.get("/references")
@requires(Deed.COMPARISON_VIEW)
def index() -> ResponseReturnValue:
    """Who is there, where they stand, and the way to bring more in."""
    return _index(UploadForm(formdata=None), 200)


def _index(form: UploadForm, status: int) -> ResponseReturnValue:
    find = FindForm(request.args)
    text = find.q.data or ""
    rows, total = listing.references_page(by=me(), text=text, number=asked_page(), size=SIZE)
    manages = me().may(Deed.COMPARISON_MANAGE)
    return render_template(
        "references/index.html",
        form=form,
        find=find,
        rows=rows,
        total=total,
        page=page_of(total),
        evaluated=listing.others_evaluated(by=me()),
        overview=reading.overview(),
        imports=listing.latest_imports(by=me()) if manages else [],
        manages=manages,
        edition_names=_edition_names(),
        area_names=area_names,
    ), status


@bp.post("/references/preview")
@requires(Deed.COMPARISON_MANAGE)
def preview() -> ResponseReturnValue:
    """What a file would do, row by row; nothing is written."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _index(form, 422)
    file = form.file.data
    try:
        shown = saving.preview(file.read(), by=me(), today=today())
    except Forbidden:
        raise
    except RuleBroken as error:
        show_error(form, RuleBroken(error.message, field="file", **error.params))
        return _index(form, 422)
    yes = SaveForm(formdata=None)
    yes.content.data = csv_of(shown.file.rows)
    yes.name.data = str(file.filename)[:_LONGEST_NAME]
    return render_template(
        "references/preview.html",
        form=yes,
        shown=shown,
        refused=[(one, translated(one.error)) for one in shown.file.refused],
        warned=[(one, translated(one.error)) for one in shown.file.problems if one.warning],
        most=MOST_SHOWN,
        edition_names=_edition_names(),
    )


@bp.post("/references")
@requires(Deed.COMPARISON_MANAGE)
def save() -> ResponseReturnValue:
    """Save what the preview showed."""
    form = SaveForm()
    data, name = (form.content.data or "").encode(errors="ignore"), form.name.data or ""
    try:
        saved = saving.save(data, name, by=me(), now=now(), today=today())
    except RuleBroken as error:
        again = UploadForm(formdata=None)
        return _index(again, refused(again, error))
    _tell(saved)
    return redirect(url_for("references.index"))


def _tell(saved: saving.Saved) -> None:
    added = ngettext("%(num)s rad är ny.", "%(num)s rader är nya.", saved.added)
    changed = ngettext("%(num)s rad är ändrad.", "%(num)s rader är ändrade.", saved.changed)
    said = [*([added] if saved.added else []), *([changed] if saved.changed else [])]
    if saved.import_id is None:
        done(_("Alla rader fanns redan. Ingenting ändrades."))
        return
    done_with_undo(" ".join(said), url_for("references.undo_import", import_id=saved.import_id))


@bp.post("/references/imports/<int:import_id>/undo")
@requires(Deed.COMPARISON_MANAGE)
def undo_import(import_id: int) -> ResponseReturnValue:
    """Take a whole import back."""
    try:
        undone = saving.remove_import(import_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
        return redirect(url_for("references.index"))
    sentence = ngettext(
        "Inläsningen är borttagen: %(num)s rad.",
        "Inläsningen är borttagen: %(num)s rader.",
        undone.restored,
    )
    if undone.left:
        sentence += " " + ngettext(
            "%(num)s rad har ändrats sedan dess och står kvar.",
            "%(num)s rader har ändrats sedan dess och står kvar.",
            undone.left,
        )
    done(sentence)
    return redirect(url_for("references.index"))


@bp.post("/references/<int:reference_id>/remove")
@requires(Deed.COMPARISON_MANAGE)
def remove(reference_id: int) -> ResponseReturnValue:
    """Remove one row."""
    name = saving.remove(reference_id, by=me(), now=now())
    done(_("Raden för %(name)s är borttagen.", name=name))
    return redirect(url_for("references.index"))


@bp.get("/references/template.csv")
@requires(Deed.COMPARISON_VIEW)
def template() -> Response:
    """An empty file with the right columns."""
    return attachment(csv_of(()).encode("utf-8-sig"), "andra-kommuner.csv")


def _edition_names() -> dict[str, str]:
    return {one.key: one.name for one in editions()}
