"""The pages behind the keys in letters, and those about how one logs in."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask

from tests.helpers.apps import entered, make_app, settings
from tests.helpers.cast import NOW, PASSWORD, Cast, found_cast
from tests.helpers.pages import Form, Page
from tests.helpers.pieces import account_key
from tests.helpers.queries import count_queries
from tests.helpers.visitor import Visits
from tests.services.account_letters import key_in_letter, waiting
from tracker.extensions import db
from tracker.models import TokenPurpose
from tracker.services.accounts import own

BETTER = "fyra nya ord härnere"
NEW = TokenPurpose.NEW_ADDRESS
GONE = "Länken gäller inte längre"
PATHS = {
    TokenPurpose.INVITATION: "/invitation/",
    TokenPurpose.RESET: "/reset/",
    TokenPurpose.NEW_ADDRESS: "/new-address/",
}


def form_to(page: Page, action: str) -> Form:
    return next(form for form in page.forms if form.action.endswith(action))


class TestForgotten:
    def test_from_the_log_in_to_a_new_password(
        self, any_app: Flask, cast: Cast, visit: Visits
    ) -> None:
        browser = visit(None)
        page = browser.get(browser.get("/login").links["Glömt lösenordet?"])
        page = browser.submit(form_to(page, "/reset"), email=f" {cast.owner.email} ")
        assert (page.h1, "går nu ett mejl dit" in page.text) == ("Logga in", True)
        link = key_in_letter("reset")
        page = browser.get(link)
        assert f"Du loggar in med adressen {cast.owner.email}." in page.text
        page = browser.submit(form_to(page, link), 422, password="kort")
        assert "minst 12 tecken" in page.text
        page = browser.submit(form_to(page, link), password=BETTER)
        assert "Lösenordet är valt." in page.text
        browser.log_in(cast.owner.email, BETTER)
        page = visit(cast.colleague).get(link, 404)
        assert (page.h1, "Be om en ny länk" in page.links) == (GONE, True)

    def test_the_same_answer_and_the_same_work_for_everybody(
        self, app: Flask, cast: Cast, visit: Visits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whether there is an account is looked for beside the request, not in it."""
        cast.stranger.deactivated_at = NOW
        db.session.commit()
        asked: list[str] = []
        monkeypatch.setattr(own, "ask_reset", lambda email, **_rest: asked.append(email))
        emails = [cast.owner.email, "ingen.alls@b.example", cast.stranger.email]
        answers = set()
        for email in emails:
            browser = Visits(app.test_client)(None)
            browser.get("/reset")
            with count_queries(app) as counted:
                page = browser.post("/reset", {"email": email}, follow=False)
            shown = browser.get("/login").html.replace(email, "")
            shown = shown.replace(browser.page.csrf_token, "")  # type: ignore[union-attr, arg-type]
            answers.add((page.status, page.response.location, counted.number, shown))
        assert len(answers) == 1
        assert asked == emails

    def test_a_letter_that_cannot_be_written_tells_the_log_no_key(
        self,
        cast: Cast,
        visit: Visits,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def fail(*_args: object, **_values: object) -> None:
            raise ValueError("the letter with its key")

        monkeypatch.setattr(own, "ask_reset", fail)
        visit(None).get("/reset")
        page = visit(None).post("/reset", {"email": cast.owner.email})
        assert page.h1 == "Logga in"
        assert "work beside the requests failed: ValueError" in caplog.text
        assert "its key" not in caplog.text

    def test_what_is_no_address(self, cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
        for email in ("", "x" * 300, "\x00", "a@b.example\r\nBcc: c@d.example"):
            with subtests.test(email=email):
                visit(None).get("/reset")
                page = visit(None).ask("POST", "/reset", {"email": email})
                assert page.status in (302, 422)
                assert waiting() == []


@pytest.mark.parametrize("purpose", TokenPurpose)
class TestKeys:
    def test_the_address_of_the_page_is_kept_to_itself(
        self, cast: Cast, visit: Visits, purpose: TokenPurpose
    ) -> None:
        path = PATHS[purpose] + account_key(cast.owner, purpose)
        for one, status in ((path, 200), (f"{path}x", 404)):
            headers = visit(None).get(one, status).response.headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["Referrer-Policy"] == "strict-origin"
            assert headers["X-Robots-Tag"] == "noindex, nofollow"
        page = visit(None).get(path)
        assert path not in page.html.replace(f'value="{path}"', "").replace(f'action="{path}"', "")

    def test_what_has_run_out_says_what_to_do(
        self, cast: Cast, visit: Visits, clock: time_machine.Traveller, purpose: TokenPurpose
    ) -> None:
        path = PATHS[purpose] + account_key(cast.owner, purpose)
        form = visit(None).get(path).form
        clock.move_to(NOW + timedelta(days=14, seconds=1))
        page = visit(None).submit(form, 404, password=BETTER)
        assert page.h1 == GONE
        assert page.links

    def test_in_the_language_of_the_person(
        self, cast: Cast, visit: Visits, purpose: TokenPurpose
    ) -> None:
        cast.owner.locale = "en"
        page = visit(None).get(PATHS[purpose] + account_key(cast.owner, purpose))
        assert page.root.get("lang") == "en"

    def test_in_the_language_that_the_reader_has_chosen(
        self, cast: Cast, visit: Visits, purpose: TokenPurpose
    ) -> None:
        browser, path = visit(None), PATHS[purpose] + account_key(cast.owner, purpose)
        browser.get(path)
        page = browser.post("/language", {"locale": "nb", "next": path})
        assert (page.path, page.root.get("lang")) == (path, "nb")
        page = browser.submit(form_to(page, path), **{"password": BETTER})
        assert page.root.get("lang") == "nb"
        assert 'value="' + (cast.owner.email if purpose is not NEW else "") in page.html
        db.session.refresh(cast.owner)
        assert cast.owner.locale == ("sv" if purpose is NEW else "nb")

    def test_where_people_log_in_elsewhere_there_is_none(
        self, app: Flask, cast: Cast, visit: Visits, purpose: TokenPurpose
    ) -> None:
        app.extensions["settings"] = replace(app.extensions["settings"], local_login=False)
        path = PATHS[purpose] + account_key(cast.owner, purpose)
        for method in ("GET", "POST"):
            assert visit(None).ask(method, path, {"password": BETTER}).status == 404
            assert visit(None).ask(method, "/reset", {"email": cast.owner.email}).status == 404


def test_over_https_the_form_is_taken(tmp_path: Path, sqlite_with_cast: Any) -> None:
    """The browser shows where the form comes from, and no more: that is enough for its token."""
    shutil.copy(sqlite_with_cast[0], tmp_path / "atgarda.db")
    here = "https://plan.testkoping.example"
    with entered(make_app(settings(tmp_path, base_url=here))) as app, time_machine.travel(NOW):
        path = "/reset/" + account_key(found_cast(sqlite_with_cast[1]).owner, TokenPurpose.RESET)
        client = app.test_client()
        page = Page(client.get(path, base_url=here), path)
        sent = {"csrf_token": page.csrf_token, "password": BETTER}
        for referrer, status in ((f"{here}/", 302), ("https://evil.example/", 400)):
            answer = client.post(path, data=sent, base_url=here, headers={"Referer": referrer})
            assert answer.status_code == status


class TestOwn:
    def test_the_password(self, cast: Cast, visit: Visits) -> None:
        me = visit(cast.owner)
        page = me.get(me.get("/account").links["Byt lösenord"])
        form = form_to(page, "/account/password")
        page = me.submit(form, 422, present="fel lösenord", password=BETTER)
        assert "Det är inte ditt nuvarande lösenord." in page.text
        assert BETTER not in page.html
        assert "fel lösenord" not in page.html
        page = me.submit(form, present=PASSWORD, password=BETTER)
        assert "Lösenordet är bytt." in page.text
        visit(None).log_in(cast.owner.email, BETTER)

    def test_a_lost_form_shows_no_password(self, cast: Cast, visit: Visits) -> None:
        sent = {"csrf_token": None, "present": "HemligtNu123", "password": "HemligtSen456"}
        page = visit(cast.owner).post("/account/password", sent, 400)
        assert "Hemligt" not in page.html

    def test_the_address(self, cast: Cast, visit: Visits) -> None:
        me = visit(cast.owner)
        page = me.get(me.get("/account").links["Byt e-postadress"])
        page = me.submit(form_to(page, "/account/address"), email="ny@b.example", present=PASSWORD)
        assert "Ett mejl är på väg till ny@b.example." in page.text
        link = key_in_letter("new-address")
        page = visit(None).get(link)
        assert "Ska ny@b.example gälla i stället för" in page.text
        visit(None).submit(form_to(page, link), follow=False)
        assert "ny@b.example" in me.get("/account").text
        assert visit(None).get(link, 404).h1 == GONE

    def test_sessions(self, app: Flask, cast: Cast, visit: Visits) -> None:
        me = visit(cast.owner)
        windows = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/144.0"}
        other = app.test_client()
        token = Page(other.get("/login"), "/login").csrf_token
        sent = {"csrf_token": token, "email": cast.owner.email, "password": PASSWORD}
        for _ in range(2):
            other.post("/login", data=sent, headers=windows)
        page = me.get("/account")
        rows = [row for row in page.rows if "med lösenord" in " ".join(row)]
        assert "den här" in rows[0][0]
        assert rows[1][0].startswith("Firefox · Windows")
        assert rows[1][1] == "2026-03-02 09:00, med lösenord"
        page = me.submit(next(form for form in page.forms if form.action.endswith("/end")))
        assert "Inloggningen är avslutad." in page.text
        assert urlsplit(other.get("/account").location).path == "/login"

    def test_all_but_this_one(self, app: Flask, cast: Cast, visit: Visits) -> None:
        me = visit(cast.owner)
        browsers = [Visits(app.test_client)(cast.owner) for _ in range(2)]
        page = me.submit(form_to(me.get("/account"), "/end-others"))
        assert "2 andra inloggningar är avslutade." in page.text
        assert "Avsluta alla utom den här" not in page.html
        for browser in browsers:
            browser.get("/account", 302)
        me.get("/account")

    def test_a_constant_number_of_queries(self, app: Flask, cast: Cast, visit: Visits) -> None:
        me, numbers = visit(cast.owner), []
        for more in (0, 4):
            for _ in range(more):
                Visits(app.test_client)(cast.owner)
            with count_queries(app) as counted:
                me.get("/account")
            numbers.append(counted.number)
        assert numbers[0] == numbers[1]
