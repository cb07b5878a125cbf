"""Handing messages to a mail server or a directory, and saying what became of each.

The order of events is the promise: `before_data` before a byte of content leaves, `after_accept`
as soon as the server has said yes. What the callbacks raise passes through untouched.
"""

from __future__ import annotations

import os
import smtplib
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tracker.mail import conversation
from tracker.mail.conversation import nothing_sent
from tracker.mail.failures import DeliveryFailure, TemporaryFailure
from tracker.mail.message import Envelope
from tracker.mail.url import MailTarget
from tracker.mail.watchdog import Watchdog

_QUIT_SECONDS = 2.0
_CLOSING = 421  # RFC 5321: the server hangs up after it, whatever it answers


class Courier:
    """Takes messages to one place, one after the other, on a connection that it keeps.

    A kept connection that has gone, or takes no more messages, is replaced without a word. Each
    message has `deadline_seconds` (the name look-up is not counted in); once `hurried()` is true,
    everything together has a few seconds more. To be used by one thread, as a context manager.
    """

    def __init__(
        self,
        target: MailTarget,
        *,
        deadline_seconds: float = 60,
        hurried: Callable[[], bool] = lambda: False,
    ) -> None:
        self._target = target
        self._seconds = deadline_seconds
        self._watchdog = Watchdog(hurried)
        self._client: smtplib.SMTP | None = None
        self._begun = False  # a message that was begun on the connection and not ended
        self._announced = False  # its sender has been named, and the answer not yet been read

    def __enter__(self) -> Courier:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            self._watchdog.allow(_QUIT_SECONDS)
            self._part()
        self._watchdog.end()

    def deliver(
        self,
        envelope: Envelope,
        *,
        before_data: Callable[[], None],
        after_accept: Callable[[int], None],
    ) -> None:
        """Hand `envelope` over once.

        `before_data` runs when the server has taken sender and recipient, before DATA;
        `after_accept(code)` after its yes and before anything else is said. Raises
        TemporaryFailure, PermanentFailure or Uncertain. After a Temporary- or PermanentFailure
        nothing has arrived, also where `before_data` has run.
        """
        if self._target.directory is not None:
            _write_file(self._target.directory, envelope, before_data, after_accept)
            return
        self._watchdog.allow(self._seconds)
        try:
            self._talk(envelope, before_data, after_accept)
        except DeliveryFailure as failure:
            if failure.code in (None, _CLOSING):
                self._hang_up()
            raise
        finally:
            self._watchdog.rest()

    def announce(self, envelope: Envelope) -> None:
        """Name the next message's sender already, so that the server answers meanwhile. To be
        called from `after_accept`; `deliver` must follow, with this envelope or another.
        """
        if self._client is not None and not self._begun:
            with suppress(OSError):
                conversation.put_mail_from(self._client, envelope.sender)
                self._announced = self._begun = True

    def _talk(
        self,
        envelope: Envelope,
        before_data: Callable[[], None],
        after_accept: Callable[[int], None],
    ) -> None:
        with nothing_sent(self._target, self._watchdog):
            client = self._addressed(envelope.sender)
            conversation.rcpt_to(client, envelope.recipient)
        before_data()
        with nothing_sent(self._target, self._watchdog):
            conversation.announce_content(client, self._target)
        code = conversation.send_content(client, envelope.data, self._watchdog)
        self._begun = False
        after_accept(code)

    def _addressed(self, sender: str) -> smtplib.SMTP:
        """A connection on which the sender has been taken: the kept one, or else a new one."""
        kept = self._client
        if kept is not None and self._takes_another(kept, sender):
            return kept
        self._part()
        # A name of our own: without one smtplib asks the DNS, which may take a minute.
        client = self._client = smtplib.SMTP(local_hostname=sender.rpartition("@")[2])
        try:
            conversation.open_connection(
                # One second more than the deadline, which thereby is the one that speaks.
                *(client, self._target, self._watchdog),
                patience=self._seconds + 1,
            )
            self._begun = True
            conversation.expect_sender(conversation.mail_from(client, sender), sender)
        except (OSError, DeliveryFailure):
            self._part()
            raise
        return client

    def _takes_another(self, client: smtplib.SMTP, sender: str) -> bool:
        """Whether a kept connection still lives and takes one more message.

        Servers close after so many messages or minutes, or say that it is enough: what a new
        connection answers is what counts.
        """
        try:
            if self._announced:
                self._announced = False
                return client.getreply()[0] == 250
            if self._begun and client.rset()[0] != 250:
                return False
            self._begun = True
            return conversation.mail_from(client, sender)[0] == 250
        except OSError:
            if self._watchdog.passed:
                raise
            client.close()
            return False

    def _part(self) -> None:
        """QUIT where there still is somebody to say it to; nothing depends on the answer."""
        client = self._client
        if client is not None and client.sock is not None and not self._watchdog.passed:
            with suppress(OSError):
                client.sock.settimeout(_QUIT_SECONDS)
                if self._announced:
                    client.getreply()
                client.quit()
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client, self._begun, self._announced = None, False, False


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
