"""After the meeting: what a body decided about a report, and what it asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from sqlalchemy import select

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.reporting import ReportKind
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import (
    ActionPlan,
    Decision,
    DecisionKind,
    Report,
    ReportQuestion,
    ReportState,
    RoundMeeting,
    Unit,
    User,
)
from tracker.services import journal
from tracker.services.actions.rules import (
    TITLE_MAX,
    Refused,
    check_written,
    one_line,
    paragraphs,
)
from tracker.services.actions.wording import NewAction, add_action
from tracker.services.plans import minutes as plan_minutes
from tracker.services.plans import rules
from tracker.services.plans.minutes import Minutes
from tracker.services.plans.succession import open_successor
from tracker.services.reports.access import load_report
from tracker.services.reports.meeting_shown import after, versions_of
from tracker.services.reports.reader import reading_committee, record_number_of
from tracker.services.reports.writing.rules import name_of

__all__ = [
    "MOST_QUESTIONS",
    "Question",
    "QuestionProblem",
    "after",
    "ask",
    "check_decidable",
    "decide",
    "latest_decision",
    "published",
    "suggested",
    "target_of",
    "target_or_none",
]

MOST_QUESTIONS = 20
QUESTION_MAX = 2_000
STORED_IN = "sv"  # what an action says of where it comes from is stored, so in one language


@dataclass(frozen=True)
class Question:
    """What a body asked, as typed, and who is to answer by when. `owner_text` is a name or an
    e-mail address; `outside_ok` says that the owner may belong to another unit."""

    text: str
    owner_text: str = ""
    unit_id: int | None = None
    deadline: date | None = None
    outside_ok: bool = False


class QuestionProblem(RuleBroken):
    """What is wrong with the question in place `row` (from 0), at `field` of it."""

    def __init__(self, row: int, problem: RuleBroken) -> None:
        super().__init__(problem.message, field=problem.field, **problem.params)
        self.row, self.problem = row, problem


def published(report_id: int, *, by: User) -> Report:
    """A published report, for who may record what was decided about it.

    Raises:
        NotFound, Forbidden.
        RuleBroken: no committee has read it yet.
    """
    report = load_report(report_id, by=by, deed=Deed.REPORT_PUBLISH)
    check_published(report)
    return report


def check_published(report: Report) -> None:
    """No committee has read a report that is not published."""
    if report.state is not ReportState.PUBLISHED:
        raise RuleBroken(
            "Rapporten är inte publicerad. Publicera den först, så går beslutet att registrera."
        )


def check_decided(decision: Decision | None) -> Decision:
    """Without a decision nobody can tell who asked."""
    if decision is None:
        raise RuleBroken("Registrera först beslutet om rapporten, så syns det vem som frågade.")
    return decision


def check_decidable(report: Report, *, asks: bool = False) -> None:
    """Raise RuleBroken unless a decision about the report can be recorded, or, where a body `asks`
    more, is recorded already and there is a plan for the answers."""
    check_published(report)
    rules.check_adopted(report.plan)
    if asks:
        check_decided(latest_decision(report))
        target_of(report.plan)


def suggested(report: Report, *, today: date) -> Minutes:
    """What the minutes probably say: whose meeting, and which day where that has come."""
    committee = reading_committee(report)
    day = None
    if committee is not None and report.round_id is not None:
        day = db.session.scalar(
            select(RoundMeeting.meets_on).where(
                RoundMeeting.round_id == report.round_id,
                RoundMeeting.committee_id == committee.id,
                RoundMeeting.meets_on <= today,
            )
        )
    number = report.record_number or record_number_of(report.plan)
    return Minutes(committee.name if committee else "", day, None, number)


def decide(
    report_id: int,
    minutes: Minutes,
    questions: Sequence[Question] = (),
    *,
    by: User,
    now: datetime,
    today: date,
) -> Decision:
    """Record what a body decided about a published report, and give each of its questions to
    somebody as an action of the plan.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the report is not published, or its plan is a draft.
        Refused: the minutes or a question (QuestionProblem) do not hold; nothing is kept.
    """
    report = published(report_id, by=by)
    plan = rules.locked_plan(report.plan_id, by=by, deed=Deed.REPORT_PUBLISH)
    rules.check_adopted(plan)
    kind = plan_minutes.kind_about(plan, final=report.kind is ReportKind.FINAL)
    decision, problems = plan_minutes.checked(plan, minutes, kind, today, not_before=report.as_of)
    problems += _asked(report, plan, questions, decision, by=by, now=now, today=today)
    if problems or decision is None:
        db.session.rollback()
        raise Refused(problems)
    decision.report_id = report.id
    plan.decisions.append(decision)
    data = {**plan_minutes.readable(decision), "report_id": report.id}
    deed = "plan.minutes" if kind is DecisionKind.CLOSED else "plan.follow_up"
    journal.record(deed, "plan", plan.id, data, by=by, now=now)
    told = {"report": name_of(report), **plan_minutes.readable(decision)}
    journal.record("report.decide", "report", report.id, told, by=by, now=now)
    db.session.commit()
    return decision


def ask(
    report_id: int, questions: Sequence[Question], *, by: User, now: datetime, today: date
) -> None:
    """Add what the body asked besides, once its decision is recorded.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the report is not published, or no decision about it is recorded.
        Refused: there is no question, or one does not hold (QuestionProblem); nothing is kept.
    """
    report = published(report_id, by=by)
    plan = rules.locked_plan(report.plan_id, by=by, deed=Deed.REPORT_PUBLISH)
    decision = check_decided(latest_decision(report))
    problems = _asked(report, plan, questions, decision, by=by, now=now, today=today)
    if not questions:
        problems.append(RuleBroken("Skriv minst en fråga."))
    if problems:
        db.session.rollback()
        raise Refused(problems)
    db.session.commit()


def latest_decision(report: Report) -> Decision | None:
    """The last decision about a published report, whichever version was before the body."""
    query = select(Decision).where(Decision.report_id.in_(versions_of(report)))
    return db.session.scalar(query.order_by(Decision.decided_on.desc(), Decision.id.desc()))


def target_or_none(plan: ActionPlan) -> ActionPlan | None:
    """As target_of, None where there is no such plan."""
    return plan if plan.closed_on is None else open_successor(plan)


def target_of(plan: ActionPlan) -> ActionPlan:
    """The plan that takes questions about this one: itself, or the open one that took over.

    Raises:
        RuleBroken: it is closed, and no open plan came after it.
    """
    found = target_or_none(plan)
    if found is None:
        raise RuleBroken(
            "Planen är avslutad och ingen öppen plan har tagit över efter den. Påbörja nästa "
            "periods plan, så kan frågorna bli åtgärder där. Beslutet går att registrera utan dem."
        )
    return found


def _asked(
    report: Report,
    plan: ActionPlan,
    questions: Sequence[Question],
    decision: Decision | None,
    *,
    by: User,
    now: datetime,
    today: date,
) -> list[RuleBroken]:
    """Make an action of each question, in the caller's transaction; gives what is wrong."""
    problems: list[RuleBroken] = []
    if not questions:
        return problems
    if len(questions) > MOST_QUESTIONS:
        most = MOST_QUESTIONS
        return [RuleBroken("Registrera högst %(most)s frågor åt gången.", most=most)]
    try:
        target = target_of(plan)
    except RuleBroken as problem:
        return [problem]
    known = set(map(fold, _texts_of(report)))
    for row, question in enumerate(questions):
        try:
            text = _checked_text(question.text, known)
            new = _as_action(report, target, question, text, decision)
            action = add_action(new, by=by, now=now, today=today)
        except RuleBroken as refused:
            several = refused.problems if isinstance(refused, Refused) else (refused,)
            problems += [QuestionProblem(row, one) for one in several]
            continue
        db.session.add(
            ReportQuestion(
                report_id=report.id,
                text=text,
                action_id=action.id,
                asked_at=now,
                asked_by_id=by.id,
            )
        )
        data = {"report": name_of(report), "question": text, "action_id": action.id}
        journal.record("report.ask", "report", report.id, data, by=by, now=now)
    return problems


def _texts_of(report: Report) -> list[str]:
    versions = versions_of(report)
    query = select(ReportQuestion.text).where(ReportQuestion.report_id.in_(versions))
    return list(db.session.scalars(query))


def _checked_text(typed: str, known: set[str]) -> str:
    """The question, once; `known` are those that were asked already, and grows."""
    text = paragraphs(typed)
    check_written(text, "text", N_("Skriv vad nämnden frågade."), QUESTION_MAX)
    if fold(text) in known:
        raise RuleBroken("Frågan är redan registrerad om den här rapporten.", field="text")
    known.add(fold(text))
    return text


def _as_action(
    report: Report, target: ActionPlan, question: Question, text: str, decision: Decision | None
) -> NewAction:
    return NewAction(
        title=shortened(text),
        description=f"{_opening(decision)}\n{text}",
        owner_text=question.owner_text,
        unit_id=question.unit_id,
        committee_id=_answers_to(question, report),
        deadline=question.deadline,
        outside_ok=question.outside_ok,
        plan_id=target.id,
    )


def _answers_to(question: Question, report: Report) -> int | None:
    """The committee of the unit that is to answer, whoever asked; who asked where the unit has
    none."""
    unit = db.session.get(Unit, question.unit_id) if question.unit_id is not None else None
    return (unit.committee_id if unit is not None else None) or report.committee_id


def _opening(decision: Decision | None) -> str:
    if decision is None:
        return ""
    day = format_date(decision.decided_on, "d MMMM y", locale=STORED_IN)
    return f"Fråga från {decision.body} den {day}, § {decision.section}:"


def shortened(text: str) -> str:
    """A question as the title of an action: on one line, cut between words where it is long."""
    line = one_line(text)
    if len(line) <= TITLE_MAX:
        return line
    cut = line[: TITLE_MAX - 1]
    words, space, _rest = cut.rpartition(" ")
    return f"{(words if space and len(words) > TITLE_MAX // 2 else cut).rstrip(' ,;:')}…"
