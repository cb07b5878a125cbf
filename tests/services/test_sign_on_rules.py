"""The administrator's table of which value gives which role."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import ClaimRule, RoleAssignment, User
from tracker.services import departures, journal
from tracker.services.accounts import sign_on_rules as rules
from tracker.services.people import NewRole, has_admins_but


def add(cast: Cast, value: str, role: Role = Role.DIRECTOR, **place: int) -> ClaimRule:
    return rules.add_rule(value, NewRole(role, **place), by=cast.admin, now=NOW)


def give(user: User, role: Role, *, from_claims: bool = True, **place: int) -> None:
    user.roles.append(RoleAssignment(role=role, from_claims=from_claims, **place))
    db.session.commit()


def test_a_rule_is_added_told_and_found(any_app: Flask, cast: Cast) -> None:
    rule = add(cast, "  Chefer  skola ", Role.MANAGER, unit_id=cast.other_unit.id)
    assert rule.value == "Chefer skola"
    entry = journal.latest(1)[0]
    assert (entry.deed, entry.actor, entry.data["value"]) == (
        *("claim_rule.add", cast.admin.name, "Chefer skola"),
    )
    assert rules.rules_for(["x", "Chefer skola"]) == [rule]
    assert rules.tried("x\n Chefer skola \n", by=cast.admin) == [rule]
    assert rules.tried("chefer skola", by=cast.admin) == []
    assert rules.rules_for([]) == []


def test_a_rule_that_says_too_little(app: Flask, cast: Cast) -> None:
    for value, role, field in (
        ("", Role.DIRECTOR, "value"),
        (" \u200b", Role.DIRECTOR, "value"),
        ("x" * 201, Role.DIRECTOR, "value"),
        ("x", Role.MANAGER, "unit_id"),
        ("x", Role.COMMITTEE, "committee_id"),
    ):
        with pytest.raises(RuleBroken) as refused:
            add(cast, value, role)
        assert refused.value.field == field, (value, role)


def test_a_place_that_a_role_cannot_have_is_left_out(app: Flask, cast: Cast) -> None:
    rule = add(cast, "x", Role.ADMIN, unit_id=cast.unit.id, committee_id=cast.committee.id)
    assert (rule.unit_id, rule.committee_id) == (None, None)


def test_the_same_rule_is_there_once(any_app: Flask, cast: Cast) -> None:
    add(cast, "x")
    with pytest.raises(RuleBroken, match="redan"):
        add(cast, "x")
    add(cast, "x", unit_id=cast.unit.id)
    add(cast, "X")
    by = cast.admin.id
    same = together(
        any_app,
        *[lambda: rules.add_rule("y", NewRole(Role.ADMIN), by=person(by), now=NOW)] * 3,
    )
    assert sum(isinstance(one, RuleBroken) for one in same) == 2
    assert len(db.session.scalars(select(ClaimRule)).all()) == 4


def test_removing_takes_what_only_it_gave(app: Flask, cast: Cast) -> None:
    mine = add(cast, "x", Role.MANAGER, unit_id=cast.other_unit.id)
    place = {"unit_id": cast.other_unit.id}
    give(cast.owner, Role.MANAGER, **place)
    give(cast.colleague, Role.MANAGER, from_claims=False, **place)
    assert rules.removal(mine.id, by=cast.admin).losing == 1
    assert rules.remove_rule(mine.id, by=cast.admin, now=NOW) == 1
    assert [one.unit_id for one in cast.owner.roles] == [cast.unit.id]
    assert len(cast.colleague.roles) == 2
    assert [entry.deed for entry in journal.latest(2)] == ["user.remove_role", "claim_rule.remove"]


def test_removing_one_of_two_that_give_the_same_takes_nothing_yet(app: Flask, cast: Cast) -> None:
    one, _other = add(cast, "x"), add(cast, "y")
    give(cast.owner, Role.DIRECTOR)
    assert rules.removal(one.id, by=cast.admin).losing == 0
    assert rules.remove_rule(one.id, by=cast.admin, now=NOW) == 0
    assert len(cast.owner.roles) == 2


def test_nobody_saws_off_the_branch(app: Flask, cast: Cast) -> None:
    rule = add(cast, "x", Role.ADMIN)
    give(cast.owner, Role.ADMIN)
    with pytest.raises(RuleBroken, match="själv"):
        rules.remove_rule(rule.id, by=cast.owner, now=NOW)
    assert rules.remove_rule(rule.id, by=cast.admin, now=NOW) == 1


def test_an_administrator_and_a_rule_that_go_at_once(any_app: Flask, cast: Cast) -> None:
    """One takes the other's role while the other's rule is removed: somebody is left."""
    rule, by, other = add(cast, "x", Role.ADMIN).id, cast.admin.id, cast.owner.id
    give(cast.owner, Role.ADMIN)
    together(
        any_app,
        lambda: rules.remove_rule(rule, by=person(by), now=NOW),
        lambda: departures.deactivate_person(by, by=person(other), now=NOW),
    )
    assert has_admins_but([])


def test_a_rule_that_goes_leaves_word_of_actions_that_nobody_reports_on(
    app: Flask, cast: Cast
) -> None:
    rule = add(cast, "x", Role.MANAGER, unit_id=cast.unit.id)
    cast.owner.roles.clear()
    db.session.commit()
    give(cast.owner, Role.MANAGER, unit_id=cast.unit.id)
    rules.remove_rule(rule.id, by=cast.admin, now=NOW)
    entry = journal.latest(1)[0]
    assert (entry.deed, entry.data) == ("user.stuck_actions", {"actions": 1})


def test_not_for_everybody(app: Flask, cast: Cast) -> None:
    rule = add(cast, "x")
    for ask in (
        lambda: rules.rules_page(by=cast.director),
        lambda: rules.tried("x", by=cast.director),
        lambda: rules.removal(rule.id, by=cast.director),
        lambda: rules.remove_rule(rule.id, by=cast.director, now=NOW),
        lambda: rules.add_rule("y", NewRole(Role.ADMIN), by=cast.director, now=NOW),
    ):
        with pytest.raises(Forbidden):
            ask()
    with pytest.raises(NotFound):
        rules.removal(999, by=cast.admin)
