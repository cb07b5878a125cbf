"""The overall time a message may take, and the thread that cuts the connection when it is up."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

LOOKS_EVERY = 0.25  # seconds; how late a cut may come
LAST_SECONDS = 5.0


class Watchdog:
    """Cuts the watched connection when the time of what is in hand is up.

    A socket timeout is per read: a peer that sends a byte now and then never meets it. Once
    `hurried()` is true, all that happens has LAST_SECONDS more together.
    """

    def __init__(self, hurried: Callable[[], bool]) -> None:
        self.passed = False
        self.text = ""
        self._hurried = hurried
        self._end: float | None = None
        self._last_end: float | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._over = False

    def allow(self, seconds: float) -> None:
        """From now on, until `rest`, so much time for what is in hand."""
        with self._changed:
            self.passed = False
            self.text = f"inom {seconds:g} sekunder"
            self._end = time.monotonic() + seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="watchdog", daemon=True)
                self._thread.start()

    def rest(self) -> None:
        """Nothing is in hand: nothing to cut."""
        with self._changed:
            self._end = None

    def remaining(self) -> float:
        """Seconds left, never zero (which would mean a non-blocking socket)."""
        ends = [end for end in (self._end, self._last_end) if end is not None]
        return max(min(ends) - time.monotonic(), 0.001) if ends else LOOKS_EVERY

    def watch(self, connection: socket.socket) -> None:
        """The connection to cut from now on."""
        with self._changed:
            self._socket = connection
            if self.passed:
                self._cut()

    def end(self) -> None:
        """Let the thread go."""
        with self._changed:
            self._over = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _look(self) -> None:
        with self._changed:
            while not self._over:
                now = time.monotonic()
                if self._last_end is None and self._hurried():
                    self._last_end = now + LAST_SECONDS
                if self._end is not None and not self.passed:
                    self._judge(now)
                self._changed.wait(LOOKS_EVERY)

    def _judge(self, now: float) -> None:
        hurried = self._last_end is not None and self._last_end <= now
        if hurried:
            self.text = "innan arbetaren stängdes"
        if hurried or (self._end is not None and self._end <= now):
            self.passed = True
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # shutdown wakes a blocked read, close does not. The plain socket's own method:
                # SSLSocket.shutdown would first forget the encryption, under a running send.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
