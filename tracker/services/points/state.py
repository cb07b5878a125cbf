"""Where a point stands, said in SQL: what we answered, and whether anything is done about it."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, or_, select

from tracker.domain.statuses import ActionStatus
from tracker.models import Action, Answer, Disposition, ImprovementPoint, action_point


class PointState(StrEnum):
    """What there is to filter by. A live action is one that has not been dropped; it answers a
    point with *act* even where nobody said so. TO_DO is *act* without any live action."""

    OPEN = "open"
    ACT = "act"
    TO_DO = "to_do"
    NO_ACTION = "no_action"
    MERGED = "merged"


def is_answered() -> ColumnElement[bool]:
    """The condition on ImprovementPoint that we have answered it, or have a live action for it."""
    return or_(
        exists(select(Disposition.id).where(Disposition.point_id == ImprovementPoint.id)),
        has_live_action(),
    )


def has_live_action() -> ColumnElement[bool]:
    """The condition on ImprovementPoint that an action serves it which has not been dropped."""
    return exists(
        select(action_point.c.point_id)
        .join(Action, Action.id == action_point.c.action_id)
        .where(
            action_point.c.point_id == ImprovementPoint.id,
            Action.status != ActionStatus.DROPPED,
        )
    )


def answered_with(answer: Answer) -> ColumnElement[bool]:
    """The condition on ImprovementPoint that its answer is this one."""
    return exists(
        select(Disposition.id).where(
            Disposition.point_id == ImprovementPoint.id, Disposition.answer == answer
        )
    )


def in_state(state: PointState) -> ColumnElement[bool]:
    """The condition on ImprovementPoint that it stands so."""
    said = exists(select(Disposition.id).where(Disposition.point_id == ImprovementPoint.id))
    conditions = {
        PointState.OPEN: ~is_answered(),
        PointState.ACT: or_(answered_with(Answer.ACT), and_(~said, has_live_action())),
        PointState.TO_DO: and_(answered_with(Answer.ACT), ~has_live_action()),
        PointState.NO_ACTION: answered_with(Answer.NO_ACTION),
        PointState.MERGED: answered_with(Answer.MERGED),
    }
    return conditions[state]


def needs_work() -> ColumnElement[bool]:
    """The condition on ImprovementPoint that the worksheet shows it: open, or to do."""
    return or_(in_state(PointState.OPEN), in_state(PointState.TO_DO))
