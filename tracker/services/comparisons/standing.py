"""How the actions stood that belong to the time since an evaluation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from tracker.domain.crosswalk import SubAreaLink
from tracker.domain.pairing import ScoredEvaluation, pair_subareas, same_name_of, way_between
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.domain.verdicts import PointPlace, Standing
from tracker.extensions import db
from tracker.models import (
    Action,
    Area,
    Evaluation,
    ImprovementPoint,
    PointSubArea,
    SubArea,
    action_point,
)
from tracker.services.actions.ids import each
from tracker.services.comparisons.choosing import Side, scores_of
from tracker.services.crosswalks.predecessors import predecessors_of
from tracker.services.crosswalks.reading import corrected

# What was asked for longer ago is no part of a later evaluation's story, however it ended.
LOOKED_BACK = 10


@dataclass(frozen=True)
class ActionTally:
    """The actions behind a comparison, each counted once.

    `inherited` answer points of other evaluations only, and were not in place when the earlier
    one was made. Of the `in_place`, `unverified` were done by the owner's word only; `unplaced`
    answer points that name no sub-area, so that no row of the table counts them.
    """

    total: int = 0
    in_place: int = 0
    unverified: int = 0
    unplaced: int = 0
    inherited: int = 0


def tally(standings: Sequence[Standing], unplaced: int) -> ActionTally:
    """How many there are of each kind."""
    return ActionTally(
        len(standings),
        sum(one.in_place for one in standings),
        sum(one.unverified for one in standings),
        unplaced,
        sum(one.inherited for one in standings),
    )


@dataclass(frozen=True)
class _Answered:
    """A point of some evaluation, what it repeats, and where it lies there."""

    id: int
    evaluation_id: int
    repeats_id: int | None
    area: int | None
    codes: tuple[str, ...] = ()


def work_since(before: Side, day: date) -> tuple[tuple[PointPlace, ...], tuple[Standing, ...]]:
    """The evaluation's points where the chosen scores have them, and the actions of the time from
    then until `day`, as they stand on it.

    These are the actions that answer its points; and those that answer points of the
    municipality's other evaluations, from LOOKED_BACK years before it on, and were not in place
    when it was made, told where it has what they are about. In place is what was done by `day`
    and is so still (DESIGN §1: only what is verified, and, flagged, what the owner says is done);
    the dropped are left out.
    """
    known = _points(before, day)
    own = [point for point in known.values() if point.evaluation_id == before.listed.id]
    places = _of_main(tuple(PointPlace(one.id, one.area, one.codes) for one in own), before)
    actions = _actions(known)
    answered = {number for action in actions.values() for number in action.points}
    elsewhere = _elsewhere([known[number] for number in answered], before)
    heirs = _heirs(known, before.listed.id)
    standings = [_standing(action, heirs, elsewhere, before, day) for action in actions.values()]
    return places, tuple(one for one in standings if one is not None)


def _points(before: Side, day: date) -> dict[int, _Answered]:
    """The evaluation's own points in their order; of the municipality's others until that day, and
    of those that it was made of, the points that matter: answered by what was not in place, or
    tied to another point."""
    family = predecessors_of(before.listed.municipality_id) | {before.listed.municipality_id}
    late = (
        exists()
        .where(action_point.c.point_id == ImprovementPoint.id)
        .where(Action.id == action_point.c.action_id, Action.status != ActionStatus.DROPPED)
        .where(_not_in_place_on(before.listed.month))
    )
    wanted = or_(
        ImprovementPoint.evaluation_id == before.listed.id,
        and_(
            Evaluation.municipality_id.in_(family),
            Evaluation.month.between(_years_before(before.listed.month), day - timedelta(days=1)),
            or_(ImprovementPoint.repeats_id.is_not(None), late),
        ),
    )
    codes: dict[int, list[str]] = defaultdict(list)
    for point_id, code in db.session.execute(
        select(PointSubArea.point_id, SubArea.code)
        .join(SubArea, SubArea.id == PointSubArea.sub_area_id)
        .join(ImprovementPoint, ImprovementPoint.id == PointSubArea.point_id)
        .join(Evaluation, Evaluation.id == ImprovementPoint.evaluation_id)
        .where(wanted)
        .order_by(PointSubArea.point_id, PointSubArea.rank)
    ):
        codes[point_id].append(code)
    rows = db.session.execute(
        select(
            ImprovementPoint.id,
            ImprovementPoint.evaluation_id,
            ImprovementPoint.repeats_id,
            Area.number,
        )
        .join(Evaluation, Evaluation.id == ImprovementPoint.evaluation_id)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(wanted)
        .order_by(ImprovementPoint.evaluation_id, ImprovementPoint.position)
    )
    return {row[0]: _Answered(*row, codes=tuple(codes[row[0]])) for row in rows}


def _years_before(month: date) -> date:
    return month.replace(year=month.year - LOOKED_BACK)


def _not_in_place_on(month: date) -> ColumnElement[bool]:
    return or_(Action.done_on.is_(None), Action.done_on > month)


@dataclass(frozen=True)
class _Work:
    """An action's own dates, and which of the points at hand it answers, in their order."""

    id: int
    done_on: date | None
    verified_on: date | None
    points: tuple[int, ...]


def _actions(known: Collection[int]) -> dict[int, _Work]:
    """Every action, but the dropped, that answers one of the points."""
    rows = db.session.execute(
        select(
            Action.id, Action.status, Action.done_on, Action.verified_on, action_point.c.point_id
        )
        .join(action_point, action_point.c.action_id == Action.id)
        .where(action_point.c.point_id.in_(each(known)), Action.status != ActionStatus.DROPPED)
        .order_by(Action.id, action_point.c.point_id)
    )
    found: dict[int, _Work] = {}
    for action_id, status, done_on, verified_on, point_id in rows:
        if one := found.get(action_id):
            found[action_id] = replace(one, points=(*one.points, point_id))
        else:
            reached = done_on if status in REACHED else None
            found[action_id] = _Work(action_id, reached, verified_on, (point_id,))
    return found


def _standing(
    action: _Work,
    heirs: Mapping[int, tuple[int, ...]],
    elsewhere: Mapping[int, PointPlace],
    before: Side,
    day: date,
) -> Standing | None:
    """How it stood that day; None for one that was in place before and answers nothing here."""
    direct = any(number in heirs.get(number, ()) for number in action.points)
    done = action.done_on
    if not direct and done is not None and done <= before.listed.month:
        return None
    in_place = done is not None and done <= day
    seen = action.verified_on is not None and action.verified_on <= day
    points = [heir for number in action.points for heir in heirs.get(number, ())]
    return Standing(
        action.id,
        tuple(dict.fromkeys(points)),
        in_place,
        in_place and not seen,
        tuple(elsewhere[number] for number in action.points if number in elsewhere),
    )


def _heirs(known: Mapping[int, _Answered], evaluation_id: int) -> dict[int, tuple[int, ...]]:
    """Point → the evaluation's own points that are it, or that it is tied to along the line of
    those that repeat one another, older and newer."""
    found: dict[int, list[int]] = defaultdict(list)
    for point in known.values():
        line = list(_line(point, known))
        own = [one.id for one in line if one.evaluation_id == evaluation_id]
        for one in line:
            found[one.id] += own if one is point else [point.id] if point.id in own else []
    return {number: tuple(dict.fromkeys(heirs)) for number, heirs in found.items()}


def _line(point: _Answered, known: Mapping[int, _Answered]) -> Iterable[_Answered]:
    """The point, the one that it repeats, the one that this repeats, and so on."""
    seen: set[int] = set()
    one: _Answered | None = point
    while one is not None and one.id not in seen:
        seen.add(one.id)
        yield one
        one = known.get(one.repeats_id) if one.repeats_id else None


def _of_main(points: tuple[PointPlace, ...], before: Side) -> tuple[PointPlace, ...]:
    """The evaluation's own points where the compared scores have them."""
    if before.main is None:
        return points
    links = corrected(
        before.listed.id, before.main.edition, before.listed.id, before.scores.edition
    )
    return _carried(points, before.main, before.scores, links)


def _elsewhere(points: Sequence[_Answered], before: Side) -> dict[int, PointPlace]:
    """Where the points of other evaluations lie in the one that is compared."""
    of_others: dict[int, list[PointPlace]] = defaultdict(list)
    for one in points:
        if one.evaluation_id != before.listed.id:
            of_others[one.evaluation_id].append(PointPlace(one.id, one.area, one.codes))
    scores = scores_of(list(of_others)) if of_others else {}
    found: dict[int, PointPlace] = {}
    for evaluation_id, places in of_others.items():
        main = scores[evaluation_id][0]
        ids, editions = (evaluation_id, before.listed.id), (main.edition, before.scores.edition)
        named = any(place.codes for place in places)
        links = corrected(ids[0], editions[0], ids[1], editions[1]) if named else ()
        carried = _carried(tuple(places), main, before.scores, links)
        found.update((place.id, place) for place in carried)
    return found


def _carried(
    points: Sequence[PointPlace],
    scores: ScoredEvaluation,
    to: ScoredEvaluation,
    links: tuple[SubAreaLink, ...],
) -> tuple[PointPlace, ...]:
    """The points of some scores where other scores have what they are about."""
    way = replace(way_between(scores, to)[0], subareas=links)
    areas = {link.before: link.after for link in way.areas}
    codes: dict[str, list[str]] = defaultdict(list)
    for pair in pair_subareas(scores, to, way, same_name_of(to.edition)):
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
