"""What the evaluations say in a report: the areas, and the re-evaluation beside the one before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from babel.numbers import format_decimal
from sqlalchemy import select

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.deviating import tally_of
from tracker.domain.errors import RuleBroken
from tracker.domain.pairing import ScoredEvaluation, way_between
from tracker.domain.reporting import (
    AreaPoints,
    AreaState,
    EffectFacts,
    EffectRow,
    EvaluationFacts,
    ReportRow,
)
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.models import Area, ImprovementPoint
from tracker.services.actions.ids import each
from tracker.services.comparisons import sentences
from tracker.services.comparisons.choosing import KeptScores, scores_of
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations
from tracker.services.evaluations import ListedEvaluation, evaluations_listed
from tracker.services.score_sets import AREA_MAX


@dataclass(frozen=True)
class Measured:
    """All evaluations of a month that had come, the latest first in each municipality."""

    listed: tuple[ListedEvaluation, ...]

    @property
    def own(self) -> tuple[ListedEvaluation, ...]:
        """Ours, the latest first."""
        return tuple(one for one in self.listed if one.is_own)

    def facts(self) -> tuple[EvaluationFacts, ...]:
        """Ours as a report tells them, the earliest first."""
        return tuple(_facts(one, self.own) for one in reversed(self.own))


def measured(day: date) -> Measured:
    """The evaluations whose month had begun on `day`."""
    return Measured(tuple(one for one in evaluations_listed(None) if one.month <= day))


def _facts(one: ListedEvaluation, own: Sequence[ListedEvaluation]) -> EvaluationFacts:
    """One without a number of its own is counted among ours."""
    place = len(own) - own.index(one)
    most = AREA_MAX * len(AREA_NUMBERS)
    return EvaluationFacts(one.month, one.ordinal or place, one.total, most)


@dataclass(frozen=True)
class Areas:
    """The areas of our latest evaluation, and in which of them a point of any evaluation lies."""

    latest: KeptScores | None
    of_point: Mapping[int, int]

    def numbers(self, points: Iterable[int]) -> tuple[int, ...]:
        """The areas in which these points lie."""
        return tuple(sorted({self.of_point[key] for key in points if key in self.of_point}))

    def states(self, rows: Sequence[ReportRow], day: date) -> tuple[AreaState, ...]:
        """Each area with its actions, which count in every area whose points they answer, and
        last those that answer none. Nothing while there is no evaluation."""
        if self.latest is None:
            return ()
        found = [
            AreaState(
                area.number,
                area.name,
                area.score,
                area.max or AREA_MAX,
                tally_of([row for row in rows if area.number in row.areas], day),
            )
            for area in self.latest.areas
        ]
        loose = [row for row in rows if not row.areas]
        if loose:
            found.append(AreaState(None, "", None, None, tally_of(loose, day)))
        return tuple(found)


def areas_of(points: Collection[int], evaluations: Measured) -> Areas:
    """Where the points lie in our latest evaluation. One of another evaluation lies in the area of
    the same number under the same edition, else in the one that its area has become; one whose
    area has become none, and a general point, lies nowhere."""
    query = (
        select(ImprovementPoint.id, ImprovementPoint.evaluation_id, Area.number)
        .join(Area, Area.id == ImprovementPoint.area_id)
        .where(ImprovementPoint.id.in_(each(points)))
    )
    rows = db.session.execute(query).all()
    latest_id = evaluations.own[0].id if evaluations.own else 0
    scores = scores_of(sorted({latest_id, *(row.evaluation_id for row in rows)}))
    if not scores[latest_id]:
        return Areas(None, {})
    latest = scores[latest_id][0]
    ways = {key: _way(sets[0], latest) for key, sets in scores.items() if sets}
    places = {row.id: ways.get(row.evaluation_id, {}).get(row.number) for row in rows}
    return Areas(latest, {key: number for key, number in places.items() if number is not None})


def _way(scores: ScoredEvaluation, latest: ScoredEvaluation) -> dict[int, int]:
    """Area number → the number that it has in the latest evaluation, where that has it."""
    there = {area.number for area in latest.areas}
    if scores.edition == latest.edition:
        return {number: number for number in there}
    links = way_between(scores, latest)[0].areas
    return {link.before: link.after for link in links if link.after in there}


def effects_of(
    evaluations: Measured, began_on: date, ended_on: date | None, locale: str
) -> tuple[EffectFacts | None, bool]:
    """Our latest re-evaluation that can have met the plan beside the evaluation before it, and
    whether there is such a one that cannot be compared.

    A plan that began in the month of a re-evaluation or later is not in it, and one that had
    ended when the earlier of two evaluations was made is in both: neither says anything of what
    was done in the plan, so that nothing is told.
    """
    own = evaluations.own
    pairs = [
        (before, after)
        for after, before in pairwise(own)
        if after.month > began_on and (ended_on is None or before.month < ended_on)
    ]
    if not pairs:
        return None, False
    before, after = pairs[0]
    try:
        shown = compare_evaluations(before.id, after.id, by=None, listed=evaluations.listed)
    except RuleBroken:
        return None, True
    if not shown.compared and not any(
        area.change_percent_of_max is not None for area in shown.result.areas
    ):
        return None, True
    return _effects(shown, _facts(before, own), _facts(after, own), locale), False


def _effects(
    shown: ComparisonShown, before: EvaluationFacts, after: EvaluationFacts, locale: str
) -> EffectFacts:
    told = [sentences.total(shown), *sentences.risen(shown)]
    if shown.effect is not None and shown.compared:
        told += [*sentences.effect(shown.effect), *sentences.sureness(shown.effect)]
    return EffectFacts(
        before,
        after,
        tuple(in_words(said, locale) for said in told),
        tuple((verdict.value, number) for verdict, number in shown.verdicts.items()),
        tuple(_effect_rows(shown)),
        tuple(_area_points(shown)),
        shown.result.threshold,
    )


def _area_points(shown: ComparisonShown) -> Iterable[AreaPoints]:
    """Every area that there is now, with its points; before, only where it was the same area out
    of as many points."""
    for row in shown.result.areas:
        if row.after is None:
            continue
        before = row.before if row.change_points is not None else None
        yield AreaPoints(row.after.number, before.score if before else None, row.after.score)


def _effect_rows(shown: ComparisonShown) -> Iterable[EffectRow]:
    """Every sub-area under the number of the area that it has now, or had."""
    for part in shown.parts:
        area = part.area.after or part.area.before
        for row in part.subareas:
            side = row.after or row.before
            if area is None or side is None:
                continue
            yield EffectRow(
                area.number,
                side.code,
                side.name,
                row.start,
                row.end,
                row.change_percent_of_max,
                row.verdict.value,
            )


def in_words(said: sentences.Sentence, locale: str) -> str:
    """A sentence in the reader's language."""
    written = {
        name: format_decimal(round(value, 1), locale=locale) if isinstance(value, float) else value
        for name, value in said.params.items()
    }
    words: str = catalogue(locale).gettext(said.message)
    return words % written
