"""The minutes about a plan: adoption, follow-ups, and what was typed wrong."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import PlanState
from tracker.services import places
from tracker.services.plans import gate, rules, shown
from tracker.services.plans import minutes as service
from tracker.web.access import me, requires
from tracker.web.local import today
from tracker.web.messages import done, refused
from tracker.web.plans.blueprint import ONE, back_to_plan, both_versions, bp
from tracker.web.plans.forms import AdoptForm, CorrectForm, MinutesForm, ReasonForm

DECISION = f"{ONE}/decisions/<int:decision_id>"
SAVED = ("body", "decided_on", "section", "record_number", "note")


def bodies() -> list[str]:
    """Who may have decided something, to be suggested."""
    return [committee.name for committee in places.committees()]


@bp.route(f"{ONE}/adopt", methods=["GET", "POST"])
@requires(Deed.PLAN_ADOPT)
def adopt(plan_id: int) -> ResponseReturnValue:
    """The form for the minutes; an adopted plan shows its decision instead."""
    form = AdoptForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            plan = service.adopt_plan(
                plan_id,
                form.minutes(),
                unanswered_reason=form.unanswered_reason.data or "",
                by=me(),
                now=now(),
                today=today(),
            )
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("”%(plan)s” är antagen. Nämnderna ser nu sin del av planen.", plan=plan.title))
            return redirect(url_for("plans.show", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_ADOPT)
    return render_template(
        "plans/adopt.html",
        form=form,
        plan=plan,
        adopted=plan.state is PlanState.ADOPTED,
        unready=gate.unready(plan),
        actions=shown.action_count(plan.id),
        bodies=bodies(),
    ), status


@bp.route(f"{ONE}/decisions/new", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def follow_up(plan_id: int) -> ResponseReturnValue:
    """What a body decided when the plan was followed up, or about its final report."""
    form = MinutesForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            minutes = form.minutes()
            service.record_decision(plan_id, minutes, by=me(), now=now(), today=today())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Beslutet är registrerat."))
            return redirect(url_for("plans.show", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    if request.method == "GET":
        try:
            rules.check_adopted(plan)
            service.kind_of_next(plan)
        except RuleBroken as error:
            return back_to_plan(plan_id, error)
    return render_template("plans/follow_up.html", form=form, plan=plan, bodies=bodies()), status


@bp.route(DECISION, methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def correct(plan_id: int, decision_id: int) -> ResponseReturnValue:
    """Put right what was typed wrong; the loser of a race sees both versions."""
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    decision = service.decision_of(plan, decision_id)
    form = CorrectForm(data={**service.values(decision), "was": service.mark(decision)})
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            _save(form, plan_id, decision_id)
        except Conflict as conflict:
            status = 409
            theirs = conflict.current
            answer = {
                "conflict": both_versions(form, theirs, SAVED),
                "saved_by": theirs["saved_by"],
            }
            form.was.raw_data, form.was.data = None, service.mark(decision)
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Beslutet är rättat. Vad som stod förut finns i planens historik."))
            return redirect(url_for("plans.show", plan_id=plan_id))
    return render_template(
        "plans/correct.html", form=form, plan=plan, decision=decision, bodies=bodies(), **answer
    ), status


def _save(form: CorrectForm, plan_id: int, decision_id: int) -> None:
    service.correct_decision(
        plan_id,
        decision_id,
        form.minutes(),
        form.was.data or "",
        by=me(),
        now=now(),
        today=today(),
    )


@bp.route(f"{DECISION}/remove", methods=["GET", "POST"])
@requires(Deed.PLAN_EDIT)
def remove(plan_id: int, decision_id: int) -> ResponseReturnValue:
    """Ask, then take away a decision that was recorded by mistake."""
    if request.method == "POST":
        try:
            service.remove_decision(plan_id, decision_id, by=me(), now=now())
        except RuleBroken as error:
            return back_to_plan(plan_id, error)
        done(_("Beslutet är borttaget. Vad som stod finns kvar i planens historik."))
        return redirect(url_for("plans.show", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_EDIT)
    decision = service.decision_of(plan, decision_id)
    return render_template("plans/remove.html", plan=plan, decision=decision)


@bp.route(f"{ONE}/withdraw", methods=["GET", "POST"])
@requires(Deed.PLAN_ADOPT)
def withdraw(plan_id: int) -> ResponseReturnValue:
    """Make a draft again of a plan whose adoption was registered by mistake."""
    form = ReasonForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            service.withdraw_adoption(plan_id, form.reason.data or "", by=me(), now=now())
        except RuleBroken as error:
            status = refused(form, error)
        else:
            done(_("Antagandet är taget tillbaka. Planen är ett utkast igen."))
            return redirect(url_for("plans.show", plan_id=plan_id))
    plan = shown.load_plan(plan_id, by=me(), deed=Deed.PLAN_ADOPT)
    if request.method == "GET":
        try:
            service.check_withdrawable(plan)
        except RuleBroken as error:
            return back_to_plan(plan_id, error)
    return render_template("plans/withdraw.html", form=form, plan=plan), status
