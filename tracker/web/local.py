"""What depends on where the reader is: the municipality's own day, how days are written, and
where on this site to go next.
"""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask import current_app, url_for
from flask_babel import format_date, get_locale

from tracker.clock import now
from tracker.domain.calendar import local_date


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
    pattern = "EEEE, d MMMM" if get_locale().language == "en" else "EEEE d MMMM"
    return str(format_date(day, pattern if day.year == today().year else f"{pattern} y"))


def clock_time(at: time) -> str:
    """A time of day as people say it: 09.14 in Swedish, 09:14 in English."""
    return f"{at:%H:%M}" if get_locale().language == "en" else f"{at:%H.%M}"


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
