"""Work beside the requests, so that nobody's page waits for what takes long."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import cast

from flask import Flask, current_app

from tracker.clock import now
from tracker.services.readings import Claim, Reading, Readings, carry_out
from tracker.services.sources import Sources

# Most of it is done within so many seconds; for longer work there is a page to wait on.
PATIENCE = 1.5


def begin(target: Callable[..., None], *args: object, name: str) -> Thread:
    """Let a thread do it, in an app context of its own."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]

    def run() -> None:
        with app.app_context():
            target(*args)

    # No daemon: a server that is asked to stop finishes what it began.
    thread = Thread(target=run, name=name)
    thread.start()
    return thread


def await_a_little(thread: Thread) -> None:
    """Wait as long as somebody may be kept waiting for a page."""
    thread.join(current_app.config.get("READING_PATIENCE", PATIENCE))


def readings() -> Readings:
    """The installation's readings."""
    return Readings(current_app.extensions["settings"].instance_dir / "readings")


def sources() -> Sources:
    """The installation's kept files."""
    return Sources(current_app.extensions["settings"].instance_dir / "sources")


def read(claim: Claim) -> Reading:
    """Read a claimed report in the background; gives how things stand after a short wait."""
    await_a_little(begin(_carry_out, claim, name=f"reading {claim.work.token}"))
    return claim.work


def _carry_out(claim: Claim) -> None:
    carry_out(claim, clock=now, sources=sources())
