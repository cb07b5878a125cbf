"""What a report's page shows of what came after it: decisions, questions and their answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.domain.permissions import Deed
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    Decision,
    Report,
    ReportQuestion,
    ReportState,
    StatusUpdate,
    User,
)
from tracker.services import scope
from tracker.services.actions.latest import latest_update


@dataclass(frozen=True)
class DecisionShown:
    """A decision about a report; `ordinal` is the version that it was about."""

    id: int
    plan_id: int
    body: str
    decided_on: date
    section: int
    record_number: str
    note: str
    ordinal: int


@dataclass(frozen=True)
class QuestionShown:
    """A question with the action that answers it; `action_id` is None where the reader may not
    open it. `answer` is what was said last, and "" where nobody has said anything."""

    text: str
    action_id: int | None
    owner: str
    deadline: date
    status: ActionStatus
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True)
class Meeting:
    """What came of a report; `may_record` says that the reader records decisions about it."""

    decisions: tuple[DecisionShown, ...]
    questions: tuple[QuestionShown, ...]
    may_record: bool


def after(report: Report, *, by: User) -> Meeting:
    """What was decided and asked about a report that the caller has loaded for `by`, and about
    the versions that it replaces and that replace it, in three queries, or four where there are
    answers to look for; nothing about one that no committee has read."""
    if report.state is not ReportState.PUBLISHED:
        return Meeting((), (), may_record=False)
    versions = versions_of(report)
    decisions = db.session.execute(
        select(
            Decision.id,
            Decision.plan_id,
            Decision.body,
            Decision.decided_on,
            Decision.section,
            Decision.record_number,
            Decision.note,
            Report.ordinal,
        )
        .join(Report, Report.id == Decision.report_id)
        .where(Report.id.in_(versions))
        .order_by(Decision.decided_on, Decision.id)
    )
    return Meeting(
        decisions=tuple(DecisionShown(*row) for row in decisions),
        # Without a question nothing that goes on changing is asked for.
        questions=_questions(versions, by) if _was_asked(versions) else (),
        may_record=by.may(Deed.REPORT_PUBLISH),
    )


def versions_of(report: Report) -> list[int]:
    """A published report and its other published versions: what it replaces, one through another,
    and what replaces it."""
    rows = db.session.execute(
        select(Report.id, Report.replaces_id).where(
            Report.plan_id == report.plan_id,
            Report.kind == report.kind,
            Report.committee_id.is_not_distinct_from(report.committee_id),
            Report.unit_id.is_not_distinct_from(report.unit_id),
            Report.state == ReportState.PUBLISHED,
        )
    ).all()
    before = {row.id: row.replaces_id for row in rows}
    after = {row.replaces_id: row.id for row in rows if row.replaces_id is not None}
    return [report.id, *_followed(report.id, before), *_followed(report.id, after)]


def _followed(start: int, way: Mapping[int, int | None]) -> Iterator[int]:
    key = way.get(start)
    while key is not None:
        yield key
        key = way.get(key)


def _was_asked(versions: list[int]) -> bool:
    asked = select(ReportQuestion.id).where(ReportQuestion.report_id.in_(versions)).limit(1)
    return db.session.scalar(asked) is not None


def _questions(versions: list[int], by: User) -> tuple[QuestionShown, ...]:
    within = select(Action.id).where(scope.actions_within(by, Deed.ACTION_VIEW))
    query = (
        select(
            ReportQuestion.text,
            Action.id,
            User.name.label("owner"),
            Action.deadline,
            Action.status,
            StatusUpdate.text.label("answer"),
            StatusUpdate.at.label("answered_at"),
            Action.id.in_(within.correlate(None)).label("reached"),
        )
        .join(Action, Action.id == ReportQuestion.action_id)
        .outerjoin(User, User.id == Action.owner_id)
        .outerjoin(StatusUpdate, StatusUpdate.id == latest_update())
        .where(ReportQuestion.report_id.in_(versions))
        .order_by(ReportQuestion.id)
    )
    return tuple(
        QuestionShown(
            text=row.text,
            action_id=row.id if row.reached else None,
            owner=row.owner or "",
            deadline=row.deadline,
            status=row.status,
            answer=row.answer or "",
            answered_at=row.answered_at,
        )
        for row in db.session.execute(query)
    )
