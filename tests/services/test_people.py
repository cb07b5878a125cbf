"""Accounts and roles."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.logged_in import log_in
from tests.services.mailing import at_once, post
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import User
from tracker.services import journal
from tracker.services.accounts import sessions
from tracker.services.accounts.addresses import Overtaken, change_address
from tracker.services.actions.rules import Refused
from tracker.services.people import (
    NewPerson,
    NewRole,
    add_person,
    add_role,
    load_person,
    people_page,
    person_id_of,
    remove_role,
)

LATER = NOW + timedelta(minutes=1)


def newcomer(cast: Cast, **changes: Any) -> NewPerson:
    role = NewRole(Role.MANAGER, cast.unit.id)
    data = NewPerson("Åsa Ny", "Asa.Ny@testkoping.example", "tolv tecken långt", role)
    return replace(data, **changes)


def test_a_new_person_can_log_in_at_once(cast: Cast) -> None:
    user = add_person(newcomer(cast), by=cast.admin, now=NOW)
    assert (user.name, user.email) == ("Åsa Ny", "Asa.Ny@testkoping.example")
    assert [(r.role, r.unit_id) for r in user.roles] == [(Role.MANAGER, cast.unit.id)]
    who, _token = log_in("asa.ny@TESTKOPING.example", "tolv tecken långt", now=LATER)
    assert who.id == user.id
    deeds = [entry.deed for entry in journal.history("user", user.id)]
    assert deeds == ["session.open", "user.add"]


def test_no_password_reaches_the_journal(cast: Cast) -> None:
    user = add_person(newcomer(cast), by=cast.admin, now=NOW)
    assert "tolv" not in str([entry.data for entry in journal.history("user", user.id)])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"email": ""}, "email"),
        ({"email": "åsa@testkoping.example"}, "email"),
        ({"email": "a@b.se, c@d.se"}, "email"),
        ({"email": "OLLE.agare@testkoping.example"}, "email"),
        ({"password": "elva tecken"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"role": NewRole(Role.COMMITTEE)}, "committee_id"),
        ({"role": NewRole(Role.MANAGER)}, "unit_id"),
    ],
)
def test_what_is_refused_and_where(cast: Cast, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        add_person(newcomer(cast, **changes), by=cast.admin, now=NOW)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_closed_account_with_the_address_is_told(cast: Cast) -> None:
    cast.owner.deactivated_at = NOW
    db.session.commit()
    with pytest.raises(RuleBroken, match="Aktivera"):
        add_person(newcomer(cast, email=cast.owner.email), by=cast.admin, now=NOW)


def test_a_role_keeps_only_the_place_it_can_have(cast: Cast) -> None:
    role = NewRole(Role.ADMIN, cast.unit.id, cast.committee.id)
    user = add_person(newcomer(cast, role=role), by=None, now=NOW)
    assert [(r.unit_id, r.committee_id) for r in user.roles] == [(None, None)]


def test_a_changed_role_ends_the_sessions(cast: Cast) -> None:
    _user, token = log_in(cast.owner.email, PASSWORD, now=NOW)
    role = NewRole(Role.COMMITTEE, committee_id=cast.committee.id)
    add_role(cast.owner.id, role, by=cast.admin, now=LATER)
    assert sessions.user_of_session(token, now=LATER) is None
    assert len(load_person(cast.owner.id, by=cast.admin).roles) == 2
    _user, token = log_in(cast.owner.email, PASSWORD, now=LATER)
    given = next(r for r in cast.owner.roles if r.role is Role.COMMITTEE)
    remove_role(cast.owner.id, given.id, by=cast.admin, now=LATER)
    assert sessions.user_of_session(token, now=LATER) is None
    assert [r.role for r in load_person(cast.owner.id, by=cast.admin).roles] == [Role.MANAGER]


def test_the_same_role_is_not_given_twice(cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="redan"):
        add_role(cast.owner.id, NewRole(Role.MANAGER, cast.unit.id), by=cast.admin, now=NOW)


def test_an_owner_of_open_actions_keeps_a_role_that_can_report(cast: Cast) -> None:
    (role,) = cast.owner.roles
    with pytest.raises(RuleBroken, match="öppna åtgärder"):
        remove_role(cast.owner.id, role.id, by=cast.admin, now=NOW)
    (free,) = cast.member.roles
    assert remove_role(cast.member.id, free.id, by=cast.admin, now=NOW).roles == []


def test_somebody_must_manage_people(cast: Cast) -> None:
    (role,) = cast.admin.roles
    with pytest.raises(RuleBroken, match="egen roll"):
        remove_role(cast.admin.id, role.id, by=cast.admin, now=NOW)
    with pytest.raises(RuleBroken, match="Minst en"):
        remove_role(cast.admin.id, role.id, by=None, now=NOW)


def test_a_role_of_somebody_else_is_not_found(cast: Cast) -> None:
    (role,) = cast.owner.roles
    with pytest.raises(NotFound):
        remove_role(cast.colleague.id, role.id, by=cast.admin, now=NOW)


def test_another_address_is_logged_in_with_and_ends_no_session(any_app: Flask, cast: Cast) -> None:
    old, new = cast.owner.email, "Olle.Ny@testkoping.example"
    _user, token = log_in(old, PASSWORD, now=NOW)
    changed = change_address(
        cast.owner.id, f" {new} ", shown=old, post=post(), by=cast.admin, now=LATER
    )
    assert (changed.email, changed.email_key) == (new, new.lower())
    assert sessions.user_of_session(token, now=LATER) == changed
    assert log_in(new.upper(), PASSWORD, now=LATER)[0] == changed
    with pytest.raises(RuleBroken):
        log_in(old, PASSWORD, now=LATER)
    (told,) = [e for e in journal.history("user", changed.id) if e.deed == "user.change_address"]
    assert told.data == {"email": [old, new]}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Skriv personens e-postadress."),
        (" ", "Skriv personens e-postadress."),
        ("olle", "är inte en e-postadress"),
        ("olle@å.example", "är inte en e-postadress"),
        ("olle\0@b.example", "är inte en e-postadress"),
        ("a@b.example, c@d.example", "är inte en e-postadress"),
        ("x" * 64 + "@b.example", ""),
        ("x" * 65 + "@b.example", "är inte en e-postadress"),
        ("x" * 10_000 + "@b.example", "är inte en e-postadress"),
        ("🦉@b.example", "är inte en e-postadress"),
        ("KARIN.kollega@testkoping.example", "Karin Kollega har redan den adressen."),
        ("OLLE.Agare@testkoping.example", ""),
        ("olle.agare@testkoping.example", ""),
    ],
)
def test_which_address_will_do(cast: Cast, typed: str, sentence: str) -> None:
    before = cast.owner.email
    if not sentence:
        changed = change_address(
            cast.owner.id, typed, shown=before, post=post(), by=cast.admin, now=NOW
        )
        assert changed.email == typed
        return
    with pytest.raises(RuleBroken, match=sentence) as refused:
        change_address(cast.owner.id, typed, shown=before, post=post(), by=cast.admin, now=NOW)
    assert refused.value.field == "email"
    db.session.rollback()
    assert cast.owner.email == before


def test_the_same_address_is_no_deed(cast: Cast) -> None:
    change_address(cast.owner.id, cast.owner.email, shown="x", post=post(), by=cast.admin, now=NOW)
    assert journal.history("user", cast.owner.id) == []


def test_who_changes_an_address_that_was_changed_meanwhile_is_told(cast: Cast) -> None:
    old, first, second = cast.owner.email, "en@b.example", "tva@b.example"
    change_address(cast.owner.id, first, shown=old, post=post(), by=cast.admin, now=NOW)
    with pytest.raises(Overtaken, match=first) as told:
        change_address(cast.owner.id, second, shown=old, post=post(), by=cast.admin, now=NOW)
    change_address(
        cast.owner.id, second, shown=told.value.address, post=post(), by=cast.admin, now=NOW
    )
    assert cast.owner.email == second


def test_two_people_do_not_get_one_address_at_once(any_app: Flask, cast: Cast) -> None:
    ids = {person.id: person.email for person in (cast.owner, cast.colleague)}

    def give(user_id: int) -> str:
        try:
            shown = ids[user_id]
            change_address(user_id, "ny@b.example", shown=shown, post=post(), by=None, now=NOW)
        except RuleBroken as error:
            return error.field or ""
        return "given"

    works = [lambda user_id=user_id: give(user_id) for user_id in ids]
    assert sorted(map(str, at_once(any_app, works))) == ["email", "given"]
    held = db.session.scalars(select(User.id).where(User.email_key == "ny@b.example")).all()
    assert len(held) == 1


def test_people_are_found_by_name_and_address_in_swedish_order(cast: Cast) -> None:
    users, total = people_page(by=cast.admin, q="ÄGARE")
    assert ([user.name for user in users], total) == (["Olle Ägare"], 1)
    assert people_page(by=cast.admin, q="per.politiker@")[1] == 1
    for name in ("Örjan", "Ärla", "Åke", "Zorn"):
        data = newcomer(cast, name=name, email=f"{len(name)}{ord(name[0])}@b.example")
        add_person(data, by=None, now=NOW)
    names = [user.name for user in people_page(by=cast.admin)[0]]
    assert names[-4:] == ["Zorn", "Åke", "Ärla", "Örjan"]
    first, total = people_page(by=cast.admin, number=99, size=5)
    assert (len(first), total) == (2, 12)


def test_only_administrators(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        people_page(by=cast.director)
    with pytest.raises(Forbidden):
        add_person(newcomer(cast), by=cast.director, now=NOW)
    with pytest.raises(Forbidden):
        add_role(cast.owner.id, NewRole(Role.ADMIN), by=cast.owner, now=NOW)
    with pytest.raises(Forbidden):
        shown = cast.owner.email
        change_address(
            cast.owner.id, "a@b.example", shown=shown, post=post(), by=cast.owner, now=NOW
        )
    with pytest.raises(NotFound):
        change_address(999, "a@b.example", shown="", post=post(), by=cast.admin, now=NOW)


def test_the_number_of_queries_does_not_grow(cast: Cast, count_queries: Any) -> None:
    def measured(size: int) -> int:
        admin = db.session.scalar(select(User).where(User.id == cast.admin.id))
        db.session.expire_all()
        with count_queries() as counted:
            for user in people_page(by=admin, size=size)[0]:
                assert all(role.unit or not role.unit_id for role in user.roles)
        return counted.number

    assert measured(2) == measured(8) <= 6


def test_the_command_adds_a_person(cast: Cast, flask_command: Any) -> None:
    words = ["user", "add", "--name", "Åsa Ny", "--email", "asa@testkoping.example"]
    place = ["--role", "manager", "--unit", cast.unit.name, "--password-stdin"]
    added = flask_command(*words, *place, input="tolv tecken långt\n")
    assert added.exit_code == 0, added.output
    assert load_person(person_id_of("asa@testkoping.example"), by=cast.admin).name == "Åsa Ny"
    again = flask_command(*words, *place, input="kort\n")
    assert again.exit_code == 1
    assert "redan ett konto" in again.output
    assert "minst 12 tecken" in again.output
    lost = flask_command(*words, "--role", "manager", "--unit", "Månen", input="")
    assert lost.exit_code == 1
    assert cast.other_unit.name in lost.output
