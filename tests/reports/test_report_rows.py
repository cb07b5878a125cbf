"""The rows of a report as CSV and JSON, read back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.told import AS_OF, facts, hostile_facts, of_rows
from tests.helpers.told_rows import ROWS
from tracker.domain.reporting import ReportFacts
from tracker.domain.statuses import STATUS_MARKS
from tracker.reports.report_rows import COLUMNS, FORMAT, report_csv, report_json

HEADINGS = [one.heading for one in COLUMNS]


def as_csv(told: ReportFacts) -> list[dict[str, str]]:
    text = report_csv(told, str).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def as_json(told: ReportFacts) -> dict[str, object]:
    found = json.loads(report_json(told, title="Lägesrapport", ordinal=2))
    assert isinstance(found, dict)
    return found


def test_a_swedish_spreadsheet_opens_it() -> None:
    data = report_csv(facts(), str)
    assert data.startswith(b"\xef\xbb\xbfNr;")
    assert data.count(b"\r\n") == 1 + len(facts().rows)


def test_the_rows_are_those_of_the_facts() -> None:
    for found, row in zip(as_csv(facts()), facts().rows, strict=True):
        assert list(found) == HEADINGS
        assert found["Nr"] == str(row.id)
        assert found["Åtgärd"] == row.title
        assert found["Status"] == STATUS_MARKS[row.status].label
        assert found["Slutdatum"] == row.deadline.isoformat()
        assert found["Väntas bli klar"] == (row.forecast.isoformat() if row.forecast else "")
        late = (AS_OF - row.deadline).days if row.overdue(AS_OF) else ""
        assert found["Dagar försenad"] == str(late)
        assert found["Antal underlag"] == str(row.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+46 70",
        "-1",
        "@SUM(A1)",
        "\t=1",
        " =1",
        "\n=1",
        "＝1",
        "\x00=1",
        "\u200b=1",
        "\r=1",
    ],
)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    (found,) = as_csv(of_rows((replace(ROWS[0], title=text, owner=text),)))
    for cell in (found["Åtgärd"], found["Ägare"]):
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝"))
        assert cell.lstrip("'").strip()[-1] == text[-1]


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(), max_size=60))
def test_any_text_stays_in_its_cell(text: str) -> None:
    row = replace(ROWS[0], title=text, owner="")
    (found,) = as_csv(of_rows((row, row)))[:1]
    assert list(found) == HEADINGS
    assert found["Ägare"] == ""
    assert as_json(of_rows((row,)))["format"] == FORMAT


def test_machines_get_the_fields_as_they_are() -> None:
    told = as_json(facts())
    assert (told["format"], told["version"], told["since"]) == (FORMAT, 2, "2025-10-31")
    assert told["as_of"] == "2026-04-30"
    assert told["counts"]["total"] == facts().tally.total  # type: ignore[index]
    rows = told["actions"]
    assert isinstance(rows, list)
    for found, row in zip(rows, facts().rows, strict=True):
        assert list(found) == [one.name for one in COLUMNS]
        for name in found.keys() - {"days_late"}:
            value = getattr(row, name)
            plain = value.isoformat() if isinstance(value, date) else value
            assert found[name] == (list(plain) if isinstance(plain, tuple) else plain)


def test_hundreds_of_hostile_rows() -> None:
    hostile = hostile_facts()
    assert len(as_csv(hostile)) == 500
    rows = as_json(hostile)["actions"]
    assert isinstance(rows, list)
    assert [one["title"] for one in rows] == [one.title for one in hostile.rows]
