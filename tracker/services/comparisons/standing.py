"""How the actions stood that answer the points of an evaluation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select

from tracker.domain.crosswalk import Crosswalk
from tracker.domain.pairing import SameName, ScoredEvaluation, pair_subareas
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.domain.verdicts import PointPlace, Standing
from tracker.extensions import db
from tracker.models import Action, Area, ImprovementPoint, PointSubArea, SubArea, action_point


@dataclass(frozen=True)
class ActionTally:
    """The actions that answer the earlier evaluation's points, each counted once.

    Of the `in_place`, `unverified` were done by the owner's word only; `unplaced` answer points
    that name no sub-area, so that no row of the table counts them.
    """

    total: int = 0
    in_place: int = 0
    unverified: int = 0
    unplaced: int = 0


def places_of_points(evaluation_id: int) -> tuple[PointPlace, ...]:
    """Where the evaluation's points belong, under the scores that its report gave."""
    codes: dict[int, list[str]] = defaultdict(list)
    for point_id, code in db.session.execute(
        select(PointSubArea.point_id, SubArea.code)
        .join(SubArea, SubArea.id == PointSubArea.sub_area_id)
        .join(ImprovementPoint, ImprovementPoint.id == PointSubArea.point_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .order_by(PointSubArea.point_id, PointSubArea.rank)
    ):
        codes[point_id].append(code)
    rows = db.session.execute(
        select(ImprovementPoint.id, Area.number)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(ImprovementPoint.evaluation_id == evaluation_id)
        .order_by(ImprovementPoint.position)
    )
    return tuple(PointPlace(point_id, area, tuple(codes[point_id])) for point_id, area in rows)


def moved(
    points: Sequence[PointPlace],
    main: ScoredEvaluation,
    used: ScoredEvaluation,
    crosswalk: Crosswalk,
    same_name: SameName,
) -> tuple[PointPlace, ...]:
    """The points where the same evaluation's scores under another edition have them."""
    areas = {link.before: link.after for link in crosswalk.areas}
    codes: Mapping[str, list[str]] = defaultdict(list)
    for pair in pair_subareas(main, used, crosswalk, same_name):
        if pair.before and pair.after:
            codes[pair.before.code].append(pair.after.code)
    return tuple(
        replace(
            point,
            area=areas.get(point.area) if point.area is not None else None,
            codes=tuple(dict.fromkeys(new for code in point.codes for new in codes[code])),
        )
        for point in points
    )


def standings_on(evaluation_id: int, day: date) -> tuple[Standing, ...]:
    """Every action, but the dropped, that answers a point of the evaluation, as it stood that day.

    In place is what had been done by then and is so still (DESIGN §1: only what is verified, and,
    flagged, what the owner says is done).
    """
    rows = db.session.execute(
        select(
            Action.id, Action.status, Action.done_on, Action.verified_on, action_point.c.point_id
        )
        .join(action_point, action_point.c.action_id == Action.id)
        .join(ImprovementPoint, ImprovementPoint.id == action_point.c.point_id)
        .where(
            ImprovementPoint.evaluation_id == evaluation_id,
            Action.status != ActionStatus.DROPPED,
        )
        .order_by(Action.id, ImprovementPoint.position)
    )
    found: dict[int, Standing] = {}
    for action_id, status, done_on, verified_on, point_id in rows:
        known = found.get(action_id)
        if known is not None:
            found[action_id] = replace(known, points=(*known.points, point_id))
            continue
        in_place = status in REACHED and done_on is not None and done_on <= day
        seen = verified_on is not None and verified_on <= day
        found[action_id] = Standing(action_id, (point_id,), in_place, in_place and not seen)
    return tuple(found.values())


def tally(standings: Sequence[Standing], unplaced: int) -> ActionTally:
    """How many there are of each kind."""
    return ActionTally(
        len(standings),
        sum(one.in_place for one in standings),
        sum(one.unverified for one in standings),
        unplaced,
    )
