"""When, where and in which language a report is told: what every telling has to know."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from flask import current_app

from tracker.clock import now
from tracker.web.local import named_municipality, zone


class Occasion(TypedDict):
    """The arguments that the services about reports share."""

    now: datetime
    zone: ZoneInfo
    locale: str
    municipality: str


def language() -> str:
    """The language in which the installation writes its reports."""
    return str(current_app.extensions["settings"].locale)


def occasion() -> Occasion:
    """Here and now."""
    return Occasion(now=now(), zone=zone(), locale=language(), municipality=named_municipality())
