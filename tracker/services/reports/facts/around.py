"""What stands around the actions in a report: minutes, questions, what comes next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, true
from sqlalchemy.orm import selectinload

from tracker.domain.calendar import local_date
from tracker.domain.reporting import (
    Asked,
    Coming,
    MinutesLine,
    NextPlan,
    Part,
    ReportKind,
    ReportRow,
)
from tracker.extensions import db
from tracker.models import (
    ActionPlan,
    CarriedAction,
    Committee,
    Decision,
    DecisionKind,
    FollowUpRound,
    Report,
    ReportQuestion,
    ReportState,
    Unit,
)
from tracker.services.reports.facts.asked import ReportAsked
from tracker.services.reports.facts.history import end_of

AHEAD = timedelta(days=120)
FEW = 8


@dataclass(frozen=True)
class Question:
    """A question that a committee asked; `body` and `section` are of the minutes, where there are
    any."""

    action_id: int
    text: str
    asked_on: date
    body: str
    section: int | None


def decisions_by(plan: ActionPlan, day: date, own: Collection[int] = ()) -> tuple[MinutesLine, ...]:
    """What has been decided about the plan by then, the earliest first, but for what was decided
    about the report's `own` versions."""
    return tuple(
        MinutesLine(
            one.kind.value,
            one.body,
            one.decided_on,
            one.section,
            one.record_number,
            one.note,
        )
        for one in plan.decisions
        if one.decided_on <= day and one.report_id not in own
    )


def adopted_by(decisions: Sequence[MinutesLine]) -> str:
    """The body that adopted the plan, empty while none has."""
    bodies = [one.body for one in decisions if one.kind == DecisionKind.ADOPTED]
    return bodies[-1] if bodies else ""


def part_of(asked: ReportAsked) -> tuple[str, str]:
    """The names of what the report is about (empty for the whole), and of the committee that reads
    it (empty where none is known)."""
    if asked.unit_id is None:
        query = select(Committee.name, Committee.name).where(Committee.id == asked.committee_id)
    else:
        query = (
            select(Unit.name, func.coalesce(Committee.name, ""))
            .outerjoin(Committee, Committee.id == Unit.committee_id)
            .where(Unit.id == asked.unit_id)
        )
    found = db.session.execute(query).first()
    return (found[0], found[1]) if found else ("", "")


def questions_by(
    asked: ReportAsked, zone: ZoneInfo, own: Collection[int] = ()
) -> tuple[Question, ...]:
    """What has been asked by then on published reports of the plan about this part, or about the
    whole of it, the earliest first; on those of any part where the report is of the whole. What
    was asked on its `own` versions is left out."""
    same = (Report.committee_id.is_not_distinct_from(asked.committee_id)) & (
        Report.unit_id.is_not_distinct_from(asked.unit_id)
    )
    whole = Report.committee_id.is_(None) & Report.unit_id.is_(None)
    query = (
        select(ReportQuestion, Committee.name)
        .join(Report, Report.id == ReportQuestion.report_id)
        .outerjoin(Committee, Committee.id == Report.committee_id)
        .where(
            Report.plan_id == asked.plan_id,
            Report.state == ReportState.PUBLISHED,
            or_(same, whole) if asked.part is not Part.WHOLE else true(),
            Report.id.not_in(own),
            ReportQuestion.asked_at < end_of(asked.as_of, zone),
        )
        .order_by(ReportQuestion.asked_at, ReportQuestion.id)
    )
    rows = db.session.execute(query).all()
    minutes = _minutes_of({one.report_id for one, _ in rows})
    found = []
    for one, committee in rows:
        decision = minutes.get(one.report_id)
        body = decision.body if decision else committee or ""
        found.append(
            Question(
                one.action_id,
                one.text,
                decision.decided_on if decision else local_date(one.asked_at, zone),
                body,
                decision.section if decision else None,
            )
        )
    return tuple(found)


def _minutes_of(report_ids: set[int]) -> dict[int, Decision]:
    """Report → the first decision that had it before it."""
    query = select(Decision).where(Decision.report_id.in_(report_ids))
    rows = db.session.scalars(query.order_by(Decision.decided_on.desc(), Decision.id.desc()))
    return {one.report_id: one for one in rows if one.report_id is not None}


def answered(questions: Sequence[Question], rows: Mapping[int, ReportRow]) -> tuple[Asked, ...]:
    """The questions with the actions that answer them, as these stood."""
    return tuple(
        Asked(one.text, one.asked_on, one.body, one.section, rows[one.action_id])
        for one in questions
        if one.action_id in rows
    )


def coming_after(asked: ReportAsked, rows: Sequence[ReportRow], zone: ZoneInfo) -> Coming:
    """The open actions with a deadline within AHEAD, the first FEW of them, and how many more have
    theirs later; the next round that asks about the plan; in a final report the plan that follows.
    """
    ahead = sorted(
        (row for row in rows if row.open and asked.as_of <= row.deadline),
        key=lambda row: (row.deadline, row.title, row.id),
    )
    soon = [row for row in ahead if row.deadline <= asked.as_of + AHEAD][:FEW]
    plan = _next_plan(asked.plan_id, rows) if asked.kind is ReportKind.FINAL else None
    following = _next_round(asked, zone)
    return Coming(
        tuple(soon),
        len(ahead) - len(soon),
        following.name if following else "",
        following.due_on if following else None,
        plan,
    )


def _next_round(asked: ReportAsked, zone: ZoneInfo) -> FollowUpRound | None:
    """The next round but the report's own that tells of a later day, of those that were planned
    when it was written; a plan that has ended is in none."""
    if asked.kind is ReportKind.FINAL:
        return None
    told_on = func.coalesce(FollowUpRound.as_of, FollowUpRound.due_on)
    query = select(FollowUpRound).where(
        told_on > asked.as_of,
        FollowUpRound.created_at < end_of(asked.written_on, zone),
        or_(FollowUpRound.plan_id.is_(None), FollowUpRound.plan_id == asked.plan_id),
        or_(FollowUpRound.closed_on.is_(None), FollowUpRound.closed_on > asked.as_of),
    )
    if asked.round_id is not None:
        query = query.where(FollowUpRound.id != asked.round_id)
    return db.session.scalar(query.order_by(told_on, FollowUpRound.id).limit(1))


def _next_plan(plan_id: int, rows: Sequence[ReportRow]) -> NextPlan | None:
    """The latest plan that says that it follows this one, else the one that took over from it,
    with how many of the report's actions it took over."""
    took = (
        select(CarriedAction.to_plan_id, func.count().label("number"))
        .where(CarriedAction.from_plan_id == plan_id)
        .group_by(CarriedAction.to_plan_id)
        .subquery()
    )
    query = (
        select(ActionPlan)
        .outerjoin(took, took.c.to_plan_id == ActionPlan.id)
        .where(or_(ActionPlan.previous_id == plan_id, took.c.number > 0), ActionPlan.id != plan_id)
        .order_by(func.coalesce(ActionPlan.previous_id, 0) != plan_id, ActionPlan.id.desc())
        .options(selectinload(ActionPlan.points))
        .limit(1)
    )
    plan = db.session.scalar(query)
    if plan is None:
        return None
    return NextPlan(
        plan.title,
        plan.starts_on,
        plan.ends_on,
        plan.purpose,
        tuple((point.label, point.text) for point in plan.points),
        sum(row.taken_over_by == plan.title for row in rows),
    )
