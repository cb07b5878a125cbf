"""Handing one message to a mail server or a directory, and saying what became of it.

The order of events is the promise: `before_data` before a byte of content leaves, `after_accept`
as soon as the server has said yes. What the callbacks raise passes through untouched.
"""

from __future__ import annotations

import base64
import os
import re
import smtplib
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from tracker.mail.message import Envelope
from tracker.mail.url import MailTarget

_AUTH_TROUBLE = {530, 534, 535, 538}  # RFC 4954: about our log-in, whatever command they answer
_QUIT_SECONDS = 2.0

Reply = tuple[int, bytes]


class DeliveryFailure(Exception):
    """The message was not seen to be accepted; `code` is the server's, None without an answer."""

    def __init__(self, code: int | None, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"{self.code} {self.text}" if self.code else self.text


class TemporaryFailure(DeliveryFailure):
    """Certainly not accepted; worth another try. Also every trouble that is the server's own."""


class PermanentFailure(DeliveryFailure):
    """Certainly not accepted, and this message to this recipient never will be."""


class Uncertain(DeliveryFailure):
    """The content was on its way and no answer came: it may or may not have arrived."""

    def __init__(self, text: str) -> None:
        super().__init__(None, text)


def deliver(
    target: MailTarget,
    envelope: Envelope,
    *,
    before_data: Callable[[], None],
    after_accept: Callable[[int], None],
    deadline_seconds: float = 60,
) -> None:
    """Hand `envelope` over once, within `deadline_seconds` (the name look-up is not counted in).

    `before_data` runs when the server has taken sender and recipient, before DATA;
    `after_accept(code)` after its yes and before QUIT. Raises TemporaryFailure, PermanentFailure
    or Uncertain. After a Temporary- or PermanentFailure nothing has arrived, also where
    `before_data` has run.
    """
    if target.directory is not None:
        _write_file(target.directory, envelope, before_data, after_accept)
        return
    with _Deadline(deadline_seconds) as deadline:
        _talk(target, envelope, deadline, before_data, after_accept)


class _Deadline:
    """Cuts the watched connection when the time is up.

    A socket timeout is per read: a peer that sends a byte now and then never meets it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def remaining(self) -> float:
        """Seconds left, never zero (which would mean a non-blocking socket)."""
        return max(self._end - time.monotonic(), 0.001)

    def watch(self, connection: socket.socket) -> None:
        with self._lock:
            self._socket = connection
            if self.passed:
                self._cut()

    def _expire(self) -> None:
        with self._lock:
            self.passed = True
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # shutdown wakes a blocked read, close does not. The plain socket's own method:
                # SSLSocket.shutdown would first forget the encryption, under a running send.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _WholeLines:
    """The server's replies for smtplib, which would take a line cut short ("250") for a reply."""

    def __init__(self, connection: socket.socket) -> None:
        self._file = connection.makefile("rb")

    def readline(self, limit: int) -> bytes:
        """The next line, or nothing (which smtplib takes for the end) where it was cut short."""
        line = self._file.readline(limit)
        return line if line.endswith(b"\n") or len(line) == limit else b""

    def close(self) -> None:
        self._file.close()


def _talk(
    target: MailTarget,
    envelope: Envelope,
    deadline: _Deadline,
    before_data: Callable[[], None],
    after_accept: Callable[[int], None],
) -> None:
    # A name of our own: without one smtplib asks the DNS, which may take a minute.
    client = smtplib.SMTP(local_hostname=envelope.sender.rpartition("@")[2])
    try:
        with _nothing_sent(target, deadline):
            _open(client, target, deadline)
            _address(client, envelope)
        before_data()
        with _nothing_sent(target, deadline):
            _expect(client.docmd("DATA"), {354}, f"{target.host} ville inte ta emot innehållet")
        after_accept(_send_content(client, envelope.data, deadline))
    finally:
        _part(client, deadline)


@contextmanager
def _nothing_sent(target: MailTarget, deadline: _Deadline) -> Iterator[None]:
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
        if deadline.passed:
            text = f"{target.host} blev inte klar inom {deadline.seconds:g} sekunder."
        else:
            text = f"Ingen förbindelse med {target.host}:{target.port} ({error})."
        raise TemporaryFailure(None, text) from error


def _open(client: smtplib.SMTP, target: MailTarget, deadline: _Deadline) -> None:
    """Connect, greet, encrypt and log in: all that is about the server, not about the message."""
    client.sock = _connect(target, deadline)
    client.file = _WholeLines(client.sock)
    if target.tls == "implicit":
        _encrypt(client, target.host, deadline)
    host = target.host
    _expect_from_server(client.getreply(), 220, f"{host} tar inte emot förbindelser")
    _expect_from_server(client.ehlo(), 250, f"{host} svarade inte rätt på EHLO")
    if target.tls == "starttls":
        text = f"{host} erbjuder inte STARTTLS"
        _expect_from_server(client.docmd("STARTTLS"), 220, text)
        _encrypt(client, host, deadline)
        _expect_from_server(client.ehlo(), 250, f"{host} svarade inte rätt på EHLO")
    if target.user:
        text = f"{host} godtog inte inloggningen i MAIL_URL"
        _expect_from_server(_log_in(client, target), 235, text)


def _connect(target: MailTarget, deadline: _Deadline) -> socket.socket:
    """The first of the host's addresses that answers; each gets its share of the time."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    problem = OSError("no address")
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.remaining() / (len(found) - tried))
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
        else:
            # One second more than the deadline, which thereby is the one that speaks.
            connection.settimeout(deadline.remaining() + 1)
            deadline.watch(connection)
            return connection
    raise problem


def _encrypt(client: smtplib.SMTP, host: str, deadline: _Deadline) -> None:
    """TLS with certificate and name checked; the handshake is under the deadline as well."""
    assert client.sock is not None  # noqa: S101 - for the type checker; _connect has set it
    encrypted = ssl.create_default_context().wrap_socket(
        client.sock, server_hostname=host, do_handshake_on_connect=False
    )
    client.sock = encrypted
    client.file = _WholeLines(encrypted)  # what came before the encryption counts for nothing
    deadline.watch(encrypted)
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


def _address(client: smtplib.SMTP, envelope: Envelope) -> None:
    # The sender is one setting for all our mail: that a server refuses it is no message's fault.
    sender, recipient = envelope.sender, envelope.recipient
    text = f"Servern godtog inte avsändaren {sender}"
    _expect_from_server(client.docmd("MAIL", f"FROM:<{sender}>"), 250, text)
    reply = client.docmd("RCPT", f"TO:<{recipient}>")
    _expect(reply, {250, 251}, f"Mottagaren {recipient} nekades")


def _send_content(client: smtplib.SMTP, data: bytes, deadline: _Deadline) -> int:
    """Send the content and return the server's 2xx; from the first byte on we may be unsure."""
    try:
        client.send(re.sub(rb"(?m)^\.", b"..", data) + b".\r\n")
        code, text = client.getreply()
    except OSError as error:
        after = f"efter {deadline.seconds:g} sekunder" if deadline.passed else f"({error})"
        raise Uncertain(f"Förbindelsen bröts utan svar medan mejlet skickades {after}.") from error
    if 200 <= code <= 299:
        return code
    if not 400 <= code <= 599:
        raise Uncertain(f"Servern gav ett svar som inte går att tyda ({code} {_readable(text)}).")
    raise _failure(code, text, "Servern avvisade mejlet")


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


def _part(client: smtplib.SMTP, deadline: _Deadline) -> None:
    """QUIT where there still is somebody to say it to; nothing depends on the answer."""
    with suppress(OSError):
        if client.sock is not None and not deadline.passed:
            client.sock.settimeout(min(_QUIT_SECONDS, deadline.remaining()))
            client.quit()
    client.close()


def _write_file(
    directory: Path,
    envelope: Envelope,
    before_data: Callable[[], None],
    after_accept: Callable[[int], None],
) -> None:
    """One .eml named after the Message-ID, so that a repeat replaces itself; never half a file."""
    before_data()
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _replace(directory / f"{envelope.message_id.strip('<>')}.eml", envelope.data)
    except OSError as error:
        text = f"Mejlet gick inte att skriva i {directory} ({error.strerror})."
        raise TemporaryFailure(None, text) from error
    after_accept(250)


def _replace(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    """Without it a power cut may take the new name away again."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
