"""The state of worker and outbox, read once for each request however many ask."""

from __future__ import annotations

from typing import cast

from flask import g

from tracker.clock import now
from tracker.services import operations
from tracker.services.operations import Health
from tracker.web.local import zone


def machinery() -> Health:
    """What the administrator's pages and the banner over all of them say of the machinery."""
    if "machinery" not in g:
        g.machinery = operations.health(now=now(), zone=zone())
    return cast(Health, g.machinery)
