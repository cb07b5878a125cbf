"""What an administrator does about letters that did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.outbox import again as dead_letters
from tracker.web.access import me, requires
from tracker.web.machinery import machinery
from tracker.web.messages import done, tell
from tracker.web.operations.blueprint import bp, way_back
from tracker.web.operations.words import when_it_leaves


@bp.post("/operations/letters/<int:message_id>/again")
@requires(Deed.OPERATIONS_MANAGE)
def again(message_id: int) -> ResponseReturnValue:
    """Let a dead letter leave after all."""
    return _do(dead_letters.send_again, message_id, when_it_leaves(machinery().hours, now()))


@bp.post("/operations/letters/<int:message_id>/set-aside")
@requires(Deed.OPERATIONS_MANAGE)
def set_aside(message_id: int) -> ResponseReturnValue:
    """Let a dead letter rest; it raises no alarm any more."""
    sentence = _("Brevet är lagt åt sidan. Det skickas inte och larmar inte längre.")
    return _do(dead_letters.set_aside, message_id, sentence)


def _do(deed: Callable[..., Any], message_id: int, sentence: str) -> ResponseReturnValue:
    try:
        deed(message_id, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(sentence)
    return redirect(url_for("operations.letter", message_id=message_id, next=way_back()))
