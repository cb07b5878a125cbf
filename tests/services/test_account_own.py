"""Changing one's own password and address, and what ends with the old ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.helpers.cast import NOW, PASSWORD, Cast, make_user
from tests.helpers.logged_in import HERE, log_in
from tests.services.account_letters import (
    BETTER,
    RESET,
    ask_reset,
    key,
    opens,
    read,
    text_of,
    waiting,
)
from tests.services.mailing import post
from tracker.domain.errors import NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import (
    User,
)
from tracker.services.accounts import addresses, own, sessions, throttle


class TestOwn:
    def change(
        self, cast: Cast, token: str = "", present: str = PASSWORD, new: str = BETTER
    ) -> None:
        own.change_password(
            present, new, token=token, origin=HERE, post=post(), by=cast.owner, now=NOW
        )

    def test_a_changed_password_ends_the_other_sessions(self, app: Flask, cast: Cast) -> None:
        tokens_ = [log_in(cast.owner.email, PASSWORD, now=NOW)[1] for _ in range(3)]
        ask_reset(cast.owner.email)
        made = key("reset")
        self.change(cast, tokens_[0])
        who = [sessions.user_of_session(token, now=NOW) for token in tokens_]
        assert [user is not None for user in who] == [True, False, False]
        assert not opens(made, RESET, NOW)
        assert len(waiting("password-changed")) == 1
        assert log_in(cast.owner.email, BETTER, now=NOW)

    @pytest.mark.parametrize(
        ("present", "new", "field"),
        [
            ("fel", BETTER, "present"),
            ("", BETTER, "present"),
            (PASSWORD, "kort", "password"),
            (PASSWORD, PASSWORD, "password"),
            (PASSWORD, "olle.agare2026", "password"),
        ],
    )
    def test_what_is_refused(self, cast: Cast, present: str, new: str, field: str) -> None:
        with pytest.raises(RuleBroken) as refused:
            self.change(cast, present=present, new=new)
        assert refused.value.field == field
        assert waiting() == []

    def test_guessing_the_present_one_stops(self, cast: Cast) -> None:
        for _ in range(10):
            with pytest.raises(RuleBroken) as refused:
                self.change(cast, present="fel")
        assert isinstance(refused.value, throttle.Stopped)
        assert refused.value.field == "present"

    def test_by_hand(self, app: Flask, cast: Cast, flask_command: Callable[..., Any]) -> None:
        words = ("user", "password", cast.owner.email, "--password-stdin")
        refused = flask_command(*words, input="kort\n")
        assert (refused.exit_code, "minst 12 tecken" in refused.stderr) == (1, True)
        result = flask_command(*words, input=f"{BETTER}\n")
        assert result.exit_code == 0, result.output
        assert log_in(cast.owner.email, BETTER, now=NOW)
        assert len(waiting("password-changed")) == 1


class TestAddress:
    def ask(self, cast: Cast, email: str = "ny@b.example", password: str = PASSWORD) -> None:
        addresses.ask_new_address(email, password, origin=HERE, post=post(), by=cast.owner, now=NOW)

    def test_it_is_changed_when_it_is_confirmed(self, any_app: Flask, cast: Cast) -> None:
        old = cast.owner.email
        self.ask(cast, " Ny@b.example ")
        assert cast.owner.email == old
        assert [(one.address, one.kind[:20]) for one in waiting()] == [
            ("Ny@b.example", "account-key-new-addr"),
            (old, "account-notice-addre"),
        ]
        assert "till Ny@b.example" in text_of(read(waiting()[1]))
        made = key("new-address")
        addresses.confirm_address(made, post=post(), now=NOW)
        assert (cast.owner.email, cast.owner.email_key) == ("Ny@b.example", "ny@b.example")
        assert waiting()[-1].address == old
        with pytest.raises(NotFound):
            addresses.confirm_address(made, post=post(), now=NOW)

    def test_a_taken_one_looks_the_same_to_who_asks(self, cast: Cast) -> None:
        self.ask(cast, cast.colleague.email.upper())
        assert [(one.address, one.kind[:20]) for one in waiting()] == [
            (cast.owner.email, "account-notice-addre")
        ]
        for _ in range(2):
            self.ask(cast, cast.colleague.email)
        with pytest.raises(RuleBroken, match="om en timme"):
            self.ask(cast, cast.colleague.email)

    @pytest.mark.parametrize(
        ("email", "password", "field"),
        [
            ("", PASSWORD, "email"),
            ("å@b.example", PASSWORD, "email"),
            ("a@b.example\r\nBcc: c@d.example", PASSWORD, "email"),
            ("OLLE.agare@testkoping.example", PASSWORD, "email"),
            ("ny@b.example", "fel", "present"),
        ],
    )
    def test_what_is_refused(self, cast: Cast, email: str, password: str, field: str) -> None:
        with pytest.raises(RuleBroken) as refused:
            self.ask(cast, email, password)
        assert refused.value.field == field
        assert waiting() == []

    def test_taken_in_between(self, any_app: Flask, cast: Cast) -> None:
        self.ask(cast)
        made = key("new-address")
        db.session.add(make_user("Ny"))
        db.session.execute(update(User).where(User.name == "Ny").values(email_key="ny@b.example"))
        db.session.commit()
        with pytest.raises(RuleBroken):
            addresses.confirm_address(made, post=post(), now=NOW)

    def test_keys_to_the_old_address_are_void(self, cast: Cast) -> None:
        ask_reset(cast.owner.email)
        made, old = key("reset"), cast.owner.email
        addresses.change_address(
            cast.owner.id, "ny@b.example", shown=old, post=post(), by=cast.admin, now=NOW
        )
        assert not opens(made, RESET, NOW)
        assert [(one.address, one.state.value) for one in waiting()] == [
            (old, "cancelled"),
            (old, "queued"),
        ]
