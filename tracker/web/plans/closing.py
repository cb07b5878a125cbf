"""A plan's end, and its way back."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import DecisionKind
from tracker.services.plans import carrying, line, rules, shown
from tracker.services.plans import closing as service
from tracker.web.access import me, requires
from tracker.web.local import today
from tracker.web.messages import done, refused
from tracker.web.plans.blueprint import ONE, back_to_plan, bp
from tracker.web.plans.forms import CloseForm, ReasonForm
from tracker.web.plans.minutes import bodies


@bp.route(f"{ONE}/close", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def close(plan_id: int) -> ResponseReturnValue:
    """The final report, where open actions go, and the minutes where there are any."""
    form = CloseForm()
    form.offer(carrying.drafts_offered(plan_id, by=me()))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            plan = service.close_plan(plan_id, form.closing(), by=me(), now=now(), today=today())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("”%(plan)s” är avslutad.", plan=plan.title))
            return redirect(url_for("plans.show", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    if request.method == "GET":
        try:
            rules.check_adopted(plan)
            rules.check_not_closed(plan)
        except RuleBroken as error:
            return back_to_plan(plan_id, error)
        # A plan that was opened again goes on from the report that it had.
        form.final_report.data = plan.final_report
    return render_template(
        "plans/close.html",
        form=form,
        plan=plan,
        closed=plan.closed_on is not None,
        ended=any(decision.kind is DecisionKind.CLOSED for decision in plan.decisions),
        actions=carrying.open_actions(plan_id, by=me()),
        bodies=bodies(),
        final_reports=line.line_of(plan, by=me()).final,
    ), status


@bp.route(f"{ONE}/reopen", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def reopen(plan_id: int) -> ResponseReturnValue:
    """Open a closed plan again."""
    form = ReasonForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            service.reopen_plan(plan_id, form.reason.data or "", by=me(), now=now())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Planen är öppen igen."))
            return redirect(url_for("plans.show", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    if request.method == "GET" and plan.closed_on is None:
        return redirect(url_for("plans.show", plan_id=plan_id))
    return render_template("plans/reopen.html", form=form, plan=plan), status
