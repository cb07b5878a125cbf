"""What hangs on an action: a report, evidence with a kept file, a comment."""

from __future__ import annotations

from flask import current_app

from tests.helpers.cast import NOW
from tests.helpers.hostile import whole
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Action, Comment, Evidence, StatusUpdate, User
from tracker.services.actions.evidence import kept_in


def _author(action: Action) -> int:
    return action.owner_id or 1


def update(action: Action) -> StatusUpdate:
    """A report by the action's owner."""
    return StatusUpdate(
        action_id=action.id, author_id=_author(action), at=NOW, health=Health.ON_TRACK
    )


def evidence(action: Action) -> Evidence:
    """A text file that the action's owner added, and that is really there."""
    data = whole(".txt")
    return Evidence(
        action_id=action.id,
        title="Protokoll",
        added_at=NOW,
        added_by_id=_author(action),
        sha256=kept_in(current_app.extensions["settings"].instance_dir).keep(data),
        file_name="protokoll.txt",
        size=len(data),
    )


def comment(action: Action, by: User) -> Comment:
    """A comment, saved."""
    made = Comment(action_id=action.id, author_id=by.id, at=NOW, text="Hej!")
    db.session.add(made)
    db.session.commit()
    return made
