"""The steps of an action: report, complete, verify, reopen, drop, and its milestones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.models import Action
from tracker.services import scope
from tracker.services.actions import steps as deeds
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE, asked_next, refused, tell
from tracker.web.actions.forms import (
    CompleteForm,
    DropForm,
    MilestoneForm,
    ReopenForm,
    ReportForm,
)
from tracker.web.local import today
from tracker.web.messages import done


@bp.route(f"{ONE}/report", methods=["GET", "POST"])
@requires(Deed.ACTION_REPORT)
def report(action_id: int) -> ResponseReturnValue:
    """How it goes: three choices and a line."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_REPORT)
    form = ReportForm()
    return _step(
        "actions/report.html",
        form,
        action,
        lambda: deeds.report_status(
            action_id, form.health.data, form.text.data or "", by=me(), now=now()
        ),
        _("Lägesrapporten för ”%(title)s” är sparad.", title=action.title),
        home=_home_of(action),
    )


@bp.route(f"{ONE}/complete", methods=["GET", "POST"])
@requires(Deed.ACTION_COMPLETE)
def complete(action_id: int) -> ResponseReturnValue:
    """It is done, and this shows it."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_COMPLETE)
    form = CompleteForm()
    return _step(
        "actions/complete.html",
        form,
        action,
        lambda: deeds.complete_action(
            action_id,
            form.evidence_title.data or "",
            form.evidence_url.data or "",
            by=me(),
            now=now(),
            today=today(),
        ),
        _("Åtgärden är genomförd. Nu ska någon annan verifiera den."),
    )


@bp.post(f"{ONE}/verify")
@requires(Deed.ACTION_VERIFY)
def verify(action_id: int) -> ResponseReturnValue:
    """Somebody else has seen the evidence."""
    try:
        deeds.verify_action(action_id, by=me(), now=now(), today=today())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Åtgärden är verifierad."))
    return redirect(asked_next() or _page_of(action_id))


@bp.route(f"{ONE}/reopen", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def reopen(action_id: int) -> ResponseReturnValue:
    """A finished action was not finished."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    form = ReopenForm()
    return _step(
        "actions/reopen.html",
        form,
        action,
        lambda: deeds.reopen_action(action_id, form.reason.data or "", by=me(), now=now()),
        _("Åtgärden är öppen igen."),
        for_open=False,
        was_dropped=action.status is ActionStatus.DROPPED,
    )


@bp.route(f"{ONE}/drop", methods=["GET", "POST"])
@requires(Deed.ACTION_DROP)
def drop(action_id: int) -> ResponseReturnValue:
    """The action stops; the page asks for the reason and so confirms it."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_DROP)
    form = DropForm()
    return _step(
        "actions/drop.html",
        form,
        action,
        lambda: deeds.drop_action(
            action_id,
            form.reason.data or "",
            form.decided_by.data or "",
            by=me(),
            now=now(),
            today=today(),
        ),
        _("Åtgärden är avbruten. Den finns kvar i planen."),
    )


@bp.post(f"{ONE}/milestones/<int:mid>")
@requires(Deed.ACTION_REPORT)
def milestone(action_id: int, mid: int) -> ResponseReturnValue:
    """Tick a milestone, or take the tick away."""
    wanted = MilestoneForm().done.data == "1"
    try:
        piece = deeds.toggle_milestone(
            action_id, mid, done=wanted, by=me(), now=now(), today=today()
        )
    except RuleBroken as error:
        tell(error)
    else:
        if wanted:
            done(_("Delsteget ”%(title)s” är klart.", title=piece.title))
        else:
            done(_("Delsteget ”%(title)s” är öppet igen.", title=piece.title))
    return redirect(asked_next() or _page_of(action_id))


def _step(
    template: str,
    form: FlaskForm,
    action: Action,
    save: Callable[[], object],
    said: str,
    *,
    home: str = "",
    for_open: bool = True,
    **context: Any,
) -> ResponseReturnValue:
    """Show a step's form, or take it: `save`, say so on the next page, and go back to where the
    reader came from, else `home`, else the action's page.

    A reader who asks for a step that the action's state no longer has gets the action's page.
    """
    status, back = 200, asked_next() or home or _page_of(action.id)
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                save()
            except RuleBroken as error:
                status = refused(form, error)
            else:
                done(said)
                return redirect(back)
    elif (action.status in OPEN) is not for_open:
        return redirect(_page_of(action.id))
    page = render_template(template, form=form, action=action, back=back, **context)
    return page, status


def _page_of(action_id: int) -> str:
    return url_for("actions.show", action_id=action_id)


def _home_of(action: Action) -> str:
    """Where a reporter comes from: their own list, or the page of somebody else's action."""
    return url_for("actions.mine") if action.owner_id == me().id else _page_of(action.id)
