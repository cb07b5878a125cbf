"""Rows as JSON Lines, exactly, and as CSV, for people with a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")

Row = dict[str, Any]


def json_lines(rows: Iterable[Row]) -> Iterator[bytes]:
    """One object a line, in UTF-8."""
    for row in rows:
        plain = {name: _plain(value) for name, value in row.items()}
        yield (json.dumps(plain, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def csv_lines(names: list[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A heading and a line a row: semicolons between, UTF-8 with a byte order mark, NULL empty,
    and an apostrophe before text that a spreadsheet would run as a formula."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow(names)
    yield out.getvalue().encode("utf-8-sig")
    for row in rows:
        out.seek(0)
        out.truncate()
        table.writerow([_cell(row[name]) for name in names])
        yield out.getvalue().encode()


def _plain(value: Any) -> Any:
    """A value as JSON holds it; dates and instants as ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _cell(value: Any) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return f"'{plain}" if plain.startswith(_FORMULA) else str(plain)
    return json.dumps(plain, ensure_ascii=False)
