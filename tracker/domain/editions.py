"""The editions of Kommunkompassen: areas and default sub-areas, read from tracker/data/editions.

A report may spell a name in its own way, or use the name of an older edition; the aliases in
the data files and a tolerant comparison recognise it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from tracker.domain.errors import RuleBroken
from tracker.domain.text import Names

KEYS = ("kommunkompassen-2010", "kommunkompassen-2016", "kommunkompassen-2020")


@dataclass(frozen=True, slots=True)
class SubAreaDef:
    """A default sub-area: `code` like "1.2", `max` in points, `aliases` other reports use."""

    code: str
    name: str
    max: int
    aliases: tuple[str, ...] = ()


def subarea_names(subareas: Iterable[SubAreaDef]) -> Names[SubAreaDef]:
    """The sub-areas by their names and aliases."""
    return Names((sub, (sub.name, *sub.aliases)) for sub in subareas)


@dataclass(frozen=True, slots=True)
class AreaDef:
    """A main area of 100 points, with the sub-areas that its evaluations usually have."""

    number: int
    name: str
    aliases: tuple[str, ...]
    subareas: tuple[SubAreaDef, ...]
    _names: Names[AreaDef] = field(init=False, repr=False, compare=False)
    _parts: Names[SubAreaDef] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", Names([(self, (self.name, *self.aliases))]))
        object.__setattr__(self, "_parts", subarea_names(self.subareas))

    def is_named(self, text: str) -> bool:
        """Whether `text` spells the area's name or an alias of it."""
        return self._names.match(text) is not None

    def match_subarea(self, text: str) -> SubAreaDef | None:
        """The sub-area whose name, or alias, `text` spells; None where no name is near enough."""
        return self._parts.match(text)


@dataclass(frozen=True, slots=True)
class Edition:
    """One revision of the instrument; `year` is the year of the revision."""

    key: str
    name: str
    year: int
    areas: tuple[AreaDef, ...]
    _own: Names[AreaDef] = field(init=False, repr=False, compare=False)
    _names: Names[AreaDef] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = Names((area, (area.name,)) for area in self.areas)
        object.__setattr__(self, "_own", own)
        names = Names((area, (area.name, *area.aliases)) for area in self.areas)
        object.__setattr__(self, "_names", names)

    def match_area(self, text: str, *, aliases: bool = True) -> AreaDef | None:
        """The area whose name, or alias, `text` spells; None where no name is near enough."""
        return (self._names if aliases else self._own).match(text)

    def opens_area(self, text: str) -> bool:
        """Whether the first word of `text` is one that an area's name begins with."""
        return self._names.opens(text)

    def area(self, number: int) -> AreaDef | None:
        """The area with that number, or None where the edition has none."""
        return next((area for area in self.areas if area.number == number), None)


@cache
def editions() -> tuple[Edition, ...]:
    """Every edition, oldest first."""
    return tuple(_load(key) for key in KEYS)


def edition(key: str) -> Edition:
    """The edition with that key. Raises RuleBroken where there is none."""
    for known in editions():
        if known.key == key:
            return known
    raise RuleBroken("Versionen %(key)s av Kommunkompassen är okänd.", key=key)


def _load(key: str) -> Edition:
    source = files("tracker") / "data" / "editions" / f"{key}.json"
    raw = json.loads(source.read_text(encoding="utf-8"))
    return Edition(raw["key"], raw["name"], raw["year"], tuple(_area(a) for a in raw["areas"]))


def _area(raw: dict[str, Any]) -> AreaDef:
    subareas = tuple(
        SubAreaDef(s["code"], s["name"], s["max"], tuple(s["aliases"])) for s in raw["subareas"]
    )
    return AreaDef(raw["number"], raw["name"], tuple(raw["aliases"]), subareas)
