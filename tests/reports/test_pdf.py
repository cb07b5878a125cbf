"""PDFs are read back: what they say, how they are marked, and that nothing makes them fail."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO

import page
import pikepdf
import pypdfium2
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.helpers.documents import AT, CHART, EVERY, TEXT, document, everywhere, table
from tracker.domain.errors import RuleBroken
from tracker.reports import pdf
from tracker.reports.content import Column, Document, Figure, Heading, Paragraph, Span, Table

HOSTILE = [
    "",
    " \n\t ",
    "\x00",
    "a\x00b\x1b[31m\x7f\x85",
    "\ud800 ensam",
    "\ufffe\uffff\U0010ffff\ufdd0",
    "Bra 👍🏽 👨‍👩‍👧 🇸🇪 1️⃣ ❤️",
    "漢字とかな 한국어 ไทย हिन्दी",
    "\u202eomvänt\u202c \u2066x\u2069 שלום العربية",
    "z̸̢̛a̶l̵g̷o̴",
    "\ue000 privat \U000f0000",
    "＜script＞alert(1)＜/script＞ ＆amp;",
    '#eval("1+1") $x^2$ *fet* `kod` \\ " ] ) #image("a.png") // /* <label> @ref',
    "</text></svg><script>&amp;&#0;]]>",
    "=HYPERLINK(1)\t{ PAGE }",
    "o" * 4_000,
    "Ord " * 1_000,
    "\n" * 150 + "sist",
    "✗Ỗ ﬁ ﬀi e\u0303\u0301 א\u05bc",
]


@pytest.fixture(autouse=True)
def no_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Typst only warns about a font that it lacks: here that is a failure."""
    with caplog.at_level(logging.WARNING, logger=pdf.log.name):
        yield
    assert [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING] == []


def rendered(made: Document) -> bytes:
    return pdf.render_pdf(made, at=AT)


def pages(made: bytes) -> list[str]:
    book = pypdfium2.PdfDocument(made)
    try:
        return [book[at].get_textpage().get_text_range() for at in range(len(book))]
    finally:
        book.close()


def complaints(made: bytes) -> list[str]:
    """What an independent checker finds against either standard."""
    found = []
    for profile in ("2a", "ua1"):
        report = page.validate_pdf_bytes(made, profile=profile)
        found += [f"{profile} {one.rule_id} {one.message}" for one in report.failures]
    # The checker takes a stream's last byte for a line end where that byte is 13.
    return [one for one in found if "STREAM-LENGTH-001" not in one or not lengths_hold(made)]


def lengths_hold(made: bytes) -> bool:
    """Whether each stream is as long as it says."""
    streams = list(re.finditer(rb"/Length (\d+)[^>]*>>\s*?stream\n", made))
    return bool(streams) and all(
        made[(end := one.end() + int(one[1])) : end + 10] == b"\nendstream" for one in streams
    )


def values(book: pikepdf.Pdf, key: str) -> set[str]:
    """Every value of that key in the file's objects."""
    kept = (one for one in book.objects if isinstance(one, pikepdf.Dictionary))
    return {str(one[key]) for one in kept if key in one}


def test_it_says_what_the_document_says() -> None:
    text = " ".join(" ".join(pages(rendered(document()))).split())
    for said in (
        "Granviks kommun",
        "Tjänsteskrivelse",
        "Uppföljning av handlingsplanen",
        "Läget den 31 augusti",
        "Diarienummer KS 2031/17",
        "1. Nämnden godkänner rapporten.",
        "Fyra är sena, se Granvik",
        "Ansvarig Bygg och miljö",
        "Att tänka på Versionerna är olika.",
        "Åtgärderna den 31 augusti",
        "Sida 1 (2)",
    ):
        assert said in text


def test_it_is_both_standards_and_names_its_title_and_language() -> None:
    made = rendered(document())
    assert complaints(made) == []
    with pikepdf.open(BytesIO(made)) as book:
        about = book.open_metadata()
        assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("2", "A")
        assert about["pdfuaid:part"] == "1"
        assert "Uppföljning av handlingsplanen" in about["dc:title"]
        assert about["xmp:CreateDate"].startswith("2031-09-01T08:30")
        assert bool(book.Root.MarkInfo.Marked)
        assert str(book.Root.Lang).lower() == "sv-se"
        assert bool(book.Root.ViewerPreferences.DisplayDocTitle)


def test_the_parts_are_tagged_for_who_reads_by_ear() -> None:
    with pikepdf.open(BytesIO(rendered(document()))) as book:
        tags, words = values(book, "/S"), values(book, "/Alt")
    for tag in ("/H1", "/H2", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure", "/Link", "/Caption"):
        assert tag in tags
    assert "Ett område steg och ett föll." in words


def test_the_same_document_gives_the_same_bytes() -> None:
    assert rendered(document()) == rendered(document())
    other = pdf.render_pdf(document(), at=datetime(2031, 9, 2, tzinfo=UTC))
    assert other != rendered(document())


@pytest.mark.parametrize(("language", "foot"), [("en", "Page 1 of"), ("nb", "Side 1 (")])
def test_each_language_has_its_own_words(language: str, foot: str) -> None:
    made = pdf.render_pdf(Document("Follow-up", language, date(2031, 9, 1), EVERY), at=AT)
    assert foot in pages(made)[0]
    assert complaints(made) == []


def test_a_long_table_repeats_its_header_on_each_page() -> None:
    shown = pages(rendered(document(Heading(1, "Alla"), table(200))))
    assert len(shown) > 4
    for text in shown:
        assert re.search(r"Nr\s+Åtgärd\s+Ansvarig\s+Läge", text)
    whole = "\n".join(shown)
    assert all(f"Ordna rutin {at}" in whole for at in range(1, 201))
    assert f"Sida {len(shown)} ({len(shown)})" in shown[-1]


@pytest.mark.parametrize("lines", range(28, 44))
def test_a_heading_is_not_left_alone_at_the_foot_of_a_page(lines: int) -> None:
    above = Paragraph("\n".join(["rad"] * lines))
    shown = pages(rendered(document(above, Heading(2, "Rubriken"), Paragraph(TEXT))))
    with_heading = next(text for text in shown if "Rubriken" in text)
    assert "Granviks kommun har under" in with_heading


def test_a_line_is_short_enough_to_read() -> None:
    made = rendered(document(Paragraph(TEXT * 6)))
    lengths = [len(line) for text in pages(made) for line in text.splitlines()]
    assert max(lengths) <= 77


def test_a_word_wider_than_its_column_stays_in_it() -> None:
    narrow = Table("Smal", (Column("A"), Column("B"), Column("C")), (("o" * 300, "x", "y"),))
    book = pypdfium2.PdfDocument(rendered(document(narrow, Paragraph("u" * 500))))
    text = book[0].get_textpage()
    rights = [text.get_charbox(at)[2] for at in range(text.count_chars())]
    book.close()
    assert max(rights) <= 595 - 2.4 / 2.54 * 72


def test_a_cell_longer_than_a_page_goes_on() -> None:
    tall = Table("Hög", (Column("A"), Column("B")), ((TEXT * 120, "slut"),))
    assert len(pages(rendered(document(tall)))) > 2


def test_a_drawing_taller_than_a_page_is_made_smaller() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 400"><path d="M0 0h9"/></svg>'
    made = rendered(document(Figure(svg, "Hög", "Hög", width=1)))
    assert len(pages(made)) <= 3
    assert complaints(made) == []


def test_an_empty_document_and_empty_blocks() -> None:
    made = rendered(Document("", "sv", date(2031, 9, 1), ()))
    assert "Utan titel" in pages(made)[0]
    assert complaints(made) == []
    assert complaints(rendered(everywhere(""))) == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_never_fails_and_stays_conformant(text: str) -> None:
    assert complaints(rendered(everywhere(text))) == []


def test_what_can_be_kept_is_kept() -> None:
    text = pages(rendered(document(Paragraph("Bra 👍🏽 jobbat, Łódź: “½ → 3 ≥ 2” ﬁn \U0001d400"))))[
        0
    ]
    assert "Bra □ jobbat, Łódź: “½ → 3 ≥ 2” fin A" in text


def test_text_is_never_source() -> None:
    text = pages(rendered(document(Paragraph('#(1 + 1) $x$ *a* #panic("no") \\u{41}'))))[0]
    assert '#(1 + 1) $x$ *a* #panic("no") \\u{41}' in text


def test_links_that_may_be_followed_are_links() -> None:
    spans = (Span("bra", link="https://granvik.example"), Span("dålig", link="javascript:x"))
    with pikepdf.open(BytesIO(rendered(document(Paragraph(spans))))) as book:
        links = [str(note.A.URI) for note in book.pages[0].Annots]
    assert links == ["https://granvik.example"]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(), max_size=120))
@example("\u0300")
@example("漢\u0328 ⇦\u0483 →\u05b4 1\u0301")
@example("\u00ad")
@example("\u200b")
def test_any_text_at_all_renders_and_is_conformant(text: str) -> None:
    made = rendered(everywhere(text))
    assert made.startswith(b"%PDF-1.7")
    assert complaints(made) == []


def test_what_typst_refuses_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_template", lambda: b"#panic()")
    with pytest.raises(RuleBroken, match="Word-fil"):
        rendered(document())


def test_a_panic_in_typst_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 names it."""

    class Falling:
        def compile_with_warnings(self, **_named: object) -> None:
            raise PanicException("removal index (is 2) should be < len (is 2)")

    monkeypatch.setattr(pdf.typst, "Compiler", lambda *_given, **_named: Falling())
    with pytest.raises(RuleBroken, match="Word-fil"):
        rendered(document())


def test_text_that_typst_refuses_is_tried_once_more_as_plain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compiled, tried = pdf._compiled, []

    def refuses_hebrew(data: dict[str, object], at: datetime) -> bytes:
        tried.append(data)
        if "שלום" in str(data):
            raise pdf._Refused("no")
        return compiled(data, at)

    monkeypatch.setattr(pdf, "_compiled", refuses_hebrew)
    text = pages(rendered(document(Paragraph("Hej שלום på er"))))[0]
    assert "Hej □ på er" in text
    assert len(tried) == 2


@pytest.mark.parametrize("svg", ["<svg", "<svg/>", "hej", '<svg viewBox="0 0 1 0"/>'])
def test_what_is_no_drawing_is_refused(svg: str) -> None:
    with pytest.raises(ValueError, match="not an SVG"):
        rendered(document(Figure(svg, "Ingen")))


def test_a_figure_without_a_drawing_is_its_table() -> None:
    text = " ".join(pages(rendered(document(Figure("", "Inget", "Borta", table(1))))))
    assert "Ordna rutin 1" in text
    assert "Borta" not in text


def test_only_the_bundled_typeface_is_used() -> None:
    with pikepdf.open(BytesIO(rendered(document()))) as book:
        names = values(book, "/BaseFont")
    assert names
    assert all("OpenSans" in name for name in names)


def test_ten_pages_take_well_under_a_second_of_work() -> None:
    made = document(*[block for _ in range(10) for block in EVERY], Paragraph(TEXT))
    rendered(document())
    began = time.process_time()
    out = rendered(made)
    assert time.process_time() - began < 1
    assert len(pages(out)) >= 10


def test_a_drawing_becomes_a_picture() -> None:
    assert pdf.drawn_png(CHART).startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="not an SVG"):
        pdf.drawn_png("<p>")
