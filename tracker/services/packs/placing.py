"""Where in a pack each point and each action belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from tracker.domain.pairing import AreaScore
from tracker.domain.verdicts import PointPlace, Standing
from tracker.services.packs.facts import Elsewhere, Hidden, PackAction, PackArea, PackPoint, Part


@dataclass(frozen=True)
class PlacedPoint:
    """A point, with its area's number and the codes of the sub-areas that it belongs under."""

    shown: PackPoint
    area: int | None
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Actions:
    """Those within the reader's scope, and of the others only what may be counted."""

    seen: Mapping[int, PackAction]
    hidden: Mapping[int, Hidden]

    def elsewhere(self, ids: Iterable[int]) -> Elsewhere:
        """How many of these the reader may not see."""
        standing = [one.in_place for one in self.hidden_of(ids)]
        return Elsewhere(sum(standing), len(standing) - sum(standing))

    def hidden_of(self, ids: Iterable[int]) -> list[Hidden]:
        """Those of these that the reader may not see."""
        return [self.hidden[key] for key in set(ids) if key in self.hidden]


@dataclass(frozen=True)
class Work:
    """The actions of the time since the evaluation.

    `direct` is which actions answer each of its points themselves; `months` is when the points of
    other evaluations that `standings` name were given.
    """

    standings: tuple[Standing, ...]
    direct: Mapping[int, Collection[int]]
    months: Mapping[int, date]

    @cached_property
    def ids(self) -> frozenset[int]:
        """All of them."""
        return frozenset(one.id for one in self.standings)

    @cached_property
    def of_other_rounds(self) -> int:
        """How many are in place and answer none of the evaluation's points themselves."""
        own = {action_id for ids in self.direct.values() for action_id in ids}
        return sum(one.in_place and one.id not in own for one in self.standings)

    @cached_property
    def by_point(self) -> dict[int, list[Standing]]:
        """The evaluation's point → the actions behind it."""
        found: dict[int, list[Standing]] = defaultdict(list)
        for one in self.standings:
            for number in one.points:
                found[number].append(one)
        return found

    @cached_property
    def by_code(self) -> dict[str, list[Standing]]:
        """Sub-area → the actions that answer another evaluation's point about it."""
        found: dict[str, list[Standing]] = defaultdict(list)
        for one in self.standings:
            for code in {code for place in one.elsewhere for code in place.codes}:
                found[code].append(one)
        return found

    def loose(self, codes: Collection[str]) -> Iterator[tuple[PointPlace, Standing]]:
        """The other evaluations' points that lie in none of the sub-areas, with their actions."""
        for one in self.standings:
            for place in one.elsewhere:
                if not set(place.codes) & set(codes):
                    yield place, one

    def rounds(
        self, one: Standing, points: Iterable[int], near: Collection[int]
    ) -> tuple[date, ...]:
        """The months of the points that bring an action here; none where it answers one of the
        `points` itself. `near` are the other evaluations' points that lie here."""
        if any(one.id in self.direct.get(number, ()) for number in points):
            return ()
        here = [place.id for place in one.elsewhere if place.id in near]
        ids = here or [place.id for place in one.elsewhere]
        return tuple(sorted({self.months[key] for key in ids if key in self.months}))


def areas_of(
    scored: Sequence[AreaScore], points: Sequence[PlacedPoint], actions: Actions, work: Work
) -> tuple[PackArea, ...]:
    """The areas with their parts, and last what concerns the whole municipality."""
    counted = [
        replace(one, shown=replace(one.shown, actions=len(work.by_point.get(one.shown.id, ()))))
        for one in points
    ]
    codes = {sub.code for area in scored for sub in area.subareas}
    numbers = {area.number for area in scored}
    loose = [one for one in counted if codes.isdisjoint(one.codes)]
    strays: dict[int | None, list[tuple[PointPlace, Standing]]] = defaultdict(list)
    for place, standing in work.loose(codes):
        strays[place.area if place.area in numbers else None].append((place, standing))
    make = _Parts(actions, work)
    found = []
    for area in scored:
        # A point may speak of a sub-area of another area than its own.
        parts = [
            make.part(
                Part(sub.code, sub.name, sub.score, sub.max),
                [one for one in counted if sub.code in one.codes],
                [
                    (place, standing)
                    for standing in work.by_code.get(sub.code, ())
                    for place in standing.elsewhere
                    if sub.code in place.codes
                ],
            )
            for sub in area.subareas
        ]
        own = [one for one in loose if one.area == area.number]
        parts += make.loose_part(own, strays[area.number])
        found.append(PackArea(area.number, area.name, area.score, area.max, tuple(parts)))
    general = [one for one in loose if one.area not in numbers]
    if parts := make.loose_part(general, strays[None]):
        found.append(PackArea(None, "", None, None, tuple(parts)))
    return tuple(found)


@dataclass(frozen=True)
class _Parts:
    actions: Actions
    work: Work

    def part(
        self, empty: Part, own: Sequence[PlacedPoint], others: Sequence[tuple[PointPlace, Standing]]
    ) -> Part:
        """The part with its own points, and the actions behind them and behind `others`."""
        points = [one.shown.id for one in own]
        near = {place.id for place, _standing in others}
        behind = [one for number in points for one in self.work.by_point.get(number, ())]
        behind += [standing for _place, standing in others]
        rounds = {one.id: self.work.rounds(one, points, near) for one in behind}
        return replace(
            empty,
            points=tuple(one.shown for one in own),
            actions=tuple(
                replace(self.actions.seen[key], rounds=months) if months else self.actions.seen[key]
                for key, months in sorted(rounds.items())
                if key in self.actions.seen
            ),
            elsewhere=self.actions.elsewhere(rounds),
        )

    def loose_part(
        self, own: Sequence[PlacedPoint], others: Sequence[tuple[PointPlace, Standing]]
    ) -> list[Part]:
        """What names no sub-area: one part, or none where there is nothing."""
        return [self.part(Part("", "", None, None), own, others)] if own or others else []
