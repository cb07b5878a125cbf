"""What the bell costs every page: 100,000 reminders in the ledger, with the bell and without."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import time_machine
from flask import Flask
from sqlalchemy import insert, select

from bench.installation import NOW, filled, tidy
from bench.pages import DIRECTOR, MANAGER, Readers
from bench.timing import side_by_side
from tests.helpers import postgres
from tracker.domain.ladder import Reason
from tracker.extensions import db
from tracker.models import Action, OutboxMessage, OutboxState, Reminder, ReminderState, User
from tracker.web import shell

ACTIONS, PEOPLE, REMINDERS = 10_000, 300, 100_000
RUNS = 61
MOST_ALLOWED = 1.1
PAGES = (
    ("a manager's own actions", MANAGER, "/my-actions"),
    ("an action, read by its manager", MANAGER, "/actions/40"),
    ("the director's first page", DIRECTOR, "/"),
    ("the director's list", DIRECTOR, "/actions"),
)


def measure() -> Iterator[str]:
    """The ratio per page, on SQLite and PostgreSQL."""
    yield from _ratios("SQLite", "")
    with postgres.running() as server, server.database() as url:
        yield from _ratios("PostgreSQL", url)


def _ratios(name: str, url: str) -> Iterator[str]:
    with (
        filled(ACTIONS, people=PEOPLE, database_url=url) as app,
        time_machine.travel(NOW, tick=True),
    ):
        _remind(app)
        readers = Readers(app)
        gc.freeze()
        worst = 0.0
        for page, person, path in PAGES:
            reading = readers.reading(person, path)
            silent, ringing = side_by_side(_without(reading), reading, runs=RUNS)
            worst = max(worst, ringing / silent)
            cost = (ringing - silent) * 1e3
            yield f"{name}, {page}: {ringing / silent:.3f} × (+{cost:.1f} of {silent * 1e3:.0f} ms)"
        verdict = "holds" if worst <= MOST_ALLOWED else "DOES NOT HOLD"
        yield f"{name}, the bell at its worst: {worst:.3f} × (at most {MOST_ALLOWED}: {verdict})"


def _without(reading: Callable[[], None]) -> Callable[[], None]:
    def silently() -> None:
        ringing = shell.bell
        shell.bell = lambda: None
        try:
            reading()
        finally:
            shell.bell = ringing

    return silently


def _remind(app: Flask) -> None:
    """Reminders of two years about every action, two thirds of them put away; and to the director
    an escalation of each."""
    with app.app_context():
        director = db.session.scalars(select(User.id).where(User.email == DIRECTOR)).one()
        rows = db.session.execute(
            select(Action.id, Action.owner_id, Action.deadline, Action.deadline_rev)
        ).all()
        to_each: dict[int, int] = {}
        for person in {director, *(row.owner_id for row in rows if row.owner_id)}:
            message = OutboxMessage(
                kind="bench",
                recipient_id=person,
                local_date=NOW.date(),
                message_id=f"<{person}@bench>",
                address="a@b.example",
                subject="",
                mime=b"",
                state=OutboxState.SENT,
                created_at=NOW,
                next_at=NOW,
                sent_at=NOW,
            )
            db.session.add(message)
            db.session.flush()
            to_each[person] = message.id
        made = [_escalation(row, director, to_each) for row in rows]
        owned = [row for row in rows if row.owner_id]
        made += [
            _reminder(owned[n % len(owned)], n // len(owned), to_each)
            for n in range(REMINDERS - len(made))
        ]
        db.session.execute(insert(Reminder), made)
        db.session.commit()
        tidy()


def _reminder(row: Any, n: int, to_each: dict[int, int]) -> dict[str, object]:
    at = NOW - timedelta(days=(row.id * 7 + n * 61) % 700)
    return {
        "action_id": row.id,
        "step": f"after-{n}",
        "deadline_rev": row.deadline_rev,
        "recipient_id": row.owner_id,
        "outbox_id": to_each[row.owner_id or 0],
        "reason": Reason.AFTER,
        "state": ReminderState.IN_MAIL,
        "decided_at": at,
        "seen_at": None if (row.id + n) % 3 == 0 else at,
    }


def _escalation(row: Any, director: int, to_each: dict[int, int]) -> dict[str, object]:
    to = {"recipient_id": director, "outbox_id": to_each[director], "reason": Reason.ESCALATED}
    name = {"step": f"escalate-municipality@{row.deadline}", "deadline_rev": 0}
    at = NOW - timedelta(days=row.id % 700)
    seen = {"decided_at": at, "seen_at": None if row.id % 3 == 0 else at}
    return {"action_id": row.id, "state": ReminderState.IN_MAIL, **to, **name, **seen}
