"""How sub-areas belong together over several evaluations: one step after another made one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from tracker.domain.crosswalk import Match, SubAreaLink

_SEVERAL = frozenset({Match.SPLIT, Match.MERGED})
_Ways = dict[tuple[str, str], set[Match]]


def composed(steps: Iterable[Iterable[SubAreaLink]]) -> tuple[SubAreaLink, ...]:
    """The links from the first evaluation to the last, given those of each step on the way.

    Each step names every sub-area of both its evaluations. Raises TypeError where there is none.
    """
    return reduce(compose, (tuple(step) for step in steps))


def compose(first: Iterable[SubAreaLink], second: Iterable[SubAreaLink]) -> tuple[SubAreaLink, ...]:
    """The links of two steps as one.

    What is the same in both is the same; one that leads to several is split, several that lead to
    one are merged, and any other pair is revised. What ends on the way was dropped, and what
    begins on the way is new.
    """
    ours, theirs = tuple(first), tuple(second)
    ways = _ways(ours, theirs)
    befores = dict.fromkeys(link.before_code for link in ours if link.before_code)
    afters = dict.fromkeys(link.after_code for link in theirs if link.after_code)
    links: list[SubAreaLink] = []
    for code in befores:
        onward = {to: matches for (one, to), matches in ways.items() if one == code}
        links += _onward(code, onward, ways)
    reached = {to for _one, to in ways}
    links += [SubAreaLink(None, code, Match.NEW) for code in afters if code not in reached]
    return tuple(links)


def beside(told: Iterable[SubAreaLink], others: Iterable[SubAreaLink]) -> tuple[SubAreaLink, ...]:
    """The links of `others` that speak of nothing that `told` speaks of, whole rows only."""
    said = tuple(told)
    befores = {link.before_code for link in said if link.before_code}
    afters = {link.after_code for link in said if link.after_code}
    known = tuple(others)
    lost = {link.before_code for link in known if link.after_code in afters} - {None}
    return tuple(
        link
        for link in known
        if link.before_code not in befores | lost and link.after_code not in afters
    )


def _ways(ours: tuple[SubAreaLink, ...], theirs: tuple[SubAreaLink, ...]) -> _Ways:
    """Which earlier code leads to which later one, and what the links on the way say."""
    onward: dict[str, list[SubAreaLink]] = {}
    for link in theirs:
        if link.before_code and link.after_code:
            onward.setdefault(link.before_code, []).append(link)
    ways: _Ways = {}
    for link in ours:
        if link.before_code is None or link.after_code is None:
            continue
        for step in onward.get(link.after_code, ()):
            key = link.before_code, step.after_code or ""
            ways.setdefault(key, set()).update({link.match, step.match})
    return ways


def _onward(code: str, onward: Mapping[str, set[Match]], ways: _Ways) -> list[SubAreaLink]:
    """The links of one earlier sub-area: all of one kind, as a row has only one."""
    if not onward:
        return [SubAreaLink(code, None, Match.DROPPED)]
    said = set[Match]().union(*onward.values())
    shared = any(one != code for one, to in ways if to in onward)
    match = Match.REVISED
    if len(onward) > 1 or shared:
        kinds = said & _SEVERAL
        if len(kinds) == 1:
            (match,) = kinds
        else:
            match = Match.SPLIT if len(onward) > 1 else Match.MERGED
    elif said == {Match.SAME}:
        match = Match.SAME
    return [SubAreaLink(code, to, match) for to in onward]
