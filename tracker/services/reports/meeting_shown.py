"""What a report's page shows of what came after it: decisions, questions and their answers."""

from __future__ import annotations

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

    decisions: tuple[Decision, ...]
    questions: tuple[QuestionShown, ...]
    may_record: bool


def after(report: Report, *, by: User) -> Meeting:
    """What was decided and asked about a report that the caller has loaded for `by`, in two
    queries, or three where there are answers to look for; nothing about one that no committee has
    read."""
    if report.state is not ReportState.PUBLISHED:
        return Meeting((), (), may_record=False)
    decisions = db.session.scalars(
        select(Decision)
        .where(Decision.report_id == report.id)
        .order_by(Decision.decided_on, Decision.id)
    )
    return Meeting(
        decisions=tuple(decisions),
        # Without a question nothing that goes on changing is asked for.
        questions=_questions(report, by) if _was_asked(report) else (),
        may_record=by.may(Deed.REPORT_PUBLISH),
    )


def _was_asked(report: Report) -> bool:
    asked = select(ReportQuestion.id).where(ReportQuestion.report_id == report.id).limit(1)
    return db.session.scalar(asked) is not None


def _questions(report: Report, by: User) -> tuple[QuestionShown, ...]:
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
        .where(ReportQuestion.report_id == report.id)
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
