"""The improvement points of one evaluation, and one point's own page."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services.plans.listing import plan_for_evaluation
from tracker.services.points import listing, shown
from tracker.services.points.answers import newest_entry
from tracker.web.access import me, requires
from tracker.web.paging import asked_page, page_of
from tracker.web.points import bp, words
from tracker.web.points.forms import FilterForm, WeighForm
from tracker.web.points.way import undo_offered, way_back

__all__ = ["bp"]


@bp.get("/points")
@requires(Deed.POINT_VIEW)
def index() -> ResponseReturnValue:
    """All points of one evaluation by area, to be answered several at once."""
    form = FilterForm(request.args)
    evaluation_id = request.args.get("evaluation", type=int)
    seen = newest_entry()
    found = listing.points_listed(evaluation_id, form.asked(), by=me(), page=asked_page())
    if found is None:
        return render_template("points/none.html")
    form.offer(found.areas)
    return render_template(
        "points/index.html",
        found=found,
        heading=found.heading,
        plan_id=plan_for_evaluation(found.heading.evaluation_id, by=me()),
        form=form,
        weigh=WeighForm(formdata=None),
        filtered=form.asked() != listing.EVERYTHING,
        page=page_of(found.total, size=found.size),
        here=request.full_path.rstrip("?"),
        may_answer=me().may(Deed.POINT_ANSWER) and found.heading.is_own,
        may_create=me().may(Deed.ACTION_CREATE) and found.heading.is_own,
        undo=undo_offered(),
        seen=seen,
    )


@bp.get("/points/<int:point_id>")
@requires(Deed.POINT_VIEW)
def show(point_id: int) -> ResponseReturnValue:
    """Everything about one point, and the forms that answer it."""
    seen = newest_entry()
    found = shown.point_shown(point_id, by=me())
    row = found.row
    weigh = WeighForm(formdata=None, effort=row.weight.effort, priority=words.by_hand(row))
    return render_template(
        "points/show.html",
        found=found,
        row=row,
        weigh=weigh,
        past=words.past_deeds(found.history, found.numbers),
        back=way_back(found.heading),
        here=request.full_path.rstrip("?"),
        may_answer=me().may(Deed.POINT_ANSWER) and found.heading.is_own,
        may_create=me().may(Deed.ACTION_CREATE) and found.heading.is_own,
        undo=undo_offered(),
        seen=seen,
    )
