"""Everything that the review has changed against the report."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services import drafts
from tracker.services.review.changes import changes as changes_of
from tracker.services.review.shown import area_names
from tracker.web.access import me, requires
from tracker.web.drafts.blueprint import bp


@bp.get("/drafts/<int:draft_id>/changes")
@requires(Deed.EVALUATION_IMPORT)
def changes(draft_id: int) -> ResponseReturnValue:
    """Each change in words, with a way back."""
    draft = drafts.load_draft(draft_id, me())
    return render_template(
        "drafts/changes.html",
        draft=draft.row,
        changes=changes_of(draft.read, draft.work),
        names=area_names(draft.work),
    )
