"""Word files are read back: styles, lists, tables, pictures, language, and hostile text."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helpers.documents import AT, CHART, EVERY, document, everywhere, table
from tests.reports.test_pdf import HOSTILE
from tracker.reports.content import Bullets, Document, Figure, Heading, PageBreak, Paragraph, Span
from tracker.reports.docx import render_docx


def rendered(made: Document) -> bytes:
    return render_docx(made, at=AT)


def opened(made: Document) -> Any:
    return docx.Document(BytesIO(rendered(made)))


def texts(book: Any, style: str) -> list[str]:
    return [line.text for line in book.paragraphs if line.style.name == style]


def test_it_says_what_the_document_says_in_real_styles() -> None:
    book = opened(document())
    assert texts(book, "Title") == ["Uppföljning av handlingsplanen"]
    assert texts(book, "Subtitle") == ["Läget den 31\N{NO-BREAK SPACE}augusti"]
    assert texts(book, "Heading 1") == ["Förslag till beslut", "Alla åtgärder"]
    assert texts(book, "Heading 2") == ["Sammanfattning"]
    assert texts(book, "List Bullet") == ["En punkt", "En till"]
    assert texts(book, "List Number")[0] == "Nämnden godkänner rapporten."
    assert texts(book, "Facts")[:2] == ["Diarienummer\tKS 2031/17", "Till\tKommunstyrelsen"]
    assert texts(book, "Notice") == ["Att tänka på\nVersionerna är olika."]
    assert texts(book, "Sender") == ["Granviks kommun\tTjänsteskrivelse 2031-09-01"]


def test_no_line_ends_within_a_date() -> None:
    book = opened(document(Paragraph("Klar 2031-09-01, e-post den 1 maj, 6 av 13")))
    line = next(one for one in book.paragraphs if one.text.startswith("Klar"))
    assert line.text == "Klar 2031-09-01, e-post den 1\N{NO-BREAK SPACE}maj, 6 av 13".replace(
        "6 av 13", "6\N{NO-BREAK SPACE}av\N{NO-BREAK SPACE}13"
    )
    assert len(line._p.xpath(".//w:noBreakHyphen")) == 2


def test_emphasis_and_links_are_kept() -> None:
    book = opened(document())
    line = next(one for one in book.paragraphs if one.text == "Fyra är sena, se Granvik")
    assert [(run.text, run.bold, run.italic) for run in line.runs] == [
        ("Fyra", True, None),
        (" är ", None, None),
        ("sena", None, True),
        (", se ", None, None),
    ]
    assert [one.url for one in line.hyperlinks] == ["https://granvik.example/plan?id=1&x=2"]


def test_tables_are_tables_with_marked_headers() -> None:
    book = opened(document(table(60)))
    (made,) = book.tables
    assert len(made.rows) == 61
    assert [cell.text for cell in made.rows[0].cells] == ["Nr", "Åtgärd", "Ansvarig", "Läge"]
    assert [cell.text for cell in made.rows[60].cells][:3] == [
        "60",
        "Ordna rutin 60",
        "Bygg och miljö",
    ]
    heads = [one for one in made._tbl.tr_lst if one.find(f".//{qn('w:tblHeader')}") is not None]
    assert heads == [made._tbl.tr_lst[0]]
    assert made._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == "Åtgärderna den 31 augusti"
    assert texts(book, "Caption") == ["Åtgärderna den 31 augusti"]


def test_a_picture_has_its_words_and_fits_the_page() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 400"><path d="M0 0h9"/></svg>'
    book = opened(document(Figure(CHART, "Ett steg."), Figure(svg, "", "Hög")))
    shapes = list(book.inline_shapes)
    assert [one._inline.docPr.get("descr") for one in shapes] == ["Ett steg.", "Hög"]
    assert all(one.height.cm <= 21 and one.width.cm <= 16 for one in shapes)
    assert len({one._inline.docPr.id for one in shapes}) == 2


def test_each_numbered_list_begins_at_one() -> None:
    book = opened(document(Bullets(("a", "b"), ordered=True), Bullets(("c",), ordered=True)))
    used = [
        one._p.pPr.numPr.numId.val for one in book.paragraphs if one.style.name == "List Number"
    ]
    assert used[0] == used[1] != used[2]
    numbering = book.part.numbering_part.element
    starts = [
        one.find(f".//{qn('w:startOverride')}").get(qn("w:val"))
        for one in numbering.num_lst
        if one.numId in used
    ]
    assert starts == ["1", "1"]


def test_language_and_properties() -> None:
    book = opened(document())
    about = book.core_properties
    assert (about.title, about.author) == ("Uppföljning av handlingsplanen", "Granviks kommun")
    assert about.created == about.modified == AT
    assert about.language == "sv-SE"
    said = {one.get(qn("w:val")) for one in book.styles.element.iter(qn("w:lang"))}
    assert said == {"sv-SE"}
    english = opened(Document("Follow-up", "en", date(2031, 9, 1), EVERY))
    assert english.core_properties.language == "en-GB"


def test_the_only_fields_are_our_page_numbers() -> None:
    made = rendered(document(Paragraph('{ INCLUDETEXT "c:\\\\x" } =1+1')))
    with zipfile.ZipFile(BytesIO(made)) as parts:
        xml = {
            name: parts.read(name).decode() for name in parts.namelist() if name.endswith(".xml")
        }
    fields = [part for name, part in xml.items() if "fldSimple" in part or "instrText" in part]
    assert len(fields) == 2
    assert all(
        part.count('w:instr="PAGE"') == part.count('w:instr="NUMPAGES"') == 1 for part in fields
    )
    section = docx.Document(BytesIO(made)).sections[0]
    for footer in (section.footer, section.first_page_footer):
        assert footer.paragraphs[0].text.startswith("KS 2031/17\tSida ")
    assert section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == "Uppföljning av handlingsplanen\t2031-09-01"
    assert section.first_page_header.paragraphs[0].text == ""


def test_the_same_document_gives_the_same_bytes_at_any_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = rendered(document())
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert rendered(document()) == first
    assert render_docx(document(), at=datetime(2031, 9, 2, tzinfo=UTC)) != first
    with zipfile.ZipFile(BytesIO(first)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_parts_of_a_style_stand_in_the_order_of_the_schema() -> None:
    order = (
        "pStyle",
        "keepNext",
        "keepLines",
        "numPr",
        "pBdr",
        "shd",
        "tabs",
        "spacing",
        "ind",
        "contextualSpacing",
        "jc",
        "outlineLvl",
        "rPr",
    )
    places = {qn(f"w:{name}"): at for at, name in enumerate(order)}
    book = opened(document())
    for root in (book.styles.element, book.element):
        for properties in root.iter(qn("w:pPr")):
            found = [places[one.tag] for one in properties if one.tag in places]
            assert found == sorted(found)


def test_page_breaks_and_empty_blocks() -> None:
    book = opened(document(Heading(1, " "), Paragraph(""), Bullets(("", " ")), PageBreak()))
    assert 'w:type="page"' in book.element.xml
    assert texts(book, "Heading 1") == texts(book, "List Bullet") == []


def test_a_link_that_no_file_may_carry_stays_text() -> None:
    book = opened(document(Paragraph((Span("hit", link="javascript:x"),))))
    line = next(one for one in book.paragraphs if one.text == "hit")
    assert line.hyperlinks == []


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_never_fails(text: str) -> None:
    opened(everywhere(text))


def test_what_can_be_kept_is_kept() -> None:
    book = opened(document(Paragraph("👍 漢字 \x00\x1b<b>&amp;\ud800")))
    assert "👍 漢字 <b>&amp;□" in texts(book, "Normal")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(), max_size=120))
def test_any_text_at_all_renders(text: str) -> None:
    opened(everywhere(text))
