"""Evaluation reports of our own making: eight areas, two strengths and two points in each."""

from __future__ import annotations

from tracker.domain.editions import AreaDef, edition

EDITION = "kommunkompassen-2020"
FACT = (
    "Utvärderingen av {municipality} kommun genomfördes i {month} och var kommunens {ordinal} "
    "utvärdering enligt Kommunkompassen."
)


def report_text(
    municipality: str = "Sjövik",
    month: str = "mars år 2024",
    ordinal: str = "första",
    *,
    scores: bool = True,
    wrong_sum: int | None = None,
    joint: int | None = None,
    extra_points: int = 0,
) -> str:
    """A report as plain text. `wrong_sum` names an area whose stated score is one too high,
    `joint` one whose strengths and points stand under one heading (so that the reader must
    judge); area 1 gets `extra_points` more points."""
    areas = edition(EDITION).areas
    parts = [
        "1. Sammanfattning",
        FACT.format(municipality=municipality, month=month, ordinal=ordinal),
        "2. Detaljerad genomgång per område",
    ]
    for area in areas:
        extra = extra_points if area.number == 1 else 0
        parts.append(_body(area, extra, area.number == joint))
    if scores:
        parts.append("3. Översikt av poängfördelning")
        parts += [_table(area, 1 if area.number == wrong_sum else 0) for area in areas]
    return "\n\n".join(parts) + "\n"


def points_of(number: int, extra: int = 0) -> list[str]:
    """The improvement points of an area, word for word."""
    first = edition(EDITION).areas[number - 1].subareas[0]
    return [
        f"Förtydliga {first.name.lower()} och följ upp varje kvartal.",
        f"Låt invånarna pröva tjänsterna i område {number} innan de införs.",
        *(f"Beskriv läge {place} tydligare för nämnden." for place in range(1, extra + 1)),
    ]


def score_of(area: AreaDef) -> int:
    """What an area gets: half of each sub-area's max, rounded down."""
    return sum(sub.max // 2 for sub in area.subareas)


def total() -> int:
    """What all areas get together."""
    return sum(score_of(area) for area in edition(EDITION).areas)


def _body(area: AreaDef, extra: int, joint: bool) -> str:
    strengths = [
        f"Det finns en väl förankrad plan för område {area.number}.",
        f"Cheferna möts ofta kring område {area.number}.",
    ]
    points = [f"• {text}" for text in points_of(area.number, extra)]
    praise = [f"• {text}" for text in strengths]
    if joint:
        listed = ["Styrkor Förbättringsmöjligheter", *praise, *points]
    else:
        listed = ["Styrkor", *praise, "", "Förbättringsmöjligheter", *points]
    return "\n".join([f"Område {area.number} {area.name}", "", *listed])


def _table(area: AreaDef, too_high: int) -> str:
    rows = [f"{sub.code} {sub.name} {sub.max // 2} {sub.max}" for sub in area.subareas]
    return "\n".join(
        [
            f"{area.number}. {area.name} Uppnått Max",
            *rows,
            f"  {score_of(area) + too_high} {sum(sub.max for sub in area.subareas)}",
        ]
    )
