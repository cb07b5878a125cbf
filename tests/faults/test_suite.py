"""The suite in small: each group of scenes, on both databases, in processes of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.faults import points
from tests.faults.suite import GROUPS, Row
from tests.helpers.apps import ROOT

pytestmark = pytest.mark.waits


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
@pytest.mark.parametrize("group", GROUPS)
def test_the_promise_is_kept(database: str, group: str) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "tests.faults.suite", database, "small", group]
    played = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    rows = [Row.of(line) for line in played.stdout.splitlines()]
    assert [f"{row.scene}: {what}" for row in rows for what in row.tally.wrong] == []
    assert (played.returncode, played.stderr) == (0, "")
    assert sum(row.tally.letters for row in rows) > 0
    assert not any(row.tally.lost or row.tally.extra or row.tally.unforced for row in rows)
    if group == "kills":
        assert all(rows[0].tally.kills[point] for point in points.PLANNING + points.DELIVERING)


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
