"""The plan as a board: a column for each status, its first actions as cards."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select, union_all

from tracker.domain.calendar import local_date
from tracker.domain.errors import Conflict
from tracker.domain.permissions import Deed
from tracker.domain.statuses import (
    OPEN,
    ActionStatus,
    Health,
    Timeliness,
    last_heard,
    timeliness,
)
from tracker.extensions import db
from tracker.models import Action, User
from tracker.services import scope
from tracker.services.actions import rules, wording
from tracker.services.actions.filters import ActionFilter
from tracker.services.actions.filters import wanted as asked
from tracker.services.actions.ids import each, gathered_by
from tracker.services.actions.walking import unindexed

CARDS = 10
MOST = 1000  # actions on the board whose columns are counted to the last
MOST_OF_MANY = 30  # what is counted in each column where there are more
MOST_LED = 4000  # actions that a word leads to, to be gathered rather than met on a walk


@dataclass(frozen=True)
class Card:
    """An action on the board. `version` is what a move is measured against; `may_move` says
    whether the reader may edit it, `may_verify` whether it waits for somebody like the reader.
    """

    id: int
    title: str
    status: ActionStatus
    deadline: date
    owner: str | None
    timeliness: Timeliness
    health: Health | None
    version: int
    may_move: bool
    may_verify: bool

    @property
    def moves(self) -> tuple[ActionStatus, ...]:
        """The open statuses that the reader may move it to."""
        return tuple(s for s in OPEN if s is not self.status) if self.may_move else ()


@dataclass(frozen=True)
class Column:
    """One status. `many` is set where it holds more than the `total` that was counted."""

    status: ActionStatus
    cards: tuple[Card, ...]
    total: int
    many: bool


@dataclass(frozen=True)
class Board:
    """All six columns, in the order of ActionStatus."""

    columns: tuple[Column, ...]

    @property
    def total(self) -> int:
        """How many actions the columns hold, as far as they were counted."""
        return sum(column.total for column in self.columns)


def board(filters: ActionFilter, *, by: User, today: date, zone: ZoneInfo) -> Board:
    """The actions that the filter lets through: per status the CARDS with the nearest deadline,
    or the latest one where the action is finished. Two queries, however many actions there are,
    beside those that the filter asks.

    Raises:
        Forbidden: the person sees no plan.
    """
    wanted = asked(filters, by=by, today=today, zone=zone)
    some = select(Action.status, Action.id).where(*wanted.few).limit(MOST + 1)
    found = gathered_by(some)
    counted = Counter({status: len(ids) for status, ids in found.items()})
    if counted.total() <= MOST:
        chosen = _of_few([Action.id.in_(each([*chain.from_iterable(found.values())]))])
    elif 0 < wanted.led <= MOST_LED:
        chosen = _of_few(wanted.few)
    else:
        chosen = _of_many(wanted.checks, filters, by, counted)
    cards: defaultdict[ActionStatus, list[Card]] = defaultdict(list)
    totals: defaultdict[ActionStatus, int] = defaultdict(int)
    for row in db.session.execute(_cards(chosen, by)):
        cards[row.status].append(_card(row, today, zone))
        totals[row.status] = row.total
    most = MOST if counted.total() <= MOST else MOST_OF_MANY
    return Board(
        tuple(
            Column(
                status,
                tuple(cards[status] if status in OPEN else reversed(cards[status])),
                min(totals[status], most),
                totals[status] > most,
            )
            for status in ActionStatus
        )
    )


def move_action(
    action_id: int, status: ActionStatus, version: int, *, by: User, now: datetime, today: date
) -> Action:
    """Give an open action another open status; `version` is the one that the mover looked at.

    Raises:
        Conflict: somebody saved in between; `current` holds its title and status.
        Forbidden, NotFound: outside what this person may edit.
        RuleBroken: the action is finished, or would be.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_EDIT)
    if action.version != version:
        raise Conflict({"title": action.title, "status": action.status})
    changes = replace(wording.changes_of(action), status=status)
    wording.change_action(action, changes, by=by, now=now, today=today)
    db.session.commit()
    return action


def _statuses(filters: ActionFilter) -> tuple[ActionStatus, ...]:
    """The columns that the filter leaves anything in: the others are not even looked for."""
    if filters.status is not None:
        return (filters.status,)
    only_open = filters.when is not None or filters.owner == "none"
    return OPEN if only_open else tuple(ActionStatus)


def _of_few(wanted: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The cards of each column and how many it holds, where all of them can be read."""
    columns = (Action.id, Action.status, Action.deadline)
    few = select(*columns).where(*wanted).cte("few").prefix_with("MATERIALIZED").c
    unfinished = few.status.in_(OPEN)
    ways = (
        case((unfinished, few.deadline)).asc(),
        case((unfinished, few.id)).asc(),
        few.deadline.desc(),
        few.id.desc(),
    )
    place = func.row_number().over(partition_by=few.status, order_by=ways).label("place")
    total = func.count().over(partition_by=few.status).label("total")
    placed = select(few.id, place, total).subquery()
    return select(placed.c.id, placed.c.total).where(placed.c.place <= CARDS)


def _of_many(
    wanted: Sequence[ColumnElement[bool]],
    filters: ActionFilter,
    by: User,
    counted: Mapping[ActionStatus, int],
) -> Select[Any]:
    """The cards of each column and how many it holds, counted no further than one beyond
    MOST_OF_MANY; a column reads no more than it needs for either, and of those that are `counted`
    to more by now only the cards."""
    if not _has_own_order(filters, by):
        wanted = unindexed(wanted, ["phase"])
    parts = []
    for status in _statuses(filters):
        here = select(Action.id).where(*wanted, Action.status == status)
        total: ColumnElement[int] = literal(counted[status])
        if counted[status] <= MOST_OF_MANY:
            some = here.limit(MOST_OF_MANY + 1).subquery()
            total = select(func.count()).select_from(some).scalar_subquery()
        # What is finished longest ago says least.
        ways = (
            (Action.deadline.asc(), Action.id.asc())
            if status in OPEN
            else (Action.deadline.desc(), Action.id.desc())
        )
        first = here.order_by(*ways).limit(CARDS).subquery()
        parts.append(select(first.c.id, total.label("total")))
    found = union_all(*parts).subquery()
    return select(found.c.id, found.c.total)


def _has_own_order(filters: ActionFilter, by: User) -> bool:
    """Whether an index holds just what is asked for, by status and deadline."""
    theirs = (
        filters.unit_id,
        filters.committee_id,
        filters.health,
        filters.owner,
        filters.plan_id,
    )
    return not by.scope(Deed.ACTION_VIEW).everything or any(one is not None for one in theirs)


def _cards(chosen: Select[Any], by: User) -> Select[*tuple[Any, ...]]:
    """What the cards say, by deadline; `chosen` has their ids and the totals of their columns."""
    shown = chosen.subquery()
    editable = scope.actions_within(by, Deed.ACTION_EDIT)
    verifiable = scope.actions_within(by, Deed.ACTION_VERIFY) & (Action.done_by_id != by.id)
    return (
        select(
            Action.id,
            Action.title,
            Action.status,
            Action.deadline,
            Action.version,
            Action.health,
            Action.created_at,
            Action.assigned_at,
            Action.reported_at,
            User.name.label("owner"),
            shown.c.total,
            case((editable, 1), else_=0).label("editable"),
            case((verifiable, 1), else_=0).label("verifiable"),
        )
        .join(shown, shown.c.id == Action.id)
        .outerjoin(User, User.id == Action.owner_id)
        .order_by(Action.deadline, Action.id)
    )


def _card(row: Row[*tuple[Any, ...]], today: date, zone: ZoneInfo) -> Card:
    heard_on = local_date(last_heard(row.created_at, row.assigned_at, row.reported_at), zone)
    is_open = row.status in OPEN
    return Card(
        id=row.id,
        title=row.title,
        status=row.status,
        deadline=row.deadline,
        owner=row.owner,
        timeliness=timeliness(row.status, row.deadline, heard_on, today),
        health=row.health if is_open else None,
        version=row.version,
        may_move=is_open and bool(row.editable),
        may_verify=row.status is ActionStatus.DONE and bool(row.verifiable),
    )
