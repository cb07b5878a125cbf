"""An evaluation as it is kept, as plain data, with the work that hangs on its points."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased, selectinload

from tracker.domain.errors import NotFound
from tracker.extensions import db
from tracker.importers.draft import AreaDraft, StrengthDraft, SubAreaDraft
from tracker.models import (
    Action,
    Area,
    Disposition,
    Evaluation,
    ImprovementPoint,
    PointSubArea,
    ScoreSet,
    action_point,
)
from tracker.services.score_sets import main_set


@dataclass(frozen=True, slots=True)
class PointWork:
    """What hangs on a point: the titles of the actions that answer it, the months of later
    evaluations that repeat it, and whether it has an answer, or is the answer to another."""

    actions: tuple[str, ...] = ()
    repeated_in: tuple[date, ...] = ()
    answered: bool = False

    def __bool__(self) -> bool:
        return bool(self.actions or self.repeated_in or self.answered)


NO_WORK = PointWork()


@dataclass(frozen=True, slots=True)
class KeptPoint:
    """A point as it is kept; `area` is a number, `subareas` are codes, best first."""

    id: int
    area: int | None
    text: str
    page: int | None = None
    line: int | None = None
    subareas: tuple[str, ...] = ()
    work: PointWork = NO_WORK


@dataclass(frozen=True, slots=True)
class Kept:
    """An evaluation under the score set that it was read under; the areas' points stand in
    `points`, in order."""

    id: int
    version: int
    municipality: str
    month: date
    ordinal: int | None
    edition: str
    total_stated: int | None
    areas: tuple[AreaDraft, ...]
    points: tuple[KeptPoint, ...]
    source_sha256: str | None = None


def load_kept(evaluation_id: int) -> Kept:
    """The evaluation with that number. Raises NotFound."""
    row = db.session.get(Evaluation, evaluation_id, populate_existing=True)
    if row is None:
        raise NotFound
    scores = main_scores(row.id)
    return Kept(
        id=row.id,
        version=row.version,
        municipality=row.municipality.name,
        month=row.month,
        ordinal=row.ordinal,
        edition=scores.edition,
        total_stated=scores.total_stated,
        areas=tuple(_area(area) for area in scores.areas),
        points=_points(row.id),
        source_sha256=row.source_sha256,
    )


def main_scores(evaluation_id: int) -> ScoreSet:
    """The score set that an evaluation was read under, with its areas."""
    areas = selectinload(ScoreSet.areas)
    query = (
        select(ScoreSet)
        .where(ScoreSet.id == main_set(evaluation_id))
        .options(areas.selectinload(Area.subareas), areas.selectinload(Area.strengths))
    )
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _area(row: Area) -> AreaDraft:
    return AreaDraft(
        number=row.number,
        name=row.name,
        score=row.score,
        max=row.max,
        subareas=tuple(
            SubAreaDraft(sub.code, sub.name, sub.score, sub.max, sub.body) for sub in row.subareas
        ),
        strengths=tuple(StrengthDraft(s.text, s.page, s.line) for s in row.strengths),
    )


def _points(evaluation_id: int) -> tuple[KeptPoint, ...]:
    query = (
        select(ImprovementPoint, Area.number)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .options(
            selectinload(ImprovementPoint.subarea_links).joinedload(PointSubArea.sub_area),
        )
        .order_by(ImprovementPoint.position)
        .execution_options(populate_existing=True)
    )
    actions, repeats = _actions(evaluation_id), _repeats(evaluation_id)
    answered = _answered(evaluation_id)
    return tuple(
        KeptPoint(
            id=point.id,
            area=number,
            text=point.text,
            page=point.page,
            line=point.line,
            subareas=tuple(link.sub_area.code for link in point.subarea_links),
            work=PointWork(
                tuple(actions.get(point.id, ())),
                tuple(repeats.get(point.id, ())),
                point.id in answered,
            ),
        )
        for point, number in db.session.execute(query)
    )


def _actions(evaluation_id: int) -> dict[int, list[str]]:
    """Point id → the titles of its actions, dropped ones too: they are history, and stay."""
    rows = db.session.execute(
        select(action_point.c.point_id, Action.title)
        .join(Action, Action.id == action_point.c.action_id)
        .join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .order_by(Action.id)
    )
    found: dict[int, list[str]] = {}
    for point_id, title in rows:
        found.setdefault(point_id, []).append(title)
    return found


def _answered(evaluation_id: int) -> set[int]:
    """The points that have an answer, and those that others are merged into."""
    rows = db.session.execute(
        select(Disposition.point_id, Disposition.merged_into_id)
        .join(ImprovementPoint, ImprovementPoint.id == Disposition.point_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
    )
    return {number for pair in rows for number in pair if number is not None}


def _repeats(evaluation_id: int) -> dict[int, list[date]]:
    """Point id → the months of the evaluations that repeat it."""
    later = aliased(ImprovementPoint)
    rows = db.session.execute(
        select(ImprovementPoint.id, Evaluation.month)
        .join(later, later.repeats_id == ImprovementPoint.id)
        .join(Evaluation, Evaluation.id == later.evaluation_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .group_by(ImprovementPoint.id, Evaluation.month)
        .order_by(Evaluation.month)
    )
    found: dict[int, list[date]] = {}
    for point_id, month in rows:
        found.setdefault(point_id, []).append(month)
    return found
