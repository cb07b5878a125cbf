"""Two evaluations side by side, with what was done in between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import selectinload

from tracker.domain.crosswalk import crosswalk_between
from tracker.domain.editions import edition
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.scores import (
    ActionCount,
    AreaRow,
    AreaScore,
    Comparison,
    ScoredEvaluation,
    SubAreaRow,
    SubAreaScore,
    Verdict,
    compare,
    same_name_in,
)
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Area,
    ImprovementPoint,
    PointSubArea,
    ScoreSet,
    SubArea,
    User,
    action_point,
)
from tracker.services import scope
from tracker.services.evaluations import ListedEvaluation, evaluations_listed

RISEN = (Verdict.ACTION_AND_IMPROVEMENT, Verdict.NO_ACTION_IMPROVEMENT)


@dataclass(frozen=True)
class ActionTally:
    """The actions that answer the earlier evaluation's points, each counted once.

    Of the `in_place`, `unverified` are done by the owner's word only; `unplaced` answer points
    that name no sub-area, so that no row of the table counts them.
    """

    total: int = 0
    in_place: int = 0
    unverified: int = 0
    unplaced: int = 0


@dataclass(frozen=True)
class AreaPart:
    """An area and the sub-areas that are told under it."""

    area: AreaRow
    subareas: tuple[SubAreaRow, ...]


@dataclass(frozen=True)
class ComparisonShown:
    """A comparison as page and command line tell it; `across` is True for two municipalities."""

    before: ListedEvaluation
    after: ListedEvaluation
    result: Comparison
    actions: ActionTally

    @property
    def across(self) -> bool:
        """Whether the two are of different municipalities: then nothing has changed over time."""
        return self.before.municipality != self.after.municipality

    @property
    def backwards(self) -> bool:
        """Whether the one called "before" is the later one."""
        return self.before.month > self.after.month

    @property
    def same_edition(self) -> bool:
        """Whether one edition of the instrument was used for both."""
        return self.before.edition == self.after.edition

    @property
    def grouped(self) -> bool:
        """Whether a split or a merger made several rows share one change."""
        groups = [row.group for row in self.result.subareas]
        return len(groups) != len(set(groups))

    @property
    def parts(self) -> tuple[AreaPart, ...]:
        """The areas with their sub-areas; a pair over two areas stands under its earlier one."""
        return tuple(
            AreaPart(area, tuple(row for row in self.result.subareas if _belongs(row, area)))
            for area in self.result.areas
        )

    @property
    def verdicts(self) -> dict[Verdict, int]:
        """How many sub-areas got each verdict; those of a split or merger count as one."""
        of_group = {row.group: row.verdict for row in self.result.subareas}
        return {verdict: list(of_group.values()).count(verdict) for verdict in Verdict}

    @property
    def compared(self) -> int:
        """How many sub-areas could be compared."""
        return sum(self.verdicts.values()) - self.verdicts[Verdict.NOT_COMPARABLE]

    @property
    def risen(self) -> int:
        """How many of them rose by more than the threshold."""
        return sum(self.verdicts[verdict] for verdict in RISEN)

    def to_json(self) -> dict[str, Any]:
        """What `evaluation compare --json` prints."""
        rows = self.result.to_json()
        return {
            "before": _facts(self.before),
            "after": _facts(self.after),
            "areas": rows["areas"],
            "subareas": rows["subareas"],
            "effect": None,
        }


def comparable(by: User | None) -> list[ListedEvaluation]:
    """Every evaluation that may be chosen: our own first, the latest first in each municipality;
    one that is scored under two editions stands there twice.

    Raises:
        Forbidden: the person may not compare.
    """
    if by is not None:
        scope.require(by, Deed.COMPARISON_VIEW)
    return evaluations_listed(by)


def latest_two(listed: Iterable[ListedEvaluation]) -> tuple[int, int] | None:
    """Our own two latest evaluations as (before, after); None while there are fewer."""
    own = list(dict.fromkeys(one.id for one in listed if one.is_own))
    return (own[1], own[0]) if len(own) > 1 else None


def compare_evaluations(
    before_id: int,
    after_id: int,
    *,
    by: User | None,
    listed: Sequence[ListedEvaluation] | None = None,
) -> ComparisonShown:
    """Put two evaluations side by side; `listed` (of `comparable`) saves its query.

    Where an evaluation is scored under two editions, the one that both share is compared.

    Raises:
        NotFound: one of them does not exist.
        RuleBroken: they are the same, or nothing says how their editions belong together.
        Forbidden: the person may not compare.
    """
    known = comparable(by) if listed is None else listed
    before, after = _shared_edition(
        [one for one in known if one.id == before_id], [one for one in known if one.id == after_id]
    )
    if before_id == after_id:
        raise RuleBroken("Välj två olika utvärderingar att jämföra.", field="after")
    ours, theirs = _scores(before), _scores(after)
    alike = before.municipality == after.municipality  # else no action of ours is between them
    result = compare(
        _scored(ours),
        _scored(theirs),
        crosswalk_between(ours.edition, theirs.edition),
        _per_subarea(ours, after.month) if alike else {},
        same_name=same_name_in(edition(theirs.edition)),
    )
    tally = _tally(ours, after.month) if alike else ActionTally()
    return ComparisonShown(before, after, result, tally)


def _shared_edition(
    befores: Sequence[ListedEvaluation], afters: Sequence[ListedEvaluation]
) -> tuple[ListedEvaluation, ListedEvaluation]:
    if not befores or not afters:
        raise NotFound
    alike = [(one, other) for one in befores for other in afters if one.edition == other.edition]
    return alike[0] if alike else (befores[0], afters[0])


def _scores(listed: ListedEvaluation) -> ScoreSet:
    return db.session.scalars(
        select(ScoreSet)
        .where(ScoreSet.evaluation_id == listed.id, ScoreSet.edition == listed.edition)
        .options(selectinload(ScoreSet.areas).selectinload(Area.subareas))
    ).one()


def _scored(scores: ScoreSet) -> ScoredEvaluation:
    return ScoredEvaluation(
        label=scores.edition,
        edition=scores.edition,
        areas=tuple(_area_score(area) for area in scores.areas),
    )


def _area_score(area: Area) -> AreaScore:
    subareas = tuple(SubAreaScore(s.code, s.name, s.score, s.max) for s in area.subareas)
    return AreaScore(area.number, area.name, area.score, area.max, subareas)


def _answering(scores: ScoreSet, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Every action, but the dropped, that answers a point of the evaluation."""
    query: Select[*tuple[Any, ...]] = (
        select(*columns)
        .select_from(Action)
        .join(action_point, action_point.c.action_id == Action.id)
        .join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
        .where(
            ImprovementPoint.evaluation_id == scores.evaluation_id,
            Action.status != ActionStatus.DROPPED,
        )
    )
    return query


def _with_subareas(query: Select[*tuple[Any, ...]], scores: ScoreSet) -> Any:
    """Only where the point speaks of a sub-area of these very scores."""
    return (
        query.join(PointSubArea, PointSubArea.point_id == ImprovementPoint.id)
        .join(SubArea, SubArea.id == PointSubArea.sub_area_id)
        .where(SubArea.area_id.in_([area.id for area in scores.areas]))
    )


def _in_place(day: date) -> ColumnElement[bool]:
    """What counts as in place on a day (DESIGN §1); what is not reached has no `done_on`."""
    return Action.status.in_(REACHED) & (Action.done_on <= day)


def _count(condition: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """Each action once, however many points it answers."""
    counted = func.count(Action.id.distinct())
    return counted if condition is None else counted.filter(condition)


def _per_subarea(scores: ScoreSet, day: date) -> dict[str, ActionCount]:
    query = _answering(scores, SubArea.code, _count(_in_place(day)), _count())
    rows = db.session.execute(_with_subareas(query, scores).group_by(SubArea.code))
    return {code: ActionCount(standing, total - standing) for code, standing, total in rows}


def _tally(scores: ScoreSet, day: date) -> ActionTally:
    standing = _in_place(day)
    doubtful = standing & (Action.status == ActionStatus.DONE)
    query = _answering(scores, _count(), _count(standing), _count(doubtful))
    total, in_place, unverified = db.session.execute(query).one()
    placed = db.session.scalar(_with_subareas(_answering(scores, _count()), scores)) or 0
    return ActionTally(total, in_place, unverified, total - placed)


def _belongs(row: SubAreaRow, area: AreaRow) -> bool:
    if row.before is not None:
        return area.before is not None and row.before in area.before.subareas
    return area.after is not None and row.after in area.after.subareas


def _facts(listed: ListedEvaluation) -> dict[str, Any]:
    return {
        "id": listed.id,
        "municipality": listed.municipality,
        "month": f"{listed.month:%Y-%m}",
        "edition": listed.edition,
        "total": listed.total,
    }
