"""What we answer to an improvement point."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.evaluations import ImprovementPoint


class Answer(StrEnum):
    """The three answers to a point."""

    ACT = "act"
    NO_ACTION = "no_action"
    MERGED = "merged"


class Disposition(WithId, Base):
    """The answer to a point (ställningstagande): no action needs a reason and who decided; a
    merged point is answered with another."""

    __tablename__ = "disposition"
    __table_args__ = (
        CheckConstraint(
            "(answer = 'no_action') = (reason <> '' AND decided_by <> '')",
            name="no_action_has_reason",
        ),
        CheckConstraint(
            "(answer = 'merged') = (merged_into_id IS NOT NULL)", name="merged_has_point"
        ),
        CheckConstraint("merged_into_id <> point_id", name="merged_into_another"),
    )

    point_id: Mapped[int] = mapped_column(ForeignKey("improvement_point.id"), unique=True)
    answer: Mapped[Answer] = enum_column(Answer, "answer")
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(String(120), default="")
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("improvement_point.id"), index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    point: Mapped[ImprovementPoint] = relationship(foreign_keys=point_id)
    merged_into: Mapped[ImprovementPoint | None] = relationship(foreign_keys=merged_into_id)
