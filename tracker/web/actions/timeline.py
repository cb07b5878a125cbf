"""The plan along the calendar."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, Timeliness
from tracker.domain.timeline import Drawing, Tick
from tracker.services.actions import timeline as timelines
from tracker.services.actions.timeline import Line
from tracker.web.access import me, requires
from tracker.web.actions import bp
from tracker.web.actions.board import asked_filter
from tracker.web.actions.listing import filter_query, removable_parts
from tracker.web.local import long_date, today, zone
from tracker.web.paging import SIZE, asked_page, page_of


@bp.get("/actions/timeline")
@requires(Deed.PLAN_VIEW)
def timeline() -> ResponseReturnValue:
    """The list's actions by deadline, drawn from start to end."""
    form = asked_filter()
    asked = form.asked()
    shown = timelines.timeline(asked, asked_page(), by=me(), today=today(), zone=zone(), size=SIZE)
    return render_template(
        "actions/timeline.html",
        lines=shown.lines,
        listed=shown.listed,
        drawing=shown.drawing,
        labels=[_label(tick, shown.drawing) for tick in shown.drawing.ticks],
        lead=_lead(shown.lines),
        page=page_of(shown.listed.paged),
        form=form,
        asked=asked,
        removable=removable_parts(form),
        query=filter_query(),
        here=request.full_path.rstrip("?"),
    )


@dataclass(frozen=True)
class Label:
    """The words at a tick; `year` is empty where it stands at another tick already."""

    x: float
    month: str
    year: str


def _label(tick: Tick, drawing: Drawing) -> Label:
    month = "" if drawing.by_year else format_date(tick.day, "LLL").rstrip(".")
    return Label(tick.x, month, str(tick.day.year) if tick.opens_year else "")


def _lead(lines: tuple[Line, ...]) -> str:
    """What comes next: Nästa slutdatum är torsdag 30 april: Ta fram en mall. 1 är försenad."""
    ahead = [line.row for line in lines if line.row.status in OPEN and not _is_late(line)]
    late = sum(map(_is_late, lines))
    parts = []
    if ahead:
        day, title = long_date(ahead[0].deadline), ahead[0].title
        parts.append(_("Nästa slutdatum är %(day)s: %(title)s.", day=day, title=title))
    if late:
        parts.append(
            ngettext("%(num)s åtgärd här är försenad.", "%(num)s åtgärder här är försenade.", late)
        )
    if lines and not parts:
        parts.append(_("Ingen av åtgärderna här är öppen."))
    return " ".join(parts)


def _is_late(line: Line) -> bool:
    return line.row.timeliness is Timeliness.OVERDUE
