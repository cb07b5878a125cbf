"""The points of a plan's own: added, changed, moved, removed."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.plans import points as service
from tracker.services.plans import rules, shown
from tracker.web.access import me, requires
from tracker.web.messages import done, refused, tell
from tracker.web.plans.blueprint import ONE, back_to_plan, both_versions, bp
from tracker.web.plans.forms import PointForm, PointsForm

POINT = f"{ONE}/points/<int:plan_point_id>"


@bp.route(f"{ONE}/points", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def points(plan_id: int) -> ResponseReturnValue:
    """All points with what can be done to each, and a field for more."""
    form = PointsForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            service.add_points(plan_id, form.points_text.data or "", by=me(), now=now())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Punkterna är tillagda."))
            return redirect(url_for("plans.points", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    if plan.closed_on is not None and request.method == "GET":
        return back_to_plan(plan_id, rules.closed())
    return render_template("plans/points.html", form=form, plan=plan), status


@bp.route(POINT, methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def point(plan_id: int, plan_point_id: int) -> ResponseReturnValue:
    """Change one point; the loser of a race sees both versions."""
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    saved = service.point_of(plan, plan_point_id)
    form = PointForm(data={"label": saved.label, "text": saved.text, "was": service.mark(saved)})
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _save(form, plan_id, plan_point_id)
        except Conflict as conflict:
            status = 409
            theirs = conflict.current
            answer = {
                "conflict": both_versions(form, theirs, ("label", "text")),
                "saved_by": theirs["saved_by"],
            }
            form.was.raw_data, form.was.data = None, service.mark(saved)
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Punkten är ändrad."))
            return redirect(url_for("plans.points", plan_id=plan_id))
    return render_template("plans/point.html", form=form, plan=plan, point=saved, **answer), status


def _save(form: PointForm, plan_id: int, plan_point_id: int) -> None:
    service.edit_point(
        plan_id,
        plan_point_id,
        form.label.data or "",
        form.text.data or "",
        form.was.data or "",
        by=me(),
        now=now(),
    )


@bp.post(f"{POINT}/move")
@requires(Deed.PLAN_EDIT)
def move_point(plan_id: int, plan_point_id: int) -> ResponseReturnValue:
    """One step up or down."""
    step = -1 if request.form.get("way") == "up" else 1
    try:
        service.move_point(plan_id, plan_point_id, step, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    return redirect(url_for("plans.points", plan_id=plan_id))


@bp.post(f"{POINT}/remove")
@requires(Deed.PLAN_EDIT)
def remove_point(plan_id: int, plan_point_id: int) -> ResponseReturnValue:
    """Take a point away, unless actions belong to it."""
    try:
        service.remove_point(plan_id, plan_point_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Punkten är borttagen. Vad den sade står kvar i planens historik."))
    return redirect(url_for("plans.points", plan_id=plan_id))
