"""What people corrected in a report before, taken over to the report read again.

Three ways: what the new report says as the old one did keeps the correction, what it says
otherwise goes before it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tracker.importers.draft import AreaDraft, ReportDraft, SubAreaDraft
from tracker.services.review.changes import Change, ChangeKind, changes
from tracker.services.review.work import Work, begin
from tracker.services.versions.carry_items import carry_items
from tracker.services.versions.threeway import Outcome, Row, outcome_of, with_area

_PARTS = ("name", "score", "max")


@dataclass(frozen=True, slots=True)
class Carried:
    """The new working copy with the earlier corrections in it.

    `rows` are the corrections that it does not have already; `confirmed` counts the items that
    somebody had said yes to and that take that along.
    """

    work: Work
    rows: tuple[Row, ...]
    confirmed: int

    @property
    def taken(self) -> int:
        """How many corrections come along."""
        return sum(row.outcome is Outcome.TAKEN for row in self.rows)

    @property
    def offers(self) -> bool:
        """Whether there is anything to take along."""
        return bool(self.taken or self.confirmed)

    def texts(self) -> frozenset[str]:
        """Every text that a person put in or took out."""
        gone = (ChangeKind.DROPPED, ChangeKind.SPLIT, ChangeKind.MERGED)
        found = {text for row in self.rows for text in row.change.after}
        return frozenset(found).union(
            *(row.change.before for row in self.rows if row.change.kind in gone)
        )

    def names(self) -> frozenset[str]:
        """The scores and facts that a person corrected: "2", "2.1", "ordinal"."""
        return frozenset(row.change.name for row in self.rows) - {""}


def carry(old_read: ReportDraft, old: Work, read: ReportDraft, new: Work) -> Carried:
    """Take the corrections that `old` made to `old_read` over to `new`, the working copy of
    `read`. What somebody has answered in `new` is left as it is."""
    told = changes(old_read, old)
    merging = _Merging(begin(old_read), old, begin(read), new)
    rows = [row for change in told if (row := merging.take(change))]
    items = carry_items(
        merging.base, old, merging.theirs, merging.work, [one for one in told if one.item_id]
    )
    return Carried(items.work, (*rows, *items.rows), items.confirmed)


@dataclass
class _Merging:
    """Facts and scores on their way: as read then, as corrected then, as read now, as they are."""

    base: Work
    ours: Work
    theirs: Work
    work: Work

    def take(self, change: Change) -> Row | None:
        """Take one corrected fact or score over, where it is one."""
        if change.kind is ChangeKind.FACT:
            return self._fact(change)
        if change.kind is ChangeKind.SCORE:
            return self._subarea(change) if "." in change.name else self._area(change)
        return None

    def _fact(self, change: Change) -> Row | None:
        if change.name in {"municipality", "month"}:  # these say which evaluation it is
            return None
        base, ours, theirs, now = (
            _fact(work, change.name) for work in (self.base, self.ours, self.theirs, self.work)
        )
        outcome = outcome_of(base, ours, theirs, now)
        if outcome is Outcome.TAKEN:
            self.work = _with_fact(self.work, change.name, ours)
        return Row(change, outcome, _said(theirs)) if outcome else None

    def _area(self, change: Change) -> Row | None:
        number = int(change.name)
        base, ours, theirs, now = (
            _score(work, number) for work in (self.base, self.ours, self.theirs, self.work)
        )
        outcome = outcome_of(base, ours, theirs, now)
        if outcome is Outcome.TAKEN:
            self.work = with_area(self.work, self.ours, number)
            area = self.work.area(number)
            top = area.max or self.ours.area(number).max
            self._put(replace(area, score=ours, max=top))
        return Row(change, outcome, _said(theirs)) if outcome else None

    def _subarea(self, change: Change) -> Row | None:
        code = change.name
        base, ours, theirs, now = (
            _subarea(work, code) for work in (self.base, self.ours, self.theirs, self.work)
        )
        made, outcome = _merged(base, ours, theirs, now)
        if outcome is None:
            return None
        if made != now:
            self._put_subarea(code, made)
        says = f"{theirs.name}: {_points(theirs.score)}/{_points(theirs.max)}" if theirs else ""
        return Row(change, outcome, says)

    def _put_subarea(self, code: str, made: SubAreaDraft | None) -> None:
        number = int(code.split(".", maxsplit=1)[0])
        self.work = with_area(self.work, self.ours, number)
        area = self.work.area(number)
        rows = {sub.code: sub for sub in area.subareas}
        body = rows[code].body if code in rows else None
        rows.pop(code, None)
        if made is not None:
            rows[code] = made if body is None else replace(made, body=body)
        order = sorted(rows.values(), key=lambda sub: int(sub.code.split(".")[1]))
        self._put(replace(area, subareas=tuple(order)))

    def _put(self, area: AreaDraft) -> None:
        areas = tuple(area if one.number == area.number else one for one in self.work.areas)
        self.work = replace(self.work, areas=areas)


def _merged(
    base: SubAreaDraft | None,
    ours: SubAreaDraft | None,
    theirs: SubAreaDraft | None,
    now: SubAreaDraft | None,
) -> tuple[SubAreaDraft | None, Outcome | None]:
    """A sub-area, value by value; one that is missing somewhere is taken or left whole."""
    if base is None or ours is None or theirs is None or now is None:
        outcome = outcome_of(_values(base), _values(ours), _values(theirs), _values(now))
        return (ours if outcome is Outcome.TAKEN else now), outcome
    made, outcomes = now, set()
    for part in _PARTS:
        sides = (getattr(one, part) for one in (base, ours, theirs, now))
        outcome = outcome_of(*sides)
        outcomes.add(outcome)
        if outcome is Outcome.TAKEN:
            made = replace(made, **{part: getattr(ours, part)})
    first = (one for one in (Outcome.TAKEN, Outcome.OVERTAKEN) if one in outcomes)
    return made, next(first, None)


def _values(sub: SubAreaDraft | None) -> tuple[str, int | None, int | None] | None:
    return None if sub is None else (sub.name, sub.score, sub.max)


def _fact(work: Work, name: str) -> str | int | None:
    found: str | int | None
    found = work.total_stated if name == "total_stated" else getattr(work.head, name)
    return found or None


def _with_fact(work: Work, name: str, value: Any) -> Work:
    if name == "total_stated":
        return replace(work, total_stated=value)
    if name == "ordinal":
        return replace(work, head=replace(work.head, ordinal=value))
    return replace(work, head=replace(work.head, edition=value or ""))


def _score(work: Work, number: int) -> int | None:
    return next((area.score for area in work.areas if area.number == number), None)


def _subarea(work: Work, code: str) -> SubAreaDraft | None:
    return next((s for area in work.areas for s in area.subareas if s.code == code), None)


def _said(value: str | int | None) -> str:
    return "" if value is None else str(value)


def _points(value: int | None) -> str:
    return "–" if value is None else str(value)
