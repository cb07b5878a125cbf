"""What the rules will say on the days to come, if nobody changes or reports anything meanwhile.

The rules stay the only truth: they are asked about the days on which their answer can differ from
the day before, and no others. Between two borders (an absence or a round that begins or ends) what
has been passed only grows, so two days that look the same have nothing new between them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import cache

from tracker.domain.ladder import Ladder, Reason
from tracker.domain.reminders import ActionFacts, Decision, Due, decide, passed
from tracker.domain.staff import Staff

Ledger = frozenset[tuple[str, int, int]]
Snapshot = Callable[[int], tuple[Due, ...]]


def news(
    facts: ActionFacts,
    ledger: Ledger,
    ladder: Ladder,
    days: Sequence[date],
    staff: Staff,
    *,
    written_to: frozenset[int] = frozenset(),
) -> Iterator[tuple[int, Decision]]:
    """What would be sent about one action on `days` (working days in order, not empty): the day's
    place and the decision. People in `written_to` have had the digest of the first day already.
    """
    snapshot: Snapshot = cache(lambda place: tuple(passed(facts, ladder, days[place], staff)))
    known = set(ledger)
    borders = _borders(facts, days, staff)
    if written_to and len(days) > 1:
        borders = sorted({*borders, 1})  # what had to wait a day
    for place in _turns(snapshot, borders, len(days)):
        if all(_name(due) in known for due in snapshot(place)):
            continue
        for decision in decide(facts, frozenset(known), ladder, days[place], staff):
            send = decision.send
            # One digest a day; only what was just assigned goes after it.
            late = place == 0 and send.recipient_id in written_to
            if not late or send.reason is Reason.ASSIGNED:
                known.update(_name(due) for due in (send, *decision.superseded))
                yield place, decision


def _name(due: Due) -> tuple[str, int, int]:
    return due.key, due.deadline_rev, due.recipient_id


def _turns(snapshot: Snapshot, borders: Sequence[int], end: int) -> Iterator[int]:
    """The places where the snapshot may differ from the one before, the first included."""
    for start, following in zip(borders, [*borders[1:], end], strict=True):
        yield start
        yield from _changes(snapshot, start, following - 1)


def _changes(snapshot: Snapshot, low: int, high: int) -> Iterator[int]:
    if snapshot(low) == snapshot(high):
        return
    if high - low == 1:
        yield high
        return
    middle = (low + high) // 2
    yield from _changes(snapshot, low, middle)
    yield from _changes(snapshot, middle, high)


def _borders(facts: ActionFacts, days: Sequence[date], staff: Staff) -> list[int]:
    """The places from which on somebody else may act, or another round may count."""
    dates = [day for one in facts.rounds for day in (one.opens_on, one.closed_on) if day]
    waiting = [facts.owner_id, facts.unit_director_id, facts.municipal_director_id]
    met: set[int | None] = {None}
    while waiting:
        person = waiting.pop()
        if person is None or person in met:
            continue
        met.add(person)
        for away in staff.absences.get(person, ()):
            dates += [away.first, away.last + timedelta(days=1)]
            waiting.append(away.delegate_id)
    places = {bisect_left(days, day) for day in dates}
    return sorted({0} | {place for place in places if place < len(days)})
