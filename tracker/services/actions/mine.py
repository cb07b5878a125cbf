"""A person's own: what they own, what they answer for in somebody's stead, what they contribute to,
and what waits to be verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, ScalarSelect, case, func, select
from sqlalchemy.orm import aliased

from tracker.domain.calendar import local_date
from tracker.domain.permissions import Deed
from tracker.domain.statuses import ActionStatus, Health, Timeliness, last_heard, timeliness
from tracker.extensions import db
from tracker.models import Action, Milestone, StatusUpdate, Unit, User, action_contributor
from tracker.services import scope
from tracker.services.actions.latest import latest_update
from tracker.services.actions.walking import unindexed

HOME = ZoneInfo("Europe/Stockholm")
SIZE = 30
_OPEN, _WAITING = 0, 1  # places in Action.phase


class Part(StrEnum):
    """The lists of the page, which can also be read one at a time."""

    OPEN = "open"
    STANDING = "standing"
    HELPING = "helping"
    WAITING = "waiting"


@dataclass(frozen=True)
class MyAction:
    """An action in a person's own list.

    `heard_days` is the number of days since the last report, whose words are `report`; `percent`
    and `forecast` are what it said. The milestone is the next one that is not done, and overdue
    once its day has passed. `until` is the last day of acting for the owner, if they are away.
    """

    id: int
    title: str
    status: ActionStatus
    deadline: date
    owner: str | None
    unit: str | None
    timeliness: Timeliness
    health: Health | None
    percent: int | None
    forecast: date | None
    report: str
    heard_days: int | None
    milestone: str | None
    milestone_due: date | None
    milestone_overdue: bool
    until: date | None


@dataclass(frozen=True)
class Portion:
    """Some rows of a list that has `total` of them."""

    rows: tuple[MyAction, ...] = ()
    total: int = 0

    @property
    def more(self) -> int:
        """How many there are besides the rows."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class MyActions:
    """A person's own, the earliest deadline first, so that the late ones lead; `late` counts all
    of the open ones that have passed their deadline. `standing` are the open ones of those who
    are away, whom the person acts for."""

    open: Portion
    standing: Portion
    helping: Portion
    waiting: Portion
    late: int


def my_actions(
    by: User,
    today: date,
    zone: ZoneInfo = HOME,
    *,
    part: Part | None = None,
    page: int = 1,
    size: int = SIZE,
) -> MyActions:
    """The lists of `by`: page number `page` (from 1; the last one where there are fewer) of the
    list `part`, or the first `size` rows of each; the counts are always whole.

    Raises:
        Forbidden: a person with no role that reports.
    """
    scope.require(by, Deed.ACTION_REPORT)
    own = Action.owner_id == by.id
    opened, waiting, late = _numbers(own, today)
    helped = select(action_contributor.c.action_id).where(action_contributor.c.user_id == by.id)
    helping = Action.id.in_(helped) & Action.owner_id.is_distinct_from(by.id)
    until = {person.person_id: person.until for person in by.stands_for}
    standing = Action.owner_id.in_(sorted(until))
    if until:
        # What one answers for in the owner's stead is shown once.
        helping &= func.coalesce(Action.owner_id, 0).not_in(sorted(until))
    # Few are helped with: they lead the way, not the index of all that is open.
    (still_open,) = unindexed([Action.phase == _OPEN])
    lists = {
        Part.OPEN: (own & (Action.phase == _OPEN), opened),
        Part.STANDING: (standing & still_open, _numbers(standing, today)[0] if until else 0),
        Part.HELPING: (helping & still_open, _numbers(helping, today)[0]),
        Part.WAITING: (own & (Action.phase == _WAITING), waiting),
    }
    about = Shows(today, zone, until, size)
    portions = {
        one: _portion(condition, total, page if one is part else 1, about)
        if part in (None, one) and (until or one is not Part.STANDING)
        else Portion(total=total)
        for one, (condition, total) in lists.items()
    }
    return MyActions(**{one.value: portions[one] for one in Part}, late=late)


@dataclass(frozen=True)
class Shows:
    """What every row is shown with; `until` by owner who is away."""

    today: date
    zone: ZoneInfo
    until: Mapping[int, date]
    size: int


def _numbers(condition: ColumnElement[bool], today: date) -> tuple[int, int, int]:
    """How many are open, wait to be verified, and are open and late."""

    def number(counted: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((counted, 1), else_=0)), 0)

    opened = Action.phase == _OPEN
    row = db.session.execute(
        select(
            number(opened),
            number(Action.phase == _WAITING),
            number(opened & (Action.deadline < today)),
        ).where(condition, Action.phase <= _WAITING)
    ).one()
    return row[0], row[1], row[2]


def _portion(condition: ColumnElement[bool], total: int, page: int, about: Shows) -> Portion:
    number = max(1, min(page, -(-total // about.size)))
    order = (Action.deadline, Action.id)
    ids = (
        select(Action.id)
        .where(condition)
        .order_by(*order)
        .offset((number - 1) * about.size)
        .limit(about.size)
        .subquery()
    )
    # What belongs to a row is looked up for this page's actions only.
    query = (
        select(
            Action,
            User.name.label("owner"),
            Unit.name.label("unit"),
            StatusUpdate.text.label("report"),
            Milestone.title.label("milestone"),
            Milestone.due.label("milestone_due"),
        )
        .join(ids, ids.c.id == Action.id)
        .outerjoin(User, User.id == Action.owner_id)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .outerjoin(StatusUpdate, StatusUpdate.id == latest_update())
        .outerjoin(Milestone, Milestone.id == _next_milestone())
        .order_by(*order)
    )
    return Portion(tuple(_shown(row, about) for row in db.session.execute(query)), total)


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


def _shown(row: Row[*tuple[Any, ...]], about: Shows) -> MyAction:
    action: Action = row.Action
    today, zone = about.today, about.zone
    heard_at = last_heard(action.created_at, action.assigned_at, action.reported_at)
    heard_on = local_date(heard_at, zone)
    reported_on = local_date(action.reported_at, zone) if action.reported_at else None
    return MyAction(
        id=action.id,
        title=action.title,
        status=action.status,
        deadline=action.deadline,
        owner=row.owner,
        unit=row.unit,
        timeliness=timeliness(action.status, action.deadline, heard_on, today),
        health=action.health,
        percent=action.percent,
        forecast=action.forecast,
        report=row.report or "",
        heard_days=(today - reported_on).days if reported_on else None,
        milestone=row.milestone,
        milestone_due=row.milestone_due,
        milestone_overdue=row.milestone_due is not None and row.milestone_due < today,
        until=about.until.get(action.owner_id or 0),
    )
