"""What the reminder rules need to know, read from the tables in a few queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select

from tracker.domain.calendar import local_date
from tracker.domain.permissions import Role
from tracker.domain.reminders import ActionFacts, Ladder, Reason, still_holds
from tracker.domain.statuses import OPEN, last_heard
from tracker.extensions import db
from tracker.models import Action, Reminder, ReminderState, RoleAssignment, StatusUpdate, User


@dataclass(frozen=True)
class Directors:
    """Who answers for each unit and for the whole; the one who held the role first, if several."""

    of_unit: dict[int, int]
    of_municipality: int | None


def directors() -> Directors:
    """The active directors."""
    rows = db.session.execute(
        select(RoleAssignment.unit_id, RoleAssignment.user_id)
        .join(User, User.id == RoleAssignment.user_id)
        .where(RoleAssignment.role == Role.DIRECTOR, User.deactivated_at.is_(None))
        .order_by(RoleAssignment.id.desc())
    )
    held: dict[int | None, int] = dict(rows.all())
    of_municipality = held.pop(None, None)
    return Directors({unit: user for unit, user in held.items() if unit}, of_municipality)


def candidates(ladder: Ladder, today: date, zone: ZoneInfo) -> list[ActionFacts]:
    """Facts of every open action that any rung might concern today."""
    quiet_days = min(
        (step.days for step in ladder.steps if step.reason is Reason.SILENT), default=0
    )
    # One day of slack: the rules themselves count in local days.
    quiet_since = datetime.combine(today, time(), zone) - timedelta(days=quiet_days - 1)
    concerned = or_(
        Action.deadline <= today + timedelta(days=ladder.horizon),
        func.coalesce(_last_update(), Action.created_at) <= quiet_since,
        _assignment_untold(),
    )
    return _facts(Action.status.in_(OPEN) & concerned, zone)


def facts_of(action_ids: Iterable[int], zone: ZoneInfo) -> dict[int, ActionFacts]:
    """Facts of the named actions as they stand now, open or not."""
    found = _facts(Action.id.in_(list(action_ids)), zone)
    return {facts.action_id: facts for facts in found}


def holding(reminders: Iterable[Reminder], zone: ZoneInfo) -> list[Reminder]:
    """Those reminders, of mail that waits, which are still true now."""
    waiting = list(reminders)
    facts = facts_of([reminder.action_id for reminder in waiting], zone)
    return [r for r in waiting if _holds(r, facts[r.action_id])]


def _holds(reminder: Reminder, facts: ActionFacts) -> bool:
    return still_holds(
        reminder.step, reminder.reason, reminder.deadline_rev, reminder.recipient_id, facts
    )


def ledger_of(action_ids: list[int]) -> dict[int, frozenset[tuple[str, int, int]]]:
    """What is in a mail or was passed over, per action: (step, deadline_rev, recipient_id).

    What was withdrawn never left, so it counts for nothing: should it hold again, it is due again.
    """
    entries: dict[int, set[tuple[str, int, int]]] = {}
    for start in range(0, len(action_ids), 1000):
        rows = db.session.execute(
            select(
                Reminder.action_id, Reminder.step, Reminder.deadline_rev, Reminder.recipient_id
            ).where(
                Reminder.action_id.in_(action_ids[start : start + 1000]),
                Reminder.state != ReminderState.WITHDRAWN,
            )
        )
        for action_id, step, rev, recipient_id in rows:
            entries.setdefault(action_id, set()).add((step, rev, recipient_id))
    return {action_id: frozenset(known) for action_id, known in entries.items()}


def _assignment_untold() -> ColumnElement[bool]:
    """Whether the owner, appointed by somebody else, has not been told since."""
    told = select(Reminder.id).where(
        Reminder.action_id == Action.id,
        Reminder.recipient_id == Action.owner_id,
        Reminder.step.like("assigned@%"),
        Reminder.decided_at >= Action.assigned_at,
        Reminder.state != ReminderState.WITHDRAWN,
    )
    by_another = Action.assigned_by_id.is_distinct_from(Action.owner_id)
    return Action.assigned_at.is_not(None) & by_another & ~told.exists()


def _last_update() -> ScalarSelect[Any]:
    newest = select(func.max(StatusUpdate.at)).where(StatusUpdate.action_id == Action.id)
    return newest.correlate(Action).scalar_subquery()


def _facts(condition: ColumnElement[bool], zone: ZoneInfo) -> list[ActionFacts]:
    in_charge = directors()
    rows = db.session.execute(
        select(
            Action.id,
            Action.status,
            Action.deadline,
            Action.deadline_rev,
            Action.deadline_set_at,
            Action.assigned_at,
            Action.assigned_by_id,
            Action.created_at,
            Action.owner_id,
            Action.unit_id,
            User.deactivated_at,
            _last_update().label("last_update_at"),
        )
        .outerjoin(User, User.id == Action.owner_id)
        .where(condition)
        .order_by(Action.id)
    )
    return [_facts_of_row(row, in_charge, zone) for row in rows]


def _facts_of_row(row: Any, in_charge: Directors, zone: ZoneInfo) -> ActionFacts:
    # Who takes an action upon themselves needs no letter about it.
    told_by_another = row.assigned_at is not None and row.assigned_by_id != row.owner_id
    heard_at = last_heard(row.created_at, row.assigned_at, row.last_update_at)
    return ActionFacts(
        action_id=row.id,
        is_open=row.status in OPEN,
        deadline=row.deadline,
        deadline_rev=row.deadline_rev,
        deadline_set_on=local_date(row.deadline_set_at, zone),
        assigned_on=local_date(row.assigned_at, zone) if told_by_another else None,
        last_heard_on=local_date(heard_at, zone),
        owner_id=row.owner_id if row.deactivated_at is None else None,
        unit_director_id=in_charge.of_unit.get(row.unit_id),
        municipal_director_id=in_charge.of_municipality,
    )
