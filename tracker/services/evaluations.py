"""From a report to an evaluation: read into a draft, looked at by a person, then accepted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db, in_turn
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft
from tracker.models import (
    Action,
    Area,
    Evaluation,
    ImportDraft,
    ImprovementPoint,
    Municipality,
    PointSubArea,
    ScoreSet,
    User,
    action_point,
)
from tracker.services import journal, scope
from tracker.services.acceptance import DraftHead, add_evaluation
from tracker.services.draft_review import summed

__all__ = [
    "DraftHead",
    "ListedEvaluation",
    "ShownArea",
    "ShownEvaluation",
    "accept_draft",
    "discard_draft",
    "drafts_waiting",
    "evaluation_shown",
    "evaluations_listed",
    "import_report",
    "load_draft",
    "read_into_draft",
]

AREA_MAX = 100  # every edition gives each of its areas 100 points


def read_into_draft(data: bytes, file_name: str, *, by: User, now: datetime) -> ImportDraft:
    """Read a report and keep it as a draft for review.

    A file that is already here, waiting or accepted, gives the draft that it became then.

    Raises:
        RuleBroken: the file cannot be read (the importer's sentence).
        Forbidden: the person may not import.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    # Reading takes long; do not hold the database's write lock meanwhile.
    db.session.rollback()
    content = read_report(data, file_name)
    digest = hashlib.sha256(data).hexdigest()
    in_turn(f"draft {digest}")
    if twin := _draft_of_file(digest):
        return twin
    draft = ImportDraft(
        file_name=normalise_space(file_name)[-255:],
        file_sha256=digest,
        content=content.to_json(),
        created_at=now,
        created_by=by,
    )
    db.session.add(draft)
    db.session.flush()
    found = {"file": draft.file_name, "sha256": digest}
    journal.record("draft.create", "import_draft", draft.id, found, by=by, now=now)
    db.session.commit()
    return draft


def _draft_of_file(digest: str) -> ImportDraft | None:
    """The draft of the same bytes that waits or was accepted; a discarded one may come again."""
    query = (
        select(ImportDraft)
        .where(ImportDraft.file_sha256 == digest, ImportDraft.discarded_at.is_(None))
        .order_by(ImportDraft.id.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def drafts_waiting(by: User) -> Sequence[ImportDraft]:
    """The drafts that nobody has answered, oldest first; none for those who may not import."""
    if not by.may(Deed.EVALUATION_IMPORT):
        return ()
    query = (
        select(ImportDraft)
        .where(ImportDraft.evaluation_id.is_(None), ImportDraft.discarded_at.is_(None))
        .options(joinedload(ImportDraft.created_by))
        .order_by(ImportDraft.id)
    )
    return db.session.scalars(query).all()


def load_draft(draft_id: int, by: User) -> tuple[ImportDraft, ReportDraft]:
    """A draft, open or answered, and the report as it was read.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    draft = db.session.get(ImportDraft, draft_id, options=[joinedload(ImportDraft.created_by)])
    if draft is None:
        raise NotFound
    return draft, ReportDraft.from_json(draft.content)


def accept_draft(
    draft_id: int, corrections: DraftHead, version: int, *, by: User, now: datetime
) -> Evaluation:
    """Make the evaluation out of a draft.

    Raises:
        RuleBroken: the head does not hold; `field` says where.
        Conflict: somebody has answered the draft since `version` was shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    with _one_at_a_time():
        draft = _open_draft(draft_id, version)
        content = ReportDraft.from_json(draft.content)
        evaluation = add_evaluation(content, corrections, by=by, now=now, source=draft.file_sha256)
        draft.evaluation_id = evaluation.id
        db.session.commit()
    return evaluation


def discard_draft(draft_id: int, version: int, *, by: User, now: datetime) -> None:
    """Say no to a draft; it stays readable, and the same file may be read again.

    Raises:
        Conflict: somebody has answered the draft since `version` was shown.
        NotFound, Forbidden.
    """
    scope.require(by, Deed.EVALUATION_IMPORT)
    draft = _open_draft(draft_id, version)
    draft.discarded_at = now
    journal.record("draft.discard", "import_draft", draft.id, {}, by=by, now=now)
    db.session.commit()


def import_report(
    draft: ReportDraft, *, head: DraftHead, by: User | None, now: datetime
) -> Evaluation:
    """Accept a report at once, without a draft; `by` None means the system itself.

    Raises:
        RuleBroken: the head does not hold; `field` says where.
        Forbidden: the person may not import.
    """
    if by is not None:
        scope.require(by, Deed.EVALUATION_IMPORT)
    with _one_at_a_time():
        evaluation = add_evaluation(draft, head, by=by, now=now, source=None)
        db.session.commit()
    return evaluation


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Unique keys settle what two people save in the same moment; the second gets a sentence."""
    try:
        yield
    except IntegrityError as error:
        db.session.rollback()
        raise RuleBroken("Någon annan sparade i samma ögonblick. Försök igen.") from error


def _open_draft(draft_id: int, version: int) -> ImportDraft:
    """Lock the draft's row, so that of two answers only one finds it open."""
    query = select(ImportDraft).where(ImportDraft.id == draft_id).with_for_update()
    draft = db.session.scalar(query.execution_options(populate_existing=True))
    if draft is None:
        raise NotFound
    if not draft.is_open or draft.version != version:
        raise Conflict({"evaluation_id": draft.evaluation_id})
    return draft


@dataclass(frozen=True)
class ListedEvaluation:
    """A row of the list; `total` is what the report states, else the sum of all its areas, else
    None."""

    id: int
    municipality: str
    is_own: bool
    month: date
    ordinal: int | None
    edition: str
    total: int | None


def evaluations_listed(by: User | None) -> list[ListedEvaluation]:
    """All evaluations under their latest score set: our own municipality first, then by name;
    the latest first in each.

    Raises:
        Forbidden: the person may not see evaluations.
    """
    if by is not None:
        scope.require(by, Deed.EVALUATION_VIEW)
    latest = select(func.max(ScoreSet.id)).where(ScoreSet.evaluation_id == Evaluation.id)
    rows = db.session.execute(
        select(
            Evaluation.id,
            Municipality.name,
            Municipality.is_own,
            Evaluation.month,
            Evaluation.ordinal,
            ScoreSet.edition,
            ScoreSet.total_stated,
            func.sum(Area.score),
            func.count(Area.score),
        )
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .join(ScoreSet, ScoreSet.id == latest.correlate(Evaluation).scalar_subquery())
        .outerjoin(Area, Area.score_set_id == ScoreSet.id)
        .group_by(Evaluation.id, Municipality.id, ScoreSet.id)
        .order_by(Evaluation.month.desc())
    )
    listed = [ListedEvaluation(*row[:6], total=_total(*row[6:])) for row in rows]
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
        return None if self.row.score is None else self.max - self.row.score

    @property
    def mismatch(self) -> bool:
        """Whether the sub-areas do not add up to what the report states."""
        return self.row.score is not None and self.summed not in (None, self.row.score)


@dataclass(frozen=True)
class ShownEvaluation:
    """An evaluation as its page shows it. `summed` is what all its areas add up to; `before_id` is
    the one before of the same municipality, to compare with."""

    row: Evaluation
    scores: ScoreSet
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
    scores = _latest_scores(row)
    counts = _actions_per_area(scores)
    areas = tuple(
        ShownArea(area, summed(area.subareas), *counts.get(area.id, (0, 0)))
        for area in scores.areas
    )
    known = [area.row.score for area in areas if area.row.score is not None]
    return ShownEvaluation(
        row=row,
        scores=scores,
        total=_total(scores.total_stated, sum(known), len(known)),
        summed=_total(None, sum(known), len(known)),
        areas=areas,
        general=_general_points(row),
        before_id=_before(row),
    )


def _latest_scores(evaluation: Evaluation) -> ScoreSet:
    areas = selectinload(ScoreSet.areas)
    points = areas.selectinload(Area.points)
    query = (
        select(ScoreSet)
        .where(ScoreSet.evaluation_id == evaluation.id)
        .options(
            areas.selectinload(Area.subareas),
            areas.selectinload(Area.strengths),
            points.selectinload(ImprovementPoint.subarea_links).joinedload(PointSubArea.sub_area),
        )
        .order_by(ScoreSet.id.desc())
        .limit(1)
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
