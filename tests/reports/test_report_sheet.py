"""The workbook of a report, read back by another program: equal to the facts, and inert."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest

from tests.helpers.told import AS_OF, CONTROLS, EMOJI, facts, hostile_facts, of_rows
from tests.helpers.told_rows import ROWS
from tracker.domain.reporting import Changes, ReportFacts
from tracker.domain.statuses import HEALTH_MARKS, STATUS_MARKS
from tracker.reports.action_sheet import written
from tracker.reports.report_rows import COLUMNS
from tracker.reports.report_sheet import COUNTS, SheetHead, report_sheet

AT = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
HEAD = SheetHead("Lägesrapport", "Björkhaga kommun", (("Diarienummer", "KS 2026/0117"),), AT)


def made(told: ReportFacts, at: datetime = AT) -> bytes:
    return report_sheet(told, replace(HEAD, at=at), str)


def opened(told: ReportFacts) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made(told)))


def table(sheet: Any) -> list[dict[str, Any]]:
    """The rows below the headings, by heading."""
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture(scope="module")
def book() -> Any:
    return opened(facts())


def test_the_actions_are_those_of_the_facts(book: Any) -> None:
    for found, row in zip(table(book["Åtgärder"]), facts().rows, strict=True):
        by_name = {one.name: found[one.heading] for one in COLUMNS}
        assert by_name["status"] == STATUS_MARKS[row.status].label
        assert by_name["health"] == (HEALTH_MARKS[row.health].label if row.health else None)
        assert by_name["areas"] == (", ".join(map(str, row.areas)) or None)
        assert by_name["plan_points"] == (", ".join(row.plan_points) or None)
        assert by_name["days_late"] == ((AS_OF - row.deadline).days if row.overdue(AS_OF) else None)
        for name in by_name.keys() - {"status", "health", "areas", "plan_points", "days_late"}:
            kept = by_name[name].date() if isinstance(by_name[name], datetime) else by_name[name]
            assert kept == (None if getattr(row, name) == "" else getattr(row, name)), name


def test_days_are_days_and_rows_can_be_filtered(book: Any) -> None:
    sheet = book["Åtgärder"]
    heads = [cell.value for cell in sheet[1]]
    day = sheet.cell(2, heads.index("Slutdatum") + 1)
    assert (day.is_date, day.number_format) == (True, "yyyy-mm-dd")
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.column_dimensions["B"].width > 40


def test_the_summary_holds_the_numbers(book: Any) -> None:
    rows = list(book["Sammanfattning"].iter_rows(values_only=True))
    assert rows[0][0] == "Lägesrapport"
    said = {row[0]: row[1] for row in rows}
    assert said["Diarienummer"] == "KS 2026/0117"
    counted = {name: said[label] for name, label in COUNTS.items()}
    assert counted == {name: getattr(facts().tally, name) for name in COUNTS}
    start = next(at for at, row in enumerate(rows) if row[1] == "Område")
    for row, area in zip(rows[start + 1 :], facts().areas, strict=True):
        assert row[0] == area.number
        assert row[2:4] == (area.score, area.max)
        assert row[4:7] == (area.tally.total, area.tally.reached, area.tally.verified)
        assert row[1] == (area.name or "Svarar inte på någon utvärderad punkt")


def test_what_moved_stands_with_then_and_now(book: Any) -> None:
    moved = facts().changes
    assert moved is not None
    found = table(book["Förändringar"])
    assert [row["Nr"] for row in found] == [(one.now or one.before).id for one in moved.changes]  # type: ignore[union-attr]
    delayed = next(row for row in found if row["Vad"] == "Senarelagd")
    assert delayed["Slutdatum då"] < delayed["Slutdatum nu"]
    new = next(row for row in found if row["Vad"] == "Ny")
    assert (new["Status då"], new["Slutdatum då"]) == (None, None)
    promised = table(book["Utlovat till nu"])
    assert [row["Utfall"] == "Klar" for row in promised] == [one.kept for one in moved.promises]


def test_nothing_to_compare_with_and_nothing_moved_are_told() -> None:
    first = opened(of_rows(()))
    assert first["Förändringar"]["A1"].value.startswith("Det finns ingen tidigare rapport")
    still = opened(facts(changes=Changes(AS_OF, (), ())))
    assert still["Förändringar"]["A1"].value.startswith("Ingenting har ändrats")
    assert still.sheetnames == ["Åtgärder", "Sammanfattning", "Förändringar"]


def test_hostile_texts_are_texts() -> None:
    hostile = hostile_facts(60)
    data = made(hostile)
    found = openpyxl.load_workbook(io.BytesIO(data))
    assert {cell.data_type for sheet in found for row in sheet for cell in row} <= {"s", "n", "d"}
    titles = [row["Åtgärd"] for row in table(found["Åtgärder"])]
    assert titles == [written(one.title) for one in hostile.rows]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not [name for name in parts.namelist() if "_rels/sheet" in name]
        xml = "".join(parts.read(name).decode() for name in parts.namelist())
    assert "<f>" not in xml
    assert EMOJI in xml
    assert CONTROLS not in xml


def test_a_day_before_every_sheet_is_text() -> None:
    old = opened(of_rows((replace(ROWS[0], deadline=date(1, 1, 1)),)))
    assert table(old["Åtgärder"])[0]["Slutdatum"] == "0001-01-01"


def test_the_same_facts_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made(facts())
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert made(facts()) == first
    assert made(facts(), datetime(2026, 5, 7, tzinfo=UTC)) != first
    about = openpyxl.load_workbook(io.BytesIO(first)).properties
    assert (about.title, about.creator) == ("Lägesrapport", "Björkhaga kommun")
    assert about.created == about.modified == AT.replace(tzinfo=None)
