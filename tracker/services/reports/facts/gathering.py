"""The facts of a report: everything that it tells, as it stood at the end of a day.

Whoever calls has seen to it that the reader may know; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.calendar import local_date
from tracker.domain.deviating import changes_between, deviations_of, tally_of
from tracker.domain.errors import NotFound
from tracker.domain.reporting import (
    Asked,
    Changes,
    Deviation,
    MinutesLine,
    Missing,
    Part,
    ReportFacts,
    ReportRow,
    RoundFacts,
)
from tracker.extensions import db
from tracker.models import ActionPlan, FollowUpRound, Report
from tracker.services.places import own_municipality
from tracker.services.reports.facts import around
from tracker.services.reports.facts.asked import ReportAsked, previous_report
from tracker.services.reports.facts.history import Stood, stood
from tracker.services.reports.facts.measured import Areas, Measured, areas_of, effects_of, measured
from tracker.services.reports.facts.missing import gaps_of
from tracker.services.reports.snapshots import thawed
from tracker.services.rounds.reporting import round_facts

__all__ = ["ReportAsked", "gather", "previous_report"]


@dataclass(frozen=True)
class _Read:
    """What has been read of the plan: its actions of the part, what was asked about it, and the
    report before."""

    plan: ActionPlan
    decisions: tuple[MinutesLine, ...]
    rows: tuple[ReportRow, ...]
    questions: tuple[Asked, ...]
    evaluations: Measured
    areas: Areas
    before: Report | None

    @property
    def since(self) -> date | None:
        """The day that the report before told of."""
        return self.before.as_of if self.before is not None else None


def gather(asked: ReportAsked, *, zone: ZoneInfo, locale: str = "sv") -> ReportFacts:
    """The facts of the report that is asked for; `locale` is the language of the sentences about
    effects.

    Raises:
        NotFound: there is no such plan.
        RuleBroken: the report before it can no longer be read.
    """
    read = _read(asked, zone)
    plan, rows, day = read.plan, read.rows, asked.as_of
    deviations = deviations_of(rows, day=day, since=read.since)
    effects, incomparable = effects_of(
        read.evaluations, _began_on(read, zone), _ended_on(plan, day), locale
    )
    part_name, reader = around.part_of(asked)
    own = own_municipality()
    return ReportFacts(
        kind=asked.kind,
        municipality=own.name if own is not None else "",
        plan_id=plan.id,
        plan_title=plan.title,
        purpose=plan.purpose,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        part=asked.part,
        part_name=part_name,
        reader=around.adopted_by(read.decisions) if asked.part is Part.WHOLE else reader,
        record_number=asked.record_number,
        as_of=day,
        written_on=asked.written_on,
        signed_by=asked.signed_by,
        points=tuple((point.label, point.text) for point in plan.points),
        decisions=read.decisions,
        evaluations=read.evaluations.facts(),
        tally=tally_of(rows, day),
        areas=read.areas.states(rows, day),
        rows=rows,
        deviations=deviations,
        changes=_changes(read.before, rows, day),
        questions=read.questions,
        round=_round(asked, zone),
        effects=effects,
        coming=around.coming_after(asked, rows),
        missing=_missing(read, deviations, asked.report_id, incomparable),
    )


def _read(asked: ReportAsked, zone: ZoneInfo) -> _Read:
    plan = _plan(asked.plan_id)
    questions = around.questions_by(asked, zone)
    history = stood(plan.id, asked.as_of, zone=zone, also={one.action_id for one in questions})
    evaluations = measured(asked.as_of)
    areas = areas_of(frozenset().union(*history.points.values()), evaluations)
    every = {
        key: replace(row, areas=areas.numbers(history.points[key]))
        for key, row in history.rows.items()
    }
    return _Read(
        plan,
        around.decisions_by(plan, asked.as_of),
        _of_part(every, history, asked),
        around.answered(questions, every),
        evaluations,
        areas,
        previous_report(asked),
    )


def _missing(
    read: _Read, deviations: tuple[Deviation, ...], report_id: int | None, incomparable: bool
) -> tuple[Missing, ...]:
    return gaps_of(
        read.rows,
        deviations,
        read.decisions,
        since=read.since,
        report_id=report_id,
        incomparable=incomparable,
    )


def _plan(plan_id: int) -> ActionPlan:
    query = select(ActionPlan).where(ActionPlan.id == plan_id)
    parts = selectinload(ActionPlan.decisions), selectinload(ActionPlan.points)
    plan = db.session.scalar(query.options(*parts).execution_options(populate_existing=True))
    if plan is None:
        raise NotFound
    return plan


def _of_part(
    every: dict[int, ReportRow], history: Stood, asked: ReportAsked
) -> tuple[ReportRow, ...]:
    """The plan's actions that were the committee's or the unit's then, by deadline."""
    place = {Part.COMMITTEE: 0, Part.UNIT: 1}.get(asked.part)
    wanted = asked.committee_id if asked.part is Part.COMMITTEE else asked.unit_id
    rows = [
        every[key]
        for key in history.members
        if place is None or history.places[key][place] == wanted
    ]
    return tuple(sorted(rows, key=lambda row: (row.deadline, row.title, row.id)))


def _round(asked: ReportAsked, zone: ZoneInfo) -> RoundFacts | None:
    """The round behind the report, as far as it has come."""
    if asked.round_id is None:
        return None
    one = db.session.get(FollowUpRound, asked.round_id)
    if one is None:
        return None
    where = {"committee_id": asked.committee_id, "unit_id": asked.unit_id}
    return round_facts(one, **where, zone=zone, plan_id=asked.plan_id)


def _changes(before: Report | None, rows: Sequence[ReportRow], day: date) -> Changes | None:
    """This report beside the last one, from what that one told."""
    if before is None or before.snapshot is None:
        return None
    told = thawed(before.snapshot).facts.rows
    return changes_between(told, rows, since=before.as_of, day=day)


def _began_on(read: _Read, zone: ZoneInfo) -> date:
    """The first day of the plan's work; where its period is not told, of the plan itself. An
    action that it took over may be older."""
    if read.plan.starts_on is not None:
        return read.plan.starts_on
    decided = [one.decided_on for one in read.decisions]
    return min([local_date(read.plan.created_at, zone), *decided])


def _ended_on(plan: ActionPlan, day: date) -> date | None:
    """The last day of the plan's work, if it had ended by then."""
    ends = [on for on in (plan.closed_on, plan.ends_on) if on is not None and on <= day]
    return min(ends, default=None)
