"""Whom a person acts for today: reach in the stead of those who are away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, select
from sqlalchemy.orm import aliased

from tracker.domain.permissions import Absent, Assignment
from tracker.domain.staff import Away, Staff
from tracker.extensions import db
from tracker.models import Absence, RoleAssignment, User


def is_delegate(today: date) -> ColumnElement[bool]:
    """The condition on User that somebody who is away on `today` has named them."""
    return exists().where(Absence.delegate_id == User.id, _covers(today))


def with_stand_ins(user: User, today: date) -> User:
    """The same person, who from now on also reaches what they may do for those away on `today`.

    `today` is the municipality's own day. One query, whoever is away.
    """
    rows = _away_on(today)
    away = {Away(row.user_id, row.delegate_id, row.starts_on, row.ends_on) for row in rows}
    staff = Staff.of(away, {})
    names = {row.user_id: row.name for row in rows}
    roles = _roles(rows)
    user.stands_for = tuple(
        Absent(person_id, name, _until(staff, person_id, user.id, today), roles[person_id])
        for person_id, name in names.items()
        if person_id != user.id and staff.acting(person_id, today) == user.id
    )
    return user


def _covers(today: date) -> ColumnElement[bool]:
    return and_(Absence.starts_on <= today, Absence.ends_on >= today)


def _away_on(today: date) -> Sequence[Row[*tuple[Any, ...]]]:
    """Everybody's absence on the day, one row for each role; of people whose account is open, with
    a delegate whose account is open."""
    absent, delegate = aliased(User), aliased(User)
    query = (
        select(
            Absence.user_id,
            Absence.delegate_id,
            Absence.starts_on,
            Absence.ends_on,
            absent.name,
            RoleAssignment.role,
            RoleAssignment.unit_id,
            RoleAssignment.committee_id,
        )
        .join(absent, and_(absent.id == Absence.user_id, absent.deactivated_at.is_(None)))
        .join(delegate, and_(delegate.id == Absence.delegate_id, delegate.deactivated_at.is_(None)))
        .outerjoin(RoleAssignment, RoleAssignment.user_id == Absence.user_id)
        .where(_covers(today))
        .order_by(absent.name, Absence.user_id)
    )
    return db.session.execute(query).all()


def _roles(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[int, tuple[Assignment, ...]]:
    held: dict[int, dict[Assignment, None]] = {}
    for row in rows:
        theirs = held.setdefault(row.user_id, {})
        if row.role is not None:
            theirs[Assignment(row.role, row.unit_id, row.committee_id)] = None
    return {person_id: tuple(theirs) for person_id, theirs in held.items()}


def _until(staff: Staff, person_id: int, acting: int, today: date) -> date:
    """The last day of the chain from the person to whoever acts: then somebody in it returns."""
    until = date.max
    while person_id != acting and (away := staff.away(person_id, today)):
        until = min(until, away.last)
        person_id = away.delegate_id
    return until
