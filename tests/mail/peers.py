"""The other end of the line: a real SMTP server, and small ones that misbehave on purpose."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

CERTIFICATE = Path(__file__).with_name("certificate.pem")
HOST = "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def server_tls() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    return context


@dataclass
class Mailbox:
    """aiosmtpd's handler: answers as told, keeps what it accepted, notes the order of events."""

    answers: dict[str, str] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.events.append("MAIL")
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.events.append("RCPT")
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.events.append("content")
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("2") and isinstance(envelope.content, bytes):
            self.contents.append(envelope.content)
        return answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.events.append("QUIT")
        return "221 Bye"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        wrong = "AUTH" in self.answers
        return AuthResult(success=not wrong, handled=False)


class _NotingSMTP(SMTP):
    """Notes the command DATA itself; aiosmtpd's hook comes only after the content."""

    async def smtp_DATA(self, arg: str) -> None:
        self.event_handler.events.append("DATA")
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _NotingSMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(mailbox: Mailbox, **options: Any) -> Iterator[int]:
    """A real SMTP server in a thread; yields its port."""
    port = free_port()
    controller = _Controller(
        mailbox, hostname=HOST, port=port, authenticator=mailbox.authenticate, **options
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Conversation:
    """One connection, seen from the misbehaving server."""

    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self.connection = connection
        self.over = over
        self.heard = b""

    def say(self, text: bytes) -> None:
        self.connection.sendall(text)

    def hear_until(self, end: bytes) -> bytes:
        """All up to and with `end`; raises ConnectionError when the client hangs up first."""
        while end not in self.heard:
            piece = self.connection.recv(65536)
            if not piece:
                raise ConnectionError("the client has left")
            self.heard += piece
        said, _, self.heard = self.heard.partition(end)
        return said + end

    def obey(self, *replies: bytes) -> None:
        """Hear one command per reply."""
        for reply in replies:
            self.hear_until(b"\r\n")
            self.say(reply)

    def drip(self, text: bytes) -> None:
        """Repeat `text`, one byte at a time, until somebody has had enough."""
        while True:
            for byte in text:
                self.say(bytes([byte]))
                if self.over.wait(0.01):
                    return

    def keep_silent(self) -> None:
        self.over.wait(10)


def greet_and_take_addresses(talk: Conversation) -> None:
    talk.say(b"220 ready\r\n")
    talk.obey(b"250 hello\r\n", b"250 sender\r\n", b"250 recipient\r\n")


def take_content(talk: Conversation) -> bytes:
    greet_and_take_addresses(talk)
    talk.obey(b"354 go on\r\n")
    return talk.hear_until(b"\r\n.\r\n")


@contextmanager
def peer(script: Callable[[Conversation], object]) -> Iterator[int]:
    """A server for one connection that follows `script` and then hangs up; yields its port."""
    over = threading.Event()
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(1)

        def serve() -> None:
            with suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    script(Conversation(connection, over))

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            over.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
