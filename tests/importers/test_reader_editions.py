"""Reports of the older editions, and reports that mix the names of two."""

from __future__ import annotations

import pytest

from tests.importers.granvik import (
    POINTS,
    STRENGTHS,
    Style,
    area_name,
    area_score,
    granvik,
    scores,
)
from tests.importers.test_reader import points, read, strengths
from tracker.domain.editions import edition

OLD, MIDDLE, NEW = "kommunkompassen-2010", "kommunkompassen-2016", "kommunkompassen-2020"
OPENING = "Utvärderingen av Granviks kommun genomfördes i oktober år {} och var kommunens första."


def style_of(key: str, year: int, **more: object) -> Style:
    return Style(edition=key, opening=OPENING.format(year), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("key", "year"), [(OLD, 2012), (MIDDLE, 2017)])
@pytest.mark.parametrize(
    "heading",
    [lambda n, name: f"Område {n} {name}", lambda n, name: f"{n}. {name}",
     lambda n, name: f"Område {n}: {name.upper()}", lambda n, name: f"3.{n} {name}"],
)  # fmt: skip
def test_older_editions_are_read_in_full(key: str, year: int, heading: object) -> None:
    draft = read(granvik(style_of(key, year, heading=heading, width=40, bullet="• ")))
    assert draft.edition == key
    assert points(draft) == POINTS
    assert strengths(draft) == STRENGTHS
    found = {s.code: (s.name, s.score, s.max) for a in draft.areas for s in a.subareas}
    assert found == {row[0]: row[1:] for n in range(1, 9) for row in scores(n, key)}
    assert [a.score for a in draft.areas] == [area_score(n, key) for n in range(1, 9)]
    assert all(s.body for a in draft.areas for s in a.subareas)


def test_the_names_of_2016_tell_it_from_2010() -> None:
    for key in (OLD, MIDDLE):
        draft = read(granvik(style_of(key, 2018)))
        assert draft.edition == key
        assert draft.areas[6].name == area_name(7, Style(edition=key))


@pytest.mark.parametrize(
    ("extra", "key"),
    [
        ("Rapporten följer Kommunkompassen 2016.", MIDDLE),
        ("Kommunkompassen reviderades 2010.", OLD),
        ("Kommunkompassen reviderades år 2010 och 2016.", MIDDLE),
        ("", OLD),
    ],
)
def test_a_stated_revision_settles_names_that_two_editions_share(extra: str, key: str) -> None:
    blocks = "".join(
        f"{n}. {area_name(n, Style(edition=OLD))}\n\nFörbättringsområden\n\n- Mer mod\n\n"
        for n in (1, 2, 3, 4, 5, 6, 8)
    )
    assert read(f"Om Granvik\n\n{extra}\n\n{blocks}").edition == key


def test_a_later_report_may_list_the_earlier_names() -> None:
    earlier = "\n".join(area.name for area in edition(OLD).areas)
    draft = read(granvik().replace("Område 1 ", f"Tidigare områden:\n\n{earlier}\n\nOmråde 1 ", 1))
    assert draft.edition == NEW
    assert points(draft) == POINTS


def test_an_area_may_be_called_by_its_name_of_2010() -> None:
    older = {1: "Offentlighet och demokrati", 2: "Kommunen som samhällsbyggare",
             3: "Politisk styrning och kontroll"}  # fmt: skip
    style = Style(name=older.get, heading=lambda n, name: f"{n}. {name}")
    draft = read(granvik(style))
    assert draft.edition == NEW
    assert points(draft) == POINTS
    assert draft.areas[0].name == edition(NEW).areas[0].name
