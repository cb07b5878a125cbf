"""What an action's status means, which changes are allowed, and what dates make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tracker.domain.errors import N_, RuleBroken

DUE_SOON_DAYS = 30
SILENT_DAYS = 90


class ActionStatus(StrEnum):
    """The stored states of an action (DESIGN §1)."""

    PLANNED = "planned"
    ONGOING = "ongoing"
    PAUSED = "paused"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"


class Health(StrEnum):
    """What an owner says of an action in a status update."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OFF_TRACK = "off_track"


class Timeliness(StrEnum):
    """What the dates say of an open action; computed, never stored."""

    OVERDUE = "overdue"
    DUE_SOON = "soon"
    SILENT = "silent"
    FINE = "fine"


@dataclass(frozen=True)
class Mark:
    """How a state is shown: word, tone and icon together, never colour alone."""

    label: str
    tone: str
    icon: str


OPEN = (ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.PAUSED)
REACHED = (ActionStatus.DONE, ActionStatus.VERIFIED)

TRANSITIONS: dict[ActionStatus, frozenset[ActionStatus]] = {
    ActionStatus.PLANNED: frozenset(
        {ActionStatus.ONGOING, ActionStatus.PAUSED, ActionStatus.DONE, ActionStatus.DROPPED}
    ),
    ActionStatus.ONGOING: frozenset(
        {ActionStatus.PLANNED, ActionStatus.PAUSED, ActionStatus.DONE, ActionStatus.DROPPED}
    ),
    ActionStatus.PAUSED: frozenset(
        {ActionStatus.PLANNED, ActionStatus.ONGOING, ActionStatus.DONE, ActionStatus.DROPPED}
    ),
    # A "done" that does not hold is sent back to work.
    ActionStatus.DONE: frozenset({ActionStatus.VERIFIED, ActionStatus.ONGOING}),
    ActionStatus.VERIFIED: frozenset({ActionStatus.ONGOING}),
    ActionStatus.DROPPED: frozenset({ActionStatus.PLANNED}),
}

STATUS_MARKS: dict[ActionStatus, Mark] = {
    ActionStatus.PLANNED: Mark(N_("Planerad"), "neutral", "planned"),
    ActionStatus.ONGOING: Mark(N_("Pågår"), "info", "ongoing"),
    ActionStatus.PAUSED: Mark(N_("Pausad"), "muted", "paused"),
    ActionStatus.DONE: Mark(N_("Genomförd"), "good", "done"),
    ActionStatus.VERIFIED: Mark(N_("Verifierad"), "good", "verified"),
    ActionStatus.DROPPED: Mark(N_("Avbruten"), "muted", "dropped"),
}

HEALTH_MARKS: dict[Health, Mark] = {
    Health.ON_TRACK: Mark(N_("Enligt plan"), "good", "on_track"),
    Health.AT_RISK: Mark(N_("Risk för försening"), "warn", "at_risk"),
    Health.OFF_TRACK: Mark(N_("Följer inte planen"), "bad", "off_track"),
}

TIMELINESS_MARKS: dict[Timeliness, Mark] = {
    Timeliness.OVERDUE: Mark(N_("Försenad"), "bad", "overdue"),
    Timeliness.DUE_SOON: Mark(N_("Förfaller snart"), "warn", "soon"),
    Timeliness.SILENT: Mark(N_("Tyst länge"), "warn", "silent"),
}


def check_transition(before: ActionStatus, after: ActionStatus) -> None:
    """Raise RuleBroken unless an action may go from `before` to `after`."""
    if after not in TRANSITIONS[before]:
        raise RuleBroken(
            N_("Åtgärden kan inte gå från ”%(before)s” till ”%(after)s”."),
            before=STATUS_MARKS[before].label,
            after=STATUS_MARKS[after].label,
        )


def is_overdue(status: ActionStatus, deadline: date, today: date) -> bool:
    """An open action whose deadline has passed; the deadline day itself is still in time."""
    return status in OPEN and deadline < today


def slippage(first: date, current: date) -> int:
    """How many days a deadline has moved since it was first set; negative is earlier."""
    return (current - first).days


def last_heard(
    created_at: datetime, assigned_at: datetime | None, reported_at: datetime | None
) -> datetime:
    """When somebody last spoke of an action; where nobody has, when it was assigned or made."""
    return max(moment for moment in (created_at, assigned_at, reported_at) if moment)


def timeliness(
    status: ActionStatus, deadline: date, last_heard_on: date, today: date
) -> Timeliness:
    """The one thing most worth saying of an action's dates, worst first.

    `last_heard_on` is the day of `last_heard`.
    """
    if is_overdue(status, deadline, today):
        return Timeliness.OVERDUE
    if status not in OPEN:
        return Timeliness.FINE
    if (deadline - today).days <= DUE_SOON_DAYS:
        return Timeliness.DUE_SOON
    if (today - last_heard_on).days >= SILENT_DAYS:
        return Timeliness.SILENT
    return Timeliness.FINE
