"""Small work done beside the requests: by one thread, in turn, and no more than it can bear.

However many ask, no more than one thread and one connection to the database are taken from those
who wait for a page.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable
from secrets import SystemRandom
from threading import Event, Lock, Thread

MOST_WAITING = 50
LONGEST_PAUSE = 4.0  # seconds
log = logging.getLogger(__name__)


class Beside:
    """A short queue, and the thread that empties it; the thread ends when nothing is left.

    Each job begins a random while after it was given. The thread is no daemon: a server that is
    asked to stop finishes what waits.
    """

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most = most
        self._lock = Lock()
        self._jobs: deque[tuple[float, Callable[[], None]]] = deque()
        self._thread: Thread | None = None

    def give(self, job: Callable[[], None], *, at_once: bool = False) -> Thread | None:
        """Have a job done; gives the thread that will. None: too many wait already, and it will
        not be done. What a job raises is logged by kind only: its text might hold a secret."""
        pause = 0.0 if at_once else SystemRandom().uniform(0, LONGEST_PAUSE)
        with self._lock:
            if len(self._jobs) >= self._most:
                return None
            self._jobs.append((time.monotonic() + pause, job))
            if self._thread is None:
                thread = Thread(target=self._work, name="beside")
                thread.start()
                self._thread = thread
            return self._thread

    def _work(self) -> None:
        while (following := self._next()) is not None:
            begins, job = following
            Event().wait(max(0.0, begins - time.monotonic()))
            try:
                job()
            except Exception as error:
                log.error("work beside the requests failed: %s", type(error).__name__)

    def _next(self) -> tuple[float, Callable[[], None]] | None:
        with self._lock:
            if not self._jobs:
                self._thread = None
                return None
            return self._jobs.popleft()
