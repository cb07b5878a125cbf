"""Guessing at codes stops, and keeps nobody else out."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.factors import POST, get_factor
from tests.helpers.together import together
from tests.services.factor_answers import (
    ELSEWHERE,
    MINUTE,
    answer,
    answer_as,
    deeds,
    letters_to,
    proof,
)
from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import LogInMethod
from tracker.services.accounts import factor_changes, factors, own, second_steps, sessions, throttle
from tracker.services.accounts.logging_in import Origin
from tracker.services.accounts.throttle import Stopped


class TestGuessing:
    def test_a_thousand_guesses_stop(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        wrong, looked_at = telephone.does_not_show(NOW), 0
        for _ in range(1000):
            try:
                assert not answer(cast.owner, wrong)
            except Stopped:
                break
            looked_at += 1
        assert looked_at == 5
        right = telephone.shows(NOW)
        for _ in range(3):
            with pytest.raises(Stopped):
                answer(cast.owner, right)
        assert letters_to(cast.owner)[-1] == "Någon försöker komma in på ditt konto"
        assert deeds().count("user.factor_guessed") == 1
        after = NOW + MINUTE
        assert answer(cast.owner, telephone.shows(after), after)
        assert not answer(cast.owner, wrong, after), "the right answer gave five new ones"

    def test_a_day_of_guesses(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        looked_at, minutes = 0, range(0, 24 * 60, 15)
        for now in (NOW + minute * MINUTE for minute in minutes):
            for _ in range(2):
                try:
                    answer(cast.owner, telephone.does_not_show(now), now)
                    looked_at += 1
                except Stopped:
                    break
        assert 20 < looked_at < 40
        assert deeds().count("user.factor_guessed") <= 2

    def test_many_at_once_are_counted_before_they_are_looked_at(
        self, any_app: Flask, cast: Cast
    ) -> None:
        telephone = get_factor(cast.owner)
        key, wrong = cast.owner.id, telephone.does_not_show(NOW)
        tried = [lambda: answer_as(key, wrong)]
        results = together(any_app, *tried * 12)
        assert sum(isinstance(result, Stopped) for result in results) == 7
        assert deeds().count("user.factor_guessed") == 1

    def test_the_password_is_guessed_no_more_often(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        telephone, hashed = get_factor(cast.owner), []

        def look(password: str, _hashed: str) -> bool:
            hashed.append(db.session().in_transaction())
            return password == PASSWORD

        monkeypatch.setattr(second_steps, "is_password", look)
        given = {"rule": "", "by": cast.owner, "post": POST, "now": NOW}
        for _ in range(8):
            with pytest.raises(RuleBroken):
                factor_changes.turn_off(proof(telephone, password="fel"), **given)
            db.session.rollback()
        assert len(hashed) == 5, "nothing is hashed for whoever is stopped"
        assert factors.factor_id_of(cast.owner.id)

    def test_somebody_elsewhere_shuts_the_owner_out_of_nothing(
        self, app: Flask, cast: Cast
    ) -> None:
        telephone = get_factor(cast.owner)
        wrong = telephone.does_not_show(NOW)
        assert not any(answer(cast.owner, wrong, origin=ELSEWHERE) for _ in range(5))
        with pytest.raises(Stopped):
            answer(cast.owner, wrong, origin=ELSEWHERE)
        assert answer(cast.owner, telephone.shows(NOW))
        with pytest.raises(Stopped):  # what the owner got right forgives nobody elsewhere
            answer(cast.owner, telephone.shows(NOW, 1), origin=ELSEWHERE)
        assert answer(cast.owner, telephone.codes[0], origin=ELSEWHERE), "too long to be guessed"

    def test_many_places_stop_and_the_own_browser_does_not(self, app: Flask, cast: Cast) -> None:
        telephone, device = get_factor(cast.owner), "d" * 43
        sessions.open_session(
            cast.owner, method=LogInMethod.TWO_FACTORS, device="", now=NOW, device_key=device
        )
        wrong, looked_at = telephone.does_not_show(NOW), 0
        for number in range(120):
            try:
                answer(cast.owner, wrong, origin=Origin(f"10.0.{number}.1"))
            except Stopped:
                break
            looked_at += 1
        assert looked_at == throttle.FREE_OF_ACCOUNT
        with pytest.raises(Stopped):
            answer(cast.owner, telephone.shows(NOW))
        assert answer(cast.owner, telephone.shows(NOW), origin=Origin("10.0.0.1", device))

    def test_a_new_password_ends_the_waiting(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        for _ in range(5):
            assert not answer(cast.owner, telephone.does_not_show(NOW))
        own.give_password(cast.owner.id, "helt nya ord för olle", post=POST, now=NOW)
        assert answer(cast.owner, telephone.shows(NOW))

    def test_what_is_no_code(self, app: Flask, cast: Cast) -> None:
        get_factor(cast.owner)
        for day, typed in enumerate(["", "x", "\x00", "9" * 5000, "🦆" * 300, "' OR 1=1 --"]):
            assert not answer(cast.owner, typed, NOW + day * 24 * 60 * MINUTE), typed
