"""The scores of an evaluation, and which sub-areas of two evaluations are compared with which.

No judgement here: `tracker.domain.scores` says what the pairs amount to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tracker.domain.crosswalk import AreaLink, Crosswalk, Match, crosswalk_between
from tracker.domain.editions import KEYS, Edition, edition
from tracker.domain.errors import RuleBroken
from tracker.domain.text import likeness, words

SameName = Callable[[str, str], bool]

# From here on two names differ in spelling only. No two sub-areas of an area that we know are
# named more alike than 0.82 ("Strategi för ökad effektivitet", "Samverkan för ökad effektivitet").
NEARLY = 0.9


@dataclass(frozen=True)
class SubAreaScore:
    """One sub-area as an evaluation was read with it; None is what the report does not hold."""

    code: str
    name: str
    score: int | None
    max: int | None


@dataclass(frozen=True)
class AreaScore:
    """One area with the score that the report states for it (not the sum of its sub-areas)."""

    number: int
    name: str
    score: int | None
    max: int | None
    subareas: tuple[SubAreaScore, ...] = ()


@dataclass(frozen=True)
class ScoredEvaluation:
    """The scores of one evaluation under one edition.

    Raises RuleBroken where an area number or a sub-area code occurs twice: one would be lost.
    """

    label: str
    edition: str
    areas: tuple[AreaScore, ...]

    def __post_init__(self) -> None:
        _check_once(self.label, [area.number for area in self.areas])
        _check_once(self.label, [sub.code for area in self.areas for sub in area.subareas])


@dataclass(frozen=True)
class Group:
    """The sub-areas that are compared as one; `complete` is False where a linked one is absent."""

    before: tuple[SubAreaScore, ...]
    after: tuple[SubAreaScore, ...]
    complete: bool = True


@dataclass(frozen=True)
class Pair:
    """One row of a comparison: its two sides and the group that it is compared within."""

    before: SubAreaScore | None
    after: SubAreaScore | None
    match: Match
    group: Group


def spelled_alike(one: str, other: str) -> bool:
    """Whether two names hold the same words, whatever the case; an empty name is like none."""
    return bool(_key(one)) and _key(one) == _key(other)


def same_name_in(known_as: Edition) -> SameName:
    """A comparison of names that also knows the edition's aliases for its sub-areas."""
    known = {
        _key(name): (area.number, subarea.code)
        for area in known_as.areas
        for subarea in area.subareas
        for name in (subarea.name, *subarea.aliases)
    }

    def same(one: str, other: str) -> bool:
        if spelled_alike(one, other):
            return True
        place = known.get(_key(one))
        return place is not None and place == known.get(_key(other))

    return same


def same_name_of(key: str) -> SameName:
    """The comparison of names under an edition; by spelling alone where we do not know it."""
    return same_name_in(edition(key)) if key in KEYS else spelled_alike


def way_between(before: ScoredEvaluation, after: ScoredEvaluation) -> tuple[Crosswalk, bool]:
    """The crosswalk between the editions of two evaluations; where nothing is known of these, by
    the areas' names, and then True."""
    try:
        return crosswalk_between(before.edition, after.edition), False
    except RuleBroken:
        named = [
            (one.number, other.number)
            for one in before.areas
            for other in after.areas
            if spelled_alike(one.name, other.name)
        ]
        # A name that stands twice tells nothing.
        once = Counter(number for number, _ in named), Counter(number for _, number in named)
        areas = tuple(
            AreaLink(*link, Match.REVISED)
            for link in named
            if once[0][link[0]] == once[1][link[1]] == 1
        )
        return Crosswalk(before.edition, after.edition, areas), True


def pair_subareas(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
    crosswalk: Crosswalk,
    same_name: SameName,
) -> list[Pair]:
    """Every sub-area of both evaluations in one pair (split and merged ones in several).

    Links of the crosswalk decide first. Then, between linked areas: name and code, name, nearly
    the same name, and within one edition code alone. The name goes before the code because a code
    is reused: where 3.4 moved to 3.5, it is not compared with the old 3.5. Sorted as the earlier
    report reads, with what is new last in its area.
    """
    stated = list(_stated(before, after, crosswalk))
    pairs = stated + _found(before, after, crosswalk, stated, same_name)
    return sorted(pairs, key=_reading_order(before, after, crosswalk))


@lru_cache(maxsize=4096)
def _key(name: str) -> tuple[str, ...]:
    return tuple(words(name))


def _stated(
    before: ScoredEvaluation, after: ScoredEvaluation, crosswalk: Crosswalk
) -> Iterator[Pair]:
    """The pairs that the crosswalk names and the evaluations hold."""
    befores, afters = _by_code(before), _by_code(after)
    for link in crosswalk.subareas:
        one, other = befores.get(link.before_code), afters.get(link.after_code)
        if link.match in (Match.NEW, Match.DROPPED):
            if one or other:
                yield _single(one, other, link.match)
        elif one and other:
            codes = crosswalk.group(link)
            group = Group(
                tuple(sub for code, sub in befores.items() if code in codes[0]),
                tuple(sub for code, sub in afters.items() if code in codes[1]),
                codes[0] <= befores.keys() and codes[1] <= afters.keys(),
            )
            changed = link.match is Match.SAME and one.max != other.max
            yield Pair(one, other, Match.REVISED if changed else link.match, group)


def _found(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
    crosswalk: Crosswalk,
    stated: Sequence[Pair],
    same_name: SameName,
) -> list[Pair]:
    """Pairs for all sub-areas that no link speaks of; those left alone are dropped or new."""
    ours = _free(before, {pair.before.code for pair in stated if pair.before})
    theirs = _free(after, {pair.after.code for pair in stated if pair.after})
    one_edition = before.edition == after.edition
    pairs: list[Pair] = []
    for link in crosswalk.areas:
        linked = ours.get(link.before, []), theirs.get(link.after, [])
        pairs += _matched(*linked, one_edition, same_name)
    pairs += [_single(one, None, Match.DROPPED) for left in ours.values() for one in left]
    pairs += [_single(None, one, Match.NEW) for left in theirs.values() for one in left]
    return pairs


def _matched(
    ours: list[SubAreaScore], theirs: list[SubAreaScore], one_edition: bool, same_name: SameName
) -> Iterator[Pair]:
    """Pair within one area, the surest sign first; what is paired leaves both lists."""

    def both(one: SubAreaScore, other: SubAreaScore) -> float:
        alike = one.name == other.name or same_name(one.name, other.name)
        return one.code == other.code and alike

    def name(one: SubAreaScore, other: SubAreaScore) -> float:
        return same_name(one.name, other.name)

    def nearly(one: SubAreaScore, other: SubAreaScore) -> float:
        return _spelling(one, other)

    def code(one: SubAreaScore, other: SubAreaScore) -> float:
        return one_edition and one.code == other.code

    for sign in (both, name, nearly, code):
        for one, other in _best(ours, theirs, sign):
            ours.remove(one)
            theirs.remove(other)
            same = one_edition and sign is not code and one.max == other.max
            yield _single(one, other, Match.SAME if same else Match.REVISED)


def _spelling(one: SubAreaScore, other: SubAreaScore) -> float:
    """How alike the names are where they differ in a letter or two; with one code a little more."""
    found = likeness(one.name, other.name)
    return found + (one.code == other.code) if found >= NEARLY else 0.0


def _best(
    ours: Sequence[SubAreaScore],
    theirs: Sequence[SubAreaScore],
    sign: Callable[[SubAreaScore, SubAreaScore], float],
) -> list[tuple[SubAreaScore, SubAreaScore]]:
    """One to one, the strongest first; of equals the first in the reports' order."""
    scored = [
        (-value, place, at)
        for place, one in enumerate(ours)
        for at, other in enumerate(theirs)
        if (value := sign(one, other))
    ]
    found: dict[int, int] = {}
    for _value, place, at in sorted(scored):
        if place not in found and at not in found.values():
            found[place] = at
    return [(ours[place], theirs[at]) for place, at in sorted(found.items())]


def _reading_order(
    before: ScoredEvaluation, after: ScoredEvaluation, crosswalk: Crosswalk
) -> Callable[[Pair], tuple[int, int, int, int]]:
    came_from = {link.after: link.before for link in crosswalk.areas}
    slots = {area.number: slot for slot, area in enumerate(before.areas)}
    first = {s.code: (slots[a.number], i) for a in before.areas for i, s in enumerate(a.subareas)}
    second = {
        s.code: (slots.get(came_from.get(a.number, -1), len(slots)), a.number, i)
        for a in after.areas
        for i, s in enumerate(a.subareas)
    }

    def key(pair: Pair) -> tuple[int, int, int, int]:
        slot, number, place = second[pair.after.code] if pair.after else (0, 0, 0)
        if pair.before is None:
            return slot, len(first), number, place
        return *first[pair.before.code], number, place

    return key


def _single(before: SubAreaScore | None, after: SubAreaScore | None, match: Match) -> Pair:
    group = Group((before,) if before else (), (after,) if after else ())
    return Pair(before, after, match, group)


def _by_code(evaluation: ScoredEvaluation) -> Mapping[str | None, SubAreaScore]:
    return {sub.code: sub for area in evaluation.areas for sub in area.subareas}


def _free(evaluation: ScoredEvaluation, taken: set[str]) -> dict[int, list[SubAreaScore]]:
    return {
        area.number: [sub for sub in area.subareas if sub.code not in taken]
        for area in evaluation.areas
    }


def _check_once(label: str, keys: Sequence[Any]) -> None:
    for key, times in Counter(keys).items():
        if times > 1:
            raise RuleBroken("%(code)s står mer än en gång i %(label)s.", code=key, label=label)
