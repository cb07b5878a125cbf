"""What stays on one page and on one line in a file: headings, notices, addresses."""

from __future__ import annotations

import re
from io import BytesIO

import docx
import pytest

from tests.helpers.documents import AT, document
from tests.reports.test_pdf import complaints, pages, rendered
from tracker.reports.content import Column, Facts, Heading, Notice, Paragraph, Span, Table
from tracker.reports.docx import render_docx

SCORE, LEAD = "12 av 30 poäng, 18 saknas", "Vad utvärderarna skrev"
ADDRESS = "https://bjorkhaga.example/kommun/moten-och-handlingar/demokratiredovisning.html"


@pytest.mark.parametrize("above", range(24, 34))
def test_a_heading_and_its_short_lines_go_with_what_follows(above: int) -> None:
    made = rendered(
        document(
            *(Paragraph(f"Rad {number}") for number in range(above)),
            Heading(1, "Ledarskap"),
            Paragraph(SCORE),
            Paragraph("Ingenting är på plats än."),
            Paragraph((Span(LEAD, strong=True),)),
            Facts((("Genomförd", "6 december 2024"),)),
        )
    )
    (found,) = [text for text in pages(made) if "6 december 2024" in text]
    for told in ("Ledarskap", SCORE, "Ingenting är på plats än.", LEAD):
        assert told in found


@pytest.mark.parametrize("above", range(24, 34))
def test_a_notice_is_not_torn(above: int) -> None:
    said = " ".join(f"ord{number}" for number in range(60))
    made = rendered(document(*(Paragraph(f"Rad {n}") for n in range(above)), Notice(said)))
    assert [text for text in pages(made) if "ord0 " in text and "ord59" in text]


def test_a_notice_longer_than_a_page_goes_on() -> None:
    made = rendered(document(Notice("Ord och mer. " * 900)))
    assert sum(text.count("Ord och") for text in pages(made)) > 850
    assert complaints(made) == []


@pytest.mark.parametrize("ahead", range(12))
def test_an_address_breaks_only_after_its_own_signs(ahead: int) -> None:
    told = f"{'x' * ahead} ({ADDRESS}, tillagt 6 december 2024)"
    columns = (Column("Åtgärd", width=3), Column("Underlag", width=2))
    table = Table("Underlag", columns, (("Dialog", told),))
    text = " ".join(pages(rendered(document(Facts((("Underlag", told),)), table))))
    bare = re.sub(r"[\r\n\u200b ]+", " ", text)
    pieces = re.split(r"(?<=[/.-]) ?", ADDRESS)
    within = r" ?".join(re.escape(piece) for piece in pieces if piece)
    assert len(re.findall(within, bare)) == 2, bare


def test_a_long_word_of_a_name_is_hyphenated_by_its_syllables() -> None:
    columns = tuple(Column(f"Kolumn {number}") for number in range(5))
    table = Table("Ansvar", columns, (("Kommunledningsförvaltningen",) * 5,))
    text = " ".join(pages(rendered(document(table))))
    assert "Kommunledningsfö\r\nrvaltningen" not in text
    assert "Kommunled" in text
    assert "ningsförvaltning" in text.replace("\ufffe", "")  # as the reader joins hyphenated words


def test_in_word_they_go_together_too() -> None:
    made = document(
        Heading(1, "Ledarskap"),
        Paragraph(""),
        Paragraph(SCORE),
        Paragraph((Span(LEAD, strong=True),)),
        Facts((("Genomförd", "6 december 2024"),)),
        Paragraph("Kort rad"),
        Heading(1, "Lång"),
        Paragraph("Ord " * 200),
        Notice("Lucka"),
    )
    book = docx.Document(BytesIO(render_docx(made, at=AT)))
    kept = {
        one.text.replace("\N{NO-BREAK SPACE}", " "): one.paragraph_format.keep_with_next
        for one in book.paragraphs
    }
    assert [kept[text] for text in (SCORE, LEAD, "Kort rad")] == [True, True, None]
    assert not kept[next(text for text in kept if text.startswith("Ord Ord"))]
    assert book.styles["Notice"].paragraph_format.keep_together
