"""The migrations make the very schema that the models describe, on both databases."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError, SAWarning

from tests.helpers.cast import NOW, Cast, build_cast
from tests.helpers.postgres import PostgresServer
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Base, StatusUpdate, User
from tracker.services import journal

OWN = "alembic_version"  # Alembic's own table; the models do not know it
INDEXES = {
    "sqlite": "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
}


def schema_of(engine: Engine) -> dict[str, dict[str, Any]]:
    """Table → everything the database says of it, in an order of its own."""
    inspector = inspect(engine)
    indexes = indexes_of(engine)
    with warnings.catch_warnings():
        # SQLAlchemy cannot read indexes on expressions from SQLite: INDEXES reads them plainly.
        warnings.filterwarnings("ignore", "Skipped unsupported reflection", SAWarning)
        return {
            table: {
                "columns": {c["name"]: column_facts(c) for c in inspector.get_columns(table)},
                "primary key": inspector.get_pk_constraint(table),
                "uniques": by_name(inspector.get_unique_constraints(table)),
                "checks": by_name(inspector.get_check_constraints(table)),
                "foreign keys": by_name(foreign_keys_of(engine, table)),
                "indexes": indexes.get(table, []),
            }
            for table in sorted(inspector.get_table_names())
            if table != OWN
        }


def column_facts(column: Any) -> tuple[str, bool, str | None]:
    """Type, whether it may be empty, and its default."""
    default = column.get("default")
    return repr(column["type"]), column["nullable"], str(default) if default else None


def foreign_keys_of(engine: Engine, table: str) -> list[dict[str, Any]]:
    """The table's foreign keys. A column that was added later holds its key itself on SQLite;
    SQLAlchemy does not read the name of such a key, which stands in the table's own text."""
    found: list[dict[str, Any]] = [dict(key) for key in inspect(engine).get_foreign_keys(table)]
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            query = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
            definition = connection.scalar(query, {"name": table}) or ""
        inline = dict(re.findall(r"(\w+) \w+ CONSTRAINT (\w+) REFERENCES", definition))
        for key in found:
            key["name"] = key["name"] or inline.get(key["constrained_columns"][0])
    return found


def by_name(constraints: Any) -> dict[Any, Any]:
    """Constraints by their names; a nameless one is found under None."""
    return {constraint["name"]: constraint for constraint in constraints}


def indexes_of(engine: Engine) -> dict[str, list[str]]:
    """Table → how its indexes were made, quotes and white space aside."""
    found: dict[str, list[str]] = {}
    with engine.connect() as connection:
        for table, definition in connection.execute(text(INDEXES[engine.dialect.name])):
            plain = re.sub(r"\s+", " ", definition.replace('"', ""))
            found.setdefault(table, []).append(plain)
    return {table: sorted(definitions) for table, definitions in found.items()}


@contextmanager
def _modelled(address: str) -> Iterator[Engine]:
    engine = create_engine(address)
    try:
        Base.metadata.create_all(engine)
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def modelled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database whose tables were made straight from the models."""
    if request.param == "sqlite":
        with _modelled(f"sqlite:///{tmp_path / 'models.db'}") as engine:
            yield engine
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    with server.database() as address, _modelled(address) as engine:
        yield engine


@pytest.fixture
def migrated(modelled: Engine, request: pytest.FixtureRequest) -> Flask:
    """The product on a migrated database of the same kind as `modelled`."""
    name = "app" if modelled.dialect.name == "sqlite" else "pg_app"
    made: Flask = request.getfixturevalue(name)
    return made


def test_migrations_make_what_the_models_describe(migrated: Flask, modelled: Engine) -> None:
    """Tables, columns, keys, checks and indexes are the same by both ways, and the comparison
    would notice a missing index or column. Everything has a name: what is nameless cannot be
    changed by a later migration on both databases."""
    found, described = schema_of(db.engine), schema_of(modelled)
    assert found == described
    for table, facts in found.items():
        assert facts["primary key"]["name"], table
        for kind in ("uniques", "checks", "foreign keys"):
            assert None not in facts[kind], f"{table}: {kind}"
    with modelled.begin() as connection:
        connection.execute(text("DROP INDEX uq_role_assignment_place"))
        connection.execute(text("ALTER TABLE unit ADD COLUMN extra INTEGER"))
    after = schema_of(modelled)
    changed = {table for table in described if described[table] != after[table]}
    assert changed == {"role_assignment", "unit"}


def test_there_is_one_head(app: Flask) -> None:
    """Two branches of migrations would leave the order to chance."""
    config = app.extensions["migrate"].migrate.get_config()
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_up_down_up_with_data(any_app: Flask, cast: Cast) -> None:
    """A filled database goes down to nothing and comes up again the same, ready for use."""
    before = schema_of(db.engine)
    _report_and_journal(cast)
    db.session.remove()
    flask_migrate.downgrade(revision="base")
    assert schema_of(db.engine) == {}
    flask_migrate.upgrade()
    assert schema_of(db.engine) == before
    assert db.session.scalars(select(User)).all() == []
    build_cast()


def test_the_database_keeps_what_was_written(any_app: Flask, cast: Cast) -> None:
    """Append-only tables refuse changes, whoever asks."""
    _report_and_journal(cast)
    for table in ("status_update", "journal_entry"):
        for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match=f"{table} is append-only"):
                db.session.execute(text(statement))
            db.session.rollback()
            assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) == 1, statement


def _report_and_journal(cast: Cast) -> None:
    update = StatusUpdate(
        action_id=cast.action.id, author_id=cast.owner.id, at=NOW, health=Health.ON_TRACK
    )
    db.session.add(update)
    journal.record("action.report", "action", cast.action.id, {}, by=cast.owner, now=NOW)
    db.session.commit()
