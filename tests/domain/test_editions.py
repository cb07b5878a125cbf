from __future__ import annotations

import pytest

from tracker.domain.editions import edition, editions, subarea_names
from tracker.domain.errors import RuleBroken


def test_editions_have_eight_areas_of_hundred_points() -> None:
    assert [e.year for e in editions()] == [2010, 2016, 2020]
    for known in editions():
        assert [a.number for a in known.areas] == list(range(1, 9))
        for area in known.areas:
            assert [s.code for s in area.subareas] == [
                f"{area.number}.{i}" for i in range(1, len(area.subareas) + 1)
            ]
            assert sum(s.max for s in area.subareas) in ({100} if known.year == 2020 else {0})


def test_an_unknown_edition_is_refused() -> None:
    assert edition("kommunkompassen-2020").area(9) is None
    with pytest.raises(RuleBroken, match="kommunkompassen-1999"):
        edition("kommunkompassen-1999")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("SAMSPEL MELLAN FÖRTROENDEVALDA OCH MEDBORGARE", 1),
        ("Kommun  som samhällsbyggare", 2),
        ("Offentlighet och demokrati", 1),
        ("Chef- och ledarskap samt medarbetarskap", 8),
        ("Arbetsmiljö", None),
        ("", None),
    ],
)
def test_match_area(text: str, number: int | None) -> None:
    found = edition("kommunkompassen-2020").match_area(text)
    assert (found.number if found else None) == number


def test_area_names_without_aliases_tell_editions_apart() -> None:
    new, old = edition("kommunkompassen-2020"), edition("kommunkompassen-2010")
    assert new.match_area("Offentlighet och demokrati", aliases=False) is None
    seventh = old.match_area("Ständiga förbättringar")
    assert seventh is not None and seventh.number == 7
    middle = edition("kommunkompassen-2016")
    assert middle.match_area("Verksamhetsutveckling", aliases=False) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Kommunens information till medborgare", "1.2"),
        ("Strategi för hållbar utveckling", "2.1"),
        ("Strategi för demokrati och information", "1.1"),
        ("CIVILSAMHÄLLE, näringsliv och kultur", "2.4"),
        ("Samverkan för ökad effektivitet", "4.5"),
        ("Chefers uppdrag och förutsättningar", "8.2"),
        ("Kommunens ekonomi", None),
    ],
)
def test_match_subarea(text: str, code: str | None) -> None:
    subareas = [s for a in edition("kommunkompassen-2020").areas for s in a.subareas]
    found = subarea_names(subareas).match(text)
    assert (found.code if found else None) == code
