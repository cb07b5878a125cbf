"""The sentences that answer whether the reminders go out, and when the next ones do."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from tracker.domain.calendar import holiday_name, is_working_day, local_date
from tracker.services.operations import Health
from tracker.web.local import long_date


def going_out(machinery: Health) -> str:
    """Whether the reminders go out, in one sentence."""
    if not machinery.alive:
        sentence = _("Nej, påminnelserna går inte ut: bakgrundsarbetaren arbetar inte.")
    elif machinery.healthy:
        sentence = _("Ja, påminnelserna går ut.")
    elif machinery.dead and len(machinery.problems) == 1:
        sentence = _("Ja, påminnelserna går ut, men alla brev kom inte fram.")
    else:
        sentence = _("Osäkert: påminnelser skrivs, men brev har fastnat.")
    return str(sentence)


def next_round(machinery: Health, now: datetime) -> str:
    """When people are written to next, and why not before."""
    hours = machinery.hours
    day, following = local_date(now, hours.zone), hours.next_opening(now)
    time = format_datetime(following, "HH.mm")
    when = _("%(day)s kl. %(time)s", day=long_date(local_date(following, hours.zone)), time=time)
    if hours.open_at(now):
        sentence = _("Dagens omgång är igång. Nästa omgång %(when)s.", when=when)
    elif is_working_day(day):
        sentence = _("Dagens omgång börjar kl. %(time)s.", time=time)
    else:
        holiday = holiday_name(day)
        name = holiday.lower() if holiday else format_date(day, "EEEE")
        sentence = _(
            "I dag är %(day)s: inga brev går ut. Nästa omgång %(when)s.",
            day=name,
            when=when,
        )
    return str(sentence)
