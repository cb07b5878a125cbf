"""The second factor in the browser: getting one, coming in with it, losing it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import segno
import time_machine
from flask import Flask
from sqlalchemy import update

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.factors import Telephone, get_factor
from tests.helpers.pages import Page
from tests.helpers.visitor import Visitor, Visits
from tracker.extensions import db
from tracker.models import LogInMethod, LoginSession, RecoveryCode, User
from tracker.services.accounts import factors

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def rule(the_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody must have a second factor."""
    settings = the_app.extensions["settings"]
    monkeypatch.setitem(the_app.extensions, "settings", replace(settings, second_factor="all"))


def get_factor_here(user: User) -> Telephone:
    """A second factor for somebody who is logged in, and stays so."""
    telephone = get_factor(user)
    db.session.execute(
        update(LoginSession).where(LoginSession.user_id == user.id).values(ended_at=None)
    )
    return telephone


def give_password(visitor: Visitor, user: User, path: str = "/login") -> Page:
    """Log in as far as the password goes."""
    page = visitor.get(path)
    return visitor.submit(page.form, email=user.email, password=PASSWORD)


def offered(page: Page) -> Telephone:
    """The secret that a page offers, as its picture, its link and its text agree to show it."""
    address = page.links["Öppna nyckeln i appen"]
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    assert " ".join(re.findall("....", secret)) in page.text
    squares = re.findall(r"M(\d+) (\d+)h1v1h-1z", page.html)
    dark = {(int(y), int(x)) for x, y in squares}
    drawn = segno.make(address, error="m", micro=False).matrix
    expected = {(y + 4, x + 4) for y, row in enumerate(drawn) for x, one in enumerate(row) if one}
    assert dark == expected
    return Telephone(secret, ())


def codes_on(page: Page) -> list[str]:
    return list(re.findall(r"(?:\w{4}-){5}\w{4}", page.html))


def is_out(visitor: Visitor) -> bool:
    """Whether the visitor is nobody's session."""
    return visitor.ask("GET", "/account").status == 302


def test_from_none_to_one_and_in_with_it(
    app: Flask, cast: Cast, visit: Visits, clock: time_machine.Traveller
) -> None:
    me = visit(cast.owner)
    page = me.get("/account")
    page = me.get(page.links["Ställ in tvåstegsinloggning"])
    telephone = offered(page)
    given = {"new": telephone.does_not_show(NOW), "password": PASSWORD}
    page = me.submit(page.form, 422, **given)
    assert "Koden stämmer inte med den nya nyckeln." in page.text
    assert PASSWORD not in page.html
    assert offered(page) == telephone, "the picture that was read still holds"
    page = me.submit(page.form, 200, new=telephone.shows(NOW), password=PASSWORD)
    assert page.h1 == "Dina återställningskoder"
    assert page.response.headers["Cache-Control"] == "no-store"
    codes = codes_on(page)
    assert len(codes) == 10
    page = me.get(page.links["Jag har sparat koderna"])
    assert "Inställd" in page.text
    assert "Återställningskoder kvar: 10." in page.text
    assert not codes_on(page)

    other = Visitor(app.test_client())
    clock.move_to(NOW + HOUR)
    page = give_password(other, cast.owner, "/login?next=/my-actions")
    assert page.h1 == "Skriv koden från appen"
    assert is_out(other)
    page = give_password(other, cast.owner, "/login?next=/my-actions")
    assert other.submit(page.form, 422, code="").all("a", href="#code")
    page = other.page or page
    assert (
        "Koden stämmer inte"
        in other.submit(page.form, 422, code=telephone.does_not_show(NOW + HOUR)).text
    )
    page = other.submit(page.form, code=telephone.shows(NOW + HOUR))
    assert page.path == "/my-actions"
    methods = [one.method for one in db.session.query(LoginSession).order_by(LoginSession.id)]
    assert methods == [LogInMethod.PASSWORD, LogInMethod.TWO_FACTORS]

    third = Visitor(app.test_client())
    page = give_password(third, cast.owner)
    assert "redan använd" in third.submit(page.form, 422, code=telephone.shows(NOW + HOUR)).text
    page = third.get(third.page.links["Jag har inte telefonen"] if third.page else "")
    assert "Återställningskod" in page.text
    wrong = third.submit(page.form, 422, code="123456")
    assert "Skriv en av dina återställningskoder" in wrong.text
    page = third.submit(page.form, code=codes[3].upper())
    assert "9 koder kvar. Har du bytt telefon?" in page.text
    assert page.links["Ställ in den nya appen"] == "/account/factor/new"
    assert "Återställningskoder kvar: 9." in third.get("/account").text


def test_a_cookie_from_half_way_is_no_session(
    app: Flask, cast: Cast, visit: Visits, clock: time_machine.Traveller
) -> None:
    telephone = get_factor(cast.owner)
    half = Visitor(app.test_client())
    page = give_password(half, cast.owner)
    cookie = half.client.get_cookie("atgarda")
    assert cookie is not None
    for path in ("/", "/account", "/my-actions", "/account/factor/off"):
        assert half.get(path, 302).response.location.startswith("/login")
    page = half.submit(page.form, code=telephone.shows(NOW))
    assert page.h1 == "Mina åtgärder"
    half.post("/logout", follow=False)
    half.client.set_cookie("atgarda", cookie.value)
    page = half.get("/login/code")
    assert "redan använd" in half.submit(page.form, 422, code=telephone.shows(NOW)).text
    clock.move_to(NOW + 6 * MINUTE)
    page = half.submit(page.form, code=telephone.shows(NOW + 6 * MINUTE))
    assert (page.h1, "Det dröjde för länge." in page.text) == ("Logga in", True)


def test_nothing_to_ask_somebody_who_has_given_no_password(cast: Cast, visit: Visits) -> None:
    get_factor(cast.owner)
    for path in ("/login/code", "/login/recovery-code", "/login/factor"):
        assert visit(None).get(path, 302).response.location == "/login"
        page = visit(None).post(path, {"code": "123456", "new": "123456"}, follow=False)
        assert page.response.location == "/login"


def test_a_thousand_codes_stop(
    app: Flask,
    cast: Cast,
    clock: time_machine.Traveller,
    caplog: pytest.LogCaptureFixture,
) -> None:
    telephone = get_factor(cast.owner)
    thief = Visitor(app.test_client())
    page = give_password(thief, cast.owner)
    wrong = telephone.does_not_show(NOW)
    statuses = [thief.ask("POST", "/login/code", {"code": wrong}).status for _ in range(8)]
    assert statuses == [422] * 5 + [429] * 3
    assert (caplog.text.count("code.failed"), caplog.text.count("code.stopped")) == (5, 3)
    assert wrong not in caplog.text
    answer = thief.ask("POST", "/login/code", {"code": telephone.shows(NOW)})
    assert answer.status == 429
    assert 0 < int(answer.response.headers["Retry-After"]) <= 60
    for code in (telephone.shows(NOW), "2" * 24):
        assert thief.ask("POST", "/login/recovery-code", {"code": code}).status == 422
    owner = Visitor(app.test_client())
    page = give_password(owner, cast.owner)
    clock.move_to(NOW + 2 * MINUTE)
    assert owner.submit(page.form, code=telephone.shows(NOW + 2 * MINUTE)).h1 == "Mina åtgärder"


class TestRequired:
    def test_one_is_led_to_get_one_and_can_do_nothing_else(
        self, app: Flask, cast: Cast, rule: None, clock: time_machine.Traveller
    ) -> None:
        me = Visitor(app.test_client())
        page = give_password(me, cast.member, "/login?next=/account")
        assert page.h1 == "Ställ in tvåstegsinloggning"
        for path in ("/", "/reports", "/account/factor/new"):
            assert me.get(path, 302).response.location.startswith("/login")
        assert me.get("/login/code", 302).response.location == "/login/factor"
        page = me.get("/login/factor")
        telephone = offered(page)
        page = me.submit(page.form, 422, new=telephone.does_not_show(NOW))
        page = me.submit(page.form, 200, new=telephone.shows(NOW))
        assert len(codes_on(page)) == 10
        page = me.get(page.links["Jag har sparat koderna"])
        assert "Stäng av tvåstegsinloggning" not in page.links
        page = me.get("/account/factor/off")
        assert "kräver tvåstegsinloggning" in page.text
        assert not [form for form in page.forms if form.action.endswith("/off")]
        given = {"password": PASSWORD, "code": telephone.shows(NOW, 1)}
        assert "kräver" in me.post("/account/factor/off", given, 422).text
        page = me.post("/logout")
        assert page.h1 == "Logga in", "the page with the codes had a form to log out with"

    def test_a_session_from_before_the_rule_is_asked(
        self, app: Flask, cast: Cast, visit: Visits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        me = visit(cast.owner)
        me.get("/my-actions")
        settings = replace(app.extensions["settings"], second_factor="all")
        monkeypatch.setitem(app.extensions, "settings", settings)
        assert me.get("/my-actions", 302).response.location.startswith("/login")
        assert give_password(me, cast.owner).h1 == "Ställ in tvåstegsinloggning"

    @pytest.mark.parametrize("who", ["owner", "admin"])
    def test_only_administrators(
        self, app: Flask, cast: Cast, who: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = replace(app.extensions["settings"], second_factor="admin")
        monkeypatch.setitem(app.extensions, "settings", settings)
        page = give_password(Visitor(app.test_client()), getattr(cast, who))
        assert (page.h1 == "Ställ in tvåstegsinloggning") is (who == "admin")


class TestOwn:
    def test_new_codes_another_telephone_and_off(
        self, cast: Cast, visit: Visits, clock: time_machine.Traveller
    ) -> None:
        me = visit(cast.owner)
        old = get_factor_here(cast.owner)
        page = me.get("/account/factor/codes")
        assert (
            "Lösenordet stämmer inte."
            in me.submit(page.form, 422, password="fel lösenord", code=old.shows(NOW)).text
        )
        page = me.submit(page.form, 200, password=PASSWORD, code=old.shows(NOW))
        codes = codes_on(page)
        assert not set(codes) & set(old.codes)
        page = me.get("/account/factor/new")
        telephone = offered(page)
        page = me.submit(page.form, 200, new=telephone.shows(NOW), password=PASSWORD, code=codes[0])
        assert me.get("/account").h1 == "Mitt konto", "this session stays"
        assert offered(me.get("/account/factor/new")) != telephone
        clock.move_to(NOW + MINUTE)
        page = me.get("/account/factor/off")
        given = {"password": PASSWORD, "code": telephone.shows(NOW + MINUTE)}
        page = me.submit(page.form, **given)
        assert "Tvåstegsinloggningen är avstängd." in page.text
        assert factors.factor_id_of(cast.owner.id) is None
        for path in ("/account/factor/off", "/account/factor/codes"):
            assert me.get(path, 302).response.location == "/account"

    def test_a_copied_cookie_does_not_show_the_offer_that_was_taken(
        self, app: Flask, cast: Cast, visit: Visits
    ) -> None:
        me, thief = visit(cast.owner), Visitor(app.test_client())
        page = me.get("/account/factor/new")
        telephone = offered(page)
        name = app.config["SESSION_COOKIE_NAME"]
        thief.client.set_cookie(name, me.client.get_cookie(name).value)
        assert offered(thief.get("/account/factor/new")) == telephone
        me.submit(page.form, 200, new=telephone.shows(NOW), password=PASSWORD)
        assert offered(thief.get("/account/factor/new")) != telephone

    @pytest.mark.parametrize(("used", "says"), [(6, "kvar: 4."), (7, "Du har 3"), (10, "inga")])
    def test_few_codes_are_said(self, cast: Cast, visit: Visits, used: int, says: str) -> None:
        me = visit(cast.owner)
        get_factor_here(cast.owner)
        for code in db.session.query(RecoveryCode).limit(used):
            code.used_at = NOW
        assert says in me.get("/account").text

    def test_a_constant_number_of_queries(self, cast: Cast, visit: Visits, count_queries) -> None:
        me = visit(cast.owner)
        me.get("/account")
        with count_queries() as before:
            me.get("/account/factor/new")
        get_factor_here(cast.owner)
        with count_queries() as after:
            me.get("/account/factor/new")
        assert after.number <= before.number + 1, after.statements

    def test_where_people_log_in_elsewhere(
        self, app: Flask, cast: Cast, visit: Visits, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        me = visit(cast.owner)
        me.get("/account")
        settings = replace(app.extensions["settings"], local_login=False, second_factor="all")
        monkeypatch.setitem(app.extensions, "settings", settings)
        for path in ("/account/factor/new", "/account/factor/off", "/login/code"):
            assert Visitor(app.test_client()).ask("GET", path).status in (302, 404)


class TestAdministrator:
    def test_it_is_taken_away_after_a_question(self, cast: Cast, visit: Visits) -> None:
        owner, admin = visit(cast.owner), visit(cast.admin)
        page = admin.get(f"/people/{cast.owner.id}")
        path = page.links["Se hur det står till med tvåstegsinloggningen"]
        assert "har ingen tvåstegsinloggning" in admin.get(path).text
        get_factor(cast.owner)
        page = admin.get(path)
        assert "Förvissa dig om" in page.text
        form = next(form for form in page.forms if form.action == path)
        page = admin.submit(form)
        assert "Tvåstegsinloggningen är borttagen. Olle Ägare har fått ett mejl." in page.text
        assert is_out(owner)
        assert factors.factor_id_of(cast.owner.id) is None
        assert "har ingen tvåstegsinloggning" in admin.submit(form).text

    def test_not_ones_own(self, cast: Cast, visit: Visits) -> None:
        admin = visit(cast.admin)
        get_factor_here(cast.admin)
        path = f"/people/{cast.admin.id}/factor"
        assert "Din egen" in admin.get(path).text
        assert "Mitt konto" in admin.post(path).text
        assert factors.factor_id_of(cast.admin.id)
