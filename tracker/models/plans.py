"""The plan, its actions, and everything people report about them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.statuses import ActionStatus, Health
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.evaluations import ImprovementPoint
from tracker.models.people import User
from tracker.models.places import Committee, Unit


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    ADOPTED = "adopted"


class ActionPlan(WithId, Base):
    """The plan that holds the actions."""

    __tablename__ = "action_plan"

    title: Mapped[str] = mapped_column(String(200))
    purpose: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[PlanState] = enum_column(PlanState, "plan_state", default=PlanState.DRAFT)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decisions: Mapped[list[Decision]] = relationship(
        back_populates="plan", order_by="Decision.decided_on"
    )


class Decision(WithId, Base):
    """The minutes: which body decided what, when and under which paragraph (§)."""

    __tablename__ = "decision"

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"), index=True)
    body: Mapped[str] = mapped_column(String(120))
    decided_on: Mapped[date]
    section: Mapped[int]
    record_number: Mapped[str] = mapped_column(String(50), default="")

    plan: Mapped[ActionPlan] = relationship(back_populates="decisions")


action_point = Table(
    "action_point",
    Base.metadata,
    Column("action_id", ForeignKey("action.id"), primary_key=True),
    Column("point_id", ForeignKey("improvement_point.id"), primary_key=True, index=True),
)


class Action(WithId, Base):
    """What is to be done. `deadline_rev` rises when deadline or owner changes, so that no
    reminder made for the former leaves; `version` is what two savers race for.
    """

    __tablename__ = "action"
    __table_args__ = (
        CheckConstraint(
            "(status IN ('done', 'verified')) = (done_on IS NOT NULL)", name="done_has_date"
        ),
        CheckConstraint("(done_on IS NOT NULL) = (done_by_id IS NOT NULL)", name="done_has_person"),
        CheckConstraint(
            "(status = 'verified') = (verified_on IS NOT NULL)", name="verified_has_date"
        ),
        CheckConstraint(
            "(verified_on IS NOT NULL) = (verified_by_id IS NOT NULL)", name="verified_has_person"
        ),
        CheckConstraint("verified_by_id <> done_by_id", name="verified_by_another"),
        CheckConstraint("(status = 'dropped') = (dropped_on IS NOT NULL)", name="dropped_has_date"),
        CheckConstraint(
            "(dropped_on IS NOT NULL) = (dropped_by <> '' AND dropped_reason <> '')",
            name="dropped_has_reason",
        ),
        Index("ix_action_owner_status_deadline", "owner_id", "status", "deadline"),
        Index("ix_action_unit_status_deadline", "unit_id", "status", "deadline"),
        Index("ix_action_committee_status", "committee_id", "status"),
        Index("ix_action_status_deadline", "status", "deadline"),
        Index("ix_action_plan_deadline", "plan_id", "deadline"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    expected_effect: Mapped[str] = mapped_column(Text, default="")
    search_key: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"))
    status: Mapped[ActionStatus] = enum_column(
        ActionStatus, "action_status", default=ActionStatus.PLANNED
    )
    deadline: Mapped[date]
    first_deadline: Mapped[date]
    deadline_rev: Mapped[int] = mapped_column(default=1)
    deadline_set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    verified_on: Mapped[date | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    dropped_on: Mapped[date | None]
    dropped_by: Mapped[str] = mapped_column(String(120), default="")
    dropped_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    plan: Mapped[ActionPlan] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=owner_id)
    unit: Mapped[Unit | None] = relationship()
    committee: Mapped[Committee | None] = relationship()
    done_by: Mapped[User | None] = relationship(foreign_keys=done_by_id)
    verified_by: Mapped[User | None] = relationship(foreign_keys=verified_by_id)
    points: Mapped[list[ImprovementPoint]] = relationship(
        secondary=action_point, order_by=ImprovementPoint.position, backref="actions"
    )
    milestones: Mapped[list[Milestone]] = relationship(order_by="Milestone.due")
    updates: Mapped[list[StatusUpdate]] = relationship(order_by="StatusUpdate.id.desc()")
    evidence: Mapped[list[Evidence]] = relationship(order_by="Evidence.id")


class Milestone(WithId, Base):
    """A small piece of an action."""

    __tablename__ = "milestone"

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due: Mapped[date]
    done_on: Mapped[date | None]


class StatusUpdate(WithId, Base):
    """What the owner reported; append-only (triggers refuse UPDATE and DELETE)."""

    __tablename__ = "status_update"
    __table_args__ = (Index("ix_status_update_action_at", "action_id", "at"),)

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    health: Mapped[Health] = enum_column(Health, "health")
    text: Mapped[str] = mapped_column(Text, default="")

    author: Mapped[User] = relationship()


class Evidence(WithId, Base):
    """The proof that an action is in place: a title and where it can be seen."""

    __tablename__ = "evidence"

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(1000), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
