"""Asking once more those who have not answered in a round: who hears of it, and when.

A nudge is a row; the reminders' own planning finds it and puts it in the person's next digest, so
that nobody gets two mails in a day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, true

from tracker.domain.calendar import next_working_day
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reminders import ActionFacts, current_round
from tracker.domain.rounds import RoundState
from tracker.domain.staff import Staff
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.models import Action, FollowUpRound, OutboxMessage, RoundNudge, User
from tracker.services import journal, ladders
from tracker.services.reminder_facts import facts_of, staff_on
from tracker.services.reminders import DIGEST
from tracker.services.rounds import listing, progress, rules
from tracker.services.rounds.progress import Measure, Span


@dataclass(frozen=True)
class Heard:
    """One who hears of a nudge: on which day, of how many actions, and in whose stead."""

    name: str
    on: date
    actions: int
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Nudged:
    """The latest nudge of a round."""

    on: date
    by: str

    @property
    def mailed_on(self) -> date:
        """The first day on which its mails leave: they do on working days only."""
        return next_working_day(self.on)


@dataclass(frozen=True)
class NudgeShown:
    """What a nudge would do today: whom it reaches, the earliest first, and how many actions have
    nobody to ask; `at` is the hour from which mail leaves on a day, None where it has struck;
    `waited_for` is how many people have something left to report on."""

    round: FollowUpRound
    heard: tuple[Heard, ...]
    unheard: int
    today: date
    at: time | None
    last: Nudged | None
    waited_for: int = 0

    @property
    def done_today(self) -> bool:
        """Whether somebody has nudged today already."""
        return self.last is not None and self.last.on == self.today

    @property
    def works_today(self) -> bool:
        """Whether mail leaves at all today."""
        return next_working_day(self.today) == self.today

    @property
    def later(self) -> bool:
        """Whether somebody hears of it another day than today."""
        return any(one.on > self.today for one in self.heard)


def nudge_shown(round_id: int, *, by: User, now: datetime, zone: ZoneInfo) -> NudgeShown:
    """What a nudge of the round would do at `now`, in a constant number of queries.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the round does not ask.
    """
    one = listing.load_round(round_id, by=by, deed=Deed.ROUND_MANAGE)
    local = now.astimezone(zone)
    today, morning = local.date(), ladders.morning()
    _check_asking(progress.spans([one], progress.openings())[0], today)
    heard, unheard, people = _reached(one, today, zone)
    waits = morning if local.time() < morning else None
    return NudgeShown(one, heard, unheard, today, waits, last_nudge(one.id), people)


def last_nudge(round_id: int) -> Nudged | None:
    """When the silent ones of a round were last asked once more, and by whom."""
    query = (
        select(RoundNudge.on, User.name)
        .join(User, User.id == RoundNudge.by_id)
        .where(RoundNudge.round_id == round_id)
        .order_by(RoundNudge.on.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return Nudged(*row) if row is not None else None


def nudge(round_id: int, *, by: User, now: datetime, zone: ZoneInfo) -> tuple[Heard, ...]:
    """Have those who have not answered reminded once more, and return who hears of it and when.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the round does not ask, somebody has nudged today, or all have answered.
    """
    one = rules.held_round(round_id, by=by)
    today = now.astimezone(zone).date()
    _check_asking(progress.spans([one], progress.openings())[0], today)
    last = last_nudge(one.id)
    if last is not None and last.on >= today:
        raise RuleBroken(
            "De som inte har svarat påmindes i dag av %(name)s. Vänta till i morgon med nästa "
            "påminnelse.",
            name=last.by,
        )
    heard, _unheard, _people = _reached(one, today, zone)
    if not heard:
        raise RuleBroken("Det finns ingen att påminna: alla som kan nås har svarat.")
    db.session.add(RoundNudge(round_id=one.id, on=today, at=now, by_id=by.id))
    data = {"round": one.name, "on": today.isoformat(), "people": len(heard)}
    journal.record("round.nudge", "round", one.id, data, by=by, now=now)
    db.session.commit()
    return heard


def _check_asking(span: Span, today: date) -> None:
    state = span.state(today)
    if state is RoundState.PLANNED:
        raise RuleBroken("Omgången har inte öppnat än, så ingen har något att svara på.")
    if span.closed_on is not None:
        raise RuleBroken("Omgången är avslutad. Öppna den igen om någon ska påminnas.")
    if state is RoundState.ENDED:
        raise RuleBroken("En senare omgång har tagit över, och det är den som frågar nu.")


def _reached(one: FollowUpRound, today: date, zone: ZoneInfo) -> tuple[tuple[Heard, ...], int, int]:
    """Who would hear of a nudge of today, how many actions have nobody to ask, and how many people
    have actions left."""
    waiting = _waiting(one, today, zone)
    staff, told = staff_on(today), _told_on(today)
    of_whom: dict[tuple[date, int], list[int]] = {}
    unheard = 0
    for facts in waiting:
        found = _hears(facts, today, staff, told)
        if found is None or facts.in_charge is None:
            unheard += 1
        else:
            of_whom.setdefault(found, []).append(facts.in_charge)
    names = _names(
        {person for (_, acting), asked in of_whom.items() for person in (acting, *asked)}
    )
    heard = [
        Heard(
            names[acting],
            on,
            len(asked),
            tuple(sorted({names[person] for person in asked if person != acting})),
        )
        for (on, acting), asked in of_whom.items()
    ]
    owners = {person for asked in of_whom.values() for person in asked}
    return tuple(sorted(heard, key=lambda person: (person.on, person.name))), unheard, len(owners)


def _waiting(one: FollowUpRound, today: date, zone: ZoneInfo) -> list[ActionFacts]:
    """The open actions for which this very round waits."""
    (span,) = progress.spans([one], progress.openings())
    measure = Measure.within(true(), span, None, zone)
    silent = select(Action.id).where(measure.asked, ~measure.answered, Action.status.in_(OPEN))
    found = facts_of(db.session.scalars(silent), zone).values()
    return [
        facts
        for facts in found
        if (waits := current_round(facts, today)) is not None and waits.id == one.id
    ]


def _hears(
    facts: ActionFacts, today: date, staff: Staff, told: frozenset[int]
) -> tuple[date, int] | None:
    """The day on which somebody hears of a nudge of today about the action, and who; None where
    nobody can be asked. As domain.reminders plans it: in the next digest of whoever acts."""
    if facts.in_charge is None:
        return None
    on = next_working_day(today)
    acting = staff.acting(facts.in_charge, on)
    if on == today and acting in told:
        # The digest of the day has been written, and nobody gets two.
        on = next_working_day(today + timedelta(days=1))
        later = staff.acting(facts.in_charge, on)
        acting = later if later == facts.in_charge else acting
    return on, acting


def _told_on(today: date) -> frozenset[int]:
    """Who has had the digest of the day."""
    query = select(OutboxMessage.recipient_id).where(
        OutboxMessage.local_date == today, OutboxMessage.kind == DIGEST
    )
    return frozenset(db.session.scalars(query))


def _names(people: Iterable[int]) -> dict[int, str]:
    rows = db.session.execute(select(User.id, User.name).where(User.id.in_(set(people))))
    return dict(rows.all())
