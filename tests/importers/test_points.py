from __future__ import annotations

import pytest

from tracker.importers.lines import Cell, Line
from tracker.importers.points import Joiner, read_items, whole_text
from tracker.importers.text import read_lines


def items(text: str) -> list[str]:
    lines = read_lines(text.encode())
    joiner = Joiner(lines)
    return [whole_text(item, joiner) for item in read_items(lines, joiner).items]


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["en till-", "gänglig väg"], "en tillgänglig väg"),
        (["ekonomi-", "och resultat"], "ekonomi- och resultat"),
        (["OSA-", "dialogen"], "OSA- dialogen"),
        (["e-", "tjänster"], "e- tjänster"),
        (["förbätt\u00ad", "ring"], "förbättring"),
        (["styrning –", "mer"], "styrning – mer"),
        (["kul-", "turplan, kulturplan"], "kulturplan, kulturplan"),
    ],
)
def test_hyphens_at_line_ends(parts: list[str], whole: str) -> None:
    assert Joiner(read_lines("\n".join(parts).encode())).join(parts) == whole


def test_a_hyphen_between_two_known_words_stays() -> None:
    lines = read_lines("en stor effekt\nsynergi är bra\nsynergi-\neffekt".encode())
    assert Joiner(lines).join(["synergi-", "effekt"]) == "synergi- effekt"


DIVIDED = "en till-\ngänglig väg\nen be-\nslutad väg\nett sam-\nlat stöd\nfrågor om klimat, arbete"


@pytest.mark.parametrize(
    ("report", "parts", "whole"),
    [
        (DIVIDED, ["klimat-", "frågor"], "klimatfrågor"),
        (DIVIDED, ["kvalitets-", "och miljöarbete"], "kvalitets- och miljöarbete"),
        (DIVIDED, ["OSA-", "frågor"], "OSA- frågor"),
        (DIVIDED.replace("ett sam-\nlat", "ett samlat"), ["klimat-", "frågor"], "klimat- frågor"),
        (f"{DIVIDED}\ngemensamt", ["gemen-", "samt"], "gemensamt"),
        (DIVIDED, ["gemen-", "samt"], "gemen- samt"),
    ],
)
def test_a_hyphenated_report_divides_before_whole_words(
    report: str, parts: list[str], whole: str
) -> None:
    assert Joiner(read_lines(report.encode())).join(parts) == whole


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ett\ntvå\n\nTre?\n\nFyra", ["Ett två", "Tre?", "Fyra"]),
        ("• Ett\ntvå\n• Tre\n\n• Fyra", ["Ett två", "Tre", "Fyra"]),
        ("Nytt stöd\n- med mål\n\nTvå", ["Nytt stöd - med mål", "Två"]),
        ("1. Ett\n2. Två\nmer\n3. Tre", ["Ett", "Två mer", "Tre"]),
        ("Utveckla arbetet i\n\nskolan", ["Utveckla arbetet i skolan"]),
        ("Stärk mer\nGranvik\n\ni Granvik", ["Stärk mer Granvik i Granvik"]),
        ("Utveckla.\nStärk mer\nSamla", ["Utveckla.", "Stärk mer", "Samla"]),
    ],
)  # fmt: skip
def test_items(text: str, found: list[str]) -> None:
    assert items(text) == found


def test_what_follows_a_list_is_left_over() -> None:
    lines = read_lines("- Ett\n- Två\n\nEn dikt\nav någon".encode())
    section = read_items(lines, Joiner(lines))
    assert [line.text for line in section.left_over] == ["En dikt", "av någon"]
    assert len(section.items) == 2


def test_what_follows_a_table_of_points_is_in_doubt() -> None:
    inside = [
        Line(text, n, cell=Cell(0, n, 1), blank_before=True) for n, text in ((1, "A"), (2, "B"))
    ]
    after = Line("Nästa kapitel handlar om annat.", 3, blank_before=True)
    section = read_items([*inside, after], Joiner([]))
    assert [item.certain for item in section.items] == [True, True, False]
