"""Answering improvement points: act, no action, merge; taking an answer back, and undoing that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.text import normalise_space
from tracker.extensions import db
from tracker.models import Answer, Disposition, ImprovementPoint, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.actions.rules import check_written
from tracker.services.points import merging
from tracker.services.points.merging import numbered

SUBJECT = "improvement_point"
ANSWERED, WITHDRAWN = "point.answer", "point.withdraw"
REASON_MAX = 1_000
DECIDED_BY_MAX = 120
MOST_AT_ONCE = 1_000

Fields = dict[str, Any]
SAID = {
    Answer.ACT.value: N_("Ska åtgärdas"),
    Answer.NO_ACTION.value: N_("Ingen åtgärd"),
    Answer.MERGED.value: N_("Ihopslagen"),
    None: N_("Inget svar"),
}
NOTHING: Fields = {"answer": None, "reason": "", "decided_by": "", "merged_into_id": None}


class Overtaken(RuleBroken):
    """Somebody else has answered meanwhile."""


@dataclass(frozen=True)
class NewAnswer:
    """An answer as it is given; `reason` and `decided_by` belong to no action, `merged_into_id`
    to a merger."""

    answer: Answer
    reason: str = ""
    decided_by: str = ""
    merged_into_id: int | None = None


@dataclass(frozen=True)
class Step:
    """What a step changed: how many points, and the journal's entries about them, first to last
    (None: nothing changed). With these it can be undone."""

    changed: int
    first: int | None = None
    last: int | None = None


def answer_points(
    point_ids: Sequence[int],
    answer: Answer,
    *,
    reason: str = "",
    decided_by: str = "",
    merged_into_id: int | None = None,
    seen: int | None = None,
    by: User,
    now: datetime,
) -> Step:
    """Give all these points one answer; those that have it already stay as they are.

    `seen` is what `newest_entry` gave when the page was made that the writer had before them.

    Raises:
        Forbidden, NotFound: not this person's to do, or no such point.
        Overtaken: somebody else has answered one of the points since then.
        RuleBroken: a field is missing, the points are another municipality's, or they cannot be
            merged so; its `field` names the one at fault.
    """
    given = NewAnswer(answer, reason, decided_by, merged_into_id)
    step = put_answers(point_ids, given, seen=seen, by=by, now=now)
    db.session.commit()
    return step


def withdraw_answers(
    point_ids: Sequence[int], *, seen: int | None = None, by: User, now: datetime
) -> Step:
    """Take the answers back; the points are open again. Raises as answer_points."""
    scope.require(by, Deed.POINT_ANSWER)
    points = locked_points(point_ids)
    wanted = dict.fromkeys(ids_of(points), NOTHING)
    _check_seen(wanted, seen, by)
    step = _write(points, wanted, by=by, now=now)
    db.session.commit()
    return step


def undo_answers(first: int, last: int, *, by: User, now: datetime) -> Step:
    """Put back the answers that stood before one's own step, named by its journal entries.

    Raises:
        Forbidden, NotFound: not this person's to do, or no such step of theirs.
        RuleBroken: somebody has answered one of the points since, or the former answer no longer
            holds.
    """
    scope.require(by, Deed.POINT_ANSWER)
    possible = is_key(first) and is_key(last)
    entries = {e.subject_id: e for e in _step_entries(first, last, by)} if possible else {}
    if not entries:
        raise NotFound
    points = locked_points(list(entries))
    _check_untouched(entries)
    before = _answers(ids_of(points))
    wanted = {}
    for point in points:
        changed = entries[point.id].data
        wanted[point.id] = {
            name: changed[name][0] if name in changed else value
            for name, value in before[point.id].items()
        }
        _check_holds([point], _as_answer(wanted[point.id]))
    step = _write(points, wanted, by=by, now=now)
    db.session.commit()
    return step


def mark_acted(
    point_ids: Iterable[int], *, seen: int | None = None, by: User, now: datetime
) -> None:
    """Answer *act* to the points of a new action, in the caller's transaction.

    Raises:
        NotFound: there is no such point.
        Overtaken: somebody else has answered one of the points otherwise since `seen`.
        RuleBroken: the points belong to another municipality's evaluation.
    """
    ids = list(dict.fromkeys(point_ids))
    if ids:
        points = locked_points(ids)
        wanted = dict.fromkeys(ids_of(points), _fields(NewAnswer(Answer.ACT)))
        _check_seen(wanted, seen, by)
        _write(points, wanted, by=by, now=now)


def act_again(action_points: Iterable[int], *, by: User, now: datetime) -> None:
    """Answer *act* to those points of an action that is live again which were left without
    action meanwhile, in the caller's transaction."""
    if not (ids := list(action_points)):
        return
    points = locked_points(ids)
    idle = [row.point_id for row in _dispositions(ids) if row.answer is Answer.NO_ACTION]
    again = [point for point in points if point.id in idle]
    wanted = _fields(NewAnswer(Answer.ACT))
    _write(again, dict.fromkeys(ids_of(again), wanted), by=by, now=now)


def put_answers(
    point_ids: Sequence[int],
    given: NewAnswer,
    *,
    seen: int | None = None,
    by: User,
    now: datetime,
) -> Step:
    """As answer_points, in the caller's transaction."""
    scope.require(by, Deed.POINT_ANSWER)
    given = _cleaned(given)
    _check_written(given)
    points = locked_points(point_ids, and_also=given.merged_into_id)
    wanted = dict.fromkeys(ids_of(points), _fields(given))
    _check_seen(wanted, seen, by)
    _check_holds(points, given)
    return _write(points, wanted, by=by, now=now)


def newest_entry() -> int:
    """The number of the journal's newest entry; what comes later has a higher one."""
    return db.session.scalar(select(func.max(JournalEntry.id))) or 0


def locked_points(point_ids: Sequence[int], and_also: int | None = None) -> list[ImprovementPoint]:
    """The points, locked until the end of the transaction, in their order; with them the point
    `and_also` is locked, where it is.

    Raises:
        NotFound: there is no such point.
        RuleBroken: none was chosen, or they are another municipality's.
    """
    ids = set(point_ids)
    if not ids:
        raise RuleBroken("Välj minst en punkt.")
    if len(ids) > MOST_AT_ONCE:
        raise RuleBroken("Välj högst %(most)s punkter åt gången.", most=MOST_AT_ONCE)
    both = {number for number in (*ids, and_also or 0) if is_key(number)}
    query = select(ImprovementPoint).where(ImprovementPoint.id.in_(both))
    # In the order of their numbers, so that no two wait for each other; what refers to a point
    # need not wait.
    query = query.order_by(ImprovementPoint.id).with_for_update(key_share=True)
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    found = [point for point in rows if point.id in ids]
    if len(found) != len(ids):
        raise NotFound
    if not all(point.evaluation.municipality.is_own for point in found):
        raise RuleBroken(
            "Punkten hör till en annan kommuns utvärdering. Bara egna punkter kan besvaras."
        )
    return sorted(found, key=lambda point: point.position)


def is_key(number: int) -> bool:
    """Whether a key column could hold this; a form may say any number."""
    return 0 < number < 2**31


def ids_of(points: Iterable[ImprovementPoint]) -> list[int]:
    """Their numbers, in the same order."""
    return [point.id for point in points]


def _cleaned(given: NewAnswer) -> NewAnswer:
    """Only what belongs to the answer, as it is stored."""
    if given.answer is Answer.NO_ACTION:
        reason, who = normalise_space(given.reason), normalise_space(given.decided_by)
        return NewAnswer(given.answer, reason, who)
    if given.answer is Answer.MERGED:
        return NewAnswer(given.answer, merged_into_id=given.merged_into_id)
    return NewAnswer(given.answer)


def _check_written(given: NewAnswer) -> None:
    if given.answer is Answer.MERGED and given.merged_into_id is None:
        raise RuleBroken("Välj punkten som de ska slås ihop med.", field="merged_into_id")
    if given.answer is Answer.NO_ACTION:
        missing = N_("Skriv varför punkten inte ska åtgärdas.")
        check_written(given.reason, "reason", missing, REASON_MAX)
        missing = N_("Skriv vem som har beslutat det.")
        check_written(given.decided_by, "decided_by", missing, DECIDED_BY_MAX)


def _check_holds(points: Sequence[ImprovementPoint], given: NewAnswer | None) -> None:
    """Whether the answer fits what else there is of these points."""
    if given is None or given.answer is Answer.ACT:
        return
    if given.answer is Answer.NO_ACTION:
        merging.check_idle(points)
    elif given.merged_into_id is not None:
        merging.check_merger(points, given.merged_into_id)


def _as_answer(fields: Fields) -> NewAnswer | None:
    if fields["answer"] is None:
        return None
    return NewAnswer(**{**fields, "answer": Answer(fields["answer"])})


def _fields(given: NewAnswer) -> Fields:
    return {**vars(given), "answer": given.answer.value}


def _answers(point_ids: Sequence[int]) -> dict[int, Fields]:
    """Every point's answer as the journal keeps it; NOTHING where there is none."""
    found = {row.point_id: row for row in _dispositions(point_ids)}
    return {
        number: _fields(_given(found[number])) if number in found else NOTHING
        for number in point_ids
    }


def _given(row: Disposition) -> NewAnswer:
    return NewAnswer(row.answer, row.reason, row.decided_by, row.merged_into_id)


def _dispositions(point_ids: Sequence[int]) -> list[Disposition]:
    query = select(Disposition).where(Disposition.point_id.in_(point_ids))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _write(
    points: Sequence[ImprovementPoint], wanted: Mapping[int, Fields], *, by: User, now: datetime
) -> Step:
    """Give each point its new answer, with one journal entry for each that changes."""
    rows = {row.point_id: row for row in _dispositions(ids_of(points))}
    entries = []
    for point in points:
        row, after = rows.get(point.id), wanted[point.id]
        before = _fields(_given(row)) if row else NOTHING
        if before == after:
            continue
        _put(point, row, after, by=by, now=now)
        data = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        deed = ANSWERED if after["answer"] else WITHDRAWN
        entries.append((deed, SUBJECT, point.id, data, by, now))
    if not entries:
        return Step(0)
    db.session.flush()
    journal.record_many(entries)
    last = newest_entry()
    first = db.session.scalar(_nth_newest(len(entries)))
    return Step(len(entries), first, last)


def _nth_newest(number: int) -> Any:
    return select(JournalEntry.id).order_by(JournalEntry.id.desc()).offset(number - 1).limit(1)


def _put(
    point: ImprovementPoint,
    row: Disposition | None,
    fields: Fields,
    *,
    by: User,
    now: datetime,
) -> None:
    if fields["answer"] is None:
        if row is not None:
            db.session.delete(row)
        return
    row = row or Disposition(point_id=point.id)
    row.answer = Answer(fields["answer"])
    row.reason, row.decided_by = fields["reason"], fields["decided_by"]
    row.merged_into_id = fields["merged_into_id"]
    row.at, row.by_id = now, by.id
    db.session.add(row)


def _step_entries(first: int, last: int, by: User) -> list[JournalEntry]:
    query = select(JournalEntry).where(
        JournalEntry.id.between(first, last),
        JournalEntry.subject == SUBJECT,
        JournalEntry.deed.in_([ANSWERED, WITHDRAWN]),
        JournalEntry.actor_id == by.id,
    )
    return list(db.session.scalars(query.order_by(JournalEntry.id).limit(MOST_AT_ONCE)))


def _check_seen(wanted: Mapping[int, Fields], seen: int | None, by: User) -> None:
    """Nobody else has given these points another answer than `wanted` since `seen`."""
    if seen is None:
        return
    before = _answers(list(wanted))
    changing = [number for number, fields in wanted.items() if before[number] != fields]
    entry = db.session.scalar(
        select(JournalEntry)
        .where(
            JournalEntry.subject == SUBJECT,
            JournalEntry.subject_id.in_(changing),
            JournalEntry.deed.in_([ANSWERED, WITHDRAWN]),
            JournalEntry.actor_id != by.id,
            JournalEntry.id > seen,
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    if entry is not None:
        said = before[entry.subject_id]["answer"]
        raise Overtaken(
            "%(name)s har ändrat svaret på punkt %(number)s till ”%(said)s” sedan du öppnade "
            "sidan. Ingenting sparades. Svara igen om ditt svar ska gälla.",
            name=entry.actor,
            number=numbered(entry.subject_id),
            said=SAID[said],
        )


def _check_untouched(entries: Mapping[int, JournalEntry]) -> None:
    """Each entry is the last word about the answer of its point."""
    query = (
        select(JournalEntry.subject_id, func.max(JournalEntry.id))
        .where(
            JournalEntry.subject == SUBJECT,
            JournalEntry.subject_id.in_(list(entries)),
            JournalEntry.deed.in_([ANSWERED, WITHDRAWN]),
        )
        .group_by(JournalEntry.subject_id)
    )
    for point_id, newest in db.session.execute(query):
        if newest != entries[point_id].id:
            raise RuleBroken(
                "Svaret på punkt %(number)s har ändrats sedan dess. Därför ångrades ingenting.",
                number=numbered(point_id),
            )
