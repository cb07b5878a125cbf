"""The pages about where points come from, and what became of the older ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from tracker.domain.ancestry import shared_words
from tracker.models import User
from tracker.services.points.ancestry import (
    AncestryCounts,
    Fate,
    Lineage,
    Origin,
    Placed,
    counts_of,
    lineage_of,
)
from tracker.services.points.earlier import Earlier, earlier_of
from tracker.services.points.listing import MOST_ON_ONE_PAGE, PAGE_SIZE, Heading, heading_of

Pieces = tuple[tuple[str, bool], ...]
R = TypeVar("R", "OriginRow", "FateRow")


@dataclass(frozen=True)
class OriginRow:
    """A point beside the one that it comes from (None: from none); `words` and `old_words` are
    their texts in pieces, and whether each stands in both. `nearby` is whether the older one is
    of the area that answers to this one's."""

    point: Placed
    origin: Origin
    words: Pieces
    old: Placed | None
    old_words: Pieces
    earlier: Earlier | None
    nearby: bool


@dataclass(frozen=True)
class OriginGroup:
    """The points of one area (`number` None: of none), and the older points to choose from."""

    number: int | None
    name: str
    rows: tuple[OriginRow, ...]
    choices: tuple[Placed, ...]


@dataclass(frozen=True)
class FateRow:
    """An older point, what became of it, and the points now that repeat it or say it anew."""

    point: Placed
    fate: Fate
    heirs: tuple[tuple[Placed, Origin], ...]
    earlier: Earlier | None


@dataclass(frozen=True)
class FateGroup:
    """The older points of one area."""

    number: int | None
    name: str
    rows: tuple[FateRow, ...]


@dataclass(frozen=True)
class OriginsPage:
    """The points of an evaluation: `total` are to be shown, `size` of them on each page."""

    heading: Heading
    counts: AncestryCounts
    groups: tuple[OriginGroup, ...]
    total: int
    size: int


@dataclass(frozen=True)
class FatesPage:
    """The points of the evaluation before. As OriginsPage."""

    heading: Heading
    counts: AncestryCounts
    groups: tuple[FateGroup, ...]
    total: int
    size: int


def origins_shown(
    evaluation_id: int | None,
    *,
    by: User,
    page: int = 1,
    waiting: bool = False,
    also: Collection[int] = (),
) -> OriginsPage | None:
    """The points of an evaluation (None: our latest) with what they come from, by area; those
    that wait for a person's word only, and the points `also`, where `waiting`. None where there
    is no evaluation of ours yet. Its groups are empty where there is none before.

    Raises:
        NotFound, Forbidden: no such evaluation, or not this person's to see.
    """
    heading = heading_of(evaluation_id, by=by)
    if heading is None:
        return None
    lineage = lineage_of(heading.evaluation_id)
    ids = [
        key
        for key, origin in lineage.origins.items()
        if not (waiting and origin.settled) or key in also
    ]
    size = _size(lineage.new)
    shown = _of_page(ids, page, size)
    olds = [origin.old_id for key in shown if (origin := lineage.origins[key]).old_id]
    earlier = earlier_of(olds)
    rows = [_origin_row(key, lineage, earlier) for key in shown]
    groups = tuple(
        OriginGroup(number, group[0].point.area_name, tuple(group), _choices(number, lineage))
        for number, group in _by_area(rows)
    )
    return OriginsPage(heading, counts_of(lineage), groups, len(ids), size)


def fates_shown(
    evaluation_id: int | None,
    *,
    by: User,
    page: int = 1,
    waiting: bool = False,
    also: Collection[int] = (),
) -> FatesPage | None:
    """What became of the points of the evaluation before. As origins_shown."""
    heading = heading_of(evaluation_id, by=by)
    if heading is None:
        return None
    lineage = lineage_of(heading.evaluation_id)
    ids = [
        key for key, fate in lineage.fates.items() if not (waiting and fate.settled) or key in also
    ]
    size = _size(lineage.fates)
    shown = _of_page(ids, page, size)
    earlier = earlier_of(shown)
    rows = [_fate_row(key, lineage, earlier) for key in shown]
    groups = tuple(
        FateGroup(number, group[0].point.area_name, tuple(group))
        for number, group in _by_area(rows)
    )
    return FatesPage(heading, counts_of(lineage), groups, len(ids), size)


def _size(points: Collection[int]) -> int:
    return PAGE_SIZE if len(points) > MOST_ON_ONE_PAGE else MOST_ON_ONE_PAGE


def _of_page(ids: Sequence[int], page: int, size: int) -> Sequence[int]:
    """A page beyond the last gives the last."""
    last = max(1, -(-len(ids) // size))
    start = (min(max(page, 1), last) - 1) * size
    return ids[start : start + size]


def _by_area(rows: Iterable[R]) -> Iterator[tuple[int | None, list[R]]]:
    for number, group in groupby(rows, key=lambda row: row.point.area):
        yield number, list(group)


def _origin_row(key: int, lineage: Lineage, earlier: dict[int, Earlier]) -> OriginRow:
    point, origin = lineage.new[key], lineage.origins[key]
    old = lineage.old.get(origin.old_id or 0)
    return OriginRow(
        point=point,
        origin=origin,
        words=_pieces(point.text, old.text if old else ""),
        old=old,
        old_words=_pieces(old.text, point.text) if old else (),
        earlier=earlier.get(origin.old_id or 0),
        nearby=old is not None and old in _choices(point.area, lineage),
    )


def _pieces(text: str, other: str) -> Pieces:
    """Nothing is marked where all of it stands in both."""
    if not other or text == other:
        return ((text, False),)
    return tuple(shared_words(text, other))


def _choices(number: int | None, lineage: Lineage) -> tuple[Placed, ...]:
    """The points before of the area that answers to this one; of none, those of none."""
    then = None if number is None else lineage.areas.get(number, 0)
    return tuple(lineage.old[key] for key in lineage.fates if lineage.old[key].area == then)


def _fate_row(key: int, lineage: Lineage, earlier: dict[int, Earlier]) -> FateRow:
    fate = lineage.fates[key]
    heirs = tuple((lineage.new[heir], lineage.origins[heir]) for heir in fate.heirs)
    return FateRow(lineage.old[key], fate, heirs, earlier.get(key))
