"""Every pair of evaluations whose sub-areas it makes sense to look through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.crosswalk import Match
from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Crosswalk, User
from tracker.services import scope
from tracker.services.comparisons.choosing import KeptScores, comparable, scores_of, sides
from tracker.services.crosswalks.loading import links_kept
from tracker.services.crosswalks.pairs import Paired
from tracker.services.crosswalks.predecessors import predecessors_of
from tracker.services.evaluations import ListedEvaluation


@dataclass(frozen=True)
class PairShown:
    """Two evaluations: how many pairs of sub-areas of each kind, how many are `unsure`, and whose
    word it is; `problem` is why they cannot be paired."""

    before: ListedEvaluation
    after: ListedEvaluation
    edition: str | None
    counts: dict[Match, int]
    unsure: int
    stale: int
    corrected_at: datetime | None
    corrected_by: str | None
    problem: RuleBroken | None = None


def overview(*, by: User) -> tuple[list[ListedEvaluation], list[PairShown]]:
    """All evaluations, and the pairs: each of ours with the one before it (or with the last of
    those that ours was made of), and whatever else people have corrected; the latest first.

    Raises:
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    listed = comparable(by)
    known = {one.id: one for one in listed}
    rows = _corrected()
    wanted = dict.fromkeys(_story(listed))
    wanted.update(dict.fromkeys((row.before_id, row.after_id) for row, _name in rows))
    ids = sorted({number for pair in wanted for number in pair})
    sets, problems = _scores(ids)
    shown = []
    for one, other in wanted:
        problem = problems.get(one) or problems.get(other)
        if problem is not None:
            shown.append(_not_paired(known[one], known[other], problem))
        else:
            shown += _shown(known[one], known[other], sets, rows)
    return listed, sorted(shown, key=lambda pair: (pair.after.month, pair.before.month))[::-1]


def _scores(
    ids: Sequence[int],
) -> tuple[dict[int, list[KeptScores]], dict[int, RuleBroken]]:
    """The scores of all, in one query; where one report contradicts itself, each by itself, so
    that the others are shown nevertheless."""
    try:
        return scores_of(ids), {}
    except RuleBroken:
        sets: dict[int, list[KeptScores]] = {}
        problems: dict[int, RuleBroken] = {}
        for number in ids:
            try:
                sets |= scores_of((number,))
            except RuleBroken as error:
                problems[number] = error
        return sets, problems


def _story(listed: Iterable[ListedEvaluation]) -> Iterator[tuple[int, int]]:
    """Each evaluation of ours, or of one that ours was made of, with the one before it."""
    own = [one for one in listed if one.is_own]
    if not own:
        return
    places: dict[int, list[ListedEvaluation]] = {}
    made_of = predecessors_of(own[0].municipality_id)
    for one in sorted(listed, key=lambda one: (one.month, one.id)):
        if one.is_own or one.municipality_id in made_of:
            places.setdefault(one.municipality_id, []).append(one)
    ours = places[own[0].municipality_id]
    for number, theirs in places.items():
        yield from ((one.id, other.id) for one, other in pairwise(theirs))
        if number != own[0].municipality_id:
            # What came before ours began; else the two never stood after one another.
            earlier = [one for one in theirs if one.month < ours[0].month]
            yield from ((one.id, ours[0].id) for one in earlier[-1:])


def _corrected() -> list[tuple[Crosswalk, str | None]]:
    """Every crosswalk that people have told, with whose word it is."""
    query = (
        select(Crosswalk, User.name)
        .outerjoin(User, User.id == Crosswalk.corrected_by_id)
        .where(Crosswalk.links.any())
        .options(selectinload(Crosswalk.links))
        .order_by(Crosswalk.id)
    )
    return [(row, name) for row, name in db.session.execute(query)]


def _shown(
    one: ListedEvaluation,
    other: ListedEvaluation,
    sets: dict[int, list[KeptScores]],
    rows: Sequence[tuple[Crosswalk, str | None]],
) -> Iterator[PairShown]:
    """A pair under the edition that it is compared under, and under others that were corrected."""
    mine = [row for row in rows if (row[0].before_id, row[0].after_id) == (one.id, other.id)]
    under: list[str | None] = [None]
    under += [row.before_edition for row, _name in mine if row.before_edition == row.after_edition]
    told = set()
    for edition in under:
        before, after, shared = sides(one, other, sets, edition)
        if (edition is not None and edition not in shared) or before.scores.edition in told:
            continue  # scored so no longer, or shown already
        told.add(before.scores.edition)
        editions = before.scores.edition, after.scores.edition
        kept = next(
            (row for row in mine if (row[0].before_edition, row[0].after_edition) == editions),
            (None, None),
        )
        paired = Paired(before.scores, after.scores, links_kept(kept[0]))
        yield _counted(before.listed, after.listed, edition, paired, kept)


def _counted(
    one: ListedEvaluation,
    other: ListedEvaluation,
    edition: str | None,
    paired: Paired,
    kept: tuple[Crosswalk | None, str | None],
) -> PairShown:
    row, name = kept
    return PairShown(
        before=one,
        after=other,
        edition=edition,
        counts={match: number for match, number in paired.counts.items() if number},
        unsure=paired.unsure,
        stale=len(paired.stale),
        corrected_at=row.corrected_at if row else None,
        corrected_by=name,
    )


def _not_paired(one: ListedEvaluation, other: ListedEvaluation, problem: RuleBroken) -> PairShown:
    return PairShown(one, other, None, {}, 0, 0, None, None, problem)
