"""The pieces of an action: added, changed, taken away and put back."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import scope
from tracker.services.actions import milestones
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE
from tracker.web.actions.step_pages import back_to, step
from tracker.web.actions.tie_forms import PieceForm
from tracker.web.fields import a_key, known
from tracker.web.local import today
from tracker.web.messages import done, done_with_undo, tell


@bp.route(f"{ONE}/milestones/new", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def add_milestone(action_id: int) -> ResponseReturnValue:
    """A new piece."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    form = PieceForm()
    return step(
        "actions/milestone.html",
        form,
        action,
        lambda: milestones.add_milestone(
            action_id, form.title.data or "", form.due.data, by=me(), now=now(), today=today()
        ),
        lambda: done(_("Delsteget finns nu på åtgärden.")),
        piece=None,
    )


@bp.route(f"{ONE}/milestones/<int:mid>/edit", methods=["GET", "POST"])
@requires(Deed.ACTION_EDIT)
def edit_milestone(action_id: int, mid: int) -> ResponseReturnValue:
    """Another title or day for a piece."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    piece = next((item for item in action.milestones if item.id == mid), None)
    if piece is None:
        raise NotFound
    form = PieceForm.of(piece)
    return step(
        "actions/milestone.html",
        form,
        action,
        lambda: milestones.change_milestone(
            action_id, mid, form.title.data or "", form.due.data, by=me(), now=now(), today=today()
        ),
        lambda: done(_("Delsteget är ändrat.")),
        piece=piece,
    )


@bp.post(f"{ONE}/milestones/<int:mid>/remove")
@requires(Deed.ACTION_EDIT)
def remove_milestone(action_id: int, mid: int) -> ResponseReturnValue:
    """Take a piece away; the next page can put it back."""
    try:
        title, entry = milestones.remove_milestone(action_id, mid, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        back = back_to(action_id)
        undo = url_for("actions.restore_milestone", action_id=action_id, entry=entry, next=back)
        done_with_undo(_("Delsteget ”%(title)s” är borttaget.", title=title), undo)
    return redirect(back_to(action_id))


@bp.post(f"{ONE}/milestones/restore")
@requires(Deed.ACTION_EDIT)
def restore_milestone(action_id: int) -> ResponseReturnValue:
    """Put a piece back that was taken away."""
    scope.load_action(action_id, by=me(), deed=Deed.ACTION_EDIT)
    entry = known(a_key)(request.args.get("entry"))
    if entry:
        try:
            piece = milestones.restore_milestone(action_id, entry, by=me(), now=now())
        except RuleBroken as error:
            tell(error)
        else:
            done(_("Delsteget ”%(title)s” är tillbaka.", title=piece.title))
    return redirect(back_to(action_id))
