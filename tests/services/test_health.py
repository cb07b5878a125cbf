"""When the administrator is alarmed: each cause, its boundaries, and no false alarm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from tests.helpers.cast import NOW, Cast
from tracker.extensions import db
from tracker.models import OutboxMessage, OutboxState, WorkerHeartbeat
from tracker.services import operations
from tracker.services.operations import Health

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NEVER = "Bakgrundsarbetaren har aldrig startat."
OLD = "Bakgrundsarbetaren har inte hörts av på över fem minuter."
AHEAD = "Bakgrundsarbetarens klocka går före"
STUCK = "Det finns brev som har väntat i över två timmar."
UNCERTAIN = "varit osäkert om de kom fram"
DEAD = "1 brev gick inte att leverera."
SECOND = timedelta(seconds=1)
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)  # 13.00 in Stockholm


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def health(now: datetime = NOW) -> Health:
    return operations.health(now=now, zone=STOCKHOLM)


def letter(cast: Cast, created: datetime, **changes: Any) -> None:
    values: dict[str, Any] = {
        "kind": "digest",
        "recipient": cast.owner,
        "local_date": created.date(),
        "message_id": "<1@testkoping.example>",
        "address": cast.owner.email,
        "subject": "Brev",
        "mime": b"",
        "created_at": created,
        "next_at": created,
    }
    db.session.add(OutboxMessage(**{**values, **changes}))
    db.session.commit()


def said(found: Health, sentence: str) -> bool:
    return any(sentence in str(problem) for problem in found.problems)


def test_the_heartbeat(any_app: Flask, cast: Cast) -> None:
    cases = [
        ([], NEVER, False),
        ([0], "", True),
        ([-300], "", True),
        ([-301], OLD, False),
        ([300], "", True),
        ([301], AHEAD, False),
        ([10 * 365 * 86400], AHEAD, False),
        ([301, -10], "", True),
        ([301, -301], OLD, False),
        ([-4000, -20], "", True),
    ]
    for beats, sentence, alive in cases:
        db.session.query(WorkerHeartbeat).delete()
        for number, seconds in enumerate(beats):
            at = NOW + timedelta(seconds=seconds)
            db.session.add(WorkerHeartbeat(worker=f"w{number}", at=at))
        db.session.commit()
        found = health()
        told = [sentence in str(problem) for problem in found.problems]
        assert told == ([True] if sentence else []), beats
        assert (found.alive, found.healthy) == (alive, not sentence), beats


def test_a_beat_drops_what_cannot_be_true(app: Flask, cast: Cast) -> None:
    for name, seconds in (("past", -86401), ("day", -86400), ("ahead", 300), ("future", 301)):
        at = NOW + timedelta(seconds=seconds)
        db.session.add(WorkerHeartbeat(worker=name, at=at))
    db.session.commit()
    operations.beat("here", now=NOW)
    assert {beat.worker for beat in health().beats} == {"day", "ahead", "here"}


WAITS = [
    # Within a working day: two hours are still in time.
    ("2026-11-23T09:00:00", "2026-11-23T11:00:00", False),
    ("2026-11-23T09:00:00", "2026-11-23T11:00:01", True),
    # Since before the morning hour: counted from 07.00.
    ("2026-11-23T03:00:00", "2026-11-23T09:00:00", False),
    ("2026-11-23T03:00:00", "2026-11-23T09:00:01", True),
    # Written on Friday night: nobody was to send it on Saturday or Sunday.
    ("2026-11-20T23:00:00", "2026-11-21T12:00:00", False),
    ("2026-11-20T23:00:00", "2026-11-22T23:00:00", False),
    ("2026-11-20T23:00:00", "2026-11-23T06:59:59", False),
    ("2026-11-20T23:00:00", "2026-11-23T08:00:00", False),
    ("2026-11-20T23:00:00", "2026-11-23T09:00:01", True),
    # It did wait too long on Friday, and that it is Saturday does not make it well.
    ("2026-11-20T10:00:00", "2026-11-21T12:00:00", True),
    # By night after a working day, and over midsummer.
    ("2026-11-23T23:30:00", "2026-11-24T05:00:00", False),
    ("2026-06-18T23:30:00", "2026-06-19T15:00:00", False),
    ("2026-06-18T23:30:00", "2026-06-22T08:59:59", False),
    # The clock stood ten years ahead when it was written.
    ("2036-01-01T12:00:00", "2026-11-23T12:00:00", False),
]


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.UNCERTAIN])
def test_mail_that_waits(cast: Cast, state: OutboxState) -> None:
    uncertain = state is OutboxState.UNCERTAIN
    for created, now, stuck in WAITS:
        db.session.query(OutboxMessage).delete()
        begun = local(created) if uncertain else None
        letter(cast, local(created), state=state, data_started_at=begun)
        found = health(local(now))
        case = (created, now)
        assert said(found, UNCERTAIN if uncertain else STUCK) is stuck, case
        assert not said(found, STUCK if uncertain else UNCERTAIN), case
        assert (found.waiting, found.uncertain) == (1, int(uncertain)), case


def test_letters_that_are_done_with(any_app: Flask, cast: Cast) -> None:
    operations.beat("here", now=MONDAY)
    cases: list[tuple[OutboxState, dict[str, Any], bool]] = [
        (OutboxState.SENT, {"sent_at": MONDAY}, False),
        (OutboxState.CANCELLED, {}, False),
        (OutboxState.DEAD, {}, True),
        (OutboxState.DEAD, {"set_aside_at": MONDAY}, False),
    ]
    for state, more, alarmed in cases:
        db.session.query(OutboxMessage).delete()
        letter(cast, MONDAY - timedelta(days=4), state=state, **more)
        found = health(MONDAY)
        case = (state, more)
        assert [str(problem) for problem in found.problems] == ([DEAD] if alarmed else []), case
        assert (found.dead, found.waiting) == (int(alarmed), 0), case


def test_it_costs_three_queries_however_much_mail(cast: Cast, count_queries: Any) -> None:
    for number in range(30):
        letter(
            cast,
            NOW - timedelta(days=number),
            message_id=f"<{number}@testkoping.example>",
            state=OutboxState.DEAD if number % 2 else OutboxState.QUEUED,
        )
    with count_queries() as counted:
        assert health().dead == 15
    assert counted.number == 3


def test_the_report_for_monitors(cast: Cast) -> None:
    letter(cast, NOW, state=OutboxState.DEAD)
    report, reachable = operations.health_report(now=NOW, zone=STOCKHOLM)
    assert reachable
    assert report == {
        "healthy": False,
        "heartbeat_at": None,
        "waiting": 0,
        "uncertain": 0,
        "dead": 1,
        "problems": [NEVER, DEAD],
    }


class TestLastPass:
    """What was wrong with the last pass of a worker that lives."""

    def beat(self, **passed: Any) -> None:
        operations.beat("one:1", now=NOW)
        operations.note_pass("one:1", **passed)

    def test_a_pass_that_broke_off(self, app: Flask) -> None:
        self.beat(error="RuntimeError")
        assert said(health(), "avbröts av ett fel")
        operations.beat("one:1", now=NOW + SECOND)
        assert said(health(), "avbröts av ett fel"), "until a pass has gone well"
        self.beat()
        assert health().healthy

    def test_mail_that_cannot_be_written(self, app: Flask) -> None:
        line = "a@b@testkoping.example: är inte en adress"
        self.beat(unwritten=[line, "två"])
        operations.beat("two:2", now=NOW)
        operations.note_pass("two:2", unwritten=[line])
        found = health()
        assert said(found, "2 brev gick inte att skriva")
        assert not said(found, "testkoping"), "a monitor without log-in reads the sentences"
        assert found.unwritten == (line, "två")

    def test_a_worker_that_is_gone_is_not_blamed_for_its_last_pass(self, app: Flask) -> None:
        self.beat(error="RuntimeError")
        operations.beat("two:2", now=NOW + operations.HEARTBEAT_OLD + SECOND)
        assert health(NOW + operations.HEARTBEAT_OLD + SECOND).healthy


def test_cron_once_each_working_day_is_enough(app: Flask) -> None:
    cases = [
        ("2026-11-20 08:00", "2026-11-20 08:01", True),
        ("2026-11-20 08:00", "2026-11-23 07:30", True),  # over a weekend, before Monday's run
        ("2026-11-20 08:00", "2026-11-23 23:59", True),
        ("2026-11-20 08:00", "2026-11-24 06:59", True),
        ("2026-11-20 08:00", "2026-11-24 07:00", False),  # all of Monday has gone by
        ("2026-12-23 08:00", "2026-12-28 09:00", True),  # Christmas
        ("2026-12-23 08:00", "2026-12-29 07:00", False),
    ]
    for ran, now, alive in cases:
        db.session.query(WorkerHeartbeat).delete()
        operations.beat(f"{operations.CRON}host", now=local(ran))
        found = health(local(now))
        assert found.alive is alive, (ran, now)
        assert said(found, "Se om cron kör") is not alive, (ran, now)
