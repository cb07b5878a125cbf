"""Who has an account, what they may do, and who takes over when somebody leaves."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.languages import Say
from tracker.domain.passwords import check_password
from tracker.domain.permissions import Assignment, Deed, Role, may
from tracker.domain.statuses import OPEN
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db
from tracker.mail.message import check_address
from tracker.models import Absence, Action, Committee, RoleAssignment, Unit, User
from tracker.services import journal, places, scope
from tracker.services.accounts.passwords import hash_password
from tracker.services.accounts.sessions import end_sessions
from tracker.services.actions.rules import Refused, check_written, collecting

NAME_MAX = 120

ROLE_LABELS = {
    Role.DIRECTOR: N_("Direktör"),
    Role.MANAGER: N_("Chef"),
    Role.COMMITTEE: N_("Förtroendevald"),
    Role.ADMIN: N_("Administratör"),
}
# Swedish puts å, ä and ö last, in this order.
_SWEDISH = str.maketrans("åäö", "{|}")


NO_ADMIN = N_("Minst en aktiv administratör måste finnas kvar.")
EVERYWHERE = N_("hela kommunen")
AT_ONCE = N_("Någon annan lade upp samma adress i samma ögonblick.")


@dataclass(frozen=True)
class NewRole:
    """A role to give, with the unit or committee that it is for."""

    role: Role
    unit_id: int | None = None
    committee_id: int | None = None


@dataclass(frozen=True)
class NewPerson:
    """A person to be, as typed; without a password (None) they are to choose it themselves."""

    name: str
    email: str
    password: str | None
    role: NewRole
    locale: str = "sv"


def role_in_words(role: RoleAssignment, say: Say) -> str:
    """A role with its place in the language of `say`: Chef, Skolförvaltningen."""
    label = str(say(ROLE_LABELS[role.role]))
    place = role.unit or role.committee
    if place is not None:
        return f"{label}, {place.name}"
    return f"{label}, {say(EVERYWHERE)}" if role.role is Role.DIRECTOR else label


def people_page(
    *, by: User, q: str = "", number: int = 1, size: int = 30
) -> tuple[list[User], int]:
    """One page of people by name, and how many match; `q` is looked for in name and address. A
    page beyond the last gives the last.

    Raises:
        Forbidden: the person is no administrator.
    """
    scope.require(by, Deed.PEOPLE_MANAGE)
    # No database of ours can fold å, ä and ö: names are searched and sorted here.
    rows = db.session.execute(select(User.id, User.name, User.email_key)).all()
    wanted = fold(q)
    found = sorted(
        (fold(name).translate(_SWEDISH), user_id)
        for user_id, name, key in rows
        if wanted in fold(name) or wanted in key
    )
    number = min(number, max(1, -(-len(found) // size)))
    ids = [user_id for _name, user_id in found[(number - 1) * size : number * size]]
    users = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(ids)))}
    return [users[user_id] for user_id in ids], len(found)


def load_person(user_id: int, *, by: User) -> User:
    """One person.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.PEOPLE_MANAGE)
    return person_with(user_id)


def add_person(data: NewPerson, *, by: User | None, now: datetime) -> User:
    """Open an account that can be logged in to at once; `by` None means the command line.

    Raises:
        Forbidden: the person is no administrator.
        Refused: what was typed breaks rules; its `problems` name the fields.
    """
    user = open_account(data, by=by, now=now)
    db.session.commit()
    return user


def open_account(data: NewPerson, *, by: User | None, now: datetime) -> User:
    """As `add_person`, in the caller's transaction."""
    require_manager(by)
    user = _checked(data, now)
    if data.password is not None:
        # Hashing takes long; do not hold the database's write lock meanwhile.
        db.session.rollback()
        user.password_hash = hash_password(data.password)
    check_unused(user.email_key)
    user.roles = [assignment_of(data.role)]
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        raise RuleBroken(AT_ONCE, field="email") from error
    facts = {"name": user.name, "email": user.email, **_in_journal(data.role)}
    deed = "user.invite" if data.password is None else "user.add"
    journal.record(deed, "user", user.id, facts, by=by, now=now)
    return user


def add_role(user_id: int, role: NewRole, *, by: User | None, now: datetime) -> User:
    """Give a person one more role; they have to log in again.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the role lacks its place, or the person already holds it.
    """
    user = managed_person(user_id, by)
    given = assignment_of(role)
    held = [(one.role, one.unit_id, one.committee_id) for one in user.roles]
    if (given.role, given.unit_id, given.committee_id) in held:
        raise RuleBroken("Personen har redan den rollen.", field="role")
    user.roles.append(given)
    end_sessions(user.id, now=now)
    journal.record("user.add_role", "user", user.id, _in_journal(role), by=by, now=now)
    db.session.commit()
    return user


def log_out_everywhere(user_id: int, *, by: User | None, now: datetime) -> User:
    """End every session of a person, as when a telephone was lost.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the person is pseudonymised.
    """
    user = managed_person(user_id, by)
    ended = end_sessions(user.id, now=now)
    journal.record("session.end_all", "user", user.id, {"sessions": ended}, by=by, now=now)
    db.session.commit()
    return user


def remove_role(user_id: int, assignment_id: int, *, by: User | None, now: datetime) -> User:
    """Take a role away; the person has to log in again.

    Raises:
        NotFound, Forbidden.
        RuleBroken: nobody would be administrator, or actions would have an owner who cannot
            report.
    """
    user = managed_person(user_id, by)
    role = next((one for one in user.roles if one.id == assignment_id), None)
    if role is None:
        raise NotFound
    if role.role is Role.ADMIN:
        check_not_last_admin(user, by)
    _check_can_still_report(user, [one for one in user.roles if one is not role], now)
    taken = NewRole(role.role, role.unit_id, role.committee_id)
    user.roles.remove(role)
    end_sessions(user.id, now=now)
    journal.record("user.remove_role", "user", user.id, _in_journal(taken), by=by, now=now)
    db.session.commit()
    return user


def person_id_of(email: str) -> int:
    """The account with this address, for the command line. Raises RuleBroken where none is."""
    found = db.session.scalar(select(User.id).where(User.email_key == fold(email)))
    if found is None:
        raise RuleBroken("Det finns inget konto med adressen %(email)s.", email=email)
    return found


def require_manager(by: User | None) -> None:
    """Raise Forbidden unless `by` may manage people; None is the command line, which may."""
    if by is not None:
        scope.require(by, Deed.PEOPLE_MANAGE)


def person_with(user_id: int) -> User:
    """The person; NotFound where there is none."""
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user


def lock_administrators() -> None:
    """Hold every administrator's role until the transaction ends."""
    admins = select(RoleAssignment.id).where(RoleAssignment.role == Role.ADMIN)
    db.session.execute(admins.order_by(RoleAssignment.id).with_for_update())


def locked_person(user_id: int) -> User:
    """The person, and every administrator's role, held until the transaction ends: two
    administrators must not remove each other at the same moment.

    Raises:
        NotFound.
        RuleBroken: the person is pseudonymised, so the account stays as it is.
    """
    lock_administrators()
    # Not so strong that whoever names the person in a row has to wait, and could wait for ever.
    query = select(User).where(User.id == user_id).with_for_update(of=User, key_share=True)
    user = db.session.scalar(query.execution_options(populate_existing=True))
    if user is None:
        raise NotFound
    if user.pseudonymised_at is not None:
        raise RuleBroken("Personen är pseudonymiserad, och kontot går inte att ändra.")
    return user


def managed_person(user_id: int, by: User | None) -> User:
    """As `locked_person`, for somebody who may manage people, and still may when it is their turn:
    they may have been waiting for whoever has removed them.

    Raises:
        NotFound, Forbidden, RuleBroken.
    """
    require_manager(by)
    user = locked_person(user_id)
    if by is not None:
        scope.require_still(by, Deed.PEOPLE_MANAGE)
    return user


def _checked(data: NewPerson, now: datetime) -> User:
    """The account without password and roles, once everything typed holds."""
    name, email = normalise_space(data.name), data.email.strip()
    problems: list[RuleBroken] = []
    with collecting(problems):
        check_written(name, "name", N_("Skriv personens för- och efternamn."), NAME_MAX)
    with collecting(problems):
        check_email(email)
    with collecting(problems):
        check_unused(fold(email))
    with collecting(problems):
        if data.password is not None:
            check_password(data.password, about=known_of(name, email))
    with collecting(problems):
        assignment_of(data.role)
    if problems:
        raise Refused(problems)
    return User(
        name=name,
        email=email,
        email_key=fold(email),
        password_hash="",
        locale=data.locale,
        created_at=now,
    )


def known_of(name: str, email: str) -> tuple[str, ...]:
    """What anybody knows of a person, and no password may be made of."""
    own = places.own_municipality()
    return (name, email, own.name if own else "")


def check_email(email: str) -> None:
    """Raise RuleBroken, at `email`, for what no letter could be sent to."""
    if not email:
        raise RuleBroken("Skriv personens e-postadress.", field="email")
    try:
        check_address(email)
    except RuleBroken as error:
        raise RuleBroken(error.message, field="email", **error.params) from error


def check_unused(email_key: str, but: int | None = None) -> None:
    """Raise RuleBroken where somebody has the address; `but` is the person who is to have it."""
    row = db.session.execute(
        select(User.id, User.name, User.deactivated_at).where(User.email_key == email_key)
    ).first()
    if row is None or row.id == but:
        return
    if but is not None:
        raise RuleBroken(
            "%(name)s har redan den adressen. Skriv en annan, eller ändra den hos %(name)s först.",
            field="email",
            name=row.name,
        )
    sentence = N_("%(name)s har redan ett konto med den adressen.")
    if row.deactivated_at is not None:
        sentence = N_("%(name)s har redan ett konto med den adressen. Aktivera det igen i stället.")
    raise RuleBroken(sentence, field="email", name=row.name)


def assignment_of(given: NewRole) -> RoleAssignment:
    """The role with the place it needs, and none that it cannot have."""
    wants_unit = given.role in (Role.DIRECTOR, Role.MANAGER)
    unit_id = given.unit_id if wants_unit else None
    committee_id = given.committee_id if given.role is Role.COMMITTEE else None
    if given.role is Role.MANAGER and unit_id is None:
        raise RuleBroken("Välj vilken förvaltning chefen hör till.", field="unit_id")
    if given.role is Role.COMMITTEE and committee_id is None:
        raise RuleBroken("Välj vilken nämnd eller styrelse det gäller.", field="committee_id")
    for kind, place_id in ((Unit, unit_id), (Committee, committee_id)):
        if place_id is not None and db.session.get(kind, place_id) is None:
            raise NotFound
    return RoleAssignment(role=given.role, unit_id=unit_id, committee_id=committee_id)


def _in_journal(role: NewRole) -> dict[str, Any]:
    return {"role": role.role.value, "unit_id": role.unit_id, "committee_id": role.committee_id}


def check_not_last_admin(user: User, by: User | None) -> None:
    """Raise RuleBroken when without this administrator, locked, nobody could manage people."""
    if by is not None and by.id == user.id:
        raise RuleBroken("Du kan inte ta bort din egen roll som administratör.")
    if not has_admins_but([user.id]):
        raise RuleBroken(NO_ADMIN)


def has_admins_but(user_ids: Collection[int]) -> bool:
    """Whether anybody else, whose account is open, is administrator; the roles are locked."""
    others = select(func.count(RoleAssignment.id)).where(
        RoleAssignment.role == Role.ADMIN,
        RoleAssignment.user_id == User.id,
        RoleAssignment.user_id.not_in(user_ids),
        User.deactivated_at.is_(None),
    )
    return bool(db.session.scalar(others))


def open_without_role(user_id: int, left: Iterable[RoleAssignment]) -> int:
    """How many open actions somebody with only these roles would own and not report on."""
    if _reports_with(left):
        return 0
    owned = select(func.count(Action.id)).where(Action.owner_id == user_id, Action.status.in_(OPEN))
    return db.session.scalar(owned) or 0


def _reports_with(roles: Iterable[RoleAssignment]) -> bool:
    return may([Assignment(r.role, r.unit_id, r.committee_id) for r in roles], Deed.ACTION_REPORT)


def _check_can_still_report(user: User, left: Iterable[RoleAssignment], now: datetime) -> None:
    left = list(left)
    if count := open_without_role(user.id, left):
        raise RuleBroken(
            "%(name)s äger öppna åtgärder (%(count)s) och kan inte lämna lägesrapporter utan "
            "rollen. Be en direktör byta ägare på dem först.",
            name=user.name,
            count=count,
        )
    if _reports_with(left):
        return
    stands_in = select(User.name).join(Absence, Absence.user_id == User.id)
    # A day of slack: it may still be the day before, or the next one already, where the person is.
    still = Absence.ends_on >= now.date() - timedelta(days=1)
    stands_in = stands_in.where(Absence.delegate_id == user.id, still).order_by(Absence.ends_on)
    if absent := db.session.scalar(stands_in.limit(1)):
        raise RuleBroken(
            "%(name)s svarar för %(absent)s, som är borta, och kan inte lämna lägesrapporter utan "
            "rollen. Välj en annan ersättare först.",
            name=user.name,
            absent=absent,
        )
