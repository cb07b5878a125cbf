"""Spreadsheets as people send them, and as an attacker might."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from itertools import islice
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from tests.helpers.hostile import NAMED, mutated
from tracker.domain.errors import RuleBroken
from tracker.domain.sheets import UNREAD
from tracker.importers.isolated import read_sheet_isolated
from tracker.importers.sheets import Sheet, SheetRow, read_sheet

HEADS = ["Åtgärd", "Ansvarig", "Klart"]


def saved(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def book_of(*rows: list[object]) -> Any:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def cells(found: Sheet) -> list[list[str]]:
    return [row.cells for row in found.rows]


def test_cells_become_text_as_it_is_written_in_swedish() -> None:
    moment = datetime(2026, 3, 1, 13, 30)  # noqa: DTZ001 - Excel knows no zones
    book = book_of([3.5, 12.0, 7, True, date(2026, 3, 1), moment, " a\nb "])
    found = read_sheet(saved(book), "plan.xlsx")
    assert cells(found) == [["3,5", "12", "7", "Ja", "2026-03-01", "2026-03-01 13:30", " a\nb "]]
    assert (found.sheets, found.base) == (1, None)


def test_rows_keep_their_numbers_and_empty_ones_are_left_out() -> None:
    book = book_of(HEADS, [], ["Rusta", None, None], [" ", ""])
    assert read_sheet(saved(book), "a.xlsx").rows == [SheetRow(1, HEADS), SheetRow(3, ["Rusta"])]


def test_the_first_sheet_that_holds_anything_is_read() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Dold").append(["hemligt"])
    book["Dold"].sheet_state = "hidden"
    book.create_sheet("Plan").append(HEADS)
    found = read_sheet(saved(book), "a.xlsx")
    assert (found.name, cells(found)) == ("Plan", [HEADS])


def test_what_is_merged_downwards_stands_in_every_row() -> None:
    book = book_of(["Område", "Åtgärd"], ["Skola", "Ett"], [None, "Två"], [None, "Tre"])
    book.active.merge_cells("A2:A3")
    assert cells(read_sheet(saved(book), "a.xlsx"))[1:] == [
        ["Skola", "Ett"],
        ["Skola", "Två"],
        ["", "Tre"],
    ]


def formula(**attributes: str) -> Any:
    """A change of the cell B2, a formula without a value, to one with these attributes."""
    kind = "".join(f' {name}="{text}"' for name, text in attributes.items() if name != "v")
    value = f"<v>{attributes['v']}</v>" if "v" in attributes else ""
    cell = f'<c r="B2"{kind}><f>A1</f>{value}</c>'.encode()
    return lambda part: re.sub(rb'<c r="B2".*?</c>', cell, part)


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ({}, UNREAD),
        ({"v": ""}, UNREAD),
        ({"t": "n", "v": ""}, UNREAD),
        ({"t": "str"}, UNREAD),
        ({"t": "str", "v": ""}, ""),
        ({"t": "str", "v": "Eva"}, "Eva"),
        ({"v": "0"}, "0"),
        ({"v": "42"}, "42"),
        ({"t": "e", "v": "#REF!"}, "#REF!"),
    ],
)
def test_a_formula_gives_the_value_that_was_kept(attributes: dict[str, str], text: str) -> None:
    data = saved(book_of(HEADS, ["Rusta", "=A1", "2026"]))
    data = changed(data, "sheet1.xml", formula(**attributes))
    assert cells(read_sheet(data, "a.xlsx"))[1] == ["Rusta", text, "2026"]


def test_a_row_of_nothing_but_formulas_without_values_is_there() -> None:
    book = book_of(HEADS, [], [None, None, "=A1"], ["=A1", "Eva"], [], ["Måla"])
    book.active.merge_cells("A4:A6")
    found = read_sheet_isolated(saved(book), "a.xlsx").rows
    assert found[1:] == [
        SheetRow(3, ["", "", UNREAD]),
        SheetRow(4, [UNREAD, "Eva"]),
    ]


def test_nothing_that_is_read_passes_for_a_formula() -> None:
    text = f"Åtgärd;{UNREAD}\n{UNREAD}Måla;Eva\n"
    assert cells(read_sheet(text.encode(), "a.csv")) == [["Åtgärd"], ["Måla", "Eva"]]


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        (0.5, "0%", "50 %"),
        (0.075, "0.00%", "7,5 %"),
        (0.07, "0.0 %", "7 %"),
        (1, "0%", "100 %"),
        (0.5, "0.00", "0,5"),
        ("50 %", "0%", "50 %"),
        (True, "0%", "Ja"),
        (date(2026, 3, 1), "yyyy-mm-dd", "2026-03-01"),
        (46082, "0", "46082"),
    ],
)
def test_numbers_look_as_in_the_sheet(value: object, look: str, text: str) -> None:
    book = book_of(HEADS, ["Rusta", value, 0.25])
    book.active["B2"].number_format = look
    assert cells(read_sheet(saved(book), "a.xlsx"))[1] == ["Rusta", text, "0,25"]


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH])
def test_days_count_from_the_workbooks_own_beginning(epoch: datetime) -> None:
    book = book_of(HEADS, ["Rusta", date(2026, 3, 1)])
    book.epoch = epoch
    assert cells(read_sheet(saved(book), "a.xlsx"))[1] == ["Rusta", "2026-03-01"]


def changed(data: bytes, part: str, change: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith(part) else content)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_csv_in_any_usual_dress(encoding: str, sign: str) -> None:
    text = sign.join(["Åtgärd", "Ägare"]) + "\r\n" + sign.join(['"Måla\nhuset"', "Eva"]) + "\r\n"
    found = read_sheet(text.encode(encoding), "plan.csv")
    assert cells(found) == [["Åtgärd", "Ägare"], ["Måla\nhuset", "Eva"]]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("Åtgärd;Ansvarig\nRusta lek, park, torg;Ek, Eva\nMåla;Eva\n", ["Måla", "Eva"]),
        ('Åtgärd,Ansvarig\n"Rusta; måla; städa",Eva\nMåla,Eva\n', ["Måla", "Eva"]),
        ("Åtgärd\tAnsvarig\nRusta, måla; städa\tEva\nMåla\tEva\n", ["Måla", "Eva"]),
        ("Vår plan, 2026, ny;;\nÅtgärd;När;Vem\nMåla;2026;Eva\n", ["Måla", "2026", "Eva"]),
        ("sep=;\nÅtgärd;Vem\nMåla;Eva\n", ["Måla", "Eva"]),
        ("Åtgärd\nRusta, måla\nMåla\n", ["Måla"]),
    ],
)
def test_commas_of_prose_part_no_cells(text: str, row: list[str]) -> None:
    assert cells(read_sheet(text.encode("cp1252"), "plan.csv"))[-1] == row


BAD = {
    "empty.xlsx": (b"", "är tom"),
    "nothing.csv": (b" ;\n;\n", "är tomt"),
    "nul.csv": (b"a;b\nc\x00;d\n", "som CSV"),
    "binary.csv": (b"\x81\x8d\x00\xff" * 50, "som CSV"),
    "page.xlsx": (b"<html><table><tr><td>x</td></tr></table></html>", "inte den sort"),
    "page.csv": (b"\xef\xbb\xbf<html><table></table></html>", "inte den sort"),
    "old.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "läses inte här"),
    "locked.xlsx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "lösenord",
    ),
    "plan.pdf": (b"%PDF-1.7", "läses inte här"),
    "plan": (b"a;b", "läses inte här"),
    "macro.xlsm": (b"PK\x03\x04", "makron"),
    "half.xlsx": (saved(book_of(HEADS))[:-300], "inte att läsa som XLSX"),
    "named.csv": (saved(book_of(HEADS)), "inte den sort"),
    "huge.csv": (b"a;b\n" * 3_000_000, "10 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_answered_with_one_sentence(name: str) -> None:
    data, sentence = BAD[name]
    with pytest.raises(RuleBroken, match=sentence) as told:
        read_sheet(data, name)
    assert str(told.value).endswith(".") and "rapport" not in str(told.value)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bomb.xlsx", "för stort"),
        ("endless.xlsx", None),
        ("macros.xlsx", "makron"),
        ("entities.xlsx", "inte att läsa"),
        ("outside.xlsx", "inte att läsa"),
    ],
)
def test_workbooks_made_to_do_harm(name: str, sentence: str | None) -> None:
    with pytest.raises(RuleBroken, match=sentence) as told:
        read_sheet_isolated(NAMED[name](), name)
    assert "rapport" not in str(told.value)


def test_mutated_workbooks_crash_nothing() -> None:
    for name, data in islice(mutated(".xlsx"), 0, None, 11):
        try:
            read_sheet_isolated(data, name)
        except RuleBroken as told:
            assert str(told).endswith(".")


def test_a_link_to_another_workbook_is_not_followed() -> None:
    book = book_of(HEADS, ["Rusta"])
    data = saved(book)
    link = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
    data = changed(data, "nothing", lambda x: x)
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", link)
        package.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert cells(read_sheet(out.getvalue(), "a.xlsx"))[1] == ["Rusta"]


def test_fifty_thousand_rows_are_refused_with_the_limit() -> None:
    cell = '<c t="inlineStr"><is><t>%s</t></is></c>'
    row = f"<row>{cell}{cell % 'Eva Ek'}{cell % '2026-05-01'}</row>"
    rows = "".join(row % f"Åtgärd {number}" for number in range(50_000)).encode()
    data = saved(book_of(HEADS))
    data = changed(data, "sheet1.xml", lambda part: re.sub(b"(?=</sheetData>)", rows, part))
    with pytest.raises(RuleBroken, match="högst 5 000 rader och 60 kolumner"):
        read_sheet_isolated(data, "a.xlsx")
    text = "\n".join(f"Åtgärd {number};Eva" for number in range(50_000))
    with pytest.raises(RuleBroken, match="högst 5 000 rader"):
        read_sheet_isolated(text.encode(), "a.csv")


def test_a_workbook_with_far_too_much_text_says_the_same_limit() -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for _ in range(4_000):
        sheet.append(["x" * 5_000])
    data = saved(book)
    with pytest.raises(RuleBroken, match="högst 5 000 rader"):
        read_sheet_isolated(data, "a.xlsx")


def test_five_thousand_rows_and_sixty_columns_are_read() -> None:
    text = "\n".join(";".join(["x"] * 60) for _ in range(5_001))
    assert len(read_sheet(text.encode(), "a.csv").rows) == 5_001
    with pytest.raises(RuleBroken, match="60 kolumner"):
        read_sheet(";".join(["x"] * 61).encode(), "a.csv")


@pytest.mark.parametrize(
    "rows",
    [
        [["atgarda", 2], [7, 1, "{}"]],
        [["annat", 1], [7, 1, "{}"]],
        [[]],
    ],
)
def test_a_memory_of_another_make_counts_as_none(rows: list[list[object]]) -> None:
    book = book_of(HEADS)
    hidden = book.create_sheet("_bas")
    for row in rows:
        hidden.append(row)
    assert read_sheet(saved(book), "a.xlsx").base is None


def test_a_memory_that_was_tampered_with_is_forgotten_row_by_row() -> None:
    book = book_of(HEADS)
    hidden = book.create_sheet("_bas")
    for row in (
        ["atgarda", 1],
        [7, 1, '{"title": "ab"}'],
        [8, 1, "{"],
        [9, 1, '{"title": 5}'],
        ["x", 1, "{}"],
        [10, "v", "{}"],
        [11, 1, "[" * 10_000],
    ):
        hidden.append(row)
    assert set(read_sheet(saved(book), "a.xlsx").base or {}) == {"7"}
