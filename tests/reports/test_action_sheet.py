"""The workbook of actions, read back by another program than the one that wrote it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.sheets import BASE_SHEET, HEADINGS, READ_ONLY
from tracker.importers.sheets import read_sheet
from tracker.reports.action_sheet import SheetAction, SheetContent, action_sheet, written

GREEK = "Ω😀"


def an_action(number: int = 7, extra: dict[str, str] | None = None, **values: str) -> SheetAction:
    said = {"title": "Rusta lekplatsen", "deadline": "2026-05-01", "status": "Pågår", **values}
    read_only = ("2026-04-01", "Enligt plan", "2026-02-01", "Punkt ett\nPunkt två", "Planen")
    return SheetAction(number, 3, said, read_only, extra or {})


def made(actions: Sequence[SheetAction]) -> bytes:
    return action_sheet(
        SheetContent(actions, ("Park", "Skola"), ("Skolnämnden",), ("Pågår",), date(2026, 3, 2)),
        str,
    )


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def row_of(data: bytes, row: int = 2) -> dict[str, Any]:
    sheet = opened(data)["Åtgärder"]
    heads = [cell.value for cell in sheet[1]]
    return dict(zip(heads, [cell.value for cell in sheet[row]], strict=True))


def test_the_columns_and_what_stands_in_them() -> None:
    data = made([an_action(starts_on="2026-03-01", extra={"Diarienummer": "KS 1"})])
    found = row_of(data)
    assert list(found) == ["Nr", *HEADINGS.values(), *READ_ONLY, "Diarienummer"]
    assert found["Nr"] == 7
    assert found["Slutdatum"] == datetime(2026, 5, 1)  # noqa: DTZ001
    assert found["Startdatum"] == datetime(2026, 3, 1)  # noqa: DTZ001
    assert found["Skäl till ändrat slutdatum"] is None
    assert found["Punkter"] == "Punkt ett\nPunkt två"
    assert found["Diarienummer"] == "KS 1"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|'/c calc'!A0",
        "+46 70 000 00 00",
        "-5 procent",
        "@SUMMA(A1)",
        "\tindrag",
        "'citat",
        "{=1}",
        "http://elak.example/",
        "mailto:a@b.se",
        "internal:Blad1!A1",
        "00123",
        "1e5",
        "SANT",
        "_x0041_",
        "rad ett\nrad två",
        "😀 åäö \u202eRTL",
        "x" * 10_000,
        "😀" * 10_000,
    ],
)
def test_a_text_stays_a_text(text: str) -> None:
    data = made([an_action(title=text, cost=text, extra={"Eget": text})])
    sheet = opened(data)["Åtgärder"]
    cells = [cell for cell in sheet[2] if cell.value == text]
    assert len(cells) == 3
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in cells)
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=300))
def test_any_text_comes_back_as_it_can_be_written(text: str) -> None:
    data = made([an_action(description=text)])
    back = row_of(data)["Beskrivning"] or ""
    assert back.replace("_x000D_", "\r") == written(text)


def test_what_no_cell_can_hold() -> None:
    assert written("a\x00b\x1bc\ufffed\ud800e") == "abcde"
    assert len(written("x" * 40_000)) <= 32_767
    assert len(written(GREEK * 40_000).encode("utf-16-le")) // 2 <= 32_767
    assert written(GREEK * 40_000)[:4] == GREEK * 2
    data = made([an_action(extra={"Eget": "x" * 40_000})])
    assert 32_000 < len(row_of(data)["Eget"]) <= 32_767


def test_the_sheet_is_made_for_work() -> None:
    book = opened(made([an_action(), an_action(8)]))
    sheet = book["Åtgärder"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref.startswith("A1:")
    ruled = {str(rule.sqref).rstrip("0123456789") for rule in sheet.data_validations.dataValidation}
    assert len(ruled) == 4
    assert book[BASE_SHEET].sheet_state == "veryHidden"
    assert any("Nr" in str(row[0].value) for row in book["Anvisningar"].iter_rows())


def test_the_hidden_sheet_remembers_every_action() -> None:
    many = {f"Kolumn {n} {'å' * 60}": "text" for n in range(45)}
    found = read_sheet(made([an_action(7, many), an_action(8)]), "a.xlsx")
    assert found.base is not None and set(found.base) == {"7", "8"}
    assert found.base["7"].version == 3
    assert len(found.base["7"].marks) == 12 + 45


def test_an_empty_export_has_its_headings() -> None:
    assert opened(made([]))["Åtgärder"].max_row == 1
