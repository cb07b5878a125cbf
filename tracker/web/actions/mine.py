"""A person's own actions."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.permissions import Deed
from tracker.services.actions.mine import MyActions, Part, my_actions
from tracker.services.actions.talk import unseen_mentions
from tracker.services.rounds.waiting import waiting_for
from tracker.web.access import me, requires
from tracker.web.actions import bp, words
from tracker.web.fields import known
from tracker.web.local import today, zone
from tracker.web.paging import SIZE, asked_page, page_of
from tracker.web.report_form import ReportForm


@bp.get("/my-actions")
@requires(Deed.ACTION_REPORT)
def mine() -> ResponseReturnValue:
    """What the reader owns, helps with and has finished, the late first; or one of the lists."""
    part: Part | None = known(Part)(request.args.get("part"))
    own = my_actions(me(), today(), zone(), part=part, page=asked_page(), size=SIZE)
    totals = {
        Part.OPEN: own.open,
        Part.STANDING: own.standing,
        Part.HELPING: own.helping,
        Part.WAITING: own.waiting,
    }
    shown = [row.id for some in (own.open, own.standing, own.helping) for row in some.rows]
    return render_template(
        "actions/mine.html",
        own=own,
        waits=waiting_for(shown, today=today(), zone=zone()),
        part=part,
        part_title=_title(part) if part else "",
        lead=_lead(own, part),
        mentions=unseen_mentions(me()),
        nothing=not any(totals[one].rows for one in Part if part in (None, one)),
        page=page_of(totals[part].total) if part else None,
        report_form=ReportForm.for_row,
        here=request.full_path.rstrip("?"),
    )


def _title(part: Part) -> str:
    titles: dict[Part, str] = {
        Part.OPEN: _("Åtgärder du äger"),
        Part.STANDING: _("Åtgärder du svarar för i någon annans ställe"),
        Part.HELPING: _("Åtgärder du medverkar i"),
        Part.WAITING: _("Väntar på att verifieras"),
    }
    return titles[part]


def _lead(own: MyActions, part: Part | None) -> str:
    if part is Part.STANDING:
        return _number(own.standing.total)
    if part is Part.HELPING:
        return _number(own.helping.total)
    if part is Part.WAITING:
        return _number(own.waiting.total)
    lead = words.sentences_of_mine(own.open.total, own.late)
    if not own.standing.total:
        return lead
    standing = ngettext(
        "Du svarar också för %(num)s åtgärd i någon annans ställe.",
        "Du svarar också för %(num)s åtgärder i någon annans ställe.",
        own.standing.total,
    )
    return f"{lead} {standing}"


def _number(total: int) -> str:
    return str(ngettext("%(num)s åtgärd.", "%(num)s åtgärder.", total))
