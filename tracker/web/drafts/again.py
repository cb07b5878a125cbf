"""Reading the file of an answered draft once more."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services import drafts
from tracker.web import background
from tracker.web.access import me, requires
from tracker.web.drafts.blueprint import bp
from tracker.web.messages import translated


@bp.post("/drafts/<int:draft_id>/again")
@requires(Deed.EVALUATION_IMPORT)
def again(draft_id: int) -> ResponseReturnValue:
    """Read the kept file as a draft of its own; one that still waits needs no second."""
    row = drafts.load_row(draft_id, me())
    if row.is_open:
        return redirect(url_for("drafts.show", draft_id=draft_id))
    readings = background.readings()
    try:
        claim = readings.begin(row.file_name, b"", by=me(), now=now(), draft_before=draft_id)
    except RuleBroken as error:
        flash(translated(error), "error")
        return redirect(url_for("drafts.show", draft_id=draft_id))
    reading = background.read(claim)
    # What it came to, or how far it has come, is told where all readings are followed.
    return redirect(url_for("evaluations.reading", token=reading.token))
