"""The part of a report to lay beside a draft: a page of it, or a run of its lines, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.domain.text import fold
from tracker.importers.draft import AreaDraft
from tracker.importers.lines import Box, Line
from tracker.services.review.work import Item

LINES_SHOWN = 60
_BEFORE = 6  # lines of context above what somebody came to see
_MARGIN = 0.003  # of the page's width and height: a mark does not touch its letters


@dataclass(frozen=True, slots=True)
class Mark:
    """Where on the page an item stands; `kind` is "strength" or "point"."""

    item_id: int
    kind: str
    chosen: bool
    box: Box


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of the report. `anchor` is whether it is the first with its number; `item_id` is the
    item that was read from it (None: none was)."""

    line: Line
    anchor: bool
    item_id: int | None = None
    kind: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What is shown of a report. Where `paged`, `at` is the page and `last` the last one; else
    `at` and `last` are line numbers. `earlier` and `later` lead on from here, in the same unit."""

    paged: bool
    at: int
    last: int
    earlier: int | None
    later: int | None
    lines: tuple[ShownLine, ...]
    marks: tuple[Mark, ...]


def excerpt(
    lines: Sequence[Line],
    items: Sequence[Item],
    *,
    page: int | None = None,
    line: int | None = None,
    chosen: int | None = None,
    near: Sequence[Item] = (),
) -> Excerpt | None:
    """The page, or the lines from `line` on; without them where item number `chosen` stands, else
    the first of the items `near`, else the beginning. None where no lines were kept."""
    if not lines:
        return None
    wanted = [item for item in items if item.id == chosen] or list(near)
    owners = _owners(items, chosen)
    if all(one.page is None for one in lines):
        return _run(lines, owners, chosen, line, wanted)
    if page is None and line is not None:
        page = lines[min(_index(lines, line), len(lines) - 1)].page
    return _page(lines, owners, chosen, _first_page(lines, wanted) if page is None else page)


def scores_at(lines: Sequence[Line], area: AreaDraft) -> int | None:
    """The page (or line) where the scores of `area` stand together: the last one that names most
    of its sub-areas, at least half of them. None where there is none."""
    names = {fold(sub.name) for sub in area.subareas}
    named: dict[int, set[str]] = {}
    for index, line in enumerate(lines):
        text = fold(line.text)
        for name in (one for one in names if one in text):
            named.setdefault(line.page or index // LINES_SHOWN, set()).add(name)
    found = max(named, key=lambda place: (len(named[place]), place), default=None)
    if found is None or 2 * len(named[found]) < len(names):
        return None
    return found if lines[0].page is not None else lines[found * LINES_SHOWN].number


def place_of(item: Item, paged: bool) -> int | None:
    """The page (or line) that an item stands at, as `excerpt` takes it."""
    if paged:
        return item.page
    return item.line if item.line is not None else next(iter(item.lines), None)


def _owners(items: Sequence[Item], chosen: int | None) -> dict[int, Item]:
    """Line number → the item that was read from it; what is left out owns nothing."""
    owners: dict[int, Item] = {}
    for item in sorted(items, key=lambda one: one.id == chosen):
        if not item.dropped or item.id == chosen:
            owners.update(dict.fromkeys(item.lines, item))
    return owners


def _first_page(lines: Sequence[Line], wanted: Sequence[Item]) -> int:
    pages = [item.page for item in wanted if item.page is not None]
    return pages[0] if pages else (lines[0].page or 1)


def _page(
    lines: Sequence[Line], owners: dict[int, Item], chosen: int | None, wanted: int
) -> Excerpt:
    last = max(line.page or 1 for line in lines)
    at = min(max(wanted, 1), last)
    here = [line for line in lines if line.page == at]
    return Excerpt(
        paged=True,
        at=at,
        last=last,
        earlier=at - 1 if at > 1 else None,
        later=at + 1 if at < last else None,
        lines=tuple(_shown(here, owners, chosen)),
        marks=tuple(_marks(here, owners, chosen)),
    )


def _run(
    lines: Sequence[Line],
    owners: dict[int, Item],
    chosen: int | None,
    at: int | None,
    wanted: Sequence[Item],
) -> Excerpt:
    if at is None:
        places = [place for item in wanted if (place := place_of(item, paged=False)) is not None]
        start = max(_index(lines, places[0]) - _BEFORE, 0) if places else 0
    else:
        start = min(_index(lines, at), len(lines) - 1)
    here = lines[start : start + LINES_SHOWN]
    later = next((one for one in lines[start + LINES_SHOWN :] if one.number > here[0].number), None)
    return Excerpt(
        paged=False,
        at=here[0].number,
        last=lines[-1].number,
        earlier=lines[max(start - LINES_SHOWN, 0)].number if start else None,
        later=later.number if later else None,
        lines=tuple(_shown(here, owners, chosen)),
        marks=(),
    )


def _index(lines: Sequence[Line], number: int) -> int:
    return next((i for i, line in enumerate(lines) if line.number >= number), len(lines))


def _shown(
    lines: Sequence[Line], owners: dict[int, Item], chosen: int | None
) -> Iterator[ShownLine]:
    before: int | None = None
    for line in lines:
        owner = owners.get(line.number)
        first = line.number != before
        before = line.number
        if owner is None:
            yield ShownLine(line, first)
        else:
            yield ShownLine(line, first, owner.id, owner.kind.value, owner.id == chosen)


def _marks(lines: Sequence[Line], owners: dict[int, Item], chosen: int | None) -> Iterator[Mark]:
    """One mark for the lines of an item that stand below each other, the chosen item's last, so
    that it is drawn on top."""
    boxes: dict[int, list[Box]] = {}
    for line in lines:
        owner = owners.get(line.number)
        if owner is None or line.box is None:
            continue
        known = boxes.setdefault(owner.id, [])
        if known and known[-1].left < line.box.right and line.box.left < known[-1].right:
            known[-1] = _around(known[-1], line.box)
        else:
            known.append(line.box)
    kinds = {item.id: item.kind.value for item in owners.values()}
    for item_id in sorted(boxes, key=lambda one: one == chosen):
        for box in boxes[item_id]:
            yield Mark(item_id, kinds[item_id], item_id == chosen, _with_margin(box))


def _around(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )


def _with_margin(box: Box) -> Box:
    return Box(
        max(box.left - _MARGIN, 0.0),
        max(box.top - _MARGIN, 0.0),
        min(box.right + _MARGIN, 1.0),
        min(box.bottom + _MARGIN, 1.0),
    )
