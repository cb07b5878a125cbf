"""The pack of an evaluation, put together in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, or_, select
from sqlalchemy.orm import aliased

from tracker.domain.calendar import local_date
from tracker.domain.errors import NotFound
from tracker.domain.pairing import AreaScore
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, REACHED, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Area,
    CarriedAction,
    Disposition,
    Evidence,
    ImprovementPoint,
    PlanPoint,
    PointSubArea,
    SubArea,
    Unit,
    User,
    action_plan_point,
    action_point,
)
from tracker.services import scope
from tracker.services.comparisons.choosing import scores_of
from tracker.services.evaluations import ListedEvaluation, evaluations_listed
from tracker.services.packs.facts import (
    Apart,
    Elsewhere,
    Pack,
    PackAction,
    PackArea,
    PackEvidence,
    PackPoint,
    Part,
    Why,
    tally_of,
)

NOTHING = Elsewhere()


def our_evaluations(by: User) -> list[ListedEvaluation]:
    """Our own evaluations, the latest first.

    Raises:
        Forbidden: the person may not see any plan.
    """
    scope.require(by, Deed.PLAN_VIEW)
    return [one for one in evaluations_listed(None) if one.is_own]


def pack_of(
    evaluation_id: int | None,
    *,
    by: User,
    today: date,
    zone: ZoneInfo,
    listed: Sequence[ListedEvaluation] | None = None,
) -> Pack | None:
    """The pack of one of our evaluations, by default the latest; None while there is none.
    `listed` (of `our_evaluations`) saves its query.

    Raises:
        Forbidden: the person may not see any plan.
        NotFound: there is no such evaluation of ours.
    """
    ours = our_evaluations(by) if listed is None else listed
    if evaluation_id is None and not ours:
        return None
    chosen = next((one for one in ours if evaluation_id in (None, one.id)), None)
    if chosen is None:
        raise NotFound
    points = _points(chosen.id)
    actions = _actions(chosen, by, zone)
    tied = _tied(chosen.id)
    areas = _areas(scores_of((chosen.id,))[chosen.id][0].areas, points, actions, tied)
    here = {action_id for ids in tied.values() for action_id in ids}
    rest = [key for key in actions.hidden if key not in here]
    return Pack(
        evaluation=chosen,
        day=today,
        areas=areas,
        apart=_apart(chosen, [one for key, one in actions.seen.items() if key not in here]),
        apart_elsewhere=actions.elsewhere(rest),
        tally=tally_of(areas, actions.elsewhere(here)),
    )


@dataclass(frozen=True)
class _Point:
    """A point, with the area and the codes of the sub-areas that it belongs under."""

    shown: PackPoint
    area: int | None
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Actions:
    """Those within the reader's scope, and of the others only whether they are in place."""

    seen: Mapping[int, PackAction]
    hidden: Mapping[int, bool]

    def elsewhere(self, ids: Iterable[int]) -> Elsewhere:
        standing = [self.hidden[key] for key in set(ids) if key in self.hidden]
        return Elsewhere(sum(standing), len(standing) - sum(standing))


def _points(evaluation_id: int) -> list[_Point]:
    other = aliased(ImprovementPoint)
    rows = db.session.execute(
        select(
            ImprovementPoint.id,
            ImprovementPoint.position,
            ImprovementPoint.text,
            ImprovementPoint.page,
            Disposition.answer,
            Disposition.reason,
            Disposition.decided_by,
            other.position,
            Area.number,
        )
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .outerjoin(Disposition, Disposition.point_id == ImprovementPoint.id)
        .outerjoin(other, other.id == Disposition.merged_into_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .order_by(ImprovementPoint.position)
    )
    found = {
        key: _Point(
            PackPoint(key, number, text, page, answer, reason or "", decided_by or "", merged),
            area,
        )
        for key, number, text, page, answer, reason, decided_by, merged, area in rows
    }
    for key, code in db.session.execute(
        select(PointSubArea.point_id, SubArea.code)
        .join(SubArea, SubArea.id == PointSubArea.sub_area_id)
        .join(ImprovementPoint, ImprovementPoint.id == PointSubArea.point_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .order_by(PointSubArea.point_id, PointSubArea.rank)
    ):
        found[key].codes.append(code)
    return list(found.values())


def _tied(evaluation_id: int) -> dict[int, list[int]]:
    """Point → the actions that answer it, the dropped left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for action_id, point_id in db.session.execute(
        select(action_point.c.action_id, action_point.c.point_id)
        .join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
        .join(Action, Action.id == action_point.c.action_id)
        .where(
            ImprovementPoint.evaluation_id == evaluation_id,
            Action.status != ActionStatus.DROPPED,
        )
        .order_by(action_point.c.action_id)
    ):
        found[point_id].append(action_id)
    return found


def _wanted(chosen: ListedEvaluation) -> ColumnElement[bool]:
    """What answers the evaluation's points, and whatever else is open or was done since it."""
    answering = (
        select(action_point.c.action_id)
        .join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
        .where(ImprovementPoint.evaluation_id == chosen.id)
    )
    return (Action.status != ActionStatus.DROPPED) & or_(
        Action.id.in_(answering), Action.status.in_(OPEN), Action.done_on >= chosen.month
    )


def _actions(chosen: ListedEvaluation, by: User, zone: ZoneInfo) -> _Actions:
    doer, verifier, owner = aliased(User), aliased(User), aliased(User)
    within = scope.actions_within(by, Deed.ACTION_VIEW)
    rows = db.session.execute(
        select(
            case((within, 1), else_=0),
            Action.id,
            Action.title,
            Action.status,
            Action.deadline,
            Action.forecast,
            Action.done_on,
            doer.name,
            Action.verified_on,
            verifier.name,
            owner.name,
            Unit.name,
            Action.expected_effect,
            Action.effect_measure,
        )
        .outerjoin(doer, doer.id == Action.done_by_id)
        .outerjoin(verifier, verifier.id == Action.verified_by_id)
        .outerjoin(owner, owner.id == Action.owner_id)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .where(_wanted(chosen))
        .order_by(Action.deadline, Action.id)
    ).all()
    proofs = _evidence(chosen, within, zone)
    return _Actions(
        seen={row[1]: _action(row, proofs) for row in rows if row[0]},
        hidden={row[1]: row[3] in REACHED for row in rows if not row[0]},
    )


def _action(row: Any, proofs: Mapping[int, Sequence[PackEvidence]]) -> PackAction:
    """From a row as `_actions` selects it."""
    _seen, key, title, status, deadline, forecast, done_on, done_by, *rest = row
    verified_on, verified_by, owner, unit, effect, measure = rest
    return PackAction(
        id=key,
        title=title,
        status=status,
        deadline=deadline,
        forecast=forecast,
        done_on=done_on,
        done_by=done_by or "",
        verified_on=verified_on,
        verified_by=verified_by or "",
        owner=owner or "",
        unit=unit or "",
        expected_effect=effect,
        effect_measure=measure,
        evidence=tuple(proofs.get(key, ())),
    )


def _evidence(
    chosen: ListedEvaluation, within: ColumnElement[bool], zone: ZoneInfo
) -> dict[int, list[PackEvidence]]:
    found: dict[int, list[PackEvidence]] = defaultdict(list)
    for key, action_id, title, url, file_name, added_at in db.session.execute(
        select(
            Evidence.id,
            Evidence.action_id,
            Evidence.title,
            Evidence.url,
            Evidence.file_name,
            Evidence.added_at,
        )
        .join(Action, Action.id == Evidence.action_id)
        .where(_wanted(chosen), within)
        .order_by(Evidence.id)
    ):
        added_on = local_date(added_at, zone)
        found[action_id].append(PackEvidence(key, title, url, file_name, added_on))
    return found


def _areas(
    scored: Sequence[AreaScore],
    points: Sequence[_Point],
    actions: _Actions,
    tied: Mapping[int, Sequence[int]],
) -> tuple[PackArea, ...]:
    """The areas with their parts, and last the general points."""
    counted = [
        replace(one, shown=replace(one.shown, actions=len(tied.get(one.shown.id, ()))))
        for one in points
    ]

    def part(code: str, name: str, score: int | None, most: int | None, own: list[_Point]) -> Part:
        ids = list(dict.fromkeys(key for one in own for key in tied.get(one.shown.id, ())))
        return Part(
            code,
            name,
            score,
            most,
            points=tuple(one.shown for one in own),
            actions=tuple(actions.seen[key] for key in ids if key in actions.seen),
            elsewhere=actions.elsewhere(ids),
        )

    codes = {sub.code for area in scored for sub in area.subareas}
    numbers = {area.number for area in scored}
    loose = [one for one in counted if codes.isdisjoint(one.codes)]
    found = []
    for area in scored:
        # A point may speak of a sub-area of another area than its own.
        parts = [
            part(
                sub.code, sub.name, sub.score, sub.max, [p for p in counted if sub.code in p.codes]
            )
            for sub in area.subareas
        ]
        if own := [one for one in loose if one.area == area.number]:
            parts.append(part("", "", None, None, own))
        found.append(PackArea(area.number, area.name, area.score, area.max, tuple(parts)))
    if general := [one for one in loose if one.area not in numbers]:
        parts = [part("", "", None, None, general)]
        found.append(PackArea(None, "", None, None, tuple(parts)))
    return tuple(found)


def _apart(chosen: ListedEvaluation, actions: Sequence[PackAction]) -> tuple[Apart, ...]:
    """The actions that answer none of the points, with what they come from instead."""
    ids = select(Action.id).where(_wanted(chosen))
    labels: dict[int, list[str]] = defaultdict(list)
    for action_id, label in db.session.execute(
        select(action_plan_point.c.action_id, PlanPoint.label)
        .join(PlanPoint, PlanPoint.id == action_plan_point.c.plan_point_id)
        .where(action_plan_point.c.action_id.in_(ids))
        .order_by(PlanPoint.position)
    ):
        labels[action_id].append(label)
    carried = _among(select(CarriedAction.action_id).where(CarriedAction.action_id.in_(ids)))
    earlier = _among(
        select(action_point.c.action_id).where(action_point.c.action_id.in_(ids)).distinct()
    )
    return tuple(
        Apart(one, _why(one.id, carried, earlier, labels), tuple(labels.get(one.id, ())))
        for one in actions
    )


def _among(query: Any) -> frozenset[int]:
    return frozenset(db.session.scalars(query))


def _why(
    key: int,
    carried: Collection[int],
    earlier: Collection[int],
    labels: Mapping[int, Sequence[str]],
) -> Why:
    if key in carried:
        return Why.CARRIED
    if key in earlier:
        return Why.EARLIER
    return Why.PLAN_POINT if labels.get(key) else Why.NO_POINT
