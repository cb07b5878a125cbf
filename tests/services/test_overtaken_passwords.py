"""Hashing takes long and holds no lock: what a password that is reset meanwhile still opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.factors import NONCE, POST, get_factor
from tests.helpers.logged_in import HERE, log_in
from tracker.domain.errors import RuleBroken
from tracker.domain.one_time import code_at, step_of
from tracker.extensions import db
from tracker.models import AccountToken, LogInMethod, LoginSession, OutboxMessage, User
from tracker.services.accounts import (
    addresses,
    factor_changes,
    factors,
    logging_in,
    own,
    second_steps,
    throttle,
)
from tracker.services.accounts.logging_in import check_login
from tracker.services.accounts.second_steps import Proof
from tracker.services.accounts.sessions import open_session

BETTER = "fyra nya ord härnere"
Meanwhile = Callable[[Any, str], None]


def reset(user_id: int) -> None:
    """The password is another, and nobody's session in this process has heard of it."""
    db.session.rollback()
    with db.engine.begin() as connection:
        query = update(User).where(User.id == user_id)
        connection.execute(query.values(password_hash="another"))


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> Meanwhile:
    """Let the owner's password be reset while a function works."""
    user_id = cast.owner.id

    def patch(module: Any, name: str) -> None:
        works = getattr(module, name)

        def overtaken(*args: Any, **kwargs: Any) -> Any:
            result = works(*args, **kwargs)
            reset(user_id)
            return result

        monkeypatch.setattr(module, name, overtaken)

    return patch


def checked(cast: Cast) -> User:
    return check_login(cast.owner.email, PASSWORD, origin=HERE, now=NOW)


class TestLogIn:
    def test_the_old_one_opens_nothing(
        self, any_app: Flask, cast: Cast, meanwhile: Meanwhile
    ) -> None:
        meanwhile(logging_in, "is_password")
        with pytest.raises(RuleBroken):
            checked(cast)

    @pytest.mark.parametrize("method", [LogInMethod.PASSWORD, LogInMethod.TWO_FACTORS])
    def test_nor_does_it_once_it_was_checked(
        self, any_app: Flask, cast: Cast, method: LogInMethod
    ) -> None:
        user = checked(cast)
        reset(user.id)
        with pytest.raises(RuleBroken):
            open_session(user, method=method, device="", now=NOW)
        db.session.rollback()
        assert db.session.scalars(select(LoginSession)).all() == []

    def test_nor_where_the_account_was_closed(self, app: Flask, cast: Cast) -> None:
        user = checked(cast)
        cast.owner.deactivated_at = NOW
        db.session.commit()
        with pytest.raises(RuleBroken):
            open_session(user, method=LogInMethod.PASSWORD, device="", now=NOW)

    def test_nor_half_the_way(self, app: Flask, cast: Cast) -> None:
        user = checked(cast)
        assert factors.waiting(user.id, NOW, factors.waiting_mark(user, NOW), now=NOW)
        reset(user.id)
        assert factors.waiting(user.id, NOW, factors.waiting_mark(user, NOW), now=NOW) is None

    def test_another_house_vouches_without_one(self, app: Flask, cast: Cast) -> None:
        assert open_session(cast.owner, method=LogInMethod.OIDC, device="", now=NOW)


class TestChanges:
    def test_the_new_password_is_not_written_over(
        self, any_app: Flask, cast: Cast, meanwhile: Meanwhile
    ) -> None:
        _user, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        meanwhile(own, "hash_password")
        given = {"token": token, "origin": HERE, "post": POST, "by": cast.owner, "now": NOW}
        with pytest.raises(RuleBroken) as refused:
            own.change_password(PASSWORD, BETTER, **given)
        assert refused.value.field == "present"
        db.session.rollback()
        assert cast.owner.password_hash == "another"

    def test_no_key_to_another_address(self, app: Flask, cast: Cast, meanwhile: Meanwhile) -> None:
        meanwhile(throttle, "forgive")
        given = {"origin": HERE, "post": POST, "by": cast.owner, "now": NOW}
        with pytest.raises(RuleBroken) as refused:
            addresses.ask_new_address("ny@b.example", PASSWORD, **given)
        assert refused.value.field == "present"
        db.session.rollback()
        assert db.session.scalars(select(AccountToken)).all() == []
        assert db.session.scalars(select(OutboxMessage)).all() == []

    def test_no_second_factor(self, app: Flask, cast: Cast, meanwhile: Meanwhile) -> None:
        meanwhile(second_steps, "is_password")
        code = code_at(factors.offered_secret(cast.owner.id, NONCE), step_of(NOW))
        given = {"by": cast.owner, "post": POST, "now": NOW}
        with pytest.raises(RuleBroken) as refused:
            factor_changes.turn_on(NONCE, code, Proof(PASSWORD), **given)
        assert refused.value.field == "password"
        db.session.rollback()
        assert factors.factor_id_of(cast.owner.id) is None

    def test_no_second_factor_half_the_way_in(self, app: Flask, cast: Cast) -> None:
        user = checked(cast)
        code = code_at(factors.offered_secret(user.id, NONCE), step_of(NOW))
        reset(user.id)
        with pytest.raises(RuleBroken):
            factor_changes.turn_on(NONCE, code, None, by=user, post=POST, now=NOW)
        db.session.rollback()
        assert factors.factor_id_of(user.id) is None

    def test_the_factor_and_its_codes_stay(
        self, any_app: Flask, cast: Cast, meanwhile: Meanwhile
    ) -> None:
        telephone = get_factor(cast.owner)
        held = factors.factor_id_of(cast.owner.id)
        hashed = cast.owner.password_hash
        meanwhile(second_steps, "is_password")
        given = {"by": cast.owner, "post": POST, "now": NOW}
        proof = Proof(PASSWORD, telephone.shows(NOW))
        for change in (
            lambda: factor_changes.renew_codes(proof, **given),
            lambda: factor_changes.turn_off(proof, rule="", **given),
        ):
            with pytest.raises(RuleBroken) as refused:
                change()
            assert refused.value.field == "password"
            db.session.rollback()
            cast.owner.password_hash = hashed
            db.session.commit()
        assert factors.factor_id_of(cast.owner.id) == held
        second_steps.answer(cast.owner, telephone.codes[0], origin=HERE, post=POST, now=NOW)
