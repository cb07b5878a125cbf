"""The template is filled in as a person would, and read by the ordinary reader."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from tests.importers.granvik import POINTS, STRENGTHS
from tracker.domain.editions import KEYS, edition
from tracker.domain.errors import RuleBroken
from tracker.importers import read_report
from tracker.importers.draft import ReportDraft
from tracker.reports.template import ITEM_ROWS, template

KEY = "kommunkompassen-2020"
GENERAL = ["Peka ut gemensamma mål", "Följ upp det som beslutas, och visa resultatet."]


def opened(key: str = KEY) -> Any:
    return openpyxl.load_workbook(io.BytesIO(template(key)))


def read(book: Any) -> ReportDraft:
    out = io.BytesIO()
    book.save(out)
    return read_report(out.getvalue(), "Granvik.xlsx")


def row_of(sheet: Any, text: str, column: int = 2) -> int:
    """The row whose cell in that column (counted from 1) holds exactly that text."""
    found = [r for r in range(1, sheet.max_row + 1) if sheet.cell(r, column).value == text]
    assert len(found) == 1
    return found[0]


def beside(book: Any, label: str, value: object) -> None:
    sheet = book["Uppgifter"]
    sheet.cell(row_of(sheet, label, 1), 2).value = value


def filled(*, gaps: bool = False) -> Any:
    """The template filled in for Granvik; with `gaps`, every second row of items is left empty."""
    book, step = opened(), 2 if gaps else 1
    beside(book, "Kommun:", "Granvik")
    beside(book, "Utvärderingen genomfördes (år-månad):", "2024-10")
    beside(book, "Utvärdering i ordningen:", 3)
    beside(book, "Totalpoäng:", 8 * 55)
    for index, text in enumerate(GENERAL):
        book["Övergripande"].cell(2 + step * index, 1).value = text
    for area in edition(KEY).areas:
        sheet = book[str(area.number)]
        for sub in area.subareas:
            sheet.cell(row_of(sheet, sub.code, 1), 3).value = score(sub.code, sub.max)
        sheet.cell(row_of(sheet, "Summa"), 3).value = sum(
            score(s.code, s.max) for s in area.subareas
        )
        top = row_of(sheet, "Styrkor", 1) + 1
        for column, texts in ((1, STRENGTHS[area.number]), (3, POINTS[area.number])):
            for index, text in enumerate(texts):
                sheet.cell(top + step * index, column).value = text
    return book


def score(code: str, top: int) -> int:
    """Made-up points; each area's sum to 55 of its 100."""
    area = edition(KEY).areas[int(code[0]) - 1]
    if code == area.subareas[-1].code:
        return 55 - sum(score(s.code, s.max) for s in area.subareas[:-1])
    return top // 2


@pytest.mark.parametrize("gaps", [False, True], ids=["close", "with empty rows"])
def test_a_filled_template_is_read_exactly(gaps: bool) -> None:
    draft = read(filled(gaps=gaps))
    assert (draft.municipality, draft.month, draft.ordinal) == ("Granvik", "2024-10", 3)
    assert (draft.edition, draft.total_stated, draft.total_summed) == (KEY, 440, 440)
    assert [p.text for p in draft.general_improvements] == GENERAL
    for area, made in zip(draft.areas, edition(KEY).areas, strict=True):
        assert (area.number, area.name, area.score, area.max) == (made.number, made.name, 55, 100)
        assert [(s.code, s.name, s.score, s.max) for s in area.subareas] == [
            (s.code, s.name, score(s.code, s.max), s.max) for s in made.subareas
        ]
        assert [s.text for s in area.strengths] == STRENGTHS[area.number]
        assert [p.text for p in area.improvements] == POINTS[area.number]
        assert all(item.certain for item in (*area.strengths, *area.improvements))
    assert draft.problems == ()


def test_an_empty_template_says_what_is_missing_and_invents_nothing() -> None:
    draft = read_report(template(KEY), "mall.xlsx")
    assert (draft.municipality, draft.month, draft.ordinal) == (None, None, None)
    assert (draft.total_stated, draft.total_summed, draft.general_improvements) == (None, None, ())
    assert {(a.score, a.strengths, a.improvements) for a in draft.areas} <= {(None, (), ())}
    assert {s.score for a in draft.areas for s in a.subareas} <= {None}
    told = " ".join(p.message for p in draft.problems)
    for words in ("inga poäng", "Inga förbättringspunkter", "Inga styrkor", "vilken kommun"):
        assert words in told


@pytest.fixture(scope="module")
def changed() -> ReportDraft:
    """What comes of a template in which areas 1, 2 and 4 were each changed in their own way."""
    book = filled()
    sheet = book["1"]
    cell = sheet.cell(row_of(sheet, "Styrkor", 1) + 1, 1)
    cell.value, cell.data_type = "=1+1 är ett tydligt exempel", "s"
    sheet = book["2"]
    sheet.cell(row_of(sheet, "Summa"), 3).value = 60
    sheet = book["4"]
    spare = row_of(sheet, "4.5", 1) + 1
    for column, value in enumerate(("4.6", "Lokaler och upphandling", 7, 10), start=1):
        sheet.cell(spare, column).value = value
    sheet.cell(row_of(sheet, "4.2", 1), 3).value = None
    for column in (1, 2, 3, 4):
        sheet.cell(spare - 1, column).value = None
    return read(book)


def test_a_subarea_may_be_added_emptied_or_left_without_points(changed: ReportDraft) -> None:
    area = changed.areas[3]
    assert [(s.code, s.score, s.max) for s in area.subareas] == [
        ("4.1", 10, 20), ("4.2", None, 20), ("4.3", 10, 20), ("4.4", 10, 20), ("4.6", 7, 10)
    ]  # fmt: skip
    assert area.score == 55


def test_a_wrong_sum_is_told(changed: ReportDraft) -> None:
    (told,) = [p.message for p in changed.problems if p.where == "area 2"]
    assert "55" in told and "60" in told


def test_what_looks_like_a_formula_stays_text(changed: ReportDraft) -> None:
    assert changed.areas[0].strengths[0].text == "=1+1 är ett tydligt exempel"


@pytest.mark.parametrize("key", KEYS)
def test_every_edition_has_a_template_that_says_which_it_is(key: str) -> None:
    book = opened(key)
    numbers = [str(area.number) for area in edition(key).areas]
    assert book.sheetnames == ["Uppgifter", "Övergripande", *numbers]
    beside(book, "Kommun:", "Granvik")
    assert read(book).edition == key


def test_cells_to_fill_in_are_open_guarded_and_wrapped() -> None:
    sheet = opened()["3"]
    assert not sheet.protection.sheet
    assert sheet.freeze_panes == "A2"
    rules = {str(rule.sqref): (rule.type, rule.formula1, rule.formula2)
             for rule in sheet.data_validations.dataValidation}  # fmt: skip
    row = row_of(sheet, "3.2", 1)
    assert rules[f"C{row}"] == ("whole", "0", f"$D${row}")
    item = sheet.cell(row_of(sheet, "Styrkor", 1) + ITEM_ROWS, 3)
    assert item.alignment.wrap_text and item.fill.fgColor.rgb == "FFFFF9DB"


def test_an_unknown_edition_is_refused() -> None:
    with pytest.raises(RuleBroken):
        template("kommunkompassen-1999")
