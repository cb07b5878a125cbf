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
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from tracker.domain.ladder import ROUNDS, Reason
from tracker.domain.permissions import Role
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

owner = aliased(User, name="owner")  # joined to the action while the account is active


def asking(reader_id: int, today: date, zone: ZoneInfo) -> dict[str, object]:
    """What a query with this condition wants to know."""
    return {"reader": reader_id, "today": today, "wrong_from": wrong_clock_from(today, zone)}


def holding(*columns: Any) -> Select[Any]:
    """`columns` of the reader's reminders that still hold, with their actions and `owner`."""
    return (
        select(*columns)
        .select_from(Reminder)
        .join(Action, Action.id == Reminder.action_id)
        .outerjoin(owner, (owner.id == Action.owner_id) & owner.deactivated_at.is_(None))
        .where(
            Reminder.recipient_id == _READER,
            Reminder.state == ReminderState.IN_MAIL,
            Reminder.decided_at < _WRONG_FROM,
            Action.status.in_(OPEN),
            or_(Action.reported_at.is_(None), Action.reported_at < Reminder.decided_at),
            _still_named(),
            _still_spoken_to(),
        )
    )


def _still_named() -> ColumnElement[bool]:
    """Whether today's rules would give the reminder the name that it has in the ledger."""
    reason = Reminder.reason
    # Who was assigned, or heard from, since: then the name holds another day.
    as_assigned = or_(Action.assigned_at.is_(None), Action.assigned_at <= Reminder.decided_at)
    told_by_another = Action.assigned_by_id.is_distinct_from(Action.owner_id)
    return or_(
        and_(reason.not_in(_OWN_NAMES), Reminder.deadline_rev == Action.deadline_rev),
        and_(reason == Reason.SILENT, as_assigned),
        and_(
            reason == Reason.ASSIGNED,
            as_assigned,
            Action.assigned_at.is_not(None),
            told_by_another,
        ),
        and_(reason == Reason.ESCALATED, _ends_with(cast(Action.deadline, String))),
        and_(reason.in_(ROUNDS), _round_waits()),
    )


def _ends_with(stamp: ColumnElement[str]) -> ColumnElement[bool]:
    return Reminder.step.like("%@" + stamp)


def _round_waits() -> ColumnElement[bool]:
    """Whether the round that it is about is the action's latest, and open."""
    one, later = aliased(FollowUpRound), aliased(FollowUpRound)
    latest = (
        select(later.id)
        .where(
            or_(later.plan_id.is_(None), later.plan_id == Action.plan_id),
            later.opens_on <= _TODAY,
        )
        .order_by(later.opens_on.desc(), later.id.desc())
        .limit(1)
        .correlate(Action)
        .scalar_subquery()
    )
    number = cast(one.id, String)
    named = or_(
        and_(Reminder.reason == Reason.ROUND_OPEN, _ends_with(number)),
        and_(
            Reminder.reason != Reason.ROUND_OPEN,
            _ends_with(number + ":" + cast(one.due_on, String)),
        ),
    )
    still_open = or_(one.closed_on.is_(None), one.closed_on > _TODAY)
    return exists().where(one.id == latest, still_open, named)


def _still_spoken_to() -> ColumnElement[bool]:
    """Whether the reader is the one concerned today, or acts for them."""
    people = select(_acted_for().c.id)
    unit_director, municipal_director = _director(Action.unit_id), _director(None)
    in_charge = func.coalesce(owner.id, unit_director, municipal_director)
    as_superior = or_(
        and_(unit_director.in_(people), unit_director != in_charge),
        and_(municipal_director.in_(people), municipal_director != in_charge),
    )
    return or_(
        and_(Reminder.reason == Reason.ASSIGNED, owner.id.in_(people)),
        and_(Reminder.reason == Reason.ESCALATED, as_superior),
        and_(
            Reminder.reason.not_in((Reason.ASSIGNED, Reason.ESCALATED)),
            in_charge.in_(people),
        ),
    )


def _director(unit: Any) -> ScalarSelect[int]:
    """The active director of a unit, or of the whole; the one who held the role first."""
    role, person = aliased(RoleAssignment), aliased(User)
    place = role.unit_id.is_(None) if unit is None else role.unit_id == unit
    query = (
        select(role.user_id)
        .join(person, person.id == role.user_id)
        .where(role.role == Role.DIRECTOR, place, person.deactivated_at.is_(None))
        .order_by(role.id)
        .limit(1)
    )
    return query.correlate(Action).scalar_subquery()


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
        .where(
            Absence.ends_on >= _TODAY,
            Absence.starts_on <= _TODAY,
            exists().where(User.id == Absence.delegate_id, User.deactivated_at.is_(None)),
        )
        .subquery()
    )
    return select(today.c.user_id, today.c.delegate_id).where(today.c.rank == 1).cte("away")
