"""The accounts: what was promised, what the mail server holds, and what the tables say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.post_office import Accepted
from tests.faults.town import Kept
from tracker.models import OutboxState


@dataclass
class Tally:
    """Counts over many rounds; `wrong` are sentences about what broke the promise."""

    kills: Counter[str] = field(default_factory=Counter)
    letters: int = 0
    lost: int = 0
    extra: int = 0
    repeated: int = 0
    unforced: int = 0
    resent: int = 0
    wrong: list[str] = field(default_factory=list)

    def complain(self, where: str, what: str) -> None:
        """Note a broken promise."""
        self.wrong.append(f"{where}: {what}")


def in_the_window(kept: Kept, accepted: list[Accepted]) -> set[str]:
    """Right after a kill: what the server holds and our tables do not call sent."""
    unsent = {r["message_id"] for r in kept.outbox if r["state"] is not OutboxState.SENT}
    return unsent & {one.message_id for one in accepted}


def begun(kept: Kept) -> set[str]:
    """Right after a kill: letters whose content may have left and that are not called sent."""
    return {
        row["message_id"]
        for row in kept.outbox
        if row["state"] in (OutboxState.CLAIMED, OutboxState.UNCERTAIN)
        and row["data_started_at"] is not None
    }


@dataclass
class Round:
    """What one round must come to: `expected` is the plan as a run without faults makes it,
    `window` and `begun` were seen right after the kills."""

    where: str
    expected: Kept
    window: set[str]
    begun: set[str]

    def check(
        self, kept: Kept, accepted: list[Accepted], resent: list[int], tally: Tally, *, exact: bool
    ) -> None:
        """Compare, at rest; with `exact` the mails' bytes are those of the plan as well."""
        self._check_rows(kept, tally, exact)
        self._check_mail(kept, accepted, tally)
        named = {row["id"]: row["message_id"] for row in kept.outbox}
        noted = [named.get(row_id, "?") for row_id in resent]
        tally.resent += len(noted)
        if sorted(noted) != sorted(self.begun):
            tally.complain(self.where, f"resent by the journal {noted}, begun {self.begun}")
        copies = Counter(one.message_id for one in accepted)
        untold = [one for one in copies if copies[one] > 1 and one not in noted]
        if untold:
            tally.complain(self.where, f"repeated without a note in the journal: {untold}")

    def _check_rows(self, kept: Kept, tally: Tally, exact: bool) -> None:
        expected, found = self.expected.letters(), kept.letters()
        tally.letters += len(expected)
        tally.lost += len(expected.keys() - found.keys())
        tally.extra += len(found.keys() - expected.keys()) + len(kept.outbox) - len(found)
        if expected != found:
            tally.complain(self.where, "the outbox holds other letters than planned")
        if exact and self.expected.bytes_of() != kept.bytes_of():
            tally.complain(self.where, "a letter's bytes have changed")
        promised, kept_now = self.expected.promises(), kept.promises()
        if promised != kept_now:
            more, fewer = set(kept_now) - set(promised), set(promised) - set(kept_now)
            tally.extra += len(more)
            tally.complain(self.where, f"the ledger has {more} too many, {fewer} too few")
        unsent = [r["message_id"] for r in kept.outbox if r["state"] is not OutboxState.SENT]
        if unsent:
            tally.complain(self.where, f"not sent at rest: {unsent}")

    def _check_mail(self, kept: Kept, accepted: list[Accepted], tally: Tally) -> None:
        copies = Counter(one.message_id for one in accepted)
        for message_id in self.expected.letters():
            if not copies[message_id]:
                tally.lost += 1
                tally.complain(self.where, f"never arrived: {message_id}")
        for message_id, number in copies.items():
            if number > 1:
                tally.repeated += number - 1
            if number > (2 if message_id in self.window else 1):
                tally.unforced += 1
                tally.complain(self.where, f"arrived {number} times: {message_id}")
        missed = {one for one in self.window if copies[one] != 2}
        if missed:
            tally.complain(self.where, f"killed in the window, not sent again: {missed}")
        frozen = kept.bytes_of()
        to = {row["message_id"]: row["address"] for row in kept.outbox}
        for one in accepted:
            if frozen.get(one.message_id) != one.sha256 or to.get(one.message_id) != one.recipient:
                tally.complain(self.where, f"other bytes than frozen: {one.message_id}")
