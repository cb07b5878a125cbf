"""A municipality that was evaluated twice, with actions behind half of its sub-areas."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.helpers.cast import Cast, make_action
from tests.helpers.second import add_evaluation
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import Action, Evaluation, ImprovementPoint, PointSubArea

FIRST, SECOND = date(2023, 5, 1), date(2025, 9, 1)
AREAS, PARTS = 8, 4


@dataclass(frozen=True)
class Told:
    """The two evaluations, the points of the first (one for each odd sub-area) and their actions,
    all in place but not verified."""

    before: Evaluation
    after: Evaluation
    points: tuple[ImprovementPoint, ...]
    actions: tuple[Action, ...]

    @property
    def query(self) -> str:
        """The choice in an address."""
        return f"before={self.before.id}&after={self.after.id}"


def two_evaluations(cast: Cast, gain: int = 6) -> Told:
    """Thirty-two sub-areas of 30 points; the odd ones have an action in place, and rise by `gain`
    points more than the others."""
    starts = {number: [8 + (number + part) % 7 for part in range(PARTS)] for number in _areas()}
    ends = {
        number: [
            start + (number * part) % 2 + (gain if part % 2 == 0 else 0)
            for part, start in enumerate(parts)
        ]
        for number, parts in starts.items()
    }
    before = add_evaluation(cast.municipality, FIRST, starts)
    after = add_evaluation(cast.municipality, SECOND, ends)
    odd = [sub for area in before.score_sets[0].areas for sub in area.subareas[::2]]
    points = [
        ImprovementPoint(
            evaluation_id=before.id,
            area_id=subarea.area_id,
            position=position,
            text=f"Gör mer av det som hör till {subarea.code}.",
            subarea_links=[PointSubArea(sub_area_id=subarea.id, rank=0)],
        )
        for position, subarea in enumerate(odd, start=1)
    ]
    actions = [_done(cast, point) for point in points]
    db.session.add_all(points + actions)
    db.session.commit()
    return Told(before, after, tuple(points), tuple(actions))


def _areas() -> range:
    return range(1, AREAS + 1)


def _done(cast: Cast, point: ImprovementPoint) -> Action:
    return make_action(
        cast.plan,
        f"Svar på punkt {point.position}",
        owner=cast.owner,
        unit=cast.unit,
        committee=cast.committee,
        points=[point],
        status=ActionStatus.DONE,
        deadline=date(2025, 6, 30),
        done_on=date(2025, 5, 20),
        done_by=cast.owner,
    )
