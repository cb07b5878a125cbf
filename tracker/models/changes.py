"""Changes of many actions at once: a spreadsheet on its way in, and what can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.models.base import Base, UtcDateTime, WithId
from tracker.models.people import User


class ChangeBatch(WithId, Base):
    """One step that changed many actions, kept so that it can be taken back.

    `rows` is a list of {"action_id", "version" (after the step), "before": {field: value}}.
    """

    __tablename__ = "change_batch"

    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, deferred=True)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship()


class SheetDraft(WithId, Base):
    """A spreadsheet that somebody uploaded and has not confirmed: its cells as text.

    `columns` are the headings, `rows` all rows that hold anything, each with its number in the
    sheet first and then its cells. `base` is, by action, what an export of ours says its cells
    were when it left us (None for any other sheet). `mapping` is which column is which field
    (None until it is known). Once carried out, no cells are kept.
    """

    __tablename__ = "sheet_draft"

    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("action_plan.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    sheet_name: Mapped[str] = mapped_column(String(100), default="")
    columns: Mapped[list[str]] = mapped_column(JSON)
    rows: Mapped[list[list[str]]] = mapped_column(JSON, deferred=True)
    base: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    by: Mapped[User] = relationship()
