"""Our side of the SMTP server in its own process: start it, give it orders, read its log."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.helpers.apps import ROOT


@dataclass(frozen=True)
class Accepted:
    """A message that the server has said yes to (or was about to)."""

    recipient: str
    message_id: str
    sha256: str
    at: float


@dataclass
class PostOffice:
    """The server as its user sees it."""

    process: subprocess.Popen[str]
    log: Path
    port: int = 0
    _read: int = field(default=0)

    @property
    def url(self) -> str:
        """For MAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def order(self, order: str, **details: Any) -> None:
        """Give an order and wait until it has been carried out."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"order": order, **details}) + "\n")
        self.process.stdin.flush()
        self.heard()

    def heard(self) -> None:
        """Wait for the server's answer."""
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        assert answer, "the mail server has ended"
        self.port = json.loads(answer)["port"]

    def behave(self, **mood: Any) -> None:
        """From now on so (mail_process.Mood), and forget who has tried before."""
        self.order("behave", **mood)

    def down(self) -> None:
        """Refuse connections, and cut those there are."""
        self.order("down")

    def up(self) -> None:
        """Listen again."""
        self.order("up")

    def forget(self) -> None:
        """Count from here on."""
        self._read = self.log.stat().st_size if self.log.exists() else 0

    def accepted(self) -> list[Accepted]:
        """All that was accepted since `forget`, once nobody is connected any more."""
        self.order("settled")
        return self._so_far()

    def wait_for(self, number: int) -> None:
        """Until so many have been accepted since `forget`; no longer than ten seconds."""
        end = time.monotonic() + 10
        while len(self._so_far()) < number and time.monotonic() < end:
            time.sleep(0.001)

    def _so_far(self) -> list[Accepted]:
        if not self.log.exists():
            return []
        with self.log.open("rb") as file:
            file.seek(self._read)
            entries = [json.loads(line) for line in file.read().splitlines()]
        return [Accepted(",".join(e["to"]), e["id"], e["sha256"], e["at"]) for e in entries]


@contextmanager
def post_office(folder: Path) -> Iterator[PostOffice]:
    """Run the server; its log is kept in `folder`."""
    log = folder / "accepted.jsonl"
    command = [sys.executable, "-m", "tests.faults.mail_process", str(log)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        office = PostOffice(process, log)
        office.heard()
        try:
            yield office
        finally:
            with suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def nobody_accepts() -> Iterator[str]:
    """An address on which connecting itself hangs: its queue of callers is full."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        callers = []
        try:
            for _ in range(8):
                caller = socket.socket()
                callers.append(caller)
                caller.settimeout(0.2)
                with suppress(TimeoutError):
                    caller.connect(address)
            yield f"smtp://127.0.0.1:{address[1]}"
        finally:
            for caller in callers:
                caller.close()
