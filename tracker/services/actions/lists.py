"""The list of actions: filtered, ordered and paged, at the cost of the page and not the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from tracker.domain.calendar import local_date
from tracker.domain.statuses import (
    REACHED,
    ActionStatus,
    Health,
    Timeliness,
    last_heard,
    slippage,
    timeliness,
)
from tracker.extensions import db
from tracker.models import Action, StatusUpdate, Unit, User
from tracker.services.actions.filters import (
    HOME,
    MOST,
    ActionFilter,
    Sort,
    Wanted,
    late,
    ownerless,
    reach,
)
from tracker.services.actions.filters import wanted as asked
from tracker.services.actions.ids import each, gathered
from tracker.services.actions.latest import latest_update
from tracker.services.actions.walking import unindexed

SIZE = 30


@dataclass(frozen=True)
class ActionRow:
    """An action as a list shows it; `heard_days` is the number of days since its last report,
    whose words are `report`."""

    id: int
    title: str
    status: ActionStatus
    deadline: date
    first_deadline: date
    owner: str | None
    unit: str | None
    timeliness: Timeliness
    health: Health | None
    percent: int | None
    report: str
    heard_days: int | None

    @property
    def slippage(self) -> int:
        """How many days later than first said; less than 0 where it was moved back."""
        return slippage(self.first_deadline, self.deadline)


@dataclass(frozen=True)
class Counts:
    """The plan in numbers, as far as the reader sees it; `late` and `ownerless` are open.

    With more than MOST actions only the first MOST + 1 are counted.
    """

    total: int
    done: int
    late: int
    ownerless: int
    dropped: int

    @property
    def live(self) -> int:
        """Those that still count: a dropped action is nothing that remains to be done."""
        return self.total - self.dropped

    @property
    def carried(self) -> int:
        """What another plan took over is counted there, so none of it is missing here."""
        return 0


@dataclass(frozen=True)
class ActionPage:
    """One page of the list; `total` counts what the filter lets through, to `most` + 1."""

    rows: tuple[ActionRow, ...]
    total: int
    counts: Counts
    most: int

    @property
    def more(self) -> bool:
        """Whether there are more than anybody counts."""
        return self.total > self.most

    @property
    def paged(self) -> int:
        """How many of them stand on pages."""
        return min(self.total, self.most)


def actions_listed(
    filters: ActionFilter,
    page: int,
    *,
    by: User,
    today: date,
    zone: ZoneInfo = HOME,
    size: int = SIZE,
) -> ActionPage:
    """Page number `page` of what `by` may see, from 1; the last one where there are fewer.

    No page lies beyond the first actions that are counted.

    Raises:
        Forbidden: no role of the person lets them see any action.
    """
    counts = counted(reach(by, filters.plan_id), today)
    wanted = asked(filters, by=by, today=today, zone=zone)
    most = wanted.most
    (found,) = gathered(select(Action.id).where(*wanted.few).limit(most + 1))
    total = len(found)
    offset = max(0, min(page, -(-min(total, most) // size)) - 1) * size
    last = min(offset + size, most)
    order = _order(filters.sort, Action)
    # Few are known by now. Of many, walking the order's index soon meets enough.
    met = [Action.id.in_(each(found))] if total <= most else _met(wanted, filters.sort, last)
    walked = select(Action.id).where(*met).order_by(*order)
    ids = walked.offset(offset).limit(last - offset).subquery()
    # What belongs to a row is looked up for this page's actions only.
    query = _rows().join(ids, ids.c.id == Action.id).order_by(*order)
    rows = tuple(_shown(row, today, zone) for row in db.session.execute(query))
    return ActionPage(rows, total, counts, most)


def counted(seen: Sequence[ColumnElement[bool]], today: date) -> Counts:
    """What is seen, in numbers; `late` by `today`."""
    some = (
        select(Action.status, late(today).label("late"), ownerless().label("ownerless"))
        .where(*seen)
        .limit(MOST + 1)
        .subquery()
    )

    def number(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    row = db.session.execute(
        select(
            func.count(),
            number(some.c.status.in_(REACHED)),
            number(some.c.late),
            number(some.c.ownerless),
            number(some.c.status == ActionStatus.DROPPED),
        ).select_from(some)
    ).one()
    return Counts(*row)


# The columns that the orders are made of.
_PLACES: dict[Sort, tuple[Any, ...]] = {
    Sort.DEADLINE: (Action.phase, Action.deadline),
    Sort.TITLE: (Action.title_key,),
    Sort.STATUS: (Action.stage, Action.deadline),
    Sort.UPDATED: (Action.reported_at,),
}
_ALONE = (Sort.TITLE, Sort.UPDATED)  # the orders that no filter's own index has
NEAR = 300  # a walk this far meets enough even where only one in a hundred is wanted
NEAR_LED = 60  # the same where a word leads: those that it leads to are soon sorted instead


def _met(wanted: Wanted, sort: Sort, last: int) -> Sequence[ColumnElement[bool]]:
    """What to ask to find the first `last` in order, of many: on a walk, unless it gets long."""
    if last > (NEAR_LED if wanted.leads else NEAR):
        return wanted.few
    return unindexed(wanted.many) if sort in _ALONE else wanted.many


def _order(sort: Sort, source: Any) -> tuple[ColumnElement[Any], ...]:
    """The order of Action, or of a query that has its columns; an index has each of them.

    Always ends with the key, so that no row stands on two pages.
    """
    if sort is Sort.UPDATED:
        return source.reported_at.is_(None).asc(), source.reported_at.desc(), source.id.asc()
    places = (getattr(source, column.key) for column in _PLACES[sort])
    return *(place.asc() for place in places), source.id.asc()


def _rows() -> Select[*tuple[Any, ...]]:
    """The columns of a row, the words of its last report included."""
    return (
        select(
            Action.id,
            Action.title,
            Action.status,
            Action.deadline,
            Action.first_deadline,
            Action.created_at,
            Action.assigned_at,
            User.name.label("owner"),
            Unit.name.label("unit"),
            Action.health,
            Action.percent,
            Action.reported_at,
            StatusUpdate.text.label("report"),
        )
        .outerjoin(User, User.id == Action.owner_id)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .outerjoin(StatusUpdate, StatusUpdate.id == latest_update())
    )


def _shown(row: Row[*tuple[Any, ...]], today: date, zone: ZoneInfo) -> ActionRow:
    heard_on = local_date(last_heard(row.created_at, row.assigned_at, row.reported_at), zone)
    reported_on = local_date(row.reported_at, zone) if row.reported_at else None
    return ActionRow(
        id=row.id,
        title=row.title,
        status=row.status,
        deadline=row.deadline,
        first_deadline=row.first_deadline,
        owner=row.owner,
        unit=row.unit,
        timeliness=timeliness(row.status, row.deadline, heard_on, today),
        health=row.health,
        percent=row.percent,
        report=row.report or "",
        heard_days=(today - reported_on).days if reported_on else None,
    )
