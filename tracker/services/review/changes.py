"""What a working copy says otherwise than the report that was read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.errors import N_
from tracker.importers.draft import AreaDraft, ReportDraft, SubAreaDraft
from tracker.services.review.work import Item, Work, begin, family


class ChangeKind(StrEnum):
    """What was done."""

    EDITED = "edited"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    DROPPED = "dropped"
    ADDED = "added"
    SCORE = "score"
    FACT = "fact"

    @property
    def label(self) -> str:
        """The word that is shown (Swedish, to be translated)."""
        return _LABELS[self]


_LABELS = {
    ChangeKind.EDITED: N_("Ändrad text"),
    ChangeKind.MOVED: N_("Flyttad"),
    ChangeKind.SPLIT: N_("Delad"),
    ChangeKind.MERGED: N_("Hopslagen"),
    ChangeKind.DROPPED: N_("Borttagen"),
    ChangeKind.ADDED: N_("Tillagd"),
    ChangeKind.SCORE: N_("Ändrade poäng"),
    ChangeKind.FACT: N_("Ändrad uppgift"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: what the report says (`before`) and what stands now (`after`), item by item.

    `areas` are (area before, area after), None for the report as a whole; `columns` are the kinds
    (strength, point) likewise. `name` names the score or fact that changed ("1.2", "month");
    `item_id` is an item to restore by, `reason` why it was dropped.
    """

    kind: ChangeKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    areas: tuple[int | None, int | None] = (None, None)
    columns: tuple[str, str] = ("", "")
    name: str = ""
    item_id: int | None = None
    reason: str = ""


def changes(read: ReportDraft, work: Work) -> tuple[Change, ...]:
    """Every difference: the facts, the scores area by area, then the items in their order."""
    start = begin(read)
    return (*_facts(start, work), *_scores(start, work), *_items(start, work))


def _facts(start: Work, work: Work) -> Iterator[Change]:
    for name in ("municipality", "month", "ordinal", "edition"):
        yield from _fact(name, getattr(start.head, name), getattr(work.head, name))
    yield from _fact("total_stated", start.total_stated, work.total_stated)


def _fact(name: str, before: str | int | None, after: str | int | None) -> Iterator[Change]:
    if _said(before) != _said(after):
        yield Change(ChangeKind.FACT, _said(before), _said(after), name=name)


def _said(value: str | int | None) -> tuple[str, ...]:
    return () if value in (None, "") else (str(value),)


def _scores(start: Work, work: Work) -> Iterator[Change]:
    before = {area.number: area for area in start.areas}
    for area in work.areas:
        was = before.get(area.number, AreaDraft(area.number, area.name))
        where = (area.number, area.number)
        if was.score != area.score:
            yield Change(
                ChangeKind.SCORE, _said(was.score), _said(area.score), where, name=str(area.number)
            )
        rows = {sub.code: sub for sub in was.subareas}
        now = {sub.code: sub for sub in area.subareas}
        for code in sorted({*rows, *now}, key=lambda c: int(c.split(".")[1])):
            one, other = _row(rows.get(code)), _row(now.get(code))
            if one != other:
                yield Change(ChangeKind.SCORE, one, other, where, name=code)


def _row(sub: SubAreaDraft | None) -> tuple[str, ...]:
    if sub is None:
        return ()
    score, top = ("–" if n is None else str(n) for n in (sub.score, sub.max))
    return (f"{sub.name}: {score}/{top}",)


def _items(start: Work, work: Work) -> Iterator[Change]:
    originals = {item.id: item for item in start.items}
    seen: set[int] = set()
    for item in work.items:
        if item.id in seen:
            continue
        if not item.origin:
            yield _of(ChangeKind.ADDED, (), (item,))
            continue
        same = family(work, item)
        seen.update(one.id for one in same)
        numbers = sorted({number for one in same for number in one.origin})
        yield from _of_family(tuple(originals[number] for number in numbers), same)


def _of_family(before: tuple[Item, ...], after: tuple[Item, ...]) -> Iterator[Change]:
    kept = tuple(item for item in after if not item.dropped)
    if not kept or (len(after) == 1 and after[0].dropped):
        yield _of(ChangeKind.DROPPED, before, after[:1], after=())
    elif len(before) > 1:
        yield _of(ChangeKind.MERGED, before, kept)
    elif len(after) > 1:
        yield _of(ChangeKind.SPLIT, before, kept)
    else:
        (was,), (now,) = before, kept
        if was.text != now.text:
            yield _of(ChangeKind.EDITED, before, kept)
        if (was.kind, was.area) != (now.kind, now.area):
            yield _of(ChangeKind.MOVED, before, kept)


def _of(
    kind: ChangeKind,
    before: tuple[Item, ...],
    now: tuple[Item, ...],
    *,
    after: tuple[Item, ...] | None = None,
) -> Change:
    was, current = (before or now)[0], now[0]
    return Change(
        kind=kind,
        before=tuple(item.text for item in before),
        after=tuple(item.text for item in (now if after is None else after)),
        areas=(was.area, current.area),
        columns=(was.kind.value, current.kind.value),
        item_id=current.id,
        reason=current.dropped,
    )
