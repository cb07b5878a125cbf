"""What an export holds of each table, what the columns mean, and what is left out and why.

The meanings, and the reasons for leaving something out, are data: tracker/data/records.json.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Table,
)

from tracker.models import Base
from tracker.models.base import UtcDateTime

# Bytes in a column become files of the export: where, by the row's other columns.
FILES = {
    "letterhead.logo": "files/letterhead/{id}.png",
    "report_file.content": "files/report_file/{id}.{kind}",
}
_KINDS = (
    (Enum, "text"),
    (JSON, "json"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "number"),
    (UtcDateTime, "instant"),
    (DateTime, "instant"),
    (Date, "date"),
    (LargeBinary, "file"),
)
_NO_ENDING = re.compile(r"[^a-z0-9]")


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    source = resources.files("tracker").joinpath("data", "records.json")
    found: dict[str, dict[str, dict[str, str]]] = json.loads(source.read_text(encoding="utf-8"))
    return found


def tables() -> list[Table]:
    """Every table, those that others point to first."""
    return list(Base.metadata.sorted_tables)


def left_out() -> dict[str, dict[str, str]]:
    """table.column → why it is in no export, by language."""
    return _words()["left_out"]


def exported(table: Table) -> list[Column[Any]]:
    """The columns of a table that an export holds, its key first."""
    kept = [one for one in table.columns if str(one) not in left_out()]
    return sorted(kept, key=lambda one: not one.primary_key)


def kind_of(column: Column[Any]) -> str:
    """How a column's values are written: text, integer, number, boolean, date (2026-12-01),
    instant (2026-12-01T08:00:00Z), json (as it is), or file (a path within the export)."""
    return next((word for kind, word in _KINDS if isinstance(column.type, kind)), "text")


def place_of(column: Column[Any], row: dict[str, Any]) -> str:
    """The path, within the export, of the bytes in a column of this row."""
    parts = {name: _NO_ENDING.sub("", str(value)) for name, value in row.items()}
    return FILES[str(column)].format(**parts)


def described(table: Table, rows: int) -> dict[str, Any]:
    """A table as schema.json tells of it; `rows` is how many the export holds."""
    return {
        "name": table.name,
        "meaning": _words()["tables"][table.name],
        "rows": rows,
        "primary_key": [one.name for one in table.primary_key.columns],
        "columns": [_told(table, column) for column in exported(table)],
        "left_out": {
            column.name: left_out()[str(column)]
            for column in table.columns
            if str(column) in left_out()
        },
    }


def _told(table: Table, column: Column[Any]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": column.name,
        "type": kind_of(column),
        "required": not column.nullable,
        "meaning": meaning(table.name, column.name),
    }
    if isinstance(column.type, Enum):
        told["values"] = list(column.type.enums)
    if column.computed is not None:
        told["computed"] = True
    for key in column.foreign_keys:
        told["references"] = {"table": key.column.table.name, "column": key.column.name}
    return told


def meaning(table: str, column: str) -> dict[str, str]:
    """What a column holds, by language; what is said of this very table's goes first."""
    known = _words()["columns"]
    return known.get(f"{table}.{column}") or known[column]
