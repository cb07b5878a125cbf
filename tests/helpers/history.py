"""A municipality with a past: three evaluations, actions in place between two of them, and more
that are planned since the latest. For what looks ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.helpers.cast import Cast, make_action
from tests.helpers.second import add_evaluation
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, Evaluation, ImprovementPoint, Municipality, PointSubArea

AREAS = range(1, 9)


@dataclass(frozen=True)
class Past:
    """`latest` has eight areas of 90 points, with 24 sub-areas that can be compared with those of
    `earlier`; `planned` answers its 1.3, `foreign` (the stranger's) its 2.3."""

    earlier: Evaluation
    latest: Evaluation
    planned: Action
    foreign: Action


def add_past(cast: Cast) -> Past:
    """Move the cast's own evaluation back to 2018, and add those of 2020 and 2023; committed.

    In areas 1 to 4 of 2020 an action was in place by 2023; those sub-areas rose more.
    """
    cast.evaluation.month = date(2018, 3, 1)
    first = {area: [(area * 7 + part * 5) % 21 + 2 for part in range(3)] for area in AREAS}
    then = {
        area: [
            min(30, score + (6 if area < 5 else 2) + (area + part) % 3 - score // 7)
            for part, score in enumerate(scores)
        ]
        for area, scores in first.items()
    }
    earlier = add_evaluation(cast.municipality, date(2020, 3, 1), first)
    latest = add_evaluation(cast.municipality, date(2023, 3, 1), then)
    for number in range(1, 5):
        for part in range(3):
            _answer(cast, earlier, number, part, _done(cast, f"Klar {number}.{part + 1}"))
    planned = make_action(cast.plan, "På väg", owner=cast.owner, unit=cast.unit)
    foreign = make_action(
        cast.plan,
        "Någon annans",
        owner=cast.stranger,
        unit=cast.other_unit,
        committee=cast.other_committee,
    )
    _answer(cast, latest, 1, 2, planned)
    _answer(cast, latest, 2, 2, foreign)
    db.session.commit()
    return Past(earlier, latest, planned, foreign)


def add_others(
    *changes: int, months: tuple[date, date] = (date(2019, 1, 1), date(2022, 1, 1))
) -> None:
    """As many other municipalities, each with two totals that differ by so much; committed."""
    for number, change in enumerate(changes):
        place = Municipality(name=f"Grannköping {number}")
        for month, more in zip(months, (0, change), strict=True):
            one = add_evaluation(place, month, dict.fromkeys(AREAS, (20, 20, 10)))
            one.score_sets[0].total_stated = 400 + more
    db.session.commit()


def _done(cast: Cast, title: str) -> Action:
    return make_action(
        cast.plan,
        title,
        owner=cast.owner,
        status=ActionStatus.VERIFIED,
        done_on=date(2021, 5, 1),
        done_by=cast.owner,
        verified_on=date(2021, 6, 1),
        verified_by=cast.director,
    )


def _answer(cast: Cast, evaluation: Evaluation, number: int, part: int, action: Action) -> None:
    """A point about a sub-area, and the action that answers it."""
    area = evaluation.score_sets[0].areas[number - 1]
    point = ImprovementPoint(
        evaluation_id=evaluation.id,
        area_id=area.id,
        position=number * 10 + part,
        text=f"Gör mer i {number}.{part + 1}.",
    )
    place = area.subareas[part]
    db.session.add_all([point, action])
    db.session.flush()
    db.session.add(PointSubArea(point_id=point.id, sub_area_id=place.id, rank=0))
    action.points.append(point)
