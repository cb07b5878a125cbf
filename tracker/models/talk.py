"""What colleagues say to each other about an action; no committee reads it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, UtcDateTime, WithId
from tracker.models.people import User


class Comment(WithId, Base):
    """A comment; one that its author took back keeps its place, without its text."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_action_at", "action_id", "at"),)

    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    author: Mapped[User] = relationship()
    mentions: Mapped[list[Mention]] = relationship(cascade="all, delete-orphan")


class Mention(Base):
    """Somebody whom a comment calls by name; `seen_at` is when they opened it."""

    __tablename__ = "mention"
    __table_args__ = (Index("ix_mention_user_seen", "user_id", "seen_at"),)

    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship()
