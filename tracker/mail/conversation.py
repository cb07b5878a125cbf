"""What is said to a mail server, and what its answers mean for the message in hand."""

from __future__ import annotations

import base64
import errno
import os
import re
import select
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tracker.mail.failures import DeliveryFailure, PermanentFailure, TemporaryFailure, Uncertain
from tracker.mail.url import MailTarget
from tracker.mail.watchdog import LOOKS_EVERY, Watchdog

_AUTH_TROUBLE = {530, 534, 535, 538}  # RFC 4954: about our log-in, whatever command they answer

MOST_LINES = 1000  # of one reply; each is at most a few kilobytes

Reply = tuple[int, bytes]


class _WholeLines:
    """The server's replies for smtplib, which would take a line cut short ("250") for a reply, and
    keep a reply that never ends."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rb")
        self._going_on = 0  # lines in a row that promise another one

    def readline(self, limit: int) -> bytes:
        """The next line, or nothing (which smtplib takes for the end) where it was cut short.

        Raises OSError where a reply has more lines than any server needs.
        """
        line = self._file.readline(limit)
        self._going_on = self._going_on + 1 if line[3:4] == b"-" else 0
        if self._going_on > MOST_LINES:
            raise OSError("too long a reply")
        return line if line.endswith(b"\n") or len(line) == limit else b""

    def close(self) -> None:
        self._file.close()


@contextmanager
def nothing_sent(target: MailTarget, watchdog: Watchdog) -> Iterator[None]:
    """While no content has left, a broken connection is only a reason to come back later."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        text = (
            f"Certifikatet hos {target.host} går inte att lita på ({error.verify_message}). "
            "Kontrollera servernamnet i MAIL_URL och serverns certifikat."
        )
        raise TemporaryFailure(None, text) from error
    except OSError as error:  # SMTPException is one too
        if watchdog.passed:
            text = f"{target.host} blev inte klar {watchdog.text}."
        else:
            text = f"Ingen förbindelse med {target.host}:{target.port} ({error})."
        raise TemporaryFailure(None, text) from error


def open_connection(
    client: smtplib.SMTP, target: MailTarget, watchdog: Watchdog, *, patience: float
) -> None:
    """Connect, greet, encrypt and log in: all that is about the server, not about a message.

    `patience` is the longest that one read may ever take. Raises OSError or TemporaryFailure.
    """
    client.sock = _connect(target, watchdog, patience)
    client.file = _WholeLines(client.sock)
    if target.tls == "implicit":
        _encrypt(client, target.host, watchdog)
    host = target.host
    _expect_from_server(client.getreply(), 220, f"{host} tar inte emot förbindelser")
    _expect_from_server(client.ehlo(), 250, f"{host} svarade inte rätt på EHLO")
    if target.tls == "starttls":
        text = f"{host} erbjuder inte STARTTLS"
        _expect_from_server(client.docmd("STARTTLS"), 220, text)
        _encrypt(client, host, watchdog)
        _expect_from_server(client.ehlo(), 250, f"{host} svarade inte rätt på EHLO")
    if target.user:
        text = f"{host} godtog inte inloggningen i MAIL_URL"
        _expect_from_server(_log_in(client, target), 235, text)


def _connect(target: MailTarget, watchdog: Watchdog, patience: float) -> socket.socket:
    """The first of the host's addresses that answers; each gets its share of the time."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    problem = OSError("no address")
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        connection = socket.socket(family, kind, protocol)
        watchdog.watch(connection)
        try:
            _knock(connection, address, watchdog, watchdog.remaining() / (len(found) - tried))
        except OSError as error:
            connection.close()
            problem = error
        else:
            connection.settimeout(patience)
            return connection
    raise problem


def _knock(connection: socket.socket, address: Any, watchdog: Watchdog, seconds: float) -> None:
    """Connect within so many seconds, looking up now and then: who waits for a connection is not
    woken by its being cut.
    """
    connection.setblocking(False)
    end = time.monotonic() + seconds
    problem = connection.connect_ex(address)
    if problem == errno.EINPROGRESS:
        door = select.poll()
        door.register(connection, select.POLLOUT)
        while not door.poll(LOOKS_EVERY * 1000):
            if watchdog.passed or time.monotonic() >= end:
                raise TimeoutError("timed out")
        problem = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if problem:
        raise OSError(problem, os.strerror(problem))


def _encrypt(client: smtplib.SMTP, host: str, watchdog: Watchdog) -> None:
    """TLS with certificate and name checked; the handshake is under the deadline as well."""
    assert client.sock is not None  # noqa: S101 - for the type checker; _connect has set it
    encrypted = ssl.create_default_context().wrap_socket(
        client.sock, server_hostname=host, do_handshake_on_connect=False
    )
    client.sock = encrypted
    client.file = _WholeLines(encrypted)  # what came before the encryption counts for nothing
    watchdog.watch(encrypted)
    encrypted.do_handshake()


def _log_in(client: smtplib.SMTP, target: MailTarget) -> Reply:
    """PLAIN, else LOGIN, as UTF-8: smtplib's own log-in fails on å in a password."""
    offered = client.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered or "LOGIN" not in offered:
        return client.docmd("AUTH", "PLAIN " + _base64(f"\0{target.user}\0{target.password}"))
    reply = client.docmd("AUTH", "LOGIN")
    for word in (target.user, target.password):
        if reply[0] != 334:
            break
        reply = client.docmd(_base64(word))
    return reply


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def mail_from(client: smtplib.SMTP, sender: str) -> Reply:
    """Begin a message."""
    put_mail_from(client, sender)
    return client.getreply()


def put_mail_from(client: smtplib.SMTP, sender: str) -> None:
    """Begin a message; the answer is to be read later."""
    client.putcmd("MAIL", f"FROM:<{sender}>")


def expect_sender(reply: Reply, sender: str) -> None:
    """The sender is one setting for all our mail: that it is refused is no message's fault."""
    _expect_from_server(reply, 250, f"Servern godtog inte avsändaren {sender}")


def rcpt_to(client: smtplib.SMTP, recipient: str) -> None:
    """Name the recipient, who may be refused."""
    reply = client.docmd("RCPT", f"TO:<{recipient}>")
    _expect(reply, {250, 251}, f"Mottagaren {recipient} nekades")


def announce_content(client: smtplib.SMTP, target: MailTarget) -> None:
    """DATA, which may still be refused."""
    _expect(client.docmd("DATA"), {354}, f"{target.host} ville inte ta emot innehållet")


def send_content(client: smtplib.SMTP, data: bytes, watchdog: Watchdog) -> int:
    """Send the content and return the server's 2xx; from the first byte on we may be unsure."""
    try:
        client.send(_stuffed(data) + b".\r\n")
        code, text = client.getreply()
    except OSError as error:
        after = f"({watchdog.text})" if watchdog.passed else f"({error})"
        raise Uncertain(f"Förbindelsen bröts utan svar medan mejlet skickades {after}.") from error
    if 200 <= code <= 299:
        return code
    if not 400 <= code <= 599:
        raise Uncertain(f"Servern gav ett svar som inte går att tyda ({code} {_readable(text)}).")
    raise _failure(code, text, "Servern avvisade mejlet")


def _stuffed(data: bytes) -> bytes:
    """A line that begins with a full stop gets another one, or it would end the message."""
    if not data.startswith(b".") and b"\n." not in data:
        return data
    return re.sub(rb"(?m)^\.", b"..", data)


def _expect(reply: Reply, wanted: set[int], text: str) -> None:
    """A refusal that is about this message: 5xx is final."""
    if reply[0] not in wanted:
        raise _failure(*reply, text)


def _expect_from_server(reply: Reply, wanted: int, text: str) -> None:
    """A refusal that would meet any message: somebody mends the server, then all can go."""
    if reply[0] != wanted:
        raise TemporaryFailure(_code(reply[0]), f"{text}: {_readable(reply[1])}")


def _failure(code: int, answer: bytes, text: str) -> DeliveryFailure:
    final = 500 <= code <= 599 and code not in _AUTH_TROUBLE
    kind = PermanentFailure if final else TemporaryFailure
    return kind(_code(code), f"{text}: {_readable(answer)}")


def _code(code: int) -> int | None:
    """smtplib says -1 for an answer without a number."""
    return code if code > 0 else None


def _readable(answer: bytes) -> str:
    """One line of what the server said, short enough for a table cell."""
    words = answer.decode("utf-8", "replace").split()
    return "".join(c for c in " ".join(words) if c.isprintable())[:300]
