"""Which sub-areas a point is about."""

from __future__ import annotations

import pytest

from tests.importers.granvik import Style, granvik
from tests.importers.test_reader import read
from tracker.importers.suggest import Suggester

TEXTS = {
    "7.1": (["Strategier för ett hållbart arbetsliv"], "Policyn gäller alla. Den följs upp."),
    "7.2": (["Strategisk kompetensförsörjning"], "Lärlingar och studenter tas emot varje år."),
    "7.3": (["Arbetsmiljö"], "Sjukfrånvaron sjunker. Skyddsombuden deltar i ronderna."),
}


@pytest.mark.parametrize(
    ("point", "first"),
    [
        ("Plan för kompetensförsörjningen saknas", "7.2"),
        ("Ta emot fler lärlingar", "7.2"),
        ("Minska sjukfrånvaron", "7.3"),
        ("Arbetsmiljöronderna bör följas upp", "7.3"),
        ("Ett mer hållbart arbetsliv", "7.1"),
    ],
)
def test_words_of_name_and_text_point_to_the_sub_area(point: str, first: str) -> None:
    assert Suggester(TEXTS).suggest(point)[0] == first


@pytest.mark.parametrize("point", ["", "Utveckla arbetet", "Vattenkraft"])
def test_a_point_whose_words_say_nothing_gets_none(point: str) -> None:
    assert Suggester(TEXTS).suggest(point) == ()


def test_at_most_three_are_suggested_best_first() -> None:
    texts = {f"1.{n}": ([f"Dialog {n}"], "Dialogen förs.") for n in range(1, 6)}
    assert len(Suggester(texts).suggest("Dialogen bör stärkas")) == 3


def test_no_sub_areas_no_suggestions() -> None:
    assert Suggester({}).suggest("Minska sjukfrånvaron") == ()


def test_a_report_that_lists_no_sub_areas_gets_none() -> None:
    areas = "".join(
        f"{n}. {name}\n\nFörbättringsområden\n\n- Minska sjukfrånvaron\n\n"
        for n, name in ((4, "Effektivitet"), (6, "Kvalitetsutveckling"), (7, "Arbetsliv"))
    )
    draft = read(areas)
    assert draft.edition == "kommunkompassen-2020"
    assert [p.subareas for a in draft.areas for p in a.improvements] == [(), (), ()]


def test_suggestions_are_sub_areas_that_the_draft_has() -> None:
    for area in read(granvik(Style(tables=False))).areas:
        codes = {s.code for s in area.subareas}
        assert all(set(p.subareas) <= codes for p in area.improvements)
