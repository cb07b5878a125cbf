"""The improvement points, and the way from a point to an action."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.domain.statuses import STATUS_MARKS
from tracker.services import points as service
from tracker.web.access import me, requires
from tracker.web.paging import asked_page, page_of
from tracker.web.points.forms import FilterForm

bp = Blueprint("points", __name__)


@bp.get("/points")
@requires(Deed.POINT_VIEW)
def index() -> ResponseReturnValue:
    """The points of one evaluation, those without an action first."""
    found = service.points_listed(
        request.args.get("evaluation", type=int),
        by=me(),
        area=request.args.get("area", type=int),
        state=_state(request.args.get("state", "")),
        q=request.args.get("q", ""),
        page=asked_page(),
    )
    if found is None:
        return render_template("points/none.html", may_import=me().may(Deed.EVALUATION_IMPORT))
    return render_template(
        "points/index.html",
        found=found,
        form=FilterForm(found.areas, formdata=request.args),
        filtered=any(request.args.get(name) for name in ("area", "state", "q")),
        page=page_of(found.total, size=service.PAGE_SIZE),
        marks=STATUS_MARKS,
        may_create=me().may(Deed.ACTION_CREATE),
    )


def _state(value: str) -> service.PointState | None:
    try:
        return service.PointState(value)
    except ValueError:
        return None
