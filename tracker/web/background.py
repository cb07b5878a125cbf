"""Reading reports beside the requests, so that nobody's page waits for a long one."""

from __future__ import annotations

from threading import Thread
from typing import cast

from flask import Flask, current_app

from tracker.clock import now
from tracker.services.readings import Claim, Reading, Readings, carry_out
from tracker.services.sources import Sources

# Most reports are read within so many seconds; for longer ones there is a page to wait on.
PATIENCE = 1.5


def readings() -> Readings:
    """The installation's readings."""
    return Readings(current_app.extensions["settings"].instance_dir / "readings")


def sources() -> Sources:
    """The installation's kept files."""
    return Sources(current_app.extensions["settings"].instance_dir / "sources")


def read(claim: Claim) -> Reading:
    """Read a claimed report in the background; gives how things stand after a short wait."""
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    # No daemon: a server that is asked to stop finishes what it reads.
    thread = Thread(target=_carry_out, args=(app, claim), name=f"reading {claim.reading.token}")
    thread.start()
    thread.join(app.config.get("READING_PATIENCE", PATIENCE))
    return claim.reading


def _carry_out(app: Flask, claim: Claim) -> None:
    with app.app_context():
        carry_out(claim, clock=now, sources=sources())
