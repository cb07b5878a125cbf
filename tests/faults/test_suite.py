"""The suite in small: every scene, on both databases, in a process of its own."""

from __future__ import annotations

import os

import pytest

from tests.faults import points
from tests.faults.kills import AT_RANDOM
from tests.faults.suite import Row
from tests.helpers.warm import Warm

pytestmark = pytest.mark.waits

# How the scenes' names begin; where we may have no disk of our own, none is full but by a quota.
SCENES = (
    *("killed at named points", "killed at random moments"),
    *("killed twice: answer read", "killed twice: after 354"),
    *("SMTP down, then up", "SMTP goes down", "greylisting", "one is refused"),
    *("hang at each phase", "drip at each phase", "drop at each phase"),
    *("2 workers at once", "4 workers at once", "4 workers x", "clock ten years ahead"),
    *("worker away", "mail server away", "June 2026"),
)
OF_ONE = {"sqlite": ("quota while planning",), "postgresql": ("restarted at once",)}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_promise_is_kept(warm: Warm, database: str) -> None:
    with warm.start("tests.faults.suite", database, "small", env=os.environ) as suite:
        out, err = suite.communicate(timeout=600)
    rows = [Row.of(line) for line in out.splitlines()]
    assert [f"{row.scene}: {what}" for row in rows for what in row.tally.wrong] == []
    assert (suite.returncode, err) == (0, "")
    for begins in SCENES + OF_ONE[database]:
        assert [row for row in rows if row.scene.startswith(begins) and row.tally.letters], begins
    assert not any(row.tally.lost or row.tally.extra or row.tally.unforced for row in rows)
    named, at_random = rows[0].tally.kills, rows[1].tally.kills
    assert all(named[point] for point in points.PLANNING + points.DELIVERING)
    assert at_random[AT_RANDOM]


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("INSERT INTO outbox (kind) VALUES (?)", "letters"),
        ("INSERT INTO reminder (action_id) VALUES (?)", "ledger"),
        ("INSERT INTO reminder_settings (id) VALUES (?)", ""),
        ("UPDATE outbox SET state=?, lease_token=? WHERE id IN (?) RETURNING id", "claim"),
        ("UPDATE outbox SET state=?, lease_token=NULL WHERE id = ?", ""),
        ("UPDATE outbox SET data_started_at=?, lease_expires_at=? WHERE id = ?", "mark"),
        ("UPDATE outbox SET resent_at=? WHERE id = ?", "mark"),
        ("UPDATE outbox SET state=?, data_started_at=NULL WHERE id = ?", ""),
        ("UPDATE outbox\n SET state = 'sent',\n sent_at = ? WHERE id = ? RETURNING id", "sent"),
        ("SELECT sent_at FROM outbox", ""),
    ],
)
def test_statements_are_known_by_what_they_write(statement: str, kind: str) -> None:
    assert points.kind_of(statement) == kind
