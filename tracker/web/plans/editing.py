"""A new plan, changes to a plan, and the next period's plan."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import PlanState
from tracker.services.plans import carrying, editing, rules, shown
from tracker.web.access import me, requires
from tracker.web.local import month_name
from tracker.web.messages import done, refused
from tracker.web.plans.blueprint import ONE, back_to_plan, both_versions, bp
from tracker.web.plans.forms import EditPlanForm, NewPlanForm, NextPlanForm, chosen

SAVED = ("title", "purpose", "starts_on", "ends_on", "evaluation_id")


@bp.route("/plans/new", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def new() -> ResponseReturnValue:
    """A draft, made from an evaluation or with points of its own."""
    evaluations = editing.evaluations_offered(by=me())
    asked = request.args.get("evaluation", type=int)
    form = NewPlanForm()
    form.offer(evaluations)
    if not form.is_submitted() and any(one.id == asked for one in evaluations):
        form.evaluation_id.data = asked
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            plan = editing.create_plan(
                form.wording(), form.points_text.data or "", by=me(), now=now()
            )
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Utkastet ”%(plan)s” är sparat.", plan=plan.title))
            return redirect(url_for("plans.show", plan_id=plan.id))
    _suggest_title(form, evaluations)
    return render_template("plans/new.html", form=form, evaluations=evaluations), status


def _suggest_title(form: NewPlanForm, evaluations: tuple[editing.EvaluationChoice, ...]) -> None:
    """A plan made from an evaluation is called after it until somebody finds a better name."""
    if form.title.data:
        return
    for one in evaluations:
        if one.id == form.evaluation_id.data:
            month = month_name(one.month)
            form.title.raw_data = None
            form.title.data = _("Handlingsplan efter utvärderingen %(month)s", month=month)


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def edit(plan_id: int) -> ResponseReturnValue:
    """Change what a plan says; the loser of a race sees both versions."""
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    if request.method == "GET" and plan.closed_on is not None:
        return back_to_plan(plan_id, rules.closed())
    form = EditPlanForm(data=editing.saved_values(plan))
    form.offer(editing.evaluations_offered(by=me()))
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            version = form.version.data or 0
            editing.edit_plan(plan_id, form.wording(), version, by=me(), now=now())
        except Conflict as conflict:
            status = 409
            theirs = conflict.current
            answer = {
                "conflict": both_versions(form, theirs, SAVED),
                "saved_by": theirs["saved_by"],
            }
            form.version.raw_data, form.version.data = None, theirs["version"]
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Ändringarna är sparade."))
            return redirect(url_for("plans.show", plan_id=plan_id))
    return render_template(
        "plans/edit.html", form=form, plan=plan, draft=plan.state is PlanState.DRAFT, **answer
    ), status


@bp.route(f"{ONE}/next", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def next_period(plan_id: int) -> ResponseReturnValue:
    """The next period's plan, with the open actions that shall go on in it."""
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    if request.method == "GET" and plan.state is PlanState.DRAFT:
        return back_to_plan(plan_id, rules.not_adopted())
    form = NextPlanForm()
    form.offer(editing.evaluations_offered(by=me()))
    status = 422 if form.is_submitted() else 200
    if form.is_submitted():
        # What is taken over is for the service to judge; the boxes are drawn below.
        form.offer_actions(())
    if form.validate_on_submit():
        try:
            made = carrying.start_next(
                plan_id,
                form.wording(),
                form.points_text.data or "",
                form.action_ids.data or (),
                by=me(),
                now=now(),
            )
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Utkastet ”%(plan)s” är sparat.", plan=made.title))
            return redirect(url_for("plans.show", plan_id=made.id))
    actions = carrying.open_actions(plan_id, by=me())
    form.offer_actions(actions)
    return render_template(
        "plans/next.html",
        form=form,
        plan=plan,
        actions=actions,
        chosen=chosen,
    ), status
