"""A small municipality that has something to be reminded of, and its tables put back quickly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, delete, func, insert, select, update

from tests.faults.workers import part_from_the_database
from tests.helpers.cast import NOW, Cast, build_cast, make_action, make_user
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    Action,
    JournalEntry,
    OutboxMessage,
    Reminder,
    RoleAssignment,
    User,
    WorkerHeartbeat,
)

MORNING = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday, seven in Stockholm
LONG_OVERDUE = date(2026, 2, 11)  # so long that the unit's director hears of it
CROWD = 100_000

OUTBOX = cast(Table, OutboxMessage.__table__)
REMINDER = cast(Table, Reminder.__table__)
JOURNAL = cast(Table, JournalEntry.__table__)
PEOPLE, ACTIONS = cast(Table, User.__table__), cast(Table, Action.__table__)
HEARTBEAT = cast(Table, WorkerHeartbeat.__table__)


def build_town(people: int, actions_each: int = 2) -> Cast:
    """The cast, and so many managers with overdue and coming actions each; committed.

    Everybody gets one mail on MORNING: the managers, and those who lead the units.
    """
    cast_ = build_cast()
    role = {"role": Role.MANAGER, "unit": cast_.unit}
    managers = [
        make_user(f"Person {number:05}", RoleAssignment(**role)) for number in range(people)
    ]
    db.session.add_all(managers)
    db.session.flush()
    deadlines = (NOW.date() - timedelta(days=3), NOW.date() + timedelta(days=5), LONG_OVERDUE)
    db.session.add_all(
        make_action(
            cast_.plan,
            f"Åtgärd {number} av {manager.name}",
            owner=manager,
            unit=cast_.unit,
            deadline=deadlines[number % 3],
        )
        for manager in managers
        for number in range(actions_each)
    )
    db.session.commit()
    return cast_


def add_crowd(people: int, actions_each: int) -> None:
    """Many people with overdue actions each, written the quick way; their numbers and those of
    their actions begin at CROWD."""
    with tables() as connection:
        like = _row_of(connection, Action, Action.title == "Mät väntetider för företag")
        person = _row_of(connection, User, User.name == "Karin Kollega")
        names = [f"person{number:06}@testkoping.example" for number in range(people)]
        connection.execute(
            insert(PEOPLE),
            [
                {**person, "id": CROWD + n, "name": name, "email": name, "email_key": name}
                for n, name in enumerate(names)
            ],
        )
        rows = [
            {**like, "id": CROWD + n * actions_each + k, "owner_id": CROWD + n}
            | {"title": f"Åtgärd {n}-{k}", "deadline": NOW.date() - timedelta(days=1 + k)}
            for n in range(people)
            for k in range(actions_each)
        ]
        for start in range(0, len(rows), 5000):
            connection.execute(insert(ACTIONS), rows[start : start + 5000])


def _row_of(connection: Connection, model: Any, condition: ColumnElement[bool]) -> dict[str, Any]:
    """A row to make others like; without what the database works out itself."""
    given = [column for column in model.__table__.columns if column.computed is None]
    return dict(connection.execute(select(*given).where(condition)).mappings().one())


@contextmanager
def tables() -> Iterator[Connection]:
    """The database as it stands, for a look or a change from outside; leaves no connection."""
    part_from_the_database()
    with db.engine.begin() as connection:
        yield connection
    db.engine.dispose()


@dataclass(frozen=True)
class Kept:
    """The rows of outbox and ledger at one moment."""

    outbox: list[dict[str, Any]]
    ledger: list[dict[str, Any]]

    def letters(self) -> dict[str, str]:
        """Message-ID → what of the mail may not change: recipient, kind, day, subject."""
        return {
            row["message_id"]: f"{row['address']} {row['kind']} {row['local_date']} "
            f"{row['subject']}"
            for row in self.outbox
        }

    def bytes_of(self) -> dict[str, str]:
        """Message-ID → sha256 of its frozen bytes."""
        return {r["message_id"]: hashlib.sha256(r["mime"]).hexdigest() for r in self.outbox}

    def promises(self) -> list[tuple[Any, ...]]:
        """The ledger without what no person sees: ids and moments. Sorted."""
        named = {row["id"]: row["message_id"] for row in self.outbox}
        return sorted(
            (
                row["action_id"],
                row["step"],
                row["deadline_rev"],
                row["recipient_id"],
                row["reason"].value,
                row["state"].value,
                named.get(row["outbox_id"], ""),
            )
            for row in self.ledger
        )


def look(connection: Connection) -> Kept:
    """All rows of outbox and ledger."""
    return Kept(
        [dict(r) for r in connection.execute(select(OUTBOX).order_by(OUTBOX.c.id)).mappings()],
        [dict(r) for r in connection.execute(select(REMINDER).order_by(REMINDER.c.id)).mappings()],
    )


def resent(connection: Connection, since: int) -> list[int]:
    """The messages of which the journal says, after entry number `since`, that they went a second
    time; one for each entry."""
    query = select(JOURNAL.c.subject_id).where(
        JOURNAL.c.deed == "mail.resend", JOURNAL.c.id > since
    )
    return sorted(connection.scalars(query))


def put_back(kept: Kept | None = None) -> int:
    """Outbox and ledger as they were, or empty; the number of the journal's last entry."""
    with tables() as connection:
        for table in (REMINDER, OUTBOX, HEARTBEAT):
            connection.execute(delete(table))
        if kept is not None and kept.outbox:
            connection.execute(insert(OUTBOX), kept.outbox)
            connection.execute(insert(REMINDER), kept.ledger)
        return connection.scalar(select(func.max(JOURNAL.c.id))) or 0


def change(table: Table, ids: Iterable[int], **values: Any) -> None:
    """Change rows behind the product's back."""
    with tables() as connection:
        connection.execute(update(table).where(table.c.id.in_(list(ids))).values(**values))
