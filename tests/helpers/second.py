"""More evaluations beside the cast's, for what compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from tests.helpers.cast import NOW
from tracker.extensions import db
from tracker.models import Area, Evaluation, Municipality, ScoreSet, SubArea

NAMES = {
    1: "Samspel mellan förtroendevalda och medborgare",
    2: "Samhällsutveckling",
}


def add_evaluation(
    municipality: Municipality,
    month: date,
    got: Mapping[int, Sequence[int | None]],
    edition: str = "kommunkompassen-2020",
) -> Evaluation:
    """An evaluation whose sub-areas, of 30 points each, are named as the cast's; committed.

    `got` holds the sub-areas' scores by area number.
    """
    evaluation = Evaluation(municipality=municipality, month=month, ordinal=2, accepted_at=NOW)
    add_scores(evaluation, got, edition)
    db.session.add(evaluation)
    db.session.commit()
    return evaluation


def add_scores(
    evaluation: Evaluation, got: Mapping[int, Sequence[int | None]], edition: str
) -> ScoreSet:
    """Score an evaluation under one more edition."""
    scores = ScoreSet(edition=edition)
    scores.areas = [_area(number, parts) for number, parts in got.items()]
    evaluation.score_sets.append(scores)
    return scores


def _area(number: int, parts: Sequence[int | None]) -> Area:
    name = NAMES.get(number, f"Område {number}")
    known = [part for part in parts if part is not None]
    return Area(
        number=number,
        name=name,
        score=sum(known) if len(known) == len(parts) else None,
        max=30 * len(parts),
        subareas=[
            SubArea(code=f"{number}.{place}", name=f"{name}, del {place}", score=score, max=30)
            for place, score in enumerate(parts, start=1)
        ],
    )
