"""Inviting, resetting, changing addresses: what the letters' keys open, and what ends with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from tests.helpers.cast import NOW, PASSWORD, Cast
from tests.helpers.logged_in import log_in
from tests.helpers.smtp import Recorder
from tests.helpers.together import together
from tests.services.account_letters import (
    BETTER,
    INVITATION,
    NEW_ADDRESS,
    RESET,
    SECOND,
    SUNDAY,
    ask_reset,
    key,
    opens,
    read,
    text_of,
    waiting,
)
from tests.services.mailing import deliver, messages, plan, post
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    AccountToken,
    ExternalIdentity,
    JournalEntry,
    OutboxMessage,
    OutboxState,
    TokenPurpose,
    User,
)
from tracker.services import departures, journal, letters, outbox
from tracker.services.accounts import addresses, invitations, own, sessions, throttle, tokens
from tracker.services.outbox.again import send_again
from tracker.services.people import NewPerson, NewRole


def invite(cast: Cast, now: datetime = NOW, **changes: Any) -> User:
    role = NewRole(Role.MANAGER, cast.unit.id)
    data = {"name": "Åsa Ny", "email": "asa@b.example", "password": None, "role": role, **changes}
    return invitations.invite(NewPerson(**data), local=True, post=post(), by=cast.admin, now=now)


def choose(key: str, purpose: TokenPurpose, now: datetime = NOW, password: str = BETTER) -> User:
    return own.choose_password(key, purpose, password, post=post(), now=now)


class TestInvitation:
    def test_who_follows_it_logs_in(self, any_app: Flask, cast: Cast) -> None:
        user = invite(cast, locale="en")
        with pytest.raises(RuleBroken):
            log_in(user.email, "", now=NOW)
        (letter,) = waiting("invitation")
        assert (letter.address, letter.recipient_id) == ("asa@b.example", user.id)
        assert choose(key("invitation"), INVITATION) == user
        assert log_in("asa@b.example", BETTER, now=NOW)[0] == user
        deeds = [entry.deed for entry in journal.history("user", user.id)]
        assert deeds == ["session.open", "user.accept", "user.invite"]
        assert invitations.invited([user]) == {}

    @pytest.mark.parametrize(
        ("purpose", "life"),
        [
            (INVITATION, timedelta(days=14)),
            (RESET, timedelta(hours=2)),
            (NEW_ADDRESS, timedelta(hours=24)),
        ],
    )
    def test_how_long_a_key_opens(self, cast: Cast, purpose: TokenPurpose, life: timedelta) -> None:
        email = "ny@b.example" if purpose is NEW_ADDRESS else None
        made = tokens.issue(cast.owner, purpose, now=NOW, email=email)
        assert opens(made, purpose, NOW + life - SECOND)
        assert not opens(made, purpose, NOW + life)
        assert not any(opens(made, other, NOW) for other in TokenPurpose if other is not purpose)

    @pytest.mark.parametrize("guess", ["", "x", "a" * 43, "999999", "\x00", "å" * 1000])
    def test_a_guess_opens_nothing(self, cast: Cast, guess: str) -> None:
        invite(cast)
        for purpose in TokenPurpose:
            assert not opens(guess, purpose, NOW)

    def test_the_database_holds_no_key(self, cast: Cast) -> None:
        invite(cast)
        (row,) = db.session.scalars(select(AccountToken))
        assert key("invitation") not in str(vars(row))
        facts = db.session.scalars(select(JournalEntry.data))
        assert key("invitation") not in str(list(facts))

    def test_only_the_newest_opens_and_the_letter_before_is_withdrawn(self, cast: Cast) -> None:
        user, first = invite(cast), key("invitation")
        invitations.invite_again(user.id, local=True, post=post(), by=cast.admin, now=NOW)
        assert [one.state for one in waiting("invitation")] == [
            OutboxState.CANCELLED,
            OutboxState.QUEUED,
        ]
        assert not opens(first, INVITATION, NOW)
        assert opens(key("invitation"), INVITATION, NOW)
        invitations.invite_again(user.id, local=True, post=post(), by=cast.admin, now=NOW)
        with pytest.raises(RuleBroken, match="om en timme"):
            invitations.invite_again(user.id, local=True, post=post(), by=cast.admin, now=NOW)
        later = NOW + timedelta(hours=1)
        invitations.invite_again(user.id, local=True, post=post(), by=cast.admin, now=later)

    def test_it_is_withdrawn_with_the_account(self, app: Flask, cast: Cast) -> None:
        user = invite(cast)
        made = key("invitation")
        departures.deactivate_person(user.id, by=cast.admin, now=NOW)
        assert not opens(made, INVITATION, NOW)
        assert deliver(now=NOW) == {"cancelled": 1}
        with pytest.raises(RuleBroken, match="avaktiverat"):
            invitations.invite_again(user.id, local=True, post=post(), by=cast.admin, now=NOW)
        departures.reactivate_person(user.id, by=cast.admin, now=NOW)
        assert not opens(made, INVITATION, NOW)
        assert invitations.invited([user])[user.id].until is None

    def test_a_new_address_gets_a_new_one(self, cast: Cast) -> None:
        user, first = invite(cast), key("invitation")
        addresses.change_address(
            user.id, "ratt@b.example", shown=user.email, post=post(), by=cast.admin, now=NOW
        )
        assert not opens(first, INVITATION, NOW)
        assert waiting("key")[-1].address == "ratt@b.example"
        assert opens(key("invitation"), INVITATION, NOW)
        assert [one.state.value for one in waiting()] == ["cancelled", "queued"]

    def test_where_people_log_in_elsewhere_there_is_no_key(self, cast: Cast) -> None:
        data = NewPerson("Åsa Ny", "asa@b.example", None, NewRole(Role.ADMIN))
        invitations.invite(data, local=False, post=post(), by=None, now=NOW)
        (letter,) = waiting()
        assert "http://localhost/login" in text_of(read(letter))
        assert db.session.scalar(select(AccountToken)) is None

    def test_who_may(self, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            invitations.invite_again(
                cast.owner.id, local=True, post=post(), by=cast.director, now=NOW
            )
        with pytest.raises(RuleBroken, match="redan tagit emot"):
            invitations.invite_again(cast.owner.id, local=True, post=post(), by=None, now=NOW)
        with pytest.raises(NotFound):
            invitations.invite_again(999_999, local=True, post=post(), by=None, now=NOW)

    def test_a_password_that_will_not_do_spends_nothing(self, cast: Cast) -> None:
        invite(cast)
        made = key("invitation")
        for password in ("kort", "Sommar2026!!", "asa-ny-asa-ny", "x" * 201):
            with pytest.raises(RuleBroken):
                choose(made, INVITATION, password=password)
        db.session.rollback()
        assert choose(made, INVITATION).name == "Åsa Ny"
        with pytest.raises(NotFound):
            choose(made, INVITATION)

    def test_of_two_at_once_one_spends_it(self, any_app: Flask, cast: Cast) -> None:
        invite(cast)
        made = key("invitation")
        results = together(
            any_app,
            *(lambda end=end: choose(made, INVITATION, password=BETTER + end).id for end in "ab"),
        )
        assert sorted(type(result) is NotFound for result in results) == [False, True]


class TestReset:
    def test_a_new_password_ends_everything_else(self, app: Flask, cast: Cast) -> None:
        _user, token = log_in(cast.owner.email, PASSWORD, now=NOW)
        ask_reset(f" {cast.owner.email.upper()} ")
        choose(key("reset"), RESET)
        assert sessions.user_of_session(token, now=NOW) is None
        assert log_in(cast.owner.email, BETTER, now=NOW)[0].id == cast.owner.id
        with pytest.raises(RuleBroken):
            log_in(cast.owner.email, PASSWORD, now=NOW)
        assert "byttes 2 mars 2026 09.00" in text_of(read(waiting("password-changed")[0]))

    @pytest.mark.parametrize("who", ["nobody", "closed", "elsewhere", "never invited"])
    def test_nobody_is_written_to(self, app: Flask, cast: Cast, who: str) -> None:
        if who == "closed":
            cast.owner.deactivated_at = NOW
        if who in ("elsewhere", "never invited"):
            cast.owner.password_hash = ""
        if who == "elsewhere":
            tokens.issue(cast.owner, INVITATION, now=NOW)
            row = ExternalIdentity(
                user_id=cast.owner.id, issuer="https://x.example", subject="1", created_at=NOW
            )
            db.session.add(row)
        db.session.commit()
        ask_reset("ingen@b.example" if who == "nobody" else cast.owner.email)
        assert waiting() == []
        assert journal.latest(1) == []

    def test_three_an_hour(self, cast: Cast) -> None:
        for _ in range(5):
            ask_reset(cast.owner.email)
        assert len(waiting("reset")) == 3
        ask_reset(cast.colleague.email)
        assert len(waiting("reset")) == 4
        ask_reset(cast.owner.email, NOW + timedelta(hours=1))
        assert len(waiting("reset")) == 5

    def test_who_was_invited_may_come_in_by_it(self, cast: Cast) -> None:
        user = invite(cast)
        first = key("invitation")
        ask_reset(user.email)
        choose(key("reset"), RESET)
        assert not opens(first, INVITATION, NOW), "what was void with the password stays so"

    def test_guesses_are_forgotten_with_the_password(self, cast: Cast) -> None:
        stopped = None
        for _ in range(10):
            try:
                log_in(cast.owner.email, "fel", now=NOW)
            except RuleBroken as error:
                stopped = error
        assert isinstance(stopped, throttle.Stopped)
        ask_reset(cast.owner.email)
        choose(key("reset"), RESET)
        assert log_in(cast.owner.email, BETTER, now=NOW)[0].id == cast.owner.id


class TestOutbox:
    def test_they_leave_on_a_day_of_rest_and_no_key_is_kept(
        self, app: Flask, cast: Cast, smtp_server: Recorder
    ) -> None:
        user = invite(cast, now=SUNDAY)
        assert outbox.due_count(post=post(), now=SUNDAY) == 1
        assert deliver(smtp_server.url, now=SUNDAY) == {"sent": 1}
        (came,) = smtp_server.messages
        assert came.rcpt == [user.email]
        (letter,) = messages()
        assert (letter.state, letter.mime) == (OutboxState.SENT, b"")
        found = letters.letter(letter.id, by=cast.admin)
        assert found.text == ""
        invitations.invite_again(user.id, local=True, post=post(), by=cast.admin, now=SUNDAY)
        assert "/invitation/…" in letters.letter(waiting()[-1].id, by=cast.admin).text

    def test_with_only_accounts_nothing_else_leaves(self, cast: Cast) -> None:
        plan()
        invite(cast)
        assert deliver(only_accounts=True) == {"sent": 1}
        assert deliver() == {"sent": 3}

    def test_a_digest_does_not_take_them_over(self, cast: Cast) -> None:
        ask_reset(cast.colleague.email, NOW - timedelta(days=3))
        plan()
        assert waiting()[0].state is OutboxState.QUEUED

    def test_a_dead_one_is_not_sent_again(self, cast: Cast) -> None:
        ask_reset(cast.owner.email)
        db.session.execute(update(OutboxMessage).values(state=OutboxState.DEAD))
        db.session.commit()
        with pytest.raises(RuleBroken, match="personlig länk"):
            send_again(waiting()[0].id, by=cast.admin, now=NOW)
