"""When somebody leaves: the account closes, and open actions go to the unit's director."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.models import Action, RoleAssignment, User
from tracker.services import accounts, journal
from tracker.services.people import (
    check_not_last_admin,
    locked_person,
    person_with,
    require_manager,
)


@dataclass(frozen=True)
class Handover:
    """An open action of somebody who leaves, and who gets it (None: nobody)."""

    action_id: int
    title: str
    unit: str | None
    deadline: date
    to_id: int | None
    to_name: str | None


def handovers(user_id: int, *, by: User | None) -> list[Handover]:
    """What deactivating a person would hand over, and to whom.

    Raises:
        NotFound, Forbidden.
    """
    require_manager(by)
    return [_handover(action, heir) for action, heir in _to_hand_over(person_with(user_id))]


def deactivate_person(user_id: int, *, by: User | None, now: datetime) -> list[Handover]:
    """Close an account: the sessions end, and open actions go to their unit's director.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the account is closed already, one's own, or the last administrator's.
    """
    require_manager(by)
    user = locked_person(user_id)
    if not user.is_active:
        raise RuleBroken("Kontot är redan avaktiverat.")
    if by is not None and by.id == user.id:
        raise RuleBroken("Du kan inte avaktivera ditt eget konto. Be en annan administratör.")
    if user.has_role(Role.ADMIN):
        check_not_last_admin(user, by)
    handed = []
    for action, heir in _to_hand_over(user, lock=True):
        handed.append(_handover(action, heir))
        _hand_over(action, heir, by=by, now=now)
    user.deactivated_at = now
    accounts.end_sessions(user.id, now=now)
    _journal_departure(user, handed, by=by, now=now)
    db.session.commit()
    return handed


def reactivate_person(user_id: int, *, by: User | None, now: datetime) -> User:
    """Open a closed account again, with the roles it had; actions do not come back.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the account is open.
    """
    require_manager(by)
    user = locked_person(user_id)
    if user.is_active:
        raise RuleBroken("Kontot är redan aktivt.")
    user.deactivated_at = None
    journal.record("user.reactivate", "user", user.id, {}, by=by, now=now)
    db.session.commit()
    return user


def _to_hand_over(user: User, lock: bool = False) -> list[tuple[Action, User | None]]:
    """The person's open actions, each with the active director of its unit who is not they."""
    query = select(Action).where(Action.owner_id == user.id, Action.status.in_(OPEN))
    query = query.order_by(Action.deadline, Action.id)
    actions = db.session.scalars(query.with_for_update(of=Action) if lock else query).all()
    heirs = _directors_but(user, {a.unit_id for a in actions if a.unit_id is not None})
    return [(action, heirs.get(action.unit_id)) for action in actions]


def _directors_but(user: User, units: set[int]) -> dict[int | None, User]:
    """Unit → its director; the one who held the role first, if several."""
    rows = db.session.execute(
        select(RoleAssignment.unit_id, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.role == Role.DIRECTOR,
            RoleAssignment.unit_id.in_(units),
            User.deactivated_at.is_(None),
            User.id != user.id,
        )
        .order_by(RoleAssignment.id.desc())
    )
    return dict(rows.all())


def _handover(action: Action, heir: User | None) -> Handover:
    return Handover(
        action_id=action.id,
        title=action.title,
        unit=action.unit.name if action.unit else None,
        deadline=action.deadline,
        to_id=heir.id if heir else None,
        to_name=heir.name if heir else None,
    )


def _hand_over(action: Action, heir: User | None, *, by: User | None, now: datetime) -> None:
    action.owner = heir
    action.assigned_at = now if heir else None
    action.assigned_by_id = by.id if by and heir else None
    action.deadline_rev += 1
    action.deadline_set_at = now


def _journal_departure(
    user: User, handed: Sequence[Handover], *, by: User | None, now: datetime
) -> None:
    journal.record_many(
        [
            ("user.deactivate", "user", user.id, {"handed_over": len(handed)}, by, now),
            *(
                (
                    "action.edit",
                    "action",
                    one.action_id,
                    {"owner_id": [user.id, one.to_id], "owner": [user.name, one.to_name]},
                    by,
                    now,
                )
                for one in handed
            ),
        ]
    )
