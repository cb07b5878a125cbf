"""What is known of all municipalities' scores, from reports and from lists, beside ours.

Everything here costs a constant number of queries, however many municipalities there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import case, func, select

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.references import (
    Moved,
    Numbers,
    Pace,
    Reading,
    SharedDrift,
    Standing,
    paces,
    settled,
    shared_drift,
)
from tracker.domain.references import movements as movements_of
from tracker.domain.references import standings as standings_of
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Area, Evaluation, Municipality, ReferenceScore, ScoreSet
from tracker.services.crosswalks.predecessors import predecessors_of
from tracker.services.score_sets import AREA_MAX


@dataclass(frozen=True, eq=False)
class Readings:
    """Every municipality's evaluations, each once; ours and our predecessors' apart. `ours` is
    the key of our own municipality, None while there is none. One and the same as long as nothing
    has changed, so that it can be a key by itself."""

    own: tuple[Reading, ...]
    others: tuple[Reading, ...]
    ours: str | None


@dataclass(frozen=True)
class Overview:
    """Where the others stood and how fast they move; `own` are the keys of our own."""

    standings: tuple[Standing, ...]
    paces: tuple[Pace, ...]
    own: frozenset[str]


def place_key(name: str) -> str:
    """What tells a municipality apart from others, from its name as we write it."""
    return fold(name)


def all_readings() -> Readings:
    """What is known of everybody, settled by domain.references. The caller has authorised."""
    ours, own = _own_places()
    return _settled(_report_rows(), _list_rows(), own, ours)


@lru_cache(maxsize=4)
def _settled(
    reports: tuple[tuple[Any, ...], ...],
    lists: tuple[tuple[Any, ...], ...],
    own: frozenset[str],
    ours: str | None,
) -> Readings:
    """Made of the rows once for each state of them; being their own key they cannot be stale."""
    found = settled([*_from_reports(reports, own), *_from_lists(lists, own)])
    return Readings(
        tuple(one for one in found if one.own), tuple(one for one in found if not one.own), ours
    )


def overview() -> Overview:
    """What there is to say of all others. The caller has authorised."""
    readings = all_readings()
    return Overview(
        tuple(standings_of(readings.others)),
        tuple(paces(movements_of(readings.others))),
        frozenset(one.place for one in readings.own),
    )


def movements() -> list[Moved]:
    """How the others moved from one evaluation to the next. The caller has authorised."""
    return movements_of(all_readings().others)


def drift_shared(before_month: date, after_month: date, edition: str) -> SharedDrift:
    """How others moved from one month to another, and why nothing is said where nothing is."""
    return _drift(all_readings(), before_month, after_month, edition)


@lru_cache(maxsize=32)
def _drift(known: Readings, before_month: date, after_month: date, edition: str) -> SharedDrift:
    others = [one for one in known.others if one.edition == edition]
    return shared_drift(movements_of(others), before_month, after_month, edition)


def _own_places() -> tuple[str | None, frozenset[str]]:
    """The key of our municipality; and with it the keys of those it was made of, and of those
    they were made of."""
    names, ours = {}, None
    for key, name, is_own in db.session.execute(
        select(Municipality.id, Municipality.name, Municipality.is_own)
    ):
        names[key] = place_key(name)
        ours = key if is_own else ours
    if ours is None:
        return None, frozenset()
    family = predecessors_of(ours) | {ours}
    return names[ours], frozenset(names[key] for key in family)


def _report_rows() -> tuple[tuple[Any, ...], ...]:
    """Each evaluation under each edition, with score and max of the eight areas in turn."""
    columns = [
        func.max(case((Area.number == number, column)))
        for number in AREA_NUMBERS
        for column in (Area.score, Area.max)
    ]
    areas = select(Area.score_set_id, *columns).group_by(Area.score_set_id).subquery()
    rows = db.session.execute(
        select(
            Evaluation.id,
            Municipality.name,
            Evaluation.month,
            ScoreSet.edition,
            ScoreSet.total_stated,
            *list(areas.c)[1:],
        )
        .join(Evaluation, Evaluation.id == ScoreSet.evaluation_id)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .outerjoin(areas, areas.c.score_set_id == ScoreSet.id)
        .order_by(ScoreSet.id)
    )
    return tuple(map(tuple, rows))  # a Row is slow to compare


def _from_reports(rows: Iterable[tuple[Any, ...]], own: frozenset[str]) -> Iterator[Reading]:
    for evaluation_id, name, month, edition, stated, *numbers in rows:
        scores, most = numbers[::2], numbers[1::2]
        shares = tuple(_share(*one) for one in zip(scores, most, strict=True))
        place = place_key(name)
        yield Reading(
            place=place,
            name=name,
            month=month,
            edition=edition,
            areas=shares,
            # A score over its max is a misprint that no sum can hold.
            total=stated if stated is not None or None in shares else sum(scores),
            evaluation_id=evaluation_id,
            own=place in own,
        )


def _share(score: int | None, most: int | None) -> float | None:
    """A credible score in per cent of max."""
    most = AREA_MAX if most is None else most
    if score is None or most <= 0 or not 0 <= score <= most:
        return None
    return score / most * 100


def _sum(scores: Sequence[float | None]) -> float | None:
    """A sum over some of the areas never poses as a total."""
    known = [score for score in scores if score is not None]
    return sum(known) if len(known) == len(AREA_NUMBERS) else None


def _list_rows() -> tuple[tuple[Any, ...], ...]:
    rows = db.session.execute(
        select(
            ReferenceScore.place_key,
            ReferenceScore.municipality,
            ReferenceScore.month,
            ReferenceScore.whole_year,
            ReferenceScore.edition,
            ReferenceScore.total,
            ReferenceScore.areas,
        )
    )
    return tuple((*row[:-1], tuple(row[-1])) for row in rows)


def _from_lists(rows: Iterable[tuple[Any, ...]], own: frozenset[str]) -> Iterator[Reading]:
    for place, name, month, whole_year, edition, total, areas in rows:
        scores: Numbers = areas
        yield Reading(
            place=place,
            name=name,
            month=month,
            edition=edition,
            areas=scores,
            total=_sum(scores) if total is None else total,
            whole_year=whole_year,
            own=place in own,
        )
