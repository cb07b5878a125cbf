"""A made-up report of the made-up municipality Granvik, set in many ways for the reader's tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from tracker.domain.editions import edition

STRENGTHS = {
    1: ["Tydlig plan för medborgardialog", "Många kanaler används för att nå invånarna."],
    2: ["God samverkan med näringslivet kring klimatfrågor", "Trygghetsarbetet är välfungerande."],
    3: ["Styrmodellen är väl känd i hela organisationen"],
    4: ["Långsiktig planering av lokaler och investeringar finns på plats"],
    5: ["Kontaktcenter med generösa öppettider", "Gott bemötande enligt de senaste mätningarna"],
    6: ["Flera bra exempel på innovation i hemtjänsten"],
    7: ["Systematiskt arbetsmiljöarbete med goda resultat", "Låg sjukfrånvaro"],
    8: ["Chefsprogrammet är uppskattat av deltagarna"],
}
POINTS = {
    1: ["Utveckla dialogen med unga", "Gör resultaten begripliga för medborgarna på webbplatsen."],
    2: ["Ta fram mål för social hållbarhet", "Stärk arbetet med klimatanpassning"],
    3: ["Förtydliga kopplingen mellan budget och mål – färre mål ger bättre styrning.",
        "Utveckla analysen i delårsrapporterna"],
    4: ["Jämför kostnader med liknande kommuner", "Fortsätt samverka med grannkommunerna"],
    5: ["Behov av att mäta bemötandet i telefon", "Inför brukarråd inom äldreomsorgen"],
    6: ["Säkerställ ett gemensamt kvalitetsarbete", "Skapa arenor för att lära av goda exempel"],
    7: ["Ta fram en plan för kompetensförsörjning", "Följ upp arbetet mot diskriminering"],
    8: ["Minska antalet medarbetare per chef", "Förbättra den interna kommunikationen"],
}  # fmt: skip
PROSE = (
    "Utvärderarna har mött engagerade medarbetare och sett att flera satsningar pågår. Underlaget "
    "består av intervjuer och styrdokument från de senaste åren."
)


@dataclass(frozen=True)
class Style:
    """How the report is set."""

    width: int = 70
    bullet: str = ""
    gap: bool = True
    heading: Callable[[int, str], str] = lambda number, name: f"Område {number} {name}"
    strengths: str = "Styrkor"
    points: str = "Förbättringsmöjligheter"
    order: tuple[int, ...] = tuple(range(1, 9))
    lost: tuple[int, ...] = ()
    tables: bool = True
    box: bool = True
    newline: str = "\n"


def scores(number: int) -> list[tuple[str, str, int, int]]:
    """(code, name, score, max) of an area's made-up sub-areas; they sum to the area's score."""
    area = edition("kommunkompassen-2020").area(number)
    assert area is not None
    return [(s.code, s.name, s.max // 2 + 1, s.max) for s in area.subareas]


def area_score(number: int) -> int:
    return sum(row[2] for row in scores(number))


def granvik(style: Style | None = None) -> str:
    """The whole report as text."""
    style = style or Style()
    parts = [
        "Kommunkompassen",
        "Analys av Granviks kommun 2024",
        "",
        "Utvärderingen av Granviks kommun genomfördes i oktober år 2024 och var kommunens tredje "
        "utvärdering. Kommunkompassen reviderades 2019/2020.",
        "",
    ]
    for number in style.order:
        parts += _area(number, style)
    parts += _tables(style) if style.tables else []
    return style.newline.join(parts) + style.newline


def _area(number: int, style: Style) -> list[str]:
    area = edition("kommunkompassen-2020").area(number)
    assert area is not None
    parts = [] if number in style.lost else [style.heading(number, area.name)]
    if style.box:
        parts += ["Delområden Poäng", "", *(f"• {s.name}" for s in area.subareas), ""]
        parts += [str(area_score(number)), ""]
    parts += ["Allmänt", *textwrap.wrap(PROSE, style.width), ""]
    for subarea in area.subareas:
        parts += [subarea.name, *textwrap.wrap(PROSE, style.width), ""]
    parts += [style.strengths, ""] if style.strengths else []
    parts += _items(STRENGTHS[number], style)
    parts += [style.points, ""] if style.points else []
    return [*parts, *_items(POINTS[number], style)]


def _items(texts: list[str], style: Style) -> list[str]:
    rows: list[str] = []
    for text in texts:
        first, *rest = textwrap.wrap(text, style.width, break_on_hyphens=False)
        rows += [style.bullet + first, *rest]
        rows += [""] if style.gap else []
    return rows if style.gap else [*rows, ""]


def _tables(style: Style) -> list[str]:
    parts = ["4. Översikt av poängfördelning", ""]
    for number in range(1, 9):
        area = edition("kommunkompassen-2020").area(number)
        assert area is not None
        parts += [f"{number}. {area.name} Uppnått Max"]
        parts += [f"{code} {name} {score} {top}" for code, name, score, top in scores(number)]
        parts += [f"  {area_score(number)} 100", ""]
    return parts
