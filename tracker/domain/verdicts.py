"""What a comparison says of each point and each action, and which movements the effect rests on.

Two facts are put side by side, never one behind the other: was the action in place on the later
evaluation's date, and did the sub-areas that its points speak of rise?
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from tracker.domain.effect import Movement
from tracker.domain.scores import (
    ActionCount,
    AreaRow,
    Comparison,
    CountActions,
    SubAreaRow,
    Verdict,
    judge,
)


@dataclass(frozen=True)
class PointPlace:
    """Where a point of the earlier evaluation belongs: its area's number (None: a general one)
    and the codes of the sub-areas that it speaks of, best first."""

    id: int
    area: int | None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How an action stood on the later evaluation's date.

    `points` are those of the earlier evaluation that it answers, itself or by answering a point
    that one of them repeats; `elsewhere` is where the points of other evaluations that it answers
    lie in the earlier one. `unverified` is only ever set of what is in place: the owner had said
    so and nobody else had seen it yet.
    """

    id: int
    points: tuple[int, ...]
    in_place: bool
    unverified: bool = False
    elsewhere: tuple[PointPlace, ...] = ()

    @property
    def inherited(self) -> bool:
        """Whether it answers no point of the earlier evaluation."""
        return not self.points


class Level(StrEnum):
    """What a verdict rests on: the sub-areas named, the whole area where none is, or nothing."""

    SUBAREAS = "subareas"
    AREA = "area"
    NONE = "none"


@dataclass(frozen=True)
class Outcome:
    """The verdict on one point or action.

    `change` is the mean change, in percentage points of max and at one decimal, of the `groups`
    (or `areas`) that could be compared, each counted once; `actions` are the ids behind it.
    """

    verdict: Verdict
    change: float | None
    level: Level
    groups: tuple[int, ...]
    areas: tuple[int, ...]
    actions: tuple[int, ...]
    in_place: tuple[int, ...]


@dataclass(frozen=True)
class Verdicts:
    """The verdicts of one comparison. Points and standings are those of the earlier evaluation."""

    comparison: Comparison
    points: tuple[PointPlace, ...]
    standings: tuple[Standing, ...]

    def of_point(self, point: PointPlace) -> Outcome:
        """The verdict on a point: was any action that answers it in place?"""
        return self._outcome([point], self._answering.get(point.id, []))

    def of_action(self, standing: Standing) -> Outcome:
        """The verdict on an action, over all points that it answers."""
        return self._outcome(self._places(standing), [standing])

    @cached_property
    def by_group(self) -> dict[int, tuple[Standing, ...]]:
        """The actions behind each group of sub-area rows, each once, in the order given."""
        found: dict[int, dict[int, Standing]] = {}
        for standing in self.standings:
            for group in self._groups(standing):
                found.setdefault(group, {})[standing.id] = standing
        return {group: tuple(standings.values()) for group, standings in found.items()}

    @cached_property
    def unplaced(self) -> tuple[Standing, ...]:
        """The actions that no sub-area row counts."""
        return tuple(one for one in self.standings if not self._groups(one))

    def _places(self, standing: Standing) -> list[PointPlace]:
        known = self._by_id
        answered = [known[number] for number in standing.points if number in known]
        return [*answered, *standing.elsewhere]

    def _groups(self, standing: Standing) -> tuple[int, ...]:
        codes = [code for place in self._places(standing) for code in place.codes]
        rows = self._rows_by_code
        return tuple(dict.fromkeys(rows[code].group for code in codes if code in rows))

    def _outcome(self, places: Iterable[PointPlace], standings: Iterable[Standing]) -> Outcome:
        places, standings = list(places), list(standings)
        codes = [code for place in places for code in place.codes]
        rows = {row.group: row for code in codes if (row := self._rows_by_code.get(code))}
        areas = {place.area: area for place in places if (area := self._areas.get(place.area))}
        level, changes = _what_it_rests_on(rows, areas)
        standing = tuple(one.id for one in standings if one.in_place)
        change = _mean(changes)
        return Outcome(
            verdict=judge(bool(standing), change, self.comparison.threshold),
            change=change,
            level=level,
            groups=tuple(rows),
            areas=tuple(number for number in areas if number is not None),
            actions=tuple(one.id for one in standings),
            in_place=standing,
        )

    @cached_property
    def _by_id(self) -> dict[int, PointPlace]:
        return {point.id: point for point in self.points}

    @cached_property
    def _answering(self) -> dict[int, list[Standing]]:
        found: dict[int, list[Standing]] = {}
        for standing in self.standings:
            for point_id in standing.points:
                found.setdefault(point_id, []).append(standing)
        return found

    @cached_property
    def _rows_by_code(self) -> dict[str, SubAreaRow]:
        return {row.before.code: row for row in self.comparison.subareas if row.before}

    @cached_property
    def _areas(self) -> dict[int | None, AreaRow]:
        return {row.before.number: row for row in self.comparison.areas if row.before}


def counting(points: Iterable[PointPlace], standings: Iterable[Standing]) -> CountActions:
    """The function that counts the actions behind some sub-areas of the earlier evaluation, each
    action once however many of their points it answers."""
    codes = {point.id: point.codes for point in points}
    behind: dict[str, set[Standing]] = {}
    for standing in standings:
        reached = {code for number in standing.points for code in codes.get(number, ())}
        for code in reached.union(*(place.codes for place in standing.elsewhere)):
            behind.setdefault(code, set()).add(standing)

    def count(asked: Sequence[str]) -> ActionCount:
        found = {one for code in asked for one in behind.get(code, ())}
        standing = sum(one.in_place for one in found)
        return ActionCount(standing, len(found) - standing)

    return count


def movements(comparison: Comparison) -> tuple[Movement, ...]:
    """The compared sub-areas, a split or merger once, numbered by the later evaluation's areas."""
    numbers = {
        sub.code: area.after.number
        for area in comparison.areas
        if area.after
        for sub in area.after.subareas
    }
    found: dict[int, Movement] = {}
    for row in comparison.subareas:
        if row.start is None or row.end is None or row.before is None or row.after is None:
            continue
        if row.group not in found:
            found[row.group] = Movement(
                area=numbers[row.after.code],
                code=row.before.code,
                start=row.start,
                end=row.end,
                in_place=row.actions.in_place > 0,
                max=row.before.max or 0,
            )
    return tuple(found.values())


def _what_it_rests_on(
    rows: Mapping[int, SubAreaRow], areas: Mapping[int | None, AreaRow]
) -> tuple[Level, list[float]]:
    """Sub-areas where any can be compared, else whole areas where no sub-area was named."""
    changes = [row.change_percent_of_max for row in rows.values()]
    if known := [change for change in changes if change is not None]:
        return Level.SUBAREAS, known
    if not rows:
        changes = [row.change_percent_of_max for row in areas.values()]
        if known := [change for change in changes if change is not None]:
            return Level.AREA, known
    return Level.NONE, []


def _mean(changes: list[float]) -> float | None:
    """The mean at one decimal, rounded once; the changes are exact at one decimal."""
    if not changes:
        return None
    tenths = Fraction(sum(round(change * 10) for change in changes))
    return float(round(tenths / len(changes) / 10, 1))
