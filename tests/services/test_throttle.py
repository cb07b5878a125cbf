"""How often one may guess at a log-in: what stops, what does not, and what is kept of it."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.together import together
from tracker.domain.errors import RuleBroken
from tracker.extensions import db, keys
from tracker.models import KnownDevice, LoginFailure, LogInMethod, User
from tracker.services import operations
from tracker.services.accounts import devices, logging_in, throttle
from tracker.services.accounts.logging_in import Origin, check_login
from tracker.services.accounts.sessions import open_session
from tracker.services.accounts.throttle import Stopped, network

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"
DEVICE = "d" * 43
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
IN, WRONG = "in", "wrong"


def guess(
    email: str,
    password: str = "fel",
    *,
    address: str = HOME,
    device: str = "",
    at: datetime = NOW,
) -> str | int:
    """What a guess is answered: IN, WRONG, or in how many seconds to try again."""
    try:
        check_login(email, password, origin=Origin(address, device), now=at)
    except Stopped as stopped:
        return stopped.seconds
    except RuleBroken:
        return WRONG
    return IN


def at_home(user: User) -> None:
    """Let a person have logged in once with the browser DEVICE."""
    open_session(user, method=LogInMethod.OIDC, device="", now=NOW - DAY, device_key=DEVICE)


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed to be compared; none of them is right."""
    hashed: list[str] = []

    def never(password: str, _hashed: str) -> bool:
        hashed.append(password)
        return False

    monkeypatch.setattr(logging_in, "is_password", never)
    return hashed


class TestOnePlaceAndOneAccount:
    def test_the_wait_doubles_up_to_an_hour(self, any_app: Flask, cast: Cast) -> None:
        at, email = NOW, cast.owner.email
        assert [guess(email) for _ in range(5)] == [WRONG] * 5
        for wait in (60, 120, 240, 480, 960, 1920, 3600, 3600):
            assert guess(email, PASSWORD, at=at) == wait
            at += timedelta(seconds=wait)
            assert guess(email, PASSWORD, at=at - SECOND) == 1
            assert guess(email, at=at) == WRONG
        assert guess(email, PASSWORD, at=at + HOUR) == IN

    def test_the_sentence_says_when(self, app: Flask, cast: Cast) -> None:
        for _ in range(5):
            guess(cast.owner.email)
        origin = Origin(HOME)
        with pytest.raises(Stopped, match="Försök igen om en minut"):
            check_login(cast.owner.email, PASSWORD, origin=origin, now=NOW)
        guess(cast.owner.email, at=NOW + 60 * SECOND)
        with pytest.raises(Stopped, match="Försök igen om 2 minuter"):
            check_login(cast.owner.email, PASSWORD, origin=origin, now=NOW + 61 * SECOND)

    def test_getting_in_forgives(self, app: Flask, cast: Cast) -> None:
        for _ in range(3):
            assert [guess(cast.owner.email) for _ in range(4)] == [WRONG] * 4
            assert guess(cast.owner.email, PASSWORD) == IN

    def test_getting_in_forgives_nobody_else(self, app: Flask, cast: Cast) -> None:
        for _ in range(5):
            guess(cast.owner.email, address=ELSEWHERE)
            guess(cast.colleague.email)
        assert guess(cast.owner.email, PASSWORD) == IN
        assert guess(cast.owner.email, PASSWORD, address=ELSEWHERE) == 60
        assert guess(cast.colleague.email, PASSWORD) == 60

    def test_after_a_day_all_is_forgotten(self, app: Flask, cast: Cast) -> None:
        assert [guess(cast.owner.email) for _ in range(6)] == [*[WRONG] * 5, 60]
        assert [guess(cast.owner.email, at=NOW + DAY) for _ in range(6)] == [*[WRONG] * 5, 60]

    def test_however_the_address_is_typed(self, app: Flask, cast: Cast) -> None:
        spellings = [cast.owner.email.upper(), f" {cast.owner.email}", cast.owner.email] * 2
        assert [guess(one) for one in spellings] == [*[WRONG] * 5, 60]

    @pytest.mark.parametrize(
        "address",
        ["192.0.2.7:50001", "::ffff:192.0.2.7", "[::ffff:192.0.2.7]:443"],
    )
    def test_another_spelling_of_the_place_is_no_other_place(
        self, app: Flask, cast: Cast, address: str
    ) -> None:
        for _ in range(5):
            guess(cast.owner.email)
        assert guess(cast.owner.email, PASSWORD, address=address) == 60


class TestTheOwnerGetsIn:
    def test_while_a_thousand_guesses_from_one_address_are_stopped(
        self, app: Flask, cast: Cast
    ) -> None:
        at_home(cast.owner)
        email = cast.owner.email
        answers = [guess(email, f"gissning {n}", at=NOW + n * SECOND) for n in range(1000)]
        end = NOW + 1000 * SECOND
        assert answers.count(WRONG) == 9, "five, then after 1, 3, 7 and 15 minutes"
        assert IN not in answers
        assert isinstance(guess(email, PASSWORD, at=end), int), "a right guess is stopped as well"
        assert guess(email, PASSWORD, address=ELSEWHERE, at=end) == IN
        assert guess(email, PASSWORD, device=DEVICE, at=end) == IN

    def test_while_guesses_from_everywhere_are_stopped(self, app: Flask, cast: Cast) -> None:
        at_home(cast.owner)
        email = cast.owner.email
        everywhere = [f"10.{n // 200}.{n % 200}.1" for n in range(130)]
        answers = [guess(email, address=one) for one in everywhere]
        assert answers == [*[WRONG] * 100, *[60] * 30]
        assert guess(email, PASSWORD, address=ELSEWHERE) == 60
        assert guess(email, PASSWORD, address=ELSEWHERE, device="e" * 43) == 60
        assert guess(email, PASSWORD, address=everywhere[0], device=DEVICE) == IN
        assert guess(email, PASSWORD, address=ELSEWHERE, at=NOW + DAY) == IN

    def test_a_day_of_guessing_from_one_address_leaves_the_account_its_free_guesses(
        self, app: Flask, cast: Cast
    ) -> None:
        answers = [guess(cast.owner.email, at=NOW + n * timedelta(minutes=10)) for n in range(144)]
        assert answers.count(WRONG) < 40 < throttle.FREE_OF_ACCOUNT
        assert guess(cast.owner.email, PASSWORD, address=ELSEWHERE, at=NOW + DAY - SECOND) == IN

    def test_a_known_browser_is_stopped_for_what_was_guessed_from_it(
        self, app: Flask, cast: Cast
    ) -> None:
        at_home(cast.owner)
        assert [guess(cast.owner.email, device=DEVICE) for _ in range(6)] == [*[WRONG] * 5, 60]
        assert guess(cast.owner.email, PASSWORD) == IN

    def test_the_browser_of_one_is_not_known_to_another(self, app: Flask, cast: Cast) -> None:
        at_home(cast.owner)
        for _ in range(5):
            guess(cast.colleague.email)
        assert guess(cast.colleague.email, PASSWORD, device=DEVICE) == 60
        at_home(cast.colleague)
        assert guess(cast.colleague.email, PASSWORD, device=DEVICE) == IN

    def test_what_is_no_key_of_a_browser_is_none(self, app: Flask, cast: Cast) -> None:
        at_home(cast.owner)
        for device in ("", "x", "d" * 42, "d" * 5000, "\0", "å" * 43):
            assert not devices.is_known(cast.owner, device, now=NOW), device
        assert not devices.is_known(None, DEVICE, now=NOW)

    def test_a_browser_is_forgotten_half_a_year_after_the_last_log_in(
        self, app: Flask, cast: Cast
    ) -> None:
        at_home(cast.owner)
        end = NOW - DAY + devices.KNOWN_FOR
        assert devices.is_known(cast.owner, DEVICE, now=end - SECOND)
        assert not devices.is_known(cast.owner, DEVICE, now=end)


class TestOnePlaceAndManyAccounts:
    def test_fifty_are_free_and_known_browsers_are_spared(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at_home(cast.owner)
        with monkeypatch.context() as patched:
            patched.setattr(logging_in, "is_password", lambda _password, _hashed: False)
            answers = [guess(f"person{n}@testkoping.example", "Sommar2026!") for n in range(55)]
        assert answers == [*[WRONG] * 50, *[60] * 5]
        assert guess(cast.owner.email, PASSWORD) == 60
        assert guess(cast.owner.email, PASSWORD, device=DEVICE) == IN
        assert guess(cast.owner.email, PASSWORD, address=ELSEWHERE) == IN

    def test_a_network_of_ipv6_is_one_place(self, app: Flask, cast: Cast) -> None:
        spread = [f"2001:db8:1:2:{n:x}::{n:x}" for n in range(1, 7)]
        answers = [guess(cast.owner.email, address=one) for one in spread]
        assert answers == [*[WRONG] * 5, 60]
        assert guess(cast.owner.email, PASSWORD, address="2001:db8:1:3::1") == IN


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:1234", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unknown", ""),
        ("_hidden", ""),
        ("192.0.2.7, 10.0.0.1", ""),
        ("999.1.1.1", ""),
        ("192.0.2.7\r\nX: y", ""),
        ("١٩٢.0.2.7", ""),
        ("[", ""),
    ],
)
def test_what_counts_as_one_place(address: str, wanted: str) -> None:
    assert network(address) == wanted


class TestNobodyLearnsAnything:
    def test_an_unknown_account_is_answered_and_stopped_alike(
        self, app: Flask, cast: Cast, looked_at: list[str]
    ) -> None:
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        told = {}
        emails = (cast.owner.email, cast.colleague.email, "ingen@testkoping.example", "' OR 1=1 --")
        for number, email in enumerate(emails):
            address = f"203.0.113.{number}"
            told[email] = [guess(email, address=address, at=NOW + n * SECOND) for n in range(8)]
        assert len({tuple(answers) for answers in told.values()}) == 1
        assert len(looked_at) == 5 * len(emails)

    def test_what_is_stopped_costs_no_hashing(
        self, app: Flask, cast: Cast, looked_at: list[str]
    ) -> None:
        for n in range(60):
            guess(cast.owner.email, f"gissning {n}")
        assert looked_at == [f"gissning {n}" for n in range(5)]

    def test_at_the_same_moment_no_more_are_looked_at(
        self, any_app: Flask, cast: Cast, looked_at: list[str]
    ) -> None:
        email = cast.owner.email
        answers = together(any_app, *[partial(guess, email, f"gissning {n}") for n in range(12)])
        assert answers.count(WRONG) == 5
        assert len(looked_at) == 5

    def test_the_database_holds_nothing_that_was_typed(self, app: Flask, cast: Cast) -> None:
        guess("mitt-lösenord-i-fel-fält", "hemligt")
        (row,) = db.session.scalars(select(LoginFailure)).all()
        assert all(len(one) == 64 for one in (row.account_key, row.origin_key))
        assert row.account_key in keys.macs("login-failure", "account mitt-lösenord-i-fel-fält")

    def test_the_log_says_who_and_whence_and_not_what(
        self, app: Flask, cast: Cast, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.WARNING, "tracker.security"):
            for _ in range(6):
                guess(cast.owner.email, "hemligt\nlösenord", address=f"{HOME}:777")
            guess("hemlig@adress\r\nlogin.ok", "hemligt")
        lines = [json.loads(record.getMessage()) for record in caplog.records]
        assert [one["event"] for one in lines] == [
            *["login.failed"] * 5,
            "login.stopped",
            "login.failed",
        ]
        assert {one["from"] for one in lines} == {HOME}
        assert [one["user"] for one in lines] == [*[cast.owner.id] * 6, None]
        assert not any("\n" in record.getMessage() for record in caplog.records)
        assert "hemlig" not in caplog.text


def test_guesses_count_though_the_secret_was_changed(app: Flask, cast: Cast) -> None:
    for _ in range(5):
        guess(cast.owner.email)
    secret = app.extensions["keys"][0]
    app.extensions["keys"] = ("en ny hemlighet", secret)
    assert guess(cast.owner.email, PASSWORD) == 60
    app.extensions["keys"] = ("en ny hemlighet",)
    assert guess(cast.owner.email, PASSWORD) == IN


def test_housekeeping_drops_what_no_longer_counts(any_app: Flask, cast: Cast) -> None:
    guess(cast.owner.email, at=NOW - DAY)
    guess(cast.owner.email, at=NOW - DAY + SECOND)
    for user, seen in ((cast.owner, NOW - devices.KNOWN_FOR), (cast.colleague, NOW)):
        open_session(user, method=LogInMethod.OIDC, device="", now=seen, device_key=DEVICE)
    operations.beat("here", now=NOW)
    assert db.session.scalars(select(LoginFailure.at)).all() == [NOW - DAY + SECOND]
    assert db.session.scalars(select(KnownDevice.user_id)).all() == [cast.colleague.id]


def test_a_browser_that_logs_in_again_is_the_same_one(app: Flask, cast: Cast) -> None:
    for at in (NOW - DAY, NOW):
        open_session(cast.owner, method=LogInMethod.OIDC, device="", now=at, device_key=DEVICE)
    (row,) = db.session.scalars(select(KnownDevice)).all()
    assert (row.created_at, row.seen_at) == (NOW - DAY, NOW)
    assert DEVICE not in row.device_hash
    assert db.session.scalar(select(func.count()).select_from(LoginFailure)) == 0
