"""The sentences that answer whether the reminders go out, and when the next ones do."""

from __future__ import annotations

from datetime import date, datetime

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from tracker.domain.calendar import holiday_name, is_working_day, local_date
from tracker.domain.hours import Hours
from tracker.services.operations import Health
from tracker.web.local import clock_time, long_date

# The calendar's names, as they stand in a sentence.
HOLIDAYS = {
    "Nyårsdagen": _l("nyårsdagen"),
    "Trettondedag jul": _l("trettondedag jul"),
    "Långfredagen": _l("långfredagen"),
    "Påskdagen": _l("påskdagen"),
    "Annandag påsk": _l("annandag påsk"),
    "Första maj": _l("första maj"),
    "Kristi himmelsfärdsdag": _l("Kristi himmelsfärdsdag"),
    "Pingstdagen": _l("pingstdagen"),
    "Nationaldagen": _l("nationaldagen"),
    "Midsommarafton": _l("midsommarafton"),
    "Midsommardagen": _l("midsommardagen"),
    "Alla helgons dag": _l("alla helgons dag"),
    "Julafton": _l("julafton"),
    "Juldagen": _l("juldagen"),
    "Annandag jul": _l("annandag jul"),
    "Nyårsafton": _l("nyårsafton"),
}


def going_out(machinery: Health) -> str:
    """Whether the reminders work, in one sentence that also holds on a day of rest."""
    if not machinery.alive:
        sentence = _("Påminnelserna fungerar inte: bakgrundsarbetaren arbetar inte.")
    elif machinery.healthy:
        sentence = _("Påminnelserna fungerar.")
    elif machinery.dead and len(machinery.problems) == 1:
        sentence = _("Påminnelserna fungerar, men alla brev kom inte fram.")
    else:
        sentence = _("Osäkert: påminnelser skrivs, men brev har fastnat.")
    return str(sentence)


def next_round(machinery: Health, now: datetime) -> str:
    """When people are written to next, and why not before."""
    hours = machinery.hours
    day, following = local_date(now, hours.zone), hours.next_opening(now)
    time, when = _time(following, hours), _moment(following, hours)
    if hours.open_at(now):
        sentence = _("Dagens omgång är igång. Nästa omgång %(when)s.", when=when)
    elif is_working_day(day):
        sentence = _("Dagens omgång börjar kl. %(time)s.", time=time)
    else:
        sentence = _(
            "I dag är %(day)s: inga brev går ut. Nästa omgång %(when)s.",
            day=_day_of_rest(day),
            when=when,
        )
    return str(sentence)


def when_it_leaves(hours: Hours, now: datetime) -> str:
    """When a letter that was queued at `now` leaves, in a sentence."""
    if hours.open_at(now):
        return str(_("Brevet ligger i kön igen och går i väg inom någon minut."))
    when = _moment(hours.next_opening(now), hours)
    return str(_("Brevet ligger i kön igen och går i väg %(when)s.", when=when))


def _moment(moment: datetime, hours: Hours) -> str:
    day, time = long_date(local_date(moment, hours.zone)), _time(moment, hours)
    return str(_("%(day)s kl. %(time)s", day=day, time=time))


def _time(moment: datetime, hours: Hours) -> str:
    return clock_time(moment.astimezone(hours.zone).time())


def _day_of_rest(day: date) -> str:
    holiday = holiday_name(day)
    # Two may fall on one day: Nationaldagen; Pingstdagen.
    return str(HOLIDAYS[holiday.split(";")[0]] if holiday else format_date(day, "EEEE"))
