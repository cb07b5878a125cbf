"""Sections to strengths and improvement points, area by area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tracker.importers import leftovers
from tracker.importers.columns import split_at
from tracker.importers.draft import PointDraft, Problem, StrengthDraft
from tracker.importers.lines import Line
from tracker.importers.outline import RawSection
from tracker.importers.points import DONE, Item, Joiner, read_items, whole_text
from tracker.importers.wording import Kind

_BOTH = frozenset({Kind.BOTH, Kind.SWAPPED})


@dataclass
class Pile:
    """Strengths and points of one area (or of none) as they are gathered."""

    strengths: list[StrengthDraft] = field(default_factory=list)
    improvements: list[PointDraft] = field(default_factory=list)


def gather(
    sections: Sequence[RawSection], joiner: Joiner
) -> tuple[dict[int | None, Pile], list[Problem]]:
    """Area (None: the municipality as a whole) → its items, and what became none of them."""
    piles: dict[int | None, Pile] = {}
    problems: list[Problem] = []
    for section in _whole(sections):
        made = read_items(section.lines, joiner)
        problems += leftovers.left_over(made.left_over, section.heading)
        pile = piles.setdefault(section.area, Pile())
        if section.kind in _BOTH and made.items:
            problems.append(leftovers.judged_columns(section.area, section.heading))
        strengths, points = _share_out(section, made.items, joiner)
        if section.area is None:
            told = [line for item in strengths for line in item.lines]
            problems += leftovers.left_over(told, section.heading)
            strengths = []
        sure = section.kind not in _BOTH
        pile.strengths += [_strength(item, joiner, sure) for item in strengths]
        pile.improvements += [_point(item, joiner, sure) for item in points]
    return piles, problems


def _whole(sections: Sequence[RawSection]) -> list[RawSection]:
    """The sections, one that goes on under a repeated heading in the middle of an item put
    together with the one before it of its kind."""
    made: list[RawSection] = []
    for section in sections:
        first = section.lines[0] if section.lines else None
        before = next(
            (s for s in reversed(made) if (s.area, s.kind) == (section.area, section.kind)), None
        )
        if before and first and before.lines and _goes_on(before.lines[-1], first):
            rest = [replace(first, blank_before=True), *section.lines[1:]]
            made[made.index(before)] = replace(before, lines=[*before.lines, *rest])
        else:
            made.append(section)
    return made


def _goes_on(last: Line, first: Line) -> bool:
    return not first.bullet and first.text[:1].islower() and not last.text.endswith(DONE)


def _share_out(
    section: RawSection, items: Sequence[Item], joiner: Joiner
) -> tuple[list[Item], list[Item]]:
    """(strengths, improvement points); told apart by their words where one heading holds both."""
    if section.kind is Kind.STRENGTHS:
        return list(items), []
    if section.kind is Kind.IMPROVEMENTS:
        return [], list(items)
    swapped = section.kind is Kind.SWAPPED
    texts = [whole_text(item, joiner) for item in items]
    left = split_at(texts, continued=section.continued, swapped=swapped)
    first, second = list(items[:left]), list(items[left:])
    return (second, first) if swapped else (first, second)


def _strength(item: Item, joiner: Joiner, sure: bool) -> StrengthDraft:
    at, text = item.lines[0], whole_text(item, joiner)
    return StrengthDraft(text, at.page, at.number, item.certain and sure, _numbers(item))


def _point(item: Item, joiner: Joiner, sure: bool) -> PointDraft:
    at, text = item.lines[0], whole_text(item, joiner)
    return PointDraft(text, at.page, at.number, item.certain and sure, lines=_numbers(item))


def _numbers(item: Item) -> tuple[int, ...]:
    return tuple(dict.fromkeys(line.number for line in item.lines))
