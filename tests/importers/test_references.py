"""Other municipalities' scores as CSV: every way to write it, and what is wrong by line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.others import EDITION, HEADER, csv
from tests.helpers.source import ROOT
from tracker.domain.errors import RuleBroken
from tracker.importers.references import (
    MAX_ROWS,
    ReferenceFile,
    ReferenceRow,
    csv_of,
    read_references,
)

SHARED = ROOT.parent / "shared" / "reference-evaluations.csv"
TODAY = date(2026, 3, 2)
WHOLE = f"Granby,2021-02,{EDITION},79,72,87,89,88,82,85,80,662,"


def read(data: bytes) -> ReferenceFile:
    return read_references(data, today=TODAY)


def complaints(file: ReferenceFile) -> list[tuple[int, str]]:
    return [(one.line, str(one.error)) for one in file.problems]


def test_a_whole_row() -> None:
    file = read(csv(WHOLE + "granby.example"))
    areas = (79, 72, 87, 89, 88, 82, 85, 80)
    row = ReferenceRow(2, "Granby", date(2021, 2, 1), False, EDITION, areas, 662, "granby.example")
    assert file == ReferenceFile((row,), ())


def test_swedish_headings_in_any_order_with_a_title_above() -> None:
    text = (
        "Poäng i andra kommuner\n\n"
        "Summa;Källa;Månad;Område 8;Kommun;Version;OMRÅDE 1;Anmärkning\n"
        '531;"en källa;\nmed två rader";jan-23;79,5;Granby kommun;2020;60;hej\n'
    )
    for data in (text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("cp1252")):
        (row,) = read(data).rows
        assert (row.line, row.month, row.total) == (4, date(2023, 1, 1), 531)
        assert row.areas == (60, None, None, None, None, None, None, 79.5)
        assert row.source == "en källa; med två rader"
        assert read(data).ignored == ("Anmärkning",)
    for data in (text.encode("utf-16-le"), text.encode("utf-16-be")):
        assert read(data).rows


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_separators_and_line_ends(sign: str) -> None:
    for end in ("\n", "\r\n", "\r"):
        text = end.join(["", HEADER, "", WHOLE, sign * 3, ""]).replace(",", sign)
        file = read(text.encode())
        assert [row.municipality for row in file.rows] == ["Granby"]
        assert file.rows[0].line == 4
        assert not file.problems


@pytest.mark.parametrize(
    ("written", "month", "whole_year"),
    [
        ("2023-01", date(2023, 1, 1), False),
        ("2023/01", date(2023, 1, 1), False),
        ("202301", date(2023, 1, 1), False),
        ("2023-01-17", date(2023, 1, 1), False),
        ("jan-23", date(2023, 1, 1), False),
        ("Oktober 2023", date(2023, 10, 1), False),
        ("maj 2023", date(2023, 5, 1), False),
        ("2023", date(2023, 1, 1), True),
        ("2026-03", date(2026, 3, 1), False),
        ("2026", date(2026, 1, 1), True),
    ],
)
def test_months(written: str, month: date, whole_year: bool) -> None:
    (row,) = read(csv(f"Granby,{written},{EDITION},,,,,,,,,500,")).rows
    assert (row.month, row.whole_year) == (month, whole_year)


@pytest.mark.parametrize("written", ["2020", "3.1", "KK 2020", "Kommunkompassen 2020", EDITION])
def test_editions(written: str) -> None:
    (row,) = read(csv(f"Granby,2021-02,{written},,,,,,,,,500,")).rows
    assert row.edition == EDITION


BAD = [
    (f",2021-02,{EDITION},,,,,,,,,500,", "Kommunens namn saknas."),
    (f"{'A' * 10_000},2021-02,{EDITION},,,,,,,,,500,", "högst 100 tecken"),
    (f"{'ß' * 100},2021-02,{EDITION},,,,,,,,,500,", "högst 100 tecken"),
    (f"Granby,,{EDITION},,,,,,,,,500,", "Månaden saknas"),
    (f"Granby,i våras,{EDITION},,,,,,,,,500,", "Månaden går inte att läsa"),
    (f"Granby,2021-13,{EDITION},,,,,,,,,500,", "Månaden går inte att läsa"),
    (f"Granby,1021-03,{EDITION},,,,,,,,,500,", "Månaden går inte att läsa"),
    (f"Granby,2026-04,{EDITION},,,,,,,,,500,", "har inte kommit"),
    (f"Granby,2027,{EDITION},,,,,,,,,500,", "har inte kommit"),
    ("Granby,2021-02,,,,,,,,,,500,", "Versionen saknas"),
    ("Granby,2021-02,kommunkompassen-2002,,,,,,,,,500,", "Versionen är okänd"),
    (f"Granby,2021-02,{EDITION},101,,,,,,,,500,", "område 1 ska vara mellan 0 och 100"),
    (f"Granby,2021-02,{EDITION},,,,,,,,-1,500,", "område 8 ska vara mellan 0 och 100"),
    (f"Granby,2021-02,{EDITION},,,bra,,,,,,500,", "område 3 är inget tal"),
    (f"Granby,2021-02,{EDITION},,,٣,,,,,,500,", "område 3 är inget tal"),
    (f"Granby,2021-02,{EDITION},,,,,,,,,801,", "mellan 0 och 800"),
    (f"Granby,2021-02,{EDITION},,,,,,,,,500.5,", "helt tal"),
    (f"Granby,2021-02,{EDITION},,,,,,,,,99999999999,", "inget tal"),
    (f"Granby,2021-02,{EDITION},,,,,,,,,,", "varken poäng"),
    (f"=1+1,2021-02,{EDITION},,,,,,,,,500,", "formel"),
    (f"@SUM(A1),2021-02,{EDITION},,,,,,,,,500,", "formel"),
    (f"Granby,2021-02,{EDITION},=A1+B1,,,,,,,,500,", "formel"),
    (f'Granby,2021-02,{EDITION},,,,,,,,,500,"=cmd|x"', "formel"),
    (f"Granby,2021-02,{EDITION},,,,,,,,,500,{'k' * 301}", "högst 300 tecken"),
    (f"Granby,2021-02,{EDITION},79,5,72,87,89,88,82,85,80,662,källa", "fler celler"),
    (f'"Granby,2021-02,{EDITION},,,,,,,,,500,', "citattecken"),
    ("Granby", "Månaden saknas"),
]


@pytest.mark.parametrize(("line", "sentence"), BAD, ids=[sentence for _line, sentence in BAD])
def test_a_bad_row_is_named_and_the_others_go_in(line: str, sentence: str) -> None:
    file = read(csv(WHOLE, line, f"Sjöby,2022-03,{EDITION},,,,,,,,,510,"))
    assert [row.municipality for row in file.rows] == ["Granby", "Sjöby"]
    (problem,) = file.problems
    assert (problem.line, problem.last, problem.warning) == (3, 3, False)
    assert sentence in str(problem.error)


def test_the_same_row_twice() -> None:
    file = read(csv(WHOLE, "", WHOLE.replace("Granby", " GRANBY ")))
    assert len(file.rows) == 1
    assert complaints(file) == [
        (4, "Samma kommun, månad och version står redan på rad 2."),
    ]


def test_a_wrong_sum_is_a_warning() -> None:
    file = read(csv(WHOLE.replace("662", "660")))
    assert file.rows[0].total == 660
    assert complaints(file) == [
        (2, "Områdena ger tillsammans 662 poäng, men summan säger 660. Summan gäller.")
    ]
    assert not file.refused


def test_an_open_quote_costs_its_own_line() -> None:
    broken = f'Bruksby,2021-02,{EDITION},,,,,,,,,500,"en källa'
    more = [f"Kommun {n}a,2021-02,{EDITION},,,,,,,,,500," for n in range(3)]
    file = read(csv(WHOLE, broken, *more))
    assert [row.line for row in file.rows] == [2, 4, 5, 6]
    assert [line for line, _sentence in complaints(file)] == [3]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "tom"),
        (b" \n\n", "tom"),
        (b"PK\x03\x04" + b"x" * 100, "som CSV"),
        (b"<html><table>", "som CSV"),
        (b"\x00\x01\x02" * 50, "som CSV"),
        (b"bara text\n", "saknar kolumner: kommun, månad, version"),
        (b"kommun;summa\nGranby;500\n", "saknar kolumner: månad, version"),
        ("kommun;månad;version\nGranby;2021;2020\n".encode(), "saknar kolumner: summa"),
        ("kommun;kommun;månad;version;summa\n".encode(), "”kommun” står två gånger"),
        (b"x" * 500_001, "större än 500 kB"),
    ],
)
def test_files_that_are_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        read(data)
    assert sentence in str(refused.value)


def test_too_many_rows() -> None:
    lines = [f"Kommun {n}a,2021-02,2020,,,,,,,,,500," for n in range(MAX_ROWS + 1)]
    assert len(read(csv(*lines[:-1])).rows) == MAX_ROWS
    with pytest.raises(RuleBroken, match="2 000"):
        read(csv(*lines))


def test_there_and_back() -> None:
    file = read(csv(WHOLE + "a;b", f"Sjöby,2022,{EDITION},79.5,,,,,,,,,"))
    again = read(csv_of(file.rows).encode("utf-8-sig"))
    assert again.rows == file.rows
    assert not read(csv_of(()).encode("utf-8-sig")).rows


def test_the_shared_list() -> None:
    if not SHARED.is_file():
        pytest.skip("the list of reference scores is not beside this repository (../shared)")
    file = read(Path(SHARED).read_bytes())
    assert not file.problems
    assert len(file.rows) == 11
    totals = {(row.municipality, f"{row.month:%Y-%m}"): row.total for row in file.rows}
    assert totals["Nacka", "2021-02"] == 662
    assert [row.municipality for row in file.rows if row.whole_year] == [
        "Helsingborg",
        "Tyresö",
        "Tyresö",
    ]


ROUGH = st.text(alphabet='Grå,;"\n\r\t=-+0129 .\u202e😀', max_size=200)


@given(ROUGH)
def test_whatever_stands_there_is_told(text: str) -> None:
    """No line is both read and refused, and none that holds anything is passed over."""
    data = (HEADER + "\n" + text).encode()
    file = read(data)
    lines = [row.line for row in file.rows] + [one.line for one in file.refused]
    assert len(lines) == len(set(lines))
    for row in file.rows:
        assert read(csv_of([row]).encode()).rows


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except RuleBroken as refused:
        assert str(refused)
