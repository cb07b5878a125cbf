"""How long a session lives, what ends it, and what a copied cookie is worth then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.helpers.apps import make_app, settings
from tests.helpers.cast import NOW, Cast
from tests.helpers.visitor import Visitor, Visits
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import LogInMethod, LoginSession, User
from tracker.services import departures, people
from tracker.services.accounts import sessions
from tracker.web.cookies import IDLE_AFTER, NOTED_EVERY

COOKIE = "atgarda"
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return str(cookie.value)


def thief(app: Flask, value: str) -> FlaskClient:
    """Another browser with this cookie."""
    client = app.test_client()
    client.set_cookie(COOKIE, value)
    return client


def is_in(client: FlaskClient) -> bool:
    """Whether the browser is somebody's; a page for all is asked as well."""
    reads = client.get("/account").status_code == 200
    assert reads is (client.get("/login").status_code == 302)
    return reads


def log_out(cast: Cast, visitor: Visitor) -> None:
    visitor.post("/logout", follow=False)


def close_account(cast: Cast, visitor: Visitor) -> None:
    departures.deactivate_person(cast.member.id, by=cast.admin, now=NOW)


def close_and_open(cast: Cast, visitor: Visitor) -> None:
    close_account(cast, visitor)
    departures.reactivate_person(cast.member.id, by=cast.admin, now=NOW)


def give_role(cast: Cast, visitor: Visitor) -> None:
    people.add_role(cast.member.id, people.NewRole(Role.DIRECTOR), by=cast.admin, now=NOW)


def give_and_take_role(cast: Cast, visitor: Visitor) -> None:
    give_role(cast, visitor)
    visitor.log_in(cast.member.email)
    added = max(role.id for role in db.session.get_one(User, cast.member.id).roles)
    people.remove_role(cast.member.id, added, by=cast.admin, now=NOW)


def end_all(cast: Cast, visitor: Visitor) -> None:
    sessions.end_sessions(cast.member.id, now=NOW)
    db.session.commit()


@pytest.mark.parametrize(
    "ending", [log_out, close_account, close_and_open, give_role, give_and_take_role, end_all]
)
def test_a_copied_cookie_dies_with_the_session(
    app: Flask, cast: Cast, visit: Visits, ending: Callable[[Cast, Visitor], None]
) -> None:
    visitor = visit(cast.member)
    copies = [cookie_of(visitor.client)]
    visitor.get("/account")
    copies.append(cookie_of(visitor.client))
    assert all(is_in(thief(app, one)) for one in copies)
    ending(cast, visitor)
    assert not any(is_in(thief(app, one)) for one in copies)
    assert not is_in(visitor.client)


@pytest.mark.parametrize("method", LogInMethod)
def test_where_passwords_are_switched_off_what_they_opened_ends(
    app: Flask, cast: Cast, visit: Visits, monkeypatch: pytest.MonkeyPatch, method: LogInMethod
) -> None:
    client = visit(cast.member).client
    db.session.execute(update(LoginSession).values(method=method))
    db.session.commit()
    assert is_in(client)
    off = replace(app.extensions["settings"], local_login=False)
    monkeypatch.setitem(app.extensions, "settings", off)
    assert is_in(client) is (method is LogInMethod.OIDC)


def test_other_people_stay_in(app: Flask, cast: Cast, visit: Visits) -> None:
    visit(cast.director).get("/account")
    give_role(cast, visit(cast.member))
    assert is_in(visit(cast.director).client)


class TestIdle:
    def test_a_session_that_nobody_uses_ends(
        self, cast: Cast, visit: Visits, clock: time_machine.Traveller
    ) -> None:
        client = visit(cast.owner).client
        clock.move_to(NOW + IDLE_AFTER - MINUTE, tick=False)
        assert is_in(client)
        clock.move_to(NOW + 2 * IDLE_AFTER - MINUTE, tick=False)
        assert not is_in(client)

    def test_use_keeps_it_until_it_is_too_old(
        self, cast: Cast, visit: Visits, clock: time_machine.Traveller
    ) -> None:
        client = visit(cast.owner).client
        for hours in range(1, 12):
            clock.move_to(NOW + hours * HOUR, tick=False)
            assert is_in(client), hours
        clock.move_to(NOW + sessions.SESSION_LIFE + MINUTE, tick=False)
        assert not is_in(client)

    def test_a_copy_is_no_younger_than_when_it_was_taken(
        self, app: Flask, cast: Cast, visit: Visits, clock: time_machine.Traveller
    ) -> None:
        client = visit(cast.owner).client
        copy = cookie_of(client)
        clock.move_to(NOW + HOUR, tick=False)
        assert is_in(client)
        clock.move_to(NOW + IDLE_AFTER + SECOND, tick=False)
        assert is_in(client)
        assert not is_in(thief(app, copy))

    def test_the_cookie_is_written_now_and_then(
        self, cast: Cast, visit: Visits, clock: time_machine.Traveller
    ) -> None:
        client = visit(cast.owner).client
        assert is_in(client), "the page's token is in the cookie now"
        clock.move_to(NOW + NOTED_EVERY - MINUTE, tick=False)
        assert not client.get("/account").headers.getlist("Set-Cookie")
        clock.move_to(NOW + NOTED_EVERY + SECOND, tick=False)
        assert client.get("/account").headers.getlist("Set-Cookie")
        assert not client.get("/account").headers.getlist("Set-Cookie")


class TestForgery:
    def test_what_was_in_the_browser_before_the_log_in_is_worth_nothing(
        self, app: Flask, cast: Cast, visit: Visits
    ) -> None:
        visitor = visit(None)
        visitor.post("/language", {"locale": "en"}, follow=False)
        planted = cookie_of(visitor.client)
        visitor.log_in(cast.owner.email)
        assert is_in(visitor.client)
        assert not is_in(thief(app, planted))

    def test_two_log_ins_are_two_sessions(self, app: Flask, cast: Cast, visit: Visits) -> None:
        first = cookie_of(visit(cast.owner).client)
        other = Visitor(app.test_client()).log_in(cast.owner.email)
        other.post("/logout", follow=False)
        assert is_in(thief(app, first))

    @pytest.mark.parametrize(
        "spoil",
        [
            # Not the last one, of whose six bits two mean nothing.
            lambda value: value[:-5] + ("A" if value[-5] != "A" else "B") + value[-4:],
            lambda value: value.rpartition(".")[0],
            lambda value: "." + value,
            lambda value: value[::-1],
            lambda value: "",
            lambda value: "e30.aaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaa",
            lambda value: "x" * 3000,
            lambda value: "é\N{PILE OF POO}",
        ],
    )
    def test_a_spoilt_cookie_is_nobodys(
        self, app: Flask, cast: Cast, visit: Visits, spoil: Callable[[str], str]
    ) -> None:
        assert not is_in(thief(app, spoil(cookie_of(visit(cast.owner).client))))

    def test_a_cookie_of_another_secret_is_nobodys(
        self, app: Flask, cast: Cast, visit: Visits
    ) -> None:
        made = app.session_interface.get_signing_serializer(app)
        assert made is not None
        content = made.loads(cookie_of(visit(cast.owner).client))
        app.secret_key = "en gissad hemlighet"
        forger = app.session_interface.get_signing_serializer(app)
        assert forger is not None
        forged = str(forger.dumps(content))
        assert is_in(thief(app, forged)), "the forger's own service believes it"
        app.secret_key = settings(app.extensions["settings"].instance_dir).secret_key
        assert not is_in(thief(app, forged))


def test_a_secret_that_was_changed_ends_no_session(app: Flask, cast: Cast, visit: Visits) -> None:
    """As long as the old one is known; without it every cookie is void."""
    cookie = cookie_of(visit(cast.owner).client)
    config = app.extensions["settings"]
    changes = {"secret_key": "n" * 40, "old_secret_keys": ("e" * 40, config.secret_key)}
    known = make_app(settings(config.instance_dir, **changes))
    unknown = make_app(settings(config.instance_dir, secret_key="n" * 40))
    for made, holds in ((known, True), (unknown, False)):
        assert is_in(thief(made, cookie)) is holds
        with made.app_context():
            db.engine.dispose()
