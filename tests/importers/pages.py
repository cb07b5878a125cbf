"""The made-up Granvik report set as PDF in many ways, for the tests of PDF reading."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

import typst

from tests.importers.granvik import POINTS, PROSE, STRENGTHS, area_score, scores
from tracker.domain.editions import edition

LONG_STRENGTHS = (
    "Ett samlat och väl beskrivet arbetssätt för hur kommunen planerar, följer upp och redovisar "
    "sina viktigaste frågor för invånarna",
    "Många verksamheter har prövat nya former för delaktighet. Erfarenheterna tas om hand",
)
LONG_POINTS = (
    "Gör kommunens samlade redovisning av ekonomi, verksamhet och kvalitet lättare att hitta och "
    "att förstå för den som inte arbetar i organisationen",
    "Beskriv tydligare vem som ansvarar för att besluten genomförs – och när de ska vara klara",
)
_MANY = 9


@dataclass(frozen=True)
class Page:
    """How the report is set; `columns` are the widths of the table, "" for lists below each
    other. `rulings` draws the tables' lines, `repeat` their header on every page, `each` gives
    every item a table row of its own."""

    font: str = "Libertinus Serif"
    size: float = 11
    paper: str = "a4"
    flipped: bool = False
    margin: float = 70
    columns: str = "1fr, 1fr"
    rulings: bool = True
    repeat: bool = True
    each: bool = False
    bullet: str = "none"
    hyphens: bool = False
    running: bool = False
    body: int = 1
    name_width: float = 130
    align: str = "top"
    lost: tuple[int, ...] = ()
    many: bool = False
    spacing: float = 1.1
    rotate: int = 0


def strengths(page: Page) -> dict[int, list[str]]:
    """Area → its strengths as set on `page`."""
    return {n: [*texts, LONG_STRENGTHS[n % 2]] for n, texts in STRENGTHS.items()}


def points(page: Page) -> dict[int, list[str]]:
    """Area → its improvement points as set on `page`."""
    made = {n: [*texts, LONG_POINTS[n % 2]] for n, texts in POINTS.items()}
    if page.many:
        made[2] += [
            f"Ta fram en plan för fråga {i}, {LONG_POINTS[0].lower()}" for i in range(_MANY)
        ]
    return made


@cache
def pdf_of(page: Page, padding: int = 0) -> bytes:
    """The report as PDF; `padding` adds so many paragraphs of text to each sub-area."""
    parts = [_set(page), "#page(columns: 1)[#text(2em)[Kommunkompassen]\n\n"]
    parts += [_text("Analys av Granviks kommun 2024"), "\n\n"]
    parts += [
        _text(
            "Utvärderingen av Granviks kommun genomfördes i oktober år 2024 och var kommunens "
            "tredje utvärdering. Kommunkompassen reviderades 2019/2020."
        ),
        "]\n",
    ]
    for area in edition("kommunkompassen-2020").areas:
        parts += _area(page, area.number, padding)
    parts += ["#colbreak(weak: true)\n", _heading("4. Översikt av poängfördelning")]
    parts += [_scores(page, area.number) for area in edition("kommunkompassen-2020").areas]
    return bytes(typst.compile("".join(parts).encode(), font_paths=_fonts()))


@cache
def _fonts() -> typst.Fonts:
    """The system's fonts and typst's own, looked for once."""
    return typst.Fonts()


def _set(page: Page) -> str:
    running = (
        "header: [Kommunkompassen Analys av Granviks kommun], footer: context [#align(center)["
        "#counter(page).display() (#counter(page).final().first())]],"
        if page.running
        else ""
    )
    return f"""#set page({json.dumps(page.paper)}, flipped: {str(page.flipped).lower()},
  margin: {page.margin}pt, columns: {page.body}, {running})
#set text(font: {json.dumps(page.font)}, size: {page.size}pt, lang: "sv",
  hyphenate: {str(page.hyphens).lower()})
#set par(justify: {str(page.hyphens).lower()}, spacing: {page.spacing}em, leading: 0.55em)
#set columns(gutter: 24pt)
#set list(marker: [{page.bullet}], spacing: {page.spacing}em)
"""


def _text(text: str) -> str:
    return f"#{json.dumps(text, ensure_ascii=False)}"


def _heading(text: str) -> str:
    return f"#block(sticky: true, above: 2em)[#text(1.3em, weight: 700)[{_text(text)}]]\n"


def _area(page: Page, number: int, padding: int) -> list[str]:
    area = edition("kommunkompassen-2020").area(number)
    assert area is not None
    parts = [] if number in page.lost else [_heading(f"Område {number} {area.name}")]
    names = "".join(f"- {_text(s.name)}\n" for s in area.subareas)
    parts += [
        "#table(columns: (1fr, 60pt), stroke: none, [Delområden], [Poäng],\n"
        f"[#set list(marker: [•])\n{names}], [{area_score(number)}])\n",
        "#strong[Allmänt]\n\n", _text(PROSE), "\n\n",
    ]  # fmt: skip
    for subarea in area.subareas:
        parts += [f"#strong[{_text(subarea.name)}]\\\n", _text(PROSE), "\n\n"]
        parts += [_text(PROSE + " " + PROSE), "\n\n"] * padding
    return [*parts, _findings(page, number)]


def _findings(page: Page, number: int) -> str:
    left, right = strengths(page)[number], points(page)[number]
    if not page.columns:
        return (
            f"#strong[Styrkor]\n\n{_items(page, left)}\n\n#strong[Förbättringsmöjligheter]\n\n"
            + (_items(page, right) + "\n\n")
        )
    if page.each:
        blank = [""] * (len(right) - len(left))
        pairs = zip([*left, *blank], [*right, *[""] * (len(left) - len(right))], strict=True)
        cells = "".join(f"[{_text(a)}], [{_text(b)}],\n" for a, b in pairs)
    else:
        cells = f"[{_items(page, left)}], [{_items(page, right)}]"
    stroke = "0.5pt" if page.rulings else "none"
    header = (
        f"table.header(repeat: {str(page.repeat).lower()}, [Styrkor], [Förbättringsmöjligheter])"
    )
    return f"#table(columns: ({page.columns}), stroke: {stroke}, {header}, {cells})\n"


def _items(page: Page, texts: list[str]) -> str:
    if page.bullet == "none":
        return "\n\n".join(_text(text) for text in texts)
    return "\n".join(f"- {_text(text)}" for text in texts)


def _scores(page: Page, number: int) -> str:
    area = edition("kommunkompassen-2020").area(number)
    assert area is not None
    stroke = "0.5pt" if page.rulings else "none"
    rows = [(f"{number}. {area.name}", "Uppnått", "Max")]
    rows += [(f"{code} {name}", str(got), str(top)) for code, name, got, top in scores(number)]
    rows += [("", str(area_score(number)), "100")]
    cells = ", ".join(f"[{_text(cell)}]" for row in rows for cell in row)
    return (
        f"#table(columns: ({page.name_width}pt, 60pt, 50pt), stroke: {stroke}, "
        f"align: {page.align}, {cells})\n"
    )
