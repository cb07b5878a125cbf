"""A person's word on where points come from and what became of the older ones, and undoing it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tracker.domain.ancestry import Ancestry
from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import ImprovementPoint, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.points.ancestry import Fate, Lineage, Origin, lineage_of
from tracker.services.points.answers import (
    MOST_AT_ONCE,
    SUBJECT,
    Step,
    is_key,
    newest_entry,
)
from tracker.services.points.merging import numbered

SETTLED, RESOLVED = "point.ancestry", "point.resolve"

Fields = dict[str, Any]


@dataclass(frozen=True)
class OriginWord:
    """What a person says of a point; `was` is the mark of what their page showed (None: unknown),
    `old_number` the number of an older point where no `old_id` was chosen."""

    point_id: int
    kind: Ancestry | None
    old_id: int | None = None
    old_number: int | None = None
    was: str | None = None


@dataclass(frozen=True)
class FateWord:
    """What a person says became of an older point; `was` as in OriginWord."""

    point_id: int
    resolved: bool
    was: str | None = None


@dataclass
class Outcome:
    """What became of a save: the step, and by point what has to be put right. `gone` are points
    that the evaluation no longer has."""

    step: Step = field(default_factory=lambda: Step(0))
    problems: dict[int, RuleBroken] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether everything that was said is saved."""
        return not self.problems and not self.gone


def settle(
    evaluation_id: int,
    said: Sequence[OriginWord],
    *,
    and_the_rest: bool = False,
    by: User,
    now: datetime,
) -> Outcome:
    """Save every word that holds, all in one transaction; the others are told what is wrong.

    `and_the_rest` also settles the points that nobody speaks of, here or before, as proposed. No
    point repeats one that a person calls resolved.

    Raises:
        Forbidden, NotFound: not this person's to do, or no such evaluation of ours with one before.
        RuleBroken: too many points at once.
    """
    lineage = _locked(evaluation_id, said, by)
    outcome = Outcome(gone={word.point_id for word in said} - lineage.new.keys())
    wanted: dict[int, Fields] = {}
    for word in said:
        if word.point_id in lineage.new:
            try:
                wanted[word.point_id] = _origin_fields(word, lineage)
            except RuleBroken as problem:
                outcome.problems[word.point_id] = problem
    if and_the_rest:
        for point_id, origin in lineage.origins.items():
            if origin.settled or point_id in outcome.problems or point_id in wanted:
                continue
            if _called_resolved(origin.old_id, lineage):
                outcome.problems[point_id] = _resolved_before(origin.old_id, lineage)
            else:
                fields = {"ancestry": origin.kind.value, "repeats_id": origin.old_id}
                wanted[point_id] = fields
    outcome.step = _write(wanted, SETTLED, by=by, now=now)
    db.session.commit()
    return outcome


def resolve(
    evaluation_id: int,
    said: Sequence[FateWord],
    *,
    and_the_rest: bool = False,
    by: User,
    now: datetime,
) -> Outcome:
    """Say what became of points of the evaluation before this one. As settle; none is resolved
    that a person says a point now repeats or says anew."""
    lineage = _locked(evaluation_id, said, by)
    outcome = Outcome(gone={word.point_id for word in said} - lineage.fates.keys())
    wanted: dict[int, Fields] = {}
    for word in said:
        if (fate := lineage.fates.get(word.point_id)) is None:
            continue
        if word.resolved and (heir := _confirmed_heir(fate, lineage)) is not None:
            outcome.problems[word.point_id] = _repeated_now(word.point_id, heir, lineage)
        elif fate.settled and word.resolved != fate.resolved and word.was not in (None, fate.mark):
            outcome.problems[word.point_id] = _overtaken(word.point_id, RESOLVED)
        else:
            wanted[word.point_id] = {"resolved": word.resolved}
    if and_the_rest:
        for point_id, fate in lineage.fates.items():
            if not fate.settled and point_id not in outcome.problems:
                wanted.setdefault(point_id, {"resolved": fate.resolved})
    outcome.step = _write(wanted, RESOLVED, by=by, now=now)
    db.session.commit()
    return outcome


def undo_words(first: int, last: int, *, by: User, now: datetime) -> Step:
    """Put back what stood before one's own step, named by its journal entries.

    Raises:
        Forbidden, NotFound: not this person's to do, or no such step of theirs.
        RuleBroken: somebody has said otherwise of one of the points since, or the report that the
            older point stood in no longer has it.
    """
    scope.require(by, Deed.POINT_ANSWER)
    entries = _step_entries(first, last, by) if is_key(first) and is_key(last) else []
    if not entries:
        raise NotFound
    wanted = {
        entry.subject_id: {name: values[0] for name, values in entry.data.items()}
        for entry in entries
    }
    tied = {fields["repeats_id"] for fields in wanted.values() if fields.get("repeats_id")}
    points = _rows(wanted.keys() | tied)
    if len(points) < len(wanted.keys() | tied):
        raise RuleBroken("En av punkterna finns inte längre. Därför ångrades ingenting.")
    _check_untouched(entries)
    _check_together(wanted, points)
    step = _write(wanted, entries[0].deed, by=by, now=now)
    db.session.commit()
    return step


def _locked(evaluation_id: int, said: Sequence[OriginWord | FateWord], by: User) -> Lineage:
    """The lineage as it is now; its points, and the older ones, are locked until the end."""
    scope.require(by, Deed.POINT_ANSWER)
    if len(said) > MOST_AT_ONCE:
        raise RuleBroken("Välj högst %(most)s punkter åt gången.", most=MOST_AT_ONCE)
    before = lineage_of(evaluation_id if is_key(evaluation_id) else 0)
    if before.before is None:
        raise NotFound
    _rows(before.new.keys() | before.old.keys())
    return lineage_of(evaluation_id)


def _rows(ids: Collection[int]) -> dict[int, ImprovementPoint]:
    """The points, locked in the order of their numbers, so that no two wait for each other."""
    query = select(ImprovementPoint).where(ImprovementPoint.id.in_(ids))
    query = query.order_by(ImprovementPoint.id).with_for_update(key_share=True)
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    return {point.id: point for point in rows}


def _origin_fields(word: OriginWord, lineage: Lineage) -> Fields:
    """What the word makes of the point's columns. Raises RuleBroken; `field` says where."""
    if word.kind is None:
        raise RuleBroken("Välj om punkten är ny, upprepad eller ändrad.", field="kind")
    old_id = None if word.kind is Ancestry.NEW else _old(word, lineage)
    origin = lineage.origins[word.point_id]
    if (word.kind, old_id) != (origin.kind, origin.old_id) and _moved(word, origin):
        raise _overtaken(word.point_id, SETTLED)
    if _called_resolved(old_id, lineage):
        raise _resolved_before(old_id, lineage)
    return {"ancestry": word.kind.value, "repeats_id": old_id}


def _called_resolved(old_id: int | None, lineage: Lineage) -> bool:
    fate = lineage.fates.get(old_id or 0)
    return fate is not None and fate.settled and fate.resolved


def _resolved_before(old_id: int | None, lineage: Lineage) -> RuleBroken:
    return RuleBroken(
        "Punkt %(number)s förra gången är satt som löst. Välj Ny här, eller ändra den först till "
        "Kvarstår under Punkterna förra gången.",
        field="old",
        number=lineage.old[old_id or 0].number,
    )


def _confirmed_heir(fate: Fate, lineage: Lineage) -> int | None:
    """A point that a person says repeats the older one, or says it anew."""
    return next((heir for heir in fate.heirs if lineage.origins[heir].settled), None)


def _repeated_now(point_id: int, heir: int, lineage: Lineage) -> RuleBroken:
    return RuleBroken(
        "Punkt %(old)s kan inte vara löst: punkt %(number)s nu är bekräftad som upprepad eller "
        "ändrad från den. Låt den kvarstå, eller ändra först den nya till Ny under Punkterna nu.",
        field="kind",
        old=lineage.old[point_id].number,
        number=lineage.new[heir].number,
    )


def _moved(word: OriginWord, origin: Origin) -> bool:
    """Whether somebody has said otherwise since the page was shown."""
    return origin.settled and word.was not in (None, origin.mark)


def _old(word: OriginWord, lineage: Lineage) -> int:
    """The older point that the word names."""
    before = lineage.before
    if word.old_number is not None and before is not None:
        for old in lineage.old.values():
            if old.evaluation_id == before.id and old.number == word.old_number:
                return old.id
        raise RuleBroken(
            "Det finns ingen punkt %(number)s i den förra utvärderingen.",
            field="old_number",
            number=word.old_number,
        )
    if word.old_id is None:
        raise RuleBroken("Välj vilken av de förra punkterna den svarar mot.", field="old")
    if word.old_id not in lineage.old:
        raise RuleBroken(
            "Den punkten finns inte längre i den förra utvärderingen. Välj en annan.", field="old"
        )
    return word.old_id


def _overtaken(point_id: int, deed: str) -> RuleBroken:
    """Who has said otherwise."""
    query = select(JournalEntry.actor).where(
        JournalEntry.subject == SUBJECT,
        JournalEntry.subject_id == point_id,
        JournalEntry.deed == deed,
    )
    name = db.session.scalar(query.order_by(JournalEntry.id.desc()).limit(1))
    return RuleBroken(
        "%(name)s har sagt något annat om punkt %(number)s sedan du öppnade sidan. "
        "Spara igen om ditt val ska gälla.",
        field="kind",
        name=name or "Någon",
        number=numbered(point_id),
    )


def _write(wanted: Mapping[int, Fields], deed: str, *, by: User, now: datetime) -> Step:
    """Give each point its new fields, with one journal entry for each that changes."""
    points = _rows(wanted.keys())
    entries = []
    for point_id, fields in wanted.items():
        point = points[point_id]
        before = {name: getattr(point, name) for name in fields}
        data = {name: [before[name], fields[name]] for name in fields}
        if all(was == becomes for was, becomes in data.values()):
            continue
        for name, value in fields.items():
            setattr(point, name, Ancestry(value) if name == "ancestry" and value else value)
        entries.append((deed, SUBJECT, point_id, data, by, now))
    if not entries:
        return Step(0)
    db.session.flush()
    journal.record_many(entries)
    newest = select(JournalEntry.id).order_by(JournalEntry.id.desc())
    first = db.session.scalar(newest.offset(len(entries) - 1).limit(1))
    return Step(len(entries), first, newest_entry())


def _step_entries(first: int, last: int, by: User) -> list[JournalEntry]:
    query = select(JournalEntry).where(
        JournalEntry.id.between(first, last),
        JournalEntry.subject == SUBJECT,
        JournalEntry.deed.in_([SETTLED, RESOLVED]),
        JournalEntry.actor_id == by.id,
    )
    found = list(db.session.scalars(query.order_by(JournalEntry.id).limit(MOST_AT_ONCE)))
    return [entry for entry in found if entry.deed == found[0].deed]


def _check_together(wanted: Mapping[int, Fields], points: Mapping[int, ImprovementPoint]) -> None:
    """What is put back does not call a point resolved that another repeats."""
    tied = {f["repeats_id"] for f in wanted.values() if f.get("ancestry") and f.get("repeats_id")}
    broken = {key for key in tied if points[key].resolved}
    back = [key for key, fields in wanted.items() if fields.get("resolved")]
    heirs = select(ImprovementPoint.repeats_id).where(
        ImprovementPoint.repeats_id.in_(back), ImprovementPoint.ancestry.is_not(None)
    )
    broken |= set(db.session.scalars(heirs)) if back else set()
    if broken:
        raise RuleBroken(
            "Punkt %(number)s skulle bli både löst och upprepad. Därför ångrades ingenting.",
            number=numbered(min(broken)),
        )


def _check_untouched(entries: Iterable[JournalEntry]) -> None:
    """Each entry is the last word about its point."""
    ours = {entry.subject_id: entry for entry in entries}
    query = (
        select(JournalEntry.subject_id, func.max(JournalEntry.id))
        .where(
            JournalEntry.subject == SUBJECT,
            JournalEntry.subject_id.in_(ours),
            JournalEntry.deed == next(iter(ours.values())).deed,
        )
        .group_by(JournalEntry.subject_id)
    )
    for point_id, newest in db.session.execute(query):
        if newest != ours[point_id].id:
            raise RuleBroken(
                "Punkt %(number)s har ändrats sedan dess. Därför ångrades ingenting.",
                number=numbered(point_id),
            )
