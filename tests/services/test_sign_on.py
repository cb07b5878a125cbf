"""Whose account it is that somebody signs on to, and what the claims give and take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.logged_in import log_in
from tests.helpers.together import person, together
from tracker.domain.claims import Identity
from tracker.domain.errors import Forbidden, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import ClaimRule, ExternalIdentity, JournalEntry, LoginSession, User
from tracker.services import departures, journal, people
from tracker.services.accounts.sign_on import PREPARED, Refused, Verdict, prepare_link, sign_on

ISSUER = "https://login.testkoping.example"
NEW = "nils.ny@testkoping.example"


def who(**changes: Any) -> Identity:
    """A stranger whose provider vouches for the address and names no roles."""
    usual = {
        "issuer": ISSUER,
        "subject": "s-1",
        "name": "Nils Ny",
        "verified": NEW,
        "addresses": (NEW,),
        "values": (),
    }
    return Identity(**{**usual, **changes})


def known_as(address: str, *, verified: bool = True, **changes: Any) -> Identity:
    """Somebody with this address."""
    return who(verified=address if verified else "", addresses=(address,), **changes)


def rule(value: str, role: Role = Role.DIRECTOR, **place: int) -> None:
    db.session.add(ClaimRule(value=value, role=role, **place))
    db.session.commit()


def came_in(identity: Identity) -> User:
    verdict = sign_on(identity, now=NOW)
    assert verdict.user is not None, verdict.refusal
    return verdict.user


def turned_away(identity: Identity) -> str:
    """The reason, which the journal tells too."""
    verdict = sign_on(identity, now=NOW)
    assert verdict.user is None
    assert isinstance(verdict.refusal, Refused)
    entry = journal.latest(1)[0]
    assert entry.deed == "session.refuse"
    assert entry.data == {"reason": verdict.refusal.reason, "issuer": ISSUER}
    return verdict.refusal.reason


def deeds() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.deed).order_by(JournalEntry.id)))


def roles(user: User) -> set[tuple[Role, int | None, int | None, bool]]:
    return {(one.role, one.unit_id, one.committee_id, one.from_claims) for one in user.roles}


def accounts() -> int:
    return db.session.scalar(select(func.count(User.id))) or 0


class TestWhoseAccount:
    def test_a_stranger_with_a_role_gets_a_new_one(self, any_app: Flask, cast: Cast) -> None:
        rule("chefer", Role.MANAGER, unit_id=cast.unit.id)
        user = came_in(who(values=("annat", "chefer")))
        assert (user.name, user.email, user.email_key) == ("Nils Ny", NEW, NEW)
        assert user.password_hash == ""
        assert roles(user) == {(Role.MANAGER, cast.unit.id, None, True)}
        assert deeds() == ["user.add", "user.add_role"]
        with pytest.raises(RuleBroken):
            log_in(NEW, "", now=NOW)
        assert came_in(who(values=("chefer",))).id == user.id
        assert deeds()[-1] == "user.add_role", "the second time nothing changes"

    def test_a_stranger_without_one_gets_none(self, app: Flask, cast: Cast) -> None:
        rule("chefer", Role.MANAGER, unit_id=cast.unit.id)
        before = accounts()
        for values in ((), ("Chefer",), ("chefer ",), ("chef",), ("%",)):
            assert turned_away(who(values=values)) == "no_role"
        assert accounts() == before
        assert db.session.scalars(select(ExternalIdentity)).all() == []

    def test_it_is_known_by_issuer_and_subject_whatever_else_changes(
        self, app: Flask, cast: Cast
    ) -> None:
        first = came_in(known_as(cast.owner.email))
        again = known_as("helt.annan@testkoping.example", name="Annat Namn")
        assert came_in(again).id == first.id == cast.owner.id
        assert cast.owner.name == "Olle Ägare"
        elsewhere = known_as("annan@testkoping.example", issuer="https://other.example")
        verdict = sign_on(elsewhere, now=NOW)
        assert verdict.user is None, "the same subject at another issuer is somebody else"

    @pytest.mark.parametrize("typed", ["{}", "OLLE.AGARE@TESTKOPING.EXAMPLE"])
    def test_a_verified_address_finds_the_account(
        self, any_app: Flask, cast: Cast, typed: str
    ) -> None:
        user = came_in(known_as(typed.format(cast.owner.email)))
        assert user.id == cast.owner.id
        assert deeds() == ["user.link"]

    def test_an_address_that_nobody_verified_does_not(self, app: Flask, cast: Cast) -> None:
        rule("alla")
        before = accounts()
        claimed = known_as(cast.admin.email, verified=False, values=("alla",))
        assert turned_away(claimed) == "taken"
        claimed = who(verified="", addresses=("x", cast.admin.email), values=("alla",))
        assert turned_away(claimed) == "taken"
        assert accounts() == before

    @pytest.mark.parametrize(
        "alike",
        [
            "olle.ägare@testkoping.example",
            "ollé.agare@testkoping.example",
            "olle.agare\u200b@testkoping.example",
            "olle.agare@testkoping.example\0",
            " olle.agare@testkoping.example",
            "olle.agare@testkoping.example, x@y.example",
        ],
    )
    def test_an_address_that_only_looks_the_same_is_nobodys(
        self, app: Flask, cast: Cast, alike: str
    ) -> None:
        rule("alla")
        assert turned_away(known_as(alike, values=("alla",))) == "no_address"

    def test_an_address_that_somebody_took_over_opens_nothing(self, app: Flask, cast: Cast) -> None:
        """The next person with the same name has another subject."""
        came_in(known_as(cast.owner.email))
        assert turned_away(known_as(cast.owner.email, subject="s-2")) == "taken"

    def test_a_closed_account_stays_closed(self, app: Flask, cast: Cast) -> None:
        rule("alla")
        came_in(known_as(cast.member.email, values=("alla",)))
        for user in (cast.member, cast.other_member):
            departures.deactivate_person(user.id, by=cast.admin, now=NOW)
        known = known_as(cast.member.email, values=("alla",))
        assert turned_away(known) == "closed"
        unknown = known_as(cast.other_member.email, subject="s-2", values=("alla",))
        assert turned_away(unknown) == "closed"
        unverified = known_as(
            cast.other_member.email, subject="s-3", values=("alla",), verified=False
        )
        assert turned_away(unverified) == "closed"
        departures.reactivate_person(cast.member.id, by=cast.admin, now=NOW)
        assert came_in(known).id == cast.member.id

    def test_without_a_usable_address_there_is_no_account(self, app: Flask, cast: Cast) -> None:
        rule("alla")
        for addresses in ((), ("nils",), ("nils@", "nils@höglandet.example")):
            lacking = who(verified="", addresses=addresses, values=("alla",))
            assert turned_away(lacking) == "no_address"
        given = ("nils", NEW)
        named = who(verified="", addresses=given, user_names=given, values=("alla",), name="")
        assert came_in(named).name == NEW

    def test_nobody_sits_down_on_an_address_of_somebody_elses(self, app: Flask, cast: Cast) -> None:
        rule("alla")
        before = accounts()
        squatter = known_as(NEW, verified=False, subject="s-2", values=("alla",))
        assert turned_away(squatter) == "no_address"
        assert accounts() == before
        assert came_in(who(values=("alla",))).email == NEW
        posing = replace(squatter, user_names=("s2@testkoping.example",))
        assert turned_away(posing) == "taken"

    def test_the_longest_name_is_kept_short(self, app: Flask) -> None:
        rule("alla")
        assert len(came_in(who(values=("alla",), name="N " * 200)).name) <= people.NAME_MAX

    def test_two_first_times_at_once_make_one_account(self, any_app: Flask, cast: Cast) -> None:
        rule("alla")
        before = accounts()
        mine = who(values=("alla",))
        found = together(any_app, *[lambda: sign_on(mine, now=NOW)] * 4)
        assert {type(one) for one in found} == {Verdict}
        assert accounts() == before + 1
        assert db.session.scalar(select(func.count(ExternalIdentity.id))) == 1
        assert deeds().count("user.add") == 1


class TestPreparedAccounts:
    def test_the_next_with_that_very_address_gets_it_once(self, app: Flask, cast: Cast) -> None:
        prepare_link(cast.owner.email.upper(), issuer=ISSUER, by=None, now=NOW)
        assert turned_away(known_as(NEW, verified=False)) == "no_role"
        user = came_in(who(verified="", addresses=("olle", cast.owner.email)))
        assert user.id == cast.owner.id
        assert deeds()[0] == "user.prepare_link"
        assert deeds()[-1] == "user.link"
        other = known_as(cast.owner.email, subject="s-2", verified=False)
        rule("alla")
        assert turned_away(other) == "no_role"

    def test_it_waits_no_longer_than_said(self, app: Flask, cast: Cast) -> None:
        prepare_link(cast.owner.email, issuer=ISSUER, by=cast.admin, now=NOW - PREPARED)
        rule("alla")
        late = known_as(cast.owner.email, verified=False, values=("alla",))
        assert turned_away(late) == "taken"
        almost = NOW - PREPARED + timedelta(seconds=1)
        prepare_link(cast.owner.email, issuer=ISSUER, by=cast.admin, now=almost)
        assert came_in(late).id == cast.owner.id

    def test_it_ends_what_was_linked_before(self, app: Flask, cast: Cast) -> None:
        came_in(known_as(cast.owner.email))
        prepare_link(cast.owner.email, issuer=ISSUER, by=cast.admin, now=NOW)
        assert came_in(known_as(cast.owner.email, subject="s-2")).id == cast.owner.id
        assert turned_away(known_as(cast.owner.email, subject="s-1")) == "taken"

    def test_it_is_prepared_for_one_provider(self, app: Flask, cast: Cast) -> None:
        prepare_link(cast.owner.email, issuer="https://other.example", by=None, now=NOW)
        assert turned_away(known_as(cast.owner.email, verified=False)) == "no_role"

    def test_not_for_everybody_to_do(self, app: Flask, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            prepare_link(cast.owner.email, issuer=ISSUER, by=cast.director, now=NOW)
        with pytest.raises(RuleBroken, match="inget konto"):
            prepare_link("x@y.example", issuer=ISSUER, by=cast.admin, now=NOW)
        departures.deactivate_person(cast.member.id, by=cast.admin, now=NOW)
        with pytest.raises(RuleBroken, match="avaktiverat"):
            prepare_link(cast.member.email, issuer=ISSUER, by=cast.admin, now=NOW)


class TestRoles:
    def test_follow_the_claims_and_leave_what_was_given_by_hand(
        self, any_app: Flask, cast: Cast
    ) -> None:
        rule("chefer", Role.MANAGER, unit_id=cast.unit.id)
        rule("skola", Role.MANAGER, unit_id=cast.other_unit.id)
        rule("nämnd", Role.COMMITTEE, committee_id=cast.committee.id)
        by_hand = (Role.MANAGER, cast.unit.id, None, False)
        school = (Role.MANAGER, cast.other_unit.id, None, True)
        committee = (Role.COMMITTEE, None, cast.committee.id, True)
        for values, held in [
            (("chefer", "skola"), {by_hand, school}),
            (("nämnd", "skola", "nämnd"), {by_hand, school, committee}),
            (("nämnd",), {by_hand, committee}),
            ((), {by_hand}),
        ]:
            assert roles(came_in(known_as(cast.owner.email, values=values))) == held
        told = [deed for deed in deeds() if deed.startswith("user.")]
        assert told == [
            *("user.link", "user.add_role", "user.add_role"),
            *("user.remove_role", "user.remove_role"),
        ]
        assert journal.history("user", cast.owner.id)[0].data["from_claims"] is True

    def test_another_role_ends_the_other_sessions(self, app: Flask, cast: Cast) -> None:
        rule("direktörer")
        log_in(cast.owner.email, PASSWORD, now=NOW)
        came_in(known_as(cast.owner.email))
        assert open_sessions() == 1, "nothing changed"
        came_in(known_as(cast.owner.email, values=("direktörer",)))
        assert open_sessions() == 0

    def test_whoever_loses_the_last_one_is_kept_out_and_thrown_out(
        self, app: Flask, cast: Cast
    ) -> None:
        rule("alla", Role.ADMIN)
        user = came_in(who(values=("alla",)))
        db.session.add(
            LoginSession(token_hash="x", user_id=user.id, created_at=NOW, expires_at=NOW + PREPARED)
        )
        db.session.commit()
        assert turned_away(who()) == "no_role"
        assert roles(person(user.id)) == set()
        assert open_sessions() == 0
        assert came_in(who(values=("alla",))).id == user.id

    def test_the_last_administrator_stays_one_until_somebody_else_is(
        self, app: Flask, cast: Cast
    ) -> None:
        rule("it", Role.ADMIN)
        user = came_in(who(values=("it",)))
        departures.deactivate_person(cast.admin.id, by=user, now=NOW)
        for _again in range(2):
            assert came_in(who()).id == user.id
            assert roles(user) == {(Role.ADMIN, None, None, True)}
            assert deeds()[-1] == "user.keep_admin"
        departures.reactivate_person(cast.admin.id, by=user, now=NOW)
        assert turned_away(who()) == "no_role"
        assert roles(person(user.id)) == set()

    def test_two_last_administrators_do_not_both_go(self, any_app: Flask, cast: Cast) -> None:
        rule("it", Role.ADMIN)
        one = came_in(who(values=("it",)))
        came_in(known_as("eva.ny@testkoping.example", subject="s-2", values=("it",)))
        departures.deactivate_person(cast.admin.id, by=one, now=NOW)
        found = together(
            any_app,
            lambda: sign_on(who(), now=NOW).user is not None,
            lambda: sign_on(who(subject="s-2"), now=NOW).user is not None,
        )
        assert sorted(found) == [False, True]

    def test_actions_whose_owner_can_no_longer_report_are_told(
        self, app: Flask, cast: Cast
    ) -> None:
        rule("chefer", Role.MANAGER, unit_id=cast.unit.id)
        cast.owner.roles.clear()
        db.session.commit()
        came_in(known_as(cast.owner.email, values=("chefer",)))
        assert "user.stuck_actions" not in deeds()
        assert turned_away(known_as(cast.owner.email)) == "no_role"
        assert cast.action.owner_id == cast.owner.id
        entry = next(one for one in journal.history("user", cast.owner.id) if "stuck" in one.deed)
        assert entry.data == {"actions": 1}


def open_sessions() -> int:
    asked = select(func.count(LoginSession.id)).where(LoginSession.ended_at.is_(None))
    return db.session.scalar(asked) or 0
