"""Who decided to drop an action, as everybody may read it: a body or a role, never a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.helpers.told import facts
from tracker.reports.content import Paragraph, plain
from tracker.services.reports.snapshots import Snapshot, frozen, thawed
from tracker.services.reports.telling.composing import compose

AT = datetime(2026, 5, 4, 9, tzinfo=ZoneInfo("Europe/Stockholm"))
PEOPLE = {"Maria Lindgren": "kommundirektören"}


def told(dropped_by: str) -> Snapshot:
    """A report with one action, which somebody dropped."""
    one = facts().deviations[-1]
    row = replace(one.row, dropped_by=dropped_by, said="", dropped_reason="Ring 08-12 34 56")
    given = facts(rows=(row,), deviations=(replace(one, row=row),))
    return compose(given, {}, locale="sv", at=AT, people=PEOPLE)


@pytest.mark.parametrize(
    ("dropped_by", "kept"),
    [
        ("Servicenämnden", "Servicenämnden"),
        ("SERVICENÄMNDEN", "SERVICENÄMNDEN"),
        ("Björkhaga kommun", "Björkhaga kommun"),
        ("Kommunstyrelsen, § 176", "Kommunstyrelsen, §\u00a0176"),
        ("Förvaltningschefen", "Förvaltningschefen"),
        ("Maria Lindgren", "kommundirektören"),
        ("Berit Obekant", ""),
        ("Servicenämnden genom Berit Obekant", ""),
        ("Maria Lindgren och Berit", ""),
        ("berit@firma.example", ""),
    ],
)
def test_who_decided_is_told_only_where_it_is_no_person(dropped_by: str, kept: str) -> None:
    """What may be a name is left out, and the sentence is whole without it."""
    snapshot = told(dropped_by)
    [row] = snapshot.open_rows
    assert (row.dropped_by, row.owner, row.dropped_reason) == (kept, "", "Ring […]")
    assert row.dropped_on == date(2026, 2, 16)
    [section] = [one for one in snapshot.open_sections if one.key == "deviations"]
    said = " ".join(plain(one.text) for one in section.blocks if isinstance(one, Paragraph))
    by = f" efter beslut av {kept}" if kept else ""
    assert f"Åtgärden avbröts den 16 februari 2026{by}. Skäl: Ring […]" in said


def test_a_report_frozen_before_there_were_open_rows_gives_none() -> None:
    """Nothing is made out of the rows with names afterwards."""
    empty = {"open_rows": (), "quiet_sections": (), "open_plan_title": ""}
    kept = replace(told("Servicenämnden"), **empty)  # type: ignore[arg-type]
    assert thawed(frozen(kept)).open_rows == ()
