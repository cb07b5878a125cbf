"""The working copy of a draft: the same facts, in a shape that a person can change.

It begins as what was read. Every item that was read keeps its number for good, so that the
working copy can always be laid beside the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.errors import NotFound
from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    ReportDraft,
    StrengthDraft,
    SubAreaDraft,
)
from tracker.services.acceptance import DraftHead


class ItemKind(StrEnum):
    """Which column of the report an item belongs to."""

    STRENGTH = "strength"
    POINT = "point"


@dataclass(frozen=True, slots=True)
class Item:
    """A strength or an improvement point in the making.

    `origin` holds the numbers of the items it was read as: one for most, several where items
    were merged, none where a person added it. `area` None means that it belongs to no area.
    `subareas` are codes, best first; suggestions until `settled`, when a person has said yes.
    `dropped` is the reason why it is left out ("" while it is in).
    """

    id: int
    kind: ItemKind
    area: int | None
    text: str
    page: int | None = None
    line: int | None = None
    lines: tuple[int, ...] = ()
    certain: bool = True
    settled: bool = False
    subareas: tuple[str, ...] = ()
    origin: tuple[int, ...] = ()
    dropped: str = ""

    @property
    def in_doubt(self) -> bool:
        """Whether the reader had to judge and nobody has answered yet."""
        return not (self.certain or self.settled or self.dropped)


@dataclass(frozen=True, slots=True)
class Work:
    """A whole working copy; `areas` hold scores and sub-areas only, the items stand in `items`
    in the report's order."""

    head: DraftHead
    total_stated: int | None
    areas: tuple[AreaDraft, ...]
    items: tuple[Item, ...]

    def item(self, item_id: int) -> Item:
        """The item with that number. Raises NotFound."""
        found = next((item for item in self.items if item.id == item_id), None)
        if found is None:
            raise NotFound
        return found

    def area(self, number: int) -> AreaDraft:
        """The area with that number. Raises NotFound."""
        found = next((area for area in self.areas if area.number == number), None)
        if found is None:
            raise NotFound
        return found

    def items_of(self, area: int | None) -> tuple[Item, ...]:
        """Every item of an area (None: of the report as a whole), dropped ones too."""
        return tuple(item for item in self.items if item.area == area)

    @property
    def doubts(self) -> tuple[Item, ...]:
        """The items that the reader was unsure of and nobody has answered."""
        return tuple(item for item in self.items if item.in_doubt)


def begin(read: ReportDraft) -> Work:
    """The working copy of a draft that nobody has touched."""
    head = DraftHead(
        municipality=read.municipality or "",
        month=read.month or "",
        ordinal=read.ordinal,
        edition=read.edition or "",
    )
    areas = tuple(replace(area, strengths=(), improvements=()) for area in read.areas)
    return Work(head, read.total_stated, areas, tuple(_items(read)))


def _items(read: ReportDraft) -> Iterator[Item]:
    found: list[tuple[int | None, StrengthDraft | PointDraft]] = []
    for a in read.areas:
        found += [(a.number, strength) for strength in a.strengths]
        found += [(a.number, point) for point in a.improvements]
    found += [(None, point) for point in read.general_improvements]
    for number, (area, one) in enumerate(found, 1):
        is_point = isinstance(one, PointDraft)
        yield Item(
            id=number,
            kind=ItemKind.POINT if is_point else ItemKind.STRENGTH,
            area=area,
            text=one.text,
            page=one.page,
            line=one.line,
            lines=one.lines,
            certain=one.certain,
            subareas=one.subareas if isinstance(one, PointDraft) else (),
            origin=(number,),
        )


def finish(work: Work, read: ReportDraft) -> ReportDraft:
    """The draft that the working copy amounts to; what nobody can change comes from `read`."""
    areas = tuple(_finished(area, work) for area in work.areas)
    return replace(
        read,
        municipality=work.head.municipality or None,
        month=work.head.month or None,
        ordinal=work.head.ordinal,
        edition=work.head.edition or None,
        total_stated=work.total_stated,
        total_summed=_summed(areas),
        areas=areas,
        general_improvements=tuple(_point(item) for item in _kept(work, None, ItemKind.POINT)),
    )


def _summed(areas: Iterable[AreaDraft]) -> int | None:
    """What all eight areas add up to; a sum over some of them never poses as a total."""
    scores = [area.score for area in areas if area.score is not None]
    return sum(scores) if len(scores) == len(AREA_NUMBERS) else None


def _finished(area: AreaDraft, work: Work) -> AreaDraft:
    known = {sub.code for sub in area.subareas}
    points = (_point(item) for item in _kept(work, area.number, ItemKind.POINT))
    return replace(
        area,
        strengths=tuple(
            StrengthDraft(one.text, one.page, one.line, one.certain or one.settled, one.lines)
            for one in _kept(work, area.number, ItemKind.STRENGTH)
        ),
        improvements=tuple(
            replace(point, subareas=tuple(code for code in point.subareas if code in known))
            for point in points
        ),
    )


def _kept(work: Work, area: int | None, kind: ItemKind) -> Iterator[Item]:
    return (i for i in work.items if i.area == area and i.kind is kind and not i.dropped)


def _point(item: Item) -> PointDraft:
    """What nobody has confirmed is about the likeliest of its sub-areas only: the others are
    there to choose from, not to be counted."""
    sure = item.certain or item.settled
    subareas = item.subareas if item.settled else item.subareas[:1]
    return PointDraft(item.text, item.page, item.line, sure, subareas, item.lines)


def to_json(work: Work) -> dict[str, Any]:
    """The working copy as plain JSON values."""
    return {
        "head": asdict(work.head),
        "total_stated": work.total_stated,
        "areas": [
            {"number": a.number, "name": a.name, "score": a.score, "max": a.max,
             "subareas": [asdict(sub) for sub in a.subareas]}
            for a in work.areas
        ],
        "items": [{**asdict(item), "kind": item.kind.value} for item in work.items],
    }  # fmt: skip


def from_json(raw: dict[str, Any]) -> Work:
    """The working copy that `to_json` gave. Raises KeyError or TypeError on any other shape."""
    return Work(
        head=DraftHead(**raw["head"]),
        total_stated=raw["total_stated"],
        areas=tuple(
            AreaDraft(
                number=a["number"],
                name=a["name"],
                score=a["score"],
                max=a["max"],
                subareas=tuple(SubAreaDraft(**sub) for sub in a["subareas"]),
            )
            for a in raw["areas"]
        ),
        items=tuple(_item(item) for item in raw["items"]),
    )


def _item(raw: dict[str, Any]) -> Item:
    lists = {name: tuple(raw[name]) for name in ("lines", "subareas", "origin")}
    return Item(**{**raw, **lists, "kind": ItemKind(raw["kind"])})


def family(work: Work, item: Item) -> tuple[Item, ...]:
    """Every item that shares something of the report with `item`, itself among them: what it was
    split into, what it was merged with."""
    wanted, found = set(item.origin), {item.id}
    while more := {one.id for one in work.items if wanted & set(one.origin)} - found:
        found |= more
        wanted |= {n for one in work.items if one.id in found for n in one.origin}
    return tuple(one for one in work.items if one.id in found)


def next_id(items: Iterable[Item]) -> int:
    """A number that no item has had: one above the highest now and ever read."""
    return max((max(item.id, *item.origin, 0) for item in items), default=0) + 1
