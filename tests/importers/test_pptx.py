from __future__ import annotations

import io
import json
from itertools import pairwise
from typing import Any

import pptx
import pytest
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.util import Inches

from tests.importers.granvik import POINTS, STRENGTHS
from tests.importers.test_real_reports import REPORTS
from tracker.domain.editions import edition
from tracker.domain.errors import RuleBroken
from tracker.importers import read_report
from tracker.importers.lines import Box, Cell
from tracker.importers.pptx import MAX_SLIDES, read_lines
from tracker.importers.pptx_order import Piece, reading_order

TITLE_AND_CONTENT, COMPARISON, TITLE_ONLY = 1, 4, 5


def saved(deck: Any) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def slide(deck: Any, layout: int, title: str) -> Any:
    made = deck.slides.add_slide(deck.slide_layouts[layout])
    made.shapes.title.text = title
    return made


def boxed(shapes: Any, text: str, left: float, top: float, *, wide: float = 4) -> Any:
    """A text box, in inches: one high, or three where it is wider than usual."""
    tall = 1 if wide == 4 else 3
    made = shapes.add_textbox(Inches(left), Inches(top), Inches(wide), Inches(tall))
    made.text_frame.text = text
    return made


def test_title_bullets_breaks_and_numbers() -> None:
    deck, told = pptx.Presentation(), []
    body = slide(deck, TITLE_AND_CONTENT, "En rubrik som är\vbruten").placeholders[1]
    body.text_frame.text = "ett\vgår vidare\ntvå\n\n– tre"
    body.text_frame.paragraphs[1].level = 1
    slide(deck, TITLE_ONLY, "Rubrik\vUnder rubriken")
    lines = read_lines(saved(deck), lambda done, of: told.append((done, of)))
    assert [(x.text, x.page, x.heading, x.bullet, x.blank_before) for x in lines] == [
        ("En rubrik som är bruten", 1, 1, "", True),
        ("ett", 1, None, "•", True),
        ("går vidare", 1, None, "", False),
        ("två", 1, None, "•", True),
        ("tre", 1, None, "–", True),
        ("Rubrik", 2, 1, "", True),
        ("Under rubriken", 2, 1, "", True),
    ]
    assert [x.number for x in lines] == list(range(1, 8))
    assert told == [(1, 2), (2, 2)]


def test_a_layout_may_take_the_bullets_away_and_a_paragraph_bring_them() -> None:
    deck = pptx.Presentation()
    holders = slide(deck, COMPARISON, "Jämför").placeholders
    for index, text in ((1, "vänster"), (2, "ett"), (3, "höger"), (4, "två")):
        holders[index].text = text
    properties = holders[3].text_frame.paragraphs[0]._p.get_or_add_pPr()
    properties.append(properties.makeelement(qualified("buChar"), {"char": "•"}))
    found = [(x.text, x.bullet) for x in read_lines(saved(deck))]
    assert found == [("Jämför", ""), ("vänster", ""), ("ett", "•"), ("höger", "•"), ("två", "•")]


def qualified(name: str) -> str:
    return f"{{http://schemas.openxmlformats.org/drawingml/2006/main}}{name}"


def test_tables_groups_and_places() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Poäng")
    table = made.shapes.add_table(2, 2, Inches(1), Inches(4), Inches(6), Inches(1)).table
    table.cell(0, 0).merge(table.cell(0, 1))
    table.cell(0, 0).text = "bred"
    table.cell(1, 1).text = "smal"
    group = made.shapes.add_group_shape()
    boxed(group.shapes, "i grupp", 1, 2)
    group.left, group.top = Inches(5), Inches(3)
    _, grouped, *cells = read_lines(saved(deck))
    assert grouped.text == "i grupp" and grouped.box is not None
    assert (round(grouped.box.left, 2), round(grouped.box.top, 2)) == (0.5, 0.4)
    assert [(x.text, x.cell) for x in cells] == [
        ("bred", Cell(0, 0, 0)), ("smal", Cell(0, 1, 1))
    ]  # fmt: skip


def test_feet_once_and_notes_and_slide_numbers_never() -> None:
    deck = pptx.Presentation()
    for number in (1, 2):
        made = slide(deck, TITLE_ONLY, f"Rubrik {number}")
        made.notes_slide.notes_text_frame.text = "bara för talaren"
        for kind, text in (("ftr", "foten"), ("sldNum", str(number))):
            foot = boxed(made.shapes, text, 1, 7)
            holder = foot._element.nvSpPr.nvPr
            holder.append(holder.makeelement(
                "{http://schemas.openxmlformats.org/presentationml/2006/main}ph",
                {"type": kind, "idx": "20"},
            ))  # fmt: skip
    texts = [x.text for x in read_lines(saved(deck))]
    assert texts == ["Rubrik 1", "foten", "Rubrik 2"]


def test_what_older_programs_cannot_show_is_read_once() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Rubrik")
    old, new = boxed(made.shapes, "det nya", 1, 3), boxed(made.shapes, "det gamla", 1, 3)
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    tree = made.shapes._spTree
    both = tree.makeelement(f"{{{space}}}AlternateContent", nsmap={"mc": space})
    tree.append(both)
    for name, shape in (("Choice", old), ("Fallback", new)):
        part = both.makeelement(f"{{{space}}}{name}", {"Requires": "p14"})
        part.append(shape._element)
        both.append(part)
    assert [x.text for x in read_lines(saved(deck))] == ["Rubrik", "det nya"]


def test_the_text_of_a_diagram_is_read_in_its_order() -> None:
    deck = pptx.Presentation()
    made = slide(deck, TITLE_ONLY, "Rubrik")
    main = "http://schemas.openxmlformats.org/drawingml/2006/main"
    space = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    points = "".join(
        f"<d:pt type='{kind}'><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>"
        for kind, text in (
            ("doc", "ritning"),
            ("node", "ett"),
            ("parTrans", "pil"),
            ("node", "två"),
        )
    )
    data = (
        f"<d:dataModel xmlns:d='{space}' xmlns:a='{main}'><d:ptLst>{points}</d:ptLst></d:dataModel>"
    )
    kind = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), kind, made.part.package, data.encode())
    relation = made.part.relate_to(part, "http://schemas.example/diagramData")
    frame = made.shapes.add_table(1, 1, 0, Inches(3), Inches(4), Inches(1))._element
    holder = frame.graphic.graphicData
    holder.remove(holder[0])
    rel = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
    holder.append(holder.makeelement(f"{{{space}}}relIds", {rel: relation}))
    assert [x.text for x in read_lines(saved(deck))] == ["Rubrik", "ett", "två"]


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({"b": (0.5, 0.2, 0.9, 0.9), "a": (0.1, 0.2, 0.5, 0.9)}, "ab"),
        ({"b": (0.1, 0.5, 0.9, 0.9), "a": (0.1, 0.2, 0.9, 0.4)}, "ab"),
        # headings of two columns in boxes of their own
        ({"a": (0.1, 0.2, 0.45, 0.3), "c": (0.5, 0.2, 0.9, 0.3),
          "b": (0.1, 0.3, 0.47, 0.9), "d": (0.5, 0.3, 0.9, 0.8)}, "abcd"),
        # the same between something wide above and something wide below
        ({"a": (0.1, 0.1, 0.9, 0.2), "b": (0.1, 0.2, 0.45, 0.3), "d": (0.5, 0.2, 0.9, 0.3),
          "c": (0.1, 0.3, 0.47, 0.8), "e": (0.5, 0.3, 0.9, 0.7), "f": (0.1, 0.8, 0.9, 0.9)},
         "abcdef"),
        # one to the right but above the other: not side by side
        ({"b": (0.1, 0.5, 0.4, 0.9), "a": (0.5, 0.1, 0.9, 0.4)}, "ab"),
        # frames that overlap a little
        ({"a": (0.1, 0.2, 0.53, 0.9), "b": (0.5, 0.25, 0.9, 0.9)}, "ab"),
        # frames that lie on each other
        ({"b": (0.2, 0.3, 0.8, 0.9), "a": (0.1, 0.2, 0.9, 0.9)}, "ab"),
    ],
)  # fmt: skip
def test_reading_order(places: dict[str, tuple[float, ...]], order: str) -> None:
    pieces = [Piece(name, Box(*place)) for name, place in places.items()]
    assert "".join(piece.shape for piece in reading_order(pieces)) == order


def with_boxes(deck: Any, number: int, name: str, *, apart: bool) -> None:
    """Two text boxes side by side, the headings inside them or in boxes of their own."""
    made = slide(deck, TITLE_ONLY, f"{number}. {name}")
    columns = (("Förbättringsmöjligheter", POINTS, 5.0), ("Styrkor", STRENGTHS, 0.5))
    for head, texts, left in columns:
        items = "\n".join(texts[number])
        if apart:
            boxed(made.shapes, items, left, 3, wide=4.2)
            boxed(made.shapes, head, left, 2)
        else:
            boxed(made.shapes, f"{head}\n{items}", left, 2, wide=4.2)


def with_placeholders(deck: Any, number: int, name: str) -> None:
    holders = slide(deck, COMPARISON, f"{number}. {name}").placeholders
    holders[1].text, holders[3].text = "Styrkor", "Förbättringsmöjligheter"
    holders[2].text_frame.text = "\n".join(STRENGTHS[number])
    holders[4].text_frame.text = "\n".join(POINTS[number])


def with_two_contents(deck: Any, number: int, name: str) -> None:
    holders = slide(deck, 3, f"{number}. {name}").placeholders
    holders[1].text_frame.text = "\n".join(["Styrkor", *STRENGTHS[number]])
    holders[2].text_frame.text = "\n".join(["Förbättringsmöjligheter", *POINTS[number]])


def with_table(deck: Any, number: int, name: str) -> None:
    made = slide(deck, TITLE_ONLY, f"{number}. {name}")
    table = made.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(8), Inches(3)).table
    heads = (("Styrkor", STRENGTHS), ("Förbättringsmöjligheter", POINTS))
    for column, (head, texts) in enumerate(heads):
        table.cell(0, column).text = head
        table.cell(1, column).text = "\n".join(texts[number])


@pytest.mark.parametrize(
    "lay",
    [
        lambda *area: with_boxes(*area, apart=True),
        lambda *area: with_boxes(*area, apart=False),
        with_placeholders,
        with_two_contents,
        with_table,
    ],
    ids=["boxes and headings apart", "boxes", "comparison", "two contents", "table"],
)
def test_two_columns_on_a_slide(lay: Any) -> None:
    deck = pptx.Presentation()
    slide(deck, TITLE_ONLY, "Utvärdering av Granviks kommun")
    for area in edition("kommunkompassen-2020").areas:
        lay(deck, area.number, area.name)
    draft = read_report(saved(deck), "granvik.pptx")
    assert {a.number: [p.text for p in a.improvements] for a in draft.areas} == POINTS
    assert {a.number: [s.text for s in a.strengths] for a in draft.areas} == STRENGTHS
    assert all(p.certain for a in draft.areas for p in a.improvements)
    assert {p.page for p in draft.areas[1].improvements} == {3}


def test_damage_and_far_too_many_slides_are_refused() -> None:
    deck = pptx.Presentation()
    slide(deck, TITLE_ONLY, "Rubrik")
    with pytest.raises(RuleBroken, match="inte att läsa som PPTX"):
        read_lines(saved(deck)[:-400])
    ids = deck.slides._sldIdLst
    for _ in range(MAX_SLIDES):
        ids.append(ids.makeelement(ids[0].tag, dict(ids[0].attrib)))
    with pytest.raises(RuleBroken, match="mer text än"):
        read_lines(saved(deck))


def test_haninge() -> None:
    path = REPORTS / "haninge-2023.pptx"
    if not path.exists():
        pytest.skip("the labelled report haninge-2023.pptx is not at ../shared/reports")
    label = json.loads((REPORTS / "haninge-2023.json").read_text(encoding="utf-8"))
    draft = read_report(path.read_bytes(), path.name)
    assert (draft.total_stated, len(draft.general_improvements)) == (504, 5)
    assert [p.text for p in draft.general_improvements] == label["summary_improvements"]
    for area in draft.areas:
        wanted = label["areas"][str(area.number)]
        assert [s.text for s in area.strengths] == wanted["strengths"]
        assert [p.text for p in area.improvements] == [p["text"] for p in wanted["improvements"]]
    assert all(p.certain for a in draft.areas for p in a.improvements)
    numbers = [x.number for x in read_lines(path.read_bytes())]
    assert all(a + 1 == b for a, b in pairwise(numbers))
