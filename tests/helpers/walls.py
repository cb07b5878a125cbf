"""The walls around a test: no way out to the network, no sleeping."""

from __future__ import annotations

import ipaddress
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = tuple(str(ROOT / part) for part in ("tracker", "tests", "config.py", "wsgi.py"))


def is_local(host: object) -> bool:
    """Whether an address stays on this machine."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


def forbid_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every connection and every name look-up that would leave this machine.

    Returns the list of attempts: code under test may swallow the refusal, so the caller looks.
    """
    attempts: list[str] = []

    def refuse(target: object) -> None:
        attempts.append(str(target))
        pytest.fail(f"a test tried to reach {target}: the outside world is forbidden in tests")

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_local(address[0]):
                refuse(address)
            return method(self, address)

        return connect

    monkeypatch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    monkeypatch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    real_lookup = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_local(host):
            refuse(host)
        return real_lookup(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return attempts


def forbid_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail when our own code sleeps; libraries that wait for their processes may."""
    real_sleep = time.sleep

    def sleep(seconds: float) -> None:
        caller = sys._getframe(1).f_code.co_filename
        if caller.startswith(OURS):
            pytest.fail("a test slept: pass the time in, or mark the test with `waits`")
        real_sleep(seconds)

    monkeypatch.setattr(time, "sleep", sleep)


def eventually(
    answer: Callable[[], Any], *, within: float = 10.0, every: float = 0.05, what: str = ""
) -> Any:
    """Ask a real process until `answer()` is true, at most `within` seconds (needs `waits`)."""
    end = time.monotonic() + within
    while True:
        found = answer()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"waited {within:g} s in vain for {what or answer}")
        time.sleep(every)
