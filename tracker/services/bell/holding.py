"""The condition under which a reminder still stands in its reader's bell, as one piece of SQL.

It says what domain.reminders.still_holds says of a mail that waits, and more: that nobody has
reported on the action since. The number on every page and the list behind it share it, so that
they cannot differ. It is put together once; who reads, and when, are bound at each asking.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import aliased

from tracker.domain.ladder import ROUNDS, Reason
from tracker.domain.permissions import Role
from tracker.domain.reminders import NUDGE
from tracker.domain.statuses import OPEN
from tracker.models import (
    Absence,
    Action,
    FollowUpRound,
    Reminder,
    ReminderState,
    RoleAssignment,
    User,
)
from tracker.models.base import UtcDateTime
from tracker.services.reminder_facts import wrong_clock_from

_READER = bindparam("reader", type_=Integer)
_TODAY = bindparam("today", type_=Date)
_WRONG_FROM = bindparam("wrong_from", type_=UtcDateTime)
_OWN_NAMES = (Reason.ASSIGNED, Reason.SILENT, Reason.ESCALATED, *ROUNDS)

_owner = aliased(User, name="owner")  # joined to the action while the account is active


def asking(reader_id: int, today: date, zone: ZoneInfo) -> dict[str, object]:
    """What a query with this condition wants to know."""
    return {"reader": reader_id, "today": today, "wrong_from": wrong_clock_from(today, zone)}


def holding(*columns: Any) -> Select[Any]:
    """`columns` of the reader's reminders that still hold, with their actions."""
    told = Reminder
    return (
        select(*columns)
        .select_from(told)
        .join(Action, Action.id == told.action_id)
        .outerjoin(_owner, _is_owner())
        .where(*_mailed(), *_stands(told))
    )


def ringing() -> Select[int]:
    """The actions of which something holds that the reader has not put away.

    It is for who stops after some. PostgreSQL would rather join all reminders of the reader with
    all open actions first; so there they come in order, and their actions one by one. SQLite
    looks at one after the other anyhow, and would only lose time by sorting.
    """
    looked_at = (
        Reminder.action_id,
        Reminder.reason,
        Reminder.step,
        Reminder.deadline_rev,
        Reminder.decided_at,
    )
    mine = select(*looked_at).where(*_mailed(), Reminder.seen_at.is_(None))
    in_order = mine.suffix_with(text("ORDER BY reminder.action_id"), dialect="postgresql")
    told = aliased(Reminder, in_order.subquery("mine"))
    stands = (
        select(true())
        .select_from(Action)
        .outerjoin(_owner, _is_owner())
        .where(Action.id == told.action_id, *_stands(told))
    )
    return select(told.action_id).where(stands.correlate(told).scalar_subquery()).distinct()


def _is_owner() -> ColumnElement[bool]:
    return (_owner.id == Action.owner_id) & _owner.deactivated_at.is_(None)


def _mailed() -> tuple[ColumnElement[bool], ...]:
    return (
        Reminder.recipient_id == _READER,
        Reminder.state == ReminderState.IN_MAIL,
        Reminder.decided_at < _WRONG_FROM,
    )


def _stands(told: type[Reminder]) -> tuple[ColumnElement[bool], ...]:
    return (
        Action.status.in_(OPEN),
        or_(Action.reported_at.is_(None), Action.reported_at < told.decided_at),
        _still_named(told),
        _still_spoken_to(told),
    )


def _still_named(told: type[Reminder]) -> ColumnElement[bool]:
    """Whether today's rules would give the reminder the name that it has in the ledger."""
    # Who was assigned, or heard from, since: then the name holds another day.
    as_assigned = or_(Action.assigned_at.is_(None), Action.assigned_at <= told.decided_at)
    told_by_another = Action.assigned_by_id.is_distinct_from(Action.owner_id)
    newly_assigned = and_(
        _is(told, Reason.ASSIGNED), Action.assigned_at.is_not(None), told_by_another
    )
    return or_(
        and_(~_is(told, *_OWN_NAMES), told.deadline_rev == Action.deadline_rev),
        and_(as_assigned, or_(_is(told, Reason.SILENT), newly_assigned)),
        and_(_is(told, Reason.ESCALATED), _ends_with(told, cast(Action.deadline, String))),
        and_(_is(told, *ROUNDS), _round_waits(told)),
    )


def _is(told: type[Reminder], *reasons: Reason) -> ColumnElement[bool]:
    # Written out, not bound: each page would bind and type them all anew.
    return told.reason.in_([literal_column(f"'{reason.value}'") for reason in reasons])


def _ends_with(told: type[Reminder], stamp: ColumnElement[str]) -> ColumnElement[bool]:
    return told.step.like("%@" + stamp)


def _round_waits(told: type[Reminder]) -> ColumnElement[bool]:
    """Whether the round that it is about is the action's latest, and open."""
    one = aliased(FollowUpRound, name="one")
    nudge = told.step.like(literal_column(f"'{NUDGE}-%'"))
    by_round = or_(_is(told, Reason.ROUND_OPEN), nudge)
    last_day = case((by_round, ""), else_=":" + cast(one.due_on, String))
    named = _ends_with(told, cast(one.id, String) + last_day)
    still_open = or_(one.closed_on.is_(None), one.closed_on > _TODAY)
    latest = (
        select(and_(still_open, named))
        .where(or_(one.plan_id.is_(None), one.plan_id == Action.plan_id), one.opens_on <= _TODAY)
        .order_by(one.opens_on.desc(), one.id.desc())
        .limit(1)
    )
    return latest.correlate(Action, told).scalar_subquery()


def _still_spoken_to(told: type[Reminder]) -> ColumnElement[bool]:
    """Whether the reader is the one concerned today, or acts for them."""
    people = select(_acted_for().c.id)
    director = _directors().c
    at_unit = select(director.user_id).where(director.unit_id == Action.unit_id)
    of_unit = at_unit.correlate(Action).scalar_subquery()
    of_all = select(director.user_id).where(director.unit_id.is_(None)).scalar_subquery()
    # A director of the unit whom nobody stands before is in charge, and no superior.
    as_superior = or_(
        and_(of_unit.in_(people), of_unit != _owner.id),
        and_(of_all.in_(people), of_all != func.coalesce(_owner.id, of_unit)),
    )
    in_charge = func.coalesce(_owner.id, of_unit, of_all)
    concerned = case((_is(told, Reason.ASSIGNED), _owner.id), else_=in_charge)
    return or_(
        and_(_is(told, Reason.ESCALATED), as_superior),
        and_(~_is(told, Reason.ESCALATED), concerned.in_(people)),
    )


def _directors() -> CTE:
    """The active director of each unit, and of the whole (no unit): who held the role first."""
    held = aliased(RoleAssignment, name="held")
    first = (
        select(func.min(held.id))
        .join(User, User.id == held.user_id)
        .where(held.role == Role.DIRECTOR, User.deactivated_at.is_(None))
        .group_by(held.unit_id)
    )
    return select(held.unit_id, held.user_id).where(held.id.in_(first)).cte("director")


def _acted_for() -> CTE:
    """Everybody for whom the reader acts today, as domain.staff.Staff.acting has it.

    Who is away is acted for by the delegate, or by that one's; a reader who is away is passed
    over, unless all whom the chain names are away for each other.
    """
    away = _away()
    met = (
        select(away.c.delegate_id.label("id")).where(away.c.user_id == _READER).cte(recursive=True)
    )
    met = met.union(select(away.c.delegate_id).join(met, met.c.id == away.c.user_id))
    absent = select(away.c.user_id)
    somebody_in = exists().where(met.c.id.not_in(absent))
    acts = select(_READER.label("id")).where(or_(_READER.not_in(absent), ~somebody_in))
    people = acts.cte(recursive=True)
    behind = select(away.c.user_id).join(people, people.c.id == away.c.delegate_id)
    return people.union(behind.where(_READER.not_in(absent)))


def _away() -> CTE:
    """Who is away today, and their delegate: of several, the one of the latest absence."""
    rank = func.row_number().over(
        partition_by=Absence.user_id,
        order_by=(Absence.starts_on.desc(), Absence.delegate_id.desc()),
    )
    today = (
        select(Absence.user_id, Absence.delegate_id, rank.label("rank"))
        .join(User, User.id == Absence.delegate_id)
        .where(
            Absence.ends_on >= _TODAY,
            Absence.starts_on <= _TODAY,
            User.deactivated_at.is_(None),
        )
        .subquery()
    )
    return select(today.c.user_id, today.c.delegate_id).where(today.c.rank == 1).cte("away")
