"""Corrected strengths and points, taken over to those of the report read again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from tracker.domain.text import fold
from tracker.services.review.changes import Change, ChangeKind
from tracker.services.review.work import Item, ItemKind, Work, family, next_id
from tracker.services.versions.pairing import Placed, paired
from tracker.services.versions.threeway import Outcome, Row, outcome_of, with_area


@dataclass
class CarriedItems:
    """The working copy with the items' corrections in it so far."""

    work: Work
    rows: list[Row] = field(default_factory=list)
    confirmed: int = 0

    def put(self, gone: Iterable[Item], made: Sequence[Item]) -> None:
        """`made` in the place of the first of `gone`; last of all where nothing goes."""
        ids = {item.id for item in gone}
        items = list(self.work.items)
        at = next((n for n, item in enumerate(items) if item.id in ids), len(items))
        items[at:at] = [self.tied(item) for item in made]
        before = {id(item) for item in items[at : at + len(made)]}
        left = tuple(item for item in items if id(item) in before or item.id not in ids)
        self.work = replace(self.work, items=left)

    def tied(self, item: Item) -> Item:
        """The item, tied to no sub-area that its area does not have."""
        known = {s.code for a in self.work.areas if a.number == item.area for s in a.subareas}
        if item.kind is ItemKind.STRENGTH:
            known = set()
        return replace(item, subareas=tuple(code for code in item.subareas if code in known))


def carry_items(
    base: Work, ours: Work, theirs: Work, now: Work, told: Iterable[Change]
) -> CarriedItems:
    """Take what `ours` says of the items of `base` over to `now`, the working copy of `theirs`;
    `told` are the changes of `ours` that are about items."""
    changes: dict[int, list[Change]] = defaultdict(list)
    for change in told:
        changes[change.item_id or 0].append(change)
    carrying = _Carrying(ours, _paired(base, theirs), CarriedItems(now))
    originals = {item.id: item for item in base.items}
    for members in _families(ours):
        rows = [change for one in members for change in changes[one.id]]
        before = [originals[n] for n in sorted({n for one in members for n in one.origin})]
        if not before:
            carrying.added(members[0], rows[0])
        elif len(before) == len(members) == 1:
            carrying.single(before[0], members[0], rows)
        elif rows:
            carrying.several(before, members, rows[0])
    return carrying.done


def _families(work: Work) -> Iterator[tuple[Item, ...]]:
    seen: set[int] = set()
    for item in work.items:
        if item.id in seen:
            continue
        members = family(work, item) if item.origin else (item,)
        seen.update(one.id for one in members)
        yield members


def _paired(base: Work, theirs: Work) -> dict[int, Item]:
    """The number of an item as it was read → that item as it is read now."""
    pairs = paired(_placed(base.items), _placed(theirs.items))
    return {base.items[old].id: theirs.items[new] for new, old in pairs.items()}


def _placed(items: Iterable[Item]) -> list[Placed]:
    return [Placed(item.area, item.text) for item in items]


@dataclass
class _Carrying:
    """`new` gives the item as read now by the number of the one as read then."""

    ours: Work
    new: dict[int, Item]
    done: CarriedItems

    def added(self, ours: Item, change: Change) -> None:
        """One that the reader missed: it comes along as long as the report still lacks it."""
        live = self.done.work.items
        if any(fold(item.text) == fold(ours.text) for item in live):
            return
        known = {item.id for item in self.new.values()}
        fresh = [item for item in live if item.id not in known]
        if found := paired(_placed([ours]), _placed(fresh)):
            self._tell(change, Outcome.OVERTAKEN, fresh[next(iter(found))])
            return
        self._make_room(ours.area)
        self.done.put((), [replace(ours, id=next_id(live))])
        self._tell(change, Outcome.TAKEN)

    def single(self, base: Item, ours: Item, told: Sequence[Change]) -> None:
        """One that is still one: its words, its place, whether it is in, its sub-areas."""
        theirs = self.new.get(base.id)
        if theirs is None:
            said = fold(ours.text) in {fold(item.text) for item in self.done.work.items}
            for change in told:
                if change.kind is not ChangeKind.DROPPED and not said:
                    self._tell(change, Outcome.OVERTAKEN)
            return
        now = self._standing(theirs)
        if now is None:
            return
        made, taken = now, False
        for change in told:
            outcome = _outcome(change.kind, base, ours, theirs, now)
            if outcome is None:
                continue
            self._tell(change, outcome, theirs)
            if outcome is Outcome.TAKEN:
                made, taken = _corrected(change.kind, made, ours), True
        if now == theirs:
            made = self._confirmed(base, ours, made)
        if made != now:
            self._make_room(made.area)
            self.done.put([now], [made])
            self.done.confirmed += not taken

    def _confirmed(self, base: Item, ours: Item, made: Item) -> Item:
        """The item with the yes that somebody gave it, and the sub-areas that they chose. New
        words that the reader is unsure of still wait for their own."""
        if not ours.settled or made.dropped or (ours.kind, ours.area) != (made.kind, made.area):
            return made
        same = fold(base.text) == fold(made.text) or ours.text == made.text
        sure = same or made.certain
        return self.done.tied(replace(made, subareas=ours.subareas, settled=sure))

    def several(self, base: Sequence[Item], ours: Sequence[Item], change: Change) -> None:
        """Items that were split or merged: the same again where all that they came from is as it
        was, else by hand."""
        found = [self.new[one.id] for one in base if one.id in self.new]
        stand = [self._standing(one) for one in found]
        live = [item for item in self.done.work.items if not item.dropped]
        texts = {fold(item.text) for item in live}
        kept = [item for item in ours if not item.dropped]
        if kept and all(fold(item.text) in texts for item in kept):
            return
        if not kept and not any(item and not item.dropped for item in stand):
            return
        as_read = len(found) == len(base) and stand == found
        if not as_read or any(_key(o) != _key(n) for o, n in zip(base, found, strict=True)):
            self._tell(change, Outcome.AGAIN)
            return
        for item in ours:
            self._make_room(item.area)
        by_origin = {old.id: new for old, new in zip(base, found, strict=True)}
        self.done.put(found, self._again(ours, by_origin))
        self._tell(change, Outcome.TAKEN)

    def _again(self, ours: Sequence[Item], found: dict[int, Item]) -> list[Item]:
        """The items as corrected, with the places and the numbers of those read now."""
        free, made = next_id(self.done.work.items), []
        used: set[int] = set()
        for item in ours:
            whole = [found[number] for number in item.origin]
            number = next((one.id for one in whole if one.id not in used), free)
            free += number == free
            used.add(number)
            made.append(
                replace(
                    item,
                    id=number,
                    page=whole[0].page,
                    line=whole[0].line,
                    lines=tuple(dict.fromkeys(n for one in whole for n in one.lines)),
                    origin=tuple(one.id for one in whole),
                )
            )
        return made

    def _standing(self, theirs: Item) -> Item | None:
        """The item that stands for that one alone; None where somebody split or merged it."""
        found = [item for item in self.done.work.items if theirs.id in item.origin]
        return found[0] if len(found) == 1 and found[0].origin == (theirs.id,) else None

    def _make_room(self, area: int | None) -> None:
        self.done.work = with_area(self.done.work, self.ours, area)

    def _tell(self, change: Change, outcome: Outcome, theirs: Item | None = None) -> None:
        says, area = (theirs.text, theirs.area) if theirs else ("", None)
        self.done.rows.append(Row(change, outcome, says, area))


def _key(item: Item) -> tuple[str, ItemKind, int | None]:
    return fold(item.text), item.kind, item.area


def _outcome(kind: ChangeKind, base: Item, ours: Item, theirs: Item, now: Item) -> Outcome | None:
    """What becomes of one correction of an item; texts that fold alike were read alike."""
    same = fold(base.text) == fold(theirs.text)
    if now.dropped or (kind is ChangeKind.DROPPED and now != theirs):
        return None
    if kind is ChangeKind.DROPPED:
        return Outcome.TAKEN if same else Outcome.OVERTAKEN
    if kind is ChangeKind.MOVED:
        found = outcome_of(*((one.kind, one.area) for one in (base, ours, theirs, now)))
    else:
        read = base.text if same else theirs.text
        stands = read if now.text == theirs.text else now.text
        found = outcome_of(base.text, ours.text, read, stands)
    # An item that somebody has answered anew is theirs to decide.
    return None if found is Outcome.TAKEN and now != theirs else found


def _corrected(kind: ChangeKind, item: Item, ours: Item) -> Item:
    if kind is ChangeKind.DROPPED:
        return replace(item, dropped=ours.dropped)
    if kind is ChangeKind.MOVED:
        return replace(item, kind=ours.kind, area=ours.area)
    return replace(item, text=ours.text)
