"""The page where the points under one more edition are added, and removed again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import between as pieces
from tests.helpers.cast import Cast
from tests.helpers.visitor import Visits
from tracker.extensions import db
from tracker.models import ScoreSet
from tracker.services.score_sets import added_sets

HOSTILE = ["😀", "=1+1", "-1", "1e3", "5,5", "²", str(2**40), "0" * 10_000, "\u202e12"]
AREAS: dict[str, Any] = {f"area_{number}": "40" for number in range(1, 9)}


def path_of(cast: Cast, edition: str = pieces.OLD) -> str:
    return f"/evaluations/{cast.evaluation.id}/scores?edition={edition}"


def test_the_edition_first_then_its_points(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    page = visitor.get(f"/evaluations/{cast.evaluation.id}")
    page = visitor.get(page.links["Lägg till poäng enligt en version till"])
    page = visitor.get(page.links["Kommunkompassen 2010"])
    assert "7 Verksamhetsutveckling" in page.text
    typed = "1.1; Öppen nämnd; 0; 40\n\n1.2\tDialog\t40\t60\n1.3;Utan poäng;–;10"
    page = visitor.submit(page.form, **AREAS, total="321", subareas=typed)
    assert "Områdena summerar inte till den totalpoäng som du skrev." in page.text
    assert "poängsatt enligt flera versioner" in page.text
    assert "områdena summerar till 320" in page.text
    assert "Berätta öppet hur synpunkter har påverkat besluten." in page.text
    (added,) = added_sets(cast.evaluation.id)
    told = [(sub.code, sub.name, sub.score, sub.max) for sub in added.areas[0].subareas]
    assert told == [
        ("1.1", "Öppen nämnd", 0, 40),
        ("1.2", "Dialog", 40, 60),
        ("1.3", "Utan poäng", None, 10),
    ]


def test_what_is_wrong_stands_where_it_is_and_nothing_is_lost(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = visitor.get(path_of(cast)).form
    page = visitor.submit(form, status=422, **{**AREAS, "area_3": "101"}, subareas="1.1; A; 9; 5")
    assert "Område 3 kan ha 0 till 100 poäng." in page.text
    assert "Rad 1: Delområde 1.1 kan ha 0 till 5 poäng." in page.text
    assert page.form.fields["area_3"] == "101"
    assert str(page.form.fields["subareas"]).strip() == "1.1; A; 9; 5"
    page = visitor.submit(form, status=422, **AREAS, subareas="\n1.1; A; 9; 10\nbara text")
    assert "Rad 3 går inte att läsa" in page.text
    assert "minst ett huvudområde" in visitor.submit(form, status=422).text


def test_hostile(cast: Cast, visit: Visits, subtests: pytest.Subtests) -> None:
    visitor = visit(cast.director)
    form = visitor.get(path_of(cast)).form
    for field in ("area_1", "total", "subareas"):
        for typed in HOSTILE:
            with subtests.test(typed=typed, field=field):
                visitor.submit(form, status=422, **{**AREAS, field: typed})
                assert added_sets(cast.evaluation.id) == []


def test_a_list_that_is_too_long(cast: Cast, visit: Visits) -> None:
    visitor = visit(cast.director)
    form = visitor.get(path_of(cast)).form
    page = visitor.submit(form, status=422, **AREAS, subareas="1.1; A; 9; 10\n" * 2000)
    assert "för lång" in page.text


def test_an_edition_that_is_there_or_unknown(
    cast: Cast, visit: Visits, subtests: pytest.Subtests
) -> None:
    visitor = visit(cast.director)
    form = visitor.get(path_of(cast)).form
    for edition in ("kommunkompassen-2020", "", "x"):
        with subtests.test(edition=edition):
            page = visitor.post(path_of(cast, edition), {**form.fields, **AREAS}, status=422)
            assert "Vilken version gäller poängen?" in page.text
            assert page.forms[-1].fields["area_1"] == "40"


def test_removed_after_a_yes(cast: Cast, visit: Visits) -> None:
    pieces.more_scores(cast)
    visitor = visit(cast.director)
    page = visitor.get(f"/evaluations/{cast.evaluation.id}")
    page = visitor.get(page.links["Ta bort poängen enligt Kommunkompassen 2010"])
    assert "8 områdespoäng och 2 delområden tas bort" in page.text
    assert len(added_sets(cast.evaluation.id)) == 1
    page = visitor.submit(page.form)
    assert "Poängen enligt Kommunkompassen 2010 är borttagna." in page.text
    assert db.session.query(ScoreSet).count() == 1
    for edition in ("kommunkompassen-2020", "x"):
        visitor.get(f"/evaluations/{cast.evaluation.id}/scores/{edition}/remove", status=404)


def test_every_edition_taken(cast: Cast, visit: Visits) -> None:
    for edition in (pieces.OLD, "kommunkompassen-2016"):
        pieces.more_scores(cast, edition)
    page = visit(cast.director).get(f"/evaluations/{cast.evaluation.id}/scores")
    assert "redan poäng enligt alla versioner" in page.text


def test_those_who_only_read_see_them(cast: Cast, visit: Visits) -> None:
    pieces.more_scores(cast)
    page = visit(cast.member).get(f"/evaluations/{cast.evaluation.id}")
    assert "320 av 800 poäng." in page.text
    assert not [label for label in page.links if "poäng enligt" in label]
