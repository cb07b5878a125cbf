"""The picture of what to do first."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services.points.matrix import matrix_of
from tracker.web.access import me, requires
from tracker.web.points import bp
from tracker.web.points.drawing import RADIUS, draw


@bp.get("/points/matrix")
@requires(Deed.POINT_VIEW)
def matrix() -> ResponseReturnValue:
    """Gain against effort, point by point."""
    found = matrix_of(request.args.get("evaluation", type=int), by=me())
    if found is None:
        return render_template("points/none.html")
    return render_template(
        "points/matrix.html",
        found=found,
        heading=found.heading,
        drawing=draw(found.dots),
        radius=RADIUS,
        first=sum(dot.weight.priority == 1 for dot in found.dots),
        unknown=sum(dot.weight.effort is None for dot in found.dots),
        here=request.full_path.rstrip("?"),
    )
