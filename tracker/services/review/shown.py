"""A draft as its pages show it: what is left to look at, the areas, and the items of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from tracker.domain.crosswalk import AREA_NUMBERS
from tracker.domain.editions import edition
from tracker.domain.errors import NotFound, RuleBroken
from tracker.importers.draft import AreaDraft, Problem, ReportDraft
from tracker.services.acceptance import DraftHead, check_head, evaluation_of
from tracker.services.draft_review import Counts, counts_of, summed
from tracker.services.drafts import Draft
from tracker.services.review.changes import changes
from tracker.services.review.work import Item, ItemKind, Work, begin

_AREA_TOP = 100
# What the reader says of an area whose items it had to judge, as against its scores.
_TO_CHECK = re.compile(r"Kontrollera (dem|att punkterna)")
# How the reader's remark on an area that does not add up goes: it is made anew here, since the
# scores may have changed.
_SUM = "delområdenas poäng summerar till"


@dataclass(frozen=True, slots=True)
class AreaState:
    """How far the review of one area has come; `number` None is the report as a whole.

    `summed` is what its sub-areas add up to (None: not all known); `unconfirmed` counts the
    points whose sub-areas nobody has said yes to, those in doubt aside.
    """

    number: int | None
    name: str
    score: int | None
    max: int
    summed: int | None
    points: int
    strengths: int
    doubts: int
    unconfirmed: int

    @property
    def mismatch(self) -> bool:
        """Whether the sub-areas do not add up to the score that is stated."""
        return self.score is not None and self.summed not in (None, self.score)

    @property
    def found(self) -> bool:
        """Whether there is anything of it."""
        return self.score is not None or bool(self.points or self.strengths)

    @property
    def done(self) -> bool:
        """Whether it was found, and nothing is left to answer."""
        return self.found and not (self.doubts or self.unconfirmed)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the reader remarked on: `area` and `line` say where (None: the whole report);
    `handled` where the area that it speaks of is done."""

    problem: Problem
    area: int | None
    line: int | None
    handled: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A draft on one page: all eight areas, those that were not found too, and in `general` what
    belongs to the report as a whole.

    `mismatches` are areas whose sum differs from their score now, whoever brought that about;
    `remarks` the reader's other warnings, `notes` what is merely good to know.
    """

    counts: Counts
    doubts: tuple[Item, ...]
    mismatches: tuple[AreaState, ...]
    remarks: tuple[Remark, ...]
    notes: tuple[Remark, ...]
    handled: tuple[Remark, ...]
    areas: tuple[AreaState, ...]
    general: AreaState
    summed: int | None
    changed: int

    @property
    def to_look_at(self) -> int:
        """How many things call for a look."""
        return len(self.doubts) + len(self.mismatches) + len(self.remarks)

    @property
    def unconfirmed(self) -> int:
        """In how many areas there are sub-areas that nobody has said yes to."""
        return sum(bool(state.unconfirmed) for state in self.areas)

    @property
    def unsettled(self) -> bool:
        """Whether anything is left that a person has not said yes to."""
        return bool(self.doubts or self.unconfirmed)


@dataclass(frozen=True, slots=True)
class ItemShown:
    """An item, and whether it differs from what was read; `original` is what the report says
    where it does, item by item; `why` what the reader says made it unsure."""

    item: Item
    changed: bool
    original: tuple[str, ...]
    why: Problem | None = None

    @property
    def offered(self) -> tuple[str, ...]:
        """The sub-areas to preselect: what was chosen, else the best suggestion alone."""
        return self.item.subareas if self.item.settled else self.item.subareas[:1]


@dataclass(frozen=True, slots=True)
class AreaShown:
    """The items of an area; those that the reader was unsure of stand first, also when they are
    settled, so that nothing moves while somebody works through them."""

    area: AreaDraft | None
    state: AreaState
    points: tuple[ItemShown, ...]
    strengths: tuple[ItemShown, ...]
    dropped: tuple[ItemShown, ...]


def overview(draft: Draft) -> Overview:
    """Everything that the first page of a review says."""
    work = draft.work
    areas = tuple(_state(work, _area(work, number)) for number in AREA_NUMBERS)
    done = {state.number for state in areas if state.done}
    remarks = [_remark(one, work, done) for one in draft.read.problems if _SUM not in one.message]
    left = [remark for remark in remarks if not remark.handled]
    finished = draft.finished
    return Overview(
        counts=counts_of(finished),
        doubts=work.doubts,
        mismatches=tuple(_mismatches(areas, begin(draft.read))),
        remarks=tuple(remark for remark in left if remark.problem.severity == "warning"),
        notes=tuple(remark for remark in left if remark.problem.severity != "warning"),
        handled=tuple(remark for remark in remarks if remark.handled),
        areas=areas,
        general=_state(work, None),
        summed=finished.total_summed,
        changed=len(changes(draft.read, work)),
    )


def _mismatches(areas: Iterable[AreaState], start: Work) -> Iterator[AreaState]:
    """The areas that do not add up; one that the report itself has so, only until it is done."""
    for state in areas:
        was = _state(start, _area(start, state.number)) if state.number else state
        as_read = (state.score, state.summed) == (was.score, was.summed)
        if state.mismatch and not (as_read and state.done):
            yield state


def area_shown(draft: Draft, number: int | None) -> AreaShown:
    """One area (None: the report as a whole) with its items; one that the reader did not find is
    empty.

    Raises NotFound where there is no such area in any report.
    """
    work = draft.work
    area = _area(work, number) if number is not None else None
    shown = items_shown(draft, work.items_of(number))
    live = sorted((one for one in shown if not one.item.dropped), key=lambda one: one.item.certain)
    return AreaShown(
        area=area,
        state=_state(work, area),
        points=tuple(one for one in live if one.item.kind is ItemKind.POINT),
        strengths=tuple(one for one in live if one.item.kind is ItemKind.STRENGTH),
        dropped=tuple(one for one in shown if one.item.dropped),
    )


def items_shown(draft: Draft, items: Iterable[Item]) -> tuple[ItemShown, ...]:
    """The items, each laid beside what was read."""
    originals = {item.id: item for item in begin(draft.read).items}
    parts: dict[int, int] = {}
    for item in draft.work.items:
        for number in item.origin:
            parts[number] = parts.get(number, 0) + 1
    return tuple(
        replace(
            _item(item, originals, parts),
            why=why_in_doubt(draft.read, item) if item.in_doubt else None,
        )
        for item in items
    )


def _item(item: Item, originals: dict[int, Item], parts: dict[int, int]) -> ItemShown:
    before = [originals[number] for number in item.origin]
    same = (
        len(before) == 1
        and parts[before[0].id] == 1
        and (before[0].text, before[0].kind, before[0].area) == (item.text, item.kind, item.area)
    )
    return ItemShown(item, not same, () if same else tuple(one.text for one in before))


def neighbours(work: Work, item: Item) -> tuple[Item, ...]:
    """The items that `item` may be merged with: those of its area and kind, the one after it
    first, then the one before it, then the others in order; then those of the other kind."""
    live = [one for one in work.items_of(item.area) if not one.dropped]
    same = [one for one in live if one.kind is item.kind]
    here = same.index(item)
    near = [*same[here + 1 : here + 2], *same[max(here - 1, 0) : here]]
    rest = [one for one in (*same, *live) if one is not item and one not in near]
    return (*near, *dict.fromkeys(rest))


def next_doubt(work: Work, item_id: int) -> Item | None:
    """The next item in doubt after that one, else the first of all; None where all are settled."""
    order = [item.id for item in work.items]
    here = order.index(item_id) if item_id in order else -1
    after = [item for item in work.items[here + 1 :] if item.in_doubt]
    return next(iter([*after, *(one for one in work.doubts if one.id != item_id)]), None)


def next_doubt_in(shown: AreaShown, item_id: int) -> Item | None:
    """The next item in doubt after that one as the page of an area lists them, else the first."""
    order = [one.item for one in (*shown.points, *shown.strengths)]
    here = next((at for at, item in enumerate(order) if item.id == item_id), -1)
    return next((one for one in (*order[here + 1 :], *order) if one.in_doubt), None)


def next_area(work: Work, number: int, step: int = 1) -> int | None:
    """The area `step` places after area `number`; 0 is the report as a whole, which comes last
    and is passed over where nothing stands in it. None beyond the ends."""
    general = number == 0 or bool(work.items_of(None))
    order = [*AREA_NUMBERS, 0] if general else [*AREA_NUMBERS]
    at = order.index(number) + step
    return order[at] if 0 <= at < len(order) else None


def area_names(work: Work) -> dict[int, str]:
    """Every area that an item may be moved to: those of the draft, and those of its edition that
    the reader did not find."""
    known = edition(work.head.edition) if work.head.edition else None
    names = {area.number: area.name for area in known.areas} if known else {}
    names |= {area.number: area.name for area in work.areas}
    return {number: names.get(number, "") for number in AREA_NUMBERS}


def twin_of(head: DraftHead, now: datetime) -> int | None:
    """The evaluation of the same municipality and month as `head`; None where there is none, or
    where the head does not hold."""
    try:
        checked = check_head(head, now)
    except RuleBroken:
        return None
    return evaluation_of(checked.municipality, checked.month)


def _area(work: Work, number: int) -> AreaDraft:
    if number not in AREA_NUMBERS:
        raise NotFound
    found = (area for area in work.areas if area.number == number)
    return next(found, None) or AreaDraft(number, area_names(work)[number], max=_AREA_TOP)


def _state(work: Work, area: AreaDraft | None) -> AreaState:
    items = [one for one in work.items_of(area.number if area else None) if not one.dropped]
    points = [one for one in items if one.kind is ItemKind.POINT]
    return AreaState(
        number=area.number if area else None,
        name=area.name if area else "",
        score=area.score if area else None,
        max=(area.max if area else None) or _AREA_TOP,
        summed=summed(area.subareas) if area else None,
        points=len(points),
        strengths=len(items) - len(points),
        doubts=sum(one.in_doubt for one in items),
        unconfirmed=(
            sum(not (one.settled or one.in_doubt) for one in points)
            if area and area.subareas
            else 0
        ),
    )


def why_in_doubt(read: ReportDraft, item: Item) -> Problem | None:
    """What the reader says of why it was unsure of `item`; None where it says nothing."""
    of_line = {f"line {number}" for number in item.lines}
    told = [one for one in read.problems if one.where in of_line]
    told += [
        one
        for one in read.problems
        if one.where == f"area {item.area}" and _TO_CHECK.search(one.message)
    ]
    return next(iter(told), None)


def _remark(problem: Problem, work: Work, done: set[int | None]) -> Remark:
    """Where a remark leads: its area, or that of the last item before the line it speaks of."""
    kind, _, written = problem.where.partition(" ")
    number = int(written) if written.isdecimal() else None
    line = number if kind == "line" else None
    area = number if kind == "area" else None
    if line is not None:
        above = [item for item in work.items if item.line is not None and item.line <= line]
        nearest = max(above, key=lambda item: item.line or 0, default=None)
        area = nearest.area if nearest else None
    if area not in AREA_NUMBERS:
        area = None
    return Remark(problem, area, line, area is not None and area in done)
