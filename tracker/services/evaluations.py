"""Evaluations as they are kept: a report made into one at once, the list, and each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.scores import points_left
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.importers.draft import ReportDraft
from tracker.models import (
    Action,
    Area,
    Evaluation,
    ImprovementPoint,
    Municipality,
    PointSubArea,
    ScoreSet,
    User,
    action_point,
)
from tracker.services import scope
from tracker.services.acceptance import DraftHead, add_evaluation, one_at_a_time
from tracker.services.draft_review import summed
from tracker.services.score_sets import AREA_MAX, added_sets, main_set
from tracker.services.sources import SourceFile


def import_report(
    draft: ReportDraft,
    *,
    head: DraftHead,
    by: User | None,
    now: datetime,
    source: SourceFile | None = None,
) -> Evaluation:
    """Accept a report at once, without a draft; `by` None means the system itself.

    Raises:
        AlreadyEvaluated: there is an evaluation of that municipality and month.
        RuleBroken: the head does not hold; `field` says where.
        Forbidden: the person may not import.
    """
    if by is not None:
        scope.require(by, Deed.EVALUATION_IMPORT)
    with one_at_a_time():
        evaluation = add_evaluation(draft, head, by=by, now=now, source=source)
        db.session.commit()
    return evaluation


@dataclass(frozen=True)
class ListedEvaluation:
    """A row of the list; `total` is what the report states, else the sum of all its areas, else
    None."""

    id: int
    municipality_id: int
    municipality: str
    is_own: bool
    month: date
    ordinal: int | None
    edition: str
    total: int | None


def evaluations_listed(by: User | None) -> list[ListedEvaluation]:
    """All evaluations under the score set that they were read under: our own municipality first,
    then by name; the latest first in each.

    Raises:
        Forbidden: the person may not see evaluations.
    """
    if by is not None:
        scope.require(by, Deed.EVALUATION_VIEW)
    # A score over its max is a misprint that no sum can hold.
    credible = Area.score.between(0, func.coalesce(Area.max, AREA_MAX))
    rows = db.session.execute(
        select(
            Evaluation.id,
            Municipality.id,
            Municipality.name,
            Municipality.is_own,
            Evaluation.month,
            Evaluation.ordinal,
            ScoreSet.edition,
            ScoreSet.total_stated,
            func.sum(Area.score).filter(credible),
            func.count(Area.score).filter(credible),
        )
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .join(ScoreSet, ScoreSet.id == main_set(Evaluation.id))
        .outerjoin(Area, Area.score_set_id == ScoreSet.id)
        .group_by(Evaluation.id, Municipality.id, ScoreSet.id)
        .order_by(Evaluation.month.desc())
    )
    listed = [ListedEvaluation(*row[:7], total=_total(*row[7:10])) for row in rows]
    return sorted(listed, key=lambda one: (not one.is_own, fold(one.municipality)))


def _total(stated: int | None, summed: int | None, scored: int) -> int | None:
    """A sum over some of the areas never poses as a total."""
    if stated is not None:
        return stated
    return summed if scored == len(AREA_NUMBERS) else None


@dataclass(frozen=True)
class ShownArea:
    """An area of an evaluation, with the score that is stated and what its sub-areas sum to, and
    how many actions answer its points (`total`) and how many of these are reached (`done`)."""

    row: Area
    summed: int | None
    done: int
    total: int

    @property
    def max(self) -> int:
        """The most points; where a report does not say it, what every edition gives an area."""
        return self.row.max or AREA_MAX

    @property
    def missing(self) -> int | None:
        """The points left to win."""
        return points_left(self.row.score, self.max)

    @property
    def mismatch(self) -> bool:
        """Whether the sub-areas do not add up to what the report states."""
        return self.row.score is not None and self.summed not in (None, self.row.score)


@dataclass(frozen=True)
class ShownEvaluation:
    """An evaluation as its page shows it. `summed` is what all its areas add up to; `before_id` is
    the one before of the same municipality, to compare with; `added` are the scores under other
    editions."""

    row: Evaluation
    scores: ScoreSet
    added: tuple[ScoreSet, ...]
    total: int | None
    summed: int | None
    areas: tuple[ShownArea, ...]
    general: tuple[ImprovementPoint, ...]
    before_id: int | None

    @property
    def point_count(self) -> int:
        """How many improvement points it has, the general ones included."""
        return sum(len(area.row.points) for area in self.areas) + len(self.general)

    @property
    def strength_count(self) -> int:
        """How many strengths it has."""
        return sum(len(area.row.strengths) for area in self.areas)


def evaluation_shown(evaluation_id: int, by: User) -> ShownEvaluation:
    """Everything the page of one evaluation shows.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_VIEW)
    row = db.session.get(Evaluation, evaluation_id)
    if row is None:
        raise NotFound
    scores = _main_scores(row)
    counts = _actions_per_area(scores)
    areas = tuple(
        ShownArea(area, summed(area.subareas), *counts.get(area.id, (0, 0)))
        for area in scores.areas
    )
    known = [area.row.score for area in areas if area.row.score is not None]
    return ShownEvaluation(
        row=row,
        scores=scores,
        added=tuple(added_sets(row.id)),
        total=_total(scores.total_stated, sum(known), len(known)),
        summed=_total(None, sum(known), len(known)),
        areas=areas,
        general=_general_points(row),
        before_id=_before(row),
    )


def source_of(evaluation_id: int, by: User) -> SourceFile:
    """The file that an evaluation was last accepted from.

    Raises:
        NotFound: there is no such evaluation, or it came from no file.
        Forbidden.
    """
    scope.require(by, Deed.EVALUATION_VIEW)
    row = db.session.get(Evaluation, evaluation_id)
    if row is None or row.source_sha256 is None or row.source_name is None:
        raise NotFound
    return SourceFile(row.source_sha256, row.source_name)


def _main_scores(evaluation: Evaluation) -> ScoreSet:
    areas = selectinload(ScoreSet.areas)
    points = areas.selectinload(Area.points)
    query = (
        select(ScoreSet)
        .where(ScoreSet.id == main_set(evaluation.id))
        .options(
            areas.selectinload(Area.subareas),
            areas.selectinload(Area.strengths),
            points.selectinload(ImprovementPoint.subarea_links).joinedload(PointSubArea.sub_area),
        )
    )
    return db.session.scalars(query).one()


def _actions_per_area(scores: ScoreSet) -> dict[int, tuple[int, int]]:
    """(reached, all) per area id; a dropped action answers nothing."""
    reached = func.count(Action.id.distinct()).filter(Action.status.in_(REACHED))
    rows = db.session.execute(
        select(Area.id, reached, func.count(Action.id.distinct()))
        .join(ImprovementPoint, ImprovementPoint.area_id == Area.id)
        .join(action_point, action_point.c.point_id == ImprovementPoint.id)
        .join(Action, Action.id == action_point.c.action_id)
        .where(Area.score_set_id == scores.id, Action.status != ActionStatus.DROPPED)
        .group_by(Area.id)
    )
    return {area_id: (done, total) for area_id, done, total in rows}


def _general_points(evaluation: Evaluation) -> tuple[ImprovementPoint, ...]:
    query = (
        select(ImprovementPoint)
        .where(ImprovementPoint.evaluation_id == evaluation.id, ImprovementPoint.area_id.is_(None))
        .order_by(ImprovementPoint.position)
    )
    return tuple(db.session.scalars(query))


def _before(evaluation: Evaluation) -> int | None:
    return db.session.scalar(
        select(Evaluation.id)
        .where(
            Evaluation.municipality_id == evaluation.municipality_id,
            Evaluation.month < evaluation.month,
        )
        .order_by(Evaluation.month.desc())
        .limit(1)
    )
