"""Lists of actions: the plan's, filtered and paged, and a person's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, case, func, select
from sqlalchemy.orm import aliased

from tracker.domain.calendar import local_date
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, REACHED, ActionStatus, Health, Timeliness, timeliness
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action, Milestone, StatusUpdate, Unit, User
from tracker.services import scope

HOME = ZoneInfo("Europe/Stockholm")
SIZE = 30
URGENCY = (Timeliness.OVERDUE, Timeliness.DUE_SOON, Timeliness.SILENT, Timeliness.FINE)


class Sort(StrEnum):
    """The orders that the list knows: `deadline` has the open ones first, then what waits to be
    verified; `updated` has the latest report first.
    """

    DEADLINE = "deadline"
    TITLE = "title"
    STATUS = "status"
    UPDATED = "updated"


@dataclass(frozen=True)
class ActionFilter:
    """What a reader wants to see of the plan.

    `owner` is a person's id, or "none" for open actions that nobody owns; `late` keeps the open
    ones whose deadline has passed; `q` is looked for in title and description.
    """

    status: ActionStatus | None = None
    health: Health | None = None
    unit_id: int | None = None
    committee_id: int | None = None
    owner: int | Literal["none"] | None = None
    late: bool = False
    plan_id: int | None = None
    q: str = ""
    sort: Sort = Sort.DEADLINE

    @property
    def narrows(self) -> bool:
        """Whether anything but plan and order is asked for."""
        wanted = (self.status, self.health, self.unit_id, self.committee_id, self.owner)
        return self.late or bool(fold(self.q)) or any(item is not None for item in wanted)


@dataclass(frozen=True)
class ActionRow:
    """An action as a list shows it; `heard_days` is the number of days since its last report."""

    id: int
    title: str
    status: ActionStatus
    deadline: date
    owner: str | None
    unit: str | None
    timeliness: Timeliness
    health: Health | None
    report: str
    heard_days: int | None


@dataclass(frozen=True)
class MyAction(ActionRow):
    """One of a person's own, with the next milestone that is not done."""

    milestone: str | None
    milestone_due: date | None


@dataclass(frozen=True)
class Counts:
    """The plan in numbers, as far as the reader sees it; `late` and `ownerless` are open."""

    total: int
    done: int
    late: int
    ownerless: int
    dropped: int

    @property
    def live(self) -> int:
        """Those that still count: a dropped action is nothing that remains to be done."""
        return self.total - self.dropped


@dataclass(frozen=True)
class ActionPage:
    """One page of the list; `total` counts what the filter lets through."""

    rows: tuple[ActionRow, ...]
    total: int
    counts: Counts


@dataclass(frozen=True)
class MyActions:
    """A person's own: what is open, most urgent first, and what waits to be verified."""

    open: tuple[MyAction, ...]
    waiting: tuple[MyAction, ...]

    @property
    def late(self) -> int:
        """How many of the open ones have passed their deadline."""
        return sum(row.timeliness is Timeliness.OVERDUE for row in self.open)


def actions_listed(
    filters: ActionFilter,
    page: int,
    *,
    by: User,
    today: date,
    zone: ZoneInfo = HOME,
    size: int = SIZE,
) -> ActionPage:
    """Page number `page` (from 1; the last one where there are fewer) of what `by` may see."""
    scope.require(by, Deed.ACTION_VIEW)
    within = [scope.actions_within(by, Deed.ACTION_VIEW)]
    if filters.plan_id is not None:
        within.append(Action.plan_id == filters.plan_id)
    wanted = [*within, *_conditions(filters, today)]
    counts = _counts(within, today)
    total = counts.total if not filters.narrows else _count(wanted)
    number = max(1, min(page, -(-total // size)))
    order = _order(filters.sort)
    ids = (
        select(Action.id)
        .where(*wanted)
        .order_by(*order)
        .offset((number - 1) * size)
        .limit(size)
        .subquery()
    )
    # What belongs to a row is looked up for this page's actions only.
    query = _rows().join(ids, ids.c.id == Action.id).order_by(*order)
    rows = tuple(ActionRow(**_shown(row, today, zone)) for row in db.session.execute(query))
    return ActionPage(rows, total, counts)


def my_actions(by: User, today: date, zone: ZoneInfo = HOME) -> MyActions:
    """What `by` owns: the open ones, most urgent first, and the done ones not yet verified."""
    scope.require(by, Deed.ACTION_REPORT)
    query = (
        _rows()
        .add_columns(Milestone.title.label("milestone"), Milestone.due.label("milestone_due"))
        .outerjoin(Milestone, Milestone.id == _next_milestone())
        .where(Action.owner_id == by.id, Action.status.in_((*OPEN, ActionStatus.DONE)))
        .order_by(Action.deadline, Action.id)
    )
    rows = [
        MyAction(
            **_shown(row, today, zone), milestone=row.milestone, milestone_due=row.milestone_due
        )
        for row in db.session.execute(query)
    ]
    open_rows = [row for row in rows if row.status in OPEN]
    open_rows.sort(key=lambda row: URGENCY.index(row.timeliness))
    return MyActions(
        tuple(open_rows), tuple(row for row in rows if row.status is ActionStatus.DONE)
    )


def _conditions(filters: ActionFilter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Action.status, filters.status),
        (Action.unit_id, filters.unit_id),
        (Action.committee_id, filters.committee_id),
    ):
        if value is not None:
            found.append(column == value)
    if filters.owner == "none":
        found.append(_ownerless())
    elif filters.owner is not None:
        found.append(Action.owner_id == filters.owner)
    if filters.late:
        found.append(_late(today))
    if filters.health is not None:
        found.append(_latest(StatusUpdate.health) == filters.health)
    if key := fold(filters.q):
        found.append(Action.search_key.contains(key, autoescape=True))
    return found


def _late(today: date) -> ColumnElement[bool]:
    """The same rule as statuses.is_overdue, for the database."""
    return Action.status.in_(OPEN) & (Action.deadline < today)


def _ownerless() -> ColumnElement[bool]:
    return Action.owner_id.is_(None) & Action.status.in_(OPEN)


def _count(conditions: Sequence[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count()).select_from(Action).where(*conditions)) or 0


def _counts(conditions: Sequence[ColumnElement[bool]], today: date) -> Counts:
    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = db.session.execute(
        select(
            func.count(),
            number(Action.status.in_(REACHED)),
            number(_late(today)),
            number(_ownerless()),
            number(Action.status == ActionStatus.DROPPED),
        )
        .select_from(Action)
        .where(*conditions)
    ).one()
    return Counts(*row)


def _order(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    """Always ends with the key, so that no row stands on two pages."""
    first: dict[Sort, ColumnElement[Any]] = {
        Sort.DEADLINE: case(
            (Action.status.in_(OPEN), 0), (Action.status == ActionStatus.DONE, 1), else_=2
        ),
        Sort.TITLE: _alphabetical(),
        Sort.STATUS: case(
            {status.value: place for place, status in enumerate(ActionStatus)}, value=Action.status
        ),
        Sort.UPDATED: func.coalesce(_latest(StatusUpdate.at), Action.created_at).desc(),
    }
    return first[sort], Action.deadline.asc(), Action.id.asc()


def _alphabetical() -> ColumnElement[Any]:
    """Swedish order without a Swedish collation: å, ä, ö after z, compared byte by byte."""
    key: ColumnElement[Any] = func.lower(Action.search_key)
    for letter, stand_in in zip("åäö", "{|}", strict=True):
        key = func.replace(key, letter, stand_in)
    if db.session.get_bind().dialect.name == "postgresql":
        key = key.collate("C")
    return key


def _rows() -> Select[*tuple[Any, ...]]:
    """The columns of a row, its last report included."""
    return (
        select(
            Action.id,
            Action.title,
            Action.status,
            Action.deadline,
            Action.created_at,
            Action.assigned_at,
            User.name.label("owner"),
            Unit.name.label("unit"),
            StatusUpdate.health,
            StatusUpdate.text.label("report"),
            StatusUpdate.at.label("reported_at"),
        )
        .outerjoin(User, User.id == Action.owner_id)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .outerjoin(StatusUpdate, StatusUpdate.id == _latest(StatusUpdate.id))
    )


def _latest(column: Any) -> ScalarSelect[Any]:
    """A column of an action's last report."""
    update = aliased(StatusUpdate)
    return (
        select(getattr(update, column.key))
        .where(update.action_id == Action.id)
        .order_by(update.at.desc(), update.id.desc())
        .limit(1)
        .correlate(Action)
        .scalar_subquery()
    )


def _next_milestone() -> ScalarSelect[int]:
    piece = aliased(Milestone)
    return (
        select(piece.id)
        .where(piece.action_id == Action.id, piece.done_on.is_(None))
        .order_by(piece.due, piece.id)
        .limit(1)
        .correlate(Action)
        .scalar_subquery()
    )


def _shown(row: Row[*tuple[Any, ...]], today: date, zone: ZoneInfo) -> dict[str, Any]:
    heard = [row.created_at, row.assigned_at, row.reported_at]
    heard_on = local_date(max(moment for moment in heard if moment), zone)
    reported_on = local_date(row.reported_at, zone) if row.reported_at else None
    return {
        "id": row.id,
        "title": row.title,
        "status": row.status,
        "deadline": row.deadline,
        "owner": row.owner,
        "unit": row.unit,
        "timeliness": timeliness(row.status, row.deadline, heard_on, today),
        "health": row.health,
        "report": row.report or "",
        "heard_days": (today - reported_on).days if reported_on else None,
    }
