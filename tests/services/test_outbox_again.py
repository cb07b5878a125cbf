"""Dead letters: sent again or set aside, by an administrator, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.smtp import Recorder
from tests.mail.peers import Mailbox, mail_server
from tests.services.mailing import at_once, deliver, message_to, only_colleague, post
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.extensions import db
from tracker.models import JournalEntry, OutboxMessage, OutboxState
from tracker.services.accounts.addresses import change_address
from tracker.services.outbox.again import send_again, set_aside
from tracker.services.outbox.pages import GROUPS, outbox_page

LATER = NOW + timedelta(hours=30)


def dead_letter(cast: Cast, **changes: Any) -> OutboxMessage:
    """The colleague's letter, given up."""
    letter = only_colleague(cast)
    letter.state, letter.attempts = OutboxState.DEAD, 80
    letter.created_at = NOW - timedelta(days=9)
    for name, value in changes.items():
        setattr(letter, name, value)
    db.session.commit()
    return letter


def deeds() -> list[str]:
    return list(db.session.scalars(select(JournalEntry.deed).order_by(JournalEntry.id)))


def test_what_certainly_did_not_arrive_is_written_anew(
    any_app: Flask, cast: Cast, smtp_server: Recorder
) -> None:
    letter = only_colleague(cast)
    before = letter.mime
    with mail_server(Mailbox(answers={"DATA": "554 spam"})) as port:
        assert deliver(f"smtp://127.0.0.1:{port}") == {"dead": 1}
    send_again(letter.id, by=cast.admin, now=LATER)
    again = message_to(cast.colleague.id)
    assert (again.state, again.attempts, again.next_at) == (OutboxState.QUEUED, 0, LATER)
    assert deliver(smtp_server.url, now=LATER) == {"sent": 1}
    assert smtp_server.messages[0].raw != before, "the days are counted from today"
    assert deeds() == ["mail.again"]


def test_an_address_that_was_wrong_is_mended(app: Flask, cast: Cast, smtp_server: Recorder) -> None:
    letter = only_colleague(cast)
    before, wrong = letter.mime, letter.address
    with mail_server(Mailbox(answers={"RCPT": "550 no such user"})) as port:
        assert deliver(f"smtp://127.0.0.1:{port}") == {"dead": 1}
    right = "karin.ratt@testkoping.example"
    change_address(cast.colleague.id, right, shown=wrong, post=post(), by=cast.admin, now=LATER)
    send_again(letter.id, by=cast.admin, now=LATER)
    assert deliver(smtp_server.url, now=LATER) == {"sent": 1}
    (sent,) = smtp_server.messages
    assert sent.rcpt == [right]
    assert right in sent.message["To"]
    assert sent.raw != before, "worded anew"
    assert wrong.encode() not in sent.raw
    assert message_to(cast.colleague.id).address == right


def test_a_letter_given_up_is_not_given_up_at_once(app: Flask, cast: Cast) -> None:
    letter = dead_letter(cast)
    send_again(letter.id, by=cast.admin, now=NOW)
    with mail_server(Mailbox(answers={"RCPT": "450 later"})) as port:
        assert deliver(f"smtp://127.0.0.1:{port}") == {"later": 1}


@pytest.mark.parametrize("resent_at", [None, NOW])
def test_what_may_have_arrived_goes_unchanged(
    app: Flask, cast: Cast, smtp_server: Recorder, resent_at: Any
) -> None:
    letter = dead_letter(cast, data_started_at=NOW, resent_at=resent_at)
    mime = letter.mime
    send_again(letter.id, by=cast.admin, now=LATER)
    again = message_to(cast.colleague.id)
    assert (again.state, again.resent_at) == (OutboxState.UNCERTAIN, None)
    assert deliver(smtp_server.url, now=LATER) == {"resent": 1}
    assert smtp_server.messages[0].raw == mime
    assert deeds() == ["mail.again", "mail.resend"]


def test_set_aside_and_still_to_be_sent(app: Flask, cast: Cast) -> None:
    letter = dead_letter(cast)
    set_aside(letter.id, by=cast.admin, now=NOW)
    assert message_to(cast.colleague.id).set_aside_at == NOW
    with pytest.raises(RuleBroken):
        set_aside(letter.id, by=cast.admin, now=NOW)
    send_again(letter.id, by=cast.admin, now=LATER)
    again = message_to(cast.colleague.id)
    assert (again.state, again.set_aside_at) == (OutboxState.QUEUED, None)
    assert deeds() == ["mail.set_aside", "mail.again"]


@pytest.mark.parametrize("deed", [send_again, set_aside])
def test_who_may_and_what(app: Flask, cast: Cast, deed: Any) -> None:
    letter = dead_letter(cast)
    with pytest.raises(Forbidden):
        deed(letter.id, by=cast.director, now=NOW)
    for missing in (0, -1, 2**40):
        with pytest.raises(NotFound):
            deed(missing, by=cast.admin, now=NOW)
    letter.state = OutboxState.CANCELLED
    db.session.commit()
    with pytest.raises(RuleBroken, match="inte längre"):
        deed(letter.id, by=cast.admin, now=NOW)
    assert deeds() == []


def test_two_administrators_at_once(any_app: Flask, cast: Cast) -> None:
    letter_id, admin = dead_letter(cast).id, cast.admin.id

    def press() -> str:
        from tracker.models import User

        send_again(letter_id, by=db.session.get_one(User, admin), now=NOW)
        return "done"

    results = at_once(any_app, [press, press])
    assert results.count("done") == 1
    assert sum(isinstance(result, RuleBroken) for result in results) == 1
    assert deeds() == ["mail.again"]


class TestPages:
    def test_by_group(self, app: Flask, cast: Cast) -> None:
        letter = dead_letter(cast)
        found = {group: outbox_page(by=cast.admin, group=group)[1] for group in GROUPS}
        assert {group for group, count in found.items() if count} == {"", "dead"}
        set_aside(letter.id, by=cast.admin, now=NOW)
        assert outbox_page(by=cast.admin, group="dead") == ([], 0)
        assert outbox_page(by=cast.admin, group="aside")[1] == 1
        assert outbox_page(by=cast.admin, group="no such group", number=-3)[1] == 1

    def test_not_for_others(self, app: Flask, cast: Cast) -> None:
        with pytest.raises(Forbidden):
            outbox_page(by=cast.director)
