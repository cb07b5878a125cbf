"""Points as pages show them: the words, what there is to win, our answer, and the actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from tracker.domain.permissions import Deed
from tracker.domain.priority import Weight
from tracker.domain.scores import points_left
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Answer,
    Disposition,
    ImprovementPoint,
    PointSubArea,
    User,
    action_point,
)
from tracker.services import scope
from tracker.services.points.ancestry import Origin, lineage_of
from tracker.services.points.earlier import Earlier, earlier_of
from tracker.services.points.state import PointState, has_live_action
from tracker.services.points.weights import Weighed

ACTIONS_SHOWN = 5


@dataclass(frozen=True)
class SpokenOf:
    """A sub-area that a point speaks of, with its score as the report states it."""

    code: str
    name: str
    score: int | None
    max: int | None

    @property
    def missing(self) -> int | None:
        """Points left to win; None where the report has no score."""
        return points_left(self.score, self.max)


@dataclass(frozen=True)
class ActionLine:
    """An action for a point; `visible` is whether the reader may open it, else it is nameless."""

    id: int
    title: str
    status: ActionStatus
    owner: str
    deadline: date
    visible: bool


@dataclass(frozen=True)
class Numbered:
    """Another point, and the number that people call it by."""

    id: int
    number: int


@dataclass(frozen=True)
class Given:
    """Our answer to a point; `into` is the one that it was merged into."""

    answer: Answer
    reason: str
    decided_by: str
    into: Numbered | None


@dataclass(frozen=True)
class PointRow:
    """A point and what is done about it. `number` is its place in the report, `gain` the points
    it may win (None: unknown), `more` the number of actions beyond those in `actions`, `merged`
    the points that were merged into it, `origin` where it comes from (None: there is no evaluation
    of ours before) and `earlier` what became of that."""

    id: int
    number: int
    text: str
    page: int | None
    line: int | None
    certain: bool
    area_number: int | None
    area_name: str
    subareas: tuple[SpokenOf, ...]
    gain: int | None
    weight: Weight
    given: Given | None
    acted: bool
    actions: tuple[ActionLine, ...]
    more: int
    merged: tuple[Numbered, ...]
    earlier: Earlier | None
    origin: Origin | None

    @property
    def state(self) -> PointState:
        """Where it stands, as `state.in_state` says it in SQL."""
        if self.given is None:
            return PointState.ACT if self.acted else PointState.OPEN
        if self.given.answer is Answer.ACT and not self.acted:
            return PointState.TO_DO
        return PointState(self.given.answer.value)


@dataclass(frozen=True)
class _Around:
    """What belongs to the points of one page, each by point."""

    answers: Mapping[int, Given]
    merged: Mapping[int, list[Numbered]]
    actions: Mapping[int, list[ActionLine]]
    counts: Mapping[int, int]
    earlier: Mapping[int, Earlier]
    origins: Mapping[int, Origin]


def rows_of(ids: Sequence[int], weighed: Weighed, *, by: User) -> tuple[PointRow, ...]:
    """The points in the order of `ids`, in a number of queries that does not grow."""
    found = db.session.execute(
        select(ImprovementPoint, has_live_action())
        .where(ImprovementPoint.id.in_(ids))
        .options(
            joinedload(ImprovementPoint.area),
            selectinload(ImprovementPoint.subarea_links).joinedload(PointSubArea.sub_area),
        )
    )
    points = {point.id: (point, bool(acted)) for point, acted in found}
    origins: dict[int, Origin] = {}
    for evaluation_id in {point.evaluation_id for point, _acted in points.values()}:
        origins.update(lineage_of(evaluation_id).origins)  # a page shows those of one
    repeats = [origins[key].old_id or 0 for key in points if key in origins]
    around = _Around(
        answers=_answers(ids),
        merged=_merged(ids),
        actions=actions_of(ids, by),
        counts=_counts(ids),
        earlier=earlier_of(repeats),
        origins=origins,
    )
    return tuple(_row(*points[point_id], weighed, around) for point_id in ids)


def _row(point: ImprovementPoint, acted: bool, weighed: Weighed, around: _Around) -> PointRow:
    actions = around.actions.get(point.id, [])
    origin = around.origins.get(point.id)
    return PointRow(
        id=point.id,
        number=point.position,
        text=point.text,
        page=point.page,
        line=point.line,
        certain=point.certain,
        area_number=point.area.number if point.area else None,
        area_name=point.area.name if point.area else "",
        subareas=tuple(_spoken_of(link) for link in point.subarea_links),
        gain=weighed.gains[point.id],
        weight=weighed.weights[point.id],
        given=around.answers.get(point.id),
        acted=acted,
        actions=tuple(actions),
        more=around.counts.get(point.id, 0) - len(actions),
        merged=tuple(around.merged.get(point.id, ())),
        earlier=around.earlier.get((origin.old_id if origin else None) or 0),
        origin=origin,
    )


def _spoken_of(link: PointSubArea) -> SpokenOf:
    sub = link.sub_area
    return SpokenOf(sub.code, sub.name, sub.score, sub.max)


def _answers(ids: Sequence[int]) -> dict[int, Given]:
    rows = db.session.execute(
        select(Disposition, ImprovementPoint.id, ImprovementPoint.position)
        .outerjoin(ImprovementPoint, ImprovementPoint.id == Disposition.merged_into_id)
        .where(Disposition.point_id.in_(ids))
    )
    return {
        row.point_id: Given(
            row.answer, row.reason, row.decided_by, Numbered(into, number) if into else None
        )
        for row, into, number in rows
    }


def _merged(ids: Sequence[int]) -> dict[int, list[Numbered]]:
    rows = db.session.execute(
        select(Disposition.merged_into_id, ImprovementPoint.id, ImprovementPoint.position)
        .join(ImprovementPoint, ImprovementPoint.id == Disposition.point_id)
        .where(Disposition.merged_into_id.in_(ids))
        .order_by(ImprovementPoint.position)
    )
    found: dict[int, list[Numbered]] = {}
    for target, point_id, number in rows:
        found.setdefault(target or 0, []).append(Numbered(point_id, number))
    return found


def _counts(ids: Sequence[int]) -> dict[int, int]:
    """How many actions each point has."""
    rows = db.session.execute(
        select(action_point.c.point_id, func.count())
        .where(action_point.c.point_id.in_(ids))
        .group_by(action_point.c.point_id)
    )
    return dict(rows.all())


def actions_of(ids: Sequence[int], by: User) -> dict[int, list[ActionLine]]:
    """The first actions per point; titles and owners only where the person may open them."""
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
        select(
            first.c.point_id,
            Action.id,
            Action.title,
            Action.status,
            User.name,
            Action.deadline,
            visible,
        )
        .join(Action, Action.id == first.c.action_id)
        .outerjoin(User, User.id == Action.owner_id)
        .where(first.c.place <= ACTIONS_SHOWN)
        .order_by(first.c.point_id, first.c.place)
    )
    found: dict[int, list[ActionLine]] = {}
    for point_id, action_id, title, status, owner, deadline, may_see in rows:
        line = ActionLine(
            id=action_id,
            title=title if may_see else "",
            status=status,
            owner=(owner or "") if may_see else "",
            deadline=deadline,
            visible=bool(may_see),
        )
        found.setdefault(point_id, []).append(line)
    return found
