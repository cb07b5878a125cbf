"""One letter as the administrator reads it, and the letter to try the server with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.helpers.cast import NOW, Cast
from tests.helpers.pieces import dead_letter
from tests.helpers.smtp import Recorder
from tests.mail.peers import (
    Conversation,
    Mailbox,
    free_port,
    mail_server,
    peer,
    take_content,
)
from tests.services.mailing import messages, plan, post
from tracker.domain.errors import Forbidden, NotFound
from tracker.extensions import db
from tracker.mail.url import parse_mail_url
from tracker.models import OutboxMessage
from tracker.services import journal, letters
from tracker.services.letters import Answer
from tracker.services.outbox.again import set_aside


def send_to(url: str, cast: Cast) -> Answer:
    return letters.send_trial(target=parse_mail_url(url), post=post(), by=cast.admin, now=NOW)


def server(port: int) -> str:
    return f"smtp://127.0.0.1:{port}"


def test_a_letter_and_what_was_done_to_it(cast: Cast) -> None:
    plan(only_to=cast.owner.email)
    (message,) = messages()
    found = letters.letter(message.id, by=cast.admin)
    assert found.text.startswith(f"Hej {cast.owner.name}!")
    assert cast.action.title in found.text
    assert found.history == ()
    key = dead_letter(cast.colleague)["message_id"]
    set_aside(key, by=cast.admin, now=NOW)
    (line,) = letters.letter(key, by=cast.admin).history
    assert line.actor == cast.admin.name
    with pytest.raises(NotFound):
        letters.letter(999_999, by=cast.admin)
    with pytest.raises(Forbidden):
        letters.letter(key, by=cast.director)


def test_a_trial_letter_arrives(cast: Cast, smtp_server: Recorder) -> None:
    answer = send_to(smtp_server.url, cast)
    assert answer.taken
    assert "har tagit emot provbrevet" in answer.sentence % answer.params
    (arrived,) = smtp_server.messages
    assert arrived.rcpt == [cast.admin.email]
    body = arrived.message.get_body(("plain",))
    assert body is not None
    assert "Det här är ett provbrev" in body.get_content()
    assert db.session.scalar(select(func.count(OutboxMessage.id))) == 0
    entry = journal.latest(1)[0]
    assert (entry.deed, entry.subject_id) == ("user.trial_letter", cast.admin.id)
    assert entry.data == {"address": cast.admin.email, "taken": True, "code": 250, "words": ""}


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"RCPT": "550 no such user"}, "tog inte emot brevet till anna.administrator@"),
        ({"RCPT": "450 greylisted"}, "ville inte ta emot brevet just nu"),
        ({"MAIL": "550 not you"}, "ville inte ta emot brevet just nu"),
        ({"MAIL": "530 log in first"}, "godtog inte inloggningen"),
        ({"DATA": "554 spam"}, "tog inte emot brevet till"),
        ({"DATA": "452 disk full"}, "ville inte ta emot brevet just nu"),
    ],
)
def test_what_the_server_refuses(cast: Cast, answers: dict[str, str], sentence: str) -> None:
    with mail_server(Mailbox(answers)) as port:
        answer = send_to(server(port), cast)
    assert not answer.taken
    assert sentence in answer.sentence % answer.params
    (said,) = answers.values()
    assert said.partition(" ")[2] in answer.words
    assert journal.latest(1)[0].data["taken"] is False


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (take_content, "Det är osäkert om provbrevet kom fram"),
        (lambda talk: talk.say(b"554 go away\r\n"), "ville inte ta emot brevet just nu"),
        (lambda _talk: None, "gick inte att nå mejlservern"),
        (Conversation.keep_silent, "gick inte att nå mejlservern"),
    ],
)
def test_servers_that_misbehave(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    script: Callable[[Conversation], object],
    sentence: str,
) -> None:
    monkeypatch.setattr(letters, "PATIENCE", 0.5)
    with peer(script) as port:
        answer = send_to(server(port), cast)
    assert not answer.taken
    assert sentence in answer.sentence % answer.params


def test_no_server_at_all(cast: Cast) -> None:
    answer = send_to(server(free_port()), cast)
    assert not answer.taken
    assert "Kontrollera servern och porten i MAIL_URL" in answer.sentence
    assert journal.latest(1)[0].data["code"] is None


def test_a_directory_says_that_nothing_goes_out(cast: Cast, tmp_path: Path) -> None:
    answer = send_to(f"file://{tmp_path}/mail", cast)
    assert answer.taken
    assert "Inget brev går ut till någon" in answer.sentence % answer.params
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


def test_only_an_administrator_tries(cast: Cast, smtp_server: Recorder) -> None:
    target = parse_mail_url(smtp_server.url)
    with pytest.raises(Forbidden):
        letters.send_trial(target=target, post=post(), by=cast.director, now=NOW)
    assert smtp_server.messages == []
