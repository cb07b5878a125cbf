"""What shows that an action is in place: adding it, taking it away, fetching its file."""

from __future__ import annotations

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from tracker.clock import now
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.importers.attachments import content_type
from tracker.services import scope
from tracker.services.actions import evidence
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.answers import ONE
from tracker.web.actions.step_forms import EvidenceForm
from tracker.web.actions.step_pages import back_to, evidence_files, page_of, step
from tracker.web.downloads import attachment
from tracker.web.messages import done, done_with_undo, tell


@bp.route(f"{ONE}/evidence/new", methods=["GET", "POST"])
@requires(Deed.ACTION_ATTACH)
def add_evidence(action_id: int) -> ResponseReturnValue:
    """A link or a file more."""
    action = scope.load_action(action_id, by=me(), deed=Deed.ACTION_ATTACH)
    form = EvidenceForm()
    return step(
        "actions/evidence.html",
        form,
        action,
        lambda: evidence.add_evidence(
            action_id, form.evidence(), evidence_files(), by=me(), now=now()
        ),
        lambda: done(_("Underlaget är tillagt.")),
        for_open=None,
    )


@bp.post(f"{ONE}/evidence/<int:eid>/remove")
@requires(Deed.ACTION_ATTACH)
def remove_evidence(action_id: int, eid: int) -> ResponseReturnValue:
    """Take evidence away; the next page offers it back."""
    back = back_to(action_id)
    try:
        gone = evidence.remove_evidence(action_id, eid, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        undo = url_for("actions.restore_evidence", action_id=action_id, eid=eid, next=back)
        done_with_undo(_("Underlaget ”%(title)s” är borttaget.", title=gone.title), undo)
    return redirect(back)


@bp.post(f"{ONE}/evidence/<int:eid>/restore")
@requires(Deed.ACTION_ATTACH)
def restore_evidence(action_id: int, eid: int) -> ResponseReturnValue:
    """Bring back what one took away."""
    try:
        again = evidence.restore_evidence(action_id, eid, by=me(), now=now())
    except RuleBroken as error:
        tell(error)
    else:
        done(_("Underlaget ”%(title)s” är tillbaka.", title=again.title))
    return redirect(back_to(action_id))


@bp.get(f"{ONE}/evidence/<int:eid>")
@requires(Deed.ACTION_VIEW)
def evidence_file(action_id: int, eid: int) -> ResponseReturnValue:
    """The kept file, as a download."""
    kept = evidence.evidence_file(action_id, eid, by=me())
    try:
        data = evidence_files().read(kept.sha256)
    except RuleBroken as error:
        tell(error)
        return redirect(page_of(action_id))
    return attachment(data, kept.name, content_type(kept.name))


@bp.app_template_filter("file_size")
def file_size(size: int) -> str:
    """A number of bytes as people read it: 340 kB, 1,2 MB."""
    if size < 1_000_000:
        return f"{format_decimal(max(1, round(size / 1000)))} kB"
    return f"{format_decimal(round(size / 1_000_000, 1))} MB"
