"""The second factor: it counts once it is confirmed, and every code opens once."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.factors import NONCE, POST, Telephone, get_factor
from tests.helpers.logged_in import log_in
from tests.helpers.together import together
from tests.services.factor_answers import HOME, MINUTE, answer, answer_as, deeds, letters_to, proof
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.one_time import code_at, step_of
from tracker.extensions import db
from tracker.models import RecoveryCode, SecondFactor
from tracker.services import journal
from tracker.services.accounts import factor_changes, factors, second_steps, sessions
from tracker.services.accounts.second_steps import Proof


class TestGettingOne:
    def test_confirmed_kept_hidden_and_told(self, any_app: Flask, cast: Cast) -> None:
        owner = cast.owner
        given = Proof(PASSWORD)
        secret = factors.offered_secret(owner.id, NONCE)
        code = code_at(secret, step_of(NOW))
        codes = factor_changes.turn_on(NONCE, code, given, by=owner, post=POST, now=NOW)
        assert len(set(codes)) == 10
        standing = factors.standing(owner, "")
        assert (standing.since, standing.codes_left, standing.few_codes) == (NOW, 10, False)
        assert letters_to(owner) == ["Tvåstegsinloggning är inställd på ditt konto"]
        assert deeds() == ["user.factor_on"]
        kept = json.dumps(
            [
                list(map(str, row))
                for table in ("second_factor", "recovery_code", "journal_entry", "outbox")
                for row in db.session.execute(text(f"SELECT * FROM {table}"))
            ]
        )
        assert secret not in kept
        assert not any(code in kept or code.replace("-", "") in kept for code in codes)

    def test_nothing_counts_before_it_is_confirmed(self, app: Flask, cast: Cast) -> None:
        secret = factors.offered_secret(cast.owner.id, NONCE)
        wrong = Telephone(secret, ()).does_not_show(NOW)
        for password, code, field in ((PASSWORD, wrong, "new"), ("fel", wrong, "password")):
            with pytest.raises(RuleBroken) as caught:
                factor_changes.turn_on(
                    NONCE, code, Proof(password), by=cast.owner, post=POST, now=NOW
                )
            assert caught.value.field == field
            db.session.rollback()
        assert factors.factor_id_of(cast.owner.id) is None
        assert not factors.is_awaited(cast.owner, "")

    def test_an_offer_is_ones_own_and_of_one_browser(self, app: Flask, cast: Cast) -> None:
        offered = {
            factors.offered_secret(user.id, nonce)
            for user in (cast.owner, cast.colleague)
            for nonce in (NONCE, "another")
        }
        assert len(offered) == 4
        assert {len(secret) for secret in offered} == {32}

    def test_the_code_that_confirmed_does_not_open(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        assert not answer(cast.owner, telephone.shows(NOW, -1))
        assert answer(cast.owner, telephone.shows(NOW))

    def test_another_telephone_takes_over(self, app: Flask, cast: Cast) -> None:
        old = get_factor(cast.owner)
        _, kept = log_in(cast.owner.email, PASSWORD, now=NOW)
        _, other = log_in(cast.owner.email, PASSWORD, now=NOW)
        cast.owner.session_token = kept
        code = code_at(factors.offered_secret(cast.owner.id, "new"), step_of(NOW))
        later = {"by": cast.owner, "post": POST, "now": NOW}
        with pytest.raises(RuleBroken):
            factor_changes.turn_on("new", code, Proof(PASSWORD, "000000"), **later)
        db.session.rollback()
        with pytest.raises(RuleBroken):  # half-way in, from a page that was open before
            factor_changes.turn_on("new", code, None, **later)
        db.session.rollback()
        codes = factor_changes.turn_on("new", code, proof(old), **later)
        assert not answer(cast.owner, old.shows(NOW, 1))
        assert not answer(cast.owner, old.codes[0])
        assert answer(cast.owner, codes[0])
        assert sessions.user_of_session(kept, now=NOW) is not None
        assert sessions.user_of_session(other, now=NOW) is None


class TestEachOpensOnce:
    @pytest.mark.parametrize(("steps", "opens"), [(-2, False), (0, True), (1, True), (2, False)])
    def test_a_step_of_slack(self, app: Flask, cast: Cast, steps: int, opens: bool) -> None:
        telephone = get_factor(cast.owner, NOW - 5 * MINUTE)
        assert answer(cast.owner, telephone.shows(NOW, steps)) is opens

    def test_never_twice_nor_an_older_one(self, any_app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner, NOW - 5 * MINUTE)
        assert answer(cast.owner, telephone.shows(NOW))
        with pytest.raises(RuleBroken, match="redan använd"):
            second_steps.answer(cast.owner, telephone.shows(NOW), origin=HOME, post=POST, now=NOW)
        db.session.rollback()
        assert not answer(cast.owner, telephone.shows(NOW, -1))
        assert answer(cast.owner, telephone.shows(NOW, 1))

    def test_two_with_the_same_code_at_once(self, any_app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        key, shown = cast.owner.id, telephone.shows(NOW)
        for code in (shown, telephone.codes[0]):
            tried = [lambda code=code: answer_as(key, code)]
            results = together(any_app, *tried * 4)
            assert sorted(result is None for result in results) == [False, False, False, True]

    def test_recovery_codes(self, any_app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        assert answer(cast.owner, telephone.codes[0].upper().replace("-", " "))
        assert not answer(cast.owner, telephone.codes[0])
        assert not answer(cast.colleague, telephone.codes[1])
        for code in telephone.codes[1:7]:
            assert answer(cast.owner, code)
        standing = factors.standing(cast.owner, "")
        assert (standing.codes_left, standing.few_codes) == (3, True)
        assert letters_to(cast.owner).count("En av dina återställningskoder är använd") == 7
        entry = journal.latest(1)[0]
        assert (entry.deed, entry.data) == ("user.factor_spent", {"left": 3})

    def test_new_codes_in_place_of_the_old(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        given = {"by": cast.owner, "post": POST, "now": NOW}
        codes = factor_changes.renew_codes(proof(telephone), **given)
        assert not set(codes) & set(telephone.codes)
        assert not answer(cast.owner, telephone.codes[0])
        assert answer(cast.owner, codes[9])
        assert len(db.session.scalars(select(RecoveryCode)).all()) == 10
        with pytest.raises(RuleBroken, match="redan använd"):
            factor_changes.renew_codes(proof(telephone), **given)


class TestWaiting:
    def test_five_minutes_for_a_code_twenty_to_get_one(self, app: Flask, cast: Cast) -> None:
        get_factor(cast.owner)
        for user, minutes in ((cast.owner, 5), (cast.colleague, 20)):
            user.proved_hash = user.password_hash
            mark = factors.waiting_mark(user, NOW)
            last = NOW + minutes * MINUTE
            found = factors.waiting(user.id, NOW, mark, now=last)
            assert found is not None
            assert (found.user.id, found.has_factor) == (user.id, user is cast.owner)
            for late in (last + timedelta(seconds=1), NOW - timedelta(seconds=1)):
                assert factors.waiting(user.id, NOW, mark, now=late) is None

    @pytest.mark.parametrize("what", ["password", "factor", "closed", "another", "instant", "old"])
    def test_only_while_all_is_as_it_was(self, app: Flask, cast: Cast, what: str) -> None:
        user, at = cast.owner, NOW
        user.proved_hash = user.password_hash
        mark = factors.waiting_mark(user, NOW)
        if what == "password":
            user.password_hash = "another"
        elif what == "factor":
            get_factor(user)
        elif what == "closed":
            user.deactivated_at = NOW
        elif what == "another":
            user = cast.colleague
        elif what == "instant":
            at = NOW + MINUTE
        else:
            mark = mark[:-1] + ("0" if mark[-1] != "0" else "1")
        db.session.flush()
        assert factors.waiting(user.id, at, mark, now=NOW + MINUTE) is None

    @pytest.mark.parametrize(
        ("rule", "who", "required"),
        [
            ("", "admin", False),
            ("admin", "admin", True),
            ("admin", "director", False),
            ("all", "director", True),
            ("all", "member", True),
        ],
    )
    def test_who_must_have_one(
        self, app: Flask, cast: Cast, rule: str, who: str, required: bool
    ) -> None:
        user = getattr(cast, who)
        assert factors.is_required(user, rule) is required
        assert factors.is_awaited(user, rule) is required


class TestWithout:
    def test_off(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        _, kept = log_in(cast.owner.email, PASSWORD, now=NOW)
        _, other = log_in(cast.owner.email, PASSWORD, now=NOW)
        cast.owner.session_token = kept
        given = {"rule": "admin", "by": cast.owner, "post": POST, "now": NOW}
        for wrong in (Proof("fel", telephone.shows(NOW)), Proof(PASSWORD, ""), Proof(PASSWORD)):
            with pytest.raises(RuleBroken):
                factor_changes.turn_off(wrong, **given)
            db.session.rollback()
        factor_changes.turn_off(proof(telephone), **given)
        assert factors.factor_id_of(cast.owner.id) is None
        assert db.session.scalars(select(RecoveryCode)).all() == []
        assert letters_to(cast.owner)[-1] == "Tvåstegsinloggning är avstängd på ditt konto"
        assert deeds()[-1] == "user.factor_off"
        assert sessions.user_of_session(kept, now=NOW) is not None
        assert sessions.user_of_session(other, now=NOW) is None

    def test_not_where_everybody_must_have_one(self, app: Flask, cast: Cast) -> None:
        telephone = get_factor(cast.owner)
        given = {"by": cast.owner, "post": POST, "now": NOW}
        with pytest.raises(RuleBroken, match="kräver"):
            factor_changes.turn_off(proof(telephone), rule="all", **given)

    def test_an_administrator_takes_it_away(self, app: Flask, cast: Cast) -> None:
        get_factor(cast.owner)
        _, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        factor_changes.remove(cast.owner.id, by=cast.admin, post=POST, now=NOW)
        assert factors.factor_id_of(cast.owner.id) is None
        assert sessions.user_of_session(token, now=NOW) is None
        assert letters_to(cast.owner)[-1] == "Tvåstegsinloggning är borttagen från ditt konto"
        entry = journal.latest(1)[0]
        assert (entry.deed, entry.actor_id) == ("user.factor_remove", cast.admin.id)
        assert entry.subject_id == cast.owner.id

    def test_who_may_not(self, app: Flask, cast: Cast) -> None:
        get_factor(cast.admin)
        for user_id, by, error in (
            (cast.owner.id, cast.director, Forbidden),
            (999_999, cast.admin, NotFound),
            (cast.owner.id, cast.admin, RuleBroken),
            (cast.admin.id, cast.admin, RuleBroken),
        ):
            with pytest.raises(error):
                factor_changes.remove(user_id, by=by, post=POST, now=NOW)
            db.session.rollback()
        assert factors.factor_id_of(cast.admin.id)


class TestKeys:
    def test_an_older_secret_opens_and_the_present_one_takes_over(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        telephone = get_factor(cast.owner)
        before = db.session.scalars(select(SecondFactor.secret)).one()
        old = app.extensions["keys"]
        monkeypatch.setitem(app.extensions, "keys", ("new" * 20, *old))
        assert answer(cast.owner, telephone.shows(NOW))
        after = db.session.scalars(select(SecondFactor.secret)).one()
        assert after != before
        monkeypatch.setitem(app.extensions, "keys", ("new" * 20,))
        assert answer(cast.owner, telephone.shows(NOW, 1))
        assert answer(cast.owner, telephone.codes[0])

    def test_a_secret_that_was_lost_is_said(
        self, app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        telephone = get_factor(cast.owner)
        monkeypatch.setitem(app.extensions, "keys", ("other" * 20,))
        with pytest.raises(RuleBroken, match="administratör"):
            second_steps.answer(cast.owner, telephone.shows(NOW), origin=HOME, post=POST, now=NOW)
