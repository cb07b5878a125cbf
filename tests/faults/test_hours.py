"""Every local hour from 2026 to 2037, through both clock changes of each year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tracker import clock, scheduler
from tracker.domain.calendar import is_working_day
from tracker.domain.hours import Hours
from tracker.domain.ladder import standard_ladder
from tracker.domain.reminders import Decision
from tracker.services import ladders, operations, places
from tracker.services.outbox import delivering
from tracker.services.outbox.leases import Held
from tracker.services.reminders import planning

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FIRST, LAST = date(2026, 1, 1), date(2037, 12, 31)
HOUR = timedelta(hours=1)


def all_hours(until: date = LAST) -> list[datetime]:
    """Every full hour, in UTC; a local hour that comes twice is in it twice."""
    start = datetime.combine(FIRST, time(), STOCKHOLM).astimezone(UTC)
    end = datetime.combine(until, time(23), STOCKHOLM).astimezone(UTC)
    return [start + number * HOUR for number in range((end - start) // HOUR + 1)]


def all_working_days() -> list[date]:
    """Every day on which people work."""
    days = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    return [day for day in days if is_working_day(day)]


def test_the_years_hold_both_changes_each() -> None:
    """What the other tests go through: 23 and 25 hours long days, once a year each."""
    lengths = [
        (
            datetime.combine(day + timedelta(days=1), time(), STOCKHOLM).astimezone(UTC)
            - datetime.combine(day, time(), STOCKHOLM).astimezone(UTC)
        )
        / HOUR
        for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    ]
    assert (lengths.count(23), lengths.count(25)) == (12, 12)
    assert len(all_hours()) == sum(lengths)


@pytest.mark.parametrize("morning", [time(7), time(0), time(2, 30), time(23, 59)])
def test_the_gate_opens_each_working_day_and_on_no_other(morning: time) -> None:
    """A worker that looks every hour (the gate is looked through a minute before the next) writes
    on every working day, on no other, and never before the morning hour."""
    hours, looks = Hours(morning, STOCKHOLM), all_hours()
    written: list[date] = []
    for look in looks:
        for moment in (look, look + timedelta(minutes=59)):
            local = moment.astimezone(STOCKHOLM)
            is_open = is_working_day(local.date()) and local.time() >= morning
            assert hours.open_at(moment) is is_open, moment
            # One digest for each (person, local day): the outbox's key sees to it.
            if is_open and written[-1:] != [local.date()]:
                written.append(local.date())
    assert written == all_working_days()


def test_the_gate_opens_at_the_local_morning_whatever_the_season() -> None:
    """The opening is at seven on the wall, six or five in UTC, and the next one is the next
    working day's."""
    hours = Hours(time(7), STOCKHOLM)
    days = all_working_days()
    for day, following in pairwise(days):
        opening = hours.opening(day)
        assert opening.astimezone(STOCKHOLM).time() == time(7)
        assert hours.open_at(opening)
        assert not hours.open_at(opening - timedelta(seconds=1))
        assert hours.next_opening(opening) == hours.opening(following)
    assert {hours.opening(day).hour for day in days} == {5, 6}


def test_the_worker_keeps_to_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's real pass at every hour of two years, with the tables behind it taken away: on
    which days it plans, and on which it asks for mail to send."""
    planned: list[date] = []
    claimed: list[date] = []
    wall: list[datetime] = []

    def decisions(_ladder: object, day: date, _post: object) -> dict[int, list[Decision]]:
        planned.append(day)
        return {}

    def claims(*, now: datetime, rests: bool, **_options: object) -> list[Held]:
        if not rests:  # letters about accounts leave at any hour, and remind of nothing
            claimed.append(now.astimezone(STOCKHOLM).date())
        return []

    post = places.post_of(app.extensions["settings"])
    monkeypatch.setattr(planning, "decisions_by_person", decisions)
    monkeypatch.setattr(planning, "_recipients", lambda *_: [])
    monkeypatch.setattr(delivering, "claim", claims)
    monkeypatch.setattr(delivering, "recover", lambda **_: None)
    monkeypatch.setattr(operations, "beat", lambda *_args, **_options: None)
    monkeypatch.setattr(operations, "note_pass", lambda *_args, **_options: None)
    monkeypatch.setattr(ladders, "current", standard_ladder)
    monkeypatch.setattr(places, "post_of", lambda _settings: post)
    monkeypatch.setattr(clock, "now", lambda: wall[-1])
    hours = Hours(standard_ladder().morning, STOCKHOLM)
    two_years = date(2027, 12, 31)
    for look in all_hours(until=two_years):
        wall.append(look)
        before = len(planned), len(claimed)
        scheduler.one_pass(app.extensions["settings"], now=look)
        done = len(planned) - before[0], len(claimed) - before[1]
        assert done == ((1, 1) if hours.open_at(look) else (0, 0)), look
    working_days = [day for day in all_working_days() if day <= two_years]
    assert [day for day, _ in groupby(planned)] == working_days
    assert [day for day, _ in groupby(claimed)] == working_days
