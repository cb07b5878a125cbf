"""Logging in at an OpenID provider, through the pages; the provider is the forger."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import NOW, PASSWORD, Cast, Keys
from tests.helpers.forger import Forger, forging, signed
from tests.helpers.forger import rsa_key as key
from tests.helpers.together import together
from tests.helpers.visitor import Page, Visitor, Visits
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import ClaimRule, JournalEntry, LogInMethod, LoginSession, User
from tracker.services import departures

BEGIN, BACK = "/login/openid", "/login/openid/back"
NEW = "nils.ny@testkoping.example"
NILS = {"name": "Nils Ny", "email": NEW, "email_verified": True, "roles": ["chefer"]}


@pytest.fixture(scope="module")
def one_forger() -> Iterator[Forger]:
    with forging() as made:
        yield made


@pytest.fixture
def forger(one_forger: Forger) -> Forger:
    vars(one_forger).update(vars(Forger(one_forger.url, told=dict(NILS))))
    return one_forger


@pytest.fixture
def ways() -> dict[str, Any]:
    """What a test sets differently."""
    return {}


@pytest.fixture
def app(
    tmp_path: Path, sqlite_with_cast: tuple[Path, Keys], forger: Forger, ways: dict[str, Any]
) -> Iterator[Flask]:
    """The product with the forger as its provider."""
    shutil.copy(sqlite_with_cast[0], tmp_path / "atgarda.db")
    with entered(make_app(settings(tmp_path, **{"oidc": forger.settings, **ways}))) as made:
        yield made


@pytest.fixture
def rule(cast: Cast) -> ClaimRule:
    """Whoever is among `chefer` is a manager."""
    one = ClaimRule(value="chefer", role=Role.MANAGER, unit_id=cast.unit.id)
    db.session.add(one)
    db.session.commit()
    return one


def sent_to(visitor: Visitor, path: str = BEGIN) -> str:
    """The provider's address that the browser is sent to."""
    return str(visitor.ask("GET", path).response.location)


def come_back(visitor: Visitor, query: str) -> Page:
    return visitor.ask("GET", f"{BACK}?{query}")


def sign_on(visitor: Visitor, forger: Forger, path: str = BEGIN) -> Page:
    return come_back(visitor, forger.log_in(sent_to(visitor, path)))


def sessions() -> list[LoginSession]:
    db.session.rollback()
    return list(db.session.scalars(select(LoginSession)))


def test_in_by_the_button_and_out_again(
    rule: ClaimRule, visit: Visits, forger: Forger, db_session: Any
) -> None:
    visitor = visit(None)
    page = visitor.get("/login?next=/my-actions")
    page = sign_on(visitor, forger, page.links["Logga in med Testköpings inloggning"])
    assert (page.status, page.response.location) == (302, "/my-actions")
    assert visitor.get("/my-actions").status == 200
    (session,) = sessions()
    assert session.method is LogInMethod.OIDC
    assert session.user.email == NEW
    deeds = list(db_session.scalars(select(JournalEntry.deed).order_by(JournalEntry.id)))
    assert deeds == ["user.add", "user.add_role", "session.open"]
    assert visitor.get(BACK, status=302).response.location == "/login"

    page = visitor.post("/logout")
    assert page.h1 == "Du är utloggad ur Åtgärda"
    refresh = page.response.headers["Refresh"]
    assert refresh.startswith(f"0; url={forger.url}/logout?")
    assert dict(parse_qsl(urlsplit(refresh).query))["post_logout_redirect_uri"] == (
        "http://localhost/login"
    )
    assert visitor.get("/logged-out", status=302).response.location == "/login"
    visitor.get("/my-actions", status=302)
    assert sessions()[0].ended_at is not None


def test_who_came_with_a_password_leaves_as_before(cast: Cast, visit: Visits) -> None:
    assert visit(cast.member).post("/logout").h1 == "Logga in"


def test_without_a_role_one_is_told_what_to_ask_for(
    rule: ClaimRule, cast: Cast, visit: Visits, forger: Forger
) -> None:
    forger.told = {**NILS, "roles": ["ekonomi", "<b>alla</b>"]}
    page = sign_on(visit(None), forger)
    assert (page.status, page.h1) == (403, "Du är inte inloggad")
    for words in ("ger ingen roll", "administratör", "ekonomi, <b>alla</b>", NEW, "roles"):
        assert words in page.text
    assert not sessions()
    assert not db.session.scalars(select(User).where(User.email == NEW)).all()
    visit(None).get("/", status=302)


def test_a_person_who_is_known_keeps_the_account_but_not_when_it_is_closed(
    cast: Cast, visit: Visits, forger: Forger
) -> None:
    forger.told = {"email": cast.member.email, "email_verified": True}
    assert sign_on(visit(None), forger).status == 302
    assert sessions()[0].user_id == cast.member.id
    departures.deactivate_person(cast.member.id, by=cast.admin, now=NOW)
    visit(None).get("/", status=302)
    page = sign_on(visit(None), forger)
    assert page.status == 403
    assert "avaktiverat" in page.text


def test_the_role_that_was_taken_back_ends_what_is_open(
    rule: ClaimRule, visit: Visits, forger: Forger, app: Flask
) -> None:
    here, there = Visitor(app.test_client()), Visitor(app.test_client())
    sign_on(here, forger)
    assert here.get("/my-actions").status == 200
    forger.told = {**NILS, "roles": []}
    assert sign_on(there, forger).status == 403
    here.get("/my-actions", status=302)


def test_an_answer_counts_once(rule: ClaimRule, visit: Visits, forger: Forger) -> None:
    visitor = visit(None)
    query = forger.log_in(sent_to(visitor))
    forger.told = {**NILS, "roles": []}
    assert come_back(visitor, query).status == 403
    forger.told = dict(NILS)
    assert come_back(visitor, query).status == 400
    assert not sessions()


def test_a_cookie_that_was_kept_brings_back_no_code(
    app: Flask, rule: ClaimRule, forger: Forger, visit: Visits
) -> None:
    """Even with the state, nonce and verifier of before: the provider gave the code's worth."""
    visitor = visit(None)
    query = forger.log_in(sent_to(visitor))
    cookie = visitor.client.get_cookie("atgarda")
    assert cookie is not None
    assert come_back(visitor, query).status == 302
    thief = Visitor(app.test_client())
    thief.client.set_cookie("atgarda", cookie.value)
    assert come_back(thief, query).status == 400
    assert len(sessions()) == 1


@pytest.mark.parametrize(
    "how",
    [
        lambda code, state: {"code": code},
        lambda code, state: {"code": code, "state": ""},
        lambda code, state: {"code": code, "state": state[:-1]},
        lambda code, state: {"code": code, "state": state + "å"},
        lambda code, state: {"code": code, "state": state, "iss": "https://other.example"},
        lambda code, state: {"state": state},
        lambda code, state: {"state": state, "code": ""},
        lambda code, state: {"state": state, "error": "access_denied"},
        lambda code, state: {"state": state, "code": "x\r\nSet-Cookie: a=b"},
        lambda code, state: {"state": state, "code": "x" * 5000},
    ],
)
def test_an_answer_to_something_else_lets_nobody_in(
    rule: ClaimRule, visit: Visits, forger: Forger, how: Any
) -> None:
    asked = dict(parse_qsl(forger.log_in(sent_to(visit(None)))))
    page = come_back(visit(None), urlencode(how(asked["code"], asked["state"])))
    assert (page.status, page.h1) == (400, "Du är inte inloggad")
    assert not sessions()


def test_nobody_logs_another_in_without_their_asking(
    app: Flask, rule: ClaimRule, visit: Visits, forger: Forger
) -> None:
    """An attacker's own answer, in the browser of somebody who asked for none, or another."""
    query = forger.log_in(sent_to(visit(None)))
    victim = Visitor(app.test_client())
    assert come_back(victim, query).status == 400
    sent_to(victim)
    assert come_back(victim, query).status == 400
    assert not sessions()


def test_a_stolen_code_is_worth_nothing_in_another_browser(
    app: Flask, rule: ClaimRule, visit: Visits, forger: Forger
) -> None:
    """Even with that browser's own state: the verifier is the first one's."""
    stolen = dict(parse_qsl(forger.log_in(sent_to(visit(None)))))
    thief = Visitor(app.test_client())
    own = dict(parse_qsl(forger.log_in(sent_to(thief))))
    page = come_back(thief, urlencode({"code": stolen["code"], "state": own["state"]}))
    assert page.status == 400
    assert not sessions()


def test_a_token_of_another_log_in_is_refused(
    app: Flask, rule: ClaimRule, visit: Visits, forger: Forger
) -> None:
    """Signed and in time, but with the nonce of another browser."""
    asked = dict(parse_qsl(urlsplit(sent_to(visit(None))).query))
    forger.token = signed(forger.claims(asked["nonce"]), key("one"))
    assert sign_on(Visitor(app.test_client()), forger).status == 400
    assert not sessions()


def test_of_two_that_were_begun_only_the_last_counts(
    rule: ClaimRule, visit: Visits, forger: Forger
) -> None:
    """Two tabs: nobody comes in with one's code and the other's state, nonce or target."""
    visitor = visit(None)
    first = dict(parse_qsl(forger.log_in(sent_to(visitor, f"{BEGIN}?next=/people"))))
    last = dict(parse_qsl(forger.log_in(sent_to(visitor, f"{BEGIN}?next=/my-actions"))))
    cookie = visitor.client.get_cookie("atgarda")
    assert cookie is not None
    for mixed in (first, {**first, "state": last["state"]}, {**last, "state": first["state"]}):
        visitor.client.set_cookie("atgarda", cookie.value)
        assert come_back(visitor, urlencode(mixed)).status == 400
    assert not sessions()
    visitor.client.set_cookie("atgarda", cookie.value)
    page = come_back(visitor, urlencode(last))
    assert (page.status, page.response.location) == (302, "/my-actions")


def test_an_answer_that_comes_late(
    rule: ClaimRule, visit: Visits, forger: Forger, clock: time_machine.Traveller
) -> None:
    query = forger.log_in(sent_to(visit(None)))
    clock.move_to(NOW + timedelta(minutes=10, seconds=1))
    page = come_back(visit(None), query)
    assert page.status == 400
    assert "tog för lång tid" in page.text


def test_a_token_that_was_tampered_with_opens_nothing(
    rule: ClaimRule, visit: Visits, forger: Forger
) -> None:
    forger.token = signed(forger.claims("x"), key("mine"), kid="one")
    page = sign_on(visit(None), forger)
    assert page.status == 400
    assert "lita på" in page.text
    assert not sessions()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/token", "/jwks"])
def test_a_provider_that_is_down_is_said_and_the_password_still_works(
    rule: ClaimRule, cast: Cast, visit: Visits, forger: Forger, path: str
) -> None:
    forger.answers[path] = 500, b"broken"
    page = visit(None).ask("GET", BEGIN)
    if page.status == 302:
        page = come_back(visit(None), forger.log_in(str(page.response.location)))
    assert (page.status, page.h1) == (503, "Du är inte inloggad")
    assert "går inte att nå" in page.text
    assert visit(cast.member).get("/").status == 200


def test_a_target_elsewhere_is_forgotten(
    app: Flask, rule: ClaimRule, clock: Any, forger: Forger
) -> None:
    evil = ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example")
    for target in (*evil, "/" + "x" * 5000):
        query = urlencode({"next": target})
        page = sign_on(Visitor(app.test_client()), forger, f"{BEGIN}?{query}")
        assert page.response.location == "/"


def test_what_came_before_the_log_in_does_not_survive_it(
    app: Flask, rule: ClaimRule, visit: Visits, forger: Forger
) -> None:
    visitor = visit(None)
    visitor.get("/login")
    token = visitor.page.csrf_token
    sign_on(visitor, forger)
    page = visitor.ask("POST", "/logout", {"csrf_token": token})
    assert page.status == 400


def test_a_monday_morning(app: Flask, rule: ClaimRule, clock: Any, forger: Forger) -> None:
    """Many come back at once, by GET, and each of them writes: nobody is told to come again."""
    people = [Visitor(app.test_client()) for _ in range(6)]
    back = [(one, forger.log_in(sent_to(one))) for one in people]
    found = together(
        app, *[lambda one=one, query=query: come_back(one, query) for one, query in back]
    )
    assert [page.status for page in found] == [302] * 6
    assert len(sessions()) == 6


class TestWithoutPasswords:
    @pytest.fixture
    def ways(self) -> dict[str, Any]:
        return {"local_login": False}

    def test_there_is_only_the_button(self, cast: Cast, visit: Visits) -> None:
        page = visit(None).get("/login")
        assert "Logga in med Testköpings inloggning" in page.text
        assert "Lösenord" not in page.text
        assert "lösenordet" not in page.text

    def test_a_password_opens_nothing(self, cast: Cast, visit: Visits) -> None:
        visit(None).get("/login")
        typed = {"email": cast.member.email, "password": PASSWORD}
        visit(None).post("/login", typed, status=403)
        assert not sessions()

    def test_the_provider_does(self, rule: ClaimRule, visit: Visits, forger: Forger) -> None:
        assert sign_on(visit(None), forger).status == 302
        assert visit(None).get("/account").status == 200


class TestWithoutAProvider:
    @pytest.fixture
    def ways(self) -> dict[str, Any]:
        return {"oidc": None}

    def test_there_is_no_button_and_nothing_behind_it(
        self, cast: Cast, visit: Visits, client: FlaskClient
    ) -> None:
        assert BEGIN not in visit(None).get("/login").html
        for path in (BEGIN, BACK, f"{BACK}?code=x&state=y", "/logged-out"):
            assert client.get(path).location == "/login"
