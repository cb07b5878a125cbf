"""The outbox: every mail waits here, leaves once, and is accounted for (DESIGN §5)."""

from __future__ import annotations

from tracker.services.outbox.delivering import deliver_all
from tracker.services.outbox.leases import LEASE, UNKNOWN_END, due_count, recover
from tracker.services.outbox.marks import LOST, NO_SERVER, backoff

__all__ = [
    "LEASE",
    "LOST",
    "NO_SERVER",
    "UNKNOWN_END",
    "backoff",
    "deliver_all",
    "due_count",
    "recover",
]
