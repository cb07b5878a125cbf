"""The improvement points of an evaluation, and what is being done about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.scores import SubAreaScore, missing
from tracker.domain.statuses import ActionStatus
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import (
    Action,
    Area,
    Evaluation,
    ImprovementPoint,
    Municipality,
    PointSubArea,
    User,
    action_point,
)
from tracker.services import scope

PAGE_SIZE = 30
ANSWERS_SHOWN = 5


class PointState(StrEnum):
    """Whether a point has an answer: an action that has not been dropped."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True)
class SpokenOf:
    """A sub-area that a point speaks of; `missing` is its points left to win (None: unknown)."""

    code: str
    name: str
    missing: int | None


@dataclass(frozen=True)
class Answer:
    """An action that answers a point; `visible` is whether the reader may open it."""

    id: int
    title: str
    status: ActionStatus
    visible: bool


@dataclass(frozen=True)
class PointRow:
    """A point as the list shows it; `repeated_from` is the month of the evaluation that already
    said the same, `more` the number of actions beyond those in `answers`."""

    id: int
    text: str
    page: int | None
    line: int | None
    certain: bool
    area_number: int | None
    area_name: str
    subareas: tuple[SpokenOf, ...]
    repeated_from: date | None
    answers: tuple[Answer, ...]
    more: int


@dataclass(frozen=True)
class AreaChoice:
    """An area to filter by."""

    number: int
    name: str


@dataclass(frozen=True)
class PointsPage:
    """One page of points: `total` match the filters; of all `count`, `answered` have an action."""

    evaluation_id: int
    municipality: str
    is_own: bool
    month: date
    areas: tuple[AreaChoice, ...]
    rows: tuple[PointRow, ...]
    total: int
    answered: int
    count: int


@dataclass(frozen=True)
class _Brief:
    """What filtering needs of every point of the evaluation."""

    id: int
    text: str
    area: int | None
    answered: bool


def is_answered() -> ColumnElement[bool]:
    """The condition on ImprovementPoint that an action, not a dropped one, answers it."""
    return exists(
        select(action_point.c.point_id)
        .join(Action, Action.id == action_point.c.action_id)
        .where(
            action_point.c.point_id == ImprovementPoint.id,
            Action.status != ActionStatus.DROPPED,
        )
    )


def points_listed(
    evaluation_id: int | None,
    *,
    by: User,
    area: int | None = None,
    state: PointState | None = None,
    q: str = "",
    page: int = 1,
) -> PointsPage | None:
    """One page of the points of an evaluation (None: our latest), those without answer first.

    `area` is an area's number; `q` is searched for without regard to case and accents. A page
    beyond the last gives the last. None where there is no evaluation of our own yet.

    Raises:
        NotFound: there is no such evaluation.
        Forbidden: the person may not see points.
    """
    scope.require(by, Deed.POINT_VIEW)
    evaluation = _evaluation(evaluation_id)
    if evaluation is None:
        return None
    every = _briefs(evaluation.id)
    wanted = fold(q)
    found = [
        point
        for point in every
        if (area is None or point.area == area)
        and (state is None or point.answered is (state is PointState.ANSWERED))
        and wanted in fold(point.text)
    ]
    last = max(1, -(-len(found) // PAGE_SIZE))
    start = (min(max(page, 1), last) - 1) * PAGE_SIZE
    return PointsPage(
        evaluation_id=evaluation.id,
        municipality=evaluation.municipality.name,
        is_own=evaluation.municipality.is_own,
        month=evaluation.month,
        areas=_areas(evaluation.id),
        rows=_rows([point.id for point in found[start : start + PAGE_SIZE]], by),
        total=len(found),
        answered=sum(point.answered for point in every),
        count=len(every),
    )


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


def _briefs(evaluation_id: int) -> list[_Brief]:
    """Every point of one evaluation (at most some hundred), in the order of the list."""
    answered = is_answered().label("answered")
    rows = db.session.execute(
        select(ImprovementPoint.id, ImprovementPoint.text, Area.number, answered)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .order_by(answered, ImprovementPoint.position)
    )
    return [_Brief(*row) for row in rows]


def _areas(evaluation_id: int) -> tuple[AreaChoice, ...]:
    """The areas that have points."""
    rows = db.session.execute(
        select(Area.number, Area.name)
        .join(ImprovementPoint, ImprovementPoint.area_id == Area.id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .distinct()
        .order_by(Area.number)
    )
    return tuple(AreaChoice(number, name) for number, name in rows)


def _rows(ids: Sequence[int], by: User) -> tuple[PointRow, ...]:
    """The points of one page in the order of `ids`."""
    found = db.session.scalars(
        select(ImprovementPoint)
        .where(ImprovementPoint.id.in_(ids))
        .options(
            joinedload(ImprovementPoint.area),
            joinedload(ImprovementPoint.repeats).joinedload(ImprovementPoint.evaluation),
            selectinload(ImprovementPoint.subarea_links).joinedload(PointSubArea.sub_area),
        )
    )
    points = {point.id: point for point in found}
    answers = _answers(ids, by)
    counts = _counts(ids)
    return tuple(
        _row(points[point_id], answers.get(point_id, []), counts.get(point_id, 0))
        for point_id in ids
    )


def _row(point: ImprovementPoint, answers: Sequence[Answer], count: int) -> PointRow:
    return PointRow(
        id=point.id,
        text=point.text,
        page=point.page,
        line=point.line,
        certain=point.certain,
        area_number=point.area.number if point.area else None,
        area_name=point.area.name if point.area else "",
        subareas=tuple(_spoken_of(link) for link in point.subarea_links),
        repeated_from=point.repeats.evaluation.month if point.repeats else None,
        answers=tuple(answers),
        more=count - len(answers),
    )


def _spoken_of(link: PointSubArea) -> SpokenOf:
    sub = link.sub_area
    return SpokenOf(
        sub.code, sub.name, missing(SubAreaScore(sub.code, sub.name, sub.score, sub.max))
    )


def _counts(ids: Sequence[int]) -> dict[int, int]:
    """How many actions each point has."""
    rows = db.session.execute(
        select(action_point.c.point_id, func.count())
        .where(action_point.c.point_id.in_(ids))
        .group_by(action_point.c.point_id)
    )
    return dict(rows.all())


def _answers(ids: Sequence[int], by: User) -> dict[int, list[Answer]]:
    """The first actions per point; titles only where the person may open them."""
    place = func.row_number().over(
        partition_by=action_point.c.point_id, order_by=(Action.deadline, Action.id)
    )
    first = (
        select(action_point.c.point_id, action_point.c.action_id, place.label("place"))
        .join(Action, Action.id == action_point.c.action_id)
        .where(action_point.c.point_id.in_(ids))
        .subquery()
    )
    visible = scope.actions_within(by, Deed.ACTION_VIEW).label("visible")
    rows = db.session.execute(
        select(first.c.point_id, Action.id, Action.title, Action.status, visible)
        .join(Action, Action.id == first.c.action_id)
        .where(first.c.place <= ANSWERS_SHOWN)
        .order_by(first.c.point_id, first.c.place)
    )
    answers: dict[int, list[Answer]] = {}
    for point_id, action_id, title, status, may_see in rows:
        answer = Answer(action_id, title if may_see else "", status, bool(may_see))
        answers.setdefault(point_id, []).append(answer)
    return answers
