"""Who will get what in the days to come: the rules played forward in memory, nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tracker.domain.calendar import is_working_day, local_date
from tracker.domain.forecasting import news
from tracker.domain.ladder import URGENCY, Ladder
from tracker.domain.permissions import Deed
from tracker.domain.reminders import Decision
from tracker.domain.statuses import OPEN
from tracker.extensions import db, only_read
from tracker.models import Action, OutboxMessage, User
from tracker.services import scope
from tracker.services.reminder_facts import facts_of, ledger_of, staff_on
from tracker.services.reminders import DIGEST

DAYS = 30
TITLES = 3  # of each letter are named
LETTERS = 200  # are shown one by one
PEOPLE = 50
_CHUNK = 5000  # actions in memory at a time


@dataclass(frozen=True)
class Letter:
    """One person's mail of one day: how many actions, and the titles of the most urgent."""

    day: date
    person_id: int
    name: str
    actions: int
    titles: tuple[str, ...]


@dataclass(frozen=True)
class OneDay:
    """A working day in all."""

    day: date
    letters: int
    actions: int


@dataclass(frozen=True)
class OnePerson:
    """A person over all days."""

    person_id: int
    name: str
    letters: int
    actions: int


@dataclass(frozen=True)
class Forecast:
    """The days from `first` to `last`. `letters` are at most LETTERS, `total` counts them all;
    `everybody` gets any, those with most letters first."""

    first: date
    last: date
    total: int
    days: tuple[OneDay, ...]
    everybody: tuple[OnePerson, ...]
    letters: tuple[Letter, ...]

    @property
    def recipients(self) -> int:
        """How many people get any letter."""
        return len(self.everybody)

    @property
    def people(self) -> tuple[OnePerson, ...]:
        """The PEOPLE with most letters, who are shown one by one."""
        return self.everybody[:PEOPLE]


@dataclass
class _Mail:
    """A mail in the making: `top` are (urgency downwards, action id) of what to name."""

    actions: int = 0
    top: list[tuple[int, int]] = field(default_factory=list)

    def add(self, decision: Decision) -> None:
        self.actions += 1
        self.top.append((-URGENCY[decision.send.reason], decision.action_id))
        self.top = sorted(self.top)[:TITLES]


_Mails = dict[tuple[int, int], _Mail]  # by (the day's place, person)


def forecasts(
    ladders: Sequence[Ladder], *, by: User, now: datetime, zone: ZoneInfo, days: int = DAYS
) -> list[Forecast]:
    """What each of the ladders would give from the day of `now` on, for `days` days, if nobody
    reports or changes anything. What waits in the outbox already is not counted.

    Raises:
        Forbidden: the person is no administrator.
    """
    scope.require(by, Deed.OPERATIONS_VIEW)
    only_read()
    first = local_date(now, zone)
    all_days = [first + timedelta(days=number) for number in range(days)]
    working = [day for day in all_days if is_working_day(day)]
    found: list[_Mails] = [{} for _ladder in ladders]
    if working:
        _play(ladders, found, working, first, zone)
    names = _active_names({person for mails in found for _place, person in mails})
    return [_told(mails, names, working, all_days) for mails in found]


def _play(
    ladders: Sequence[Ladder],
    found: list[_Mails],
    working: Sequence[date],
    today: date,
    zone: ZoneInfo,
) -> None:
    """Fill `found`, one for each ladder, with all that is decided on the working days."""
    staff = staff_on(today)
    written_to = frozenset(
        db.session.scalars(
            select(OutboxMessage.recipient_id).where(
                OutboxMessage.local_date == working[0], OutboxMessage.kind == DIGEST
            )
        )
    )
    ids = db.session.scalars(select(Action.id).where(Action.status.in_(OPEN))).all()
    for start in range(0, len(ids), _CHUNK):
        chunk = list(ids[start : start + _CHUNK])
        ledger = ledger_of(chunk, today, zone)
        for facts in facts_of(chunk, zone).values():
            known = ledger.get(facts.action_id, frozenset())
            for ladder, mails in zip(ladders, found, strict=True):
                for place, decision in news(
                    facts, known, ladder, working, staff, written_to=written_to
                ):
                    key = place, decision.send.recipient_id
                    mails.setdefault(key, _Mail()).add(decision)


def _active_names(people: set[int]) -> dict[int, str]:
    rows = db.session.execute(
        select(User.id, User.name).where(User.deactivated_at.is_(None)).order_by(User.id)
    )
    return {person: name for person, name in rows if person in people}


def _told(
    mails: _Mails, names: dict[int, str], working: Sequence[date], all_days: Sequence[date]
) -> Forecast:
    by_day = [[0, 0] for _day in working]
    by_person: dict[int, list[int]] = {}
    for (place, person), mail in mails.items():
        if person in names:
            for sums in (by_day[place], by_person.setdefault(person, [0, 0])):
                sums[0] += 1
                sums[1] += mail.actions
    people = [OnePerson(person, names[person], *sums) for person, sums in by_person.items()]
    people.sort(key=lambda one: (-one.letters, -one.actions, one.name, one.person_id))
    return Forecast(
        first=all_days[0],
        last=all_days[-1],
        total=sum(one.letters for one in people),
        days=tuple(OneDay(day, *sums) for day, sums in zip(working, by_day, strict=True)),
        everybody=tuple(people),
        letters=_letters(mails, names, working),
    )


def _letters(mails: _Mails, names: dict[int, str], working: Sequence[date]) -> tuple[Letter, ...]:
    """The first letters, day by day and by name, with titles."""
    shown = sorted((place, names[person], person) for place, person in mails if person in names)[
        :LETTERS
    ]
    wanted = {one for place, _name, person in shown for _rank, one in mails[place, person].top}
    rows = db.session.execute(select(Action.id, Action.title).where(Action.id.in_(wanted)))
    titles: dict[int, str] = dict(rows.all())
    return tuple(
        Letter(
            day=working[place],
            person_id=person,
            name=name,
            actions=mails[place, person].actions,
            titles=tuple(titles[one] for _rank, one in mails[place, person].top),
        )
        for place, name, person in shown
    )
