"""What a reviewer needs to see of a draft: the counts, what to look at, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tracker.importers.draft import (
    AreaDraft,
    PointDraft,
    Problem,
    ReportDraft,
    StrengthDraft,
)


class HasScore(Protocol):
    """A sub-area, read or kept."""

    @property
    def score(self) -> int | None:
        """The points it got."""


@dataclass(frozen=True)
class Counts:
    """How much was read."""

    areas: int
    subareas: int
    points: int
    strengths: int


@dataclass(frozen=True)
class Remark:
    """A problem, with the anchor of the place it speaks of (None: the report as a whole);
    `template` and `params` as in Problem."""

    severity: str
    message: str
    anchor: str | None
    template: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True)
class PlacedItem:
    """A strength or a point, with an anchor that no other item of the page has."""

    anchor: str
    area: int | None
    item: StrengthDraft | PointDraft


@dataclass(frozen=True)
class ReviewedArea:
    """An area of the draft; `summed` is what its sub-areas add up to (None: not all known)."""

    area: AreaDraft
    anchor: str
    summed: int | None
    strengths: tuple[PlacedItem, ...]
    points: tuple[PlacedItem, ...]

    @property
    def names(self) -> dict[str, str]:
        """The sub-areas' names by code."""
        return {sub.code: sub.name for sub in self.area.subareas}

    @property
    def mismatch(self) -> bool:
        """Whether the sub-areas do not add up to what the report states."""
        return self.area.score is not None and self.summed not in (None, self.area.score)


@dataclass(frozen=True)
class Review:
    """A draft as its review page shows it; `uncertain` holds every item that was judged."""

    counts: Counts
    remarks: tuple[Remark, ...]
    uncertain: tuple[PlacedItem, ...]
    areas: tuple[ReviewedArea, ...]
    general: tuple[PlacedItem, ...]

    @property
    def to_look_at(self) -> int:
        """How many things call for a look: every remark, and the uncertain items as one."""
        return len(self.remarks) + bool(self.uncertain)


def counts_of(draft: ReportDraft) -> Counts:
    """Count what was read; general points count among the points."""
    return Counts(
        areas=len(draft.areas),
        subareas=sum(len(area.subareas) for area in draft.areas),
        points=sum(len(area.improvements) for area in draft.areas)
        + len(draft.general_improvements),
        strengths=sum(len(area.strengths) for area in draft.areas),
    )


def review_of(draft: ReportDraft) -> Review:
    """Place everything that the page shows."""
    areas = tuple(_area(area) for area in draft.areas)
    general = _placed("general", None, draft.general_improvements)
    items = [item for area in areas for item in (*area.strengths, *area.points)] + [*general]
    anchors = {area.area.number: area.anchor for area in areas}
    remarks = [
        Remark(
            severity=problem.severity,
            message=problem.message,
            anchor=_anchor(problem, anchors, items),
            template=problem.template,
            params=problem.params,
        )
        for problem in draft.problems
    ]
    return Review(
        counts=counts_of(draft),
        remarks=tuple(sorted(remarks, key=lambda remark: remark.severity != "warning")),
        uncertain=tuple(placed for placed in items if not placed.item.certain),
        areas=areas,
        general=general,
    )


def summed(subareas: Sequence[HasScore]) -> int | None:
    """The sum of the sub-areas' scores; None where one of them has none, or there are none."""
    scores = [sub.score for sub in subareas if sub.score is not None]
    return sum(scores) if scores and len(scores) == len(subareas) else None


def _area(area: AreaDraft) -> ReviewedArea:
    return ReviewedArea(
        area=area,
        anchor=f"area-{area.number}",
        summed=summed(area.subareas),
        strengths=_placed(f"strength-{area.number}", area.number, area.strengths),
        points=_placed(f"point-{area.number}", area.number, area.improvements),
    )


def _placed(
    prefix: str, area: int | None, items: Sequence[StrengthDraft | PointDraft]
) -> tuple[PlacedItem, ...]:
    return tuple(
        PlacedItem(f"{prefix}-{number}", area, item) for number, item in enumerate(items, 1)
    )


def _anchor(problem: Problem, areas: dict[int, str], items: Sequence[PlacedItem]) -> str | None:
    """Where to look: the area, or the last item before the line that the problem speaks of."""
    kind, _, number = problem.where.partition(" ")
    if not number.isdecimal():
        return None
    if kind == "area":
        return areas.get(int(number))
    return max(_before(int(number), items), default=(0, None))[1]


def _before(line: int, items: Sequence[PlacedItem]) -> Iterator[tuple[int, str]]:
    for placed in items:
        if placed.item.line is not None and placed.item.line <= line:
            yield placed.item.line, placed.anchor
