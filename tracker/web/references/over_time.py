"""Our evaluations over time, and others' beside them."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from tracker.domain.editions import editions
from tracker.domain.permissions import Deed
from tracker.services.series import MOST_COMPARED
from tracker.services.series import series as series_of
from tracker.web.access import me, requires
from tracker.web.references.blueprint import bp
from tracker.web.references.drawings import area_names, drawn_areas, drawn_total
from tracker.web.references.forms import CompareForm

_LONGEST_PLACE = 100


@bp.get("/comparison/series")
@requires(Deed.COMPARISON_VIEW)
def series() -> ResponseReturnValue:
    """Two or more evaluations over time; whom to compare with stands in the address as `place`."""
    asked = [place for place in request.args.getlist("place") if 0 < len(place) <= _LONGEST_PLACE]
    shown = series_of(by=me(), compared=asked)
    chosen = {story.place for story in shown.compared}
    return render_template(
        "references/series.html",
        shown=shown,
        form=CompareForm([one for one in shown.choices if one[0] not in chosen]),
        most=MOST_COMPARED,
        edition_names={one.key: one.name for one in editions()},
        may_import=me().may(Deed.EVALUATION_IMPORT),
        area_names=area_names,
        drawn_total=drawn_total,
        drawn_areas=drawn_areas,
    )
