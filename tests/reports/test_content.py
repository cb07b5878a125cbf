"""A document's content: what it refuses, and what it mends."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.reports.content import (
    Column,
    Document,
    Heading,
    Paragraph,
    Span,
    Table,
    address,
    levelled,
    plain,
    spans,
)


def test_a_row_that_does_not_fit_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="Åtgärder"):
        Table("Åtgärder", (Column("A"), Column("B")), (("1", "2"), ("3",)))


def test_a_table_has_a_column() -> None:
    with pytest.raises(ValueError, match="column"):
        Table("Tom", (), ())


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="'fi'"):
        Document("Raportti", "fi", date(2031, 9, 1), ())


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([2, 3], [1, 2]),
        ([1, 3, 3], [1, 2, 2]),
        ([3, 3, 1, 3], [1, 1, 1, 2]),
        ([0, 4, 7, 9, 4], [1, 2, 3, 3, 2]),
    ],
)
def test_headings_never_skip_a_level(asked: list[int], given: list[int]) -> None:
    blocks = [Heading(level, "Rubrik") for level in asked]
    shown = levelled([*blocks, Paragraph("Text")])
    assert [one.level for one in shown if isinstance(one, Heading)] == given
    assert shown[-1] == Paragraph("Text")


def test_text_is_one_span_and_spans_are_text() -> None:
    assert spans("Hej") == (Span("Hej"),)
    assert plain((Span("Hej ", strong=True), Span("du"))) == "Hej du"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://granvik.example/a?b=1&c=å", False),
        ("https://granvik.example/a?b=1&c=2", True),
        ("mailto:kommun@granvik.example", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://a b", False),
        ("", False),
    ],
)
def test_only_ordinary_addresses_are_linked(link: str, kept: bool) -> None:
    assert address(Span("här", link=link)) == (link if kept else "")


def test_a_link_needs_words() -> None:
    assert address(Span("  ", link="https://granvik.example")) == ""
