"""What is secret reaches neither log nor journal, and a fault shows nothing of our inside."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.pieces import answer_token
from tests.helpers.visitor import Visits
from tests.services.account_letters import key_in_letter
from tracker.extensions import db
from tracker.models import JournalEntry
from tracker.services import calendars
from tracker.services.accounts import own

WRONG, NEW = "hemlig-gissning-4711", "ett-alldeles-nytt-ord-4711"


def cookie(client: FlaskClient, name: str) -> str:
    found = client.get_cookie(name)
    assert found is not None
    return str(found.value)


def test_no_secret_is_logged_or_journalled(
    app: Flask, cast: Cast, visit: Visits, caplog: pytest.LogCaptureFixture
) -> None:
    """A log-in that fails and one that does not, a reset, a calendar, a link in a mail."""
    app.config["LETTER_PATIENCE"] = 30
    visitor = visit(None)
    with caplog.at_level(logging.DEBUG, "tracker"), caplog.at_level(logging.DEBUG, "flask_wtf"):
        token = visitor.get("/login").csrf_token
        visitor.post("/login", {"email": WRONG, "password": WRONG}, 422)
        visitor.post("/login", {"email": cast.owner.email, "password": WRONG}, 422)
        visitor.log_in(cast.owner.email)
        kept = [cookie(visitor.client, name) for name in ("atgarda", "atgarda-device")]
        calendars.renew_address(by=cast.owner, now=NOW)
        secret = app.extensions["settings"].secret_key
        calendar = str(calendars.token_of(cast.owner, secret))
        link = answer_token(cast.action)
        for path in (f"/calendar/{calendar}.ics", f"/answer/{link}", "/calendar/1-0.ics"):
            visitor.client.get(path).close()
        visitor.post("/logout", follow=False)
        visitor.get("/reset")
        visitor.post("/reset", {"email": cast.owner.email}, follow=False)
        key = key_in_letter("reset")
        page = visitor.get(key)
        visitor.submit(page.form, 422, password="kort-4711")
        visitor.submit(page.form, password=NEW, follow=False)
    journal = [str(row) for row in db.session.execute(select(JournalEntry.data, JournalEntry.deed))]
    told = "\n".join([caplog.text, *journal])
    secrets = [WRONG, PASSWORD, NEW, "kort-4711", str(token), *kept, calendar, link]
    secrets += [key.rpartition("/")[2], secret]
    assert "login.failed" in told
    assert "user.reset_password" in told
    assert not [one for one in secrets if one in told]


LEAKS = re.compile(
    r"Traceback|sqlalchemy|psycopg|sqlite|werkzeug|jinja|flask|\.py\b|site-packages|"
    r"SELECT .* FROM|user_account|[A-Z]\w+Error\b|/tmp/|0x[0-9a-f]{6}",
    re.IGNORECASE,
)


def broken_by(app: Flask, what: str) -> None:
    """Let one thing fail inside a request."""
    if what == "table":
        db.session.execute(text("ALTER TABLE user_account RENAME TO elsewhere"))
    else:
        app.view_functions["account.index"] = _fail


def _fail(*_args: Any, **_values: Any) -> str:
    raise ZeroDivisionError("hemligt i /srv/atgarda/tracker/services/accounts/passwords.py")


@pytest.mark.parametrize("what", ["table", "code"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_fault_shows_nothing_of_our_inside(
    app: Flask, cast: Cast, visit: Visits, what: str, accept: str
) -> None:
    app.testing = False
    client = visit(cast.owner).client
    client.get("/account")
    broken_by(app, what)
    answer = client.get("/account", headers={"Accept": accept})
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    assert not LEAKS.search(answer.text), LEAKS.search(answer.text)
    assert not LEAKS.search(str(answer.headers))


ASKED: list[Callable[[FlaskClient], Any]] = [
    lambda client: client.get("/nowhere"),
    lambda client: client.get("/actions/999999"),
    lambda client: client.get("/actions/99999999999999999999"),
    lambda client: client.get("/actions/%00"),
    lambda client: client.get("/static/../../config.py"),
    lambda client: client.get("/static/%2e%2e/%2e%2e/config.py"),
    lambda client: client.get("/actions?page=x&sort=%27;--&unit=999999999999999999999"),
    lambda client: client.get("/logout"),
    lambda client: client.post("/logout"),
    lambda client: client.post("/language", data=b"\xff\xfe", content_type="application/json"),
    lambda client: client.post("/language", data=b"--x", content_type="multipart/form-data"),
    lambda client: client.get("/actions", headers={"Cookie": "atgarda=\xff;;="}),
    lambda client: client.get("/calendar/1-" + "0" * 32 + ".ics"),
    lambda client: client.get("/healthz"),
]


def test_a_refusal_shows_nothing_of_our_inside(cast: Cast, visit: Visits) -> None:
    client = visit(cast.owner).client
    client.get("/account")
    for number, ask in enumerate(ASKED):
        answer = ask(client)
        assert answer.status_code < 500, number
        assert not LEAKS.search(re.sub(r"/static/\S+", "", answer.text)), number


def test_who_was_refused_what_is_logged(
    cast: Cast, visit: Visits, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = visit(cast.member)
    with caplog.at_level(logging.WARNING, "tracker.security"):
        visitor.get("/people", status=403)
        visitor.get("/actions/999999", status=404)
    told = [json.loads(record.getMessage()) for record in caplog.records]
    assert [(one["event"], one["rule"], one["method"]) for one in told] == [
        ("access.denied", "/people", "GET"),
        ("access.not_found", "/actions/<int:action_id>", "GET"),
    ]
    assert {one["user"] for one in told} == {cast.member.id}


def test_a_fault_is_logged_under_the_rule_of_its_address(
    app: Flask,
    cast: Cast,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The address of a reset is a key, and it may fail on the way."""
    app.testing = False
    monkeypatch.setattr(own, "holder", _fail)
    assert client.get("/reset/denna-nyckel-är-hemlig-4711").status_code == 500
    assert "Exception on /reset/<reset> [GET]" in caplog.text
    assert "4711" not in caplog.text


def test_a_fault_of_the_database_keeps_what_was_written_out_of_the_log(
    app: Flask, cast: Cast, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    page = client.get("/login").text
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert token is not None
    db.session.execute(text("ALTER TABLE user_account RENAME TO elsewhere"))
    typed = {"csrf_token": token[1], "email": "hemlig-adress-4711", "password": WRONG}
    assert client.post("/login", data=typed).status_code == 500
    assert "Exception on /login [POST]" in caplog.text
    assert "4711" not in caplog.text
