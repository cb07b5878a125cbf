"""Guessing at the log-in page: when it stops, what is said, and who still gets in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import PASSWORD, Cast, Keys
from tests.helpers.pages import Page, check_page
from tests.helpers.visitor import Visits
from tracker.services.accounts.throttle import FREE_OF_PAIR

DEVICE = "atgarda-device"


def token_of(client: FlaskClient) -> str:
    return str(Page(client.get("/login"), "/login").csrf_token)


def try_in(client: FlaskClient, email: str, password: str, **headers: Any) -> Page:
    """Send the log-in form from a browser; `headers` with underscores for dashes."""
    data = {"csrf_token": token_of(client), "email": email, "password": password}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(client.post("/login", data=data, headers=sent), "/login")


def test_the_sixth_guess_is_told_to_wait(cast: Cast, visit: Visits) -> None:
    visit(None).get("/login")
    typed = {"email": cast.owner.email, "password": "fel lösenord"}
    for _ in range(FREE_OF_PAIR):
        visit(None).post("/login", typed, 422)
    page = visit(None).post("/login", {**typed, "password": PASSWORD}, 429)
    assert page.response.headers["Retry-After"] == "60"
    assert "Det har varit för många försök. Försök igen om en minut." in page.text
    assert page.title.startswith("Fel:")
    assert page.form.fields["email"] == cast.owner.email
    assert PASSWORD not in page.html


def test_guesses_stop_and_the_owner_gets_in_at_home_and_elsewhere(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    """All from one address: the owner's own browser stands behind it as well."""
    home = visit(cast.owner)  # has logged in with this browser once
    home.post("/logout", follow=False)
    guesser, email = app.test_client(), cast.owner.email
    answers = [try_in(guesser, email, f"gissning {n}").status for n in range(12)]
    assert answers == [*[422] * FREE_OF_PAIR, *[429] * (12 - FREE_OF_PAIR)]
    assert try_in(guesser, email, PASSWORD).status == 429
    elsewhere = app.test_client()
    elsewhere.environ_base["REMOTE_ADDR"] = "198.51.100.4"
    assert try_in(elsewhere, email, PASSWORD).status == 302
    home.log_in(email)
    assert home.get("/my-actions").status == 200


def test_the_key_of_a_browser_is_kept_from_scripts_and_stays(cast: Cast, visit: Visits) -> None:
    visitor = visit(None).log_in(cast.owner.email)
    kept = visitor.client.get_cookie(DEVICE)
    assert kept is not None
    assert kept.http_only
    assert kept.same_site == "Lax"
    assert kept.max_age is not None
    assert len(kept.value) >= 40
    visitor.post("/logout", follow=False)
    visitor.log_in(cast.owner.email)
    again = visitor.client.get_cookie(DEVICE)
    assert again is not None
    assert again.value == kept.value


def test_the_key_of_a_browser_opens_nothing(app: Flask, cast: Cast, visit: Visits) -> None:
    kept = visit(cast.owner).client.get_cookie(DEVICE)
    assert kept is not None
    other = app.test_client()
    other.set_cookie(DEVICE, kept.value)
    assert other.get("/my-actions").status_code == 302


Proxied = Callable[[int], AbstractContextManager[Flask]]


@pytest.fixture
def proxied(tmp_path: Path, sqlite_with_cast: tuple[Path, Keys], clock: object) -> Proxied:
    """`with proxied(2) as app: …`, the product behind so many proxies."""

    def made(proxies: int) -> AbstractContextManager[Flask]:
        shutil.copy(sqlite_with_cast[0], tmp_path / "atgarda.db")
        return entered(make_app(settings(tmp_path, proxies=proxies)))

    return made


@pytest.mark.parametrize(
    ("proxies", "sent", "stops"),
    [
        # What the visitor wrote stands first; only as many of the last entries are ours.
        (0, "203.0.113.{n}", True),
        (1, "203.0.113.{n}, 198.51.100.4", True),
        (1, "198.51.100.4, 203.0.113.{n}", False),
        (2, "203.0.113.{n}, 198.51.100.4, 10.0.0.1", True),
        (2, "198.51.100.4, 203.0.113.{n}, 10.0.0.1", False),
    ],
)
def test_only_our_own_proxies_say_where_a_visitor_is(
    proxied: Proxied, proxies: int, sent: str, stops: bool
) -> None:
    with proxied(proxies) as app:
        client = app.test_client()
        answers = [
            try_in(
                client, "olle.agare@testkoping.example", "fel", X_Forwarded_For=sent.format(n=n)
            ).status
            for n in range(FREE_OF_PAIR + 1)
        ]
    assert answers == [*[422] * FREE_OF_PAIR, 429 if stops else 422]


def test_what_proxies_say_of_the_host_is_not_believed(
    proxied: Proxied,
) -> None:
    headers = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-Port": "666",
        "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example;proto=https",
    }
    with proxied(1) as app:
        page = Page(app.test_client().get("/login", headers=headers), "/login")
        check_page(page)
        away = app.test_client().get("/", headers=headers)
    assert "evil" not in page.html
    assert away.location == "/login?next=/"
