"""What surrounds every page."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from tests.helpers.cast import NOW, Cast
from tests.helpers.pages import text_of
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.services.accounts.sessions import SESSION_LIFE


def test_static_files_are_named_by_their_content(client: FlaskClient) -> None:
    page = client.get("/login").text
    found = re.search(r'href="(/static/tokens\.css\?v=[0-9a-f]{8})"', page)
    assert found
    answer = client.get(found[1])
    answer.close()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].endswith("max-age=31536000")


def test_pages_are_kept_by_nobody(client: FlaskClient) -> None:
    answer = client.get("/login")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_menu_holds_what_one_may_see_and_marks_where_one_is(cast: Cast, visit: Visits) -> None:
    page = visit(cast.member).get("/comparison")
    assert "Personer" not in page.links
    assert "Förbättringspunkter" not in page.links
    marked = page.all("a", **{"aria-current": "page"})
    assert marked
    assert {link.attrib["href"] for link in marked} == {"/comparison"}


def test_a_page_within_a_task_belongs_to_its_list(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get(f"/actions/{cast.action.id}")
    marked = page.all("a", **{"aria-current": "page"})
    assert {link.attrib["href"] for link in marked} == {"/actions"}


def test_the_pages_about_plans_belong_to_the_plan_of_action(cast: Cast, visit: Visits) -> None:
    plan = f"/plans/{cast.plan.id}"
    for path in ("/plans", "/plans/new", plan, f"{plan}/edit", f"{plan}/close"):
        page = visit(cast.director).get(path)
        marked = page.all("a", **{"aria-current": "page"})
        said = {(link.attrib["href"], text_of(link)) for link in marked}
        assert said == {("/actions", "Handlingsplan")}


def test_another_host_gets_a_sentence_and_no_page(client: FlaskClient) -> None:
    answer = client.get("/login", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    assert "Gå till http://localhost." in answer.text


NOT_HELD = (
    ("\0", ""),
    ("\x1b[31m", "[31m"),
    ("\x85", " "),
    ("\uffff", ""),
    ("\U0001ffff", ""),
)


def test_what_no_page_may_hold_is_left_out(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    """A next line, as some programs end theirs, becomes a blank; the rest goes without a trace."""
    for odd, kept in NOT_HELD:
        with subtests.test(odd=odd, kept=kept):
            page = visit(cast.director).get("/points?" + urlencode({"q": f"före{odd}efter"}))
            assert page.form.fields["q"] == f"före{kept}efter"
            visit(cast.director).get(f"/{quote(odd)}", status=404)
            visit(None).get("/login?" + urlencode({"next": odd}))


def test_a_missing_file_of_ours_is_a_page_that_nobody_keeps(cast: Cast, visit: Visits) -> None:
    page = visit(cast.director).get("/static/missing.css", status=404)
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_file_in_the_place_of_a_text_is_refused(cast: Cast, visit: Visits) -> None:
    file = (io.BytesIO(b"text"), "rubrik.txt")
    page = visit(cast.director).post("/actions/new", {"title": file}, status=400)
    assert page.h1 == "Vi kunde inte läsa det du skickade"


def test_a_form_of_an_earlier_session_gives_the_text_back(cast: Cast, visit: Visits) -> None:
    typed = {"csrf_token": "gammal", "text": "Vi kom <b>halvvägs", "health": "on_track"}
    page = visit(cast.owner).post(f"/actions/{cast.action.id}/report", typed, status=400)
    assert [text_of(node) for node in page.all("blockquote")] == ["Vi kom <b>halvvägs"]


def test_a_session_that_ended_gives_the_text_back(
    cast: Cast, visit: Visits, clock: time_machine.Traveller
) -> None:
    path = f"/actions/{cast.action.id}/report"
    visit(cast.owner).get(path)
    clock.move_to(NOW + SESSION_LIFE + timedelta(minutes=1))
    page = visit(cast.owner).post(path, {"text": "Vi kom halvvägs", "password": "hemligt"}, 401)
    assert [text_of(node) for node in page.all("blockquote")] == ["Vi kom halvvägs"]
    assert page.links["Logga in"] == f"/login?next={path}"


def test_after_the_login_nobody_is_sent_to_what_only_takes_forms(cast: Cast, visit: Visits) -> None:
    visitor = visit(None)
    answer = visitor.post(f"/actions/{cast.action.id}/verify", {}, follow=False)
    assert answer.response.location == "/login"


def test_a_broken_database_is_told_on_a_page_of_its_own(
    app: Flask, cast: Cast, visit: Visits
) -> None:
    app.testing = False
    visit(cast.director).get("/")
    db.session.execute(text("ALTER TABLE municipality RENAME TO elsewhere"))
    page = visit(cast.director).get("/", status=500)
    assert page.h1 == "Något gick fel hos oss"
    assert "municipality" not in page.html
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_monitor_is_told_when_the_database_is_gone(app: Flask, client: FlaskClient) -> None:
    assert client.get("/healthz").json["problems"] == ["Bakgrundsarbetaren har aldrig startat."]
    db.session.execute(text("ALTER TABLE outbox RENAME TO gone"))
    db.session.commit()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"healthy": False, "problems": ["Databasen svarar inte."]}
