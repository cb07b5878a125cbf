"""What people keep for comparing: which sub-areas answer to which, how other municipalities were
scored, whom a municipality was made of, and where a rise begins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.crosswalk import Match
from tracker.models.base import Base, UtcDateTime, WithId, enum_column
from tracker.models.evaluations import Evaluation


class Crosswalk(WithId, Base):
    """Somebody's word on how the sub-areas of two evaluations belong together, each under one
    edition; `before` is the earlier of the two. Its links go before any suggestion."""

    __tablename__ = "crosswalk"
    __table_args__ = (
        UniqueConstraint("before_id", "after_id", "before_edition", "after_edition"),
        CheckConstraint("before_id <> after_id", name="two_evaluations"),
    )

    before_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    before_edition: Mapped[str] = mapped_column(String(50))
    after_edition: Mapped[str] = mapped_column(String(50))
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrected_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    version: Mapped[int] = mapped_column(default=1)

    before: Mapped[Evaluation] = relationship(foreign_keys=before_id)
    after: Mapped[Evaluation] = relationship(foreign_keys=after_id)
    links: Mapped[list[CrosswalkLink]] = relationship(
        order_by="CrosswalkLink.id", cascade="all, delete-orphan"
    )
    __mapper_args__ = {"version_id_col": version}


class CrosswalkLink(WithId, Base):
    """One pair of sub-area codes; a missing code means that the other is new, or was dropped."""

    __tablename__ = "crosswalk_link"
    __table_args__ = (
        UniqueConstraint("crosswalk_id", "before_code", "after_code"),
        CheckConstraint("(match = 'new') = (before_code IS NULL)", name="new_has_no_before"),
        CheckConstraint("(match = 'dropped') = (after_code IS NULL)", name="dropped_has_no_after"),
    )

    crosswalk_id: Mapped[int] = mapped_column(ForeignKey("crosswalk.id"))
    before_code: Mapped[str | None] = mapped_column(String(10))
    after_code: Mapped[str | None] = mapped_column(String(10))
    match: Mapped[Match] = enum_column(Match, "crosswalk_match")


class ReferenceScore(WithId, Base):
    """How another municipality was scored, as it was published: no report of ours is behind it.

    `month` is the first day of the month, or of the year where only that is known (`whole_year`).
    `areas` holds eight scores in the edition's order, None where one is not known. `place_key` is
    the municipality's name as we tell it apart from others.
    """

    __tablename__ = "reference_score"
    __table_args__ = (UniqueConstraint("place_key", "month", "whole_year", "edition"),)

    municipality: Mapped[str] = mapped_column(String(100))
    place_key: Mapped[str] = mapped_column(String(100))
    month: Mapped[date]
    whole_year: Mapped[bool]
    edition: Mapped[str] = mapped_column(String(50))
    areas: Mapped[list[Any]] = mapped_column(JSON)
    total: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(300), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class Predecessor(Base):
    """A municipality that another was made of: their evaluations belong to one story."""

    __tablename__ = "predecessor"
    __table_args__ = (CheckConstraint("municipality_id <> predecessor_id", name="not_itself"),)

    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(
        ForeignKey("municipality.id"), primary_key=True, index=True
    )


class EffectSettings(Base):
    """From how many percentage points on a sub-area counts as risen; there is at most one row.

    While there is none, domain.scores.DEFAULT_THRESHOLD counts. `version` is what two savers
    race for.
    """

    __tablename__ = "effect_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("threshold BETWEEN 0 AND 50", name="threshold_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    threshold: Mapped[float]
    version: Mapped[int] = mapped_column(default=1)
