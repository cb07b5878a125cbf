"""What the reminder rules need to know, read from the tables in a few queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from tracker.domain.calendar import local_date
from tracker.domain.ladder import Ladder, Reason
from tracker.domain.permissions import Role
from tracker.domain.reminders import ActionFacts, Entry, Round, still_holds
from tracker.domain.staff import Away, Staff
from tracker.domain.statuses import OPEN, last_heard
from tracker.extensions import db
from tracker.models import (
    Absence,
    Action,
    FollowUpRound,
    Reminder,
    ReminderState,
    RoleAssignment,
    RoundNudge,
    User,
)

CHUNK = 1000  # keys named in one statement


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


def staff_on(today: date) -> Staff:
    """Who is away on `today` or later, and who wants the digest on one day of the week."""
    delegate = select(User.id).where(User.deactivated_at.is_(None))
    away = db.session.execute(
        select(Absence.user_id, Absence.delegate_id, Absence.starts_on, Absence.ends_on).where(
            Absence.ends_on >= today, Absence.delegate_id.in_(delegate)
        )
    )
    weekdays = db.session.execute(
        select(User.id, User.digest_weekday).where(User.digest_weekday.is_not(None))
    )
    chosen = {user_id: weekday for user_id, weekday in weekdays if weekday is not None}
    return Staff.of((Away(*row) for row in away), chosen)


@dataclass(frozen=True)
class Rounds:
    """Follow-up rounds as the rules see them: those of one plan, and those of all plans."""

    of_plan: dict[int | None, tuple[Round, ...]]

    def about(self, plan_id: int) -> tuple[Round, ...]:
        """The rounds that ask for actions of the plan."""
        return self.of_plan.get(None, ()) + self.of_plan.get(plan_id, ())


def rounds() -> Rounds:
    """All rounds that have not been closed; and closed ones, which end those before them."""
    nudged_on = select(func.max(RoundNudge.on)).where(RoundNudge.round_id == FollowUpRound.id)
    found: dict[int | None, tuple[Round, ...]] = {}
    for row in db.session.execute(
        select(
            FollowUpRound.plan_id,
            FollowUpRound.id,
            FollowUpRound.opens_on,
            FollowUpRound.due_on,
            FollowUpRound.closed_on,
            nudged_on.scalar_subquery(),
        ).order_by(FollowUpRound.opens_on, FollowUpRound.id)
    ):
        found[row.plan_id] = (*found.get(row.plan_id, ()), Round(*row[1:]))
    return Rounds(found)


def candidates(ladder: Ladder, today: date, zone: ZoneInfo) -> list[ActionFacts]:
    """Facts of every open action that any rung might concern today."""
    concerned = or_(
        Action.deadline <= today + timedelta(days=ladder.horizon),
        *_quiet(ladder, today, zone),
        _assignment_untold(wrong_clock_from(today, zone)),
        *_asked_by_rounds(today, zone),
    )
    return _facts(Action.status.in_(OPEN) & concerned, zone, directors(), rounds())


def facts_of(action_ids: Iterable[int], zone: ZoneInfo) -> dict[int, ActionFacts]:
    """Facts of the named actions as they stand now, open or not."""
    ids = sorted(set(action_ids))
    known = directors(), rounds()
    found = (
        _facts(Action.id.in_(ids[start : start + CHUNK]), zone, *known)
        for start in range(0, len(ids), CHUNK)
    )
    return {facts.action_id: facts for chunk in found for facts in chunk}


class Told(Protocol):
    """A line of the ledger, as an object or as a row."""

    @property
    def action_id(self) -> int: ...
    @property
    def step(self) -> str: ...
    @property
    def reason(self) -> Reason: ...
    @property
    def deadline_rev(self) -> int: ...
    @property
    def recipient_id(self) -> int: ...
    @property
    def decided_at(self) -> datetime: ...


T = TypeVar("T", bound=Told)


def holding(reminders: Iterable[T], today: date, zone: ZoneInfo) -> list[T]:
    """Those reminders, of mail that waits, which are still true on `today`."""
    waiting = list(reminders)
    facts = facts_of([reminder.action_id for reminder in waiting], zone)
    staff, wrong_from = staff_on(today), wrong_clock_from(today, zone)
    return [
        r
        for r in waiting
        if r.decided_at < wrong_from and _holds(r, facts[r.action_id], today, staff)
    ]


def _holds(reminder: Told, facts: ActionFacts, today: date, staff: Staff) -> bool:
    entry = Entry(reminder.step, reminder.reason, reminder.deadline_rev, reminder.recipient_id)
    return still_holds(entry, facts, today, staff)


def wrong_clock_from(today: date, zone: ZoneInfo) -> datetime:
    """From when on a note in the ledger was made under a clock that ran ahead by days.

    It counts for nothing: what it says was told too early is told again in its time. A clock that
    is a day ahead is not worth a second letter.
    """
    return datetime.combine(today + timedelta(days=3), time(), zone)


def ledger_of(
    action_ids: list[int], today: date, zone: ZoneInfo
) -> dict[int, frozenset[tuple[str, int, int]]]:
    """What is in a mail or was passed over, per action: (step, deadline_rev, recipient_id).

    What was withdrawn never left, so it counts for nothing: should it hold again, it is due again.
    """
    entries: dict[int, set[tuple[str, int, int]]] = {}
    for start in range(0, len(action_ids), CHUNK):
        rows = db.session.execute(
            select(
                Reminder.action_id, Reminder.step, Reminder.deadline_rev, Reminder.recipient_id
            ).where(
                Reminder.action_id.in_(action_ids[start : start + CHUNK]),
                Reminder.state != ReminderState.WITHDRAWN,
                Reminder.decided_at < wrong_clock_from(today, zone),
            )
        )
        for action_id, step, rev, recipient_id in rows:
            entries.setdefault(action_id, set()).add((step, rev, recipient_id))
    return {action_id: frozenset(known) for action_id, known in entries.items()}


def _quiet(ladder: Ladder, today: date, zone: ZoneInfo) -> Sequence[ColumnElement[bool]]:
    """Whether nothing has been heard of the action for so long that a rung speaks of it; no
    condition where none does."""
    days = [step.days for step in ladder.steps if step.reason is Reason.SILENT]
    if not days:
        return ()
    # One day of slack: the rules themselves count in local days.
    since = datetime.combine(today, time(), zone) - timedelta(days=min(days) - 1)
    return (func.coalesce(Action.reported_at, Action.created_at) <= since,)


def _assignment_untold(wrong_from: datetime) -> ColumnElement[bool]:
    """Whether the owner, appointed by somebody else, has not been told since."""
    told = select(Reminder.id).where(
        Reminder.action_id == Action.id,
        Reminder.recipient_id == Action.owner_id,
        Reminder.step.like("assigned@%"),
        Reminder.decided_at >= Action.assigned_at,
        Reminder.decided_at < wrong_from,
        Reminder.state != ReminderState.WITHDRAWN,
    )
    by_another = Action.assigned_by_id.is_distinct_from(Action.owner_id)
    return Action.assigned_at.is_not(None) & by_another & ~told.exists()


def _asked_by_rounds(today: date, zone: ZoneInfo) -> Sequence[ColumnElement[bool]]:
    """Whether an open round waits for a report on the action; a condition for each plan."""
    conditions = []
    for plan_id, about in rounds().of_plan.items():
        # A later one ends those before it.
        last = max((one for one in about if one.opens_on <= today), default=None, key=_opening)
        if last is not None and (last.closed_on is None or last.closed_on > today):
            opened = datetime.combine(last.opens_on, time(), zone)
            unheard = or_(Action.reported_at.is_(None), Action.reported_at < opened)
            of_plan = [Action.plan_id == plan_id] if plan_id is not None else []
            conditions.append(and_(unheard, *of_plan))
    return conditions


def _opening(one: Round) -> tuple[date, int]:
    return one.opens_on, one.id


def _facts(
    condition: ColumnElement[bool], zone: ZoneInfo, in_charge: Directors, asked: Rounds
) -> list[ActionFacts]:
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
            Action.plan_id,
            User.deactivated_at,
            Action.reported_at,
        )
        .outerjoin(User, User.id == Action.owner_id)
        .where(condition)
        .order_by(Action.id)
    )
    return [_facts_of_row(row, in_charge, asked, zone) for row in rows]


def _facts_of_row(row: Any, in_charge: Directors, asked: Rounds, zone: ZoneInfo) -> ActionFacts:
    # Who takes an action upon themselves needs no letter about it.
    told_by_another = row.assigned_at is not None and row.assigned_by_id != row.owner_id
    heard_at = last_heard(row.created_at, row.assigned_at, row.reported_at)
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
        created_on=local_date(row.created_at, zone),
        reported_on=local_date(row.reported_at, zone) if row.reported_at else None,
        rounds=asked.about(row.plan_id),
    )
