"""All points of one evaluation, by area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import ColumnElement, Select, func, select

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.scores import points_left
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Area, Evaluation, ImprovementPoint, Municipality, RoleModel, User
from tracker.services import scope
from tracker.services.points.ancestry import lineage_of
from tracker.services.points.rows import PointRow, rows_of
from tracker.services.points.state import PointState, in_state, is_answered
from tracker.services.points.weights import Weighed, weights_of

MOST_ON_ONE_PAGE = 150
PAGE_SIZE = 100


@dataclass(frozen=True)
class PointFilter:
    """What to see: `area` is an area's number, `priority` 1 to 3, `q` words to look for without
    regard to case and accents."""

    area: int | None = None
    state: PointState | None = None
    priority: int | None = None
    repeated: bool = False
    q: str = ""


EVERYTHING = PointFilter()


@dataclass(frozen=True)
class AreaChoice:
    """An area to filter by."""

    number: int
    name: str


@dataclass(frozen=True)
class Example:
    """A municipality that the evaluators point to, and the sentence that does so."""

    municipality: str
    about: str


@dataclass(frozen=True)
class AreaGroup:
    """The points of one area (`number` None: of none) with its score and its role models."""

    number: int | None
    name: str
    score: int | None
    max: int | None
    examples: tuple[Example, ...]
    rows: tuple[PointRow, ...]

    @property
    def missing(self) -> int | None:
        """Points left to win in the area."""
        return points_left(self.score, self.max)


@dataclass(frozen=True)
class Heading:
    """Which evaluation it is, and how many of its points have an answer."""

    evaluation_id: int
    municipality: str
    is_own: bool
    month: date
    answered: int
    count: int


@dataclass(frozen=True)
class PointsPage:
    """Points of one evaluation: `total` match the filter, `size` of them on each page."""

    heading: Heading
    areas: tuple[AreaChoice, ...]
    groups: tuple[AreaGroup, ...]
    total: int
    size: int

    @property
    def rows(self) -> tuple[PointRow, ...]:
        """The points of all groups, in their order."""
        return tuple(row for group in self.groups for row in group.rows)


def points_listed(
    evaluation_id: int | None, filters: PointFilter = EVERYTHING, *, by: User, page: int = 1
) -> PointsPage | None:
    """The points of an evaluation (None: our latest) by area, all on one page up to
    MOST_ON_ONE_PAGE. A page beyond the last gives the last. None where there is no evaluation of
    our own yet.

    Raises:
        NotFound: there is no such evaluation.
        Forbidden: the person may not see points.
    """
    heading = heading_of(evaluation_id, by=by)
    if heading is None:
        return None
    weighed = weights_of(heading.evaluation_id)
    size = PAGE_SIZE if heading.count > MOST_ON_ONE_PAGE else MOST_ON_ONE_PAGE
    ids, total = _ids(heading.evaluation_id, filters, weighed, size, page)
    return PointsPage(
        heading=heading,
        areas=areas_of(heading.evaluation_id),
        groups=grouped(heading.evaluation_id, rows_of(ids, weighed, by=by)),
        total=total,
        size=size,
    )


def heading_of(evaluation_id: int | None, *, by: User) -> Heading | None:
    """The evaluation asked for, else our latest. Raises as points_listed."""
    scope.require(by, Deed.POINT_VIEW)
    evaluation = _evaluation(evaluation_id)
    if evaluation is None:
        return None
    count, answered = db.session.execute(
        select(func.count(), func.count().filter(is_answered()))
        .select_from(ImprovementPoint)
        .where(ImprovementPoint.evaluation_id == evaluation.id)
    ).one()
    own = evaluation.municipality
    return Heading(evaluation.id, own.name, own.is_own, evaluation.month, answered, count)


def _evaluation(evaluation_id: int | None) -> Evaluation | None:
    if evaluation_id is not None:
        # An address may hold any number; no key column does.
        possible = 0 < evaluation_id < 2**31
        found = db.session.get(Evaluation, evaluation_id) if possible else None
        if found is None:
            raise NotFound
        return found
    return db.session.scalar(
        select(Evaluation)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Municipality.is_own)
        .order_by(Evaluation.month.desc())
        .limit(1)
    )


def in_order(query: Select[*tuple[int, ...]]) -> Select[*tuple[int, ...]]:
    """Points by area, the general ones last. The query must join Area."""
    return query.order_by(Area.number.is_(None), Area.number, ImprovementPoint.position)


def _ids(
    evaluation_id: int, filters: PointFilter, weighed: Weighed, size: int, page: int
) -> tuple[list[int], int]:
    """The points of the page asked for, and how many match in all."""
    matching = (
        select(ImprovementPoint.id)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(
            ImprovementPoint.evaluation_id == evaluation_id, *_conditions(evaluation_id, filters)
        )
    )
    if filters.q or filters.priority:
        # Folding and weighing are more than SQL can: few points are of one evaluation.
        found = _picked(in_order(matching), filters, weighed)
        start = _start(len(found), size, page)
        return found[start : start + size], len(found)
    total = db.session.scalar(select(func.count()).select_from(matching.subquery())) or 0
    start = _start(total, size, page)
    return list(db.session.scalars(in_order(matching).offset(start).limit(size))), total


def _conditions(evaluation_id: int, filters: PointFilter) -> list[ColumnElement[bool]]:
    found = []
    if filters.area is not None:
        found.append(Area.number == (filters.area if 0 < filters.area < 2**31 else 0))
    if filters.state is not None:
        found.append(in_state(filters.state))
    if filters.repeated:
        origins = lineage_of(evaluation_id).origins
        again = [key for key, origin in origins.items() if origin.old_id is not None]
        found.append(ImprovementPoint.id.in_(again))
    return found


def _picked(
    matching: Select[*tuple[int, ...]], filters: PointFilter, weighed: Weighed
) -> list[int]:
    wanted = fold(filters.q)
    rows = db.session.execute(matching.add_columns(ImprovementPoint.text))
    return [
        point_id
        for point_id, text in rows
        if wanted in fold(text) and filters.priority in (None, weighed.weights[point_id].priority)
    ]


def _start(total: int, size: int, page: int) -> int:
    last = max(1, -(-total // size))
    return (min(max(page, 1), last) - 1) * size


def areas_of(evaluation_id: int) -> tuple[AreaChoice, ...]:
    """The areas that have points."""
    rows = db.session.execute(
        select(Area.number, Area.name)
        .join(ImprovementPoint, ImprovementPoint.area_id == Area.id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .distinct()
        .order_by(Area.number)
    )
    return tuple(AreaChoice(number, name) for number, name in rows)


def grouped(evaluation_id: int, rows: Sequence[PointRow]) -> tuple[AreaGroup, ...]:
    """The rows by area, each area with its score and those who do well in it."""
    scores = {
        number: (score, most)
        for number, score, most in db.session.execute(
            select(Area.number, Area.score, Area.max)
            .join(ImprovementPoint, ImprovementPoint.area_id == Area.id)
            .where(ImprovementPoint.evaluation_id == evaluation_id)
            .distinct()
        )
    }
    examples = _examples(evaluation_id)
    return tuple(
        _group(number, list(points), scores.get(number, (None, None)), examples.get(number, ()))
        for number, points in groupby(rows, key=lambda row: row.area_number)
    )


def _group(
    number: int | None,
    rows: Sequence[PointRow],
    score: tuple[int | None, int | None],
    examples: Iterable[Example],
) -> AreaGroup:
    return AreaGroup(number, rows[0].area_name, *score, tuple(examples), tuple(rows))


def _examples(evaluation_id: int) -> dict[int | None, list[Example]]:
    """Role models by area, each municipality once; None holds for all of it."""
    rows = db.session.scalars(
        select(RoleModel).where(RoleModel.evaluation_id == evaluation_id).order_by(RoleModel.id)
    )
    found: dict[int | None, dict[str, Example]] = {}
    for row in rows:
        there = found.setdefault(row.area_number, {})
        there.setdefault(row.municipality, Example(row.municipality, row.about))
    return {number: list(there.values()) for number, there in found.items()}
