"""The municipality and the parts of it that act (units) and decide (committees)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, WithId


class Municipality(WithId, Base):
    """Ours, and the ones we compare with."""

    __tablename__ = "municipality"
    __table_args__ = (
        # At most one of them is ours.
        Index(
            "ix_municipality_is_own",
            "is_own",
            unique=True,
            sqlite_where=text("is_own"),
            postgresql_where=text("is_own"),
        ),
    )

    name: Mapped[str] = mapped_column(String(100), unique=True)
    is_own: Mapped[bool] = mapped_column(default=False)


class Committee(WithId, Base):
    """Nämnd or styrelse: reads and decides."""

    __tablename__ = "committee"

    name: Mapped[str] = mapped_column(String(100), unique=True)


class Unit(WithId, Base):
    """Förvaltning: does."""

    __tablename__ = "unit"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)

    committee: Mapped[Committee | None] = relationship()
