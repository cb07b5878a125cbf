"""Writing a new version over the rows of an evaluation.

A point that is paired keeps its row, so that what hangs on it stays attached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Executable, delete, select, update

from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.importers.draft import AreaDraft, ReportDraft
from tracker.models import (
    Area,
    Evaluation,
    ImprovementPoint,
    PointSubArea,
    ScoreSet,
    Strength,
    SubArea,
    User,
)
from tracker.services.acceptance import (
    LABEL_LENGTH,
    CheckedHead,
    mark_repeated,
    put_role_models,
)
from tracker.services.sources import SourceFile
from tracker.services.versions.diff import ItemChange, Side, VersionDiff
from tracker.services.versions.kept import main_scores


def apply_version(
    row: Evaluation,
    report: ReportDraft,
    head: CheckedHead,
    diff: VersionDiff,
    *,
    by: User | None,
    now: datetime,
    source: SourceFile,
) -> None:
    """Make the evaluation say what the report says, in the caller's transaction.

    `diff` is that of the same report against the rows as they are now.

    Raises:
        RuleBroken: another score set of the evaluation has the edition already.
    """
    scores = main_scores(row.id)
    _loosen(row)
    _put_head(row, scores, head, report)
    areas = _put_areas(scores, report.areas)
    _put_subareas(report.areas, areas)
    _put_strengths(report.areas, areas)
    points = _put_points(row, diff, areas)
    _tie(diff, points, areas)
    _drop_areas(areas, report.areas)
    row.version += 1
    row.accepted_at, row.accepted_by_id = now, by.id if by else None
    row.source_sha256, row.source_name = source.sha256, source.name
    db.session.flush()
    db.session.expire_all()
    mark_repeated(row, scores, points)
    put_role_models(row.id, report)


def _loosen(row: Evaluation) -> None:
    """Untie the points from the sub-areas, and free the positions: each stands once, so none
    could be given out while another still has it."""
    ours = select(ImprovementPoint.id).where(ImprovementPoint.evaluation_id == row.id)
    _at_once(delete(PointSubArea).where(PointSubArea.point_id.in_(ours)))
    _at_once(
        update(ImprovementPoint)
        .where(ImprovementPoint.evaluation_id == row.id)
        .values(position=-ImprovementPoint.position)
    )


def _at_once(statement: Executable) -> None:
    """Run a statement past the rows that the session holds; they are read again after it."""
    db.session.flush()
    db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.expire_all()


def _put_head(row: Evaluation, scores: ScoreSet, head: CheckedHead, report: ReportDraft) -> None:
    others = select(ScoreSet.edition).where(
        ScoreSet.evaluation_id == row.id, ScoreSet.id != scores.id
    )
    if head.edition in set(db.session.scalars(others)):
        raise RuleBroken(
            "Utvärderingen har redan poäng enligt den versionen av Kommunkompassen.",
            field="edition",
        )
    row.ordinal = head.ordinal
    scores.edition, scores.total_stated = head.edition, report.total_stated


def _put_areas(scores: ScoreSet, wanted: Sequence[AreaDraft]) -> dict[int, Area]:
    """Every area by number, those that the report lost too; these without scores."""
    query = select(Area).where(Area.score_set_id == scores.id)
    areas = {area.number: area for area in db.session.scalars(query)}
    for lost in areas.keys() - {area.number for area in wanted}:
        areas[lost].score = None
    for area in wanted:
        row = areas.setdefault(area.number, Area(score_set_id=scores.id, number=area.number))
        row.name, row.score, row.max = area.name[:LABEL_LENGTH], area.score, area.max
        db.session.add(row)
    db.session.flush()
    return areas


def _put_subareas(wanted: Sequence[AreaDraft], areas: Mapping[int, Area]) -> None:
    gone: list[int] = []
    drafts = {area.number: {sub.code: sub for sub in area.subareas} for area in wanted}
    for number, area in areas.items():
        query = select(SubArea).where(SubArea.area_id == area.id)
        rows = {sub.code: sub for sub in db.session.scalars(query)}
        now = drafts.get(number, {})
        for code, sub in now.items():
            row = rows.get(code) or SubArea(area_id=area.id, code=code)
            row.name, row.score, row.max = sub.name[:LABEL_LENGTH], sub.score, sub.max
            row.body = sub.body
            db.session.add(row)
        gone += [row.id for code, row in rows.items() if code not in now]
    _at_once(delete(SubArea).where(SubArea.id.in_(gone)))


def _put_strengths(wanted: Sequence[AreaDraft], areas: Mapping[int, Area]) -> None:
    _at_once(delete(Strength).where(Strength.area_id.in_([area.id for area in areas.values()])))
    db.session.add_all(
        Strength(
            area_id=areas[area.number].id, position=position, text=s.text, page=s.page, line=s.line
        )
        for area in wanted
        for position, s in enumerate(area.strengths, 1)
    )


def _put_points(
    row: Evaluation, diff: VersionDiff, areas: Mapping[int, Area]
) -> list[ImprovementPoint]:
    """The points in their new order, one for each change that leaves one: those of the report,
    then those that stay."""
    gone = [change.point_id for change in diff.removed_points]
    _at_once(delete(ImprovementPoint).where(ImprovementPoint.id.in_(gone)))
    query = select(ImprovementPoint).where(ImprovementPoint.evaluation_id == row.id)
    known = {point.id: point for point in db.session.scalars(query)}
    points = []
    for position, change in enumerate(_left(diff), 1):
        point = known.get(change.point_id or 0) or ImprovementPoint(evaluation_id=row.id)
        point.position = position
        if change.after is not None:
            _write(point, change.after, areas)
        db.session.add(point)
        points.append(point)
    db.session.flush()
    return points


def _left(diff: VersionDiff) -> list[ItemChange]:
    return [change for change in diff.points if change.after is not None or change.stays]


def _write(point: ImprovementPoint, side: Side, areas: Mapping[int, Area]) -> None:
    point.area_id = None if side.area is None else areas[side.area].id
    point.text, point.page, point.line = side.text, side.page, side.line
    point.certain = side.certain


def _tie(diff: VersionDiff, points: Sequence[ImprovementPoint], areas: Mapping[int, Area]) -> None:
    """Tie the points to their sub-areas; one that stays, to those that are still there."""
    query = select(SubArea.code, SubArea.id).where(
        SubArea.area_id.in_([area.id for area in areas.values()])
    )
    codes = dict(db.session.execute(query).all())
    for change, point in zip(_left(diff), points, strict=True):
        side = change.after or change.before
        tied = [code for code in side.subareas if code in codes] if side else []
        db.session.add_all(
            PointSubArea(point_id=point.id, sub_area_id=codes[code], rank=rank)
            for rank, code in enumerate(tied)
        )


def _drop_areas(areas: Mapping[int, Area], wanted: Sequence[AreaDraft]) -> None:
    """Drop the areas that the report lost, but for those that a point stays in."""
    lost = areas.keys() - {area.number for area in wanted}
    ids = {areas[number].id for number in lost}
    used = select(ImprovementPoint.area_id).where(ImprovementPoint.area_id.in_(ids))
    _at_once(delete(Area).where(Area.id.in_(ids - set(db.session.scalars(used)))))
