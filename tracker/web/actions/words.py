"""How dates, states and past deeds are said on the pages about actions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.statuses import (
    HEALTH_MARKS,
    STATUS_MARKS,
    TIMELINESS_MARKS,
    ActionStatus,
    Health,
    Timeliness,
    slippage,
)
from tracker.web.actions import bp
from tracker.web.local import plain_date, today


@bp.app_template_filter("state_word")
def state_word(state: ActionStatus | Health | Timeliness) -> str:
    """The reader's word for a state."""
    if isinstance(state, ActionStatus):
        return str(_(STATUS_MARKS[state].label))
    if isinstance(state, Health):
        return str(_(HEALTH_MARKS[state].label))
    return str(_(TIMELINESS_MARKS[state].label))


@bp.app_template_filter("has_passed")
def has_passed(day: date) -> bool:
    """Whether a day lies behind us; today itself does not."""
    return day < today()


@bp.app_template_filter("days_away")
def days_away(day: date) -> str:
    """How far off a day is: i dag, om 3 dagar, för 3 dagar sedan."""
    return days_from_now((day - today()).days)


def days_from_now(days: int) -> str:
    """A number of days from today, in words; negative lies in the past."""
    if days == 0:
        return str(_("i dag"))
    if days == 1:
        return str(_("i morgon"))
    if days == -1:
        return str(_("i går"))
    if days > 0:
        return str(ngettext("om %(num)s dag", "om %(num)s dagar", days))
    return str(ngettext("för %(num)s dag sedan", "för %(num)s dagar sedan", -days))


@bp.app_template_filter("days_ago")
def days_ago(days: int) -> str:
    """A number of days back in time, in words."""
    return days_from_now(-days)


def sentences_of_mine(number: int, late: int) -> str:
    """A manager's own in a line: Du har 4 åtgärder. 1 är försenad."""
    if not number:
        return str(_("Du har inga öppna åtgärder."))
    head = ngettext("Du har %(num)s åtgärd.", "Du har %(num)s åtgärder.", number)
    if not late:
        nobody = _("Ingen är försenad.")
        return f"{head} {nobody}"
    overdue = ngettext("%(num)s är försenad.", "%(num)s är försenade.", late)
    return f"{head} {overdue}"


@dataclass(frozen=True)
class WayBack:
    """The list that the reader came from."""

    url: str
    label: str
    more_points: bool = False


def way_back(target: str) -> WayBack:
    """The list behind a local path; the plan's where the path says nothing."""
    path = target.partition("?")[0]
    if path == url_for("points.index"):
        return WayBack(target, _("Förbättringspunkter"), more_points=True)
    if path == url_for("actions.mine"):
        return WayBack(target, _("Mina åtgärder"))
    if path == url_for("start.index"):
        return WayBack(target, _("Läget"))
    listed = target if path == url_for("actions.index") else url_for("actions.index")
    return WayBack(listed, _("Handlingsplan"))


def slippage_sentence(first: date, current: date) -> str:
    """How far a deadline has moved: Flyttad 45 dagar framåt, från 1 mars. Empty if it has not."""
    days = slippage(first, current)
    if not days:
        return ""
    day = plain_date(first)
    if days > 0:
        sentence = ngettext(
            "Flyttad %(num)s dag framåt, från %(day)s",
            "Flyttad %(num)s dagar framåt, från %(day)s",
            days,
            day=day,
        )
    else:
        sentence = ngettext(
            "Flyttad %(num)s dag bakåt, från %(day)s",
            "Flyttad %(num)s dagar bakåt, från %(day)s",
            -days,
            day=day,
        )
    return str(sentence)
