"""Logging in and out, and what a cookie is worth."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.helpers.apps import make_app, settings
from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.logged_in import log_in
from tests.helpers.visitor import Visitor, Visits
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import LoginSession
from tracker.services import departures, people
from tracker.services.accounts.sessions import SESSION_LIFE
from tracker.web.local import safe_target

WRONG = "E-postadressen eller lösenordet stämmer inte."


def test_in_and_out(cast: Cast, visit: Visits) -> None:
    page = visit(None).get("/login")
    assert page.title == "Logga in – Åtgärda"
    visitor = visit(None).log_in(cast.director.email.upper())
    assert visitor.get("/").h1 == "Läget"
    assert visitor.get("/login", follow=True).h1 == "Läget"
    assert visitor.post("/logout").h1 == "Logga in"
    visitor.get("/", status=302)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("dag.direktor@testkoping.example", "fel lösenord"),
        ("ingen@testkoping.example", PASSWORD),
        ("%_", PASSWORD),
    ],
)
def test_a_wrong_password_and_an_unknown_address_get_one_answer(
    cast: Cast, visit: Visits, email: str, password: str
) -> None:
    visit(None).get("/login")
    page = visit(None).post("/login", {"email": email, "password": password}, 422)
    assert WRONG in page.text
    assert page.title.startswith("Fel:")
    assert password not in page.html


def test_a_closed_account_gets_the_same_answer(cast: Cast, visit: Visits) -> None:
    departures.deactivate_person(cast.owner.id, by=cast.admin, now=NOW)
    visit(None).get("/login")
    page = visit(None).post("/login", {"email": cast.owner.email, "password": PASSWORD}, 422)
    assert WRONG in page.text


def test_empty_fields_are_named(visit: Visits) -> None:
    visit(None).get("/login")
    page = visit(None).post("/login", {"email": "", "password": ""}, 422)
    assert "Skriv din e-postadress." in page.text
    assert "Skriv ditt lösenord." in page.text


def replay(app: Flask, visitor: Visitor) -> FlaskClient:
    """Another browser with a copy of this one's cookie."""
    cookie = visitor.client.get_cookie("atgarda")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("atgarda", cookie.value)
    return thief


def test_a_copied_cookie_dies_with_the_logout(app: Flask, cast: Cast, visit: Visits) -> None:
    thief = replay(app, visit(cast.director))
    assert thief.get("/").status_code == 200
    visit(cast.director).post("/logout", follow=False)
    assert thief.get("/").status_code == 302


def test_a_copied_cookie_dies_with_the_account(app: Flask, cast: Cast, visit: Visits) -> None:
    thief = replay(app, visit(cast.member))
    departures.deactivate_person(cast.member.id, by=cast.admin, now=NOW)
    assert thief.get("/").status_code == 302
    departures.reactivate_person(cast.member.id, by=cast.admin, now=NOW)
    assert thief.get("/").status_code == 302


def test_a_copied_cookie_dies_when_roles_change(app: Flask, cast: Cast, visit: Visits) -> None:
    thief = replay(app, visit(cast.member))
    people.add_role(cast.member.id, people.NewRole(Role.DIRECTOR), by=cast.admin, now=NOW)
    assert thief.get("/").status_code == 302
    assert visit(cast.member).log_in(cast.member.email).get("/").status == 200


def test_a_session_runs_out(cast: Cast, visit: Visits, clock: time_machine.Traveller) -> None:
    visit(cast.director).get("/")
    clock.move_to(NOW + SESSION_LIFE + timedelta(minutes=1))
    visit(cast.director).get("/", status=302)


def test_the_database_holds_no_token(cast: Cast, visit: Visits, db_session: Any) -> None:
    _user, token = log_in(cast.director.email, PASSWORD, now=NOW)
    assert token not in [row.token_hash for row in db_session.query(LoginSession)]


PATHS = (
    ("/points?state=open", True),
    ("/", True),
    ("", False),
    ("//evil.example", False),
    ("///evil.example", False),
    ("/\\evil.example", False),
    ("\\\\evil.example", False),
    ("https://evil.example/", False),
    ("https:evil.example", False),
    ("javascript:alert(1)", False),
    ("/\tevil", False),
    ("/\n/evil.example", False),
    ("/ /evil", False),
    ("points", False),
)


def test_only_a_path_of_this_site_is_a_target(app: Flask, subtests: pytest.Subtests) -> None:
    for target, safe in PATHS:
        with subtests.test(target=target, safe=safe), app.test_request_context():
            assert safe_target(target) == (target if safe else "/")


def test_after_the_login_one_gets_where_one_wanted(cast: Cast, visit: Visits) -> None:
    page = visit(None).get("/comparison", follow=True)
    assert "Logga in för att fortsätta." in page.text
    page = visit(None).submit(page.form, email=cast.director.email, password=PASSWORD)
    assert page.path == "/comparison"


def test_a_foreign_target_is_forgotten(cast: Cast, visit: Visits) -> None:
    page = visit(None).get("/login?next=https://evil.example/")
    page = visit(None).submit(page.form, email=cast.director.email, password=PASSWORD)
    assert page.path == "/"


def test_language(cast: Cast, visit: Visits) -> None:
    page = visit(None).get("/login")
    assert page.root.get("lang") == "sv"
    page = visit(None).post("/language", {"locale": "en", "next": "/login"})
    assert page.root.get("lang") == "en"
    visit(cast.director).post("/language", {"locale": "en", "next": "/"}, follow=False)
    assert visit(cast.director).get("/").root.get("lang") == "en"
    visit(cast.director).post("/language", {"locale": "xx", "next": "//evil.example"})
    assert visit(cast.director).page.root.get("lang") == "en"


def test_the_cookie_keeps_to_itself(client: FlaskClient, cast: Cast) -> None:
    (cookie,) = client.get("/login").headers.getlist("Set-Cookie")
    assert cookie.startswith("atgarda=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie, "http, as on a developer's own machine"


def test_over_https_the_cookie_insists(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "atgarda.db")
    address = "https://plan.testkoping.example"
    app = make_app(settings(tmp_path, base_url=address))
    with app.app_context():
        (cookie,) = app.test_client().get("/login", base_url=address).headers.getlist("Set-Cookie")
        db.engine.dispose()
    assert cookie.startswith("__Host-atgarda=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_without_its_token_a_form_is_not_taken(cast: Cast, visit: Visits) -> None:
    visit(cast.director).get("/")
    page = visit(cast.director).post("/logout", {"csrf_token": None}, status=400)
    assert page.h1 == "Vi kunde inte läsa det du skickade"
    assert visit(cast.director).get("/").h1 == "Läget"


def test_health_answers_without_login(client: FlaskClient) -> None:
    assert client.get("/healthz").json["healthy"] is False


LANGUAGES = (
    ("", "sv"),
    ("en-GB,en;q=0.9,sv;q=0.8", "en"),
    ("no", "nb"),
    ("nn-NO,de;q=0.9", "nb"),
    ("de,fr;q=0.5", "sv"),
    ("de,nb-NO;q=0.4,en;q=0.3", "nb"),
    ("\x7f;;q=x", "sv"),
)


def test_who_has_chosen_no_language_gets_what_the_browser_asks_for(
    app: Flask, cast: Cast, subtests: pytest.Subtests
) -> None:
    for asked, given in LANGUAGES:
        with subtests.test(asked=asked, given=given):
            client, headers = app.test_client(), {"Accept-Language": asked}
            assert f'<html lang="{given}">' in client.get("/login", headers=headers).text
            client.post("/language", data={"locale": "en"})
            assert '<html lang="sv">' in client.get("/public", headers=headers).text
