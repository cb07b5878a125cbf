"""Why two sub-areas are proposed as a pair, and where one may have been split or merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from tracker.domain.crosswalk import Crosswalk, Match
from tracker.domain.errors import N_
from tracker.domain.pairing import (
    NEARLY,
    Pair,
    SameName,
    ScoredEvaluation,
    SubAreaScore,
    spelled_alike,
)
from tracker.domain.text import likeness, words

SHORTEST = 5  # letters of a word that says something
STEM = 6  # letters that two forms of one word share: styrning, styrningen
SAY_NOTHING = frozenset({"inom", "mellan", "samt", "genom", "under", "kommun", "kommunen"})


class Sign(StrEnum):
    """What two sub-areas were paired by."""

    CODE_AND_NAME = "code_and_name"
    NAME = "name"
    ALIAS = "alias"
    SPELLING = "spelling"
    CODE = "code"
    BETWEEN = "between"
    NOTHING = "nothing"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LABELS[self]


_LABELS = {
    Sign.CODE_AND_NAME: N_("samma kod och namn"),
    Sign.NAME: N_("samma namn, annan kod"),
    Sign.ALIAS: N_("namnet är ett annat ord för samma delområde"),
    Sign.SPELLING: N_("nästan samma namn"),
    Sign.CODE: N_("samma kod, annat namn"),
    Sign.BETWEEN: N_("så är det rättat i utvärderingarna däremellan"),
    Sign.NOTHING: N_("inget i samma område har samma namn"),
}


@dataclass(frozen=True)
class Hint:
    """One sub-area that may have become several (`match` split), or several that may have become
    one (merged). `adds_up`: the parts' max sum to that of the whole."""

    match: Match
    whole: SubAreaScore
    parts: tuple[SubAreaScore, ...]
    adds_up: bool

    @property
    def key(self) -> str:
        """What tells it from others between the same two evaluations."""
        return "|".join([self.match.value, self.whole.code, *(part.code for part in self.parts)])


def sign_of(pair: Pair, same_name: SameName) -> Sign:
    """What a pair that the rules have found is paired by."""
    one, other = pair.before, pair.after
    if one is None or other is None:
        return Sign.NOTHING
    if spelled_alike(one.name, other.name):
        return Sign.CODE_AND_NAME if one.code == other.code else Sign.NAME
    if same_name(one.name, other.name):
        return Sign.ALIAS
    return Sign.SPELLING if likeness(one.name, other.name) >= NEARLY else Sign.CODE


def hints(
    before: ScoredEvaluation,
    after: ScoredEvaluation,
    crosswalk: Crosswalk,
    pairs: Iterable[Pair],
    same_name: SameName,
) -> tuple[Hint, ...]:
    """Where a sub-area may have been split in two, or two have been merged.

    Never with a part that has found something else of its own name in `pairs`. The names must
    speak of the same: the words of the whole stand divided over the parts (none of which has its
    whole name), or each part has a word of the whole and their max add up.
    """
    known = [pair for pair in pairs if sign_of(pair, same_name) is not Sign.CODE]
    ours = {area.number: area.subareas for area in before.areas}
    theirs = {area.number: area.subareas for area in after.areas}
    onward = {(p.before.code, p.after.code) for p in known if p.before and p.after}
    back = {(after_code, before_code) for before_code, after_code in onward}
    found: list[Hint] = []
    for link in crosswalk.areas:
        old, new = ours.get(link.before, ()), theirs.get(link.after, ())
        found += _divided(Match.SPLIT, old, new, onward)
        found += _divided(Match.MERGED, new, old, back)
    return tuple(found)


def _divided(
    match: Match,
    wholes: Sequence[SubAreaScore],
    parts: Sequence[SubAreaScore],
    paired: set[tuple[str, str]],
) -> Iterator[Hint]:
    """`paired` holds (code of a whole, code of a part)."""
    taken = {part for _whole, part in paired}
    for whole in wholes:
        own = {part for code, part in paired if code == whole.code}
        free = [part for part in parts if part.code in own or part.code not in taken]
        for two in combinations(free, 2):
            if not own <= {part.code for part in two}:
                continue
            adds_up = _adds_up(whole, two)
            if _speaks_of(whole, two, adds_up):
                yield Hint(match, whole, two, adds_up)


def _adds_up(whole: SubAreaScore, parts: Sequence[SubAreaScore]) -> bool:
    most = [part.max for part in parts if part.max]
    return len(most) == len(parts) and whole.max is not None and sum(most) == whole.max


def _speaks_of(whole: SubAreaScore, parts: Sequence[SubAreaScore], adds_up: bool) -> bool:
    wanted = _stems(whole.name)
    shared = [wanted & _stems(part.name) for part in parts]
    if not all(shared):
        return False
    if adds_up:
        return True
    kept_whole = any(spelled_alike(whole.name, part.name) for part in parts)
    return not kept_whole and set.union(*shared) == wanted and shared[0] != shared[1]


def _stems(name: str) -> set[str]:
    telling = (word for word in words(name) if len(word) >= SHORTEST and word not in SAY_NOTHING)
    return {word[:STEM] for word in telling}
