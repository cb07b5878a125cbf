"""Processes of the product without two seconds of imports each: forks of one that has them behind
it (warm_process.py). They run what `python -m flask …` runs, in a process, an environment and with
an output of their own. What starting an interpreter itself does is for test_serve.py and
test_config.py.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from tests.helpers.source import ROOT


@dataclass
class Process:
    """One of them, with the ways of a `subprocess.Popen` that tests use."""

    words: tuple[str, ...]
    pid: int
    stdout: IO[str]
    stderr: IO[str]
    status: IO[str]
    returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit code, or None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Its exit code (a signal's number below zero), once it has ended."""
        if self.returncode is None:
            if not select.select([self.status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.words, timeout)
            self.returncode = int(self.status.readline())
        return self.returncode

    def communicate(self, timeout: float) -> tuple[str, str]:
        """What it said until its end."""
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(pipe.read) for pipe in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
        return said[0].result(), said[1].result()

    def send_signal(self, number: int) -> None:
        """No harm if it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: TracebackType | type[BaseException] | BaseException | None) -> None:
        """Whatever happens, it does not outlive us."""
        self.kill()
        for pipe in (self.stdout, self.stderr):
            pipe.close()
        self.wait(10)
        self.status.close()


@dataclass(frozen=True)
class Warm:
    """What forks them; `control` takes the orders."""

    control: socket.socket

    def start(self, module: str, *words: str, env: Mapping[str, str], code: str = "") -> Process:
        """`python -m module words` (or -c code), in the repository, with exactly this
        environment."""
        pipes = [os.pipe() for _ in range(3)]
        order = {"module": module, "code": code, "words": words, "env": dict(env)}
        socket.send_fds(
            self.control, [json.dumps(order).encode()], [writing for _, writing in pipes]
        )
        for _, writing in pipes:
            os.close(writing)
        out, err, status = (os.fdopen(reading, encoding="utf-8") for reading, _ in pipes)
        return Process((module, *words), int(status.readline()), out, err, status)

    def flask(self, *words: str, env: Mapping[str, str]) -> Process:
        """A command of the product: flask("worker", "--once", env=…)."""
        return self.start("flask", "--app", "wsgi", *words, env=env)


@contextmanager
def warm_product() -> Iterator[Warm]:
    """Start what forks; it ends with the block."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.warm_process", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        try:
            yield Warm(ours)
        finally:
            ours.close()
            process.wait(10)
