"""Follow-up rounds: everyone reports by one date."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, UtcDateTime, WithId
from tracker.models.people import User
from tracker.models.plans import ActionPlan


class FollowUpRound(WithId, Base):
    """A span of days in which every open action of a plan (or of all) wants a status update.

    `version` is what two savers race for.
    """

    __tablename__ = "follow_up_round"
    __table_args__ = (
        CheckConstraint("opens_on < due_on", name="opens_before_due"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opens_on", name="closed_after_opening"),
        Index("ix_follow_up_round_opens_on", "opens_on"),
    )

    name: Mapped[str] = mapped_column(String(100))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("action_plan.id"), index=True)
    opens_on: Mapped[date]
    due_on: Mapped[date]
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[ActionPlan | None] = relationship()
    created_by: Mapped[User] = relationship()
