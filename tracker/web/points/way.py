"""Where one came from, and the step that can be undone."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, session, url_for
from flask_babel import gettext as _

from tracker.services.points.answers import Step
from tracker.services.points.listing import Heading
from tracker.web.fields import a_key, keys_among, known
from tracker.web.local import safe_target

_UNDO = "points_undo"


@dataclass(frozen=True)
class WayBack:
    """The page that the reader came from."""

    url: str
    label: str


def asked_next() -> str:
    """The local path that the reader wants back to; the list of points where none is said."""
    return safe_target(request.values.get("next", ""), url_for("points.index"))


def way_back(heading: Heading) -> WayBack:
    """The list of points as the reader left it."""
    whole = url_for("points.index", evaluation=heading.evaluation_id)
    target = safe_target(request.args.get("next", ""), whole)
    path = target.partition("?")[0]
    if path == url_for("points.matrix"):
        return WayBack(target, _("Prioritering"))
    listed = target if path == url_for("points.index") else whole
    return WayBack(listed, _("Förbättringspunkter"))


def offer_undo(step: Step) -> None:
    """Let the next page offer to take the step back."""
    if step.changed:
        session[_UNDO] = [step.first, step.last]


def undo_offered() -> dict[str, int] | None:
    """What the undo button sends, once: the step's first and last entry in the journal."""
    step = session.pop(_UNDO, None)
    return {"first": step[0], "last": step[1]} if step else None


def asked_seen() -> int | None:
    """The journal's newest entry when the reader's page was made, where the page says so."""
    return known(a_key)(request.values.get("seen"))


def asked_points() -> list[int]:
    """The points of the form or the address, each once; an area's come together, with commas
    between. What is no number is left out."""
    pieces = [piece for text in request.values.getlist("point") for piece in text.split(",")]
    return keys_among(pieces)
