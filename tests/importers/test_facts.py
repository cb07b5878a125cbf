from __future__ import annotations

import pytest

from tracker.importers.facts import find_months, find_municipality, find_ordinal, find_totals
from tracker.importers.municipalities import base_name
from tracker.importers.text import read_lines


@pytest.mark.parametrize(
    ("name", "base"),
    [("Nynäshamns", "Nynäshamn"), ("Höganäs", "Höganäs"), ("Borås", "Borås"), ("Marks", "Mark"),
     ("Granviks", "Granvik"), ("Norrfors", "Norrfors"), ("Haninge", "Haninge")],
)  # fmt: skip
def test_base_name(name: str, base: str) -> None:
    assert base_name(name) == base


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Utvärderingen av Granvik kommun", "Granvik"),
        ("Analys av Granviks kommun 2024", "Granvik"),
        ("Kommunkompassen Granvik", "Granvik"),
        ("Granvik 2024 – 480 poäng", "Granvik"),
        ("Granviks kommun", "Granvik"),
        ("Granviks kommun 2023", "Granvik"),
        ("Granviks kommun, mars–april 2012", "Granvik"),
        ("I Borås stad finns en plan", None),
        ("Under 2022 växte den", None),
    ],
)
def test_municipality(text: str, name: str | None) -> None:
    assert find_municipality(read_lines(text.encode()), [text]) == name


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("Utvärderingen genomfördes i januari år 2023.", ["2023-01"]),
        ("Utvärderingen genomfördes i november 2022 och januari 2023.", ["2022-11", "2023-01"]),
        ("maj 2023 - slutversion", ["2023-05"]),
        ("Granvik maj månad 2023", ["2023-05"]),
        ("Utvärderingen genomfördes 2023-05-14.", ["2023-05"]),
        ("Rapport 2023-05", ["2023-05"]),
        ("Utvärderingen genomfördes april–maj 2023.", ["2023-04", "2023-05"]),
        ("Intervjuerna gjordes under april och maj månad år 2023.", ["2023-04", "2023-05"]),
        ("Kommunen utvärderades i oktober 2012 av två utvärderare.", ["2012-10"]),
        ("Kommunen har utvärderats under mars 2016", ["2016-03"]),
        ("I april 2022 antog fullmäktige ett program som gäller hela kommunen till 2030", []),
        ("Utvärderingen genomfördes hösten 2022.", []),
    ],
)  # fmt: skip
def test_months(text: str, months: list[str]) -> None:
    assert find_months(read_lines(text.encode()), [text]) == months


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("Det var kommunens andra utvärdering.", 2),
        ("Kommunen utvärderas för tredje gången.", 3),
        ("Detta är kommunens 4:e utvärdering", 4),
        ("Granvik har för femte gången låtit sig utvärderas", 5),
        ("Det är första gången som kommunen utvärderas.", 1),
        ("Kommunens första Kommunkompass gjordes då.", 1),
        ("Den andra frågan rör utvärdering", None),
    ],
)
def test_ordinal(text: str, ordinal: int | None) -> None:
    assert find_ordinal([text]) == ordinal


@pytest.mark.parametrize(
    ("text", "totals"),
    [
        ("Granvik 2024 – 504 poäng", [504]),
        ("Kommunen får totalt 455 poäng.", [455]),
        ("Resultatet blev 611 av 800 möjliga.", [611]),
        ("8 x 100 p = 800 p", []),
        ("Genomsnittet är totalt 512 poäng.", []),
        ("Totalt 436 800", [436]),
        ("Totalt 2019: 431 poäng. Totalt 2023: 504 poäng.", [504]),
        ("Totalt 2023: 504 poäng Totalt 2019: 431 poäng", [504]),
        ("Kommunen får totalt 455 poäng, men summan 460 av 800 nämns.", [455, 460]),
    ],
)
def test_totals(text: str, totals: list[int]) -> None:
    assert find_totals([text]) == totals
