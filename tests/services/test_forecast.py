"""The forecast against what planning and sending day by day really gives."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, TODAY, Cast, make_action
from tests.helpers.pieces import follow_up_round
from tests.services.mailing import deliver, post
from tracker.domain.errors import Forbidden
from tracker.domain.ladder import Ladder, standard_ladder
from tracker.extensions import db
from tracker.models import Absence, OutboxMessage, Reminder, User
from tracker.services import forecast, reminders
from tracker.services.demo import load_demo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
STANDARD = standard_ladder()


def foresee(by: User, now: datetime = NOW, ladder: Ladder = STANDARD) -> forecast.Forecast:
    (found,) = forecast.forecasts([ladder], by=by, now=now, zone=STOCKHOLM)
    return found


def really(now: datetime, days: int = 30) -> list[tuple[date, int, int]]:
    """(day, person, actions) of what planning and sending on each day gives."""
    found = []
    for number in range(days):
        at = now + timedelta(days=number)
        known = db.session.scalar(select(func.max(OutboxMessage.id))) or 0
        reminders.plan(ladder=STANDARD, post=post(), now=at)
        letters = (
            select(OutboxMessage.local_date, OutboxMessage.recipient_id, func.count(Reminder.id))
            .outerjoin(Reminder, Reminder.outbox_id == OutboxMessage.id)
            .where(OutboxMessage.id > known)
            .group_by(OutboxMessage.id)
        )
        found += [(day, person, actions) for day, person, actions in db.session.execute(letters)]
        deliver(now=at)
    return sorted(found)


def foreseen(found: forecast.Forecast) -> list[tuple[date, int, int]]:
    return sorted((one.day, one.person_id, one.actions) for one in found.letters)


def a_varied_month(cast: Cast) -> None:
    """Deadlines all around, an absence that begins and ends within the month, a chosen weekday,
    a round that opens and closes."""
    for number, days in enumerate((-40, -20, -8, -1, 0, 1, 2, 6, 9, 13, 20, 27, 31, 37, 55)):
        owner = (cast.owner, cast.colleague, cast.stranger)[number % 3]
        db.session.add(
            make_action(
                cast.plan,
                f"Åtgärd {number}",
                owner=owner,
                unit=cast.unit,
                deadline=TODAY + timedelta(days=days),
                deadline_set_at=NOW - timedelta(days=90 + number),
                created_at=NOW - timedelta(days=75 + number),
                assigned_at=NOW - timedelta(days=75 + number),
            )
        )
    starts, ends = TODAY + timedelta(days=6), TODAY + timedelta(days=17)
    away = Absence(user=cast.owner, delegate=cast.colleague, starts_on=starts, ends_on=ends)
    above = Absence(
        user=cast.unit_director,
        delegate=cast.director,
        starts_on=TODAY + timedelta(days=2),
        ends_on=TODAY + timedelta(days=9),
    )
    db.session.add_all([away, above])
    cast.stranger.digest_weekday = 2
    follow_up_round(cast, opens_on=TODAY + timedelta(days=8), due_on=TODAY + timedelta(days=22))
    db.session.commit()


def test_a_month_is_as_foreseen(any_app: Flask, cast: Cast) -> None:
    a_varied_month(cast)
    found = foresee(cast.admin)
    expected = foreseen(found)
    assert len(expected) > 15
    assert really(NOW) == expected
    assert found.total == len(expected)
    assert sum(one.letters for one in found.days) == len(expected)
    assert sum(one.actions for one in found.people) == sum(row[2] for row in expected)


def test_it_is_as_foreseen_from_the_middle_of_a_day(cast: Cast) -> None:
    """Whoever has had today's digest gets the rest tomorrow."""
    a_varied_month(cast)
    reminders.plan(ladder=STANDARD, post=post(), now=NOW, only_to=cast.owner.email)
    deliver()
    db.session.add(
        make_action(
            cast.plan,
            "Ny för i dag",
            owner=cast.owner,
            unit=cast.unit,
            deadline=TODAY - timedelta(days=10),
            deadline_set_at=NOW - timedelta(days=90),
            assigned_at=None,
        )
    )
    db.session.commit()
    later = NOW + timedelta(hours=2)
    expected = foreseen(foresee(cast.admin, later))
    week = [row for row in expected if row[0] < TODAY + timedelta(days=7)]
    assert len({day for day, _person, _actions in week}) > 1
    assert really(later, days=7) == week


def test_the_demo_is_as_foreseen(app: Flask) -> None:
    """The whole demo municipality over Christmas and New Year, from a Saturday and again from the
    Monday after it."""
    saturday = datetime(2026, 12, 12, 8, tzinfo=NOW.tzinfo)
    monday = saturday + timedelta(days=2)
    load_demo(post=post(), now=saturday - timedelta(days=3))
    admin = next(user for user in db.session.scalars(select(User)) if user.may("operations.view"))
    first = foreseen(foresee(admin, saturday))
    weekend = really(saturday, days=2)
    then = foreseen(foresee(admin, monday))
    rest = really(monday)
    assert rest == then
    seen_at_first = [row for row in rest if row[0] < saturday.date() + timedelta(days=30)]
    assert seen_at_first
    assert weekend + seen_at_first == first


def test_two_ladders_at_once(cast: Cast) -> None:
    a_varied_month(cast)
    fewer = Ladder(STANDARD.morning, STANDARD.steps[:4])
    before, after = forecast.forecasts([STANDARD, fewer], by=cast.admin, now=NOW, zone=STOCKHOLM)
    assert before == foresee(cast.admin)
    assert after == foresee(cast.admin, ladder=fewer)
    assert after.total < before.total


def test_what_is_named(cast: Cast) -> None:
    a_varied_month(cast)
    found = foresee(cast.admin)
    assert found.letters[0].name == cast.director.name, "by day, then by name"
    first = next(one for one in found.letters if one.name == cast.colleague.name)
    assert first.day == TODAY
    assert len(first.titles) == 3 < first.actions
    assert found.first == TODAY
    assert found.last == TODAY + timedelta(days=29)


def test_it_writes_nothing_and_costs_the_same_for_more(cast: Cast, count_queries: Any) -> None:
    with count_queries() as few:
        foresee(cast.admin)
    a_varied_month(cast)
    with count_queries() as many:
        foresee(cast.admin)
    assert few.number == many.number
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 0


def test_a_closed_account_gets_nothing(cast: Cast) -> None:
    cast.colleague.deactivated_at = NOW
    db.session.commit()
    assert cast.colleague.id not in {one.person_id for one in foresee(cast.admin).letters}


def test_the_page_stays_short(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    a_varied_month(cast)
    monkeypatch.setattr(forecast, "LETTERS", 5)
    monkeypatch.setattr(forecast, "PEOPLE", 2)
    found = foresee(cast.admin)
    assert (len(found.letters), len(found.people)) == (5, 2)
    assert found.total > 5
    assert found.recipients > 2


def test_only_for_administrators(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        foresee(cast.director)
