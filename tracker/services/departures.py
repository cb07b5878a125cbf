"""When somebody leaves: the account closes, and somebody else answers for every open action."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Role
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.models import Action, RoleAssignment, User, action_contributor
from tracker.services import journal
from tracker.services.accounts import tokens
from tracker.services.accounts.sessions import end_sessions
from tracker.services.actions import rules
from tracker.services.people import (
    check_not_last_admin,
    managed_person,
    person_with,
    require_manager,
)

MOST_NAMED = 5  # a sentence names a few, and says how many more there are


@dataclass(frozen=True)
class Handover:
    """An open action of somebody who leaves, and who gets it (None: nobody).

    `milestones` is how many of its pieces are still to be done.
    """

    action_id: int
    title: str
    unit: str | None
    deadline: date
    to_id: int | None
    to_name: str | None
    milestones: int = 0


@dataclass(frozen=True)
class Heirs:
    """Who takes over, as typed: names or addresses. What is empty goes to the unit's director.

    `each` is, by action, who takes over that one; `everything` who takes over the rest.
    """

    everything: str = ""
    each: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Departure:
    """What somebody who leaves owns that is open, and the titles of what they only help with."""

    handovers: tuple[Handover, ...]
    helped: tuple[str, ...]


class Ownerless(RuleBroken):
    """Open actions would be left with nobody who answers for them."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(
            N_("De här åtgärderna skulle bli utan ägare: %(titles)s. Välj vem som tar över dem."),
            field="everything",
            titles=_named(titles),
        )


class Overtaken(RuleBroken):
    """Somebody gave the person more to do while the form was open."""

    def __init__(self, titles: Sequence[str]) -> None:
        super().__init__(
            N_(
                "Personen har fått fler åtgärder medan sidan var öppen: %(titles)s. "
                "Se över listan och bekräfta igen."
            ),
            titles=_named(titles),
        )


def departure(user_id: int, *, by: User | None) -> Departure:
    """What deactivating a person would hand over, to whom when nobody is chosen, and where they
    would no longer help.

    Raises:
        NotFound, Forbidden.
    """
    require_manager(by)
    user = person_with(user_id)
    owned, helped = _involved(user)
    directors = _directors_but(user, owned)
    handovers = tuple(_handover(action, directors.get(action.unit_id)) for action in owned)
    return Departure(handovers, tuple(action.title for action in helped))


def deactivate_person(
    user_id: int,
    heirs: Heirs | None = None,
    shown: Collection[int] | None = None,
    *,
    by: User | None,
    now: datetime,
) -> list[Handover]:
    """Close an account: the sessions end, keys in letters open nothing any longer, every open
    action gets another owner, and the person helps with none. What is done stays with who did it.

    `shown` are the actions that the administrator had before them; None asks for no check.

    Raises:
        NotFound, Forbidden.
        Ownerless, Overtaken: the open actions need another look.
        Refused: somebody who is to take over cannot; `everything` or `heir_<action>` is at fault.
        RuleBroken: the account is closed already, one's own, or the last administrator's.
    """
    user = managed_person(user_id, by)
    _check_may_close(user, by)
    owned, helped = _involved(user, lock=True)
    if shown is not None and (new := [one.title for one in owned if one.id not in set(shown)]):
        raise Overtaken(new)
    chosen = _chosen(user, owned, heirs or Heirs())
    handed = [_handover(action, chosen[action.id]) for action in owned]
    entries = [_hand_over(action, chosen[action.id], by=by, now=now) for action in owned]
    entries += [_stop_helping(action, user, by=by, now=now) for action in helped]
    user.deactivated_at = now
    end_sessions(user.id, now=now)
    tokens.void_all(user, now=now)
    facts = {"handed_over": len(owned), "helped": len(helped)}
    journal.record_many([("user.deactivate", "user", user.id, facts, by, now), *entries])
    db.session.commit()
    return handed


def reactivate_person(user_id: int, *, by: User | None, now: datetime) -> User:
    """Open a closed account again, with the roles it had; actions do not come back, nor does any
    session, though it be one that was opened while the account was closing.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the account is open.
    """
    user = managed_person(user_id, by)
    if user.is_active:
        raise RuleBroken("Kontot är redan aktivt.")
    user.deactivated_at = None
    end_sessions(user.id, now=now)
    journal.record("user.reactivate", "user", user.id, {}, by=by, now=now)
    db.session.commit()
    return user


def _check_may_close(user: User, by: User | None) -> None:
    if not user.is_active:
        raise RuleBroken("Kontot är redan avaktiverat.")
    if by is not None and by.id == user.id:
        raise RuleBroken("Du kan inte avaktivera ditt eget konto. Be en annan administratör.")
    if user.has_role(Role.ADMIN):
        check_not_last_admin(user, by)


def _involved(user: User, lock: bool = False) -> tuple[list[Action], list[Action]]:
    """The open actions that the person owns, and those they only help with, by deadline."""
    helps = select(action_contributor.c.action_id).where(action_contributor.c.user_id == user.id)
    query = (
        select(Action)
        .where((Action.owner_id == user.id) | Action.id.in_(helps), Action.status.in_(OPEN))
        .order_by(Action.id)
        .options(
            *(selectinload(part) for part in (Action.unit, Action.owner)),
            *(selectinload(part) for part in (Action.contributors, Action.milestones)),
        )
    )
    if lock:
        query = query.with_for_update(of=Action).execution_options(populate_existing=True)
    found = sorted(db.session.scalars(query), key=lambda action: (action.deadline, action.id))
    owned = [action for action in found if action.owner_id == user.id]
    return owned, [action for action in found if user in action.contributors]


def _directors_but(user: User, actions: Sequence[Action]) -> dict[int | None, User]:
    """Unit → its active director who is not this person; the one who held the role first."""
    rows = db.session.execute(
        select(RoleAssignment.unit_id, User)
        .join(User, User.id == RoleAssignment.user_id)
        .where(
            RoleAssignment.role == Role.DIRECTOR,
            RoleAssignment.unit_id.in_({action.unit_id for action in actions}),
            User.deactivated_at.is_(None),
            User.id != user.id,
        )
        .order_by(RoleAssignment.id.desc())
    )
    return dict(rows.all())


def _chosen(user: User, actions: Sequence[Action], heirs: Heirs) -> dict[int, User]:
    """Action → who takes it over: the one named for it, else for everything, else the unit's
    director. The locks on the new owners keep them from leaving meanwhile."""
    directors = _directors_but(user, actions)
    texts = {one.id: rules.one_line(heirs.each.get(one.id, "")) for one in actions}
    problems: list[RuleBroken] = []
    found, everything = {}, None
    with rules.collecting(problems):
        everything = _heir(heirs.everything, user, "everything")
    for action in actions:
        with rules.collecting(problems):
            named = _heir(texts[action.id], user, f"heir_{action.id}")
            heir = named or everything or directors.get(action.unit_id)
            if heir is not None:
                found[action.id] = heir
    if problems:
        raise rules.Refused(problems)
    if left := [action.title for action in actions if action.id not in found]:
        raise Ownerless(left)
    held = {heir.id: rules.held(heir) for heir in sorted(found.values(), key=lambda one: one.id)}
    return {action_id: held[heir.id] for action_id, heir in found.items()}


def _heir(text: str, user: User, at: str) -> User | None:
    """Whom the text means; RuleBroken at the field `at` where they cannot take over."""
    try:
        heir = rules.find_owner(rules.one_line(text))
    except rules.Unknown as error:
        raise RuleBroken(
            "Det finns inget konto för ”%(name)s”. Skriv namnet som det står under Personer, "
            "eller lägg upp personen först.",
            field=at,
            **error.params,
        ) from error
    except RuleBroken as error:
        raise RuleBroken(error.message, field=at, **error.params) from error
    if heir is not None and heir.id == user.id:
        raise RuleBroken("Välj någon annan än den som slutar.", field=at)
    return heir


def _handover(action: Action, heir: User | None) -> Handover:
    return Handover(
        action_id=action.id,
        title=action.title,
        unit=action.unit.name if action.unit else None,
        deadline=action.deadline,
        to_id=heir.id if heir else None,
        to_name=heir.name if heir else None,
        milestones=sum(piece.done_on is None for piece in action.milestones),
    )


Entry = tuple[str, str, int, dict[str, Any], User | None, datetime]


def _hand_over(action: Action, heir: User, *, by: User | None, now: datetime) -> Entry:
    """Give the action its new owner, who no longer only helps with it."""
    before, helpers = action.owner, list(action.contributors)
    action.owner = heir
    action.assigned_at = now
    action.assigned_by_id = by.id if by else None
    action.deadline_rev += 1
    action.deadline_set_at = now
    data: dict[str, Any] = {
        "owner_id": [before.id if before else None, heir.id],
        "owner": [before.name if before else None, heir.name],
    }
    if heir in helpers:
        action.contributors = [person for person in helpers if person is not heir]
        data["contributors"] = [_names(helpers), _names(action.contributors)]
    return ("action.edit", "action", action.id, data, by, now)


def _stop_helping(action: Action, user: User, *, by: User | None, now: datetime) -> Entry:
    before = _names(action.contributors)
    action.contributors = [person for person in action.contributors if person is not user]
    data = {"contributors": [before, _names(action.contributors)]}
    return ("action.edit", "action", action.id, data, by, now)


def _names(people: Sequence[User]) -> list[str]:
    return [person.name for person in people]


def _named(titles: Sequence[str]) -> str:
    """A few titles in quotes; what is more is counted."""
    words = ", ".join(f"”{title}”" for title in titles[:MOST_NAMED])
    more = len(titles) - MOST_NAMED
    return f"{words} (+{more})" if more > 0 else words
