"""The Word file opens in another program, and comes back with the same headings and tables."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from tests.helpers.office import converted
from tests.helpers.sampled import sample
from tests.helpers.told import facts
from tests.reports.test_pdf import pages
from tracker.services.reports.reading.formats import made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where our file lies."""
    place = tmp_path_factory.mktemp("office")
    (place / "report.docx").write_bytes(made(sample(facts()), "docx"))
    return place


@pytest.fixture(scope="module")
def ours(folder: Path) -> Any:
    """Our file, read by python-docx."""
    return docx.Document(str(folder / "report.docx"))


@pytest.fixture(scope="module")
def saved(folder: Path) -> bytes:
    """Our file as LibreOffice saves it."""
    beside = folder / "saved"
    beside.mkdir()
    return converted(folder / "report.docx", "docx", beside).read_bytes()


@pytest.fixture(scope="module")
def theirs(saved: bytes) -> Any:
    """What LibreOffice saved, read by python-docx."""
    return docx.Document(BytesIO(saved))


def headings(book: Any) -> list[tuple[str, str]]:
    styles = ("Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3", "Caption")
    return [
        (one.style.name.casefold(), one.text)
        for one in book.paragraphs
        if one.style.name.casefold() in {style.casefold() for style in styles}
    ]


def cells(book: Any) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in book.tables]


def alternatives(book: Any) -> list[str]:
    return [one.get("descr") or "" for one in book.element.iter(qn("wp:docPr"))]


def repeated(book: Any) -> list[int]:
    """For each table, how many rows are repeated on each page."""
    return [
        len([one for one in table._tbl.iter(qn("w:tblHeader")) if one.get(qn("w:val")) != "false"])
        for table in book.tables
    ]


def test_it_comes_back_with_the_same_headings_tables_and_pictures(ours: Any, theirs: Any) -> None:
    assert headings(theirs) == headings(ours)
    assert len(headings(ours)) == 2 + 6 + 4
    assert cells(theirs) == cells(ours)
    assert repeated(theirs) == repeated(ours) == [1, 1, 1]
    assert alternatives(theirs) == alternatives(ours) == ["", "Ett område steg och ett föll."]
    for book in (ours, theirs):
        section = book.sections[0]
        assert section.different_first_page_header_footer
        assert section.header.paragraphs[0].text == "Lägesrapport · KS 2026/0117\t2026-05-06"


def test_it_is_still_called_what_it_was(saved: bytes) -> None:
    with zipfile.ZipFile(BytesIO(saved)) as parts:
        about = parts.read("docProps/core.xml").decode()
    assert f"<dc:title>{sample(facts()).head.title}</dc:title>" in about
    assert "<dc:language>sv-SE</dc:language>" in about


def test_its_pages_are_numbered_and_begin_with_the_sender(folder: Path) -> None:
    shown = pages(converted(folder / "report.docx", "pdf", folder).read_bytes())
    assert 3 <= len(shown) <= 6
    assert shown[0].split("\n")[0].strip().startswith("Björkhaga kommun")
    for at, text in enumerate(shown, start=1):
        assert f"Sida {at} ({len(shown)})" in text
        assert ("Lägesrapport · KS 2026/0117" in text) is (at > 1)
