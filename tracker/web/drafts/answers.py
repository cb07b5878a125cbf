"""What every page of a review shares: saving a change, and what to show when somebody else came
first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import current_app, render_template
from flask.typing import ResponseReturnValue

from tracker.clock import now
from tracker.domain.calendar import local_date
from tracker.importers.draft import ReportDraft
from tracker.models import ImportDraft
from tracker.services import drafts
from tracker.services.review.work import Work
from tracker.web import rescue
from tracker.web.access import me

Edit = Callable[[Work, ReportDraft], Work]


def save(draft_id: int, version: int | None, edit: Edit) -> ImportDraft:
    """Make the change, as the person who is logged in. Raises like `drafts.revise`."""
    return drafts.revise(draft_id, version or 0, edit, by=me(), now=now())


def overtaken(draft_id: int) -> ResponseReturnValue:
    """What was typed for something that is no longer there, or no longer open."""
    row = drafts.load_draft(draft_id, me()).row
    page = render_template("drafts/overtaken.html", draft=row, texts=rescue.written())
    return page, 409


def day_of(row: ImportDraft) -> date:
    """The day, here, on which the report was read."""
    return local_date(row.created_at, current_app.extensions["settings"].timezone)
