"""Which evaluations, and which of their scores, are put side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import KEYS
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.scores import AreaScore, ScoredEvaluation, SubAreaScore
from tracker.extensions import db
from tracker.models import Area, ScoreSet, SubArea, User
from tracker.services import scope
from tracker.services.evaluations import ListedEvaluation, evaluations_listed
from tracker.services.score_sets import AREA_MAX


def comparable(by: User | None) -> list[ListedEvaluation]:
    """Every evaluation that may be chosen: our own first, the latest first in each municipality.

    Raises:
        Forbidden: the person may not compare.
    """
    if by is not None:
        scope.require(by, Deed.COMPARISON_VIEW)
    return evaluations_listed(None)


def latest_two(listed: Iterable[ListedEvaluation]) -> tuple[int, int] | None:
    """Our own two latest evaluations as (before, after); None while there are fewer."""
    own = list(dict.fromkeys(one.id for one in listed if one.is_own))
    return (own[1], own[0]) if len(own) > 1 else None


@dataclass(frozen=True)
class Side:
    """One side of a comparison: the evaluation under the scores that are compared.

    `main` are the scores that its points hang on, where those are others than `scores`.
    """

    listed: ListedEvaluation
    scores: ScoredEvaluation
    main: ScoredEvaluation | None


def chosen_pair(
    before_id: int, after_id: int, listed: Sequence[ListedEvaluation], edition: str | None = None
) -> tuple[Side, Side, tuple[str, ...]]:
    """The two sides, and the editions that both are scored under.

    Where both are scored under one edition that one is compared, the newest first, or the one
    asked for; else each is compared as its report was.

    Raises:
        NotFound: one of them does not exist.
        RuleBroken: they are the same.
    """
    known = {one.id: one for one in listed}
    if before_id not in known or after_id not in known:
        raise NotFound
    if before_id == after_id:
        raise RuleBroken("Välj två olika utvärderingar att jämföra.", field="after")
    return sides(known[before_id], known[after_id], scores_of((before_id, after_id)), edition)


def sides(
    before: ListedEvaluation,
    after: ListedEvaluation,
    sets: Mapping[int, Sequence[KeptScores]],
    edition: str | None = None,
) -> tuple[Side, Side, tuple[str, ...]]:
    """As chosen_pair, of evaluations whose scores (of `scores_of`) are at hand."""
    shared = _shared(sets[before.id], sets[after.id])
    key = edition if edition in shared else next(iter(shared), None)
    one, other = (_side(row, sets[row.id], key) for row in (before, after))
    return one, other, shared


def _shared(
    ours: Sequence[ScoredEvaluation], theirs: Sequence[ScoredEvaluation]
) -> tuple[str, ...]:
    """The editions that both have, the newest first; one that we do not know comes last."""
    common = {one.edition for one in ours} & {one.edition for one in theirs}
    order = {key: place for place, key in enumerate(reversed(KEYS))}
    return tuple(sorted(common, key=lambda key: (order.get(key, len(order)), key)))


def _side(listed: ListedEvaluation, sets: Sequence[KeptScores], edition: str | None) -> Side:
    main = sets[0]
    used = next((one for one in sets if one.edition == edition), main)
    named = replace(listed, edition=used.edition, total=used.total)
    return Side(named, used, None if used is main else main)


@dataclass(frozen=True)
class KeptScores(ScoredEvaluation):
    """Scores with the total that goes with them: as stated, else summed, else None."""

    stated: int | None = None

    @property
    def total(self) -> int | None:
        """Points, of 800; a score over its max is a misprint that no sum can hold."""
        known = [
            area.score
            for area in self.areas
            if area.score is not None and 0 <= area.score <= (area.max or AREA_MAX)
        ]
        if self.stated is not None:
            return self.stated
        return sum(known) if len(known) == len(AREA_NUMBERS) else None


def scores_of(evaluation_ids: Sequence[int]) -> dict[int, list[KeptScores]]:
    """All scores of the evaluations, those of the report first, in one query."""
    rows = db.session.execute(
        select(
            ScoreSet.evaluation_id,
            ScoreSet.id,
            ScoreSet.edition,
            ScoreSet.total_stated,
            Area.number,
            Area.name,
            Area.score,
            Area.max,
            SubArea.code,
            SubArea.name,
            SubArea.score,
            SubArea.max,
        )
        .outerjoin(Area, Area.score_set_id == ScoreSet.id)
        .outerjoin(SubArea, SubArea.area_id == Area.id)
        .where(ScoreSet.evaluation_id.in_(evaluation_ids))
        .order_by(ScoreSet.id, Area.number, SubArea.id)
    )
    heads: dict[int, tuple[int, str, int | None]] = {}
    areas: dict[int, dict[int, AreaScore]] = defaultdict(dict)
    parts: dict[tuple[int, int], list[SubAreaScore]] = defaultdict(list)
    for evaluation_id, set_id, edition, stated, number, name, score, most, *sub in rows:
        heads[set_id] = (evaluation_id, edition, stated)
        if number is not None:
            areas[set_id][number] = AreaScore(number, name, score, most)
        if sub[0] is not None:
            parts[set_id, number].append(SubAreaScore(*sub))
    found: dict[int, list[KeptScores]] = {number: [] for number in evaluation_ids}
    for set_id, (evaluation_id, edition, stated) in heads.items():
        whole = tuple(
            replace(area, subareas=tuple(parts[set_id, number]))
            for number, area in areas[set_id].items()
        )
        found[evaluation_id].append(KeptScores(edition, edition, whole, stated))
    return found
