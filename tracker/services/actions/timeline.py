"""The plan along the calendar: a page of the list, with the days of each action."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tracker.domain.calendar import local_date
from tracker.domain.statuses import OPEN
from tracker.domain.timeline import Drawing, Span, draw
from tracker.extensions import db
from tracker.models import Action, Milestone, User
from tracker.services.actions.filters import ActionFilter, Sort
from tracker.services.actions.lists import SIZE, ActionPage, ActionRow, actions_listed


@dataclass(frozen=True)
class Line:
    """An action on the timeline; `start` is when it begins, or was written down."""

    row: ActionRow
    start: date
    first_deadline: date
    forecast: date | None
    milestones: tuple[tuple[date, bool], ...]

    @property
    def pieces_done(self) -> int:
        """How many of the milestones are done."""
        return sum(done for _due, done in self.milestones)

    @property
    def span(self) -> Span:
        """Its days as the drawing wants them."""
        return Span(
            self.start, self.row.deadline, self.first_deadline, self.forecast, self.milestones
        )


@dataclass(frozen=True)
class Timeline:
    """One page: what is listed, its lines in the same order, and their drawing."""

    listed: ActionPage
    lines: tuple[Line, ...]
    drawing: Drawing


def timeline(
    filters: ActionFilter,
    page: int,
    *,
    by: User,
    today: date,
    zone: ZoneInfo,
    size: int = SIZE,
) -> Timeline:
    """Page number `page` of what the filter lets through, by deadline, the open ones first. Two
    queries more than the list itself.

    Raises:
        Forbidden: the person sees no plan.
    """
    by_deadline = replace(filters, sort=Sort.DEADLINE)
    listed = actions_listed(by_deadline, page, by=by, today=today, zone=zone, size=size)
    ids = [row.id for row in listed.rows]
    days, pieces = _days(ids), _milestones(ids)
    lines = tuple(
        _line(row, days[row.id], pieces[row.id], zone) for row in listed.rows if row.id in days
    )
    return Timeline(listed, lines, draw([line.span for line in lines], today))


def _line(row: ActionRow, days: Any, pieces: list[tuple[date, bool]], zone: ZoneInfo) -> Line:
    return Line(
        row=row,
        start=min(days.starts_on or local_date(days.created_at, zone), row.deadline),
        first_deadline=days.first_deadline,
        # What was expected of an action that is finished says nothing any more.
        forecast=days.forecast if row.status in OPEN else None,
        milestones=tuple(pieces),
    )


def _days(ids: Sequence[int]) -> dict[int, Any]:
    rows = db.session.execute(
        select(
            Action.id, Action.starts_on, Action.created_at, Action.first_deadline, Action.forecast
        ).where(Action.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _milestones(ids: Sequence[int]) -> defaultdict[int, list[tuple[date, bool]]]:
    found: defaultdict[int, list[tuple[date, bool]]] = defaultdict(list)
    rows = db.session.execute(
        select(Milestone.action_id, Milestone.due, Milestone.done_on)
        .where(Milestone.action_id.in_(ids))
        .order_by(Milestone.due, Milestone.id)
    )
    for row in rows:
        found[row.action_id].append((row.due, row.done_on is not None))
    return found
