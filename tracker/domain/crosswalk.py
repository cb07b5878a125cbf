"""Which area and sub-area of one edition answers to which of another.

The maps are data: `tracker/data/crosswalks/*.json`, one file for each pair of editions, with the
keys `before` and `after` (lists of editions that share the map), `areas` and `subareas` (lists of
`{"before", "after", "match"}`). A file is read in both directions.

An area that is `same` between two editions has kept its name; its points are not compared for
that (`tracker.domain.scores`), since nothing says that what is asked in it is the same.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from tracker.domain.errors import N_, RuleBroken

AREA_NUMBERS = range(1, 9)


class Match(StrEnum):
    """How the two sides of a row belong together. The values are the codes in JSON and tables."""

    SAME = "same"
    REVISED = "revised"
    SPLIT = "split"
    MERGED = "merged"
    NEW = "new"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LABELS[self]

    @property
    def reversed(self) -> Match:
        """The same relation seen from the other evaluation."""
        return _REVERSED.get(self, self)


_LABELS = {
    Match.SAME: N_("Samma"),
    Match.REVISED: N_("Reviderat"),
    Match.SPLIT: N_("Delat"),
    Match.MERGED: N_("Sammanslaget"),
    Match.NEW: N_("Nytt"),
    Match.DROPPED: N_("Utgått"),
}
_REVERSED = {
    Match.SPLIT: Match.MERGED,
    Match.MERGED: Match.SPLIT,
    Match.NEW: Match.DROPPED,
    Match.DROPPED: Match.NEW,
}
_SIDES_LACKING = {Match.NEW: (True, False), Match.DROPPED: (False, True)}


@dataclass(frozen=True)
class AreaLink:
    """Area `before` of the earlier edition became area `after`; `match` is same or revised."""

    before: int
    after: int
    match: Match

    def reversed(self) -> AreaLink:
        """The link seen from the later edition."""
        return AreaLink(self.after, self.before, self.match.reversed)


@dataclass(frozen=True)
class SubAreaLink:
    """What people say of one pair of sub-areas; it goes before any comparison of names.

    A split is several links with one `before_code`, a merger several with one `after_code`.
    `before_code` None says that the other is new, `after_code` None that it was dropped.
    """

    before_code: str | None
    after_code: str | None
    match: Match

    def reversed(self) -> SubAreaLink:
        """The link seen from the later edition."""
        return SubAreaLink(self.after_code, self.before_code, self.match.reversed)


@dataclass(frozen=True)
class Crosswalk:
    """The way from one edition to another: every area at most once, sub-areas where corrected.

    Raises RuleBroken where the links contradict each other: an area linked twice, a link whose
    match does not fit its sides, a sub-area linked twice that is neither split nor merged.
    """

    before_edition: str
    after_edition: str
    areas: tuple[AreaLink, ...]
    subareas: tuple[SubAreaLink, ...] = ()

    def __post_init__(self) -> None:
        _check_areas(self.areas)
        for link in self.subareas:
            _check_sides(link)
        _check_repeated(self.subareas)

    def reversed(self) -> Crosswalk:
        """The way back."""
        return Crosswalk(
            self.after_edition,
            self.before_edition,
            tuple(link.reversed() for link in self.areas),
            tuple(link.reversed() for link in self.subareas),
        )

    def group(self, link: SubAreaLink) -> tuple[frozenset[str], frozenset[str]]:
        """All codes (before, after) that hang together with a two-sided `link`."""
        befores, afters = {link.before_code}, {link.after_code}
        two_sided = [one for one in self.subareas if one.before_code and one.after_code]
        while True:
            hits = [x for x in two_sided if x.before_code in befores or x.after_code in afters]
            grown = {x.before_code for x in hits}, {x.after_code for x in hits}
            if grown == (befores, afters):
                return (
                    frozenset(code for code in befores if code),
                    frozenset(code for code in afters if code),
                )
            befores, afters = grown


def crosswalk_between(before_edition: str, after_edition: str) -> Crosswalk:
    """The crosswalk between two editions, in either direction.

    One edition with itself gives every area as `same`. Raises RuleBroken where no file knows the
    pair.
    """
    if before_edition == after_edition:
        areas = tuple(AreaLink(number, number, Match.SAME) for number in AREA_NUMBERS)
        return Crosswalk(before_edition, after_edition, areas)
    for file in _files():
        if before_edition in file["before"] and after_edition in file["after"]:
            return _from_file(file, before_edition, after_edition)
        if before_edition in file["after"] and after_edition in file["before"]:
            return _from_file(file, after_edition, before_edition).reversed()
    raise RuleBroken(
        "%(before)s och %(after)s kan inte jämföras: "
        "det saknas uppgift om hur deras områden motsvarar varandra.",
        before=before_edition,
        after=after_edition,
    )


@cache
def _files() -> tuple[dict[str, Any], ...]:
    folder = resources.files("tracker").joinpath("data", "crosswalks")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".json")), key=lambda f: f.name)
    return tuple(json.loads(file.read_text(encoding="utf-8")) for file in found)


def _from_file(file: dict[str, Any], before_edition: str, after_edition: str) -> Crosswalk:
    return Crosswalk(
        before_edition,
        after_edition,
        tuple(AreaLink(x["before"], x["after"], Match(x["match"])) for x in file["areas"]),
        tuple(SubAreaLink(x["before"], x["after"], Match(x["match"])) for x in file["subareas"]),
    )


def _check_areas(links: tuple[AreaLink, ...]) -> None:
    for link in links:
        if link.match not in (Match.SAME, Match.REVISED):
            raise RuleBroken(
                "Område %(number)s kan bara vara lika eller reviderat.", number=link.before
            )
    for numbers in ([link.before for link in links], [link.after for link in links]):
        for number, times in Counter(numbers).items():
            if times > 1:
                raise RuleBroken("Område %(number)s står på mer än en rad.", number=number)


def _check_sides(link: SubAreaLink) -> None:
    """A link's match says which sides it has, and the other way round."""
    lacking = (link.before_code is None, link.after_code is None)
    if lacking != _SIDES_LACKING.get(link.match, (False, False)):
        raise RuleBroken(
            "Raden %(before)s → %(after)s går inte ihop: ett nytt delområde har bara en kod efter, "
            "ett utgånget bara en kod före och alla andra har båda.",
            before=link.before_code or "–",
            after=link.after_code or "–",
        )


def _check_repeated(links: tuple[SubAreaLink, ...]) -> None:
    """A code stands in several links only where they all say split or merged."""
    befores = Counter(link.before_code for link in links if link.before_code)
    afters = Counter(link.after_code for link in links if link.after_code)
    pairs = Counter((link.before_code, link.after_code) for link in links)
    for link in links:
        repeated = befores[link.before_code or ""] > 1 or afters[link.after_code or ""] > 1
        allowed = link.match in (Match.SPLIT, Match.MERGED)
        if (repeated and not allowed) or pairs[link.before_code, link.after_code] > 1:
            raise RuleBroken(
                "Delområde %(code)s står på mer än en rad utan att vara delat eller sammanslaget.",
                code=link.before_code or link.after_code,
            )
