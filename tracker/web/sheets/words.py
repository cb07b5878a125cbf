"""A spreadsheet's preview in words: columns, texts, faults."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.sheets import HEADINGS, KEPT, NUMBER, NUMBER_HEADING, UNREAD
from tracker.services.sheets.compare import Fault, Outcome, Row
from tracker.web.messages import translated

MOST_SHOWN = 300
LONGEST = 300


@dataclass(frozen=True)
class FaultShown:
    """A fault or a remark: the row's number, the column's heading ("" for the whole row)."""

    row: int
    column: str
    sentence: str


def heading(name: str) -> str:
    """What a column is called on a page."""
    if name.startswith(f"{KEPT}:"):
        return name.removeprefix(f"{KEPT}:")
    return (
        str(_(NUMBER_HEADING))
        if name == NUMBER
        else str(_(HEADINGS.get(name, "")) if name in HEADINGS else "")
    )


def faults_of(rows: Iterable[Row]) -> list[FaultShown]:
    """What stands against the rows."""
    return [_fault(row.number, fault) for row in rows for fault in row.faults]


def remarks_of(rows: Iterable[Row]) -> list[FaultShown]:
    """What to know of the rows that are taken."""
    found = [_fault(row.number, fault) for row in rows for fault in row.remarks]
    outside = [(row.number, row.outside) for row in rows if row.outside]
    return [*found, *(FaultShown(n, heading("owner"), translated(why)) for n, why in outside)]


def refused_faults(faults: dict[int, list[Fault]]) -> list[FaultShown]:
    """What the writers said, by row."""
    return [_fault(number, one) for number, several in faults.items() for one in several]


def _fault(number: int, fault: Fault) -> FaultShown:
    return FaultShown(number, heading(fault.name), translated(fault.why))


def said(name: str, text: str) -> str:
    """A cell's text, a status in the reader's language."""
    return str(_(text)) if name == "status" and text else text


def shown(text: str) -> str:
    """A cell's text as a table shows it."""
    if text == UNREAD:
        return str(_("(formel utan värde)"))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def lead(outcome: Outcome) -> str:
    """What the whole sheet would do, in one sentence."""
    parts = [
        ngettext("%(num)s åtgärd ändras", "%(num)s åtgärder ändras", len(outcome.changed)),
        ngettext("%(num)s blir ny", "%(num)s blir nya", len(outcome.new)),
        ngettext("%(num)s rad har fel", "%(num)s rader har fel", len(outcome.faulty)),
    ]
    counts = (outcome.changed, outcome.new, outcome.faulty)
    said = [part for part, rows in zip(parts, counts, strict=True) if rows]
    if not said:
        return str(_("Kalkylbladet ändrar ingenting."))
    return str(_("%(what)s. Inget är sparat än.", what=", ".join(said)))


def changes_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Each cell that changes something without a clash, as a row of the table."""
    return [
        {
            "row": row.number,
            "title": row.title,
            "column": heading(cell.name),
            "before": shown(said(cell.name, cell.before)),
            "after": shown(said(cell.name, cell.after)),
        }
        for row in outcome.changed
        for cell in row.cells
        if not cell.clash
    ]


def clashes_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Each cell that somebody else changed too; `name` is the field of the form that answers."""
    return [
        {
            "name": f"pick-{row.number}-{place}",
            "key": (row.number, cell.name),
            "row": row.number,
            "title": row.title,
            "column": heading(cell.name),
            "before": said(cell.name, cell.before),
            "after": said(cell.name, cell.after),
        }
        for row in outcome.changed
        for place, cell in enumerate(row.cells)
        if cell.clash
    ]


def new_of(outcome: Outcome) -> list[dict[str, Any]]:
    """Each new action with its cells."""
    return [
        {
            "row": row.number,
            "title": row.title,
            "cells": [
                {"term": heading(cell.name), "value": shown(said(cell.name, cell.after))}
                for cell in row.cells
                if cell.name != "title"
            ],
        }
        for row in outcome.new
    ]
