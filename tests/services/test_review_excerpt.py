"""The part of a report that is laid beside a draft."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tracker.importers.draft import AreaDraft, SubAreaDraft
from tracker.importers.lines import Box, Line
from tracker.services.review.excerpt import LINES_SHOWN, Excerpt, excerpt, place_of, scores_at
from tracker.services.review.work import Item, ItemKind

LEFT, RIGHT = (0.1, 0.4), (0.5, 0.9)


def boxed(number: int, page: int, column: tuple[float, float], top: float) -> Line:
    box = Box(column[0], top, column[1], top + 0.02)
    return Line(f"rad {number}", number, page=page, box=box)


# Page 1 has a heading, page 2 two columns (a strength on two lines, a point on one), page 3 a rest.
PAGES = (
    boxed(1, 1, LEFT, 0.1),
    boxed(2, 2, LEFT, 0.1),
    boxed(3, 2, LEFT, 0.13),
    boxed(4, 2, RIGHT, 0.1),
    boxed(5, 3, LEFT, 0.1),
)
STRENGTH = Item(1, ItemKind.STRENGTH, 1, "Styrka", page=2, line=2, lines=(2, 3))
POINT = Item(2, ItemKind.POINT, 1, "Punkt", page=2, line=4, lines=(4,))
ITEMS = (STRENGTH, POINT)
TEXT = tuple(Line(f"rad {number}", number) for number in range(1, 201))


def shown(**options: object) -> Excerpt:
    found = excerpt(PAGES, ITEMS, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ({"page": 3}, 3),
        ({"page": 99}, 3),
        ({"page": -4}, 1),
        ({"line": 4}, 2),
        ({"line": 99}, 3),
        ({"chosen": 2}, 2),
        ({"chosen": 2, "page": 1}, 1),
        ({"near": (POINT,)}, 2),
        ({"chosen": 77}, 1),
        ({}, 1),
    ],
)
def test_which_page(asked: dict[str, object], page: int) -> None:
    assert shown(**asked).at == page


@pytest.mark.parametrize(("page", "ways"), [(1, (None, 2)), (2, (1, 3)), (3, (2, None))])
def test_the_ways_on(page: int, ways: tuple[int | None, int | None]) -> None:
    found = shown(page=page)
    assert (found.earlier, found.later, found.last) == (*ways, 3)


def test_lines_of_an_item_in_one_column_are_one_mark() -> None:
    found = shown(page=2, chosen=1)
    point, strength = found.marks
    assert (strength.item_id, strength.kind, strength.chosen) == (1, "strength", True)
    assert (point.item_id, point.kind, point.chosen) == (2, "point", False)
    assert strength.box.top == pytest.approx(0.097)
    assert strength.box.bottom == pytest.approx(0.153)
    assert (strength.box.left, point.box.right) == (pytest.approx(0.097), pytest.approx(0.903))


def test_an_item_in_two_columns_is_two_marks() -> None:
    wide = replace(STRENGTH, lines=(2, 4))
    found = excerpt(PAGES, [wide], page=2)
    assert found is not None
    assert [mark.box.left for mark in found.marks] == pytest.approx([0.097, 0.497])


def test_a_mark_stays_on_its_page() -> None:
    edge = replace(PAGES[0], box=Box(0.0, 0.0, 1.0, 1.0))
    found = excerpt([edge], [replace(POINT, lines=(1,))])
    assert found is not None
    assert found.marks[0].box == Box(0.0, 0.0, 1.0, 1.0)


def test_what_is_left_out_is_marked_only_when_it_is_looked_at() -> None:
    gone = replace(POINT, dropped="Rubrik")
    for chosen, marked in ((None, []), (2, [2])):
        found = excerpt(PAGES, [gone], page=2, chosen=chosen)
        assert found is not None
        assert [mark.item_id for mark in found.marks] == marked


def test_lines_without_pages_come_from_a_little_above() -> None:
    point = Item(1, ItemKind.POINT, 1, "Punkt", line=100, lines=(100, 101))
    found = excerpt(TEXT, [point], chosen=1)
    assert found is not None
    assert (found.paged, found.at, found.last) == (False, 94, 200)
    assert [one.line.number for one in found.lines if one.chosen] == [100, 101]
    assert (found.earlier, found.later) == (94 - LINES_SHOWN, 94 + LINES_SHOWN)


@pytest.mark.parametrize(
    ("line", "at", "earlier", "later"),
    [
        (1, 1, None, 61),
        (30, 30, 1, 90),
        (180, 180, 120, None),
        (999, 200, 140, None),
        (-1, 1, None, 61),
    ],
)
def test_from_a_line_on(line: int, at: int, earlier: int | None, later: int | None) -> None:
    found = excerpt(TEXT, [], line=line)
    assert found is not None
    assert (found.at, found.earlier, found.later) == (at, earlier, later)


def test_a_number_that_stands_twice_has_one_anchor() -> None:
    twice = [Line("a", 7), Line("b", 7), Line("c", 8)]
    found = excerpt(twice, [])
    assert found is not None
    assert [one.anchor for one in found.lines] == [True, False, True]


def test_no_lines_no_excerpt() -> None:
    assert excerpt([], ITEMS) is None


AREA = AreaDraft(
    1, "Ett", subareas=(SubAreaDraft("1.1", "Strategi"), SubAreaDraft("1.2", "Dialog"))
)


@pytest.mark.parametrize(
    ("texts", "page"),
    [
        ([("Strategi", 2), ("Dialog", 3), ("Strategi 5 10", 9), ("Dialog 7 20", 9)], 9),
        ([("Strategi", 4)], 4),
        ([("Om annat", 1)], None),
    ],
)
def test_where_the_scores_stand(texts: list[tuple[str, int]], page: int | None) -> None:
    lines = [Line(text, number, page=at) for number, (text, at) in enumerate(texts, 1)]
    assert scores_at(lines, AREA) == page


def test_where_the_scores_stand_in_a_text() -> None:
    table = [Line("1.1 STRATEGI 5 10", 201), Line("1.2 Dialog 7 20", 202)]
    assert scores_at([*TEXT, *table], AREA) == 181


def test_the_place_of_an_item() -> None:
    assert place_of(STRENGTH, paged=True) == 2
    assert place_of(STRENGTH, paged=False) == 2
    assert place_of(replace(STRENGTH, line=None), paged=False) == 2
    assert place_of(Item(9, ItemKind.POINT, 1, "Ny"), paged=False) is None
