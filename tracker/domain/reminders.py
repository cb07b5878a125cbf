"""Who should be reminded of what today: levels, never exact days (DESIGN §5).

Every rule asks "which steps have been passed, and which of them are not in the ledger yet?", so a
day that was missed is caught up, once, by the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from tracker.domain.calendar import next_working_day, previous_working_day


class Reason(StrEnum):
    """Why somebody is reminded, least urgent first."""

    SILENT = "silent"
    ASSIGNED = "assigned"
    BEFORE = "before"
    ON = "on"
    AFTER = "after"
    ESCALATED = "escalated"


class To(StrEnum):
    """Whom a step of the ladder speaks to."""

    OWNER = "owner"
    UNIT_DIRECTOR = "unit_director"
    MUNICIPAL_DIRECTOR = "municipal_director"


URGENCY = {reason: rank for rank, reason in enumerate(Reason)}
OWN_CLOCK = 0  # the "revision" of a step whose key carries its own date


@dataclass(frozen=True)
class Step:
    """One rung: `days` counted from the deadline (or, if silent, from the last word)."""

    key: str
    reason: Reason
    days: int
    to: To
    every: int | None = None


@dataclass(frozen=True)
class Ladder:
    """All rungs, and the local hour before which the worker writes to nobody."""

    morning: time
    steps: tuple[Step, ...]

    @property
    def horizon(self) -> int:
        """How many days before its deadline an action can first be due, weekends included."""
        return max((-step.days for step in self.steps), default=0) + 7


@dataclass(frozen=True)
class ActionFacts:
    """What the rules need to know of one action; people are ids of active accounts, or None.

    `deadline_set_on` is the day on which deadline or owner last changed: a step whose day had
    passed by then never concerned this promise. `last_heard_on` is the day of the last status
    update, of the assignment or of the creation, whichever is latest.
    """

    action_id: int
    is_open: bool
    deadline: date
    deadline_rev: int
    deadline_set_on: date
    assigned_on: date | None
    last_heard_on: date
    owner_id: int | None
    unit_director_id: int | None
    municipal_director_id: int | None


@dataclass(frozen=True)
class Due:
    """A step that was passed, and the day it fell due.

    Key, revision and recipient are its name in the ledger; the revision is OWN_CLOCK where the
    key holds the date it is counted from ("silent-90@2026-03-02"), so that it is told once
    however often the deadline is revised.
    """

    key: str
    reason: Reason
    deadline_rev: int
    recipient_id: int
    on: date


@dataclass(frozen=True)
class Decision:
    """For one action and person: the step to send, and those it passes over."""

    action_id: int
    send: Due
    superseded: tuple[Due, ...]


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


def decide(
    facts: ActionFacts, ledger: frozenset[tuple[str, int, int]], ladder: Ladder, today: date
) -> list[Decision]:
    """What to send about one action, at most one item per person.

    `ledger` holds (key, deadline_rev, recipient_id) of everything in a mail or passed over.
    """
    if not facts.is_open:
        return []
    by_person: dict[int, list[Due]] = {}
    for due in passed(facts, ladder, today):
        by_person.setdefault(due.recipient_id, []).append(due)
    decisions = (_decide_for_person(facts, dues, ledger) for _, dues in sorted(by_person.items()))
    return [decision for decision in decisions if decision]


def _decide_for_person(
    facts: ActionFacts, dues: list[Due], ledger: frozenset[tuple[str, int, int]]
) -> Decision | None:
    def is_new(due: Due) -> bool:
        return (due.key, due.deadline_rev, due.recipient_id) not in ledger

    heads = [due for due in _latest_per_track(dues) if is_new(due)]
    if not heads:
        return None
    send = max(heads, key=lambda due: (URGENCY[due.reason], due.on))
    rest = tuple(due for due in dues if due != send and is_new(due))
    return Decision(facts.action_id, send, rest)


def _latest_per_track(dues: Iterable[Due]) -> list[Due]:
    """Deadline, silence and escalation each climb their own ladder; keep the topmost rung."""
    latest: dict[str, Due] = {}
    for due in sorted(dues, key=lambda due: (due.on, URGENCY[due.reason])):
        own_track = due.reason in (Reason.SILENT, Reason.ESCALATED)
        latest[due.reason if own_track else "deadline"] = due
    return list(latest.values())


def passed(facts: ActionFacts, ladder: Ladder, today: date) -> Iterator[Due]:
    """Every step that has been reached by `today`; of a repeating one only the latest."""
    if facts.owner_id is not None and facts.assigned_on is not None:
        key = f"assigned@{facts.assigned_on}"
        yield Due(key, Reason.ASSIGNED, OWN_CLOCK, facts.owner_id, facts.assigned_on)
    for step in ladder.steps:
        recipient = _recipient(step, facts)
        if recipient is None:
            continue
        occurrence = _occurrence(step, facts, today)
        if occurrence is not None:
            key, on = occurrence
            rev = OWN_CLOCK if "@" in key else facts.deadline_rev
            yield Due(key, step.reason, rev, recipient, on)


def _recipient(step: Step, facts: ActionFacts) -> int | None:
    """The person a step speaks to; without an owner it falls to the directors in turn."""
    if step.to is To.OWNER:
        return _recipient_in_charge(facts)
    director = (
        facts.unit_director_id if step.to is To.UNIT_DIRECTOR else facts.municipal_director_id
    )
    # Nobody is told as a superior what they were told as the one who answers.
    return None if director == _recipient_in_charge(facts) else director


def _recipient_in_charge(facts: ActionFacts) -> int | None:
    return facts.owner_id or facts.unit_director_id or facts.municipal_director_id


def _occurrence(step: Step, facts: ActionFacts, today: date) -> tuple[str, date] | None:
    start = facts.last_heard_on if step.reason is Reason.SILENT else facts.deadline
    days = _latest_days(step, (today - start).days)
    on = _working_day(step, start + timedelta(days=days))
    if on > today and step.every and days - step.every >= step.days:
        # The latest round fell on a holiday and waits; the one before it has been reached.
        days -= step.every
        on = _working_day(step, start + timedelta(days=days))
    if on > today:
        return None
    if step.reason in (Reason.BEFORE, Reason.ON) and on <= facts.deadline_set_on:
        return None
    key = f"{step.key}-{days}" if step.every else step.key
    # A director who appoints a new owner need not hear once more that the old deadline has passed.
    is_own_clock = step.reason in (Reason.SILENT, Reason.ESCALATED)
    return (f"{key}@{start}" if is_own_clock else key), on


def _latest_days(step: Step, elapsed: int) -> int:
    """The step's own distance, or for a repeating one that of its latest round."""
    if not step.every or elapsed < step.days:
        return step.days
    return step.days + (elapsed - step.days) // step.every * step.every


def _working_day(step: Step, day: date) -> date:
    """Before the deadline a mail is early rather than late; otherwise it waits for the office."""
    if step.reason is Reason.BEFORE:
        return previous_working_day(day)
    return next_working_day(day)


def still_holds(
    key: str, reason: Reason, deadline_rev: int, recipient_id: int, facts: ActionFacts
) -> bool:
    """Whether a reminder that waits in a mail may still leave: nothing stale goes out."""
    if not facts.is_open:
        return False
    since = key.partition("@")[2]
    in_charge = _recipient_in_charge(facts)
    if reason is Reason.ASSIGNED:
        return recipient_id == facts.owner_id and since == str(facts.assigned_on)
    if reason is Reason.SILENT:
        return recipient_id == in_charge and since == str(facts.last_heard_on)
    if reason is Reason.ESCALATED:
        superiors = {facts.unit_director_id, facts.municipal_director_id} - {in_charge}
        return recipient_id in superiors and since == str(facts.deadline)
    return recipient_id == in_charge and deadline_rev == facts.deadline_rev
