"""The pack of an evaluation, put together in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, exists, or_, select
from sqlalchemy.orm import aliased

from tracker.domain.calendar import local_date
from tracker.domain.errors import NotFound
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, REACHED, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Area,
    CarriedAction,
    Disposition,
    Evaluation,
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
from tracker.services.actions.ids import each
from tracker.services.comparisons.choosing import Side, scores_of
from tracker.services.comparisons.standing import work_since
from tracker.services.evaluations import ListedEvaluation, evaluations_listed
from tracker.services.packs.facts import (
    Apart,
    Hidden,
    Pack,
    PackAction,
    PackEvidence,
    PackPoint,
    Why,
    tally_of,
)
from tracker.services.packs.placing import Actions, PlacedPoint, Work, areas_of


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
    scores = scores_of((chosen.id,))[chosen.id][0]
    actions = _actions(chosen, by, zone)
    work = _work(Side(chosen, scores, None), today)
    areas = areas_of(scores.areas, _points(chosen.id), actions, work)
    rest = [key for key in actions.hidden if key not in work.ids]
    return Pack(
        evaluation=chosen,
        day=today,
        areas=areas,
        apart=_apart(chosen, [one for key, one in actions.seen.items() if key not in work.ids]),
        apart_elsewhere=actions.elsewhere(rest),
        tally=tally_of(areas, actions.hidden_of(work.ids), work.of_other_rounds),
    )


def _points(evaluation_id: int) -> list[PlacedPoint]:
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
        key: PlacedPoint(
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


def _work(side: Side, today: date) -> Work:
    """What was and is being done since the evaluation, the dropped left out."""
    direct: dict[int, set[int]] = defaultdict(set)
    for action_id, point_id in db.session.execute(
        select(action_point.c.action_id, action_point.c.point_id)
        .join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
        .where(ImprovementPoint.evaluation_id == side.listed.id)
    ):
        direct[point_id].add(action_id)
    _own, standings = work_since(side, today)
    others = {place.id for one in standings for place in one.elsewhere}
    rows = db.session.execute(
        select(ImprovementPoint.id, Evaluation.month)
        .join(Evaluation, Evaluation.id == ImprovementPoint.evaluation_id)
        .where(ImprovementPoint.id.in_(each(others)))
    )
    return Work(standings, direct, {row.id: row.month for row in rows})


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


def _actions(chosen: ListedEvaluation, by: User, zone: ZoneInfo) -> Actions:
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
            exists().where(Evidence.action_id == Action.id),
        )
        .outerjoin(doer, doer.id == Action.done_by_id)
        .outerjoin(verifier, verifier.id == Action.verified_by_id)
        .outerjoin(owner, owner.id == Action.owner_id)
        .outerjoin(Unit, Unit.id == Action.unit_id)
        .where(_wanted(chosen))
        .order_by(Action.deadline, Action.id)
    ).all()
    proofs = _evidence(chosen, within, zone)
    return Actions(
        seen={row[1]: _action(row, proofs) for row in rows if row[0]},
        hidden={row[1]: _hidden(row) for row in rows if not row[0]},
    )


def _hidden(row: Any) -> Hidden:
    """From a row as `_actions` selects it."""
    status, has_evidence = row[3], row[-1]
    in_place = status in REACHED
    return Hidden(
        in_place, in_place and status is not ActionStatus.VERIFIED, in_place and not has_evidence
    )


def _action(row: Any, proofs: Mapping[int, Sequence[PackEvidence]]) -> PackAction:
    """From a row as `_actions` selects it."""
    _seen, key, title, status, deadline, forecast, done_on, done_by, *rest = row
    verified_on, verified_by, owner, unit, effect, measure, _has_evidence = rest
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
