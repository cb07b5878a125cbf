"""The plan, the points of its own, and the minutes about it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.evaluations import Evaluation


class PlanState(StrEnum):
    """Whether the committees have a plan before them; `closed_on` says when it ended."""

    DRAFT = "draft"
    ADOPTED = "adopted"


class DecisionKind(StrEnum):
    """What a body decided about a plan."""

    ADOPTED = "adopted"
    FOLLOWED_UP = "followed_up"
    CLOSED = "closed"


class ActionPlan(WithId, Base):
    """The plan that holds the actions: made from an evaluation, or with points of its own.

    A closed plan stays `adopted`, since the committees go on seeing it. `version` is what two
    savers race for.
    """

    __tablename__ = "action_plan"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name="period_runs_forward"),
        CheckConstraint("closed_on IS NULL OR state = 'adopted'", name="closed_was_adopted"),
        CheckConstraint("(closed_on IS NULL) = (closed_by_id IS NULL)", name="closed_has_person"),
    )

    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[PlanState] = enum_column(PlanState, "plan_state", default=PlanState.DRAFT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"), index=True)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("action_plan.id"), index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    unanswered_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    closed_on: Mapped[date | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    final_report: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    __mapper_args__ = {"version_id_col": version}

    evaluation: Mapped[Evaluation | None] = relationship()
    previous: Mapped[ActionPlan | None] = relationship(remote_side="ActionPlan.id")
    points: Mapped[list[PlanPoint]] = relationship(
        back_populates="plan", order_by="PlanPoint.position"
    )
    decisions: Mapped[list[Decision]] = relationship(
        back_populates="plan", order_by="(Decision.decided_on, Decision.id)"
    )


class PlanPoint(WithId, Base):
    """A point of a plan that a council made for itself; `label` is its number as written (IV)."""

    __tablename__ = "plan_point"
    __table_args__ = (UniqueConstraint("plan_id", "position"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)

    plan: Mapped[ActionPlan] = relationship(back_populates="points")


class Decision(WithId, Base):
    """The minutes: which body decided what, when and under which paragraph (§).

    `note` is what was reported to the body and what it decided, in a few words; `report_id` the
    report that it had before it, where it was made here.
    """

    __tablename__ = "decision"

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"), index=True)
    body: Mapped[str] = mapped_column(String(120))
    decided_on: Mapped[date]
    section: Mapped[int]
    record_number: Mapped[str] = mapped_column(String(50), default="")
    kind: Mapped[DecisionKind] = enum_column(
        DecisionKind,
        "decision_kind",
        default=DecisionKind.ADOPTED,
        server_default=text("'adopted'"),
    )
    note: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), index=True)

    plan: Mapped[ActionPlan] = relationship(back_populates="decisions")
