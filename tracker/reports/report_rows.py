"""The rows of a report for other programs: one table, as CSV for people and JSON for machines."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeAlias

from tracker.domain.errors import N_
from tracker.domain.languages import Say
from tracker.domain.reporting import ReportFacts, ReportRow
from tracker.domain.statuses import HEALTH_MARKS, STATUS_MARKS
from tracker.reports.action_sheet import written

FORMAT = "atgarda-report-rows/1"
Cell: TypeAlias = str | int | date | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Sort(StrEnum):
    """What a column holds."""

    TEXT = "text"
    LONG = "long"
    NUMBER = "number"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class RowColumn:
    """A column: its name for machines, its heading (to be translated), what it holds."""

    name: str
    heading: str
    sort: Sort = Sort.TEXT


COLUMNS = (
    RowColumn("id", N_("Nr"), Sort.NUMBER),
    RowColumn("title", N_("Åtgärd"), Sort.LONG),
    RowColumn("areas", N_("Områden")),
    RowColumn("owner", N_("Ägare")),
    RowColumn("unit", N_("Förvaltning")),
    RowColumn("committee", N_("Nämnd")),
    RowColumn("status", N_("Status")),
    RowColumn("days_late", N_("Dagar försenad"), Sort.NUMBER),
    RowColumn("deadline", N_("Slutdatum"), Sort.DAY),
    RowColumn("first_deadline", N_("Första slutdatum"), Sort.DAY),
    RowColumn("forecast", N_("Väntas bli klar"), Sort.DAY),
    RowColumn("health", N_("Läge enligt ägaren")),
    RowColumn("percent", N_("Procent klart"), Sort.NUMBER),
    RowColumn("said", N_("Senaste lägesrapport"), Sort.LONG),
    RowColumn("said_on", N_("Rapporterad"), Sort.DAY),
    RowColumn("expected_effect", N_("Förväntad effekt"), Sort.LONG),
    RowColumn("evidence", N_("Antal underlag"), Sort.NUMBER),
    RowColumn("created_on", N_("Tillkom"), Sort.DAY),
    RowColumn("done_on", N_("Genomfördes"), Sort.DAY),
    RowColumn("verified_on", N_("Verifierades"), Sort.DAY),
    RowColumn("dropped_on", N_("Avbröts"), Sort.DAY),
    RowColumn("dropped_by", N_("Avbröts av")),
    RowColumn("dropped_reason", N_("Skäl till avbrott"), Sort.LONG),
    RowColumn("plan_points", N_("Planens punkter")),
    RowColumn("taken_over_by", N_("Fortsätter i")),
)


def cells(row: ReportRow, day: date, say: Say) -> tuple[Cell, ...]:
    """The row as people read it on that day, a cell for each of COLUMNS; None where it is empty."""
    said = {
        "status": say(STATUS_MARKS[row.status].label),
        "health": say(HEALTH_MARKS[row.health].label) if row.health else None,
        "areas": ", ".join(map(str, row.areas)) or None,
        "plan_points": ", ".join(row.plan_points) or None,
        "days_late": days_late(row, day),
    }
    return tuple(
        said[one.name] if one.name in said else _filled(getattr(row, one.name)) for one in COLUMNS
    )


def _filled(value: Cell) -> Cell:
    return None if value == "" else value


def days_late(row: ReportRow, day: date) -> int | None:
    """How many days the row is overdue; None where it is not."""
    return row.days_late(day) or None


def report_csv(facts: ReportFacts, say: Say, columns: tuple[RowColumn, ...] = COLUMNS) -> bytes:
    """The rows as CSV: UTF-8 with a mark, semicolons, days as ISO. What a spreadsheet would take
    for a formula begins with an apostrophe. `columns` are those of COLUMNS that are wanted."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    table.writerow([say(one.heading) for one in columns])
    for row in facts.rows:
        told = zip(COLUMNS, cells(row, facts.as_of, say), strict=True)
        table.writerow([_plain(cell) for one, cell in told if one in columns])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        text = written(cell)
        return f"'{text}" if text.lstrip(" \n\u00a0").startswith(_FORMULA) else text
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def report_json(
    facts: ReportFacts,
    *,
    title: str,
    ordinal: int,
    columns: tuple[RowColumn, ...] = COLUMNS,
) -> bytes:
    """The rows as JSON with the names of the fields: days as ISO, statuses as in the code, null
    where there is no day or number. The texts are whole, whatever stands in them."""
    told = {
        "format": FORMAT,
        "title": title,
        "version": ordinal,
        "kind": facts.kind,
        "municipality": facts.municipality,
        "plan": facts.plan_title,
        "part": {"kind": facts.part, "name": facts.part_name},
        "record_number": facts.record_number,
        "as_of": facts.as_of.isoformat(),
        "since": facts.changes.since.isoformat() if facts.changes else None,
        "counts": asdict(facts.tally),
        "actions": [_told(row, facts.as_of, columns) for row in facts.rows],
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _told(row: ReportRow, day: date, columns: tuple[RowColumn, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in columns:
        value = days_late(row, day) if one.name == "days_late" else getattr(row, one.name)
        values[one.name] = value.isoformat() if isinstance(value, date) else value
    return values
