"""What every page of a review shares: saving a change, and what to show when somebody else came
first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.importers.draft import ReportDraft
from tracker.models import ImportDraft
from tracker.services import drafts
from tracker.services.review import edits
from tracker.services.review.work import Work
from tracker.web import rescue
from tracker.web.access import me
from tracker.web.local import local_day
from tracker.web.messages import done

Edit = Callable[[Work, ReportDraft], Work]
_TOLD = "told_at_item"


def save(draft_id: int, version: int | None, edit: Edit) -> ImportDraft:
    """Make the change, as the person who is logged in. Raises like `drafts.revise`."""
    return drafts.revise(draft_id, version or 0, edit, by=me(), now=now())


def told_at_item(
    draft_id: int, item_id: int, sentence: str, area: int, *, undo: int | None = None
) -> ResponseReturnValue:
    """Back to an item in its area, or to `area` where it is gone: the sentence stands at the head
    of the page and at the item, with a button that restores item `undo`."""
    done(sentence)
    work = drafts.load_draft(draft_id, me()).work
    one = next((item for item in work.items if item.id == item_id), None)
    if one is None:
        return redirect(url_for("drafts.area", draft_id=draft_id, number=area))
    session[_TOLD] = {"draft": draft_id, "item": item_id, "sentence": sentence, "undo": undo}
    anchor = f"item-{item_id}"
    return redirect(url_for("drafts.area", draft_id=draft_id, number=one.area or 0, _anchor=anchor))


def told_here(draft_id: int) -> dict[str, Any]:
    """What `told_at_item` left for the page it leads to, once; empty where there is nothing."""
    told: dict[str, Any] = session.pop(_TOLD, None) or {}
    return told if told.get("draft") == draft_id else {}


def undoes(before: Work, draft_id: int, item_id: int) -> int | None:
    """The item whose restoring leads back to `before`; None where it would lead elsewhere."""
    draft = drafts.load_draft(draft_id, me())
    try:
        undone = edits.restore(draft.work, item_id, draft.read)
    except RuleBroken:
        return None
    return item_id if undone == before else None


def overtaken(draft_id: int) -> ResponseReturnValue:
    """What was typed for something that is no longer there, or no longer open."""
    row = drafts.load_row(draft_id, me())
    page = render_template("drafts/overtaken.html", draft=row, texts=rescue.written())
    return page, 409


def day_of(row: ImportDraft) -> date:
    """The day, here, on which the report was read."""
    return local_day(row.created_at)
