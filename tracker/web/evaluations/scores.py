"""The points of an evaluation under one more edition."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.editions import Edition, editions
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import evaluations as service
from tracker.services import score_sets
from tracker.services.actions.rules import Refused
from tracker.web.access import me, requires
from tracker.web.evaluations.blueprint import bp
from tracker.web.evaluations.score_form import ScoresForm
from tracker.web.messages import done, refused, show_error, translated


@bp.route("/evaluations/<int:evaluation_id>/scores", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def add_scores(evaluation_id: int) -> ResponseReturnValue:
    """Choose the edition, then write its points."""
    free = score_sets.free_editions(evaluation_id, by=me())
    chosen = next((one for one in free if one.key == request.args.get("edition")), None)
    if "edition" not in request.args and len(free) == 1:
        chosen = free[0]
    form = ScoresForm()
    form.name_areas(chosen)
    if not form.is_submitted():
        return _page(form, evaluation_id, free, chosen, 200)
    if not (form.validate_on_submit() and form.readable()):
        return _page(form, evaluation_id, free, chosen, 422)
    edition = chosen.key if chosen else request.args.get("edition", "")
    try:
        doubts = score_sets.add_scores(evaluation_id, form.wanted(edition), by=me(), now=now())
    except RuleBroken as error:
        return _page(form, evaluation_id, free, chosen, _show(form, error))
    done(_told(doubts))
    return redirect(url_for("evaluations.show", evaluation_id=evaluation_id, _anchor="added"))


@bp.route("/evaluations/<int:evaluation_id>/scores/<edition>/remove", methods=["GET", "POST"])
@requires(Deed.EVALUATION_IMPORT)
def remove_scores(evaluation_id: int, edition: str) -> ResponseReturnValue:
    """Remove points that were added by hand, after a yes."""
    scores = score_sets.added_set(evaluation_id, edition, by=me())
    name = {one.key: one.name for one in editions()}.get(edition, edition)
    if request.method == "POST":
        score_sets.remove_scores(evaluation_id, edition, by=me(), now=now())
        done(_("Poängen enligt %(edition)s är borttagna.", edition=name))
        return redirect(url_for("evaluations.show", evaluation_id=evaluation_id))
    return render_template(
        "evaluations/remove_scores.html",
        evaluation=scores.evaluation,
        scores=scores,
        edition_name=name,
        known=sum(area.score is not None for area in scores.areas),
        subareas=sum(len(area.subareas) for area in scores.areas),
    )


def _page(
    form: ScoresForm,
    evaluation_id: int,
    free: list[Edition],
    chosen: Edition | None,
    status: int,
) -> ResponseReturnValue:
    return render_template(
        "evaluations/add_scores.html",
        form=form,
        evaluation=service.evaluation_shown(evaluation_id, me()).row,
        free=free,
        chosen=chosen,
    ), status


def _show(form: ScoresForm, error: RuleBroken) -> int:
    """Put what was refused where it belongs, the sub-areas with the line that they stand on."""
    if isinstance(error, NotFound):
        raise error
    for problem in error.problems if isinstance(error, Refused) else (error,):
        if isinstance(problem, score_sets.LineProblem):
            form.blame_line(problem.row, translated(problem))
        elif isinstance(error, Refused):
            show_error(form, problem)
        else:
            return refused(form, error)
    return 422


def _told(doubts: list[str]) -> str:
    """What was saved, and what does not add up."""
    told = [_("Poängen är sparade.")]
    if "total" in doubts:
        told.append(_("Områdena summerar inte till den totalpoäng som du skrev."))
    areas = [number for number in doubts if number != "total"]
    if areas:
        told.append(
            _(
                "Delområdena summerar inte till områdets poäng i område %(areas)s.",
                areas=", ".join(areas),
            )
        )
    return " ".join(told)
