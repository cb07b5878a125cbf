"""What people are called where their names are not to stand: by what they answer for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from tracker.domain.errors import N_
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.models import Committee, RoleAssignment, Unit, User

# The first of these that a person is says who they are; each with its place, and without.
_WORDS = {
    Role.DIRECTOR: (N_("direktören för %(place)s"), N_("kommundirektören")),
    Role.MANAGER: (N_("en chef vid %(place)s"), N_("en chef")),
    Role.COMMITTEE: (N_("en ledamot i %(place)s"), N_("en förtroendevald")),
    Role.ADMIN: (N_("en medarbetare vid %(place)s"), N_("en medarbetare")),
}
_NOBODY = N_("en medarbetare")
_DIRECTOR, _MUNICIPAL_DIRECTOR = N_("Direktör"), N_("Kommundirektör")


def people_words(locale: str = "sv") -> Mapping[str, str]:
    """Everybody's name, whether active or not, and what to write instead in the language."""
    query = (
        select(User.name, RoleAssignment.role, Unit.name, Committee.name)
        .outerjoin(RoleAssignment, RoleAssignment.user_id == User.id)
        .outerjoin(Unit, Unit.id == RoleAssignment.unit_id)
        .outerjoin(Committee, Committee.id == RoleAssignment.committee_id)
        .order_by(User.id, RoleAssignment.id)
    )
    held: dict[str, list[tuple[Role, str]]] = {}
    for name, role, unit, committee in db.session.execute(query):
        mine = held.setdefault(name, [])
        if role is not None:
            mine.append((role, unit or committee or ""))
    say = catalogue(locale).gettext
    return {name: _called(roles, say) for name, roles in held.items()}


def signed_as(user: User, locale: str = "sv") -> str:
    """Who signs a report: the name, then what they are, after commas."""
    # A comma ends the name, which is not told to everybody.
    name = " ".join(user.name.replace(",", " ").split())
    say = catalogue(locale).gettext
    for role in user.roles:
        if role.role is Role.DIRECTOR:
            if role.unit is not None:
                return f"{name}, {say(_DIRECTOR)}, {role.unit.name}"
            return f"{name}, {say(_MUNICIPAL_DIRECTOR)}"
    return name


def _called(roles: Sequence[tuple[Role, str]], say: Callable[[str], str]) -> str:
    for role, (with_place, alone) in _WORDS.items():
        for mine, place in roles:
            if mine is role:
                return say(with_place) % {"place": place} if place else say(alone)
    return say(_NOBODY)
