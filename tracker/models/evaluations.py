"""Evaluations as read: score sets, areas and sub-areas, strengths and improvement points."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.ancestry import Ancestry
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.people import User
from tracker.models.places import Municipality


class ImportDraft(WithId, Base):
    """A report that was read and waits for a person's yes.

    `content` is the draft as it was read, for good; `work` what a person has made of it since
    (None: nothing yet); `source_lines` the lines it was read from, big and seldom wanted.
    """

    __tablename__ = "import_draft"
    __table_args__ = (
        CheckConstraint("evaluation_id IS NULL OR discarded_at IS NULL", name="one_outcome"),
    )

    file_name: Mapped[str] = mapped_column(String(255))
    file_sha256: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    work: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    source_lines: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"), index=True)
    discarded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[User] = relationship()
    __mapper_args__ = {"version_id_col": version}

    @property
    def is_open(self) -> bool:
        """Whether the draft still waits for an answer."""
        return self.evaluation_id is None and self.discarded_at is None


class Evaluation(WithId, Base):
    """One evaluation of one municipality; `month` is the first day of its month.

    `version` counts how often a report was accepted for it; `source_sha256` and `source_name` are
    the file that the latest came from (None: there was none).
    """

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("municipality_id", "month"),)

    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), index=True)
    month: Mapped[date]
    ordinal: Mapped[int | None]
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    source_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    source_name: Mapped[str | None] = mapped_column(String(255))

    municipality: Mapped[Municipality] = relationship(lazy="joined")
    score_sets: Mapped[list[ScoreSet]] = relationship(
        back_populates="evaluation", order_by="ScoreSet.id"
    )


class ScoreSet(WithId, Base):
    """The points of an evaluation under one edition; an evaluation may be scored under two."""

    __tablename__ = "score_set"
    __table_args__ = (UniqueConstraint("evaluation_id", "edition"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    edition: Mapped[str] = mapped_column(String(50))
    total_stated: Mapped[int | None]

    evaluation: Mapped[Evaluation] = relationship(back_populates="score_sets")
    areas: Mapped[list[Area]] = relationship(back_populates="score_set", order_by="Area.number")


class Area(WithId, Base):
    """A main area as this evaluation had it; `score` as the report states it."""

    __tablename__ = "area"
    __table_args__ = (UniqueConstraint("score_set_id", "number"),)

    score_set_id: Mapped[int] = mapped_column(ForeignKey("score_set.id"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    score: Mapped[int | None]
    max: Mapped[int | None]

    score_set: Mapped[ScoreSet] = relationship(back_populates="areas")
    subareas: Mapped[list[SubArea]] = relationship(back_populates="area", order_by="SubArea.id")
    strengths: Mapped[list[Strength]] = relationship(order_by="Strength.position")
    points: Mapped[list[ImprovementPoint]] = relationship(
        back_populates="area", order_by="ImprovementPoint.position"
    )


class SubArea(WithId, Base):
    """A sub-area with the max it had in this very report, and what the report says of it."""

    __tablename__ = "sub_area"
    __table_args__ = (UniqueConstraint("area_id", "code"),)

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    code: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    score: Mapped[int | None]
    max: Mapped[int | None]
    body: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))

    area: Mapped[Area] = relationship(back_populates="subareas")


class Strength(WithId, Base):
    """What the evaluators praised, word for word."""

    __tablename__ = "strength"

    area_id: Mapped[int] = mapped_column(ForeignKey("area.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[int | None]
    line: Mapped[int | None]


class PointSubArea(Base):
    """Which sub-areas a point speaks of, best first (`rank` from 0)."""

    __tablename__ = "point_sub_area"

    point_id: Mapped[int] = mapped_column(ForeignKey("improvement_point.id"), primary_key=True)
    sub_area_id: Mapped[int] = mapped_column(
        ForeignKey("sub_area.id"), primary_key=True, index=True
    )
    rank: Mapped[int]

    sub_area: Mapped[SubArea] = relationship(lazy="joined")


class ImprovementPoint(WithId, Base):
    """What the evaluators asked for, word for word; general points belong to no area.

    `effort` is what we think it costs us (1 small, 2 middling, 3 large); `priority` is set by
    hand (1 first, 3 last), None leaves it to domain.priority.

    `ancestry` is a person's word on where the point comes from, and `resolved` on what became
    of it by the next evaluation; None: nobody has said. `repeats_id` without an ancestry is our
    own guess.
    """

    __tablename__ = "improvement_point"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "position"),
        CheckConstraint("effort IS NULL OR effort BETWEEN 1 AND 3", name="effort_in_range"),
        CheckConstraint("priority IS NULL OR priority BETWEEN 1 AND 3", name="priority_in_range"),
        CheckConstraint(
            "ancestry IS NULL OR (ancestry = 'new') = (repeats_id IS NULL)",
            name="new_repeats_none",
        ),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    area_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"), index=True)
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    page: Mapped[int | None]
    line: Mapped[int | None]
    certain: Mapped[bool] = mapped_column(default=True)
    repeats_id: Mapped[int | None] = mapped_column(ForeignKey("improvement_point.id"), index=True)
    effort: Mapped[int | None]
    priority: Mapped[int | None]
    ancestry: Mapped[Ancestry | None] = enum_column(Ancestry, "ancestry")
    resolved: Mapped[bool | None]

    evaluation: Mapped[Evaluation] = relationship()
    area: Mapped[Area | None] = relationship(back_populates="points")
    subarea_links: Mapped[list[PointSubArea]] = relationship(order_by=PointSubArea.rank)
    repeats: Mapped[ImprovementPoint | None] = relationship(remote_side="ImprovementPoint.id")


class RoleModel(WithId, Base):
    """A municipality that the evaluators point to as an example; no area means all of it."""

    __tablename__ = "role_model"

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    area_number: Mapped[int | None]
    municipality: Mapped[str] = mapped_column(String(100))
    about: Mapped[str] = mapped_column(Text, default="")
