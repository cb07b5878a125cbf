"""The corpus in the files that people take with them, read back with other programs' libraries."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from datetime import date
from typing import Any

import docx
import openpyxl
import pypdfium2
import pytest

from tests.helpers.sampled import sample
from tests.helpers.told import AS_OF, of_rows
from tests.helpers.told_rows import row
from tests.hostile.corpus import EVERY, kept
from tracker.domain.reporting import ReportFacts
from tracker.domain.sheets import HEADINGS
from tracker.domain.statuses import ActionStatus
from tracker.reports.action_sheet import SheetAction, SheetContent, action_sheet
from tracker.reports.fonts import drawable
from tracker.reports.glyphs import MISSING, legible
from tracker.services.reports.reading.formats import made

FORMULAS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@pytest.fixture(scope="module")
def facts() -> ReportFacts:
    """A row for each text of the corpus, raw, with others in its other fields."""
    return of_rows(
        tuple(
            row(
                1000 + at,
                text,
                ActionStatus.ONGOING,
                date(2026, 3, 1),
                owner=EVERY[at - 1],
                unit=EVERY[at - 2],
                said=EVERY[at - 3],
                said_on=AS_OF,
            )
            for at, text in enumerate(EVERY)
        ),
        plan_title=EVERY[0],
        purpose="\n".join(EVERY[:20]),
        record_number=EVERY[40],
        reader=EVERY[80],
    )


def file_of(facts: ReportFacts, kind: str) -> bytes:
    return made(sample(facts), kind)


def test_word(facts: ReportFacts) -> None:
    """Each title and owner is a cell's text; nothing of them is a field, a link or a part."""
    book = docx.Document(io.BytesIO(file_of(facts, "docx")))
    tables = [[[cell.text for cell in one.cells] for one in table.rows] for table in book.tables]
    rows = {cells[0]: cells for table in tables for cells in table}
    for one in facts.rows:
        cells = rows[str(one.id)]
        assert [said(cells[1]), said(cells[2])] == [said(one.title), said(one.owner)]
    assert not re.search(r"DDE|HYPERLINK|INCLUDE", _instructions(book))
    assert not [rel for rel in book.part.rels.values() if rel.is_external and "x.js" in rel._target]


def _instructions(book: Any) -> str:
    body = book.element.body
    return " ".join(node.text or "" for node in body.xpath(".//w:instrText"))


def said(text: str) -> str:
    """As Word may hold it, on one line; its own signs that keep words together do not count."""
    return kept(legible(text).replace("\u2011", "-"))


def test_archive(facts: ReportFacts) -> None:
    """Each title can be read out of the PDF; what no typeface draws stands there as a box."""
    data = file_of(facts, "pdf")
    book = pypdfium2.PdfDocument(data)
    text = bare("".join(page.get_textpage().get_text_bounded() for page in book))
    drawn = [drawable(one.title) for one in facts.rows]
    # The library reads a letter twice whose accent is a glyph of its own.
    told = [one for one in drawn if not any(map(unicodedata.combining, one))]
    assert len(told) > len(drawn) - 12
    missing = [one for one in told if bare(one) not in text]
    assert not missing
    assert MISSING in text
    for sign in (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/OpenAction"):
        assert sign not in data


def bare(text: str) -> str:
    """Without blanks and hyphens, which a page breaks its lines by, and without the marks on
    letters, whose order is the reader's own."""
    apart = unicodedata.normalize("NFKD", kept(text))
    plain = "".join(ch for ch in apart if not unicodedata.combining(ch))
    return re.sub(r"[\s\u00ad\u2010\u2011\ufffe\x02-]", "", plain)


def test_workbook_of_a_report(facts: ReportFacts) -> None:
    """Each text is a text: none becomes a formula, a number, a day or a link."""
    book = openpyxl.load_workbook(io.BytesIO(file_of(facts, "xlsx")))
    check_no_formula(book)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for at, one in enumerate(facts.rows, start=2):
        cells = dict(zip(heads, (cell.value for cell in sheet[at]), strict=True))
        assert cells["Nr"] == one.id
        for head, text in (("Åtgärd", one.title), ("Ägare", one.owner), ("Förvaltning", one.unit)):
            assert (cells[head] or "") == in_book(text)


def test_workbook_to_edit() -> None:
    """So it is in the workbook that comes back, in columns of people's own as well."""
    actions = [
        SheetAction(at, 1, {"title": text, "owner": text, "cost": text}, (text,) * 5, {"X": text})
        for at, text in enumerate(EVERY, start=1)
    ]
    content = SheetContent(actions, EVERY[:50], EVERY[50:99], ("Pågår",), date(2026, 3, 2))
    book = openpyxl.load_workbook(io.BytesIO(action_sheet(content, str)))
    check_no_formula(book)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for at, text in enumerate(EVERY, start=2):
        cells = dict(zip(heads, (cell.value for cell in sheet[at]), strict=True))
        assert {cells[HEADINGS["title"]], cells["X"]} <= {in_book(text), in_book(text) or None}


def check_no_formula(book: Any) -> None:
    """No cell of any sheet is more than a value, and no sheet has a link."""
    for sheet in book.worksheets:
        assert not sheet._hyperlinks
        for line in sheet.iter_rows():
            assert {cell.data_type for cell in line} <= {"s", "n", "d"}
            texts = [cell for cell in line if cell.data_type == "n" and cell.value is not None]
            assert all(isinstance(cell.value, int | float) for cell in texts)


def in_book(text: str) -> str:
    """As the library reads what Excel would read as `text`: it takes away the escape of an escape,
    and leaves that of a carriage return."""
    escaped = re.sub(r"(_x[0-9A-Fa-f]{4}_)", r"_x005F\1", UNWRITABLE.sub("", text))
    return escaped.replace("x005F_", "").replace("\r", "_x000D_")


def test_table_for_other_programs(facts: ReportFacts) -> None:
    """Each text is one cell; one that a spreadsheet would count begins with an apostrophe."""
    text = file_of(facts, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))
    assert len(rows) == len(facts.rows)
    for found, one in zip(rows, facts.rows, strict=True):
        assert found["Åtgärd"].removeprefix("'") == UNWRITABLE.sub("", one.title).removeprefix("'")
        assert not [cell for cell in found.values() if cell.lstrip(" \n").startswith(FORMULAS)]


def test_rows_for_machines(facts: ReportFacts) -> None:
    """What machines read is what was typed, to the letter."""
    rows = json.loads(file_of(facts, "json"))["actions"]
    assert [one["title"] for one in rows] == list(EVERY)
