"""One connection for many messages: kept, cleaned after a refusal, replaced when it has gone."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.mail.deliveries import DATA, ENVELOPE, HEALTHY, smtp
from tests.mail.peers import HOST, Conversation, Mailbox, mail_server
from tracker.mail.failures import PermanentFailure, TemporaryFailure, Uncertain
from tracker.mail.transports import Courier

Script = Callable[[Conversation], None]


@contextmanager
def peers(*scripts: Script) -> Iterator[int]:
    """A server that follows one script for each connection, and then takes no more."""
    over = threading.Event()
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(5)

        def serve() -> None:
            for script in scripts:
                with suppress(OSError):
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        script(Conversation(connection, over))
            listener.close()

        thread = threading.Thread(target=serve)
        port = int(listener.getsockname()[1])
        thread.start()
        try:
            yield port
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def greet(talk: Conversation) -> None:
    talk.say(b"220 ready\r\n")
    talk.obey(b"250 hello\r\n")


def take_one(talk: Conversation) -> None:
    talk.obey(b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n")
    talk.hear_until(b"\r\n.\r\n")
    talk.say(b"250 ok\r\n")


def take_one_and_leave(talk: Conversation) -> None:
    greet(talk)
    take_one(talk)


def takes_one_and_says(answer: bytes) -> Script:
    def script(talk: Conversation) -> None:
        take_one_and_leave(talk)
        talk.obey(answer)
        talk.obey(b"221 bye\r\n")

    return script


def hand_over(courier: Courier) -> list[str]:
    noted: list[str] = []
    courier.deliver(
        ENVELOPE,
        before_data=lambda: noted.append("before_data"),
        after_accept=lambda code: noted.append(f"after_accept {code}"),
    )
    return noted


WELL = ["before_data", "after_accept 250"]


def test_many_messages_one_connection() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port, Courier(smtp(port), deadline_seconds=HEALTHY) as courier:
        for _ in range(3):
            assert hand_over(courier) == WELL
    assert mailbox.events == [*["MAIL", "RCPT", "DATA", "content"] * 3, "QUIT"]
    assert mailbox.contents == [DATA] * 3


@pytest.mark.parametrize(
    ("command", "kind"), [("RCPT", PermanentFailure), ("DATA", PermanentFailure)]
)
def test_after_a_refusal_the_connection_serves_on(command: str, kind: type[Exception]) -> None:
    mailbox = Mailbox(answers={command: "550 no"})
    with mail_server(mailbox) as port, Courier(smtp(port), deadline_seconds=HEALTHY) as courier:
        with pytest.raises(kind):
            hand_over(courier)
        mailbox.answers.clear()
        assert hand_over(courier) == WELL
    assert mailbox.events.count("QUIT") == 1
    assert mailbox.contents == [DATA]


def test_after_a_lost_lease_the_next_message_starts_clean() -> None:
    def lost() -> None:
        raise KeyError("lease")

    mailbox = Mailbox()
    with mail_server(mailbox) as port, Courier(smtp(port), deadline_seconds=HEALTHY) as courier:
        with pytest.raises(KeyError):
            courier.deliver(ENVELOPE, before_data=lost, after_accept=lambda code: None)
        assert hand_over(courier) == WELL
    assert mailbox.contents == [DATA]


@pytest.mark.parametrize(
    "first",
    [
        take_one_and_leave,
        takes_one_and_says(b"421 enough for today\r\n"),
        takes_one_and_says(b"452 too many messages on this connection\r\n"),
        takes_one_and_says(b"503 what\r\n"),
    ],
)
@pytest.mark.parametrize("announced", [False, True])
def test_a_kept_connection_that_serves_no_more_is_replaced(first: Script, announced: bool) -> None:
    with (
        peers(first, take_one_and_leave) as port,
        Courier(smtp(port), deadline_seconds=HEALTHY) as courier,
    ):
        noted: list[int] = []

        def accepted(code: int) -> None:
            noted.append(code)
            if announced:
                courier.announce(ENVELOPE)

        courier.deliver(ENVELOPE, before_data=lambda: None, after_accept=accepted)
        assert noted == [250]
        assert hand_over(courier) == WELL


def test_it_is_replaced_once_and_then_it_is_trouble() -> None:
    def leaves(talk: Conversation) -> None:
        greet(talk)

    with (
        peers(take_one_and_leave, leaves) as port,
        Courier(smtp(port), deadline_seconds=HEALTHY) as courier,
    ):
        hand_over(courier)
        with pytest.raises(TemporaryFailure) as caught:
            hand_over(courier)
    assert caught.value.code is None


def test_announced_and_then_nothing_more() -> None:
    mailbox = Mailbox()
    with mail_server(mailbox) as port, Courier(smtp(port), deadline_seconds=HEALTHY) as courier:
        courier.deliver(
            ENVELOPE,
            before_data=lambda: None,
            after_accept=lambda code: courier.announce(ENVELOPE),
        )
    assert mailbox.events == ["MAIL", "RCPT", "DATA", "content", "MAIL", "QUIT"]


def test_each_message_has_a_deadline_of_its_own() -> None:
    def hangs_at_the_second(talk: Conversation) -> None:
        take_one_and_leave(talk)
        talk.keep_silent()

    with peers(hangs_at_the_second) as port, Courier(smtp(port), deadline_seconds=0.4) as courier:
        assert hand_over(courier) == WELL
        started = time.monotonic()
        with pytest.raises(TemporaryFailure) as caught:
            hand_over(courier)
    assert "0.4 sekunder" in caught.value.text
    assert time.monotonic() - started < 3


def test_hurried_it_is_cut_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.mail.watchdog.LAST_SECONDS", 0.2)
    told = threading.Event()

    def hangs_after_the_content(talk: Conversation) -> None:
        greet(talk)
        talk.obey(b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n")
        talk.hear_until(b"\r\n.\r\n")
        told.set()
        talk.keep_silent()

    with (
        peers(hangs_after_the_content) as port,
        Courier(smtp(port), deadline_seconds=60, hurried=told.is_set) as courier,
        pytest.raises(Uncertain) as caught,
    ):
        hand_over(courier)
    assert "arbetaren" in caught.value.text
