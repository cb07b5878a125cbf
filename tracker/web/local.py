"""What depends on where the reader is: the municipality's own day, how days are written, and
where on this site to go next.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import format_date, format_time, get_locale

from tracker.clock import now
from tracker.domain.calendar import local_date
from tracker.domain.languages import day_pattern, time_pattern


def zone() -> ZoneInfo:
    """The municipality's own time zone."""
    chosen: ZoneInfo = current_app.extensions["settings"].timezone
    return chosen


def named_municipality() -> str:
    """The municipality as the installation is set to call it; empty where it is not."""
    return str(current_app.extensions["settings"].municipality)


def local_day(moment: datetime) -> date:
    """The municipality's own day of an instant."""
    return local_date(moment, zone())


def today() -> date:
    """Today in the municipality's own time zone."""
    return local_day(now())


def long_date(day: date | None) -> str:
    """A day as people say it: tisdag 1 december, with the year where it is not this one."""
    if day is None:
        return ""
    return _in_words(day, year=day.year != today().year, weekday=True)


def day_of_year(day: date) -> str:
    """A day where the year is said elsewhere: tisdag 1 december."""
    return _in_words(day, year=False, weekday=True)


def day_in_words(day: date) -> str:
    """A day as reports write it: 20 februari 2026."""
    return _in_words(day)


def plain_date(day: date) -> str:
    """A day without its name: 1 mars, with the year where it is not this one."""
    return _in_words(day, year=day.year != today().year)


def _in_words(day: date, *, year: bool = True, weekday: bool = False) -> str:
    pattern = day_pattern(get_locale().language, year=year, weekday=weekday)
    return str(format_date(day, pattern))


def clock_time(at: time) -> str:
    """A time of day as people say it: 09.14 in Swedish and Norwegian, 09:14 in English."""
    return str(format_time(at, time_pattern(get_locale().language), rebase=False))


def short_date(day: date | None) -> str:
    """A day as tables write it: 2026-12-01."""
    return day.isoformat() if day else ""


def month_name(day: date | None) -> str:
    """A month in words: januari 2023."""
    return str(format_date(day, "MMMM y")) if day else ""


def unbroken(text: str) -> str:
    """The text with every paragraph sign kept on one line with its number."""
    return text.replace("§ ", "§\N{NO-BREAK SPACE}")


def safe_target(target: str, otherwise: str | None = None) -> str:
    """A path on this very site, else `otherwise` (by default the start page).

    Browsers read `/\\evil`, `//evil` and a tab inside as another host, so only a plain
    path is let through.
    """
    plain = target.startswith("/") and not target.startswith("//")
    if plain and "\\" not in target and all(ord(c) > 32 for c in target):
        return target
    return otherwise or url_for("start.index")
