"""The complete export: asked for, watched while it is made, and fetched."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.services.held_folders import Stage
from tracker.services.records.making import Claim, Exports, carry_out
from tracker.services.records.schema import left_out
from tracker.web import background
from tracker.web.access import me, requires
from tracker.web.downloads import attached_path
from tracker.web.local import local_day
from tracker.web.messages import done, tell, translated

bp = Blueprint("records", __name__, url_prefix="/records")
LOOK_AGAIN = 3  # seconds until the page that waits looks how it goes


def exports() -> Exports:
    """The installation's exports."""
    return Exports(current_app.extensions["settings"].instance_dir / "exports")


@bp.get("")
@requires(Deed.RECORDS_EXPORT)
def index() -> ResponseReturnValue:
    """What an export holds and what not, and one's own of the last day."""
    mine = exports().of(me(), now=now())
    being_made = any(one.stage is Stage.GOING_ON for one in mine)
    page = render_template(
        "records/index.html",
        exports=mine,
        being_made=being_made,
        translated=translated,
        left_out=left_out(),
    )
    if being_made:
        return page, {"Refresh": f"{LOOK_AGAIN}; url={url_for('records.index')}"}
    return page


@bp.post("/export")
@requires(Deed.RECORDS_EXPORT)
def export() -> ResponseReturnValue:
    """Begin an export, and wait a little for it."""
    try:
        claim = exports().begin(by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        background.await_a_little(background.begin(_carry_out, claim, name="making an export"))
    return redirect(url_for("records.index"))


def _carry_out(claim: Claim) -> None:
    carry_out(claim, config=current_app.extensions["settings"], clock=now)


@bp.get("/<export_key>/file")
@requires(Deed.RECORDS_EXPORT)
def file(export_key: str) -> Response:
    """The file of an export of one's own."""
    found, path = exports().file(export_key, by=me(), now=now())
    day = local_day(found.started_at).isoformat()
    return attached_path(path, f"atgarda-export-{day}.zip", "application/zip")


@bp.post("/<export_key>/remove")
@requires(Deed.RECORDS_EXPORT)
def remove(export_key: str) -> ResponseReturnValue:
    """Remove an export of one's own: another can be made at any time."""
    try:
        exports().remove(export_key, by=me())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Exporten är borttagen från servern."))
    return redirect(url_for("records.index"))
