"""What people said of two evaluations holds over those that come after."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from tests.helpers import between as pieces
from tests.helpers.cast import NOW, Cast
from tests.helpers.second import add_evaluation
from tracker.domain.corrections import Row
from tracker.domain.crosswalk import Match, SubAreaLink
from tracker.domain.suggestions import Sign
from tracker.extensions import db
from tracker.models import Evaluation, SubArea
from tracker.services.comparisons.comparing import compare_evaluations
from tracker.services.crosswalks import correcting
from tracker.services.crosswalks.loading import between
from tracker.services.crosswalks.reading import by_way_of, corrected

NEW = "kommunkompassen-2020"
SPLIT, MERGED = Match.SPLIT, Match.MERGED


@pytest.fixture
def before(cast: Cast) -> Evaluation:
    return pieces.earlier(cast)


@pytest.fixture
def after(cast: Cast) -> Evaluation:
    """The third: 1.6 has come to area 1, and 2.2 has another name."""
    found = add_evaluation(cast.municipality, date(2027, 1, 1), {1: (14, 16), 2: (20, 9)})
    first, second = found.score_sets[0].areas
    first.subareas.append(SubArea(code="1.6", name="En helt annan sak", score=9, max=30))
    second.subareas[1].name = "Något annat"
    db.session.commit()
    return found


def tell(cast: Cast, before: Evaluation, after: Evaluation, *told: Row) -> None:
    there = between(before.id, after.id, None, by=cast.director)
    rows = {**there.paired.rows, **{row.code: row for row in told}}
    correcting.save(
        before.id, after.id, None, list(rows.values()), there.seen, by=cast.director, now=NOW
    )


def tell_split(cast: Cast, after: Evaluation) -> None:
    tell(cast, cast.evaluation, after, Row("1.2", ("1.2", "1.6"), SPLIT))


def told(cast: Cast, before: Evaluation, after: Evaluation) -> dict[str, str]:
    shown = compare_evaluations(before.id, after.id, by=cast.member)
    return {
        f"{row.before.code if row.before else ''}>{row.after.code if row.after else ''}": (
            row.match.value
        )
        for row in shown.result.subareas
    }


def test_a_correction_carries(
    any_app: Flask, cast: Cast, before: Evaluation, after: Evaluation
) -> None:
    assert corrected(before.id, NEW, after.id, NEW) == ()
    assert told(cast, before, after)[">1.6"] == "new"
    tell_split(cast, after)
    assert told(cast, before, after) == {
        "1.1>1.1": "same", "1.2>1.2": "split", "1.2>1.6": "split",
        "2.1>2.1": "same", "2.2>2.2": "revised",
    }  # fmt: skip
    back = corrected(after.id, NEW, before.id, NEW)
    assert SubAreaLink("1.6", "1.2", MERGED) in back


def test_the_page_says_so_and_is_sure_of_it(
    cast: Cast, before: Evaluation, after: Evaluation
) -> None:
    seen = between(before.id, after.id, None, by=cast.director).seen
    tell_split(cast, after)
    there = between(before.id, after.id, None, by=cast.director)
    assert there.seen != seen, "the suggestion is another one"
    rows = {shown.sub.code: shown for part in there.paired.sections for shown in part.rows}
    assert (rows["1.2"].sign, rows["1.2"].told) == (Sign.BETWEEN, False)
    assert rows["1.2"].suggested == Row("1.2", ("1.2", "1.6"), SPLIT)
    assert rows["1.1"].sign is Sign.CODE_AND_NAME
    assert there.paired.unsure_codes == {"2.2"}, "what nobody has said of it stays unsure"


def test_the_pairs_own_word_goes_before_row_by_row(
    cast: Cast, before: Evaluation, after: Evaluation
) -> None:
    tell_split(cast, after)
    tell(cast, before, after, Row("2.2", (), Match.DROPPED))
    assert told(cast, before, after) == {
        "1.1>1.1": "same", "1.2>1.2": "split", "1.2>1.6": "split",
        "2.1>2.1": "same", "2.2>": "dropped", ">2.2": "new",
    }  # fmt: skip
    tell(cast, before, after, Row("1.2", ("1.2",), Match.REVISED))
    assert told(cast, before, after)[">1.6"] == "new"


def test_back_to_the_suggestion_is_back_to_the_way_in_between(
    cast: Cast, before: Evaluation, after: Evaluation
) -> None:
    tell_split(cast, after)
    tell(cast, before, after, Row("1.2", ("1.2",), Match.REVISED))
    there = between(before.id, after.id, None, by=cast.director)
    lost = correcting.undone_by_reset(there)
    assert lost["1.2"] == [[["1.2", "revised"]], [["1.2", "split"], ["1.6", "split"]]]
    correcting.reset(before.id, after.id, None, there.seen, by=cast.director, now=NOW)
    assert told(cast, before, after)["1.2>1.6"] == "split"


def test_over_two_in_between_as_far_as_people_have_said(
    cast: Cast, before: Evaluation, after: Evaluation
) -> None:
    """Said of the first and the third, it goes before what was said of the second and the third."""
    last = add_evaluation(cast.municipality, date(2028, 1, 1), {1: (14, 16), 2: (20, 9)})
    tell_split(cast, after)
    own = Row("1.1", ("1.1", "1.6"), SPLIT), Row("1.2", ("1.2",), Match.SAME)
    tell(cast, before, after, *own)
    assert told(cast, before, last)["1.1>1.1"] == "revised", "a part of it, 1.6, is gone"
    assert told(cast, before, last)["1.2>1.2"] == "same"


def test_never_over_another_municipality_or_edition_or_what_contradicts_itself(
    cast: Cast, before: Evaluation, after: Evaluation
) -> None:
    tell_split(cast, after)
    other = "kommunkompassen-2010"
    assert by_way_of(before.id, other, after.id, NEW) == ()
    assert by_way_of(before.id, NEW, 4711, NEW) == by_way_of(before.id, NEW, before.id, NEW) == ()
    assert by_way_of(before.id, NEW, cast.evaluation.id, NEW) == (), "none lies in between"
    area = cast.evaluation.score_sets[0].areas[1]
    area.subareas.append(SubArea(code="1.1", name="Igen", score=1, max=30))
    db.session.commit()
    assert by_way_of(before.id, NEW, after.id, NEW) == ()


def test_few_queries_however_many_lie_between(
    cast: Cast, before: Evaluation, after: Evaluation, count_queries: Any
) -> None:
    tell_split(cast, after)
    numbers = []
    for year in (2017, 2013):
        ids = add_evaluation(cast.municipality, date(year, 1, 1), {1: (5, 6)}).id, after.id
        with count_queries() as counted:
            assert corrected(ids[0], NEW, ids[1], NEW)
        numbers.append(counted.number)
    assert numbers == [4, 4]
