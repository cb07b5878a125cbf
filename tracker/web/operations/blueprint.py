"""The blueprint that the modules of this task hang their pages on, and the words they share."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, request, url_for
from flask_babel import format_datetime, format_timedelta
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.clock import now
from tracker.domain.ladder import Step
from tracker.domain.rungs import REPEATED, TO_WORDS, when_words
from tracker.models import OutboxMessage, OutboxState
from tracker.web.local import safe_target
from tracker.web.machinery import machinery

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
WAITING = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN)
ASIDE = (_l("Lagt åt sidan"), "muted", "paused")
# What the groups of services.outbox.pages are called.
GROUP_NAMES = {
    "": _l("Alla"),
    "waiting": _l("Väntar"),
    "uncertain": _l("Osäkra"),
    "sent": _l("Skickade"),
    "dead": _l("Gick inte fram"),
    "aside": _l("Åt sidan"),
    "cancelled": _l("Inställda"),
}


def way_back() -> str:
    """The list of letters that the reader came from, with its filter and page."""
    return safe_target(request.args.get("next", ""), url_for("operations.index"))


@bp.app_template_filter("short_moment")
def short_moment(moment: datetime | None) -> str:
    """An instant as tables write it, in the municipality's own time: 2026-12-01 09:14."""
    return str(format_datetime(moment, "yyyy-MM-dd HH:mm")) if moment else ""


@bp.app_template_filter("next_try")
def next_try(message: OutboxMessage) -> str:
    """When a letter that waits can really leave, as `short_moment`; empty for any other."""
    if message.state not in WAITING:
        return ""
    return short_moment(machinery().hours.leaving(max(message.next_at, now())))


@bp.app_template_filter("ago")
def ago(moment: datetime) -> str:
    """How long ago an instant was, in words: för 2 minuter sedan."""
    return str(format_timedelta(moment - now(), add_direction=True))


@bp.app_template_filter("rung_in_words")
def rung_in_words(step: Step) -> str:
    """A rung of the ladder: 30 dagar före slutdatum – till den ansvariga."""
    sentence, days = when_words(step)
    words = _("%(when)s – %(whom)s", when=_(sentence) % {"days": days}, whom=_(TO_WORDS[step.to]))
    if step.every is None:
        return str(words)
    return f"{words}, {_(REPEATED) % {'every': step.every}}"
