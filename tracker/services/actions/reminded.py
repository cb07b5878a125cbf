"""Which reminders of one action went out: when, to whom, why, and what became of the letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tracker.domain.ladder import ROUNDS, Ladder, Reason, Step, standard_ladder
from tracker.domain.permissions import Deed
from tracker.domain.reminders import is_nudge
from tracker.extensions import db
from tracker.models import (
    Action,
    FollowUpRound,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    User,
)
from tracker.services import ladders, scope

MOST = 20


@dataclass(frozen=True)
class Told:
    """One reminder. `step` is its rung of the ladder, None where nobody knows it any more, and
    `days` the distance that it was decided at; `round_name` is empty where no round is meant.

    `fate` is the letter's state; `withdrawn` says that it was no longer true before it left,
    and `nudged` that somebody asked once more by hand.
    """

    at: datetime
    recipient: str
    reason: Reason
    step: Step | None
    days: int | None
    round_name: str
    fate: OutboxState | None
    sent_at: datetime | None
    withdrawn: bool
    nudged: bool = False


@dataclass(frozen=True)
class Reminded:
    """The latest reminders, newest first; `total` counts all, `passed_over` the steps that were
    left out because a later one said more."""

    rows: tuple[Told, ...]
    total: int
    passed_over: int


def reminders_of(action: Action, by: User) -> Reminded | None:
    """The reminders of an action that is loaded, in a constant number of queries; None for whom
    its people's reminders are no business of."""
    if not (by.may(Deed.ACTION_REPORT) and scope.may_on(by, Deed.ACTION_REPORT, action)):
        return None
    passed_over, total = _numbers(action.id)
    rows = _rows(action.id) if total else []
    ladder = ladders.current() if total else standard_ladder()
    rounds = _round_names({row.step for row in rows if row.reason in ROUNDS})
    return Reminded(tuple(_told(row, ladder, rounds) for row in rows), total, passed_over)


def _numbers(action_id: int) -> tuple[int, int]:
    query = (
        select(Reminder.state, func.count())
        .where(Reminder.action_id == action_id)
        .group_by(Reminder.state)
    )
    number: dict[ReminderState, int] = dict(db.session.execute(query).all())
    passed_over = number.pop(ReminderState.SUPERSEDED, 0)
    return passed_over, sum(number.values())


def _rows(action_id: int) -> list[Any]:
    query = (
        select(
            Reminder.decided_at,
            Reminder.step,
            Reminder.reason,
            Reminder.state,
            User.name,
            OutboxMessage.state.label("fate"),
            OutboxMessage.sent_at,
        )
        .select_from(Reminder)
        .join(User, User.id == Reminder.recipient_id)
        .outerjoin(OutboxMessage, OutboxMessage.id == Reminder.outbox_id)
        .where(Reminder.action_id == action_id, Reminder.state != ReminderState.SUPERSEDED)
        .order_by(Reminder.decided_at.desc(), Reminder.id.desc())
        .limit(MOST)
    )
    return list(db.session.execute(query))


def _round_names(steps: set[str]) -> dict[int, str]:
    ids = {found for step in steps if (found := _round_id(step))}
    if not ids:
        return {}
    query = select(FollowUpRound.id, FollowUpRound.name).where(FollowUpRound.id.in_(ids))
    return dict(db.session.execute(query).all())


def _round_id(step: str) -> int:
    number = step.partition("@")[2].partition(":")[0]
    return int(number) if number.isdecimal() else 0


def _told(row: Any, ladder: Ladder, rounds: dict[int, str]) -> Told:
    step, days = named(row.step, ladder)
    return Told(
        at=row.decided_at,
        recipient=row.name,
        reason=row.reason,
        step=step,
        days=days,
        round_name=rounds.get(_round_id(row.step), "") if row.reason in ROUNDS else "",
        fate=row.fate,
        sent_at=row.sent_at,
        withdrawn=row.state is ReminderState.WITHDRAWN,
        nudged=is_nudge(row.step),
    )


def named(key: str, ladder: Ladder) -> tuple[Step | None, int | None]:
    """The rung that a name in the ledger means, and the days from its clock: ("after-35@…") is the
    repeating rung "after" on its 35th day. Rungs that came with the product are known for ever."""
    name = key.partition("@")[0]
    repeated, _, days = name.rpartition("-")
    for step in (*ladder.steps, *standard_ladder().steps):
        if step.every is None and step.key == name:
            return step, step.days
        if step.every is not None and step.key == repeated and days.isdecimal():
            return step, int(days)
    return None, None
