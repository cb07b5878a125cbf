"""Told to end, the worker ends within seconds, wherever the mail server keeps it waiting."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask

from tests.helpers.cast import Cast
from tests.helpers.walls import eventually
from tests.helpers.warm import Process, Warm
from tests.mail.peers import HOST, Conversation, peer
from tests.services.mailing import messages, plan
from tests.test_worker import ENDS_WITHIN, next_line, started
from tracker.extensions import db
from tracker.models import OutboxState

pytestmark = pytest.mark.waits

# Where it hangs, and the seconds that the mail in hand has then: the product's own once, at the
# phase that matters most, and fewer elsewhere.
SHORT = {"LAST_SECONDS": "0.5"}
PHASES: dict[str, dict[str, str]] = {
    **dict.fromkeys(("greeting", "RCPT", "DATA"), SHORT),
    "content": {},
}
ANSWERS = {
    "greeting": b"220 ready\r\n",
    "EHLO": b"250 hello\r\n",
    "MAIL": b"250 sender\r\n",
    "RCPT": b"250 recipient\r\n",
    "DATA": b"354 go on\r\n",
}


class Hanging:
    """A server that says nothing more once it has come to `phase`."""

    def __init__(self, phase: str) -> None:
        self.phase = phase
        self.reached = False

    def __call__(self, talk: Conversation) -> None:
        for phase, answer in ANSWERS.items():
            if phase != "greeting":
                talk.hear_until(b"\r\n")
            if phase == self.phase:
                break
            talk.say(answer)
        else:
            talk.hear_until(b"\r\n.\r\n")
        self.reached = True
        talk.over.wait(60)


@contextmanager
def full_house() -> Iterator[int]:
    """A port at which one more connection is neither taken nor refused."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((HOST, 0))
        listener.listen(0)
        for _ in range(3):
            guest = stack.enter_context(socket.socket())
            guest.setblocking(False)
            guest.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


def seconds_to_end(worker: Process) -> float:
    """Tell it to end; how long it took, without a word of complaint."""
    worker.terminate()
    begun = time.monotonic()
    assert next_line(worker)["stopping"] == "SIGTERM"
    out, _ = worker.communicate(timeout=60)
    assert (worker.returncode, out) == (0, "")
    return time.monotonic() - begun


@pytest.mark.parametrize("phase", PHASES)
def test_a_server_that_hangs(warm: Warm, app: Flask, cast: Cast, phase: str) -> None:
    plan()
    server = Hanging(phase)
    with (
        peer(server) as port,
        started(warm, app, MAIL_URL=f"smtp://{HOST}:{port}", **PHASES[phase]) as worker,
    ):
        eventually(lambda: server.reached, within=60)
        assert seconds_to_end(worker) < ENDS_WITHIN
    states = sorted(message.state for message in messages())
    unsure = OutboxState.UNCERTAIN if phase == "content" else OutboxState.QUEUED
    assert states == [OutboxState.QUEUED, OutboxState.QUEUED, unsure]
    assert sum(message.attempts for message in messages()) == 1, "the others were given back"


def test_a_server_that_does_not_even_answer_the_door(warm: Warm, app: Flask, cast: Cast) -> None:
    plan()

    def claimed() -> bool:
        found = any(message.state is OutboxState.CLAIMED for message in messages())
        db.session.rollback()  # the worker cannot write while we look
        return found

    with (
        full_house() as port,
        started(warm, app, MAIL_URL=f"smtp://{HOST}:{port}", **SHORT) as worker,
    ):
        eventually(claimed, within=60)
        assert seconds_to_end(worker) < ENDS_WITHIN
    assert {message.state for message in messages()} == {OutboxState.QUEUED}
