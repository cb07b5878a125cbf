"""The points of one evaluation under several editions.

The first score set is the main one: it came with the report, the improvement points and the
strengths hang on its areas, and a report that is accepted again is written over it. The others
are added by hand, hold scores only, and can be removed again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, SQLColumnExpression, delete, func, select
from sqlalchemy.orm import selectinload

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import Edition, editions
from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import normalise_space
from tracker.extensions import db, in_turn
from tracker.models import Area, Evaluation, ScoreSet, SubArea, User
from tracker.services import journal, scope
from tracker.services.actions.rules import Refused

AREA_MAX = 100  # every edition gives each of its areas 100 points
CODE_LENGTH, NAME_LENGTH = 10, 200
MOST_SUBAREAS = 100


def main_set(evaluation_id: SQLColumnExpression[int] | int) -> ScalarSelect[int]:
    """The key of the score set that an evaluation was read under."""
    query = select(func.min(ScoreSet.id)).where(ScoreSet.evaluation_id == evaluation_id)
    return query.correlate(Evaluation).scalar_subquery()


@dataclass(frozen=True)
class WantedSubArea:
    """A sub-area as typed; the area is the part of the code before the dot."""

    code: str
    name: str
    score: int | None
    max: int | None


@dataclass(frozen=True)
class WantedScores:
    """The points of an evaluation under one more edition: scores by area number, 1 to 8."""

    edition: str
    areas: Mapping[int, int | None]
    total: int | None = None
    subareas: Sequence[WantedSubArea] = ()


class LineProblem(RuleBroken):
    """A rule says no to one sub-area; `row` is its place among the wanted ones."""

    def __init__(self, row: int, message: str, **params: Any) -> None:
        super().__init__(message, field="subareas", **params)
        self.row = row


def free_editions(evaluation_id: int, *, by: User) -> list[Edition]:
    """The editions that the evaluation is not scored under yet.

    Raises:
        NotFound, Forbidden.
    """
    taken = {scores.edition for scores in _load(evaluation_id, by).score_sets}
    return [one for one in editions() if one.key not in taken]


def added_sets(evaluation_id: int) -> list[ScoreSet]:
    """The score sets that were added by hand, oldest first, with their areas."""
    areas = selectinload(ScoreSet.areas)
    query = (
        select(ScoreSet)
        .where(ScoreSet.evaluation_id == evaluation_id)
        .options(areas.selectinload(Area.subareas))
        .order_by(ScoreSet.id)
        .offset(1)
    )
    return list(db.session.scalars(query))


def added_set(evaluation_id: int, edition: str, *, by: User) -> ScoreSet:
    """One score set that was added by hand.

    Raises:
        NotFound: there is none, or it is the one that the report was read under.
        Forbidden.
    """
    _load(evaluation_id, by)
    for scores in added_sets(evaluation_id):
        if scores.edition == edition:
            return scores
    raise NotFound


def add_scores(evaluation_id: int, wanted: WantedScores, *, by: User, now: datetime) -> list[str]:
    """Keep the points of an evaluation under one more edition. The area numbers whose sub-areas
    do not add up to their score are given back as text, "total" first where the sum of the areas
    differs from the total that is stated.

    Raises:
        Refused: with everything that is wrong.
        NotFound, Forbidden.
    """
    in_turn(f"scores of {evaluation_id}")
    row = _load(evaluation_id, by)
    known = {one.key: one for one in free_editions(evaluation_id, by=by)}
    if problems := list(_problems(row, wanted, known)):
        raise Refused(problems)
    scores = ScoreSet(edition=wanted.edition, total_stated=wanted.total)
    scores.areas = list(_areas(known[wanted.edition], wanted))
    row.score_sets.append(scores)
    db.session.flush()
    journal.record("evaluation.add_scores", "evaluation", row.id, _facts(scores), by=by, now=now)
    doubts = _doubts(wanted)
    db.session.commit()
    return doubts


def remove_scores(evaluation_id: int, edition: str, *, by: User, now: datetime) -> None:
    """Remove a score set that was added by hand.

    Raises:
        NotFound: there is none, or it is the one that the report was read under.
        Forbidden.
    """
    in_turn(f"scores of {evaluation_id}")
    scores = added_set(evaluation_id, edition, by=by)
    facts = _facts(scores)
    areas = select(Area.id).where(Area.score_set_id == scores.id)
    for statement in (
        delete(SubArea).where(SubArea.area_id.in_(areas)),
        delete(Area).where(Area.score_set_id == scores.id),
        delete(ScoreSet).where(ScoreSet.id == scores.id),
    ):
        db.session.execute(statement, execution_options={"synchronize_session": False})
    db.session.expire_all()
    journal.record("evaluation.remove_scores", "evaluation", evaluation_id, facts, by=by, now=now)
    db.session.commit()


def _load(evaluation_id: int, by: User) -> Evaluation:
    scope.require(by, Deed.EVALUATION_IMPORT)
    row = db.session.get(Evaluation, evaluation_id)
    if row is None:
        raise NotFound
    return row


def _problems(
    row: Evaluation, wanted: WantedScores, free: Mapping[str, Edition]
) -> Iterator[RuleBroken]:
    if wanted.edition not in free:
        yield _edition_problem(row, wanted.edition)
    if all(wanted.areas.get(number) is None for number in AREA_NUMBERS):
        yield RuleBroken("Skriv poängen för minst ett huvudområde.", field="area_1")
    for number in AREA_NUMBERS:
        score = wanted.areas.get(number)
        if score is not None and not 0 <= score <= AREA_MAX:
            yield RuleBroken(
                "Område %(number)s kan ha 0 till %(most)s poäng.",
                field=f"area_{number}",
                number=number,
                most=AREA_MAX,
            )
    most = AREA_MAX * len(AREA_NUMBERS)
    if wanted.total is not None and not 0 <= wanted.total <= most:
        yield RuleBroken("Totalen kan vara 0 till %(most)s poäng.", field="total", most=most)
    yield from _line_problems(wanted.subareas)


def _edition_problem(row: Evaluation, edition: str) -> RuleBroken:
    if any(scores.edition == edition for scores in row.score_sets):
        return RuleBroken(
            "Utvärderingen har redan poäng enligt den versionen. Ta bort dem först om de ska "
            "skrivas om.",
            field="edition",
        )
    return RuleBroken("Välj vilken version av Kommunkompassen poängen följer.", field="edition")


def _line_problems(subareas: Sequence[WantedSubArea]) -> Iterator[LineProblem]:
    if len(subareas) > MOST_SUBAREAS:
        yield LineProblem(0, N_("Skriv högst %(most)s delområden."), most=MOST_SUBAREAS)
        return
    times = Counter(sub.code for sub in subareas)
    for place, sub in enumerate(subareas):
        if _area_of(sub.code) is None:
            yield LineProblem(
                place,
                N_(
                    "Koden ”%(code)s” går inte att läsa: skriv områdets nummer, en punkt och en "
                    "siffra, till exempel 4.2."
                ),
                code=sub.code[:20],
            )
        elif times[sub.code] > 1:
            yield LineProblem(place, N_("Koden %(code)s står på mer än en rad."), code=sub.code)
        elif not 0 < len(normalise_space(sub.name)) <= NAME_LENGTH:
            yield LineProblem(
                place,
                N_("Skriv ett namn på delområde %(code)s, högst %(most)s tecken."),
                code=sub.code,
                most=NAME_LENGTH,
            )
        elif sub.max is None or not 0 < sub.max <= AREA_MAX:
            yield LineProblem(
                place,
                N_("Skriv max för delområde %(code)s, 1 till %(most)s poäng."),
                code=sub.code,
                most=AREA_MAX,
            )
        elif sub.score is not None and not 0 <= sub.score <= sub.max:
            yield LineProblem(
                place,
                N_("Delområde %(code)s kan ha 0 till %(most)s poäng."),
                code=sub.code,
                most=sub.max,
            )


def _area_of(code: str) -> int | None:
    """4 of 4.2; None for what is no code of an area that exists."""
    number, dot, part = code.partition(".")
    digits = f"{number}{part}"
    if not (dot and number and part and digits.isascii() and digits.isdigit()):
        return None
    if len(code) > CODE_LENGTH or int(number) not in AREA_NUMBERS:
        return None
    return int(number)


def _areas(edition: Edition, wanted: WantedScores) -> Iterator[Area]:
    """All eight areas, named as the edition names them; those without a score too."""
    for area in edition.areas:
        own = [sub for sub in wanted.subareas if _area_of(sub.code) == area.number]
        yield Area(
            number=area.number,
            name=area.name,
            score=wanted.areas.get(area.number),
            max=AREA_MAX,
            subareas=[
                SubArea(code=s.code, name=normalise_space(s.name), score=s.score, max=s.max)
                for s in own
            ],
        )


def _doubts(wanted: WantedScores) -> list[str]:
    scores = [wanted.areas.get(number) for number in AREA_NUMBERS]
    known = [score for score in scores if score is not None]
    found = []
    if wanted.total is not None and len(known) == len(scores) and sum(known) != wanted.total:
        found.append("total")
    for number in AREA_NUMBERS:
        parts = [sub.score for sub in wanted.subareas if _area_of(sub.code) == number]
        if parts and None not in parts and wanted.areas.get(number) not in (None, _sum(parts)):
            found.append(str(number))
    return found


def _sum(parts: Iterable[int | None]) -> int:
    return sum(part for part in parts if part is not None)


def _facts(scores: ScoreSet) -> dict[str, Any]:
    """Everything that was in the set, so that the journal can tell what was removed."""
    return {
        "edition": scores.edition,
        "total": scores.total_stated,
        "areas": {area.number: area.score for area in scores.areas},
        "subareas": [
            [sub.code, sub.name, sub.score, sub.max]
            for area in scores.areas
            for sub in area.subareas
        ],
    }
