"""When the worker may write to people: working days, from the ladder's morning hour to midnight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker.domain.calendar import (
    is_working_day,
    local_date,
    next_working_day,
    previous_working_day,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """The ladder's morning hour, and the zone whose clocks count. All instants are aware; those
    that are given back are in UTC."""

    morning: time
    zone: ZoneInfo

    def opening(self, day: date) -> datetime:
        """The instant at which the morning hour strikes on `day`."""
        return datetime.combine(day, self.morning, self.zone).astimezone(UTC)

    def open_at(self, now: datetime) -> bool:
        """Whether mail may leave at `now`."""
        day = local_date(now, self.zone)
        return is_working_day(day) and now >= self.opening(day)

    def leaving(self, moment: datetime) -> datetime:
        """When what is to leave at `moment` may: then, or at the next opening."""
        return moment if self.open_at(moment) else self.next_opening(moment)

    def latest_span(self, now: datetime) -> tuple[datetime, datetime]:
        """From when to when mail last might leave; until `now` while it still may."""
        day = local_date(now, self.zone)
        if not self.open_at(now):
            day = previous_working_day(day - _DAY)
        midnight = datetime.combine(day + _DAY, time(), self.zone).astimezone(UTC)
        return self.opening(day), min(now.astimezone(UTC), midnight)

    def next_opening(self, now: datetime) -> datetime:
        """The next time the morning hour strikes on a working day, after `now`."""
        day = local_date(now, self.zone)
        if now >= self.opening(day):
            day += _DAY
        return self.opening(next_working_day(day))
