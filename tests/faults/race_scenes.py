"""Workers that race: two and four at once, and four over ten thousand reminders."""

from __future__ import annotations

import time
from collections import Counter

from tests.faults import town, workers
from tests.faults.stage import Stage, batches
from tests.faults.town import MORNING, look, put_back, tables
from tests.faults.workers import Work
from tracker.models import OutboxState, ReminderState


def races(stage: Stage, number: int, times: int) -> None:
    """The same race, so many times."""
    for _ in range(times):
        race(stage, number)


def race(stage: Stage, number: int) -> None:
    """So many workers plan and deliver at the same moment, undisturbed."""
    where = f"{number} workers"
    stage.open(planned=False)
    ended = at_once(stage, number)
    if ended["planned"] != len(stage.expected.outbox):
        stage.tally.complain(where, f"ended {ended}")
    stage.close(stage.half_time(where, allowed=0), exact=True)


def at_once(stage: Stage, number: int) -> Counter[str]:
    """Let so many workers begin together; how much ended in each way, all in all."""
    work = Work(MORNING, stage.office.url)
    crew = [workers.start(stage.app, work) for _ in range(number)]
    ended: Counter[str] = Counter()
    for worker in crew:
        killed, result = worker.end()
        assert not killed
        ended.update(result)
    return ended


def crowd(stage: Stage, number: int, reminders: int, batch: int, of_one: int = 4) -> str:
    """So many workers over so many reminders, `of_one` to a letter, `batch` people planned in a
    transaction and half as many letters claimed; says how long it took.

    Every action has one reminder that leaves, every letter arrives once, nothing is there twice.
    """
    where = f"{number} workers x {reminders} reminders"
    put_back()
    town.add_crowd(reminders // of_one, of_one)
    stage.office.behave()
    stage.office.forget()
    batches(planned=batch, claimed=batch // 2)
    begun_at = time.monotonic()
    at_once(stage, number)
    seconds = time.monotonic() - begun_at
    with tables() as connection:
        kept = look(connection)
    arrived = Counter(one.message_id for one in stage.office.accepted())
    rows = {row["message_id"] for row in kept.outbox}
    told = [
        (row["action_id"], row["recipient_id"])
        for row in kept.ledger
        if row["state"] is ReminderState.IN_MAIL and row["action_id"] >= town.CROWD
    ]
    letters = {row["recipient_id"] for row in kept.outbox if row["recipient_id"] >= town.CROWD}
    tally = stage.tally
    tally.letters += len(rows)
    tally.extra += len(kept.outbox) - len(rows) + len(told) - len(set(told))
    tally.lost += reminders // of_one - len(letters) + len(rows - arrived.keys())
    tally.unforced += sum(arrived.values()) - len(arrived)
    owners = Counter(action for action, _person in told)
    right = len(letters) * of_one == reminders == len(owners)
    unsent = [row for row in kept.outbox if row["state"] is not OutboxState.SENT]
    if not right or unsent or arrived.keys() != rows or max(arrived.values()) > 1:
        tally.complain(where, f"{len(kept.outbox)} letters, {len(told)} told, {len(arrived)} came")
    return f"{seconds:.0f} s from first to last"
