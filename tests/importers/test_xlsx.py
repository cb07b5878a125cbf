from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest

from tests.importers.granvik import POINTS, STRENGTHS, area_score, scores
from tracker.domain.editions import edition
from tracker.domain.errors import RuleBroken
from tracker.importers import read_report
from tracker.importers.lines import Cell
from tracker.importers.xlsx import MAX_SHEETS, read_lines


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet_changed(data: bytes, change: Callable[[str], str]) -> bytes:
    """The workbook with the XML of its first sheet changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part.decode()) if name.endswith("sheet1.xml") else part)
    return out.getvalue()


def test_cells_numbers_dates_and_breaks() -> None:
    book, told = openpyxl.Workbook(), []
    first = book.active
    first["A1"], first["C1"], first["D1"] = "Namn", 12.0, 3.5
    first["B3"] = "ett\n• två\n\ntre"
    first["A4"], first["B4"] = date(2023, 1, 31), "=1+1"
    book.create_sheet("dold").append(["syns inte"])
    book["dold"].sheet_state = "hidden"
    book.create_sheet("sist").append([7])
    lines = read_lines(saved(book), lambda done, of: told.append((done, of)))
    assert [(x.text, x.bullet, x.blank_before, x.cell, x.page) for x in lines] == [
        ("Namn", "", True, Cell(0, 0, 0), 1),
        ("12", "", True, Cell(0, 0, 2), 1),
        ("3.5", "", True, Cell(0, 0, 3), 1),
        ("ett", "", True, Cell(0, 2, 1), 1),
        ("två", "•", False, Cell(0, 2, 1), 1),
        ("tre", "", True, Cell(0, 2, 1), 1),
        ("2023-01-31", "", True, Cell(0, 3, 0), 1),
        ("7", "", True, Cell(1, 0, 0), 2),
    ]
    assert [x.number for x in lines] == list(range(1, 9))
    assert told == [(1, 2), (2, 2)]


def test_somebodys_own_workbook() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Utvärdering av Granviks kommun"])
    for area in edition("kommunkompassen-2020").areas:
        sheet = book.create_sheet(area.name[:30])
        sheet.append([None, f"{area.number}. {area.name}"])
        sheet.append([None, "Delområde", "Uppnått", "Max"])
        for code, name, score, top in scores(area.number):
            sheet.append([None, f"{code} {name}", score, top])
        sheet.append([None, "Summa", area_score(area.number), 100])
        sheet.append([])
        sheet.append([None, "Styrkor", "Förbättringsområden"])
        both = zip(STRENGTHS[area.number] + [None], POINTS[area.number], strict=False)
        for strength, point in both:
            sheet.append([None, strength, point])
    draft = read_report(saved(book), "granvik.xlsx")
    assert {a.number: [p.text for p in a.improvements] for a in draft.areas} == POINTS
    assert {a.number: [s.text for s in a.strengths] for a in draft.areas} == STRENGTHS
    assert [a.score for a in draft.areas] == [area_score(n) for n in range(1, 9)]
    assert [(s.code, s.name, s.score, s.max) for s in draft.areas[2].subareas] == scores(3)
    assert all(p.certain for a in draft.areas for p in a.improvements)


def small() -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B2"] = "ett", "två"
    return saved(book)


def test_a_sheet_that_claims_a_million_rows_is_read_as_it_is() -> None:
    data = sheet_changed(small(), lambda x: re.sub('ref="A1:B2"', 'ref="A1:XFD1048576"', x))
    assert [x.text for x in read_lines(data)] == ["ett", "två"]
    assert [x.text for x in read_lines(sheet_changed(small(), last_row(1_048_576)))][-1] == "två"


def last_row(number: int) -> Callable[[str], str]:
    return lambda x: x.replace('r="2"', f'r="{number}"').replace('"B2"', f'"B{number}"')


def test_a_row_that_cannot_be_and_too_many_sheets_are_refused() -> None:
    with pytest.raises(RuleBroken, match="mer text än"):
        read_lines(sheet_changed(small(), last_row(10**12)))
    book = openpyxl.Workbook()
    for _ in range(MAX_SHEETS):
        book.create_sheet()
    with pytest.raises(RuleBroken, match="mer text än"):
        read_lines(saved(book))


def test_damage_is_refused() -> None:
    with pytest.raises(RuleBroken, match="inte att läsa som XLSX"):
        read_lines(small()[:-400])
    with pytest.raises(RuleBroken, match="inte att läsa som XLSX"):
        read_lines(sheet_changed(small(), lambda x: x.replace("</row>", "")))
