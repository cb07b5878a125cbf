"""A real SMTP server that keeps what it is sent."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Letter:
    """One message as it came over the wire."""

    mail_from: str
    rcpt: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, read back."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)


@dataclass
class Recorder:
    """The server's memory: `messages` in the order they were accepted."""

    url: str = ""
    messages: list[Letter] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Accept and remember (aiosmtpd's name for it)."""
        content: Any = envelope.original_content
        self.messages.append(Letter(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        return "250 Message accepted"


class ClosingController(Controller):
    """A controller that also hangs up on those who are still connected when it stops."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._talks: list[SMTP] = []

    def factory(self) -> SMTP:
        """One conversation (aiosmtpd asks for it at each connection)."""
        self._talks.append(super().factory())
        return self._talks[-1]

    def stop(self, no_assert: bool = False) -> None:
        """Hang up, then stop the thread."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(5)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for talk in self._talks:
            if talk.transport is not None:
                talk.transport.close()
        for _ in range(3):  # closing takes a turn of the loop
            await asyncio.sleep(0)


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def recording_server() -> Iterator[Recorder]:
    """Run the server in a thread on a free port."""
    recorder = Recorder()
    port = free_port()  # aiosmtpd cannot be asked to choose one
    controller = ClosingController(recorder, hostname="127.0.0.1", port=port)
    controller.start()
    recorder.url = f"smtp://127.0.0.1:{port}"
    try:
        yield recorder
    finally:
        controller.stop()
