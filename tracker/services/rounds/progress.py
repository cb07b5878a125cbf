"""How many of the actions that a round asks for have a new report, and whose have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from tracker.domain.permissions import Deed
from tracker.domain.rounds import RoundState, state_of
from tracker.extensions import db
from tracker.models import (
    Action,
    CarriedAction,
    FollowUpRound,
    JournalEntry,
    StatusUpdate,
    Unit,
    User,
)
from tracker.services import scope

_OPEN = 0  # the place in Action.phase


@dataclass(frozen=True)
class Span:
    """A round with the day on which it ended: closed, or the next one took over; None before."""

    id: int
    name: str
    plan_id: int | None
    opens_on: date
    due_on: date
    closed_on: date | None
    ended_on: date | None

    @property
    def over_on(self) -> date | None:
        """The first day whose reports no longer count: who closes a round during a day keeps what
        came in on it, while the day on which another opens is that one's."""
        if self.ended_on is None or self.ended_on != self.closed_on:
            return self.ended_on
        return self.ended_on + timedelta(days=1)

    def state(self, today: date) -> RoundState:
        """Where it stands."""
        return state_of(self.opens_on, self.due_on, self.ended_on, today)


@dataclass(frozen=True)
class Share:
    """`answered` of the `asked` actions have a new report; `silent` of the `people` who own some
    have reported on none of theirs, and `ownerless` are asked for of nobody."""

    answered: int = 0
    asked: int = 0
    silent: int = 0
    people: int = 0
    ownerless: int = 0

    @property
    def missing(self) -> int:
        """How many wait for a report."""
        return self.asked - self.answered

    @property
    def owners(self) -> int:
        """How many owners there are, nobody counted as one."""
        return self.people + bool(self.ownerless)


@dataclass(frozen=True)
class Group:
    """The share of a unit or a person; id and name are None for what nobody owns."""

    id: int | None
    name: str | None
    answered: int
    asked: int

    @property
    def missing(self) -> int:
        """How many wait for a report."""
        return self.asked - self.answered


@dataclass(frozen=True)
class MissingAction:
    """An action without a new report."""

    id: int
    title: str
    owner: str | None
    unit: str | None
    deadline: date


@dataclass(frozen=True)
class Some:
    """Some rows of a list that has `total` of them."""

    rows: tuple[Any, ...]
    total: int

    @property
    def more(self) -> int:
        """How many there are besides the rows."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Measure:
    """One round measured for one reader, from the day that counts."""

    asked: ColumnElement[bool]
    answered: ColumnElement[bool]

    @classmethod
    def of(cls, span: Span, *, by: User, today: date, zone: ZoneInfo) -> Measure:
        """What a round asks for and has got, of what `by` may see."""
        over = span.ended_on if span.state(today) is RoundState.ENDED else None
        return cls.within(_answered_for(by), span, over, zone)

    @classmethod
    def within(
        cls, part: ColumnElement[bool], span: Span, over: date | None, zone: ZoneInfo
    ) -> Measure:
        """The same of a part of the actions; `over` is the day on which it ended, None before."""
        answered = _answered(span, span.over_on if over is not None else None, zone)
        born = _born(span, zone)
        was_open = Action.phase == _OPEN
        if over is not None:
            # Finished since: it was open as long as the round asked.
            was_open |= func.coalesce(Action.done_on, Action.dropped_on) >= over
        asked = and_(part, _of_plan(span, over, zone), born, or_(was_open, answered))
        return cls(asked, answered)

    def got(self) -> ColumnElement[int]:
        """The number of actions with a new report, for a query that keeps to `asked`."""
        return func.coalesce(func.sum(case((self.answered, 1), else_=0)), 0)


def _born(span: Span, zone: ZoneInfo) -> ColumnElement[bool]:
    """Whether an action was there in time to be asked for: before the last day was over, and
    before the round was closed, to the minute where the journal knows it."""
    due = Action.created_at < _midnight(span.due_on + timedelta(days=1), zone)
    if span.closed_on is None:
        return due
    closing = select(func.max(JournalEntry.at)).where(
        JournalEntry.subject == "round",
        JournalEntry.subject_id == span.id,
        JournalEntry.deed == "round.close",
    )
    day_over = _midnight(span.closed_on + timedelta(days=1), zone)
    return and_(due, Action.created_at < func.coalesce(closing.scalar_subquery(), day_over))


def _answered_for(by: User) -> ColumnElement[bool]:
    """What `by` follows: all, their units, or their own and that of those they act for. What they
    only help with is the owner's to report, and half of a person's actions would tell untruths."""
    reach = by.scope(Deed.ACTION_VIEW)
    if reach.everything:
        return true()
    own = Action.owner_id.in_(scope.owning(by, reach))
    return or_(own, Action.unit_id.in_(reach.units)) if reach.units else own


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _answered(span: Span, over: date | None, zone: ZoneInfo) -> ColumnElement[bool]:
    """Whether something was reported from the opening to the end."""
    opened = _midnight(span.opens_on, zone)
    if over is None:
        return func.coalesce(Action.reported_at >= opened, False)
    # Gathered once from the index that has both columns; asked for each action it takes twice as
    # long.
    within = (StatusUpdate.at >= opened) & (StatusUpdate.at < _midnight(over, zone))
    return Action.id.in_(select(StatusUpdate.action_id).where(within))


def _of_plan(span: Span, over: date | None, zone: ZoneInfo) -> ColumnElement[bool]:
    """The actions of the round's plan, with those that a later plan took over when it had ended."""
    if span.plan_id is None:
        return true()
    if over is None:
        return Action.plan_id == span.plan_id
    # By another name, since the reader's scope asks for what was carried as well.
    move = aliased(CarriedAction)
    carried = select(move.action_id).where(
        move.from_plan_id == span.plan_id, move.at >= _midnight(over, zone)
    )
    return or_(Action.plan_id == span.plan_id, Action.id.in_(carried))


def spans(rows: Sequence[FollowUpRound], later: Sequence[tuple[int | None, date]]) -> list[Span]:
    """The rounds with the days on which they ended; `later` holds (plan_id, opens_on) of all."""
    return [
        Span(
            one.id,
            one.name,
            one.plan_id,
            one.opens_on,
            one.due_on,
            one.closed_on,
            _ended_on(one, later),
        )
        for one in rows
    ]


def _ended_on(one: FollowUpRound, later: Sequence[tuple[int | None, date]]) -> date | None:
    """One of a single plan leaves the others to this round, so it does not end it."""
    overtaking = [
        opens_on
        for plan_id, opens_on in later
        if opens_on > one.opens_on and plan_id in (None, one.plan_id)
    ]
    days = [*overtaking, *([one.closed_on] if one.closed_on is not None else [])]
    return min(days, default=None)


def openings() -> list[tuple[int | None, date]]:
    """(plan_id, opens_on) of every round; they are few, some a year."""
    rows = db.session.execute(select(FollowUpRound.plan_id, FollowUpRound.opens_on))
    return [(plan_id, opens_on) for plan_id, opens_on in rows]


def shares(asked_for: Sequence[Span], *, by: User, today: date, zone: ZoneInfo) -> dict[int, Share]:
    """How far each round has come, in one query; those that have not opened are left out."""
    opened = [one for one in asked_for if one.state(today) is not RoundState.PLANNED]
    if not opened:
        return {}
    queries = [_share(one, Measure.of(one, by=by, today=today, zone=zone)) for one in opened]
    rows = db.session.execute(queries[0] if len(queries) == 1 else union_all(*queries))
    return {row[0]: Share(*(int(number) for number in row[1:])) for row in rows}


def _share(span: Span, measure: Measure) -> Select[*tuple[Any, ...]]:
    by_owner = (
        select(
            Action.owner_id.label("owner"),
            func.count().label("asked"),
            measure.got().label("got"),
        )
        .where(measure.asked)
        .group_by(Action.owner_id)
        .subquery()
    )
    owner, asked, got = by_owner.c

    def number(column: ColumnElement[int]) -> ColumnElement[int]:
        return func.coalesce(func.sum(column), 0)

    owned = owner.is_not(None)
    return select(
        literal(span.id),
        number(got),
        number(asked),
        number(case((owned & (got == 0), 1), else_=0)),
        number(case((owned, 1), else_=0)),
        number(case((owned, 0), else_=asked)),
    )


def by_unit(measure: Measure) -> tuple[Group, ...]:
    """The share of each unit, by name."""
    query = (
        select(Unit.id, Unit.name, measure.got(), func.count())
        .select_from(Action)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .where(measure.asked)
        .group_by(Unit.id, Unit.name)
        .order_by(Unit.name)
    )
    return tuple(Group(*row) for row in db.session.execute(query))


def by_person(measure: Measure, total: int, *, page: int, size: int) -> Some:
    """A page of the owners: those who lack most first."""
    got, asked = measure.got(), func.count()
    query = (
        select(User.id, User.name, got, asked)
        .select_from(Action)
        .outerjoin(User, User.id == Action.owner_id)
        .where(measure.asked)
        .group_by(User.id, User.name)
        .order_by((asked - got).desc(), User.name, User.id)
        .limit(size)
        .offset(_start(page, total, size))
    )
    return Some(tuple(Group(*row) for row in db.session.execute(query)), total)


def missing_actions(
    measure: Measure, total: int, *, owner: ColumnElement[bool], page: int, size: int
) -> Some:
    """A page of the actions without a new report, the earliest deadline first."""
    query = (
        select(Action.id, Action.title, User.name, Unit.name, Action.deadline)
        .outerjoin(User, User.id == Action.owner_id)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .where(measure.asked, ~measure.answered, owner)
        .order_by(Action.deadline, Action.id)
        .limit(size)
        .offset(_start(page, total, size))
    )
    return Some(tuple(MissingAction(*row) for row in db.session.execute(query)), total)


def missing_number(measure: Measure, owner: ColumnElement[bool]) -> int:
    """How many actions of an owner have no new report."""
    query = select(func.count(Action.id)).where(measure.asked, ~measure.answered, owner)
    return db.session.scalar(query) or 0


def _start(page: int, total: int, size: int) -> int:
    return (min(max(page, 1), max(1, -(-total // size))) - 1) * size
