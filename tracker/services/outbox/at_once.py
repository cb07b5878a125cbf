"""One statement that is committed by itself, on the driver's own cursor.

Between two messages there is one such note, and the mail server waits for it: to go through Core,
with a transaction around it, takes several times as long as the database itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.exc import OperationalError

from tracker.extensions import db
from tracker.models.base import UtcDateTime

_NAME = re.compile(r"(?<!:):([a-z_]+)")


def at_once(statement: str, values: Mapping[str, Any]) -> set[int]:
    """Execute `statement` (with `:names` for the values) and commit it; the keys that it returns.

    Raises:
        OperationalError: the database could not, or its answer did not come.
    """
    engine = db.engine
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        # The driver for SQLite is in this mode already (extensions._prepare_sqlite).
        switches = engine.dialect.name == "postgresql"
        if switches:
            driver.autocommit = True
        cursor = connection.cursor()
        cursor.execute(_spelled(statement, engine.dialect.paramstyle), _plain(values))
        keys = {row[0] for row in cursor.fetchall()}
        cursor.close()
        if switches:
            driver.autocommit = False
    except engine.dialect.loaded_dbapi.Error as error:
        connection.invalidate(error)
        raise OperationalError(statement, None, error) from error
    finally:
        connection.close()
    return keys


@lru_cache(maxsize=8)
def _spelled(statement: str, paramstyle: str) -> str:
    """The statement with its names as the driver wants them."""
    return _NAME.sub(r"%(\1)s", statement) if paramstyle == "pyformat" else statement


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the columns hold them."""
    store = _store_instants(db.engine.dialect)
    return {
        name: store(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


@lru_cache(maxsize=4)
def _store_instants(dialect: Dialect) -> Any:
    return UtcDateTime().dialect_impl(dialect).bind_processor(dialect)
