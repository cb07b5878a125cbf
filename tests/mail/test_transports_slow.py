"""Peers that misbehave: they hang, drip, leave in the middle or talk nonsense."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable

import pytest

from tests.mail.deliveries import DATA, ENVELOPE, failure, send, smtp
from tests.mail.peers import (
    Conversation,
    free_port,
    greet_and_take_addresses,
    peer,
    take_content,
)
from tracker.mail.failures import TemporaryFailure, Uncertain
from tracker.mail.message import Envelope
from tracker.mail.url import MailTarget

# Seconds until the deadline: where it is waited for, and where nobody comes near it, however busy
# the machine is.
WAITED_OUT, ENOUGH = 1.5, 30


def test_nobody_listens() -> None:
    error, events = failure(smtp(free_port()))
    assert type(error) is TemporaryFailure
    assert error.code is None
    assert events == []


def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_name(*question: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    error, _ = failure(MailTarget(scheme="smtp", host="nowhere.invalid", port=25))
    assert type(error) is TemporaryFailure
    assert "nowhere.invalid" in error.text


def refuses_at_the_door(talk: Conversation) -> None:
    talk.say(b"554 no service\r\n")


def speaks_another_language(talk: Conversation) -> None:
    talk.say(b"SSH-2.0-OpenSSH\r\n")


def talks_without_end(talk: Conversation) -> None:
    talk.say(b"220 " + b"x" * 10_000 + b"\r\n")


def leaves_before_data(talk: Conversation) -> None:
    greet_and_take_addresses(talk)


def leaves_at_the_word_data(talk: Conversation) -> None:
    greet_and_take_addresses(talk)
    talk.hear_until(b"DATA\r\n")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        (refuses_at_the_door, 554),
        (speaks_another_language, None),
        (talks_without_end, None),
        (leaves_before_data, None),
        (leaves_at_the_word_data, None),
    ],
)
def test_trouble_before_the_content_is_temporary(
    script: Callable[[Conversation], None], code: int | None
) -> None:
    with peer(script) as port:
        error, events = failure(smtp(port))
    assert type(error) is TemporaryFailure
    assert error.code == code
    assert "after_accept" not in "".join(events)


def drips_its_greeting(talk: Conversation) -> None:
    talk.drip(b"220-welcome\r\n")


def drips_on_one_line(talk: Conversation) -> None:
    talk.drip(b"2")


def hangs_at_the_word_data(talk: Conversation) -> None:
    greet_and_take_addresses(talk)
    talk.keep_silent()


@pytest.mark.parametrize(
    "script",
    [Conversation.keep_silent, drips_its_greeting, drips_on_one_line, hangs_at_the_word_data],
)
def test_the_deadline_cuts_a_slow_peer(script: Callable[[Conversation], None]) -> None:
    started = time.monotonic()
    with peer(script) as port:
        error, _ = failure(smtp(port), seconds=0.2)
    assert type(error) is TemporaryFailure
    assert "0.2 sekunder" in error.text
    assert time.monotonic() - started < 2


def goes_on_about_itself(talk: Conversation) -> None:
    talk.say(b"220 ready\r\n")
    talk.hear_until(b"\r\n")
    talk.say(b"250-and another thing\r\n" * 2000)
    talk.keep_silent()


def test_a_reply_without_end_is_not_kept() -> None:
    with peer(goes_on_about_itself) as port:
        error, events = failure(smtp(port), seconds=3)
    assert type(error) is TemporaryFailure
    assert "too long a reply" in error.text
    assert events == []


def leaves_after_the_last_dot(talk: Conversation) -> None:
    take_content(talk)


def hangs_after_the_last_dot(talk: Conversation) -> None:
    take_content(talk)
    talk.keep_silent()


def drips_its_answer(talk: Conversation) -> None:
    take_content(talk)
    talk.drip(b"250-")


def leaves_in_the_middle_of_its_yes(talk: Conversation) -> None:
    take_content(talk)
    talk.say(b"250 2.0.0 O")


def answers_nonsense(talk: Conversation) -> None:
    take_content(talk)
    talk.say(b"moo\r\n")


def answers_halfway(talk: Conversation) -> None:
    take_content(talk)
    talk.say(b"354 more\r\n")


@pytest.mark.parametrize(
    ("script", "seconds"),
    [
        (leaves_after_the_last_dot, ENOUGH),
        (hangs_after_the_last_dot, WAITED_OUT),
        (drips_its_answer, WAITED_OUT),
        (leaves_in_the_middle_of_its_yes, ENOUGH),
        (answers_nonsense, ENOUGH),
        (answers_halfway, ENOUGH),
    ],
)
def test_content_without_a_clear_answer_is_uncertain(
    script: Callable[[Conversation], None], seconds: float
) -> None:
    with peer(script) as port:
        error, events = failure(smtp(port), seconds=seconds)
    assert type(error) is Uncertain
    assert error.code is None
    assert events == ["before_data"]


def test_a_peer_that_stops_reading_is_cut_and_uncertain() -> None:
    def script(talk: Conversation) -> None:
        greet_and_take_addresses(talk)
        talk.obey(b"354 go on\r\n")
        talk.keep_silent()

    large = Envelope(
        ENVELOPE.sender, ENVELOPE.recipient, ENVELOPE.message_id, b"x" * 30_000_000 + b"\r\n"
    )
    with peer(script) as port:
        error, _ = failure(smtp(port), seconds=0.6, envelope=large)
    assert type(error) is Uncertain


def hangs_up_instead_of_bye(talk: Conversation) -> None:
    take_content(talk)
    talk.say(b"250 ok\r\n")


def drips_its_bye(talk: Conversation) -> None:
    take_content(talk)
    talk.say(b"250 ok\r\n")
    talk.drip(b"221-")


@pytest.mark.parametrize(
    ("script", "seconds"), [(hangs_up_instead_of_bye, ENOUGH), (drips_its_bye, WAITED_OUT)]
)
def test_nothing_depends_on_the_goodbye(
    script: Callable[[Conversation], None], seconds: float
) -> None:
    with peer(script) as port:
        assert send(smtp(port), seconds=seconds) == ["before_data", "after_accept 250"]


def test_the_dots_are_stuffed_on_the_wire() -> None:
    seen: list[bytes] = []

    def script(talk: Conversation) -> None:
        seen.append(take_content(talk))
        talk.say(b"259 fine\r\n")

    with peer(script) as port:
        assert send(smtp(port))[-1] == "after_accept 259"
    assert seen[0].endswith(b"\r\n.\r\n")
    assert re.sub(rb"(?m)^\.", b"", seen[0][: -len(b".\r\n")]) == DATA
