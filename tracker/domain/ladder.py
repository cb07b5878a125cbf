"""The ladder of reminders: which steps there are, whom they speak to, and how they are named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from importlib import resources


class Reason(StrEnum):
    """Why somebody is reminded, least urgent first."""

    SILENT = "silent"
    ROUND_OPEN = "round_open"
    ASSIGNED = "assigned"
    ROUND_DUE = "round_due"
    BEFORE = "before"
    ROUND_LATE = "round_late"
    ON = "on"
    AFTER = "after"
    ESCALATED = "escalated"


class To(StrEnum):
    """Whom a step of the ladder speaks to."""

    OWNER = "owner"
    UNIT_DIRECTOR = "unit_director"
    MUNICIPAL_DIRECTOR = "municipal_director"


URGENCY = {reason: rank for rank, reason in enumerate(Reason)}
ROUNDS = frozenset({Reason.ROUND_OPEN, Reason.ROUND_DUE, Reason.ROUND_LATE})
# Whoever wants the digest on one day of the week hears of these at once all the same.
AT_ONCE = frozenset({Reason.ASSIGNED, Reason.ESCALATED})
# Better early than late: these move to the working day before, the others to the one after.
EARLY = frozenset({Reason.BEFORE, Reason.ROUND_DUE})


@dataclass(frozen=True)
class Step:
    """One rung: `days` counted from the deadline, the last word (silent), or the round's opening
    or due day. What had fallen due before `since` never concerned this rung.
    """

    key: str
    reason: Reason
    days: int
    to: To
    every: int | None = None
    since: date | None = None


@dataclass(frozen=True)
class Ladder:
    """All rungs, and the local hour before which the worker writes to nobody."""

    morning: time
    steps: tuple[Step, ...]

    @property
    def horizon(self) -> int:
        """How many days before its deadline an action can first be due: a weekly digest may be a
        week before the day, and a holiday moves it further."""
        return max((-step.days for step in self.steps), default=0) + 14


@lru_cache(maxsize=1)
def standard_ladder() -> Ladder:
    """The ladder that comes with the product (tracker/data/ladder.json)."""
    source = resources.files("tracker").joinpath("data/ladder.json").read_text("utf-8")
    data = json.loads(source)
    steps = tuple(
        Step(s["key"], Reason(s["reason"]), s["days"], To(s["to"]), s.get("every"))
        for s in data["steps"]
    )
    return Ladder(time.fromisoformat(data["morning"]), steps)
