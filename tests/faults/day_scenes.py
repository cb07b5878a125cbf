"""Days on end with the real worker's pass: June 2026 hour by hour, and a month of downtime."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import time_machine
from flask import Flask
from sqlalchemy import ColumnElement, Connection, select, update

from tests.faults import workers
from tests.faults.stage import Stage
from tests.faults.town import MORNING, look, tables
from tests.faults.workers import Work
from tracker import scheduler
from tracker.domain.calendar import is_working_day
from tracker.domain.ladder import Reason
from tracker.models import Action, OutboxState, User

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MIDSUMMER_EVE = date(2026, 6, 19)
JUNE = [date(2026, 6, number) for number in range(1, 31)]
SEVEN = time(7)
ALL_PASSES = JUNE, tuple(range(24))
FEW_PASSES = JUNE[14:], (6, 7, 12)  # what was due before is late on the first of these days
DOWN = timedelta(days=30)


def june(stage: Stage, days: Iterable[date], hours: Sequence[int]) -> str:
    """A pass at each of these local hours of these days; a deadline falls on each day of June.

    Mail leaves on working days from seven on only, one digest a day and person at most, and
    everybody hears of every deadline of theirs.
    """
    where = "June 2026"
    stage.open(planned=False)
    with tables() as connection:
        _spread_deadlines(connection)
    moments = [datetime.combine(day, time(hour), STOCKHOLM) for day in days for hour in hours]
    url = stage.office.url

    def live(app: Flask) -> None:
        settings = replace(app.extensions["settings"], mail_url=url)
        for moment in moments:
            with time_machine.travel(moment, tick=True):
                scheduler.one_pass(settings, now=datetime.now(moment.tzinfo))

    workers.do(stage.app, live)
    with tables() as connection:
        kept = look(connection)
        owners = _owners(connection)
    left = [(row, row["sent_at"].astimezone(STOCKHOLM)) for row in kept.outbox if row["sent_at"]]
    wrong = [at for _row, at in left if not is_working_day(at.date()) or at.time() < SEVEN]
    if wrong or any(at.date() == MIDSUMMER_EVE for _row, at in left):
        stage.tally.complain(where, f"left at {wrong}")
    a_day = Counter((row["recipient_id"], at.date()) for row, at in left)
    a_day_each = [key for key, number in a_day.items() if number > 1]
    if a_day_each:
        stage.tally.complain(where, f"more than one mail a day: {a_day_each}")
    on_the_day = {r["action_id"] for r in kept.ledger if r["reason"] in (Reason.ON, Reason.AFTER)}
    forgotten = owners.keys() - on_the_day
    stage.tally.letters += len(kept.outbox)
    stage.tally.lost += len(forgotten)
    copies = Counter(one.message_id for one in stage.office.accepted())
    if forgotten or set(copies.values()) != {1} or len(copies) != len(left):
        stage.tally.complain(where, f"forgotten {forgotten}, copies {Counter(copies.values())}")
    return f"{len(left)} letters on {len({at.date() for _row, at in left})} days"


def _spread_deadlines(connection: Connection) -> None:
    """One action's deadline on each day of June in turn, so on days of rest as well."""
    ids = list(connection.scalars(select(Action.id).order_by(Action.id)))
    for number, action_id in enumerate(ids):
        values = {"deadline": JUNE[number * 7 % len(JUNE)]}
        connection.execute(update(Action).where(Action.id == action_id).values(**values))


def _owners(connection: Connection) -> dict[int, int]:
    """Open actions whose deadline is past at the end of June's last working day, and who owns
    them."""
    rows = connection.execute(
        select(Action.id, Action.owner_id).where(
            Action.status.in_(["planned", "ongoing"]), Action.deadline < JUNE[-1]
        )
    )
    return {row.id: row.owner_id for row in rows}


def away(stage: Stage) -> str:
    """The worker is away for thirty days: its first pass gives each person one digest."""
    stage.open(planned=False)
    workers.do(stage.app, Work(MORNING, stage.office.url))
    stage.office.forget()
    workers.do(stage.app, Work(MORNING + DOWN, stage.office.url))
    return _one_each(stage, "worker away for 30 days")


def mail_away(stage: Stage, every: int = 1) -> str:
    """The mail server is away for thirty days, and `every` so many of them the worker plans and
    tries: when it is back, each person gets one digest."""
    stage.open(planned=False)
    stage.office.down()
    url = stage.office.url

    def try_again(app: Flask) -> None:
        for day in range(0, DOWN.days, every):
            Work(MORNING + timedelta(days=day), url)(app)

    workers.do(stage.app, try_again)
    stage.office.up()
    workers.do(stage.app, Work(MORNING + DOWN, stage.office.url))
    return _one_each(stage, "mail server away for 30 days")


def _one_each(stage: Stage, where: str) -> str:
    arrived = Counter(one.recipient for one in stage.office.accepted())
    with tables() as connection:
        kept = look(connection)
        people = set(connection.scalars(select(User.email).where(_owes())))
    tally = stage.tally
    tally.letters += len(arrived)
    tally.extra += sum(arrived.values()) - len(arrived)
    tally.lost += len(people - arrived.keys())
    waiting = [row for row in kept.outbox if row["state"] is OutboxState.QUEUED]
    dead = [row for row in kept.outbox if row["state"] is OutboxState.DEAD]
    if people - arrived.keys() or waiting or dead or max(arrived.values(), default=0) != 1:
        tally.complain(where, f"{arrived}, without: {people - arrived.keys()}, dead {len(dead)}")
    return f"{len(arrived)} people, {max(arrived.values(), default=0)} digest each"


def _owes() -> ColumnElement[bool]:
    """Who owns an action that has been overdue for so long that a step has passed meanwhile."""
    overdue = select(Action.owner_id).where(
        Action.status.in_(["planned", "ongoing"]), Action.deadline < MORNING.date()
    )
    return User.id.in_(overdue)
