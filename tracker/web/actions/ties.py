"""What an action waits for, its links, and the points that it serves."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN
from tracker.models import Action
from tracker.services import scope
from tracker.services.actions import around, serving, ties
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE
from tracker.web.actions.step_pages import back_to, step
from tracker.web.actions.tie_forms import LinkForm, PointsForm, UntieForm, WaitForm, posted_key
from tracker.web.messages import done, done_with_undo, tell


@bp.route(f"{ONE}/waits", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def wait(action_id: int) -> ResponseReturnValue:
    """Let the action wait for another."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    form = WaitForm()

    def save() -> None:
        needs_id = ties.find_needed(form.needs.data or "", by=me())
        ties.add_dependency(action_id, needs_id, by=me(), now=now())

    return step(
        "actions/wait.html",
        form,
        action,
        save,
        lambda: done(_("Nu väntar åtgärden på en till.")),
        offered=around.actions_offered(action, by=me()),
    )


@bp.post(f"{ONE}/waits/remove")
@requires(Deed.ACTION_EDIT)
def stop_waiting(action_id: int) -> ResponseReturnValue:
    """The action waits no longer for another."""
    scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    needs_id = posted_key("needs")
    if needs_id:
        try:
            needed = ties.remove_dependency(action_id, needs_id, by=me(), now=now())
        except RuleBroken as error:
            tell(error)
        else:
            done(_no_longer(needed))
    return redirect(back_to(action_id))


@bp.route(f"{ONE}/links", methods=["GET", "POST"])
@requires(Deed.ACTION_ATTACH)
def add_link(action_id: int) -> ResponseReturnValue:
    """Something to read about the action."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_ATTACH)
    form = LinkForm()
    return step(
        "actions/link.html",
        form,
        action,
        lambda: ties.add_link(
            action_id, form.link_title.data or "", form.link_url.data or "", by=me(), now=now()
        ),
        lambda: done(_("Länken finns nu på åtgärden.")),
    )


@bp.post(f"{ONE}/links/remove")
@requires(Deed.ACTION_ATTACH)
def remove_link(action_id: int) -> ResponseReturnValue:
    """Take a link away; its title and address are kept in the history."""
    scope.load_action(action_id, by=me(), deed=Deed.ACTION_ATTACH)
    link_id = posted_key("link")
    if link_id:
        try:
            title = ties.remove_link(action_id, link_id, by=me(), now=now())[0]
        except RuleBroken as error:
            tell(error)
        else:
            done(_("Länken ”%(title)s” är borttagen.", title=title))
    return redirect(back_to(action_id))


@bp.route(f"{ONE}/points", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def tie(action_id: int) -> ResponseReturnValue:
    """Choose more points that the action serves."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    offered = around.points_offered(action)
    form = PointsForm()
    form.offer(offered)
    return step(
        "actions/tie.html",
        form,
        action,
        lambda: serving.tie_points(action_id, *form.chosen(), by=me(), now=now()),
        lambda: done(_("Åtgärden är kopplad till punkterna.")),
        offered=offered,
    )


@bp.route(f"{ONE}/points/remove", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def untie(action_id: int) -> ResponseReturnValue:
    """The action serves a point no longer; with the last one it is asked first."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    form = UntieForm(request.values)
    point = next((item for item in action.points if item.id == form.point.data), None)
    own = next((item for item in action.plan_points if item.id == form.plan_point.data), None)
    if action.status not in OPEN or (point is None and own is None):
        return redirect(back_to(action_id))
    last = len(action.points) + len(action.plan_points) == 1
    if request.method == "GET" or (last and not form.sure.data):
        return render_template(
            "actions/untie.html",
            action=action,
            point=point,
            own=own,
            last=last,
            back=back_to(action_id),
        )
    try:
        if point is not None:
            serving.untie_point(action_id, point.id, by=me(), now=now())
        elif own is not None:
            serving.untie_plan_point(action_id, own.id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
        return redirect(back_to(action_id))
    name = "point" if point is not None else "plan_point"
    key = form[name].data
    done_with_undo(
        _("Kopplingen till punkten är borttagen."),
        url_for("actions.retie", action_id=action_id, next=back_to(action_id), **{name: key}),
    )
    return redirect(back_to(action_id))


@bp.post(f"{ONE}/points/restore")
@requires(Deed.ACTION_EDIT)
def retie(action_id: int) -> ResponseReturnValue:
    """Put a tie back that was just taken away."""
    scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    form = UntieForm(request.args)
    try:
        serving.tie_points(
            action_id,
            [form.point.data] if form.point.data else [],
            [form.plan_point.data] if form.plan_point.data else [],
            by=me(),
            now=now(),
        )
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Kopplingen är tillbaka."))
    return redirect(back_to(action_id))


def _no_longer(needed: Action) -> str:
    """What an action waits for no longer, by its title for who may see it."""
    if scope.may_on(me(), Deed.ACTION_VIEW, needed):
        return str(_("Åtgärden väntar inte längre på ”%(title)s”.", title=needed.title))
    return str(_("Åtgärden väntar inte längre på en annan")) + "."
