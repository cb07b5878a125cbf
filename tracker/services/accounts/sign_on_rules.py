"""Which roles the values of an OpenID provider's claim give: the administrator's table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed, Role
from tracker.domain.text import normalise_space
from tracker.extensions import db, in_turn
from tracker.models import ClaimRule, RoleAssignment, User
from tracker.services import journal, scope
from tracker.services.accounts.sessions import end_sessions
from tracker.services.people import (
    NO_ADMIN,
    NewRole,
    assignment_of,
    has_admins_but,
    lock_administrators,
    open_without_role,
)

VALUE_MAX = 200
Place = tuple[Role, int | None, int | None]


@dataclass(frozen=True)
class Removal:
    """A rule that may be removed, and how many people have its role through rules alone."""

    rule: ClaimRule
    losing: int


def rules_page(*, by: User, number: int = 1, size: int = 30) -> tuple[Sequence[ClaimRule], int]:
    """One page of the rules, by value, and how many there are; a page beyond the last gives the
    last. Raises Forbidden."""
    scope.require(by, Deed.SETTINGS_MANAGE)
    total = db.session.scalar(select(func.count(ClaimRule.id))) or 0
    number = min(number, max(1, -(-total // size)))
    query = select(ClaimRule).order_by(ClaimRule.value, ClaimRule.id)
    return db.session.scalars(query.offset((number - 1) * size).limit(size)).all(), total


def rules_for(values: Iterable[str]) -> Sequence[ClaimRule]:
    """The rules for these values of the claim; a value counts only letter by letter."""
    wanted = ClaimRule.value.in_(set(values))
    return db.session.scalars(select(ClaimRule).where(wanted).order_by(ClaimRule.id)).all()


def tried(text: str, *, by: User) -> Sequence[ClaimRule]:
    """What somebody with these values, one on each line, would get. Raises Forbidden."""
    scope.require(by, Deed.SETTINGS_MANAGE)
    return rules_for(normalise_space(line) for line in text.splitlines())


def place_of(rule: ClaimRule | RoleAssignment) -> Place:
    """The role and where it holds."""
    return rule.role, rule.unit_id, rule.committee_id


def add_rule(value: str, role: NewRole, *, by: User, now: datetime) -> ClaimRule:
    """Let a value of the claim give a role, from each person's next sign-on.

    Raises:
        Forbidden.
        RuleBroken: the value is empty or too long, the role lacks its place, or the rule is there.
    """
    scope.require(by, Deed.SETTINGS_MANAGE)
    in_turn("sign_on")
    given = assignment_of(role)
    rule = ClaimRule(
        value=_checked(value),
        role=given.role,
        unit_id=given.unit_id,
        committee_id=given.committee_id,
    )
    if place_of(rule) in [place_of(one) for one in rules_for([rule.value])]:
        raise RuleBroken("Det värdet ger redan den rollen.", field="value")
    db.session.add(rule)
    db.session.flush()
    journal.record("claim_rule.add", "claim_rule", rule.id, _facts(rule), by=by, now=now)
    db.session.commit()
    return rule


def removal(rule_id: int, *, by: User) -> Removal:
    """What removing a rule would do. Raises NotFound, Forbidden."""
    rule = _loaded(rule_id, by)
    people = select(func.count(RoleAssignment.user_id)).where(*_given_by(rule))
    return Removal(rule, 0 if _is_said_elsewhere(rule) else db.session.scalar(people) or 0)


def remove_rule(rule_id: int, *, by: User, now: datetime) -> int:
    """Remove a rule, and with it the roles that no other rule gives: how many lost theirs. They
    have to log in again.

    Raises:
        NotFound, Forbidden.
        RuleBroken: it would take the administrator's own role, or every administrator's.
    """
    in_turn("sign_on")
    lock_administrators()
    rule = _loaded(rule_id, by)
    lost = [] if _is_said_elsewhere(rule) else _locked(rule)
    if rule.role is Role.ADMIN and by.id in [one.user_id for one in lost]:
        raise RuleBroken(
            "Du är själv administratör genom den här regeln. Be en annan administratör ta bort den."
        )
    if rule.role is Role.ADMIN and lost and not has_admins_but([one.user_id for one in lost]):
        raise RuleBroken(NO_ADMIN)
    said = ("claim_rule.remove", "claim_rule", rule.id, _facts(rule), by, now)
    entries: list[Entry] = [said]
    for one in lost:
        end_sessions(one.user_id, now=now)
        facts = {**_facts(rule), "from_claims": True}
        entries.append(("user.remove_role", "user", one.user_id, facts, by, now))
        left = [role for role in one.user.roles if role is not one]
        entries += told_stuck(one.user_id, left, by=by, now=now)
        db.session.delete(one)
    db.session.delete(rule)
    journal.record_many(entries)
    db.session.commit()
    return len(lost)


Entry = tuple[str, str, int, dict[str, object], User | None, datetime]


def told_stuck(
    user_id: int, left: Iterable[RoleAssignment], *, by: User | None, now: datetime
) -> list[Entry]:
    """For the journal, where somebody with only these roles owns open actions that they can no
    longer report on: nobody's word on roles waits for another owner."""
    number = open_without_role(user_id, left)
    facts: dict[str, object] = {"actions": number}
    return [("user.stuck_actions", "user", user_id, facts, by, now)] if number else []


def _loaded(rule_id: int, by: User) -> ClaimRule:
    scope.require(by, Deed.SETTINGS_MANAGE)
    rule = db.session.get(ClaimRule, rule_id)
    if rule is None:
        raise NotFound
    return rule


def _given_by(rule: ClaimRule) -> tuple[ColumnElement[bool], ...]:
    """What finds the roles that came from this rule, or from one that gives the same."""
    return (
        RoleAssignment.from_claims.is_(True),
        RoleAssignment.role == rule.role,
        RoleAssignment.unit_id.is_not_distinct_from(rule.unit_id),
        RoleAssignment.committee_id.is_not_distinct_from(rule.committee_id),
    )


def _locked(rule: ClaimRule) -> list[RoleAssignment]:
    """The roles that the rule gave, of people whom nobody else changes meanwhile."""
    holders = select(RoleAssignment.user_id).where(*_given_by(rule))
    people = select(User.id).where(User.id.in_(holders)).order_by(User.id)
    db.session.execute(people.with_for_update(key_share=True))
    query = select(RoleAssignment).where(*_given_by(rule)).order_by(RoleAssignment.user_id)
    return list(db.session.scalars(query))


def _is_said_elsewhere(rule: ClaimRule) -> bool:
    """Whether another value gives the same; who has which, only the provider knows."""
    others = select(ClaimRule).where(ClaimRule.role == rule.role, ClaimRule.id != rule.id)
    return place_of(rule) in [place_of(one) for one in db.session.scalars(others)]


def _checked(value: str) -> str:
    value = normalise_space(value)
    if not value:
        raise RuleBroken("Skriv värdet så som inloggningen skickar det.", field="value")
    if len(value) > VALUE_MAX:
        raise RuleBroken("Värdet får ha högst %(most)s tecken.", field="value", most=VALUE_MAX)
    return value


def _facts(rule: ClaimRule) -> dict[str, object]:
    return {
        "value": rule.value,
        "role": rule.role.value,
        "unit_id": rule.unit_id,
        "committee_id": rule.committee_id,
    }
