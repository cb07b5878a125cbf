"""Alembic's entrance: the same scripts run on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from tracker.extensions import db
from tracker.models import Base
from tracker.models.base import UtcDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | bool:
    """Write our own types as what they are in the database, so that scripts outlive them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Run the migrations on the app's own engine."""
    engine = db.engine
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # Rebuilding a table would trip over its own foreign keys; they are checked after.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.commit()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if context.is_offline_mode():
    raise SystemExit("Migreringar körs mot en databas, inte till en fil.")
assert current_app
run()
