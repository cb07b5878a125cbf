"""What the review of a report changed before it became an evaluation."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services import drafts
from tracker.services import evaluations as service
from tracker.services.review.changes import changes as changes_of
from tracker.services.review.shown import area_names
from tracker.web.access import me, requires
from tracker.web.evaluations.blueprint import bp


@bp.get("/evaluations/<int:evaluation_id>/changes")
@requires(Deed.EVALUATION_VIEW)
def changes(evaluation_id: int) -> ResponseReturnValue:
    """Each change in words; nothing can be undone any more."""
    evaluation = service.evaluation_shown(evaluation_id, me()).row
    draft = drafts.draft_behind(evaluation_id, me())
    return render_template(
        "evaluations/changes.html",
        evaluation=evaluation,
        changes=changes_of(draft.read, draft.work) if draft else (),
        names=area_names(draft.work) if draft else {},
    )
