"""The list of plans, and a plan's page."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from tracker.domain.permissions import Deed
from tracker.services.plans import listing, shown
from tracker.web.access import me, requires
from tracker.web.local import today
from tracker.web.paging import SIZE, asked_page, page_of
from tracker.web.plans import words
from tracker.web.plans.blueprint import ONE, bp
from tracker.web.progress import progress_sentences, seen_in_part, told_of

__all__ = ["bp"]


@bp.get("/plans")
@requires(Deed.PLAN_VIEW)
def index() -> ResponseReturnValue:
    """Every plan that the reader may see, with how far it has come."""
    rows, total = listing.plans_listed(by=me(), today=today(), page=asked_page(), size=SIZE)
    return render_template(
        "plans/index.html",
        rows=rows,
        total=total,
        sentence_of=progress_sentences,
        in_part=seen_in_part(),
        page=page_of(total),
    )


@bp.get(ONE)
@requires(Deed.PLAN_VIEW)
def show(plan_id: int) -> ResponseReturnValue:
    """Everything about one plan."""
    page = shown.plan_page(plan_id, by=me(), today=today())
    return render_template(
        "plans/show.html",
        page=page,
        plan=page.plan,
        lead=told_of(page.progress),
        past=words.past_of(page.history),
        may_edit=me().may(Deed.PLAN_EDIT),
    )
