"""From how many percentage points on a sub-area has risen."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.scores import DEFAULT_THRESHOLD
from tracker.services import thresholds
from tracker.services.crosswalks.preview import Turn, would_change
from tracker.web.access import me, requires
from tracker.web.crosswalks.blueprint import bp
from tracker.web.crosswalks.forms import ThresholdForm
from tracker.web.messages import done, refused

MOST_NAMED = 10  # sub-areas in a preview


@bp.route("/crosswalks/threshold", methods=["GET", "POST"])
@requires(Deed.COMPARISON_MANAGE)
def threshold() -> ResponseReturnValue:
    """Set it; what would come of it can be seen first."""
    form = ThresholdForm()
    if not form.is_submitted():
        value, form.version.data = thresholds.standing()
        form.threshold.data = format_decimal(value)
        return _page(form, 200)
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        value = thresholds.checked(form.threshold.number)
        if request.form.get("deed") == "preview":
            return _page(form, 200, preview=(value, would_change(value, by=me())))
        version = -1 if form.version.data is None else form.version.data
        changed = thresholds.set_threshold(value, by=me(), now=now(), seen=version)
    except Conflict as conflict:
        form.version.raw_data, form.version.data = None, conflict.current["version"]
        return _page(form, 409, overtaken=True)
    except RuleBroken as error:
        return _page(form, refused(form, error))
    done(_("Gränsen är sparad.") if changed else _("Gränsen är som den var."))
    return redirect(url_for("crosswalks.threshold"))


def _page(
    form: ThresholdForm,
    status: int,
    preview: tuple[float, tuple[tuple[Turn, ...], int] | None] | None = None,
    *,
    overtaken: bool = False,
) -> ResponseReturnValue:
    return render_template(
        "crosswalks/threshold.html",
        form=form,
        present=thresholds.threshold(),
        standard=DEFAULT_THRESHOLD,
        preview=preview,
        overtaken=overtaken,
        most=MOST_NAMED,
    ), status
