"""What the municipality decides about the service itself: its own texts, and how long we keep."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.models.base import Base, UtcDateTime, WithId, enum_column


class TextKind(StrEnum):
    """The texts that each municipality words for itself."""

    ACCESSIBILITY = "accessibility"
    PRIVACY = "privacy"
    PROCESSING = "processing"


class SiteText(WithId, Base):
    """A text in one language, as the municipality has worded it; without a row ours stands."""

    __tablename__ = "site_text"
    __table_args__ = (UniqueConstraint("kind", "locale"),)

    kind: Mapped[TextKind] = enum_column(TextKind, "kind")
    locale: Mapped[str] = mapped_column(String(5))
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class RetentionKind(StrEnum):
    """What may be thinned out once it has had its time."""

    SESSIONS = "sessions"
    LETTERS = "letters"
    DRAFTS = "drafts"
    FORMER_PEOPLE = "former_people"


class RetentionRule(WithId, Base):
    """After how many months thinning is proposed; a rule only proposes."""

    __tablename__ = "retention_rule"
    __table_args__ = (CheckConstraint("months BETWEEN 1 AND 1200", name="months_are_some"),)

    kind: Mapped[RetentionKind] = enum_column(RetentionKind, "kind", unique=True)
    months: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
