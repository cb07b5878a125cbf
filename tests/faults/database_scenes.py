"""Databases that fail: PostgreSQL restarted at once in the middle, and a disk that is full."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from pathlib import Path

from tests.faults import workers
from tests.faults.stage import LATER, Stage
from tests.faults.town import MORNING, look, tables
from tests.faults.workers import Work, Worker, WorkFailed
from tests.helpers.postgres import PostgresServer
from tracker.models import OutboxState

COPIES_PER_RESTART = 1


def restarts(stage: Stage, server: PostgresServer, times: int) -> str:
    """The database is restarted at once, so many times while somebody plans and so many times
    while somebody delivers; says how many passes went on and how many were left to the next."""
    went_on = [
        _restart(stage, server, planning, number)
        for number in range(times)
        for planning in (True, False)
    ]
    return f"{sum(went_on)} passes went on, {went_on.count(False)} broke off"


def _restart(stage: Stage, server: PostgresServer, planning: bool, number: int) -> bool:
    where = "restarted while planning" if planning else "restarted while delivering"
    stage.open(planned=not planning)
    work = Work(MORNING, stage.office.url, plans=planning, delivers=not planning)
    worker = workers.start(stage.app, work)
    if planning:
        time.sleep(stage.chance.uniform(0.005, 0.08))
    else:
        stage.office.wait_for(1 + number % len(stage.expected.outbox))
    server.restart()
    went_on = _ended_well(worker)
    half = stage.half_time(where, allowed=COPIES_PER_RESTART)
    stage.close(half, (LATER, LATER + (LATER - MORNING)), exact=not planning)
    return went_on


def _ended_well(worker: Worker) -> bool:
    """Whether the work was done all the same; the product's tick logs what fails, and ends."""
    try:
        worker.end()
    except WorkFailed:
        return False
    return True


def full_while_planning(stage: Stage, full: AbstractContextManager[None]) -> None:
    """The disk under the database is full; planning fails; once there is room all is planned."""
    where = "disk full while planning"
    stage.open(planned=False)
    with full:
        worker = workers.start(stage.app, Work(MORNING, stage.office.url, delivers=False))
        if _ended_well(worker):
            stage.tally.complain(where, "planning did not notice")
    stage.close(stage.half_time(where, allowed=0), exact=False)


def mail_folder_full(stage: Stage, folder: Path, full: AbstractContextManager[None]) -> None:
    """The disk under the mail folder is full; once there is room every letter lies there once."""
    where, tally = "mail folder full", stage.tally
    stage.open(planned=True)
    url = f"file://{folder}"
    with full:
        ended = workers.do(stage.app, Work(MORNING, url, plans=False))
    if ended != {"unreachable": 1}:
        tally.complain(where, f"ended {ended}")
    workers.do(stage.app, Work(LATER, url))
    with tables() as connection:
        kept = look(connection)
    found = {path.stem: path.read_bytes() for path in folder.iterdir()}
    wanted = {row["message_id"].strip("<>"): row["mime"] for row in kept.outbox}
    tally.letters += len(wanted)
    tally.lost += len(wanted.keys() - found.keys())
    tally.extra += len(found.keys() - wanted.keys())
    unsent = [row for row in kept.outbox if row["state"] is not OutboxState.SENT]
    if found != wanted or kept.letters() != stage.expected.letters() or unsent:
        tally.complain(where, f"{len(found)} letters for {len(wanted)}, {len(unsent)} unsent")
