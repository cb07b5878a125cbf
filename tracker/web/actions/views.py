"""One action, a new one, and changes to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import Conflict, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, timeliness
from tracker.models import ActionPlan
from tracker.services import scope
from tracker.services.actions import (
    around,
    evidence,
    pages,
    reminded,
    reports,
    talk,
    targets,
    wording,
)
from tracker.services.comparisons.story import was_followed
from tracker.services.points import answers
from tracker.web.access import me, requires
from tracker.web.actions import bp, facts, history, words
from tracker.web.actions import reminded as reminder_words
from tracker.web.actions.answers import ONE, asked_next, tell_edited
from tracker.web.actions.forms import (
    SAVED,
    EditActionForm,
    NewActionForm,
    as_text,
)
from tracker.web.fields import a_key, keys_among, known
from tracker.web.local import local_day, today
from tracker.web.messages import done, refused

__all__ = ["bp"]


@bp.get(ONE)
@requires(Deed.ACTION_VIEW)
def show(action_id: int) -> ResponseReturnValue:
    """Everything about one action."""
    shown = pages.action_shown(action_id, me())
    action = shown.action
    is_open = action.status in OPEN
    beside = around.around(action, by=me())
    told = reminded.reminders_of(action, me())
    may_edit = Deed.ACTION_EDIT in shown.may and is_open and action.plan.closed_on is None
    return render_template(
        "actions/show.html",
        shown=shown,
        action=action,
        is_open=is_open,
        may_edit=may_edit,
        may_report=Deed.ACTION_REPORT in shown.may,
        may_link=is_open and evidence.may_attach(action, me()),
        may_attach=evidence.may_attach(action, me()),
        around=beside,
        points=shown.points,
        followed=was_followed({point.month for point in shown.points}),
        facts=facts.facts_of(action, beside.contributors),
        reports=reports.reports_shown(action, me()),
        evidence=evidence.evidence_shown(action, me()),
        talk=talk.talk_shown(action, me()),
        timeliness=timeliness(
            action.status, action.deadline, local_day(shown.last_heard_at), today()
        ),
        past=history.past_deeds(shown.history, shown.unseen),
        reminded=told,
        reminder_lines=reminder_words.lines(told),
        back=words.way_back(asked_next()),
        here=url_for("actions.show", action_id=action_id, next=asked_next() or None),
    )


@bp.route("/actions/new", methods=["GET", "POST"])
@requires(Deed.ACTION_CREATE)
def new() -> ResponseReturnValue:
    """From one or more points to an action."""
    point_ids, plan_point_ids = asked_keys("point"), asked_keys("plan_point")
    came_from = asked_next() or (url_for("points.index") if point_ids else None)
    seen = known(a_key)(request.form.get("seen")) or answers.newest_entry()
    points = pages.points_shown(point_ids, me())
    served = targets.found(point_ids, plan_point_ids)
    form = NewActionForm()
    choices = pages.form_choices(me(), Deed.ACTION_CREATE)
    form.offer(choices, _("Samma som förvaltningens"))
    plans = targets.open_plans()
    form.offer_plans(plans, _plan_at_first(plans, served))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            wanted = replace(form.new_action(point_ids, plan_point_ids), points_seen=seen)
            action = wording.create_action(wanted, by=me(), now=now(), today=today())
        except RuleBroken as error:
            form.ask_of(error)
            status = refused(form, error)
            if isinstance(error, answers.Overtaken):
                # Told once; who saves again means it.
                status, seen = 409, answers.newest_entry()
        else:
            done(_("Åtgärden ”%(title)s” finns nu i planen.", title=action.title))
            return redirect(url_for("actions.show", action_id=action.id, next=came_from))
    return render_template(
        "actions/new.html",
        form=form,
        points=points,
        plan_points=served.plan_points,
        several_plans=len(plans) > 1 and not served.plan_points,
        choices=choices,
        seen=seen,
        target=url_for("actions.new", point=point_ids, plan_point=plan_point_ids, next=came_from),
        back=words.way_back(came_from or ""),
    ), status


def _plan_at_first(plans: list[ActionPlan], served: targets.Served) -> int | None:
    """The plan in the address where it is open, else the one that the points belong in."""
    asked = asked_keys("plan")
    known_plan = next((plan for plan in plans if plan.id in asked), None)
    usual = known_plan or targets.usual_plan(served.points)
    return usual.id if usual else None


def asked_keys(name: str) -> tuple[int, ...]:
    """The keys in the address under a name, each once; what is no key is left out."""
    return tuple(keys_among(request.args.getlist(name)))


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def edit(action_id: int) -> ResponseReturnValue:
    """Change an open action; the loser of a race sees both versions."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    page = asked_next() or url_for("actions.show", action_id=action_id)
    if action.status not in OPEN and request.method == "GET":
        return redirect(page)
    form = EditActionForm(data=wording.saved_values(action))
    choices = pages.form_choices(me(), Deed.ACTION_EDIT, kept_unit_id=action.unit_id)
    form.offer(choices, _("Ingen"))
    form.offer_status()
    answer: dict[str, Any] = {"conflict": None}
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        at = now()
        try:
            wording.edit_action(
                action_id, form.changes(), form.version.data or 0, by=me(), now=at, today=today()
            )
        except Conflict as conflict:
            status = 409
            answer = _both_versions(form, conflict)
        except RuleBroken as error:
            form.ask_of(error)
            status = refused(form, error)
        else:
            tell_edited(_("Ändringarna är sparade."), action_id, at, page)
            return redirect(page)
    return render_template(
        "actions/edit.html", form=form, action=action, choices=choices, page=page, **answer
    ), status


def _both_versions(form: EditActionForm, conflict: Conflict) -> dict[str, Any]:
    """Their version beside the typed one; the form goes on from theirs."""
    theirs = conflict.current
    fields = []
    for name in SAVED:
        yours, saved = as_text(form[name], form[name].data), as_text(form[name], theirs[name])
        label = form[name].label.text
        fields.append({"label": label, "yours": yours, "theirs": saved, "differs": yours != saved})
    fields.sort(key=lambda field: not field["differs"])
    form.version.raw_data = None
    form.version.data = theirs["version"]
    return {"conflict": fields, "saved_by": theirs["saved_by"]}
