"""The pairs of evaluations, and who was made of whom."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.crosswalks import overview as service
from tracker.services.crosswalks import predecessors
from tracker.web.access import me, requires
from tracker.web.crosswalks.blueprint import bp
from tracker.web.crosswalks.forms import ChooseForm, PredecessorForm
from tracker.web.crosswalks.words import counted, edition_name, name_of
from tracker.web.fields import a_key, known
from tracker.web.local import local_day
from tracker.web.messages import done, done_with_undo, refused, tell, translated


@bp.get("/crosswalks")
@requires(Deed.COMPARISON_MANAGE)
def index() -> ResponseReturnValue:
    """Every pair that it makes sense to look through; any other can be chosen."""
    before, after = (known(a_key)(request.args.get(name)) for name in ("before", "after"))
    if before and after and before != after:
        return redirect(url_for("crosswalks.edit", before_id=before, after_id=after))
    chosen = "before" in request.args or "after" in request.args
    problem = _("Välj två olika utvärderingar.") if chosen else None
    return _page(PredecessorForm(), 422 if problem else 200, (before, after), problem)


@bp.post("/crosswalks/predecessors")
@requires(Deed.COMPARISON_MANAGE)
def add_predecessor() -> ResponseReturnValue:
    """Keep that a municipality was made of another."""
    form = PredecessorForm()
    try:
        name, other = predecessors.add_predecessor(
            form.municipality.data, form.predecessor.data, by=me(), now=now()
        )
    except RuleBroken as error:
        return _page(form, refused(form, error))
    done(_("%(name)s bildades av %(other)s: det räknas nu.", name=name, other=other))
    return redirect(url_for("crosswalks.index", _anchor="predecessors"))


@bp.post("/crosswalks/predecessors/<int:municipality_id>/<int:predecessor_id>/remove")
@requires(Deed.COMPARISON_MANAGE)
def remove_predecessor(municipality_id: int, predecessor_id: int) -> ResponseReturnValue:
    """Forget that a municipality was made of another."""
    name, other = predecessors.remove_predecessor(
        municipality_id, predecessor_id, by=me(), now=now()
    )
    done_with_undo(
        _("Att %(name)s bildades av %(other)s räknas inte längre.", name=name, other=other),
        url_for(
            "crosswalks.restore_predecessor",
            municipality_id=municipality_id,
            predecessor_id=predecessor_id,
        ),
    )
    return redirect(url_for("crosswalks.index", _anchor="predecessors"))


@bp.post("/crosswalks/predecessors/<int:municipality_id>/<int:predecessor_id>/restore")
@requires(Deed.COMPARISON_MANAGE)
def restore_predecessor(municipality_id: int, predecessor_id: int) -> ResponseReturnValue:
    """Put back what was forgotten."""
    try:
        predecessors.restore_predecessor(municipality_id, predecessor_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Det är ångrat."))
    return redirect(url_for("crosswalks.index", _anchor="predecessors"))


def _page(
    form: PredecessorForm,
    status: int,
    chosen: tuple[int | None, int | None] = (None, None),
    problem: str | None = None,
) -> ResponseReturnValue:
    listed, pairs = service.overview(by=me())
    places, formed = predecessors.formed(by=me())
    form.offer((one.id, one.name) for one in places)
    return render_template(
        "crosswalks/index.html",
        form=form,
        choose=ChooseForm(listed, before=chosen[0], after=chosen[1]),
        problem=problem,
        count=len(listed),
        pairs=[_pair(pair) for pair in pairs],
        unsure=sum(pair.unsure for pair in pairs),
        places=places,
        formed=formed,
        may_import=me().may(Deed.EVALUATION_IMPORT),
    ), status


def _pair(pair: service.PairShown) -> dict[str, Any]:
    """A pair as the table draws it."""
    editions = dict.fromkeys(edition_name(one.edition) for one in (pair.before, pair.after))
    return {
        "name": _("%(one)s och %(other)s", one=name_of(pair.before), other=name_of(pair.after)),
        "url": url_for(
            "crosswalks.edit",
            before_id=pair.before.id,
            after_id=pair.after.id,
            edition=pair.edition,
        ),
        "editions": " → ".join(editions),
        "counts": counted(pair.counts),
        "unsure": pair.unsure,
        "stale": pair.stale,
        "by": pair.corrected_by,
        "on": local_day(pair.corrected_at) if pair.corrected_at else None,
        "problem": translated(pair.problem) if pair.problem else None,
    }
