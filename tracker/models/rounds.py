"""Follow-up rounds: everyone reports by one date."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.rounds import RoundKind
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.people import User
from tracker.models.places import Committee
from tracker.models.plans import ActionPlan


class FollowUpRound(WithId, Base):
    """A span of days in which every open action of a plan (or of all) wants a status update.

    `due_on` is the last day to answer; the reports tell how things stood on `as_of` (None: on
    that last day). `version` is what two savers race for.
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
    as_of: Mapped[date | None]
    kind: Mapped[RoundKind] = enum_column(
        RoundKind, "round_kind", default=RoundKind.EXTRA, server_default=text("'extra'")
    )
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[ActionPlan | None] = relationship()
    created_by: Mapped[User] = relationship()
    meetings: Mapped[list[RoundMeeting]] = relationship(
        order_by="(RoundMeeting.meets_on, RoundMeeting.id)", cascade="all, delete-orphan"
    )


class RoundMeeting(WithId, Base):
    """The meeting at which a committee reads the report of a round; its papers leave earlier, on
    `dispatch_on`."""

    __tablename__ = "round_meeting"
    __table_args__ = (
        UniqueConstraint("round_id", "committee_id"),
        CheckConstraint("dispatch_on <= meets_on", name="papers_before_meeting"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("follow_up_round.id"))
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    dispatch_on: Mapped[date]
    meets_on: Mapped[date]

    committee: Mapped[Committee] = relationship()


class RoundNudge(WithId, Base):
    """A day on which somebody had the silent owners of a round reminded once more."""

    __tablename__ = "round_nudge"
    __table_args__ = (UniqueConstraint("round_id", "on"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("follow_up_round.id"))
    on: Mapped[date]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
