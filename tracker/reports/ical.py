"""Days to remember as a calendar that other programs subscribe to (iCalendar, RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tracker.domain.text import normalise_space

if TYPE_CHECKING:
    from icalendar import Event as Component

REFRESH = timedelta(hours=1)


@dataclass(frozen=True)
class Event:
    """One whole day. `uid` stays the same as long as the day is about the same thing;
    `sequence` never falls, and rises with every change that was made at `changed_at` (aware).
    """

    uid: str
    day: date
    summary: str
    url: str
    categories: tuple[str, ...]
    sequence: int
    changed_at: datetime


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """The calendar as bytes: the same events always give the same bytes."""
    # Here, since the package takes long to load and most of the web process never needs it.
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Åtgärda//SV")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", name)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    for event in events:
        made.add_component(_component(event))
    return bytes(made.to_ical())


def _component(event: Event) -> Component:
    from icalendar import Event as Component

    made = Component()
    made.add("uid", event.uid)
    made.add("dtstamp", event.changed_at)
    made.add("last-modified", event.changed_at)
    made.add("sequence", event.sequence)
    # No end: a day without one lasts the day, and the last day of the calendar has no next.
    made.add("dtstart", event.day)
    made.add("summary", normalise_space(event.summary))
    made.add("description", event.url)
    made.add("url", event.url)
    made.add("categories", list(event.categories))
    made.add("transp", "TRANSPARENT")
    return made
