"""The plan as a board: a column for each status, its first actions as cards."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select, union_all

from tracker.domain.calendar import local_date
from tracker.domain.errors import Conflict
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus, Health, Timeliness, timeliness
from tracker.extensions import db
from tracker.models import Action, User
from tracker.services import scope
from tracker.services.actions import rules, wording
from tracker.services.actions.filters import ActionFilter, conditions

CARDS = 10
MOST = 1000  # what is counted in a column: six of them together cost about as much as the list


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
    """One status. `total` is exact where it is no more than MOST, else `many` is set."""

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
    or the latest one where the action is finished. Two queries, however many actions there are.

    Raises:
        Forbidden: the person sees no plan.
    """
    wanted = conditions(filters, by=by, today=today, zone=zone)
    statuses = _statuses(filters)
    totals = _totals(wanted, statuses)
    cards = defaultdict(list)
    for row in db.session.execute(_cards(wanted, statuses, by)):
        cards[row.status].append(_card(row, today, zone))
    return Board(
        tuple(
            Column(
                status,
                tuple(cards[status] if status in OPEN else reversed(cards[status])),
                min(totals[status], MOST),
                totals[status] > MOST,
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


def _totals(
    wanted: list[ColumnElement[bool]], statuses: tuple[ActionStatus, ...]
) -> dict[ActionStatus, int]:
    """Status → how many, counted no further than one beyond MOST."""
    parts = []
    for status in statuses:
        some = select(Action.id).where(*wanted, Action.status == status).limit(MOST + 1)
        parts.append(
            select(literal(status.value).label("status"), func.count().label("number")).select_from(
                some.subquery()
            )
        )
    counted = db.session.execute(union_all(*parts))
    return dict.fromkeys(ActionStatus, 0) | {ActionStatus(s): number for s, number in counted}


def _cards(
    wanted: list[ColumnElement[bool]], statuses: tuple[ActionStatus, ...], by: User
) -> Select[*tuple[Any, ...]]:
    """The cards of all columns in one query; each column reads no more than its own cards."""
    parts = []
    for status in statuses:
        first = select(Action.id).where(*wanted, Action.status == status).limit(CARDS)
        # What is finished longest ago says least.
        ways = (
            (Action.deadline.asc(), Action.id.asc())
            if status in OPEN
            else (Action.deadline.desc(), Action.id.desc())
        )
        parts.append(select(first.order_by(*ways).subquery().c.id))
    chosen = union_all(*parts).subquery()
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
            case((editable, 1), else_=0).label("editable"),
            case((verifiable, 1), else_=0).label("verifiable"),
        )
        .join(chosen, chosen.c.id == Action.id)
        .outerjoin(User, User.id == Action.owner_id)
        .order_by(Action.deadline, Action.id)
    )


def _card(row: Row[*tuple[Any, ...]], today: date, zone: ZoneInfo) -> Card:
    heard = [moment for moment in (row.created_at, row.assigned_at, row.reported_at) if moment]
    is_open = row.status in OPEN
    return Card(
        id=row.id,
        title=row.title,
        status=row.status,
        deadline=row.deadline,
        owner=row.owner,
        timeliness=timeliness(row.status, row.deadline, local_date(max(heard), zone), today),
        health=row.health if is_open else None,
        version=row.version,
        may_move=is_open and bool(row.editable),
        may_verify=row.status is ActionStatus.DONE and bool(row.verifiable),
    )
