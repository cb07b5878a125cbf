"""The stage on which every scene plays: one database, one mail server, one known beginning."""

from __future__ import annotations

import gc
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask

from tests.faults import town, workers
from tests.faults.accounts import Round, Tally, begun, in_the_window
from tests.faults.post_office import PostOffice
from tests.faults.town import MORNING, Kept, look, put_back, resent, tables
from tests.faults.workers import Work
from tracker.models import OutboxState
from tracker.services.outbox import LEASE
from tracker.services.outbox.leases import claim
from tracker.services.reminders import planning

LATER = MORNING + LEASE + timedelta(minutes=1)


def batches(planned: int, claimed: int) -> None:
    """So many people in a transaction, in this process and its children: with few of them even a
    small town takes several."""
    planning.BATCH = planned
    (claim.__kwdefaults__ or {})["limit"] = claimed


@dataclass
class Stage:
    """`expected` is what a day without faults plans, `told` the journal's last entry before the
    round."""

    app: Flask
    office: PostOffice
    chance: random.Random
    expected: Kept
    tally: Tally = field(default_factory=Tally)
    told: int = 0

    @classmethod
    def begin(cls, app: Flask, office: PostOffice, people: int, seed: int) -> Stage:
        """Build the town and see what a day without faults looks like."""
        batches(planned=6, claimed=6)
        town.build_town(people)
        # In this process: what is compiled on the way every child then has from birth.
        Work(MORNING, office.url)(app)
        put_back()
        assert threading.active_count() == 1
        gc.collect()
        gc.freeze()
        workers.do(app, Work(MORNING, office.url, delivers=False))
        with tables() as connection:
            expected = look(connection)
        assert len(expected.outbox) > people
        return cls(app, office, random.Random(seed), expected)

    def open(self, *, planned: bool) -> None:
        """Back to the beginning: nothing planned yet, or everything planned and nothing sent."""
        self.told = put_back(self.expected if planned else None)
        self.office.behave()
        self.office.forget()

    def half_time(self, where: str, *, allowed: int) -> Round:
        """What the fault has left: at most `allowed` letters arrived without our note of it."""
        accepted = self.office.accepted()
        with tables() as connection:
            kept = look(connection)
        half = Round(where, self.expected, in_the_window(kept, accepted), begun(kept))
        if len(half.window) > allowed:
            self.tally.complain(where, f"{half.window} had arrived without a note")
        unwritten = {r["id"] for r in kept.outbox} - {r["outbox_id"] for r in kept.ledger}
        if unwritten:
            self.tally.complain(where, f"letters without a ledger: {unwritten}")
        return half

    def close(self, half: Round, moments: Sequence[datetime] = (LATER,), *, exact: bool) -> None:
        """Let other workers go on at these moments, until all is sent, and settle the accounts."""
        for moment in moments:
            workers.do(self.app, Work(moment, self.office.url))
            with tables() as connection:
                kept, again = look(connection), resent(connection, self.told)
            if all(row["state"] is OutboxState.SENT for row in kept.outbox):
                break
        half.check(kept, self.office.accepted(), again, self.tally, exact=exact)
