"""The clock an hour, a day, ten years off, and right again: nothing lost, nothing extra after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from tests.faults import workers
from tests.faults.points import Trap
from tests.faults.stage import Stage
from tests.faults.town import MORNING, look, tables
from tests.faults.workers import Work
from tracker.domain.calendar import is_working_day
from tracker.models import OutboxState, ReminderState

OFF = {
    "an hour ahead": timedelta(hours=1),
    "an hour behind": timedelta(hours=-1),
    "a day ahead": timedelta(days=1),
    "a day behind": timedelta(days=-1),
    "ten years ahead": timedelta(days=3654),  # both on days that people work
    "ten years behind": timedelta(days=-3652),
}
MISHAPS = {
    "": "",
    "and killed with claims in hand": "claim committed",
    "and killed at DATA": "after 354",
    "and killed in the window": "answer read",
}
UNDER_WAY = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.UNCERTAIN)
WITHDRAWN = ReminderState.WITHDRAWN
WRONG = timedelta(days=2)  # so far ahead, the ledger is not believed


@dataclass(frozen=True)
class History:
    """Two weeks later: copies of each mail (Message-ID), steps told or passed over, who (action,
    person) was told in a mail that was sent, and how many letters still wait."""

    copies: Counter[str]
    steps: frozenset[tuple[Any, ...]]
    told: frozenset[tuple[int, int]]
    waiting: int

    @classmethod
    def now(cls, stage: Stage) -> History:
        """As it stands."""
        with tables() as connection:
            kept = look(connection)
        last = mornings()[-1] + WRONG
        rows = [r for r in kept.ledger if r["decided_at"] <= last and r["state"] is not WITHDRAWN]
        sent = {row["id"] for row in kept.outbox if row["state"] is OutboxState.SENT}
        return cls(
            Counter(one.message_id for one in stage.office.accepted()),
            frozenset(
                (r["action_id"], r["step"], r["deadline_rev"], r["recipient_id"]) for r in rows
            ),
            frozenset((r["action_id"], r["recipient_id"]) for r in rows if r["outbox_id"] in sent),
            sum(row["state"] in UNDER_WAY for row in kept.outbox),
        )


def mornings() -> list[datetime]:
    """The working mornings of two weeks."""
    days = (MORNING + timedelta(days=number) for number in range(14))
    return [moment for moment in days if is_working_day(moment.date())]


@dataclass(frozen=True)
class Weeks:
    """Two weeks of which `every` so many mornings are played, and what they bring when the clock
    is right all the time."""

    stage: Stage
    every: int
    right: History

    @classmethod
    def begin(cls, stage: Stage, every: int) -> Weeks:
        """Let them pass with the clock right."""
        stage.open(planned=False)
        _passes(stage, every)
        return cls(stage, every, History.now(stage))

    def off(self, name: str, mishap: str) -> None:
        """A worker whose clock is off plans and delivers (and perhaps is killed); then it is
        right."""
        where, stage = f"clock {name} {mishap}".strip(), self.stage
        stage.open(planned=False)
        work, trap = Work(MORNING + OFF[name], stage.office.url), Trap(MISHAPS[mishap], 1)
        killed, _ = workers.start(stage.app, work, trap).end()
        stage.tally.kills[where] += killed
        half = stage.half_time(where, allowed=int(killed))
        self._right_again(where, half.window)

    def off_between(self, name: str) -> None:
        """Planned with the clock right, delivered with it off, and then it is right again."""
        stage = self.stage
        stage.open(planned=True)
        workers.do(stage.app, Work(MORNING + OFF[name], stage.office.url, plans=False))
        self._right_again(f"planned, then clock {name}", set())

    def put_off(self, name: str) -> None:
        """The server puts everybody off while the clock is off: they wait for a moment that is
        off."""
        stage = self.stage
        stage.open(planned=False)
        stage.office.behave(greylist=1)
        workers.do(stage.app, Work(MORNING + OFF[name], stage.office.url))
        stage.office.behave()
        self._right_again(f"clock {name} and greylisted", set())

    def _right_again(self, where: str, window: set[str]) -> None:
        _passes(self.stage, self.every)
        _settle(self.stage, where, self.right, window=window)


def _passes(stage: Stage, every: int) -> None:
    """The two weeks with the clock right; twice a day, since what was put off comes back."""

    def one_after_the_other(app: Flask) -> None:
        for moment in mornings()[::every]:
            for minutes in (10, 90):
                Work(moment + timedelta(minutes=minutes), stage.office.url)(app)

    workers.do(stage.app, one_after_the_other)


def _settle(stage: Stage, where: str, right: History, window: set[str]) -> None:
    found, tally = History.now(stage), stage.tally
    lost = {*(right.steps - found.steps), *(right.told - found.told)}
    tally.letters += len(right.copies)
    tally.lost += len(lost)
    tally.repeated += sum(number - 1 for number in found.copies.values())
    if lost or found.waiting:
        tally.complain(where, f"{len(lost)} lost, {found.waiting} letters still wait")
    for message_id, number in found.copies.items():
        if number > 1 + (message_id in window):
            tally.unforced += 1
            tally.complain(where, f"{message_id} arrived {number} times")
    extra = found.steps - right.steps
    tally.extra += len(extra)
    if extra:
        tally.complain(where, f"{len(extra)} steps too many: {sorted(extra)[:3]}")


def all_ways(stage: Stage, names: Iterable[str], every: int) -> None:
    """Every way of being off with every mishap, one after the other."""
    weeks = Weeks.begin(stage, every)
    for name in names:
        for mishap in MISHAPS:
            weeks.off(name, mishap)
        weeks.off_between(name)
        weeks.put_off(name)
