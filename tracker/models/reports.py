"""The reports that committees read, what they decided about them, and who else may read them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.reporting import ReportKind
from tracker.models.actions import Action
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.people import User
from tracker.models.places import Committee, Unit
from tracker.models.plans import ActionPlan
from tracker.models.rounds import FollowUpRound


class ReportState(StrEnum):
    """Where a report stands; from `reviewed` on its snapshot is frozen."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    PUBLISHED = "published"


class TextMode(StrEnum):
    """Whether somebody's own text follows what is written from the data, or stands instead."""

    ADD = "add"
    REPLACE = "replace"


class Report(WithId, Base):
    """A report about a plan, to one committee, of one unit or of the whole (neither is set).

    `snapshot` is the canonical JSON from which every format is made, and `sha256` its hash; a
    trigger refuses to change a published one. `ordinal` counts the versions: each one after the
    first names the report that it `replaces`. An empty `title` stands for the usual one.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("committee_id IS NULL OR unit_id IS NULL", name="one_part_at_most"),
        CheckConstraint("(state = 'draft') = (snapshot IS NULL)", name="draft_has_no_snapshot"),
        CheckConstraint("(snapshot IS NULL) = (sha256 IS NULL)", name="snapshot_has_hash"),
        CheckConstraint("(snapshot IS NULL) = (reviewed_at IS NULL)", name="snapshot_is_reviewed"),
        CheckConstraint(
            "(reviewed_at IS NULL) = (reviewed_by_id IS NULL)", name="reviewed_has_person"
        ),
        CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)", name="published_has_time"
        ),
        CheckConstraint(
            "(published_at IS NULL) = (published_by_id IS NULL)", name="published_has_person"
        ),
        CheckConstraint("(ordinal = 1) = (replaces_id IS NULL)", name="first_replaces_none"),
        CheckConstraint("replaces_id <> id", name="replaces_another"),
        Index("ix_report_plan_state_as_of", "plan_id", "state", "as_of"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"))
    kind: Mapped[ReportKind] = enum_column(ReportKind, "report_kind", default=ReportKind.PROGRESS)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_round.id"), index=True)
    as_of: Mapped[date]
    title: Mapped[str] = mapped_column(String(200), default="")
    record_number: Mapped[str] = mapped_column(String(50), default="")
    state: Mapped[ReportState] = enum_column(ReportState, "report_state", default=ReportState.DRAFT)
    ordinal: Mapped[int] = mapped_column(default=1)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    snapshot: Mapped[str | None] = mapped_column(Text, deferred=True)
    sha256: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    plan: Mapped[ActionPlan] = relationship()
    committee: Mapped[Committee | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    round: Mapped[FollowUpRound | None] = relationship()
    replaces: Mapped[Report | None] = relationship(remote_side="Report.id")
    created_by: Mapped[User] = relationship(foreign_keys=created_by_id)
    texts: Mapped[list[ReportText]] = relationship(order_by="ReportText.id")


class ReportText(WithId, Base):
    """What somebody wrote in a section of a report; it stays when the rest is written anew.

    `section` is a key of `domain.reporting`, or "deviation:<action id>". `basis` is the hash of
    what the data said when somebody wrote instead of it.
    """

    __tablename__ = "report_text"
    __table_args__ = (Index("uq_report_text_report_section", "report_id", "section", unique=True),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    section: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    mode: Mapped[TextMode] = enum_column(TextMode, "text_mode", default=TextMode.ADD)
    basis: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class ReportFile(WithId, Base):
    """A published report as a file, kept as it was made; `kind` is pdf, docx, xlsx, csv or json,
    `size` in bytes."""

    __tablename__ = "report_file"
    __table_args__ = (Index("uq_report_file_report_kind", "report_id", "kind", unique=True),)

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"))
    kind: Mapped[str] = mapped_column(String(10))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]


class ReportQuestion(WithId, Base):
    """What a committee asked when it had read a report, and the action that answers it."""

    __tablename__ = "report_question"

    report_id: Mapped[int] = mapped_column(ForeignKey("report.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    report: Mapped[Report] = relationship()
    action: Mapped[Action] = relationship()


class PlanPublicity(Base):
    """A plan that the public may read of, without names, and what of it; no row means closed."""

    __tablename__ = "plan_publicity"

    plan_id: Mapped[int] = mapped_column(ForeignKey("action_plan.id"), primary_key=True)
    shows_actions: Mapped[bool]
    shows_deviations: Mapped[bool]
    shows_effects: Mapped[bool]
    shows_texts: Mapped[bool]
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}

    plan: Mapped[ActionPlan] = relationship()


class Letterhead(Base):
    """What stands on top of our letters beside the municipality's name: its coat of arms, as PNG.

    There is one row, or none.
    """

    __tablename__ = "letterhead"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    logo: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
