"""One area of a comparison, down to its points, actions and what shows that they are in place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.scores import AreaRow
from tracker.domain.statuses import ActionStatus
from tracker.domain.verdicts import Outcome, PointPlace, Standing
from tracker.extensions import db
from tracker.models import Action, Evidence, ImprovementPoint, User
from tracker.services import scope
from tracker.services.actions.ids import each
from tracker.services.comparisons.comparing import AreaPart, ComparisonShown
from tracker.services.comparisons.wholes import Whole, wholes_of
from tracker.services.points.ancestry import Fate, Lineage, lineage_of


@dataclass(frozen=True)
class Proof:
    """A piece of evidence: a link, a file of the action's, or only what it is called."""

    id: int
    title: str
    url: str
    file_name: str


@dataclass(frozen=True)
class ActionTold:
    """An action within the reader's scope, as it stood on the later evaluation's date."""

    id: int
    title: str
    owner: str | None
    status: ActionStatus
    deadline: date
    done_on: date | None
    verified_on: date | None
    standing: Standing
    outcome: Outcome
    evidence: tuple[Proof, ...]


@dataclass(frozen=True)
class Heir:
    """A later point, by its id and its number in its evaluation."""

    id: int
    number: int


@dataclass(frozen=True)
class PointTold:
    """A point of the earlier evaluation, and what became of it.

    `text` is None for those who may not read the report. `fate` is None where the later one is
    not the evaluation that followed; `heirs` are the later points that repeat it or say it anew.
    """

    id: int
    number: int
    text: str | None
    page: int | None
    outcome: Outcome
    fate: Fate | None
    heirs: tuple[Heir, ...]


@dataclass(frozen=True)
class Behind:
    """The points about one thing and the actions that answer them; `unseen` counts the actions
    outside the reader's scope, `unseen_in_place` those of them that were in place."""

    points: tuple[PointTold, ...]
    actions: tuple[ActionTold, ...]
    unseen: int
    unseen_in_place: int


@dataclass(frozen=True)
class GroupTold:
    """What is compared as one (most often a single sub-area) and what stands behind."""

    whole: Whole
    behind: Behind


@dataclass(frozen=True)
class AreaKey:
    """An area in an address: its number in the earlier evaluation, or, for one that only the
    later has (`new`), its number there."""

    number: int
    new: bool = False


@dataclass(frozen=True)
class AreaTold:
    """An area of a comparison; `rest` are the points that name none of its sub-areas."""

    area: AreaRow
    groups: tuple[GroupTold, ...]
    rest: Behind
    previous: AreaPart | None
    next: AreaPart | None


def key_of(area: AreaRow) -> AreaKey:
    """How an area is named in an address."""
    if area.before is not None:
        return AreaKey(area.before.number)
    return AreaKey(area.after.number if area.after else 0, new=True)


def keys_by_group(shown: ComparisonShown) -> dict[int, AreaKey]:
    """The area under which each group of sub-area rows is told."""
    return {row.group: key_of(part.area) for part in shown.parts for row in part.subareas}


def area_told(shown: ComparisonShown, key: AreaKey, *, by: User) -> AreaTold:
    """An area with all that stands behind it, in a constant number of queries.

    Raises:
        NotFound: neither evaluation has it.
    """
    parts = shown.parts
    place = next((at for at, one in enumerate(parts) if key_of(one.area) == key), None)
    if place is None:
        raise NotFound
    part = parts[place]
    told = wholes_of(shown, part)
    codes = {whole.group: {sub.code for sub in whole.befores} for whole in told}
    points = {
        group: [point for point in shown.outcomes.points if wanted.intersection(point.codes)]
        for group, wanted in codes.items()
    }
    rest = _rest(shown, part)
    behind = {group: shown.outcomes.by_group.get(group, ()) for group in codes}
    besides = _besides(shown, part, rest)
    teller = _Teller(
        shown,
        [*rest, *(point for some in points.values() for point in some)],
        by,
        [*besides, *(one for some in behind.values() for one in some)],
    )
    return AreaTold(
        area=part.area,
        groups=tuple(
            GroupTold(whole, teller.behind(points[whole.group], behind[whole.group]))
            for whole in told
        ),
        rest=teller.behind(rest, besides),
        previous=parts[place - 1] if place else None,
        next=parts[place + 1] if place + 1 < len(parts) else None,
    )


def _rest(shown: ComparisonShown, part: AreaPart) -> list[PointPlace]:
    """The area's points that no sub-area row has."""
    if part.area.before is None:
        return []
    known = {row.before.code for row in shown.result.subareas if row.before}
    number = part.area.before.number
    return [
        point
        for point in shown.outcomes.points
        if point.area == number and not known.intersection(point.codes)
    ]


def _besides(shown: ComparisonShown, part: AreaPart, rest: Sequence[PointPlace]) -> list[Standing]:
    """The actions that are about the area and about none of its sub-area rows."""
    ids = {point.id for point in rest}
    number = part.area.before.number if part.area.before else 0
    return [
        one
        for one in shown.outcomes.standings
        if ids.intersection(one.points)
        or (one in shown.outcomes.unplaced and number in _areas_of(one))
    ]


def _areas_of(standing: Standing) -> set[int]:
    return {place.area for place in standing.elsewhere if place.area is not None}


def points_told(
    shown: ComparisonShown, places: Sequence[PointPlace], *, by: User
) -> tuple[PointTold, ...]:
    """Some of the earlier evaluation's points, as the reader may see them."""
    return _Teller(shown, places, by).points(places)


class _Teller:
    """Everything about some points, asked for once."""

    def __init__(
        self,
        shown: ComparisonShown,
        places: Sequence[PointPlace],
        by: User,
        standings: Iterable[Standing] = (),
    ) -> None:
        self._verdicts = shown.outcomes
        ids = {place.id for place in places}
        self._standings = {one.id: one for one in standings}
        may_read = by.may(Deed.EVALUATION_VIEW) or by.may(Deed.POINT_VIEW)
        self._texts = _texts(ids, may_read=may_read)
        self._lineage = _lineage(shown) if ids else None
        self._by = by

    def behind(self, places: Sequence[PointPlace], standings: Sequence[Standing]) -> Behind:
        unseen = [one for one in standings if one.id not in self._actions]
        return Behind(
            points=self.points(places),
            actions=tuple(self._actions[one.id] for one in standings if one.id in self._actions),
            unseen=len(unseen),
            unseen_in_place=sum(one.in_place for one in unseen),
        )

    def points(self, places: Sequence[PointPlace]) -> tuple[PointTold, ...]:
        return tuple(self._point(place) for place in places)

    def _point(self, place: PointPlace) -> PointTold:
        number, text, page = self._texts[place.id]
        fate = self._lineage.fates.get(place.id) if self._lineage else None
        return PointTold(
            place.id,
            number,
            text,
            page,
            self._verdicts.of_point(place),
            fate,
            self._heirs(fate.heirs if fate else ()),
        )

    def _heirs(self, heirs: Iterable[int]) -> tuple[Heir, ...]:
        if self._lineage is None:
            return ()
        return tuple(Heir(key, self._lineage.new[key].number) for key in heirs)

    @cached_property
    def _actions(self) -> dict[int, ActionTold]:
        rows = _actions(list(self._standings), self._by)
        evidence = _evidence([row.id for row in rows])
        return {row.id: self._action(row, evidence) for row in rows}

    def _action(self, row: Any, evidence: Mapping[int, tuple[Proof, ...]]) -> ActionTold:
        standing = self._standings[row.id]
        outcome = self._verdicts.of_action(standing)
        return ActionTold(
            id=row.id,
            title=row.title,
            owner=row.name,
            status=row.status,
            deadline=row.deadline,
            done_on=row.done_on,
            verified_on=row.verified_on,
            standing=standing,
            outcome=outcome,
            evidence=evidence.get(row.id, ()),
        )


def _texts(
    ids: Collection[int], *, may_read: bool
) -> dict[int, tuple[int, str | None, int | None]]:
    """Number, text and page of points; no text for those who may not read it."""
    rows = db.session.execute(
        select(
            ImprovementPoint.id,
            ImprovementPoint.position,
            ImprovementPoint.text,
            ImprovementPoint.page,
        ).where(ImprovementPoint.id.in_(each(ids)))
    )
    return {
        point_id: (number, text if may_read else None, page)
        for point_id, number, text, page in rows
    }


def _lineage(shown: ComparisonShown) -> Lineage | None:
    """What became of the earlier one's points, where the later is the one that followed it."""
    found = lineage_of(shown.after.id)
    return found if found.before is not None and found.before.id == shown.before.id else None


def _actions(ids: Collection[int], by: User) -> Sequence[Any]:
    """The actions that the reader may see, in the order of their deadlines."""
    return db.session.execute(
        select(
            Action.id,
            Action.title,
            User.name,
            Action.status,
            Action.deadline,
            Action.done_on,
            Action.verified_on,
        )
        .outerjoin(User, User.id == Action.owner_id)
        .where(Action.id.in_(each(ids)), scope.actions_within(by, Deed.ACTION_VIEW))
        .order_by(Action.deadline, Action.id)
    ).all()


def _evidence(ids: Collection[int]) -> dict[int, tuple[Proof, ...]]:
    found: dict[int, list[Proof]] = defaultdict(list)
    rows = db.session.execute(
        select(Evidence.action_id, Evidence.id, Evidence.title, Evidence.url, Evidence.file_name)
        .where(Evidence.action_id.in_(each(ids)))
        .order_by(Evidence.action_id, Evidence.id)
    )
    for action_id, evidence_id, title, url, file_name in rows:
        found[action_id].append(Proof(evidence_id, title, url, file_name))
    return {action_id: tuple(proofs) for action_id, proofs in found.items()}
