"""A made-up report of the made-up municipality Granvik, set in many ways for the reader's tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
SUBAREAS_2010 = {
    1: ["Strategi för demokrati", "Information till invånarna", "Dialog med medborgarna"],
    2: ["Ett brukarperspektiv", "Tillgänglighet och bemötande", "Brukarnas valfrihet"],
    3: ["Politiskt ledarskap", "Ett samlat styrsystem", "Rapportering av resultat"],
    4: ["Ledarnas ansvar", "Delegation till enheterna", "Ledarutveckling"],
    5: ["Resultatfokus", "Jämförelser med andra", "Samverkan och ny teknik"],
    6: ["Personalstrategi", "Rekrytering av medarbetare", "Mångfald i arbetet"],
    7: ["Ett klimat för utveckling", "Metoder för förbättring", "Lärande av andra"],
    8: ["Ett levande kulturliv", "Hållbart samhälle", "Stöd till näringslivet"],
}
MAXIMA_2010 = (40, 35, 25)

Row = tuple[str, str, int, int]


@dataclass(frozen=True)
class Style:
    """How the report is set."""

    width: int = 70
    bullet: str = ""
    gap: bool = True
    heading: Callable[[int, str], str] = lambda number, name: f"Område {number} {name}"
    name: Callable[[int, str], str] = lambda _, name: name
    strengths: str = "Styrkor"
    points: str = "Förbättringsmöjligheter"
    points_first: bool = False
    order: tuple[int, ...] = tuple(range(1, 9))
    lost: tuple[int, ...] = ()
    tables: bool = True
    box: bool = True
    newline: str = "\n"
    edition: str = "kommunkompassen-2020"
    opening: str = (
        "Utvärderingen av Granviks kommun genomfördes i oktober år 2024 och var kommunens tredje "
        "utvärdering. Kommunkompassen reviderades 2019/2020."
    )
    box_score: Callable[[int], str] = str
    header: Callable[[int, str], str] = lambda n, name: f"{n}. {name} Uppnått Max"
    row: Callable[[Row], str] = lambda row: f"{row[0]} {row[1]} {row[2]} {row[3]}"
    sum_row: Callable[[int], str] = lambda score: f"  {score} 100"
    texts: Mapping[str, Mapping[int, list[str]]] = field(default_factory=dict)


def subareas(number: int, key: str = "kommunkompassen-2020") -> list[tuple[str, str, int]]:
    """(code, name, max) of an area's sub-areas; those of the older editions are made up."""
    area = edition(key).area(number)
    assert area is not None
    if area.subareas:
        return [(s.code, s.name, s.max) for s in area.subareas]
    names = zip(SUBAREAS_2010[number], MAXIMA_2010, strict=True)
    return [(f"{number}.{i}", name, top) for i, (name, top) in enumerate(names, start=1)]


def scores(number: int, key: str = "kommunkompassen-2020") -> list[Row]:
    """(code, name, score, max) of an area's made-up scores; they sum to the area's score."""
    return [(code, name, top // 2 + 1, top) for code, name, top in subareas(number, key)]


def area_score(number: int, key: str = "kommunkompassen-2020") -> int:
    return sum(row[2] for row in scores(number, key))


def granvik(style: Style | None = None) -> str:
    """The whole report as text."""
    style = style or Style()
    parts = ["Kommunkompassen", "Analys av Granviks kommun 2024", "", style.opening, ""]
    for number in style.order:
        parts += _area(number, style)
    parts += _tables(style) if style.tables else []
    return style.newline.join(parts) + style.newline


def area_name(number: int, style: Style) -> str:
    area = edition(style.edition).area(number)
    assert area is not None
    return style.name(number, area.name)


def _area(number: int, style: Style) -> list[str]:
    rows = subareas(number, style.edition)
    parts = [] if number in style.lost else [style.heading(number, area_name(number, style))]
    if style.box:
        parts += ["Delområden Poäng", "", *(f"• {name}" for _, name, _ in rows), ""]
        parts += [style.box_score(area_score(number, style.edition)), ""]
    parts += ["Allmänt", *textwrap.wrap(PROSE, style.width), ""]
    for _, name, _ in rows:
        parts += [name, *textwrap.wrap(PROSE, style.width), ""]
    good, more = style.texts.get("strengths", STRENGTHS), style.texts.get("points", POINTS)
    lists = [(style.strengths, good[number]), (style.points, more[number])]
    for heading, texts in reversed(lists) if style.points_first else lists:
        parts += [heading, ""] if heading else []
        parts += _items(texts, style)
    return parts


def _items(texts: list[str], style: Style) -> list[str]:
    rows: list[str] = []
    for index, text in enumerate(texts, start=1):
        first, *rest = textwrap.wrap(text, style.width, break_on_hyphens=False)
        rows += [style.bullet.replace("#", str(index)) + first, *rest]
        rows += [""] if style.gap else []
    return rows if style.gap else [*rows, ""]


def _tables(style: Style) -> list[str]:
    parts = ["4. Översikt av poängfördelning", ""]
    for number in range(1, 9):
        parts += [style.header(number, area_name(number, style))]
        parts += [style.row(row) for row in scores(number, style.edition)]
        parts += [style.sum_row(area_score(number, style.edition)), ""]
    return parts
