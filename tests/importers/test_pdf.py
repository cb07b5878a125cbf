from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
import typst
from PIL import Image

from tests.importers.granvik import area_score, scores
from tests.importers.pages import Page, pdf_of, points, strengths
from tracker.domain.errors import RuleBroken
from tracker.importers import pdf, pdf_runs, read_file
from tracker.importers.lines import Cell, Line, TooMuch
from tracker.importers.pdf_runs import page_of

PAGES = {
    "ruled": Page(),
    "borderless": Page(rulings=False),
    "header once": Page(rulings=False, repeat=False, margin=90, size=12),
    "a row an item": Page(each=True),
    "a row an item, borderless": Page(each=True, rulings=False),
    "over pages": Page(many=True),
    "over pages, header once": Page(many=True, repeat=False, rulings=False),
    "head and foot over pages": Page(many=True, running=True),
    "head and foot, header once": Page(many=True, running=True, repeat=False, rulings=False),
    "bullets": Page(bullet="•", rulings=False),
    "dashes": Page(bullet="–"),
    "close bullets": Page(bullet="•", spacing=0.55),
    "hyphens": Page(hyphens=True, font="New Computer Modern", size=12),
    "hyphens, narrow": Page(hyphens=True, columns="120pt, 160pt", rulings=False),
    "sans": Page(font="DejaVu Sans", size=9),
    "monospaced, letter": Page(font="DejaVu Sans Mono", size=8, paper="us-letter"),
    "serif, all at once": Page(
        font="DejaVu Serif", size=10, rulings=False, running=True, bullet="•"
    ),
    "landscape": Page(flipped=True, columns="1fr, 2fr", rulings=False),
    "a5": Page(paper="a5", margin=40, size=9),
    "wide left": Page(columns="2fr, 1fr"),
    "narrow": Page(columns="110pt, 110pt"),
    "figures in the middle": Page(name_width=125, align="horizon"),
    "figures in the middle, borderless": Page(name_width=125, align="horizon", rulings=False),
    "figures at the bottom": Page(name_width=125, align="bottom"),
    "lists": Page(columns=""),
    "lists with bullets": Page(columns="", bullet="•"),
    "text in two columns": Page(body=2, size=9, columns="", margin=50),
    "lost headings": Page(lost=(3, 6)),
}


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[pdf_runs.Page]:
    """The runs of the pages as the reader meets them, so that they are not read once more."""
    met: list[pdf_runs.Page] = []

    def noted(page: object) -> pdf_runs.Page:
        met.append(page_of(page))
        return met[-1]

    monkeypatch.setattr(pdf, "page_of", noted)
    return met


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_report_set_in_many_ways(page: Page, seen: list[pdf_runs.Page]) -> None:
    _check(pdf_of(page), page, seen)


def _check(data: bytes, page: Page, seen: list[pdf_runs.Page]) -> None:
    reading = read_file(data, "granvik.pdf")
    draft = reading.draft
    _check_words(seen, reading.lines)
    assert {a.number: [s.text for s in a.strengths] for a in draft.areas} == strengths(page)
    assert {a.number: [p.text for p in a.improvements] for a in draft.areas} == points(page)
    for area in draft.areas:
        rows = [(s.code, s.name, s.score, s.max) for s in area.subareas]
        assert (rows, area.score) == (scores(area.number), area_score(area.number))
    assert (draft.municipality, draft.month, draft.ordinal) == ("Granvik", "2024-10", 3)
    _check_pages(
        data, reading.lines, [p for a in draft.areas for p in (*a.strengths, *a.improvements)]
    )


def _check_pages(data: bytes, lines: tuple[Line, ...], items: list[Any]) -> None:
    """Every item stands on the page it is said to stand on, and its box is on that page."""
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    with pikepdf.open(io.BytesIO(data)) as document:
        count = len(document.pages)
    by_number = {line.number: line for line in lines}
    for item in items:
        first = by_number[item.lines[0]]
        assert item.page == first.page and item.text.startswith(first.text.rstrip("-\u00ad")[:20])
    for line in lines:
        box = line.box
        assert line.page and 1 <= line.page <= count
        assert box and 0 <= box.left < box.right <= 1 and 0 <= box.top < box.bottom <= 1


SWEEP = [
    Page(
        *(font, size), columns=columns, rulings=ruled, repeat=ruled, bullet=bullet,
        spacing=spacing, hyphens=True, many=spacing > 1, running=bullet != "none", name_width=145,
    )
    for a, (font, size) in enumerate(
        (("DejaVu Sans", 10), ("New Computer Modern", 11), ("DejaVu Serif", 9.5))
    )
    for b, columns in enumerate(("1fr, 1fr", "3fr, 2fr", "150pt, 190pt"))
    for c, (ruled, bullet) in enumerate(((True, "•"), (False, "none"), (False, "•")))
    for spacing in [(0.9, 1.4)[(a + b + c) % 2]]
]  # fmt: skip
MORE = [
    Page(font="DejaVu Sans", size=10, rulings=False, repeat=False, bullet="•", running=True,
         columns="150pt, 190pt", spacing=0.9, name_width=145),
    Page(font="DejaVu Serif", size=10, rulings=False, repeat=False, bullet="–", hyphens=True,
         margin=60, name_width=220),
    Page(font="New Computer Modern", size=8.5, rulings=False, repeat=False, each=True,
         hyphens=True, running=True, margin=85, name_width=145),
    Page(font="DejaVu Sans Mono", size=10.5, columns="115pt, 130pt", hyphens=True, many=True,
         spacing=1.4, name_width=180),
    Page(font="DejaVu Sans Mono", size=12, rulings=False, bullet="•", hyphens=True, margin=60,
         name_width=180),
]  # fmt: skip


@pytest.mark.parametrize("page", [*SWEEP, *MORE])
def test_justified_and_hyphenated_columns(page: Page, seen: list[pdf_runs.Page]) -> None:
    """Every font, width and dress with every other; close and wide paragraphs by turns."""
    _check(pdf_of(page), page, seen)


def _check_words(pages: list[pdf_runs.Page], read: tuple[Line, ...]) -> None:
    """Every word of a page stands in one line. Words that a line end divides may be put together
    in a table, so hyphens do not count."""
    runs = [run.text for page in pages for run in (*page.runs, *page.sideways)]
    lines = [f"{line.bullet} {line.text}" for line in read]
    lost, made = _words(runs) - _words(lines), _words(lines) - _words(runs)
    assert runs and _letters(lost) == _letters(made)
    assert not made or all("-" in word or _ends(word, runs) for word in lost)


def _words(texts: list[str]) -> Counter[str]:
    return Counter(word for text in texts for word in text.split())


def _letters(found: Counter[str]) -> Counter[str]:
    return Counter("".join(found.elements()).translate({45: None, 0xAD: None}))


def _ends(word: str, runs: list[str]) -> bool:
    """Whether `word` begins a run: the second half of a word that was divided."""
    return any(run.startswith(word) for run in runs)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_a_page_that_is_turned_is_read_as_it_is_shown(angle: int) -> None:
    lines = pdf.read_lines(turned(pdf_of(Page()), angle))
    straight = pdf.read_lines(pdf_of(Page()))
    assert [(x.text, x.cell, x.blank_before) for x in lines] == [
        (x.text, x.cell, x.blank_before) for x in straight
    ]


def turned(data: bytes, angle: int) -> bytes:
    """Pages whose content is turned one way and whose /Rotate turns it back."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            wide, high = float(page.mediabox[2]), float(page.mediabox[3])
            turn = {
                90: f"0 1 -1 0 {high} 0 cm ",
                180: f"-1 0 0 -1 {wide} {high} cm ",
                270: f"0 -1 1 0 0 {wide} cm ",
            }[angle]
            page.contents_add(document.make_stream(turn.encode()), prepend=True)
            if angle != 180:
                page.mediabox = pikepdf.Rectangle(0, 0, high, wide)
            page.rotate(angle, relative=False)
        document.save(out)
    return out.getvalue()


def text_of(source: str, settings: str = "") -> list[Line]:
    page = "#set page(width: 400pt, height: 300pt, margin: 20pt)\n#set text(size: 10pt)\n"
    return pdf.read_lines(bytes(typst.compile((page + settings + source).encode())))


def test_gaps_bullets_and_headings() -> None:
    lines = text_of("#text(20pt)[Rubrik]\n\nett \\ två\n\n- tre\n- fyra \\ fem")
    assert [(x.text, x.heading, x.bullet, x.blank_before) for x in lines] == [
        ("Rubrik", 1, "", True),
        ("ett", None, "", True),
        ("två", None, "", False),
        ("tre", None, "•", True),
        ("fyra", None, "•", False),
        ("fem", None, "", False),
    ]


def test_a_heading_that_is_wrapped_is_one_line() -> None:
    lines = text_of("#text(20pt)[Styrning av kommunens \\ alla verksamheter]\n\n" + "text " * 90)
    assert (lines[0].text, lines[0].heading) == ("Styrning av kommunens alla verksamheter", 1)


def test_columns_are_cells_of_one_row_and_figures_rows() -> None:
    lines = text_of(
        "#table(columns: (80pt, 80pt), stroke: none, [vänster sida], [höger sida], "
        "[mer text till vänster], [mer text till höger])\n#v(40pt)\n" + ("text " * 30)
    )
    cells = [(x.text, x.cell) for x in lines if x.cell]
    assert [text for text, _ in cells] == [
        "vänster sida", "mer text till", "vänster", "höger sida", "mer text till", "höger",
    ]  # fmt: skip
    assert {cell for _, cell in cells} == {Cell(0, 0, 0), Cell(0, 0, 1)}
    assert lines[-1].cell is None


def test_figures_make_rows_and_a_wrapped_name_is_one_line() -> None:
    rows = "".join(f"[{i}.1 Ett namn som är långt], [{i}], [20]," for i in range(1, 5))
    lines = text_of(f"#table(columns: (80pt, 60pt, 60pt), {rows})")
    assert [(x.text, x.cell) for x in lines[:3]] == [
        ("1.1 Ett namn som är långt", Cell(0, 0, 0)),
        ("1", Cell(0, 0, 1)),
        ("20", Cell(0, 0, 2)),
    ]
    assert len(lines) == 12


def test_what_is_printed_twice_to_look_bold_is_read_once() -> None:
    lines = text_of("#place(dx: 0.3pt)[Fetstil]Fetstil")
    assert [x.text for x in lines] == ["Fetstil"]


def test_a_ligature_and_a_soft_hyphen() -> None:
    lines = text_of("Effektiv affisch", '#set text(font: "Libertinus Serif")\n')
    assert [x.text for x in lines] == ["Effektiv affisch"]
    lines = text_of("#box(width: 60pt)[demokrati#sym.hyph.soft#[]utveckling]")
    assert [x.text for x in lines] == ["demokrati\u00ad", "utveckling"]


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("Ett mål#super(typographic: false)[12] till", "Ett mål till"),
        ("Klart.#super(typographic: false)[1]", "Klart."),
        ("CO#sub[2] och PM10", "CO2 och PM10"),
        ("10 m#super(typographic: false)[x]", "10 mx"),
    ],
)
def test_the_mark_of_a_footnote_is_no_part_of_its_word(source: str, read: str) -> None:
    assert [x.text for x in text_of(source)] == [read]


def test_text_on_its_side_comes_after_the_page() -> None:
    lines = text_of("#place(rotate(90deg, reflow: true)[Arbetsmaterial])\n#h(40pt)Text på raden")
    assert [x.text for x in lines] == ["Text på raden", "Arbetsmaterial"]


def test_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    pdf.read_lines(
        bytes(typst.compile(b"a #pagebreak() b")), lambda done, of: told.append((done, of))
    )
    assert told == [(1, 2), (2, 2)]


def locked() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(Page()))) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def blank(count: int) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(count):
            document.add_blank_page()
        document.save(out)
    return out.getvalue()


def scanned() -> bytes:
    out = io.BytesIO()
    Image.new("L", (60, 80), 128).save(out, "PDF")
    return out.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "locked": (locked, "låst med lösenord"),
    "truncated at the head": (lambda: pdf_of(Page())[:300], "skadad eller ofullständig"),
    "no PDF": (lambda: b"%PDF-1.7\nhej", "skadad eller ofullständig"),
    "no pages": (lambda: blank(0), "ingen text|skadad eller ofullständig"),
    "empty pages": (lambda: blank(2), "textigenkänning"),
    "pictures only": (scanned, "textigenkänning"),
    "a thousand pages and one": (lambda: blank(1_001), "fler än 1000"),
    "ten thousand pages": (lambda: blank(10_000), "fler än 1000"),
}


@pytest.mark.parametrize(("make", "said"), BAD.values(), ids=BAD)
def test_what_cannot_be_read_says_what_to_do(make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(RuleBroken, match=said):
        pdf.read_lines(make())


def test_far_more_text_than_a_report_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (pdf, pdf_runs):
        monkeypatch.setattr(module, "MAX_CHARACTERS", 1000)
        with pytest.raises(TooMuch):
            pdf.read_lines(pdf_of(Page()))


def test_a_report_without_its_last_bytes_is_read_or_refused() -> None:
    data = pdf_of(replace(Page(), size=10))
    for kept in (0.3, 0.7, 0.95, 0.999):
        try:
            assert pdf.read_lines(data[: int(kept * len(data))])
        except RuleBroken as told:
            assert "skadad" in str(told.message)
