from __future__ import annotations

import io
import zipfile

import docx
import pytest

from tests.importers.granvik import POINTS, STRENGTHS, scores
from tracker.domain.editions import edition
from tracker.domain.errors import RuleBroken
from tracker.importers import read_report
from tracker.importers.docx import read_lines
from tracker.importers.lines import Cell

ALTERNATIVES = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_paragraphs_headings_bullets_and_cells() -> None:
    document = docx.Document()
    document.add_heading("Område 1", 2)
    document.add_paragraph("ett", style="List Bullet")
    document.add_paragraph("två\n• tre")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "bred"
    table.cell(1, 1).text = "smal"
    lines = read_lines(saved(document))
    assert [(x.text, x.heading, x.bullet, x.blank_before, x.cell) for x in lines] == [
        ("Område 1", 2, "", True, None),
        ("ett", None, "•", True, None),
        ("två", None, "", True, None),
        ("tre", None, "•", False, None),
        ("bred", None, "", True, Cell(0, 0, 0)),
        ("smal", None, "", True, Cell(0, 1, 1)),
    ]
    assert [x.number for x in lines] == [1, 2, 3, 3, 4, 6]


@pytest.mark.parametrize("split", [False, True], ids=["one table", "over a page break"])
def test_a_report_with_two_column_tables(split: bool) -> None:
    document = docx.Document()
    for area in edition("kommunkompassen-2020").areas:
        document.add_heading(f"Område {area.number} {area.name}", 2)
        table = document.add_table(1, 2)
        table.rows[0].cells[0].text = "Styrkor"
        table.rows[0].cells[1].text = "Förbättringsmöjligheter"
        if split:
            table = document.add_table(0, 2)
            table.add_row()
            table.add_row()
        else:
            table.add_row()
        cells = table.rows[-1].cells
        cells[0].text, *more = STRENGTHS[area.number]
        for text in more:
            cells[0].add_paragraph(text)
        cells[1].text, *more = POINTS[area.number]
        for text in more:
            cells[1].add_paragraph(text)
        rows = document.add_table(0, 3)
        for code, name, score, top in scores(area.number):
            for cell, text in zip(
                rows.add_row().cells, (f"{code} {name}", score, top), strict=True
            ):
                cell.text = str(text)
    draft = read_report(saved(document), "granvik.DOCX")
    assert {a.number: [p.text for p in a.improvements] for a in draft.areas} == POINTS
    assert {a.number: [s.text for s in a.strengths] for a in draft.areas} == STRENGTHS
    assert all(p.certain for a in draft.areas for p in a.improvements)
    assert [(s.code, s.name, s.score, s.max) for s in draft.areas[0].subareas] == scores(1)


@pytest.mark.parametrize(
    "body", ["<w:p/>" * 100_001, "<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 20_001]
)
def test_far_more_paragraphs_than_a_report_has_are_not_walked(body: str) -> None:
    with pytest.raises(RuleBroken, match="mer text än"):
        read_lines(with_body(body))


def with_body(body: str) -> bytes:
    """An empty document whose body is this XML."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    made, out = io.BytesIO(saved(docx.Document())), io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(
                name,
                old.read(name)
                if name != "word/document.xml"
                else (
                    f'<w:document xmlns:w="{space}" xmlns:mc="{ALTERNATIVES}"><w:body>{body}'
                    "</w:body></w:document>"
                ),
            )
    return out.getvalue()


def test_text_boxes_are_read_once_after_their_paragraph() -> None:
    frame = "<w:txbxContent><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>före</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing>{frame.format('i rutan')}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{frame.format('i rutan')}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r><w:r><w:t>, efter</w:t></w:r></w:p>"
        f"<w:p><w:r><w:pict>{frame.format('gammal ruta')}</w:pict></w:r></w:p>"
    )
    lines = read_lines(with_body(body))
    assert [(x.text, x.number) for x in lines] == [
        ("före, efter", 1), ("i rutan", 2), ("gammal ruta", 4)
    ]  # fmt: skip


def test_rows_and_cells_inside_content_controls_are_read() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>"
    row = f"<w:tr>{cell.format('ett')}{control.format(cell.format('två'))}</w:tr>"
    lines = read_lines(with_body(f"<w:tbl>{row}{control.format(row)}</w:tbl>"))
    assert [(x.text, x.cell) for x in lines] == [
        ("ett", Cell(0, 0, 0)), ("två", Cell(0, 0, 1)),
        ("ett", Cell(0, 1, 0)), ("två", Cell(0, 1, 1)),
    ]  # fmt: skip


def test_damage_is_refused() -> None:
    for data in (b"PK\x03\x04", b"hej", saved(docx.Document())[:-900], with_body("<w:p>")):
        with pytest.raises(RuleBroken, match="inte att läsa som DOCX"):
            read_lines(data)


def test_lines_broken_by_hand_in_a_cell_are_lines_of_their_own() -> None:
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = "Samla målen\nFölj upp dem\noch berätta"
    lines = read_lines(saved(document))
    assert [(x.text, x.blank_before) for x in lines] == [
        ("Samla målen", True),
        ("Följ upp dem", True),
        ("och berätta", False),
    ]


def test_a_table_in_a_frame_keeps_its_columns() -> None:
    document = docx.Document()
    inner = document.add_table(1, 1).cell(0, 0).add_table(1, 2)
    for cell, text in zip(inner.rows[0].cells, ("Styrkor", "Förbättringsområden"), strict=True):
        cell.text = text
    lines = read_lines(saved(document))
    assert [(x.text, x.cell) for x in lines] == [
        ("Styrkor", Cell(0, 0, 0)),
        ("Förbättringsområden", Cell(0, 0, 1)),
    ]
