"""Planning in batches: one person's race costs nobody else's mail; and wrong clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.helpers.cast import NOW, Cast, make_action, make_user
from tests.services.mailing import at_once, deliver, ledger, message_to, messages, plan
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, Reminder
from tracker.services.reminders import posting

TEN_YEARS = timedelta(days=3654)  # and a day, for NOW is a Monday


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen after the mails are worded and before the first batch is written."""

    def arrange(deed: Callable[[], object]) -> None:
        keep, waiting = posting.keep, [deed]

        def late(*args: Any, **options: Any) -> None:
            if waiting:
                waiting.pop()()
            keep(*args, **options)

        monkeypatch.setattr(posting, "keep", late)

    return arrange


def crowd(cast: Cast, size: int) -> list[int]:
    """That many more people, each with an action that is due."""
    people = [make_user(f"Person {number}") for number in range(size)]
    for person in people:
        due = date(2026, 3, 9)
        action = make_action(cast.plan, "En till", owner=person, unit=cast.unit, deadline=due)
        db.session.add(action)
    db.session.commit()
    return [person.id for person in people]


def test_who_lost_a_race_takes_nobody_along(
    any_app: Flask, cast: Cast, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    address = cast.colleague.email

    def other() -> None:
        assert at_once(any_app, [partial(plan, only_to=address)])

    meanwhile(other)
    result = plan()
    assert len(result.mails) == 2
    assert sorted(m.recipient_id for m in messages()) == sorted(
        [cast.owner.id, cast.colleague.id, cast.stranger.id]
    )


def test_mail_that_leaves_meanwhile_is_not_taken_over(
    app: Flask, cast: Cast, meanwhile: Callable[[Callable[[], object]], None]
) -> None:
    """Its reminders stay with it; what is new waits for the next pass, and nobody else does."""
    plan(only_to=cast.colleague.email)
    waiting = message_to(cast.colleague.id).id
    tomorrow = NOW + timedelta(days=7)  # a rung of the colleague's action has been passed since

    def claimed() -> None:
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == waiting)
            .values(
                state=OutboxState.CLAIMED,
                lease_token="another",
                lease_expires_at=tomorrow + timedelta(minutes=5),
            )
        )
        db.session.commit()

    meanwhile(claimed)
    result = plan(now=tomorrow)
    assert {mail.name for mail in result.mails} >= {cast.owner.name, cast.stranger.name}
    states = {m.id: m.state for m in messages()}
    assert states[waiting] is OutboxState.CLAIMED
    assert {r.outbox_id for r in db.session.scalars(select(Reminder))} <= {*states, None}


def test_a_crowd_is_planned_once_by_two(any_app: Flask, cast: Cast) -> None:
    people = crowd(cast, 110)
    at_once(any_app, [plan, plan])
    planned = [m.recipient_id for m in messages()]
    assert len(planned) == len(set(planned))
    assert set(people) <= set(planned)
    assert plan().mails == ()


def test_statements_grow_with_batches_not_with_people(
    app: Flask, cast: Cast, count_queries: Any
) -> None:
    crowd(cast, 40)
    with count_queries() as few:
        assert len(plan().mails) == 43
    crowd_of_more = [make_user(f"Ny {number}") for number in range(90)]
    for person in crowd_of_more:
        due = date(2026, 3, 9)
        db.session.add(
            make_action(cast.plan, "Ytterligare", owner=person, unit=cast.unit, deadline=due)
        )
    db.session.commit()
    with count_queries() as more:
        assert len(plan().mails) == 90
    # The outbox rows, with their bytes, may need another round trip.
    assert more.number <= few.number + 1


class TestWrongClocks:
    def test_what_a_clock_years_ahead_told_is_told_again_in_its_time(
        self, any_app: Flask, cast: Cast
    ) -> None:
        plan(now=NOW + TEN_YEARS)
        deliver(now=NOW + TEN_YEARS)
        told = {step for step, action, _, _ in ledger() if action == cast.colleague_action.id}
        assert any(step.startswith("after-") for step in told)
        plan()
        mine = [m for m in messages() if m.recipient_id == cast.colleague.id]
        assert [m.local_date for m in mine] == [(NOW + TEN_YEARS).date(), NOW.date()]
        assert ("after-1", cast.colleague_action.id, cast.colleague.id, "in_mail") in ledger()
        assert plan().mails == ()

    def test_a_letter_from_a_day_that_never_was_is_taken_over(self, app: Flask, cast: Cast) -> None:
        plan(now=NOW + TEN_YEARS)
        plan()
        states = [(m.local_date, m.state) for m in messages() if m.recipient_id == cast.owner.id]
        assert sorted(states) == [
            (NOW.date(), OutboxState.QUEUED),
            ((NOW + TEN_YEARS).date(), OutboxState.CANCELLED),
        ]
        # Those who have nothing today are not told what only that clock made late.
        assert deliver() == {"sent": 3, "cancelled": 2}

    @pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=1)])
    def test_a_clock_a_little_ahead_tells_nothing_twice(
        self, app: Flask, cast: Cast, ahead: timedelta
    ) -> None:
        plan(now=NOW + ahead)
        deliver(now=NOW + ahead)
        assert plan().mails == ()

    def test_a_clock_years_behind_loses_nothing(self, app: Flask, cast: Cast) -> None:
        plan(now=NOW - TEN_YEARS)
        deliver(now=NOW - TEN_YEARS)
        plan()
        assert ("after-1", cast.colleague_action.id, cast.colleague.id, "in_mail") in ledger()
