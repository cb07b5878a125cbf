"""What lies between evaluations: an earlier one, scores under one more edition, a predecessor."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from tests.helpers.cast import NOW, Cast
from tests.helpers.second import add_evaluation
from tracker.extensions import db
from tracker.models import Evaluation, Municipality, Predecessor
from tracker.services.score_sets import WantedScores, WantedSubArea, add_scores

OLD = "kommunkompassen-2010"
EARLIER = date(2023, 1, 1)


def earlier(cast: Cast) -> Evaluation:
    """An evaluation of ours before the cast's, the same one each time."""
    query = select(Evaluation).where(
        Evaluation.municipality_id == cast.municipality.id, Evaluation.month == EARLIER
    )
    found = db.session.scalar(query)
    return found or add_evaluation(cast.municipality, EARLIER, {1: (6, 9), 2: (20, 8)})


def crosswalk(cast: Cast) -> dict[str, int]:
    """What names two evaluations of ours."""
    return {"before_id": earlier(cast).id, "after_id": cast.evaluation.id}


def more_scores(cast: Cast, edition: str = OLD) -> dict[str, int | str]:
    """What names scores of the cast's evaluation under one more edition; they are there."""
    if all(scores.edition != edition for scores in cast.evaluation.score_sets):
        wanted = WantedScores(
            edition,
            dict.fromkeys(range(1, 9), 40),
            320,
            [WantedSubArea("1.1", "Öppen nämnd", 15, 40), WantedSubArea("1.2", "Dialog", 25, 60)],
        )
        add_scores(cast.evaluation.id, wanted, by=cast.director, now=NOW)
    return {"evaluation_id": cast.evaluation.id, "edition": edition}


def predecessor(cast: Cast) -> dict[str, int]:
    """What names a municipality that ours was made of, a new one each time."""
    number = db.session.query(Municipality).count()
    other = Municipality(name=f"Gamlaköping {number}")
    db.session.add(other)
    db.session.flush()
    db.session.add(Predecessor(municipality_id=cast.municipality.id, predecessor_id=other.id))
    db.session.commit()
    return {"municipality_id": cast.municipality.id, "predecessor_id": other.id}
