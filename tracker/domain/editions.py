"""The editions of Kommunkompassen: areas and default sub-areas, read from tracker/data/editions.

A report may spell a name in its own way, or use the name of an older edition; the aliases in
the data files and a tolerant comparison recognise it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tracker.domain.errors import RuleBroken
from tracker.domain.text import likeness

KEYS = ("kommunkompassen-2010", "kommunkompassen-2020")
_ALIKE = 0.84


@dataclass(frozen=True, slots=True)
class SubAreaDef:
    """A default sub-area: `code` like "1.2", `max` in points, `aliases` other reports use."""

    code: str
    name: str
    max: int
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AreaDef:
    """A main area of 100 points, with the sub-areas that its evaluations usually have."""

    number: int
    name: str
    aliases: tuple[str, ...]
    subareas: tuple[SubAreaDef, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One revision of the instrument; `year` is the year of the revision."""

    key: str
    name: str
    year: int
    areas: tuple[AreaDef, ...]

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


def match_area(text: str, areas: Iterable[AreaDef], *, aliases: bool = True) -> AreaDef | None:
    """The area whose name, or alias, `text` spells; None where no name is near enough."""
    best, found = _ALIKE, None
    for area in areas:
        names = (area.name, *area.aliases) if aliases else (area.name,)
        score = max(likeness(text, name) for name in names)
        if score >= best and (found is None or score > best):
            best, found = score, area
    return found


def match_subarea(text: str, subareas: Iterable[SubAreaDef]) -> SubAreaDef | None:
    """The sub-area whose name, or alias, `text` spells; None where no name is near enough."""
    best, found = _ALIKE, None
    for subarea in subareas:
        score = max(likeness(text, name) for name in (subarea.name, *subarea.aliases))
        if score >= best and (found is None or score > best):
            best, found = score, subarea
    return found


def _load(key: str) -> Edition:
    source = files("tracker") / "data" / "editions" / f"{key}.json"
    raw = json.loads(source.read_text(encoding="utf-8"))
    return Edition(raw["key"], raw["name"], raw["year"], tuple(_area(a) for a in raw["areas"]))


def _area(raw: dict[str, Any]) -> AreaDef:
    subareas = tuple(
        SubAreaDef(s["code"], s["name"], s["max"], tuple(s["aliases"])) for s in raw["subareas"]
    )
    return AreaDef(raw["number"], raw["name"], tuple(raw["aliases"]), subareas)
