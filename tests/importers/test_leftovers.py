"""What became no item is told with its text and its places."""

from __future__ import annotations

import pytest

from tracker.importers.leftovers import beside_points, judged_columns, left_over, page_furniture
from tracker.importers.lines import Box, Line

TOP, BOTTOM = Box(0.1, 0.02, 0.9, 0.05), Box(0.1, 0.95, 0.9, 0.98)


def running(text: str, *pages: int | None, box: Box | None = BOTTOM) -> list[Line]:
    return [Line(text, 10 + n, page, box=box) for n, page in enumerate(pages)]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (running("Fot", 7, 14, 20), ["Sidfoten på sidorna 7, 14, 20 lästes inte som text: ”Fot”"]),
        (running("Fot", 7, 7), ["Sidfoten på sidan 7 lästes inte som text: ”Fot”"]),
        (running("Huvud", 2, 3, box=TOP),
         ["Sidhuvudet på sidorna 2, 3 lästes inte som text: ”Huvud”"]),
        (running("Rad", None, None, box=None),
         ["Raderna 10, 11 lästes inte som text, utan som sidhuvud eller sidfot: ”Rad”"]),
        ([*running("Fot 1", 1), *running("Huvud", 1, box=TOP), *running("Fot 2", 2)],
         ["Sidfoten på sidorna 1, 2 lästes inte som text: ”Fot 1”",
          "Sidhuvudet på sidan 1 lästes inte som text: ”Huvud”"]),
        ([], []),
    ],
)  # fmt: skip
def test_each_running_text_is_told_once(lines: list[Line], told: list[str]) -> None:
    assert [one.message for one in page_furniture(lines)] == told


def test_of_many_places_the_first_are_listed() -> None:
    (told,) = page_furniture(running("Fot", *range(1, 41)))
    assert "11, 12 … lästes" in told.message


@pytest.mark.parametrize(("page", "place"), [(4, "sida 4"), (None, "rad 9")])
def test_text_without_item_is_quoted_with_its_place(page: int | None, place: str) -> None:
    heading, lines = Line("Styrkor", 9, page), [Line("Ett", 10, page), Line("Två", 11, page)]
    (told,) = left_over(lines, heading)
    assert told.where == "line 10"
    assert f"”Styrkor” ({place})" in told.message and "”Ett”; ”Två”" in told.message
    assert place in judged_columns(2, heading).message
    assert place in judged_columns(None, heading).message


def test_cells_beside_points_are_told_page_by_page() -> None:
    told = beside_points([Line("a", 1, 1), Line("b", 2, 2), Line("c", 3, 1)])
    assert [one.params["quoted"] for one in told] == ["”a”; ”c”", "”b”"]
