"""The text about each sub-area, kept beside its points."""

from __future__ import annotations

import pytest

from tests.importers.granvik import PROSE, Style, granvik
from tests.importers.test_reader import read
from tracker.domain.editions import SubAreaDef
from tracker.importers.bodies import read_bodies
from tracker.importers.points import Joiner
from tracker.importers.text import read_lines

KNOWN = [
    SubAreaDef("3.3", "Uppföljning och analys", 25),
    SubAreaDef("3.4", "Samspel mellan rollerna som förtroendevald eller anställd", 20),
]


def bodies(text: str) -> dict[str, str]:
    lines = read_lines(text.encode())
    return read_bodies(lines, KNOWN, Joiner(lines))


@pytest.mark.parametrize("width", [28, 70, 300])
def test_every_sub_area_has_its_text_without_its_heading(width: int) -> None:
    draft = read(granvik(Style(width=width)))
    assert {s.body for a in draft.areas for s in a.subareas} == {PROSE}


def test_a_report_without_text_has_none() -> None:
    draft = read(
        "Område 7 Arbetsliv\n\nUppnått Max\n7.1 Strategier för ett hållbart arbetsliv 9 15\n"
    )
    assert [s.body for s in draft.areas[0].subareas] == [""]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Inledning först.\nUppföljning och analys\nEtt stycke\nsom går vidare.\n\nEtt till.",
         {"3.3": "Ett stycke som går vidare.\n\nEtt till."}),
        ("3.3 Uppföljning och analys\nDelårs-\nrapporter skrivs. Delårsrapporter läses.",
         {"3.3": "Delårsrapporter skrivs. Delårsrapporter läses."}),
        ("Samspel mellan rollerna som förtroendevald\neller anställd\nDet är gott.",
         {"3.4": "Det är gott."}),
        ("Uppföljning och analys Rapporterna är korta.", {"3.3": "Rapporterna är korta."}),
        ("Uppföljning och analys\nTre saker:\n- mål\n- mått",
         {"3.3": "Tre saker:\n\n- mål\n\n- mått"}),
        ("Uppföljning och analys\n\nSamspel mellan rollerna som förtroendevald eller "
         "anställd\nGott.", {"3.4": "Gott."}),
        ("Ingen rubrik alls.", {}),
    ],
)  # fmt: skip
def test_bodies(text: str, found: dict[str, str]) -> None:
    assert bodies(text) == found
