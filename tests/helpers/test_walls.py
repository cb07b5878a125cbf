"""The walls stand."""

from __future__ import annotations

import smtplib
import socket
import time
from collections.abc import Iterator

import pytest

from tests.helpers import smtp, walls

OUTSIDE = ("192.0.2.1", 9)  # an address that RFC 5737 keeps for documentation


@pytest.fixture
def attempts() -> Iterator[list[str]]:
    """A wall of this test's own, so that the one around it has nothing to report."""
    with pytest.MonkeyPatch.context() as patch:
        yield walls.forbid_network(patch)


def test_the_outside_world_is_refused(attempts: list[str]) -> None:
    """By address and by name; and it is noted, should the code swallow the refusal."""
    with socket.socket() as plain, pytest.raises(pytest.fail.Exception):
        plain.connect(OUTSIDE)
    with pytest.raises(pytest.fail.Exception):
        socket.create_connection(("testkoping.example", 80), timeout=1)
    assert len(attempts) == 2


def test_this_machine_is_reached(attempts: list[str]) -> None:
    """Loopback is free."""
    with smtp.recording_server() as server, socket.socket() as plain:
        plain.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
    assert not attempts


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        (None, True),
        ("192.0.2.1", False),
        ("::ffff:192.0.2.1", False),
        ("localhost.example", False),
        ("10.0.0.1", False),
    ],
)
def test_what_is_local(host: str | None, local: bool) -> None:
    """Names and numbers of this machine."""
    assert walls.is_local(host) is local


def test_sleeping_is_refused() -> None:
    """Our own code may not sleep in a test."""
    with pytest.raises(pytest.fail.Exception, match="a test slept"):
        time.sleep(0.001)


@pytest.mark.waits
def test_waiting_ends() -> None:
    """A marked test may wait, but not for ever."""
    answers = iter([0, 0, "yes"])
    assert walls.eventually(lambda: next(answers), every=0.001) == "yes"
    with pytest.raises(pytest.fail.Exception, match="in vain for nothing"):
        walls.eventually(lambda: 0, within=0.01, every=0.001, what="nothing")


def test_the_smtp_server_records(smtp_server: smtp.Recorder) -> None:
    """What is sent is kept, envelope and bytes."""
    host, _, port = smtp_server.url.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port)) as connection:
        connection.sendmail("a@x.example", ["b@x.example"], b"Subject: Hej\r\n\r\nrad\r\n")
    letter = smtp_server.messages[0]
    assert (letter.mail_from, letter.rcpt) == ("a@x.example", ["b@x.example"])
    assert letter.raw.endswith(b"\r\n\r\nrad\r\n")
    assert letter.message["Subject"] == "Hej"
