"""Planning and delivery while somebody is away, and for those who chose a weekday."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast, make_user
from tests.services.mailing import deliver, messages, plan
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    Absence,
    Action,
    OutboxState,
    Reminder,
    ReminderState,
    RoleAssignment,
    User,
)

MONDAY, WEDNESDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 11), date(2026, 3, 13)


@pytest.fixture
def vera(cast: Cast) -> User:
    """Somebody with nothing of her own; the owner's action is due on the Wednesday."""
    helper = make_user("Vera Vikarie", RoleAssignment(role=Role.MANAGER, unit=cast.other_unit))
    db.session.add(helper)
    cast.action.deadline = WEDNESDAY
    cast.action.assigned_by_id = cast.owner.id  # taken upon oneself: no letter about that
    for other in (cast.colleague_action, cast.other_action):
        other.deadline = date(2027, 6, 30)
        other.assigned_by_id = other.owner_id
    db.session.commit()
    return helper


def at(day: date) -> datetime:
    """Nine in the morning of that day."""
    return NOW + timedelta(days=(day - NOW.date()).days)


def away(person: User, delegate: User, first: date = MONDAY, last: date = FRIDAY) -> Absence:
    absence = Absence(user=person, delegate=delegate, starts_on=first, ends_on=last)
    db.session.add(absence)
    db.session.commit()
    return absence


def daily(first: date, last: date) -> None:
    """A planning and a delivery on every day, rest days included."""
    for number in range((last - first).days + 1):
        plan(now=at(first + timedelta(days=number)))
        deliver(now=at(first + timedelta(days=number)))


def mailed(action: Action) -> list[tuple[str, str, str]]:
    """(day, name, step) of every mail that left about the action."""
    rows = db.session.execute(
        select(Reminder.decided_at, User.name, Reminder.step)
        .join(User, User.id == Reminder.recipient_id)
        .where(Reminder.action_id == action.id, Reminder.state == ReminderState.IN_MAIL)
        .order_by(Reminder.decided_at, Reminder.id)
    )
    return [(str(row.decided_at.date()), row.name, row.step) for row in rows]


def test_the_delegate_is_written_to_and_then_the_owner_again(
    any_app, cast: Cast, vera: User
) -> None:
    away(cast.owner, vera)
    daily(date(2026, 3, 4), date(2026, 3, 19))
    assert mailed(cast.action) == [
        ("2026-03-04", "Olle Ägare", "before-7"),
        ("2026-03-10", "Vera Vikarie", "before-1"),
        ("2026-03-11", "Vera Vikarie", "on"),
        ("2026-03-12", "Vera Vikarie", "after-1"),
        ("2026-03-16", "Olle Ägare", "after-1"),
        ("2026-03-18", "Olle Ägare", "after-7"),
    ]
    assert {message.state for message in messages()} == {OutboxState.SENT}
    sent = {message.recipient_id for message in messages()}
    assert sent == {cast.owner.id, vera.id}


def test_a_chain_of_delegates(app, cast: Cast, vera: User) -> None:
    away(cast.owner, cast.stranger)
    away(cast.stranger, vera, WEDNESDAY, WEDNESDAY)
    daily(MONDAY, FRIDAY)
    assert mailed(cast.action) == [
        ("2026-03-10", "Sten Främling", "before-1"),
        ("2026-03-11", "Vera Vikarie", "on"),
        ("2026-03-12", "Sten Främling", "after-1"),
    ]


def test_a_delegate_who_left_is_not_written_to(app, cast: Cast, vera: User) -> None:
    away(cast.owner, vera)
    vera.deactivated_at = NOW
    db.session.commit()
    daily(WEDNESDAY, WEDNESDAY)
    assert [name for _day, name, _step in mailed(cast.action)] == ["Olle Ägare"]


def test_an_absence_that_begins_between_plan_and_delivery(app, cast: Cast, vera: User) -> None:
    plan(now=at(WEDNESDAY))
    away(cast.owner, vera, WEDNESDAY)
    deliver(now=at(WEDNESDAY))
    assert not [m for m in messages() if m.state is OutboxState.SENT], "the owner is away"
    plan(now=at(WEDNESDAY))
    deliver(now=at(WEDNESDAY))
    assert [m.recipient_id for m in messages() if m.state is OutboxState.SENT] == [vera.id]
    daily(WEDNESDAY, date(2026, 3, 17))
    assert mailed(cast.action) == [
        ("2026-03-11", "Vera Vikarie", "on"),
        ("2026-03-12", "Vera Vikarie", "after-1"),
        ("2026-03-16", "Olle Ägare", "after-1"),
    ]


def test_an_absence_that_ends_between_plan_and_delivery(app, cast: Cast, vera: User) -> None:
    absence = away(cast.owner, vera)
    plan(now=at(WEDNESDAY))
    absence.ends_on = WEDNESDAY - timedelta(days=1)
    db.session.commit()
    deliver(now=at(WEDNESDAY))
    daily(WEDNESDAY, WEDNESDAY)
    assert [(name, step) for _day, name, step in mailed(cast.action)] == [("Olle Ägare", "on")]


def test_fridays(app, cast: Cast, vera: User) -> None:
    cast.owner.digest_weekday = 4
    db.session.commit()
    daily(date(2026, 3, 2), date(2026, 3, 20))
    days = [(day, step) for day, name, step in mailed(cast.action) if name == "Olle Ägare"]
    # The Friday before this run began has passed: what it would have said is caught up.
    assert days == [
        ("2026-03-02", "before-7"),
        ("2026-03-06", "before-1"),
        ("2026-03-13", "after-1"),
        ("2026-03-20", "after-7"),
    ]


def test_what_escalates_does_not_wait_for_friday(app, cast: Cast, vera: User) -> None:
    cast.unit_director.digest_weekday = 4
    db.session.commit()
    daily(date(2026, 3, 23), date(2026, 3, 27))
    told = [(day, name) for day, name, step in mailed(cast.action) if step.startswith("escalate")]
    assert told == [("2026-03-25", "Frida Chef")]


def test_a_director_who_is_away_has_a_delegate_too(app, cast: Cast, vera: User) -> None:
    away(cast.unit_director, vera, date(2026, 3, 23), date(2026, 3, 27))
    daily(date(2026, 3, 23), date(2026, 3, 30))
    told = [(day, name) for day, name, step in mailed(cast.action) if step.startswith("escalate")]
    assert told == [("2026-03-25", "Vera Vikarie"), ("2026-03-30", "Frida Chef")]
