from __future__ import annotations

import pytest

from tracker.domain.errors import RuleBroken
from tracker.importers.lines import Cell
from tracker.importers.text import read_lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_encodings(encoding: str) -> None:
    lines = read_lines("Förbättra dialogen\r\nmed åhörare\r\n".encode(encoding))
    assert [(line.text, line.number) for line in lines] == [
        ("Förbättra dialogen", 1), ("med åhörare", 2)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "bullet", "text"),
    [
        ("• Ett", "•", "Ett"),
        ("  - Två", "-", "Två"),
        ("– tre", "–", "tre"),
        ("* Fyra", "*", "Fyra"),
        ("\uf0b7Fem", "\uf0b7", "Fem"),
        ("-5 grader", "", "-5 grader"),
        ("**Sex**", "", "Sex"),
        ("_sju_", "", "_sju_"),
        (r"1\. Åtta", "", "1. Åtta"),
    ],
)
def test_bullets_and_emphasis(row: str, bullet: str, text: str) -> None:
    (line,) = read_lines(row.encode())
    assert (line.bullet, line.text) == (bullet, text)


def test_a_bullet_on_its_own_row_belongs_to_the_next() -> None:
    (line,) = read_lines("•\nUtveckla".encode())
    assert (line.bullet, line.text, line.number) == ("•", "Utveckla", 2)


def test_headings_rules_and_gaps() -> None:
    one, two, three = read_lines(b"## Styrkor ##\nEtt\n---\nTva")
    assert (one.heading, one.text, one.blank_before) == (2, "Styrkor", True)
    assert (two.blank_before, three.blank_before) == (False, True)


def test_a_form_feed_is_a_gap() -> None:
    assert [line.blank_before for line in read_lines(b"a\n\x0cb\nc")] == [True, True, False]


def test_table_rows_become_cells() -> None:
    lines = read_lines(b"| a | b |\n|:--|---|\n| c<br>d | e \\| f |\n\n| g |\n")
    found = [(line.text, line.cell, line.number) for line in lines]
    assert found == [
        ("a", Cell(0, 0, 0), 1),
        ("b", Cell(0, 0, 1), 1),
        ("c", Cell(0, 1, 0), 3),
        ("d", Cell(0, 1, 0), 3),
        ("e | f", Cell(0, 1, 1), 3),
        ("g", Cell(1, 0, 0), 5),
    ]


@pytest.mark.parametrize("data", [bytes(range(32)) * 9, b"\xff\xfe\x00", b"PK\x03\x04\x14\x00"])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(RuleBroken, match="inte text"):
        read_lines(data)
