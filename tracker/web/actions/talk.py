"""Comments on an action: writing one, taking one's own back, saying that one has read them."""

from __future__ import annotations

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.permissions import Deed
from tracker.services import scope
from tracker.services.actions import talk
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE
from tracker.web.actions.step_forms import CommentForm
from tracker.web.actions.step_pages import back_to, step
from tracker.web.messages import done


@bp.route(f"{ONE}/comment", methods=["GET", "POST"])
@requires(Deed.ACTION_COMMENT)
def comment(action_id: int) -> ResponseReturnValue:
    """Say something to colleagues; what was refused stands here again, as it was typed."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_COMMENT)
    form = CommentForm()
    return step(
        "actions/comment.html",
        form,
        action,
        lambda: talk.add_comment(action_id, form.text.data or "", by=me(), now=now()),
        lambda: done(_("Kommentaren är skickad.")),
        for_open=None,
    )


@bp.post(f"{ONE}/comments/<int:cid>/remove")
@requires(Deed.ACTION_COMMENT)
def remove_comment(action_id: int, cid: int) -> ResponseReturnValue:
    """Take one's own comment back."""
    talk.remove_comment(action_id, cid, by=me(), now=now())
    done(_("Kommentaren är borttagen."))
    return redirect(back_to(action_id))


@bp.post(f"{ONE}/comments/seen")
@requires(Deed.ACTION_COMMENT)
def seen(action_id: int) -> ResponseReturnValue:
    """One has read the comments that call one."""
    talk.mark_seen(action_id, by=me(), now=now())
    done(_("Det är noterat att du har sett det."))
    return redirect(back_to(action_id))
