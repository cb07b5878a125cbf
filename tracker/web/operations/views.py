"""The administrator's view of worker, outbox and journal."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime, format_timedelta
from flask_babel import lazy_gettext as _l

from tracker.clock import now
from tracker.domain.permissions import Deed
from tracker.models import OutboxState
from tracker.services import operations
from tracker.web.access import me, requires
from tracker.web.operations.forms import JournalFilter
from tracker.web.paging import asked_page, page_of

bp = Blueprint("operations", __name__)

# What each state of a letter is called, in which tone and with which icon.
STATES = {
    OutboxState.QUEUED: (_l("Väntar"), "neutral", "soon"),
    OutboxState.CLAIMED: (_l("Skickas nu"), "info", "ongoing"),
    OutboxState.UNCERTAIN: (_l("Osäkert om det kom fram"), "warn", "warning"),
    OutboxState.SENT: (_l("Skickat"), "good", "done"),
    OutboxState.DEAD: (_l("Gick inte att leverera"), "bad", "off_track"),
    OutboxState.CANCELLED: (_l("Inställt"), "muted", "dropped"),
}


@bp.app_template_filter("short_moment")
def short_moment(moment: datetime | None) -> str:
    """An instant as tables write it, in the municipality's own time: 2026-12-01 09:14."""
    return str(format_datetime(moment, "yyyy-MM-dd HH:mm")) if moment else ""


@bp.app_template_filter("ago")
def ago(moment: datetime) -> str:
    """How long ago an instant was, in words: för 2 minuter sedan."""
    return str(format_timedelta(moment - now(), add_direction=True))


@bp.get("/operations")
@requires(Deed.OPERATIONS_VIEW)
def index() -> ResponseReturnValue:
    """Worker and outbox."""
    messages, total = operations.outbox_page(number=asked_page())
    return render_template(
        "operations/index.html",
        machinery=operations.health(now=now()),
        messages=messages,
        page=page_of(total),
        states=STATES,
    )


@bp.get("/operations/journal")
@requires(Deed.OPERATIONS_VIEW)
def journal() -> ResponseReturnValue:
    """Who did what, newest first."""
    form = JournalFilter(request.args)
    subject = form.subject.data or ""
    lines, total = operations.journal_page(by=me(), subject=subject, number=asked_page())
    return render_template(
        "operations/journal.html", form=form, lines=lines, total=total, page=page_of(total)
    )
