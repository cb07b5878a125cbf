"""Where the points of an evaluation come from: what people have said, else what is proposed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from tracker.domain.ancestry import Ancestry, Point, Proposal, Why, proposals
from tracker.extensions import db
from tracker.models import (
    Area,
    Evaluation,
    ImprovementPoint,
    Municipality,
)
from tracker.services.crosswalks.predecessors import predecessors_of
from tracker.services.points.beside import Comparing


@dataclass(frozen=True)
class Before:
    """The evaluation that the points are held against."""

    id: int
    municipality: str
    month: date


@dataclass(frozen=True)
class Placed:
    """A point with its place; `area` is the number in its own evaluation (None: no area)."""

    id: int
    evaluation_id: int
    number: int
    area: int | None
    area_name: str
    text: str


@dataclass(frozen=True)
class Origin:
    """What a point is, and from which older one; `settled` where a person has said so. `alike`
    (0 to 1) and `why` are the machine's, and hold for what it proposes."""

    kind: Ancestry
    old_id: int | None
    settled: bool
    alike: float = 0.0
    why: Why | None = None

    @property
    def mark(self) -> str:
        """The origin in a word, for a page to say what it showed."""
        return f"{self.kind.value}:{self.old_id or ''}:{int(self.settled)}"


@dataclass(frozen=True)
class Fate:
    """What became of an older point: `settled` where a person has said so, else it is resolved
    where no point of `heirs` (ids) repeats it or says it anew. A person's word on an heir is one
    on the older point too: it remains (`follows`)."""

    resolved: bool
    settled: bool
    heirs: tuple[int, ...]
    follows: bool = False

    @property
    def mark(self) -> str:
        """The fate in a word, for a page to say what it showed."""
        return f"{int(self.resolved)}:{int(self.settled)}"


@dataclass(frozen=True)
class Lineage:
    """The points of an evaluation, in its order, beside those of the one before.

    `old` also holds points of still earlier evaluations that a person has tied to; `fates` only
    those of the one before. Everything is empty where there is none (`before` is None).
    """

    evaluation_id: int
    before: Before | None = None
    new: Mapping[int, Placed] = field(default_factory=dict)
    old: Mapping[int, Placed] = field(default_factory=dict)
    origins: Mapping[int, Origin] = field(default_factory=dict)
    fates: Mapping[int, Fate] = field(default_factory=dict)
    areas: Mapping[int, int] = field(default_factory=dict)  # number now → number then


@dataclass(frozen=True)
class AncestryCounts:
    """How many points are new, repeated and changed, `unsettled` of them by proposal only; and how
    many of those before are resolved or remain, `unsaid` of them by proposal only. `before` is
    None where there is no evaluation before: then all is 0."""

    before: Before | None = None
    new: int = 0
    repeated: int = 0
    changed: int = 0
    unsettled: int = 0
    resolved: int = 0
    remaining: int = 0
    unsaid: int = 0


def counts_of(lineage: Lineage) -> AncestryCounts:
    """The numbers of a lineage."""
    kinds = [origin.kind for origin in lineage.origins.values()]
    fates = list(lineage.fates.values())
    return AncestryCounts(
        before=lineage.before,
        new=kinds.count(Ancestry.NEW),
        repeated=kinds.count(Ancestry.REPEATED),
        changed=kinds.count(Ancestry.CHANGED),
        unsettled=sum(not origin.settled for origin in lineage.origins.values()),
        resolved=sum(fate.resolved for fate in fates),
        remaining=sum(not fate.resolved for fate in fates),
        unsaid=sum(not fate.settled for fate in fates),
    )


def lineage_of(evaluation_id: int) -> Lineage:
    """Where the points of one of our own evaluations come from; empty for any other."""
    before = evaluation_before(evaluation_id)
    if before is None:
        return Lineage(evaluation_id)
    rows = _rows(evaluation_id, before.id)
    mine = [row for row in rows if row.evaluation_id == evaluation_id]
    olds = [row for row in rows if row.evaluation_id != evaluation_id]
    theirs = [row for row in olds if row.evaluation_id == before.id]
    comparing = Comparing(evaluation_id, before.id, rows)
    origins = _origins(mine, theirs, comparing)
    return Lineage(
        evaluation_id=evaluation_id,
        before=before,
        new={row.id: _placed(row) for row in mine},
        old={row.id: _placed(row) for row in olds},
        origins=origins,
        fates=_fates(theirs, origins),
        areas={link.after: link.before for link in comparing.areas},
    )


def evaluation_before(evaluation_id: int) -> Before | None:
    """Our latest evaluation before this one of ours, else the latest that a predecessor had."""
    mine = aliased(Evaluation)
    query = (
        select(mine.municipality_id, mine.month, Evaluation.id, Evaluation.month, Municipality.name)
        .join(Municipality, Municipality.id == mine.municipality_id)
        .outerjoin(
            Evaluation,
            and_(Evaluation.municipality_id == Municipality.id, Evaluation.month < mine.month),
        )
        .where(mine.id == evaluation_id, Municipality.is_own)
        .order_by(Evaluation.month.desc())
        .limit(1)
    )
    found = db.session.execute(query).one_or_none()
    if found is None:
        return None
    own, month, before_id, before_month, name = found
    return Before(before_id, name, before_month) if before_id else _of_predecessor(own, month)


def _of_predecessor(own: int, month: date) -> Before | None:
    found = db.session.execute(
        select(Evaluation.id, Municipality.name, Evaluation.month)
        .join(Municipality, Municipality.id == Evaluation.municipality_id)
        .where(Evaluation.municipality_id.in_(predecessors_of(own)), Evaluation.month < month)
        .order_by(Evaluation.month.desc(), Evaluation.id)
        .limit(1)
    ).one_or_none()
    return Before(*found) if found else None


def _rows(evaluation_id: int, before_id: int) -> Sequence[Any]:
    """The points of both, and those of earlier ones that they are tied to, in order."""
    tied = select(ImprovementPoint.repeats_id).where(
        ImprovementPoint.evaluation_id == evaluation_id, ImprovementPoint.repeats_id.is_not(None)
    )
    wanted: ColumnElement[bool] = or_(
        ImprovementPoint.evaluation_id.in_([evaluation_id, before_id]),
        ImprovementPoint.id.in_(tied),
    )
    return db.session.execute(
        select(
            ImprovementPoint.id,
            ImprovementPoint.evaluation_id,
            ImprovementPoint.position,
            ImprovementPoint.text,
            ImprovementPoint.repeats_id,
            ImprovementPoint.ancestry,
            ImprovementPoint.resolved,
            Area.number,
            Area.name,
            Area.score_set_id,
        )
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(wanted)
        .order_by(Area.number.is_(None), Area.number, ImprovementPoint.position)
    ).all()


def _placed(row: Any) -> Placed:
    return Placed(row.id, row.evaluation_id, row.position, row.number, row.name or "", row.text)


def _origins(mine: Sequence[Any], theirs: Sequence[Any], comparing: Comparing) -> dict[int, Origin]:
    """What people have said stands; all else is proposed."""
    said = {row.id: row for row in mine if row.ancestry is not None}
    asked = [row for row in mine if row.id not in said]
    proposed = _proposed(
        tuple(comparing.old(row) for row in theirs),
        tuple(comparing.new(row) for row in asked),
        frozenset((row.id, row.repeats_id) for row in asked if row.repeats_id is not None),
        frozenset(row.repeats_id for row in said.values() if row.repeats_id is not None),
    )
    return {row.id: _origin(row, proposed) for row in mine}


@lru_cache(maxsize=4)
def _proposed(
    old: tuple[Point, ...],
    new: tuple[Point, ...],
    guessed: frozenset[tuple[int, int]],
    taken: frozenset[int],
) -> Mapping[int, Proposal]:
    # Pages ask again and again about points that have not changed.
    return proposals(old, new, guessed=dict(guessed), taken=taken)


def _origin(row: Any, proposed: Mapping[int, Proposal]) -> Origin:
    if row.ancestry is not None:
        return Origin(row.ancestry, row.repeats_id, settled=True)
    one = proposed[row.id]
    return Origin(one.kind, one.old_id, False, one.alike, one.why)


def _fates(theirs: Iterable[Any], origins: Mapping[int, Origin]) -> dict[int, Fate]:
    heirs: dict[int, list[int]] = {}
    for point_id, origin in origins.items():
        if origin.old_id is not None:
            heirs.setdefault(origin.old_id, []).append(point_id)
    found = {}
    for row in theirs:
        mine = tuple(heirs.get(row.id, ()))
        said = row.resolved is not None
        follows = not said and any(origins[heir].settled for heir in mine)
        resolved = row.resolved if said else not mine
        found[row.id] = Fate(resolved, said or follows, mine, follows)
    return found
