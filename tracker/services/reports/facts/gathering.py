"""The facts of a report: everything that it tells, as it stood at the end of a day.

A round is measured on its day and answered for days after: what people say until it ends belongs to
its report, with the day on which they said it. How things stood (status, deadline, owner, proofs)
is told of the measured day alone.

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
    ReportKind,
    ReportRow,
    RoundFacts,
)
from tracker.extensions import db
from tracker.models import ActionPlan, FollowUpRound, Report
from tracker.services.places import own_municipality
from tracker.services.reports.facts import around
from tracker.services.reports.facts.asked import ReportAsked, own_versions, previous_report
from tracker.services.reports.facts.handed_over import with_handed_over
from tracker.services.reports.facts.history import Stood, stood
from tracker.services.reports.facts.measured import Areas, Measured, areas_of, effects_of, measured
from tracker.services.reports.facts.missing import gaps_of
from tracker.services.reports.reader import reader_of
from tracker.services.reports.snapshots import thawed
from tracker.services.rounds.reporting import round_facts

__all__ = ["ReportAsked", "gather", "previous_report"]


@dataclass(frozen=True)
class _Read:
    """What has been read of the plan: its actions of the part, what was asked about it, the round,
    the report before and what that one told."""

    plan: ActionPlan
    round: FollowUpRound | None
    decisions: tuple[MinutesLine, ...]
    rows: tuple[ReportRow, ...]
    questions: tuple[Asked, ...]
    evaluations: Measured
    areas: Areas
    before: Report | None
    told: tuple[ReportRow, ...]

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
        municipality=asked.municipality or (own.name if own is not None else ""),
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
        changes=_changes(read, asked),
        questions=read.questions,
        round=_round(read.round, asked, zone),
        effects=effects,
        coming=around.coming_after(asked, rows, zone),
        missing=_missing(read, deviations, asked, incomparable),
    )


def _read(asked: ReportAsked, zone: ZoneInfo) -> _Read:
    plan = _plan(asked.plan_id)
    own = own_versions(asked)
    questions = around.questions_by(asked, zone, own)
    of_round = db.session.get(FollowUpRound, asked.round_id) if asked.round_id else None
    history = stood(
        plan.id,
        asked.as_of,
        zone=zone,
        also={one.action_id for one in questions},
        said_by=_said_by(of_round, asked),
    )
    evaluations = measured(asked.as_of)
    every = with_handed_over(asked, history, zone)
    tied = (points for one in every for points in one.points.values())
    areas = areas_of(frozenset().union(*tied), evaluations)
    placed = [_placed(one, areas) for one in every]
    before = previous_report(asked)
    return _Read(
        plan,
        of_round,
        around.decisions_by(plan, asked.as_of, own),
        _of_part(placed, asked),
        around.answered(questions, placed[0].rows),
        evaluations,
        areas,
        before,
        _told_by(before, asked),
    )


def _said_by(of_round: FollowUpRound | None, asked: ReportAsked) -> date:
    """The last day of whose status updates the report tells: that on which the round ended, never
    later than the day of writing."""
    if of_round is None:
        return asked.as_of
    return max(asked.as_of, min(asked.written_on, of_round.closed_on or of_round.due_on))


def _placed(one: Stood, areas: Areas) -> Stood:
    """The actions with the areas of their points."""
    rows = {
        key: replace(row, areas=areas.numbers(one.points[key])) for key, row in one.rows.items()
    }
    return replace(one, rows=rows)


def _told_by(before: Report | None, asked: ReportAsked) -> tuple[ReportRow, ...]:
    """What the report before told of; of one about the whole plan, what belonged to the part."""
    if before is None or before.snapshot is None:
        return ()
    rows = thawed(before.snapshot).facts.rows
    if not _of_whole(before, asked):
        return rows
    name = around.part_of(asked)[0]
    place = "committee" if asked.part is Part.COMMITTEE else "unit"
    return tuple(row for row in rows if getattr(row, place) == name)


def _of_whole(before: Report, asked: ReportAsked) -> bool:
    whole = before.committee_id is None and before.unit_id is None
    return whole and asked.part is not Part.WHOLE


def _missing(
    read: _Read, deviations: tuple[Deviation, ...], asked: ReportAsked, incomparable: bool
) -> tuple[Missing, ...]:
    return gaps_of(
        read.rows,
        deviations,
        read.decisions,
        since=read.since,
        told=read.told,
        report_id=asked.report_id,
        incomparable=incomparable,
        day=asked.as_of,
        final=asked.kind is ReportKind.FINAL,
    )


def _plan(plan_id: int) -> ActionPlan:
    query = select(ActionPlan).where(ActionPlan.id == plan_id)
    parts = selectinload(ActionPlan.decisions), selectinload(ActionPlan.points)
    plan = db.session.scalar(query.options(*parts).execution_options(populate_existing=True))
    if plan is None:
        raise NotFound
    return plan


def _of_part(every: Sequence[Stood], asked: ReportAsked) -> tuple[ReportRow, ...]:
    """The plan's actions that were the committee's or the unit's then, by deadline."""
    place = {Part.COMMITTEE: 0, Part.UNIT: 1}.get(asked.part)
    wanted = asked.committee_id if asked.part is Part.COMMITTEE else asked.unit_id
    rows = [
        one.rows[key]
        for one in every
        for key in one.members
        if place is None or one.places[key][place] == wanted
    ]
    return tuple(sorted(rows, key=lambda row: (row.deadline, row.title, row.id)))


def _round(one: FollowUpRound | None, asked: ReportAsked, zone: ZoneInfo) -> RoundFacts | None:
    """The round behind the report, as far as it has come."""
    if one is None:
        return None
    where = {"committee_id": asked.committee_id, "unit_id": asked.unit_id}
    reader = reader_of(asked.plan_id, asked.committee_id, asked.unit_id)
    read_by = reader.id if reader is not None else None
    return round_facts(one, **where, zone=zone, plan_id=asked.plan_id, read_by=read_by)


def _changes(read: _Read, asked: ReportAsked) -> Changes | None:
    """This report beside the last one, from what that one told."""
    if read.before is None or read.before.snapshot is None:
        return None
    since = read.before.as_of
    found = changes_between(read.told, read.rows, since=since, day=asked.as_of)
    return replace(found, of_whole=_of_whole(read.before, asked))


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
