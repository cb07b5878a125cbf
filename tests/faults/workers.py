"""Workers as forked children of this process, and their end.

A fork is ready in a hundredth of a second, a new interpreter in one: a thousand kills take
minutes. The parent must have one thread only and no connection of the children's.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask

from tests.faults.points import Trap
from tracker.extensions import db
from tracker.mail.transports import Courier
from tracker.mail.url import parse_mail_url
from tracker.services import ladders, outbox, places, reminders

Job = Callable[[Flask], Any]
PATIENCE = 600  # seconds for the longest work


@dataclass(frozen=True)
class Worker:
    """A child at work; what it says of its work comes through `pipe` as it ends."""

    pid: int
    pipe: int

    def kill(self) -> None:
        """SIGKILL; no harm if it has ended."""
        os.kill(self.pid, signal.SIGKILL)  # not reaped yet, so the number is still its own

    def end(self) -> tuple[bool, Any]:
        """Wait for its end: whether it was killed, and else what its work gave."""
        with os.fdopen(self.pipe, "rb") as pipe:
            if not select.select([pipe], [], [], PATIENCE)[0]:
                self.kill()
                os.waitpid(self.pid, 0)
                raise WorkFailed(f"a worker was not done after {PATIENCE} s")
            said = pipe.read()
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            return True, None
        result = json.loads(said)
        if "failed" in result:
            raise WorkFailed(result["failed"])
        return False, result["done"]


class WorkFailed(Exception):
    """The child's work raised; the text is its traceback."""


def start(app: Flask, job: Job, trap: Trap | None = None) -> Worker:
    """Fork a child that does `job` and ends."""
    part_from_the_database()
    reading, writing = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Worker(pid, reading)
    try:
        os.close(reading)
        os.write(writing, json.dumps(_do(app, job, trap)).encode())
    finally:
        os._exit(0)


def _do(app: Flask, job: Job, trap: Trap | None) -> dict[str, Any]:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    random.seed()
    try:
        with app.app_context():
            if trap is not None:
                trap.set(db.engine)
            return {"done": job(app)}
    except BaseException:
        return {"failed": traceback.format_exc()}


def part_from_the_database() -> None:
    """Leave no connection behind that a child could take for its own."""
    db.session.remove()
    db.engine.dispose()


def do(app: Flask, job: Job, trap: Trap | None = None) -> Any:
    """Do `job` in a child and wait for it."""
    killed, result = start(app, job, trap).end()
    assert not killed
    return result


@dataclass(frozen=True)
class Work:
    """What a worker does with its clock at `now` (ticking on): plan, deliver, or both.

    Only for children: a changed deadline stays.
    """

    now: datetime
    url: str
    plans: bool = True
    delivers: bool = True
    deadline_seconds: float | None = None  # for one message, instead of the product's minute

    def __call__(self, app: Flask) -> dict[str, int]:
        """Do it; how much ended in each way."""
        if self.deadline_seconds is not None:
            (Courier.__init__.__kwdefaults__ or {})["deadline_seconds"] = self.deadline_seconds
        begun = time.monotonic()
        settings = app.extensions["settings"]
        post = places.post_of(settings)
        result: Counter[str] = Counter()
        if self.plans:
            plan = reminders.plan(ladder=ladders.current(), post=post, now=self.now)
            assert plan.failures == (), plan.failures
            result["planned"] = len(plan.mails)
        if self.delivers:
            ended = outbox.deliver_all(
                target=parse_mail_url(self.url),
                post=post,
                clock=lambda: self.now + timedelta(seconds=time.monotonic() - begun),
            )
            result.update(ended)
        return dict(result)


def counted(app: Flask, work: Work) -> Counter[str]:
    """Do the work unharmed, and say how often it came to each named point."""
    trap = Trap()

    def job(inner: Flask) -> dict[str, int]:
        work(inner)
        return dict(trap.met)

    return Counter(do(app, job, trap))
