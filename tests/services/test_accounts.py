"""Log-in and the sessions in the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.logged_in import log_in
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import LoginSession, User
from tracker.services import journal
from tracker.services.accounts import logging_in, passwords, preferences, sessions

OWN = passwords._hasher  # before a test makes it cheap


class TestLogIn:
    def test_opens_a_session(self, any_app: Flask, cast: Cast) -> None:
        user, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        assert user.id == cast.owner.id
        assert who(token) == cast.owner.id
        assert journal.latest(1)[0].deed == "session.open"

    @pytest.mark.parametrize("address", ["OLLE.AGARE@Testkoping.EXAMPLE", "  {}  ", "{}"])
    def test_however_the_address_is_typed(self, app: Flask, cast: Cast, address: str) -> None:
        typed = address.format(cast.owner.email)
        assert log_in(typed, PASSWORD, now=NOW)[0].id == cast.owner.id

    def test_the_database_holds_no_token(self, app: Flask, cast: Cast) -> None:
        _, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        kept = db.session.scalars(select(LoginSession)).one()
        assert token not in (kept.token_hash, str(kept.id))
        assert len(token) >= 40

    def test_every_log_in_has_its_own_token(self, app: Flask, cast: Cast) -> None:
        tokens = {log_in(cast.owner.email, PASSWORD, now=NOW)[1] for _ in range(3)}
        assert len(tokens) == 3
        assert {who(token) for token in tokens} == {cast.owner.id}

    def test_wrong_password_wrong_address_and_closed_account_sound_alike(
        self, app: Flask, cast: Cast
    ) -> None:
        cast.colleague.deactivated_at = NOW
        db.session.commit()
        heard = set()
        for address, password in (
            (cast.owner.email, "fel"),
            (cast.owner.email, ""),
            ("ingen@testkoping.example", PASSWORD),
            ("", ""),
            (cast.colleague.email, PASSWORD),
        ):
            with pytest.raises(RuleBroken) as caught:
                log_in(address, password, now=NOW)
            heard.add(str(caught.value))
        assert len(heard) == 1
        assert db.session.scalars(select(LoginSession)).all() == []

    def test_a_hash_of_another_kind_lets_nobody_in(self, app: Flask, cast: Cast) -> None:
        cast.owner.password_hash = "locked"
        db.session.commit()
        with pytest.raises(RuleBroken):
            log_in(cast.owner.email, PASSWORD, now=NOW)

    def test_no_lock_is_held_while_hashing(
        self, any_app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = []

        def look(password: str, hashed: str) -> bool:
            held.append(db.session().in_transaction())
            return True

        monkeypatch.setattr(logging_in, "is_password", look)
        log_in(cast.owner.email, PASSWORD, now=NOW)
        assert held == [False]

    def test_closed_while_the_password_was_checked(
        self, any_app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def close(password: str, hashed: str) -> bool:
            db.session.get_one(User, cast.owner.id).deactivated_at = NOW
            db.session.commit()
            return True

        monkeypatch.setattr(logging_in, "is_password", close)
        with pytest.raises(RuleBroken):
            log_in(cast.owner.email, PASSWORD, now=NOW)


class TestSessions:
    def test_end_at_log_out(self, app: Flask, cast: Cast) -> None:
        _, kept = log_in(cast.owner.email, PASSWORD, now=NOW)
        _, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        sessions.log_out(token, by=cast.owner, now=NOW)
        assert (who(token), who(kept)) == (None, cast.owner.id)
        assert journal.latest(1)[0].deed == "session.close"

    def test_run_out_after_twelve_hours(self, any_app: Flask, cast: Cast) -> None:
        _, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        end = NOW + timedelta(hours=12)
        assert who(token, end - timedelta(seconds=1)) == cast.owner.id
        assert who(token, end) is None

    def test_end_everywhere_for_one_person(self, any_app: Flask, cast: Cast) -> None:
        tokens = [log_in(cast.owner.email, PASSWORD, now=NOW)[1] for _ in range(2)]
        _, other = log_in(cast.colleague.email, PASSWORD, now=NOW)
        sessions.end_sessions(cast.owner.id, now=NOW)
        db.session.commit()
        assert [who(token) for token in tokens] == [None, None]
        assert who(other) == cast.colleague.id

    def test_an_ended_session_keeps_the_time_it_ended(self, app: Flask, cast: Cast) -> None:
        _, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        sessions.log_out(token, by=cast.owner, now=NOW)
        sessions.end_sessions(cast.owner.id, now=NOW + timedelta(hours=1))
        db.session.commit()
        assert db.session.scalars(select(LoginSession.ended_at)).all() == [NOW]

    def test_are_worthless_once_the_account_is_closed(self, app: Flask, cast: Cast) -> None:
        _, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        cast.owner.deactivated_at = NOW
        db.session.commit()
        assert who(token) is None

    @pytest.mark.parametrize("token", ["", "x", "0" * 43])
    def test_a_guess_is_nobody(self, app: Flask, cast: Cast, token: str) -> None:
        assert who(token) is None


def who(token: str, now=NOW) -> int | None:  # type: ignore[no-untyped-def]
    """The id of the person behind a token."""
    user = sessions.user_of_session(token, now=now)
    return user.id if user else None


class TestPasswords:
    def test_argon2id_as_the_standard_asks_with_a_salt_of_its_own(self) -> None:
        """RFC 9106, section 4, its second choice: 64 MiB, three passes, four lanes."""
        one, other = OWN.hash("hemligt"), OWN.hash("hemligt")
        assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert one != other

    def test_the_same_where_it_shall_repeat(self) -> None:
        salt = b"sixteen or more!"
        once = passwords.hash_password("hemligt", salt=salt)
        assert once == passwords.hash_password("hemligt", salt=salt)


def test_the_language_is_remembered(app: Flask, cast: Cast) -> None:
    preferences.set_locale("en", by=cast.owner)
    db.session.expire_all()
    assert db.session.get_one(User, cast.owner.id).locale == "en"
