"""What a round gives its reports: the day they tell of, how many answered, and the reports."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, select, true

from tracker.domain.permissions import Deed
from tracker.domain.reporting import RoundFacts
from tracker.extensions import db
from tracker.models import (
    Action,
    ActionPlan,
    Committee,
    FollowUpRound,
    PlanState,
    Report,
    ReportState,
    RoundMeeting,
    Unit,
    User,
)
from tracker.services.reports import access
from tracker.services.reports.reader import reader_of
from tracker.services.rounds import meetings, progress
from tracker.services.rounds.progress import Measure


def measured_on(one: FollowUpRound) -> date:
    """The day of which the reports of a round tell how things stood."""
    return one.as_of or one.due_on


def round_facts(
    one: FollowUpRound,
    *,
    committee_id: int | None,
    unit_id: int | None,
    zone: ZoneInfo,
    plan_id: int | None = None,
    read_by: int | None = None,
) -> RoundFacts:
    """How many of the actions that the round asks of a part have been answered for, whoever reads;
    of one plan where `plan_id` says so. The meeting is that of the committee `read_by`, else of the
    part's own. Three queries."""
    (span,) = progress.spans([one], progress.openings())
    part = _part(committee_id, unit_id, plan_id)
    measure = Measure.within(part, span, span.ended_on, zone)
    answered, asked = db.session.execute(
        select(measure.got(), func.count()).select_from(Action).where(measure.asked)
    ).one()
    meeting = _meeting(one.id, read_by if read_by is not None else committee_id)
    return RoundFacts(
        name=one.name,
        due_on=one.due_on,
        answered=int(answered),
        asked=int(asked),
        dispatch_on=meeting.dispatch_on if meeting is not None else None,
        meets_on=meeting.meets_on if meeting is not None else None,
    )


def _part(
    committee_id: int | None, unit_id: int | None, plan_id: int | None
) -> ColumnElement[bool]:
    wanted = [
        column == key
        for column, key in (
            (Action.committee_id, committee_id),
            (Action.unit_id, unit_id),
            (Action.plan_id, plan_id),
        )
        if key is not None
    ]
    return and_(true(), *wanted)


def _meeting(round_id: int, committee_id: int | None) -> RoundMeeting | None:
    if committee_id is None:
        return None
    query = select(RoundMeeting).where(
        RoundMeeting.round_id == round_id, RoundMeeting.committee_id == committee_id
    )
    return db.session.scalar(query)


@dataclass(frozen=True)
class ReportMade:
    """A report of the round."""

    id: int
    state: ReportState
    ordinal: int


@dataclass(frozen=True)
class PartReports:
    """What a committee, a unit or (neither) the whole has to read: its meeting, if it has one in
    the round, and its reports, the newest first. `wanted`: a report to it is usually made.
    `adopted_by` is the committee that adopted the plan, which reads of the whole; such a one
    seldom has a report of its own part too (`gets_the_whole`)."""

    name: str
    committee_id: int | None = None
    unit_id: int | None = None
    dispatch_on: date | None = None
    meets_on: date | None = None
    reports: tuple[ReportMade, ...] = ()
    wanted: bool = True
    adopted_by: str = ""
    gets_the_whole: bool = False


def reports_of(one: FollowUpRound, *, by: User) -> tuple[PartReports, ...]:
    """The parts that the round's reports are for: the whole, its committees (all, where it names
    no meetings), and units that have a report. Only reports that `by` may read.

    Empty for who sees no reports."""
    if not (by.may(Deed.REPORT_VIEW) or by.may(Deed.REPORT_EDIT)):
        return ()
    made = _made(one.id, by)
    names = dict(meetings.committees())
    read_by = {meeting.committee_id: meeting for meeting in one.meetings}
    with_report = {committee for committee, _ in made if committee is not None}
    wanted = [key for key in names if key in read_by or key in with_report or not read_by]
    adopting = _adopting(one)
    whole = PartReports("", reports=made.get((None, None), ()))
    if adopting is not None and (at := read_by.get(adopting.id)) is not None:
        whole = replace(
            whole,
            adopted_by=adopting.name,
            dispatch_on=at.dispatch_on,
            meets_on=at.meets_on,
        )
    parts = [whole]
    for key in sorted(wanted, key=lambda key: _place(read_by.get(key), names[key])):
        meeting = read_by.get(key)
        parts.append(
            PartReports(
                names[key],
                committee_id=key,
                dispatch_on=meeting.dispatch_on if meeting else None,
                meets_on=meeting.meets_on if meeting else None,
                reports=made.get((key, None), ()),
                gets_the_whole=adopting is not None and key == adopting.id,
            )
        )
    return (*parts, *_units(made))


def _adopting(one: FollowUpRound) -> Committee | None:
    """The committee that adopted the round's plan, or of a round about all of them the newest that
    is open."""
    plan_id = one.plan_id
    if plan_id is None:
        is_open = ActionPlan.state == PlanState.ADOPTED, ActionPlan.closed_on.is_(None)
        query = select(ActionPlan.id).where(*is_open).order_by(ActionPlan.id.desc()).limit(1)
        plan_id = db.session.scalar(query)
    return reader_of(plan_id, None, None) if plan_id is not None else None


def _place(meeting: RoundMeeting | None, name: str) -> tuple[date, str]:
    return (meeting.meets_on if meeting is not None else date.max, name)


_Part = tuple[int | None, int | None]


def _made(round_id: int, by: User) -> dict[_Part, tuple[ReportMade, ...]]:
    query = (
        select(Report.committee_id, Report.unit_id, Report.id, Report.state, Report.ordinal)
        .where(Report.round_id == round_id, access.visible(by))
        .order_by(Report.id.desc())
    )
    made: dict[_Part, tuple[ReportMade, ...]] = {}
    for row in db.session.execute(query):
        part = (row.committee_id, row.unit_id)
        made[part] = (*made.get(part, ()), ReportMade(row.id, row.state, row.ordinal))
    return made


def _units(made: dict[_Part, tuple[ReportMade, ...]]) -> list[PartReports]:
    ids = [unit for _, unit in made if unit is not None]
    if not ids:
        return []
    rows = db.session.execute(
        select(Unit.id, Unit.name).where(Unit.id.in_(ids)).order_by(Unit.name)
    )
    return [
        PartReports(name, unit_id=key, reports=made[None, key], wanted=False) for key, name in rows
    ]
