"""What the views about actions share: refusals and the way back."""

from __future__ import annotations

from datetime import datetime

from flask import request, url_for

from tracker.services.actions.undo import undoable_edit
from tracker.web.access import me
from tracker.web.local import safe_target
from tracker.web.messages import done, done_with_undo

# A number that no key column could hold is no page, not a fault.
ONE = "/actions/<int:action_id>"


def tell_edited(sentence: str, action_id: int, at: datetime, back: str) -> None:
    """Say that the reader's edit, made at the instant `at`, is saved, and offer to take it back
    where one button can."""
    entry = undoable_edit(action_id, by=me(), at=at)
    if entry is None:
        done(sentence)
    else:
        url = url_for("actions.undo_edit", action_id=action_id, entry=entry, next=back)
        done_with_undo(sentence, url)


def asked_next() -> str:
    """The local path that the reader came from and wants back to, or nothing."""
    return safe_target(target, " ").strip() if (target := request.args.get("next", "")) else ""
