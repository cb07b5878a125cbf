"""Who should be reminded of what today: levels, never exact days (DESIGN §5).

Every rule asks "which steps have been passed, and which of them are not in the ledger yet?", so a
day that was missed is caught up, once, by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.calendar import next_digest_day, previous_digest_day
from tracker.domain.ladder import AT_ONCE, EARLY, ROUNDS, URGENCY, Ladder, Reason, Step, To
from tracker.domain.staff import EVERYBODY_IN, Staff

JUST_OPENED = timedelta(days=3)  # so long the word of a round's opening needs no other
NUDGE = "round-nudge"
OWN_CLOCK = 0  # the "revision" of a step whose key carries its own date


@dataclass(frozen=True)
class Round:
    """A follow-up round as the rules see it: from `opens_on` on, everyone reports by `due_on`.
    `nudged_on` is the last day on which somebody asked once more those who had not answered."""

    id: int
    opens_on: date
    due_on: date
    closed_on: date | None = None
    nudged_on: date | None = None


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """What the rules need to know of one action; people are ids of active accounts, or None.

    `deadline_set_on` is the day on which deadline or owner last changed: a step whose day had
    passed by then never concerned this promise. `last_heard_on` is the day of the last status
    update, of the assignment or of the creation, whichever is latest; `reported_on` that of the
    last status update alone. `rounds` are those that are about the action's plan.
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
    created_on: date = date.min
    reported_on: date | None = None
    rounds: tuple[Round, ...] = ()

    @property
    def in_charge(self) -> int | None:
        """Who answers for the action: without an owner it falls to the directors in turn."""
        return self.owner_id or self.unit_director_id or self.municipal_director_id


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Decision:
    """For one action and person: the step to send, and those it passes over."""

    action_id: int
    send: Due
    superseded: tuple[Due, ...]


def decide(
    facts: ActionFacts,
    ledger: frozenset[tuple[str, int, int]],
    ladder: Ladder,
    today: date,
    staff: Staff = EVERYBODY_IN,
) -> list[Decision]:
    """What to send about one action, at most one item per person.

    `ledger` holds (key, deadline_rev, recipient_id) of everything in a mail or passed over.
    """
    if not facts.is_open:
        return []
    by_person: dict[int, list[Due]] = {}
    for due in passed(facts, ladder, today, staff):
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
    """Deadline, silence, escalation and round each climb their own; keep the topmost rung."""
    latest: dict[str, Due] = {}
    for due in sorted(dues, key=lambda due: (due.on, URGENCY[due.reason])):
        latest[_track(due.reason)] = due
    return list(latest.values())


def _track(reason: Reason) -> str:
    if reason in ROUNDS:
        return "round"
    return reason.value if reason in (Reason.SILENT, Reason.ESCALATED) else "deadline"


def passed(
    facts: ActionFacts, ladder: Ladder, today: date, staff: Staff = EVERYBODY_IN
) -> Iterator[Due]:
    """Every step that has been reached by `today`; of a repeating one only the latest."""
    if facts.owner_id is not None and facts.assigned_on is not None:
        acting = staff.acting(facts.owner_id, today)
        if _concerns(acting, facts.owner_id, facts.assigned_on, staff, today):
            key = f"assigned@{facts.assigned_on}"
            yield Due(key, Reason.ASSIGNED, OWN_CLOCK, acting, facts.assigned_on)
    for step in ladder.steps:
        person = addressee(step, facts, staff, today)
        start = _counted_from(step.reason, facts, today)
        if person is None or start is None:
            continue
        acting = staff.acting(person, today)
        reached = _reached(step, facts, start, today, staff.weekdays.get(acting))
        if reached is None:
            continue
        days, on = reached
        # On a delegate's weekday before the absence nobody told them of what falls due within it.
        plain = _digest_day(step, start + timedelta(days=days), None) if acting != person else on
        if _concerns(acting, person, max(on, plain), staff, today):
            stamp = _stamp(step.reason, facts, today)
            rev = OWN_CLOCK if stamp else facts.deadline_rev
            yield Due(_key(step, days, stamp), step.reason, rev, acting, on)
    yield from _nudged(facts, today, staff)


def _nudged(facts: ActionFacts, today: date, staff: Staff) -> Iterator[Due]:
    """What somebody asked for by hand: no rung, so whatever the ladder holds it goes at once."""
    current = current_round(facts, today)
    if current is None or current.nudged_on is None or facts.in_charge is None:
        return
    on = next_digest_day(current.nudged_on, None)
    if on > today or _came_after(facts, current.nudged_on):
        return
    acting = staff.acting(facts.in_charge, today)
    if _concerns(acting, facts.in_charge, on, staff, today):
        reason = Reason.ROUND_DUE if on <= current.due_on else Reason.ROUND_LATE
        yield Due(nudge_key(current.id, current.nudged_on), reason, OWN_CLOCK, acting, on)


def _came_after(facts: ActionFacts, nudged_on: date) -> bool:
    """Whether the action, or its owner, came when the others had been asked once more."""
    appointed = facts.assigned_on is not None and facts.assigned_on > nudged_on
    return facts.created_on > nudged_on or appointed


def nudge_key(round_id: int, on: date) -> str:
    """The name in the ledger of being asked once more on a day; a new last day changes nothing."""
    return f"{NUDGE}-{on}@{round_id}"


def is_nudge(key: str) -> bool:
    """Whether a name in the ledger is that of being asked once more by hand."""
    return key.startswith(f"{NUDGE}-")


def _concerns(acting: int, person: int, on: date, staff: Staff, today: date) -> bool:
    """A delegate hears only of what falls due while the person is away."""
    away = None if acting == person else staff.away(person, today)
    return away is None or on >= away.first


def addressee(step: Step, facts: ActionFacts, staff: Staff, today: date) -> int | None:
    """The person a step speaks to, who may be away; None where it speaks to nobody."""
    if step.to is To.OWNER:
        return facts.in_charge
    director = (
        facts.unit_director_id if step.to is To.UNIT_DIRECTOR else facts.municipal_director_id
    )
    if director is None or facts.in_charge is None:
        return director
    # Nobody is told as a superior what they were told as the one who answers.
    same = staff.acting(director, today) == staff.acting(facts.in_charge, today)
    return None if same or director == facts.in_charge else director


def current_round(facts: ActionFacts, today: date) -> Round | None:
    """The round that waits for a word on this action, if one does."""
    return waiting_round(facts.rounds, facts.created_on, facts.reported_on, today)


def waiting_round(
    rounds: Iterable[Round], created_on: date, reported_on: date | None, today: date
) -> Round | None:
    """Of the rounds that are about an action the one that opened last, while it is not closed and
    nothing has been reported since it opened; what came after its last day it does not ask for."""
    opened = [r for r in rounds if r.opens_on <= today]
    if not opened:
        return None
    last = max(opened, key=lambda r: (r.opens_on, r.id))
    closed = last.closed_on is not None and last.closed_on <= today
    answered = reported_on is not None and reported_on >= last.opens_on
    return None if closed or answered or created_on > last.due_on else last


def _counted_from(reason: Reason, facts: ActionFacts, today: date) -> date | None:
    if reason is Reason.SILENT:
        return facts.last_heard_on
    if reason not in ROUNDS:
        return facts.deadline
    current = current_round(facts, today)
    if current is None:
        return None
    return current.opens_on if reason is Reason.ROUND_OPEN else current.due_on


def _stamp(reason: Reason, facts: ActionFacts, today: date) -> str:
    """What a step with a clock of its own is counted from; empty where the revision names it.

    So it is told once however often the deadline is revised: a director who appoints a new owner
    need not hear once more that the old deadline has passed.
    """
    if reason is Reason.ASSIGNED:
        return str(facts.assigned_on)
    if reason is Reason.SILENT:
        return str(facts.last_heard_on)
    if reason is Reason.ESCALATED:
        return str(facts.deadline)
    current = current_round(facts, today) if reason in ROUNDS else None
    if current is None:
        return ""
    return str(current.id) if reason is Reason.ROUND_OPEN else f"{current.id}:{current.due_on}"


def _key(step: Step, days: int, stamp: str) -> str:
    key = f"{step.key}-{days}" if step.every else step.key
    return f"{key}@{stamp}" if stamp else key


def _reached(
    step: Step, facts: ActionFacts, start: date, today: date, weekday: int | None
) -> tuple[int, date] | None:
    """The step's latest distance from `start` that was reached, and on which day; or None."""
    days = _latest_days(step, (today - start).days)
    on = _digest_day(step, start + timedelta(days=days), weekday)
    while on > today and step.every and days - step.every >= step.days:
        # The latest round fell on a holiday and waits; the one before it has been reached.
        days -= step.every
        on = _digest_day(step, start + timedelta(days=days), weekday)
    if on > today or (step.since is not None and on < step.since):
        return None
    return None if _is_stale(step.reason, facts, on, today) else (days, on)


def _is_stale(reason: Reason, facts: ActionFacts, on: date, today: date) -> bool:
    """Whether the day had passed before there was a deadline, or a round, to remind of."""
    if reason is Reason.ROUND_DUE:
        current = current_round(facts, today)
        return current is None or on <= current.opens_on + JUST_OPENED
    return reason in (Reason.BEFORE, Reason.ON) and on <= facts.deadline_set_on


def _latest_days(step: Step, elapsed: int) -> int:
    """The step's own distance, or for a repeating one that of its latest round."""
    if not step.every or elapsed < step.days:
        return step.days
    return step.days + (elapsed - step.days) // step.every * step.every


def _digest_day(step: Step, day: date, weekday: int | None) -> date:
    """Before the deadline a mail is early rather than late; otherwise it waits for the office."""
    wanted = None if step.reason in AT_ONCE else weekday
    move = previous_digest_day if step.reason in EARLY else next_digest_day
    return move(day, wanted)


@dataclass(frozen=True)
class Entry:
    """A line of the ledger: what was decided, and for whom."""

    key: str
    reason: Reason
    deadline_rev: int
    recipient_id: int


def still_holds(entry: Entry, facts: ActionFacts, today: date, staff: Staff = EVERYBODY_IN) -> bool:
    """Whether a reminder that waits in a mail may still leave: nothing stale goes out."""
    reason = entry.reason
    person = spoken_to(reason, entry.recipient_id, facts, today, staff)
    if person is None or not facts.is_open:
        return False
    if is_nudge(entry.key):
        current = current_round(facts, today)
        return current is not None and entry.key.partition("@")[2] == str(current.id)
    stamp = _stamp(reason, facts, today)
    if stamp:
        return entry.key.partition("@")[2] == stamp
    return reason not in ROUNDS and entry.deadline_rev == facts.deadline_rev


def spoken_to(
    reason: Reason, recipient_id: int, facts: ActionFacts, today: date, staff: Staff = EVERYBODY_IN
) -> int | None:
    """Whose reminder the recipient gets: their own, or that of somebody they act for; None where
    it is neither."""
    if reason is Reason.ASSIGNED:
        people = [facts.owner_id]
    elif reason is Reason.ESCALATED:
        people = [facts.unit_director_id, facts.municipal_director_id]
        people = [person for person in people if person != facts.in_charge]
    else:
        people = [facts.in_charge]
    concerned = [p for p in people if p and staff.acting(p, today) == recipient_id]
    return recipient_id if recipient_id in concerned else next(iter(concerned), None)
