"""The page that puts two evaluations side by side."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.editions import editions
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.comparisons import choosing, comparing
from tracker.web.access import me, requires
from tracker.web.comparisons.forms import CompareForm
from tracker.web.messages import translated

bp = Blueprint("comparisons", __name__)


@bp.get("/comparison")
@requires(Deed.COMPARISON_VIEW)
def index() -> ResponseReturnValue:
    """Two evaluations side by side; by default our own two latest."""
    listed = choosing.comparable(me())
    before, after = _chosen(choosing.latest_two(listed))
    shown, problem = None, None
    if before is not None and after is not None:
        try:
            shown = comparing.compare_evaluations(before, after, by=me(), listed=listed)
        except NotFound:
            raise
        except RuleBroken as error:
            problem = translated(error)
    return render_template(
        "comparisons/index.html",
        form=CompareForm(listed, before=before, after=after),
        count=len({one.id for one in listed}),
        may_import=me().may(Deed.EVALUATION_IMPORT),
        edition_names={one.key: one.name for one in editions()},
        shown=shown,
        problem=problem,
    ), 422 if problem else 200


def _chosen(default: tuple[int, int] | None) -> tuple[int | None, int | None]:
    """The two ids in the address, each ours by default; only numbers count."""
    before = request.args.get("before", type=int)
    after = request.args.get("after", type=int)
    if default is not None:
        before = default[0] if before is None else before
        after = default[1] if after is None else after
    return before, after
