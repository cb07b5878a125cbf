"""The corrected links between two evaluations, for whoever compares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from tracker.domain.composing import beside, composed
from tracker.domain.crosswalk import SubAreaLink
from tracker.domain.errors import RuleBroken
from tracker.domain.pairing import ScoredEvaluation
from tracker.extensions import db
from tracker.models import Crosswalk as KeptCrosswalk
from tracker.models import CrosswalkLink, Evaluation
from tracker.services.comparisons.choosing import scores_of
from tracker.services.crosswalks.pairs import Paired

Links = tuple[SubAreaLink, ...]
_Told = Mapping[tuple[int, str, int, str], list[SubAreaLink]]


def corrected(
    before_id: int, before_edition: str, after_id: int, after_edition: str
) -> tuple[SubAreaLink, ...]:
    """What people have said of the sub-areas of two evaluations, each under one edition. Kept for
    the way back, it is turned round. Where they have said nothing, what they said of evaluations
    in between holds (`by_way_of`). At most four queries.
    """
    told = _told_of(before_id, before_edition, after_id, after_edition)
    return (*told, *beside(told, by_way_of(before_id, before_edition, after_id, after_edition)))


def by_way_of(before_id: int, before_edition: str, after_id: int, after_edition: str) -> Links:
    """The way over the evaluations of the municipality in between, where people have corrected
    any step of it; empty where they have not. At most three queries.

    A step is from one evaluation to the next, or to a later one where people have said how those
    two belong together. The one in between stands under the edition that both ends share where it
    has that one, else under its report's own.
    """
    chain = _chain(before_id, after_id)
    if len(chain) < 3:
        return ()
    told = _told_within(chain)
    if not told:
        return ()
    try:
        scored = scores_of(chain)
    except RuleBroken:
        return ()  # a report on the way contradicts itself
    backwards = chain[0] != before_id
    ends = (after_edition, before_edition) if backwards else (before_edition, after_edition)
    sides = [
        _side(scored[number], _wanted(place, len(chain), ends))
        for place, number in enumerate(chain)
    ]
    if sides[0].edition != ends[0] or sides[-1].edition != ends[1]:
        return ()
    steps = tuple(_steps(chain, sides, told))
    if not any(links for _one, _other, links in steps):
        return ()
    found = _made_one(steps)
    return tuple(link.reversed() for link in found) if backwards else found


def _told_of(before_id: int, before_edition: str, after_id: int, after_edition: str) -> Links:
    """What people have said of the two themselves."""
    kept = KeptCrosswalk
    there = (before_id, before_edition, after_id, after_edition)
    way = (kept.before_id, kept.before_edition, kept.after_id, kept.after_edition)
    turned = (kept.after_id, kept.after_edition, kept.before_id, kept.before_edition)
    rows = db.session.execute(
        select(
            kept.before_id, CrosswalkLink.before_code, CrosswalkLink.after_code, CrosswalkLink.match
        )
        .join(CrosswalkLink, CrosswalkLink.crosswalk_id == kept.id)
        .where(
            or_(
                and_(*(column == value for column, value in zip(way, there, strict=True))),
                and_(*(column == value for column, value in zip(turned, there, strict=True))),
            )
        )
        .order_by(CrosswalkLink.id)
    ).all()
    straight = [row for row in rows if row[0] == before_id]
    links = [SubAreaLink(*row[1:]) for row in straight or rows]
    return tuple(links if straight else [link.reversed() for link in links])


def _chain(one_id: int, other_id: int) -> list[int]:
    """The two and all evaluations in between, the earliest first, where all are of one
    municipality; else empty."""
    one, other = aliased(Evaluation), aliased(Evaluation)
    rows = db.session.execute(
        select(Evaluation.id)
        .join(one, one.municipality_id == Evaluation.municipality_id)
        .join(other, other.municipality_id == Evaluation.municipality_id)
        .where(
            one.id == one_id,
            other.id == other_id,
            or_(
                Evaluation.month.between(one.month, other.month),
                Evaluation.month.between(other.month, one.month),
            ),
        )
        .order_by(Evaluation.month, Evaluation.id)
    )
    found = [number for (number,) in rows]
    places = sorted(found.index(number) for number in {one_id, other_id} if number in found)
    return found[places[0] : places[-1] + 1] if len(places) == 2 else []


def _told_within(chain: Sequence[int]) -> _Told:
    """What people have said of any two of the evaluations but the first and the last."""
    kept = KeptCrosswalk
    rows = db.session.execute(
        select(
            kept.before_id,
            kept.before_edition,
            kept.after_id,
            kept.after_edition,
            CrosswalkLink.before_code,
            CrosswalkLink.after_code,
            CrosswalkLink.match,
        )
        .join(CrosswalkLink, CrosswalkLink.crosswalk_id == kept.id)
        .where(
            kept.before_id.in_(chain),
            kept.after_id.in_(chain),
            or_(kept.before_id != chain[0], kept.after_id != chain[-1]),
        )
        .order_by(CrosswalkLink.id)
    )
    found: dict[tuple[int, str, int, str], list[SubAreaLink]] = {}
    for one, one_edition, other, other_edition, before_code, after_code, match in rows:
        link = SubAreaLink(before_code, after_code, match)
        found.setdefault((one, one_edition, other, other_edition), []).append(link)
    return found


def _wanted(place: int, count: int, ends: tuple[str, str]) -> str | None:
    """The edition that an evaluation of the chain should stand under."""
    if place in (0, count - 1):
        return ends[bool(place)]
    return ends[0] if ends[0] == ends[1] else None


def _side(sets: Sequence[ScoredEvaluation], edition: str | None) -> ScoredEvaluation:
    return next((one for one in sets if one.edition == edition), sets[0])


def _steps(
    chain: Sequence[int], sides: Sequence[ScoredEvaluation], told: _Told
) -> Iterator[tuple[ScoredEvaluation, ScoredEvaluation, Links]]:
    """From the first to the last: as far as people have said in one step, else to the next."""
    place, last = 0, len(chain) - 1
    while place < last:
        one = chain[place], sides[place].edition
        said = [
            (onward, told[*one, chain[onward], sides[onward].edition])
            for onward in range(last, place, -1)
            if (*one, chain[onward], sides[onward].edition) in told
        ]
        target, links = said[0] if said else (place + 1, [])
        yield sides[place], sides[target], tuple(links)
        place = target


@lru_cache(maxsize=32)
def _made_one(steps: tuple[tuple[ScoredEvaluation, ScoredEvaluation, Links], ...]) -> Links:
    # Being its own key, nothing worked out can be stale.
    return composed(Paired(one, other, links).counting_links for one, other, links in steps)
