"""What a pack for the next evaluation holds, and what is left of it when it is narrowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.domain.scores import points_left
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.models.dispositions import Answer
from tracker.services.evaluations import ListedEvaluation


class Only(StrEnum):
    """Which part of a pack one wants to see."""

    GAPS = "gaps"
    NO_EVIDENCE = "no_evidence"


class Audience(StrEnum):
    """Whom a file is for: the evaluators, or ourselves to work on."""

    EVALUATORS = "evaluators"
    US = "us"


class State(StrEnum):
    """What there is to show for a sub-area, the best first; SETTLED: we chose to do nothing."""

    IN_PLACE = "in_place"
    UNDER_WAY = "under_way"
    SETTLED = "settled"
    FULL = "full"
    GAP = "gap"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class PackEvidence:
    """A proof: its title, and its address or its file's name (both may be empty)."""

    id: int
    title: str
    url: str
    file_name: str
    added_on: date


@dataclass(frozen=True)
class PackAction:
    """An action within the reader's scope, as it stands. `rounds` are the months of the other
    evaluations whose points bring it where it stands; none where it answers a point there."""

    id: int
    title: str
    status: ActionStatus
    deadline: date
    forecast: date | None
    done_on: date | None
    done_by: str
    verified_on: date | None
    verified_by: str
    owner: str
    unit: str
    expected_effect: str
    effect_measure: str
    evidence: tuple[PackEvidence, ...] = ()
    rounds: tuple[date, ...] = ()

    @property
    def in_place(self) -> bool:
        """Whether it is done, verified or not."""
        return self.status in REACHED

    @property
    def verified(self) -> bool:
        """Whether another than the one who did it has seen it."""
        return self.status is ActionStatus.VERIFIED

    @property
    def lacks_evidence(self) -> bool:
        """Whether it is in place with nothing to show."""
        return self.in_place and not self.evidence


@dataclass(frozen=True)
class Hidden:
    """What may be counted of an action outside the reader's scope."""

    in_place: bool
    unverified: bool
    without_evidence: bool


@dataclass(frozen=True)
class Elsewhere:
    """The actions outside the reader's scope: only their number may be told."""

    in_place: int = 0
    under_way: int = 0

    @property
    def total(self) -> int:
        """How many they are."""
        return self.in_place + self.under_way


@dataclass(frozen=True)
class PackPoint:
    """An improvement point; `number` is its place in the report, `actions` how many are behind it
    (answering it, or one tied to it), outside the reader's scope too. `merged_into` is the number
    of the point it goes with.
    """

    id: int
    number: int
    text: str
    page: int | None
    answer: Answer | None = None
    reason: str = ""
    decided_by: str = ""
    merged_into: int | None = None
    actions: int = 0

    @property
    def settled(self) -> bool:
        """Whether we have chosen to do nothing, or to answer it with another point."""
        return self.answer in (Answer.NO_ACTION, Answer.MERGED)

    @property
    def is_gap(self) -> bool:
        """Whether nothing is done about it, though nobody has decided so."""
        return not self.actions and not self.settled


@dataclass(frozen=True)
class Part:
    """A sub-area with its points and the actions of the time since them; without a `code`, what
    belongs to an area but names no sub-area (and what is general). `partial`: a filter left out
    some of it, so that its state says nothing."""

    code: str
    name: str
    score: int | None
    max: int | None
    points: tuple[PackPoint, ...] = ()
    actions: tuple[PackAction, ...] = ()
    elsewhere: Elsewhere = Elsewhere()
    partial: bool = False

    @property
    def missing(self) -> int | None:
        """The points left to win; None where the report does not tell."""
        return points_left(self.score, self.max)

    @property
    def in_place(self) -> tuple[PackAction, ...]:
        """The actions that are done, the verified first."""
        done = [one for one in self.actions if one.in_place]
        return tuple(sorted(done, key=lambda one: not one.verified))

    @property
    def under_way(self) -> tuple[PackAction, ...]:
        """The others, by deadline."""
        rest = [one for one in self.actions if not one.in_place]
        return tuple(sorted(rest, key=lambda one: (one.forecast or one.deadline, one.id)))

    @property
    def state(self) -> State:
        """What there is to show, with the actions outside the reader's scope."""
        if self.in_place or self.elsewhere.in_place:
            return State.IN_PLACE
        if self.actions or self.elsewhere.under_way:
            return State.UNDER_WAY
        if self.points:
            return State.SETTLED if all(one.settled for one in self.points) else State.GAP
        if self.missing is None:
            return State.UNKNOWN
        return State.GAP if self.missing > 0 else State.FULL

    @property
    def has_news(self) -> bool:
        """Whether anything is in place or under way."""
        return self.state in (State.IN_PLACE, State.UNDER_WAY)

    @property
    def open_points(self) -> tuple[PackPoint, ...]:
        """The points about which nothing is done, though nobody has decided so."""
        return tuple(one for one in self.points if one.is_gap)

    @property
    def lacking_evidence(self) -> tuple[PackAction, ...]:
        """What is in place with nothing to show."""
        return tuple(one for one in self.in_place if one.lacks_evidence)


@dataclass(frozen=True)
class PackArea:
    """An area with its parts; `number` is None for the general points."""

    number: int | None
    name: str
    score: int | None
    max: int | None
    parts: tuple[Part, ...]

    @property
    def missing(self) -> int | None:
        """The points left to win; None where the report does not tell."""
        return points_left(self.score, self.max)


class Why(StrEnum):
    """Why an action answers none of the evaluation's points."""

    CARRIED = "carried"
    EARLIER = "earlier"
    PLAN_POINT = "plan_point"
    NO_POINT = "no_point"


@dataclass(frozen=True)
class Apart:
    """An action that answers none of the points; `labels` are the plan points it is tied to."""

    action: PackAction
    why: Why
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tally:
    """The whole pack in numbers, each action and point counted once, those outside the reader's
    scope too: everybody reads the same. `elsewhere` of the actions lie outside it; `other_rounds`
    of those in place answer points of other evaluations only; `gaps` are sub-areas, and so are
    the `quiet` ones: nothing in place and nothing under way."""

    in_place: int = 0
    unverified: int = 0
    without_evidence: int = 0
    under_way: int = 0
    elsewhere: int = 0
    other_rounds: int = 0
    gaps: int = 0
    quiet: int = 0
    open_points: int = 0


@dataclass(frozen=True)
class Pack:
    """The pack of an evaluation as it stood on `day`; `tally` is that of the whole, however
    narrowed the rest is."""

    evaluation: ListedEvaluation
    day: date
    areas: tuple[PackArea, ...]
    apart: tuple[Apart, ...]
    apart_elsewhere: Elsewhere
    tally: Tally

    @property
    def has_actions(self) -> bool:
        """Whether there is any action at all that answers evaluators' points."""
        return bool(self.tally.in_place or self.tally.under_way)


@dataclass(frozen=True)
class PackFilter:
    """Which area (0: the general points) and what kind of thing to show; None: all."""

    area: int | None = None
    only: Only | None = None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self.area is not None or self.only is not None


def tally_of(areas: Iterable[PackArea], hidden: Sequence[Hidden], other_rounds: int) -> Tally:
    """The numbers of all areas; `hidden` are the actions outside the scope, each once."""
    parts = [part for area in areas for part in area.parts]
    seen = {one.id: one for part in parts for one in part.actions}.values()
    told = [
        *hidden,
        *(
            Hidden(one.in_place, one.in_place and not one.verified, one.lacks_evidence)
            for one in seen
        ),
    ]
    return Tally(
        in_place=sum(one.in_place for one in told),
        unverified=sum(one.unverified for one in told),
        without_evidence=sum(one.without_evidence for one in told),
        under_way=sum(not one.in_place for one in told),
        elsewhere=len(hidden),
        other_rounds=other_rounds,
        gaps=sum(part.state is State.GAP for part in parts if part.code),
        quiet=sum(not part.has_news for part in parts if part.code),
        open_points=len({one.id for part in parts for one in part.open_points}),
    )


def narrowed(pack: Pack, wanted: PackFilter) -> Pack:
    """The pack with only what the filter asks for; what stands apart only without a filter on
    areas or gaps."""
    areas = [
        area for area in pack.areas if wanted.area is None or (area.number or 0) == wanted.area
    ]
    if wanted.only is not None:
        areas = [
            replace(area, parts=parts)
            for area in areas
            if (parts := tuple(_kept(area.parts, wanted.only)))
        ]
    apart = [
        one
        for one in pack.apart
        if not wanted.narrows
        or (wanted == PackFilter(only=Only.NO_EVIDENCE) and one.action.lacks_evidence)
    ]
    hidden = Elsewhere() if wanted.narrows else pack.apart_elsewhere
    return replace(pack, areas=tuple(areas), apart=tuple(apart), apart_elsewhere=hidden)


def _kept(parts: Iterable[Part], only: Only) -> Iterable[Part]:
    for part in parts:
        if only is Only.NO_EVIDENCE and part.lacking_evidence:
            yield replace(part, actions=part.lacking_evidence, elsewhere=Elsewhere(), partial=True)
        if only is Only.GAPS and part.state is State.GAP:
            yield part
        elif only is Only.GAPS and part.open_points:
            yield replace(
                part, points=part.open_points, actions=(), elsewhere=Elsewhere(), partial=True
            )
