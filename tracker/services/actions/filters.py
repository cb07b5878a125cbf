"""What a reader wants to see of the actions, and the conditions that keep to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from tracker.domain.permissions import Deed
from tracker.domain.statuses import DUE_SOON_DAYS, OPEN, SILENT_DAYS, ActionStatus, Health
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action, Area, ImprovementPoint, User, action_plan_point, action_point
from tracker.services import scope
from tracker.services.actions import search
from tracker.services.actions.ids import counted

HOME = ZoneInfo("Europe/Stockholm")
MOST = 1000  # what is counted one by one; beyond it a list says only that there are more
MOST_SAID = 300  # the same where words are asked for: ten pages, and another word makes them fewer
PHASES = dict.fromkeys(OPEN, 0) | {ActionStatus.DONE: 1}
LAST_PHASE = 2


class Sort(StrEnum):
    """The orders that the list knows: `deadline` has the open ones first, then what waits to be
    verified; `updated` has the latest report first.
    """

    DEADLINE = "deadline"
    TITLE = "title"
    STATUS = "status"
    UPDATED = "updated"


class When(StrEnum):
    """What the dates say: late, due within 30 days, or quite silent, as on the actions' chips;
    or open with a deadline in this month, quarter or year.
    """

    LATE = "late"
    SOON = "soon"
    SILENT = "silent"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class ActionFilter:
    """What a reader wants to see of the actions.

    `owner` is a person's id, or "none" for open actions that nobody owns; `area` is the number
    of the main area that an action's points belong to; `slipped` keeps those whose deadline was
    moved forward; `due_from` and `due_to` are the first and the last deadline. Every word of `q`
    must stand, whole or inside another, in title, description or expected effect; a bare number
    also finds the action with that number.
    """

    status: ActionStatus | None = None
    health: Health | None = None
    unit_id: int | None = None
    committee_id: int | None = None
    owner: int | Literal["none"] | None = None
    area: int | None = None
    when: When | None = None
    due_from: date | None = None
    due_to: date | None = None
    slipped: bool = False
    plan_id: int | None = None
    plan_point_id: int | None = None
    q: str = ""
    sort: Sort = Sort.DEADLINE

    @property
    def narrows(self) -> bool:
        """Whether anything but plan and order is asked for."""
        wanted = (
            self.status,
            self.health,
            self.unit_id,
            self.committee_id,
            self.owner,
            self.area,
            self.when,
            self.due_from,
            self.due_to,
            self.plan_point_id,
        )
        return self.slipped or bool(fold(self.q)) or any(item is not None for item in wanted)


@dataclass(frozen=True)
class Wanted:
    """What a filter asks for, as conditions on Action.

    `checks` say all of it. `leads` are the way to the actions where these are few: no more than
    `led`; with `rest` they say all of it, too. `implied` follow from it, and let the index of an
    order be walked where they are many. They are counted to `most`.
    """

    leads: list[ColumnElement[bool]]
    checks: list[ColumnElement[bool]]
    rest: list[ColumnElement[bool]]
    implied: list[ColumnElement[bool]]
    led: int
    most: int

    @property
    def few(self) -> list[ColumnElement[bool]]:
        """What to ask in order to gather the actions."""
        return [*self.leads, *self.rest]

    @property
    def many(self) -> list[ColumnElement[bool]]:
        """What to ask in order to meet some on the way through them all."""
        return [*self.checks, *self.implied]


def conditions(
    filters: ActionFilter, *, by: User, today: date, zone: ZoneInfo = HOME
) -> list[ColumnElement[bool]]:
    """The conditions on Action that keep to the filter and to what `by` may see.

    Raises:
        Forbidden: no role of the person lets them see any action.
    """
    return wanted(filters, by=by, today=today, zone=zone).few


def wanted(filters: ActionFilter, *, by: User, today: date, zone: ZoneInfo) -> Wanted:
    """What the filter asks for, of what `by` may see.

    Asks the database how common a word or an area is, where the filter names one: what is rare
    leads the way to the actions, what is common is checked on the way through them.

    Raises:
        Forbidden: no role of the person lets them see any action.
    """
    said = search.found(filters.q)
    others = [*within(filters, by=by), *_dates(filters, today, zone), *_serving(filters)]
    checks, rest = [*others, *said.checks], [*others, *said.rest]
    if filters.area is not None:
        gathered, met = _in_area(filters.area)
        checks.append(met)
        rest.append(gathered)
    implied: list[ColumnElement[bool]] = []
    if filters.status is not None:
        place = list(ActionStatus).index(filters.status)
        phase = PHASES.get(filters.status, LAST_PHASE)
        implied += [Action.phase == phase, Action.stage == place]
    most = MOST_SAID if fold(filters.q) else MOST
    return Wanted(said.leads, checks, rest, implied, said.led, most)


def within(filters: ActionFilter, *, by: User) -> list[ColumnElement[bool]]:
    """The reader's scope and what stands in the action's own columns.

    Raises:
        Forbidden: no role of the person lets them see any action.
    """
    found = reach(by, filters.plan_id)
    for column, value in (
        (Action.unit_id, filters.unit_id),
        (Action.committee_id, filters.committee_id),
        (Action.health, filters.health),
        (Action.status, filters.status),
    ):
        if value is not None:
            found.append(column == value)
    if filters.owner == "none":
        found += [ownerless()]
    elif filters.owner is not None:
        found.append(Action.owner_id == filters.owner)
    if filters.slipped:
        found.append(Action.deadline > Action.first_deadline)
    return found


def reach(by: User, plan_id: int | None = None) -> list[ColumnElement[bool]]:
    """What `by` may see at all, in one plan or in every.

    Raises:
        Forbidden: no role of the person lets them see any action.
    """
    scope.require(by, Deed.ACTION_VIEW)
    found = [scope.actions_within(by, Deed.ACTION_VIEW)]
    if plan_id is not None:
        found.append(Action.plan_id == plan_id)
    return found


def late(today: date) -> ColumnElement[bool]:
    """The same rule as statuses.is_overdue, for the database."""
    return and_(Action.phase == 0, Action.deadline < today)


def ownerless() -> ColumnElement[bool]:
    """An open action that nobody answers for."""
    return and_(Action.owner_id.is_(None), Action.phase == 0)


def silent(today: date, zone: ZoneInfo) -> ColumnElement[bool]:
    """The same rule as statuses.timeliness has for Timeliness.SILENT, for the database."""
    day = today - timedelta(days=SILENT_DAYS - 1)
    moment = datetime.combine(day, time.min, zone).astimezone(UTC)
    return and_(
        Action.phase == 0,
        Action.deadline > today + timedelta(days=DUE_SOON_DAYS),
        Action.created_at < moment,
        or_(Action.assigned_at.is_(None), Action.assigned_at < moment),
        or_(Action.reported_at.is_(None), Action.reported_at < moment),
    )


def _dates(filters: ActionFilter, today: date, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.when is When.LATE:
        found.append(late(today))
    elif filters.when is When.SILENT:
        found.append(silent(today, zone))
    elif filters.when is not None:
        first, last = _span(filters.when, today)
        found += [Action.phase == 0, Action.deadline >= first, Action.deadline <= last]
    if filters.when is None and (filters.due_from or filters.due_to):
        # Says nothing, and leads to the index that has the deadlines.
        found.append(Action.phase.in_(range(LAST_PHASE + 1)))
    if filters.due_from is not None:
        found.append(Action.deadline >= filters.due_from)
    if filters.due_to is not None:
        found.append(Action.deadline <= filters.due_to)
    return found


def _span(when: When, today: date) -> tuple[date, date]:
    """The first and the last day of a quick choice."""
    if when is When.SOON:
        return today, today + timedelta(days=DUE_SOON_DAYS)
    months = {When.MONTH: 1, When.QUARTER: 3, When.YEAR: 12}[when]
    first_month = (today.month - 1) // months * months + 1
    first = date(today.year, first_month, 1)
    after = date(today.year + (first_month + months > 12), (first_month + months - 1) % 12 + 1, 1)
    return first, after - timedelta(days=1)


def _serving(filters: ActionFilter) -> list[ColumnElement[bool]]:
    """The condition that an action serves the plan's point."""
    if filters.plan_point_id is None:
        return []
    served = select(action_plan_point.c.action_id)
    return [Action.id.in_(served.where(action_plan_point.c.plan_point_id == filters.plan_point_id))]


def _in_area(number: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The condition that one of an action's points is of the area: where all are gathered, and
    where some are met on a walk."""
    areas = select(Area.id).where(Area.number == number)
    points = select(ImprovementPoint.id).where(ImprovementPoint.area_id.in_(areas))
    serving = select(action_point.c.action_id).where(action_point.c.point_id.in_(points))
    if counted(serving, most=MOST)[0] <= MOST:
        rare = Action.id.in_(serving)
        return rare, rare
    theirs = select(action_point.c.action_id).where(action_point.c.action_id == Action.id)
    # "+ 0" keeps from going through all of the area's points for each action.
    known = theirs.where((action_point.c.point_id + 0).in_(points))
    looked_up = theirs.join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
    looked_up = looked_up.where((ImprovementPoint.area_id + 0).in_(areas))
    return exists(known.correlate(Action)), exists(looked_up.correlate(Action))


def count_up_to(wanted: list[ColumnElement[bool]], most: int = MOST) -> int:
    """How many actions there are, counted no further than to `most` + 1."""
    some = select(Action.id).where(*wanted).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0
