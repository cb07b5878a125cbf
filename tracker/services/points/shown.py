"""Everything about one point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Answer, Disposition, ImprovementPoint, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.points.answers import SUBJECT
from tracker.services.points.listing import AreaGroup, Heading, grouped, heading_of
from tracker.services.points.rows import ActionLine, PointRow, actions_of, rows_of
from tracker.services.points.weights import weights_of


@dataclass(frozen=True)
class Choice:
    """A point that others may be merged into."""

    id: int
    number: int
    text: str


@dataclass(frozen=True)
class PointShown:
    """A point's page: `group` is its area, `earlier_actions` what was done when it was said
    before, `history` the journal's entries, newest first, and `numbers` what the points that
    these name are called by."""

    heading: Heading
    group: AreaGroup
    row: PointRow
    earlier_actions: tuple[ActionLine, ...]
    merged: tuple[Choice, ...]
    history: tuple[JournalEntry, ...]
    numbers: Mapping[int, int]


def point_shown(point_id: int, *, by: User) -> PointShown:
    """The point, its answer, its actions and their history.

    Raises:
        Forbidden, NotFound: not this person's to see, or no such point.
    """
    scope.require(by, Deed.POINT_VIEW)
    point = db.session.get(ImprovementPoint, point_id)
    heading = heading_of(point.evaluation_id, by=by) if point else None
    if point is None or heading is None:
        raise NotFound
    [group] = grouped(
        heading.evaluation_id, rows_of([point_id], weights_of(heading.evaluation_id), by=by)
    )
    [row] = group.rows
    history = tuple(journal.history(SUBJECT, point_id))
    before = row.earlier.point_id if row.earlier else 0
    return PointShown(
        heading=heading,
        group=group,
        row=row,
        earlier_actions=tuple(actions_of([before], by).get(before, ())),
        merged=_choices([one.id for one in row.merged]),
        history=history,
        numbers=_numbers(history),
    )


def _choices(ids: Collection[int]) -> tuple[Choice, ...]:
    rows = db.session.execute(
        select(ImprovementPoint.id, ImprovementPoint.position, ImprovementPoint.text)
        .where(ImprovementPoint.id.in_(ids))
        .order_by(ImprovementPoint.position)
    )
    return tuple(Choice(*row) for row in rows)


def _numbers(history: Sequence[JournalEntry]) -> dict[int, int]:
    """The numbers of the points that a history names."""
    named = {
        value
        for entry in history
        for name in ("merged_into_id", "repeats_id")
        for value in entry.data.get(name) or ()
        if value
    }
    rows = db.session.execute(
        select(ImprovementPoint.id, ImprovementPoint.position).where(ImprovementPoint.id.in_(named))
    )
    return dict(rows.all())


def points_named(point_ids: Sequence[int], *, by: User) -> tuple[Choice, ...]:
    """The points with these numbers, in the report's order; what is missing is left out.

    Raises:
        Forbidden: the person may not answer points.
    """
    scope.require(by, Deed.POINT_ANSWER)
    return _choices([number for number in point_ids if 0 < number < 2**31])


def merge_choices(point_ids: Sequence[int], *, by: User) -> tuple[Choice, ...]:
    """The points that these may be merged into: of the same evaluation, not merged themselves.

    Raises:
        Forbidden: the person may not answer points.
    """
    scope.require(by, Deed.POINT_ANSWER)
    same = select(ImprovementPoint.evaluation_id).where(ImprovementPoint.id.in_(point_ids))
    merged = select(Disposition.point_id).where(Disposition.answer == Answer.MERGED)
    rows = db.session.execute(
        select(ImprovementPoint.id, ImprovementPoint.position, ImprovementPoint.text)
        .where(
            ImprovementPoint.evaluation_id.in_(same),
            ImprovementPoint.id.not_in(point_ids),
            ImprovementPoint.id.not_in(merged),
        )
        .order_by(ImprovementPoint.position)
    )
    return tuple(Choice(*row) for row in rows)
