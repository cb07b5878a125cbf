"""Actions, and everything people report about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.statuses import OPEN, ActionStatus, Health
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.evaluations import ImprovementPoint
from tracker.models.people import User
from tracker.models.places import Committee, Unit
from tracker.models.plans import ActionPlan, PlanPoint

# Places in the lists' orders, which an index can only hold where a column does. SQLite can add
# such a column later only if it is not stored; it reads the same.
PHASE = (
    f"CASE WHEN status IN ({', '.join(repr(s.value) for s in OPEN)}) THEN 0 "
    "WHEN status = 'done' THEN 1 ELSE 2 END"
)
_STAGES = " ".join(f"WHEN {s.value!r} THEN {place}" for place, s in enumerate(ActionStatus))
STAGE = f"CASE status {_STAGES} END"

BYTE_BY_BYTE = Text().with_variant(Text(collation="C"), "postgresql")

action_point = Table(
    "action_point",
    Base.metadata,
    Column("action_id", ForeignKey("action.id"), primary_key=True),
    Column("point_id", ForeignKey("improvement_point.id"), primary_key=True, index=True),
)

action_plan_point = Table(
    "action_plan_point",
    Base.metadata,
    Column("action_id", ForeignKey("action.id"), primary_key=True),
    Column("plan_point_id", ForeignKey("plan_point.id"), primary_key=True, index=True),
)

action_contributor = Table(
    "action_contributor",
    Base.metadata,
    Column("action_id", ForeignKey("action.id"), primary_key=True),
    Column("user_id", ForeignKey("user_account.id"), primary_key=True, index=True),
)

# What an action waits for; domain.dependencies keeps circles out.
action_dependency = Table(
    "action_dependency",
    Base.metadata,
    Column("action_id", ForeignKey("action.id"), primary_key=True),
    Column("needs_id", ForeignKey("action.id"), primary_key=True, index=True),
    CheckConstraint("action_id <> needs_id", name="not_itself"),
)


class Action(WithId, Base):
    """What is to be done. `deadline_rev` rises when deadline or owner changes, so that no
    reminder made for the former leaves; `version` is what two savers race for.

    `health`, `percent`, `forecast` and `reported_at` repeat the latest status update, so that
    lists can be narrowed and ordered by them; they are written past `version`, since a report
    changes nothing that another writes. `title_key` is the title as Swedish sorts it. `extra`
    holds the columns of a spreadsheet that we do not know.
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
        CheckConstraint("starts_on IS NULL OR starts_on <= deadline", name="starts_before_end"),
        CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent_in_range"),
        Index("ix_action_owner_status_deadline", "owner_id", "status", "deadline"),
        Index("ix_action_unit_status_deadline", "unit_id", "status", "deadline"),
        Index("ix_action_status_deadline", "status", "deadline"),
        Index("ix_action_phase_deadline", "phase", "deadline"),
        Index("ix_action_stage_deadline", "stage", "deadline"),
        Index("ix_action_owner_phase_deadline", "owner_id", "phase", "deadline"),
        Index("ix_action_unit_phase_deadline", "unit_id", "phase", "deadline"),
        Index("ix_action_committee_phase_deadline", "committee_id", "phase", "deadline"),
        Index("ix_action_plan_phase_deadline", "plan_id", "phase", "deadline"),
        Index("ix_action_health_phase_deadline", "health", "phase", "deadline"),
        Index("ix_action_committee_status_deadline", "committee_id", "status", "deadline"),
        Index("ix_action_plan_status_deadline", "plan_id", "status", "deadline"),
        Index("ix_action_health_status_deadline", "health", "status", "deadline"),
        Index("ix_action_title_key", "title_key"),
        # What was never reported comes last; the databases disagree on where NULL stands.
        Index("ix_action_reported_at", text("(reported_at IS NULL)"), text("reported_at DESC")),
        Index("ix_action_committee_owner", "committee_id", "owner_id"),
        Index("ix_action_committee_unit", "committee_id", "unit_id"),
        Index("ix_action_unit_owner", "unit_id", "owner_id"),
        Index(
            "ix_action_slipped",
            "phase",
            "deadline",
            sqlite_where=text("deadline > first_deadline"),
            postgresql_where=text("deadline > first_deadline"),
        ),
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
    starts_on: Mapped[date | None]
    effect_measure: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    cost: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    title_key: Mapped[str] = mapped_column(BYTE_BY_BYTE, default="", server_default=text("''"))
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    health: Mapped[Health | None] = enum_column(Health, "latest_health")
    percent: Mapped[int | None]
    forecast: Mapped[date | None]
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    phase: Mapped[int] = mapped_column(Computed(PHASE, persisted=True), deferred=True)
    stage: Mapped[int] = mapped_column(Computed(STAGE, persisted=True), deferred=True)
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
    plan_points: Mapped[list[PlanPoint]] = relationship(
        secondary=action_plan_point, order_by=PlanPoint.position, backref="actions"
    )
    contributors: Mapped[list[User]] = relationship(
        secondary=action_contributor, order_by=User.name
    )
    needs: Mapped[list[Action]] = relationship(
        secondary=action_dependency,
        primaryjoin=lambda: Action.id == action_dependency.c.action_id,
        secondaryjoin=lambda: Action.id == action_dependency.c.needs_id,
        order_by=lambda: (Action.deadline, Action.id),
        back_populates="needed_by",
    )
    needed_by: Mapped[list[Action]] = relationship(
        secondary=action_dependency,
        primaryjoin=lambda: Action.id == action_dependency.c.needs_id,
        secondaryjoin=lambda: Action.id == action_dependency.c.action_id,
        order_by=lambda: (Action.deadline, Action.id),
        back_populates="needs",
    )
    links: Mapped[list[ActionLink]] = relationship(order_by="ActionLink.id")
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
    """What the owner reported; append-only (triggers refuse UPDATE and DELETE).

    `corrects_id` is the update that this one puts right. `forecast` is when the owner now
    expects to be done.
    """

    __tablename__ = "status_update"
    __table_args__ = (
        CheckConstraint("percent IS NULL OR percent BETWEEN 0 AND 100", name="percent_in_range"),
        Index("ix_status_update_action_at", "action_id", "at"),
        Index("uq_status_update_corrects_id", "corrects_id", unique=True),
    )

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    health: Mapped[Health] = enum_column(Health, "health")
    text: Mapped[str] = mapped_column(Text, default="")
    percent: Mapped[int | None]
    forecast: Mapped[date | None]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("status_update.id"))

    author: Mapped[User] = relationship()


class Evidence(WithId, Base):
    """The proof that an action is in place: a title, and a link or a kept file.

    `sha256` names the file among the kept ones; `size` is in bytes.
    """

    __tablename__ = "evidence"
    __table_args__ = (CheckConstraint("(sha256 IS NULL) = (size IS NULL)", name="file_is_whole"),)

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(1000), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    sha256: Mapped[str | None] = mapped_column(String(64))
    file_name: Mapped[str] = mapped_column(String(255), default="", server_default=text("''"))
    size: Mapped[int | None]


class ActionLink(WithId, Base):
    """Something to read about an action, elsewhere on the web."""

    __tablename__ = "action_link"

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(1000))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class CarriedAction(WithId, Base):
    """An open action that the next period's plan took over, and how it stood then."""

    __tablename__ = "carried_action"

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    from_plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"), index=True)
    to_plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[ActionStatus] = enum_column(ActionStatus, "carried_status")
    deadline: Mapped[date]


class SearchWord(WithId, Base):
    """A word that stands in some action, folded. There are few of them beside the actions, so
    that looking for a piece of a word among them costs little."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(String(100), unique=True)


action_word = Table(
    "action_word",
    Base.metadata,
    Column("word_id", ForeignKey("search_word.id"), primary_key=True),
    Column("action_id", ForeignKey("action.id", ondelete="CASCADE"), primary_key=True, index=True),
)
