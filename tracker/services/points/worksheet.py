"""The worksheet: from many points to their answers and actions in one go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_, select

from tracker.domain.errors import RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Action, Answer, Area, ImprovementPoint, User, action_point
from tracker.services import scope
from tracker.services.actions import rules, wording
from tracker.services.points.answers import NewAnswer, locked_points, put_answers
from tracker.services.points.listing import (
    AreaChoice,
    AreaGroup,
    Heading,
    areas_of,
    grouped,
    heading_of,
    in_order,
)
from tracker.services.points.rows import rows_of
from tracker.services.points.state import PointState, in_state, needs_work
from tracker.services.points.weights import weights_of

PAGE_SIZE = 100
# The same words again within this time are the same form, sent twice.
SENT_TWICE = timedelta(minutes=10)


@dataclass(frozen=True)
class SheetRow:
    """What was typed beside one point. No answer chosen: what was typed tells which; `was` is
    how the point stood when the page was shown, `merged_into` the number on another point."""

    point_id: int
    answer: Answer | None = None
    title: str = ""
    owner_text: str = ""
    deadline: date | None = None
    unit_id: int | None = None
    reason: str = ""
    decided_by: str = ""
    merged_into: int | None = None
    was: PointState | None = None


@dataclass(frozen=True)
class ForAll:
    """What holds for every new action that says nothing else."""

    deadline: date | None = None
    unit_id: int | None = None
    plan_id: int | None = None


@dataclass
class Saved:
    """What became of a sheet: how many new actions, points without action, mergers, and by point
    what has to be put right. `gone` are points that are there no more."""

    actions: int = 0
    no_action: int = 0
    merged: int = 0
    problems: dict[int, tuple[RuleBroken, ...]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class SheetPage:
    """The points to decide on, by area; `total` are left in the area chosen."""

    heading: Heading
    areas: tuple[AreaChoice, ...]
    groups: tuple[AreaGroup, ...]
    total: int


def sheet_of(
    evaluation_id: int | None,
    *,
    by: User,
    area: int | None = None,
    page: int = 1,
    also: Collection[int] = (),
) -> SheetPage | None:
    """At most PAGE_SIZE points that want an answer or an action, and with them the points `also`
    where they are of this evaluation. None where there is no evaluation of our own yet.

    Raises:
        NotFound, Forbidden: no such evaluation, or not this person's to answer.
    """
    scope.require(by, Deed.POINT_ANSWER)
    heading = heading_of(evaluation_id, by=by)
    if heading is None:
        return None
    wanted = (
        select(ImprovementPoint.id)
        .outerjoin(Area, Area.id == ImprovementPoint.area_id)
        .where(
            ImprovementPoint.evaluation_id == heading.evaluation_id,
            or_(needs_work(), ImprovementPoint.id.in_(also)),
        )
    )
    if area is not None:
        wanted = wanted.where(Area.number == (area if 0 < area < 2**31 else 0))
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    last = max(1, -(-total // PAGE_SIZE))
    start = (min(max(page, 1), last) - 1) * PAGE_SIZE
    ids = list(db.session.scalars(in_order(wanted).offset(start).limit(PAGE_SIZE)))
    rows = rows_of(ids, weights_of(heading.evaluation_id), by=by)
    return SheetPage(
        heading, areas_of(heading.evaluation_id), grouped(heading.evaluation_id, rows), total
    )


def save_sheet(
    rows: Sequence[SheetRow], for_all: ForAll, *, by: User, now: datetime, today: date
) -> Saved:
    """Save every row that holds, all in one transaction; the others are told what is wrong.

    A row in which nothing was typed or chosen is skipped. The same row sent twice is saved once.

    Raises:
        Forbidden: not this person's to do.
        RuleBroken: the points are another municipality's, or too many.
    """
    scope.require(by, Deed.POINT_ANSWER)
    told = [row for row in rows if _says_something(row)]
    known = _known([row.point_id for row in told])
    saved = Saved(gone={row.point_id for row in told} - known)
    if known:
        # All at once and before the journal, so that nobody waits for us while we wait for them.
        locked_points(list(known))
    for row in told:
        if row.point_id in known:
            _save(row, for_all, saved, by=by, now=now, today=today)
    db.session.commit()
    return saved


def _says_something(row: SheetRow) -> bool:
    return row != SheetRow(row.point_id, was=row.was)


def _known(ids: Sequence[int]) -> set[int]:
    possible = [number for number in ids if 0 < number < 2**31]
    query = select(ImprovementPoint.id).where(ImprovementPoint.id.in_(possible))
    return set(db.session.scalars(query))


def _save(
    row: SheetRow, for_all: ForAll, saved: Saved, *, by: User, now: datetime, today: date
) -> None:
    """One row, whole or not at all."""
    try:
        with db.session.begin_nested():
            answer = _answer_of(row)
            if answer is Answer.ACT:
                saved.actions += _act(row, for_all, by=by, now=now, today=today)
            else:
                _settle(row, answer, saved, by=by, now=now)
    except rules.Refused as refused:
        saved.problems[row.point_id] = refused.problems
    except RuleBroken as problem:
        saved.problems[row.point_id] = (problem,)


def _answer_of(row: SheetRow) -> Answer:
    """The answer chosen, else the one that the typed fields belong to."""
    typed = {
        Answer.ACT: bool(row.title or row.owner_text or row.deadline or row.unit_id),
        Answer.NO_ACTION: bool(row.reason or row.decided_by),
        Answer.MERGED: row.merged_into is not None,
    }
    meant = [answer for answer, said in typed.items() if said]
    chosen = [row.answer] if row.answer else meant
    if len(chosen) == 1 and meant in ([], chosen):
        return chosen[0]
    raise RuleBroken(
        "Du har skrivit till mer än ett svar. Välj ett, och töm fälten för de andra.",
        field="answer",
    )


def _act(row: SheetRow, for_all: ForAll, *, by: User, now: datetime, today: date) -> int:
    """Make the row's action; 0 where this very row has made it already."""
    title = rules.one_line(row.title)
    if title and _sent_before(row.point_id, title, by=by, now=now):
        return 0
    _check_unmoved(row)
    if not title:
        raise RuleBroken("Skriv vad som ska göras.", field="title")
    new = wording.NewAction(
        title=title,
        owner_text=row.owner_text,
        unit_id=row.unit_id or for_all.unit_id or _own_unit(row.owner_text),
        deadline=row.deadline or for_all.deadline,
        point_ids=(row.point_id,),
        plan_id=for_all.plan_id,
    )
    wording.add_action(new, by=by, now=now, today=today)
    return 1


def _sent_before(point_id: int, title: str, *, by: User, now: datetime) -> bool:
    query = (
        select(Action.id)
        .join(action_point, action_point.c.action_id == Action.id)
        .where(
            action_point.c.point_id == point_id,
            Action.title == title,
            Action.created_by_id == by.id,
            Action.created_at >= now - SENT_TWICE,
        )
    )
    return db.session.scalar(select(exists(query))) or False


def _own_unit(owner_text: str) -> int | None:
    """The owner's unit, where they have exactly one; a name that means nobody is told later."""
    try:
        owner = rules.find_owner(rules.one_line(owner_text))
    except RuleBroken:
        return None
    units = {role.unit_id for role in owner.roles if role.unit_id} if owner else set()
    return units.pop() if len(units) == 1 else None


def _settle(row: SheetRow, answer: Answer, saved: Saved, *, by: User, now: datetime) -> None:
    into = _numbered(row) if answer is Answer.MERGED else None
    given = NewAnswer(answer, row.reason, row.decided_by, into)
    if _state(row.point_id) is not PointState(answer.value):
        _check_unmoved(row)
    changed = put_answers([row.point_id], given, by=by, now=now).changed
    if answer is Answer.NO_ACTION:
        saved.no_action += changed
    else:
        saved.merged += changed


def _numbered(row: SheetRow) -> int | None:
    """The point of the same evaluation that the row names by its number."""
    if row.merged_into is None:
        return None
    same = select(ImprovementPoint.evaluation_id).where(ImprovementPoint.id == row.point_id)
    found = db.session.scalar(
        select(ImprovementPoint.id).where(
            ImprovementPoint.evaluation_id == same.scalar_subquery(),
            ImprovementPoint.position == row.merged_into,
        )
    )
    if found is None:
        raise RuleBroken(
            "Det finns ingen punkt %(number)s i utvärderingen.",
            field="merged_into_id",
            number=row.merged_into,
        )
    return found


def _check_unmoved(row: SheetRow) -> None:
    """Nobody else has answered the point since the page was shown."""
    if row.was is not None and _state(row.point_id) is not row.was:
        raise RuleBroken(
            "Någon annan har svarat på punkten medan du skrev. Läs deras svar ovan. "
            "Spara igen om ditt ska gälla, eller töm fälten.",
            field="answer",
        )


def _state(point_id: int) -> PointState | None:
    for state in (PointState.TO_DO, *PointState):
        query = select(ImprovementPoint.id).where(ImprovementPoint.id == point_id, in_state(state))
        if db.session.scalar(query) is not None:
            return PointState(state)
    return None
