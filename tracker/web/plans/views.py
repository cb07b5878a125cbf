"""Recording the decision that adopts a plan."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.models import PlanState
from tracker.services import places
from tracker.services import plans as service
from tracker.services.actions.rules import Refused
from tracker.web.access import me, requires
from tracker.web.local import today
from tracker.web.messages import done, show_error
from tracker.web.plans.forms import AdoptForm

bp = Blueprint("plans", __name__)


@bp.route("/plans/<int:plan_id>/adopt", methods=["GET", "POST"])
@requires(Deed.PLAN_ADOPT)
def adopt(plan_id: int) -> ResponseReturnValue:
    """The form for the minutes; an adopted plan shows its decision instead."""
    form = AdoptForm()
    if form.validate_on_submit():
        try:
            plan = service.adopt_plan(plan_id, form.minutes(), by=me(), now=now(), today=today())
        except (NotFound, Forbidden):
            raise
        except RuleBroken as error:
            for problem in error.problems if isinstance(error, Refused) else (error,):
                show_error(form, problem)
        else:
            done(_("”%(plan)s” är antagen. Nämnderna ser nu sin del av planen.", plan=plan.title))
            return redirect(url_for("actions.index"))
    plan, actions = service.load_plan(plan_id, by=me())
    return render_template(
        "plans/adopt.html",
        form=form,
        plan=plan,
        adopted=plan.state is PlanState.ADOPTED,
        actions=actions,
        bodies=[committee.name for committee in places.committees()],
    ), 422 if form.is_submitted() else 200
