"""Mail about follow-up rounds goes out as the table says, and is withdrawn where it must be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from flask import Flask

from tests.helpers import pieces
from tests.helpers.cast import Cast
from tests.services.mailing import deliver, ledger, plan
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import FollowUpRound, User
from tracker.services.actions.reports import Report, report_status
from tracker.services.rounds.editing import change_round, close_round
from tracker.services.rounds.rules import RoundWording

OPENS, DUE = date(2026, 8, 8), date(2026, 8, 31)  # a Saturday, a Monday
FAR = date(2028, 6, 1)


def morning(month: int, day: int) -> datetime:
    """Nine o'clock in Stockholm, in summer."""
    return datetime.combine(date(2026, month, day), time(7), UTC)


@pytest.fixture
def summer(cast: Cast) -> FollowUpRound:
    """A round of August; deadlines far away, and nobody has been silent for long."""
    for action in (cast.action, cast.colleague_action, cast.other_action):
        action.deadline = FAR
        action.assigned_at = action.created_at = morning(7, 1)
        action.assigned_by_id = action.owner_id
    return pieces.follow_up_round(cast, opens_on=OPENS, due_on=DUE)


def steps_on(month: int, day: int, person: User) -> list[str]:
    """What the person is told in a mail of that day."""
    before = {row for row in ledger() if row[3] == "in_mail"}
    plan(now=morning(month, day))
    deliver(now=morning(month, day))
    return [
        step for step, _, who, state in ledger() - before if state == "in_mail" and who == person.id
    ]


def say(cast: Cast, month: int, day: int) -> None:
    """The owner reports."""
    now = morning(month, day)
    said = Report(Health.ON_TRACK, "Det går framåt.")
    report_status(cast.action.id, said, by=cast.owner, now=now, today=now.date())


def test_the_owner_hears_of_each_stage_once(
    any_app: Flask, cast: Cast, summer: FollowUpRound
) -> None:
    key = summer.id
    days = [(8, 7), (8, 10), (8, 11), (8, 24), (8, 25), (8, 28), (8, 31), (9, 1), (9, 2)]
    heard = {day: steps_on(*day, cast.owner) for day in days}
    assert {day: steps for day, steps in heard.items() if steps} == {
        (8, 10): [f"round-open@{key}"],
        (8, 24): [f"round-7@{key}:2026-08-31"],
        (8, 28): [f"round-2@{key}:2026-08-31"],
        (9, 1): [f"round-late@{key}:2026-08-31"],
    }


def test_nothing_leaves_on_the_saturday_it_opens(cast: Cast, summer: FollowUpRound) -> None:
    assert steps_on(8, 8, cast.owner) == []


def test_who_reported_after_the_opening_hears_no_more(cast: Cast, summer: FollowUpRound) -> None:
    assert steps_on(8, 10, cast.owner)
    say(cast, 8, 11)
    for day in ((8, 24), (8, 28), (9, 1)):
        assert steps_on(*day, cast.owner) == []
    assert steps_on(9, 2, cast.colleague) == []
    stages = {row[0].split("@")[0] for row in ledger() if row[2] == cast.colleague.id}
    assert stages == {"round-open", "round-7", "round-2", "round-late"}


def test_who_reported_before_it_is_asked(cast: Cast, summer: FollowUpRound) -> None:
    say(cast, 8, 7)
    assert steps_on(8, 10, cast.owner) == [f"round-open@{summer.id}"]


def test_a_worker_that_slept_sends_only_the_latest(cast: Cast, summer: FollowUpRound) -> None:
    assert steps_on(8, 28, cast.owner) == [f"round-2@{summer.id}:2026-08-31"]
    told = {row[0].split("@")[0]: row[3] for row in ledger() if row[2] == cast.owner.id}
    assert told == {"round-open": "superseded", "round-7": "superseded", "round-2": "in_mail"}


def test_what_was_reported_between_plan_and_claim_is_withdrawn(
    cast: Cast, summer: FollowUpRound
) -> None:
    plan(now=morning(8, 10))
    say(cast, 8, 10)
    deliver(now=morning(8, 10))
    states = {row[1]: row[3] for row in ledger()}
    assert states[cast.action.id] == "withdrawn"
    assert states[cast.other_action.id] == "in_mail"


def test_a_round_closed_between_plan_and_claim_is_withdrawn(
    cast: Cast, summer: FollowUpRound
) -> None:
    plan(now=morning(8, 10))
    close_round(summer.id, by=cast.director, now=morning(8, 10), today=date(2026, 8, 10))
    assert "sent" not in deliver(now=morning(8, 10))
    assert {row[3] for row in ledger()} == {"withdrawn"}
    assert steps_on(8, 24, cast.owner) == []


def test_a_moved_last_day_is_told_anew(cast: Cast, summer: FollowUpRound) -> None:
    assert steps_on(8, 10, cast.owner)
    assert steps_on(8, 24, cast.owner)
    wording = RoundWording(summer.name, None, summer.opens_on, date(2026, 9, 14))
    day = morning(8, 25)
    change_round(summer.id, wording, 1, by=cast.director, now=day, today=day.date())
    assert steps_on(8, 26, cast.owner) == []
    assert steps_on(9, 1, cast.owner) == []
    assert steps_on(9, 7, cast.owner) == [f"round-7@{summer.id}:2026-09-14"]


def test_an_action_made_during_the_round_is_asked_one_made_after_is_not(
    cast: Cast, summer: FollowUpRound
) -> None:
    cast.action.created_at = cast.action.assigned_at = morning(8, 20)
    cast.other_action.created_at = cast.other_action.assigned_at = morning(9, 1)
    db.session.commit()
    assert steps_on(9, 2, cast.owner) == [f"round-late@{summer.id}:2026-08-31"]
    assert steps_on(9, 3, cast.stranger) == []
    assert not [row for row in ledger() if row[2] == cast.stranger.id]
