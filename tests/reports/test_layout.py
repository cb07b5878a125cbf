"""What stays together, and how wide columns are."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
from docx.oxml.ns import qn

from tests.helpers.documents import AT, TEXT, document, table
from tests.reports.test_pdf import pages, rendered
from tracker.reports.content import (
    Block,
    Bullets,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    Span,
    Table,
)
from tracker.reports.docx import render_docx
from tracker.reports.layout import TEXT_WIDTH, kept_with_next, stands_whole, widths_of, words_fit

HEADING, LINE, LIST = Heading(2, "Rubrik"), Paragraph("Kort."), Bullets(("a",))
STRONG, COLON = Paragraph((Span("Ja", strong=True),)), Paragraph("Punkterna:")
LONG = Paragraph(TEXT)


@pytest.mark.parametrize(
    ("blocks", "kept"),
    [
        ((HEADING, LINE, LIST), (1,)),
        ((HEADING, LINE, LINE, LINE, LIST), (1, 2, 3)),
        ((HEADING, LINE, LINE, LINE, LINE, LIST), ()),
        ((HEADING, LINE, HEADING, LINE), ()),
        ((HEADING, LINE, LINE, LONG), ()),
        ((LINE, LIST), ()),
        ((COLON, LIST), (0,)),
        ((LONG, COLON, LINE), ()),
        ((STRONG, LINE), (0,)),
        ((STRONG, HEADING), ()),
        ((STRONG, PageBreak()), ()),
        ((STRONG,), ()),
        ((), ()),
    ],
)
def test_lines_go_with_what_they_lead_to(blocks: tuple[Block, ...], kept: tuple[int, ...]) -> None:
    found = kept_with_next(blocks)
    assert len(found) == len(blocks)
    assert tuple(at for at, keep in enumerate(found) if keep) == kept


def of(
    *titles: str, rows: tuple[tuple[str, ...], ...] = (), widths: tuple[float, ...] = ()
) -> Table:
    shares = widths or (1.0,) * len(titles)
    return Table("", tuple(Column(t, width=w) for t, w in zip(titles, shares, strict=True)), rows)


def test_columns_keep_their_shares_where_words_find_room() -> None:
    assert widths_of(of("A", "B", widths=(3, 1))) == [12, 4]


def test_a_narrow_column_is_as_wide_as_its_day() -> None:
    made = of("Nr", "Klar", "Text", rows=(("1", "2026-04-30", "x"),), widths=(1, 1, 20))
    widths = widths_of(made)
    assert sum(widths) == pytest.approx(TEXT_WIDTH)
    assert widths[1] >= 10 * 0.18
    assert words_fit(made)


def test_where_words_find_no_room_the_shares_rule() -> None:
    made = of(*(f"Genomförd{at}" for at in range(12)))
    assert widths_of(made) == pytest.approx([TEXT_WIDTH / 12] * 12)
    assert not words_fit(made)


@pytest.mark.parametrize(
    ("made", "whole"),
    [
        (table(3), True),
        (table(14), True),
        (table(15), False),
        (of("A", "B", rows=((TEXT * 8, "b"),)), False),
        (of("A", "B", rows=(("\n" * 40, "b"),)), False),
        (of("A"), True),
    ],
)
def test_only_a_small_table_is_never_torn(made: Table, whole: bool) -> None:
    assert stands_whole(made) is whole


@pytest.mark.parametrize("above", range(24, 36, 2))
def test_a_small_table_is_on_one_page(above: int) -> None:
    lines = Paragraph("\n".join(["rad"] * above))
    shown = [text for text in pages(rendered(document(lines, table(8)))) if "Ordna rutin" in text]
    assert len(shown) == 1
    assert "Åtgärderna den 31 augusti" in shown[0]


def test_ordinary_words_of_a_table_are_not_torn() -> None:
    words = ("genomförd", "verifierad", "planerad", "återkommande", "styrdokument")
    made = of(*("Åtgärd", "Läge", "Rapport"), rows=tuple((word, word, word) for word in words))
    text = " ".join(pages(rendered(document(made))))
    assert all(text.count(word) == 3 for word in words)


def test_rows_that_are_longer_than_a_page_may_be_torn_in_word() -> None:
    made = of("A", "B", rows=(("x " * 1000, ""), ("y", "")))
    book = docx.Document(BytesIO(render_docx(document(made), at=AT)))
    kept = [row.find(f".//{qn('w:cantSplit')}") is not None for row in book.tables[0]._tbl.tr_lst]
    assert kept == [True, False, True]


def test_in_word_no_row_stands_alone() -> None:
    book = docx.Document(BytesIO(render_docx(document(table(30), table(4)), at=AT)))
    long, small = (
        [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in made.rows]
        for made in book.tables
    )
    assert [at for at, keep in enumerate(long) if keep] == [0, 1, 29]
    assert [at for at, keep in enumerate(small) if keep] == [0, 1, 2, 3]
