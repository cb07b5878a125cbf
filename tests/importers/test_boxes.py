"""The sub-areas that an area lists."""

from __future__ import annotations

import pytest

from tracker.domain.editions import edition
from tracker.importers import read_report
from tracker.importers.boxes import read_box
from tracker.importers.lines import Line
from tracker.importers.points import Joiner

EDITION = edition("kommunkompassen-2020")
AREA_8 = EDITION.area(8)
NAMES = {area.number: area.name for area in EDITION.areas}
OWN = "Chefer som förebilder i vardagen"


def box(*texts: str) -> list[tuple[str, str, int | None]]:
    lines = [Line(text, n, bullet="•") for n, text in enumerate(texts, 1)]
    made = read_box(8, lines, AREA_8, Joiner(lines))
    return [(s.code, s.name, s.score) for s in made]


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["2. INTERN kommunikation", "1. Chefers uppdrag och förutsättningar"],
         [("8.2", "Chefernas uppdrag och förutsättningar", None),
          ("8.3", "Intern kommunikation", None)]),
        ([OWN, "Intern kommunikation"],
         [("8.3", "Intern kommunikation", None), ("8.5", OWN, None)]),
        ([OWN, "Intern kommunikation", OWN, "Intern kommunikation"],
         [("8.3", "Intern kommunikation", None), ("8.5", OWN, None)]),
        (["Chefers uppdrag och förutsättningar", "Chefernas uppdrag och förutsättningar"],
         [("8.2", "Chefernas uppdrag och förutsättningar", None),
          ("8.5", "Chefernas uppdrag och förutsättningar", None)]),
        ([f"{OWN} 12/20", "Intern kommunikation 15/20"],
         [("8.1", OWN, 12), ("8.2", "Intern kommunikation", 15)]),
    ],
)  # fmt: skip
def test_names_take_the_editions_codes_and_points_keep_the_reports(
    texts: list[str], wanted: list[tuple[str, str, int | None]]
) -> None:
    assert box(*texts) == wanted


def deck(heading: str, mark: str) -> str:
    """An agenda whose first row is its title, then two areas that only name sub-areas."""
    rows = "".join(f"{mark}{n}. {name}\n" for n, name in NAMES.items() if n > 1)
    return (
        f"{heading}1. {NAMES[1]}\n{rows}\n{heading}Bra att veta\n\nText.\n\n"
        f"{heading}4. {NAMES[4]}\n\n1. Strategi för effektivitet\n"
        f"2. Jämförelser för effektivitet\n\n{heading}4. {NAMES[4]}\n\nStyrkor\n- Bra\n\n"
        f"{heading}7. {NAMES[7]}\n\n1. Lika rättigheter och möjligheter\npå arbetsplatsen\n"
        f"2. Arbetsmiljö\n\n{heading}7. {NAMES[7]}\n\nStyrkor\n- Bra\n"
    )


@pytest.mark.parametrize(
    ("heading", "mark", "name"), [("# ", "- ", "granvik.md"), ("", "", "granvik.txt")]
)
def test_an_agenda_holds_no_sub_areas(heading: str, mark: str, name: str) -> None:
    draft = read_report(deck(heading, mark).encode(), name)
    assert [s.code for a in draft.areas for s in a.subareas] == ["4.1", "4.3", "7.3", "7.4"]
    told = [p.message for p in draft.problems if (p.severity, p.where) == ("info", "area 4")]
    assert any("4.2 Långsiktig planering" in message for message in told)
