"""Sub-areas that are compared as one, and pairs that nobody has looked at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers.cast import NOW, Cast
from tests.helpers.effects import Told, two_evaluations
from tracker.domain.crosswalk import Match
from tracker.domain.scores import SubAreaScore
from tracker.extensions import db
from tracker.models import Crosswalk, CrosswalkLink
from tracker.services.comparisons.comparing import ComparisonShown, compare_evaluations
from tracker.services.comparisons.unsure import unsure_pairs
from tracker.services.comparisons.wholes import Whole, all_same, wholes, wholes_of


@pytest.fixture
def told(cast: Cast) -> Told:
    return two_evaluations(cast)


def say(told: Told, *links: tuple[str | None, str | None, Match]) -> None:
    db.session.add(
        Crosswalk(
            before=told.before,
            after=told.after,
            before_edition="kommunkompassen-2020",
            after_edition="kommunkompassen-2020",
            corrected_at=NOW,
            links=[
                CrosswalkLink(before_code=one, after_code=other, match=match)
                for one, other, match in links
            ],
        )
    )
    db.session.commit()


def shown(cast: Cast, told: Told) -> ComparisonShown:
    return compare_evaluations(told.before.id, told.after.id, by=cast.director)


def numbers(one: SubAreaScore | None) -> tuple[int | None, int | None] | None:
    return None if one is None else (one.score, one.max)


def split(told: Told) -> None:
    say(
        told,
        ("1.1", "1.1", Match.SPLIT),
        ("1.1", "1.2", Match.SPLIT),
        ("1.2", None, Match.DROPPED),
    )


def test_a_split_is_one_row_with_its_sum(cast: Cast, told: Told) -> None:
    split(told)
    compared = shown(cast, told)
    first, dropped, *rest = wholes_of(compared, compared.parts[0])
    assert [sub.code for sub in first.named] == ["1.1", "1.2"]
    assert (numbers(first.before), numbers(first.after)) == ((9, 30), (26, 60))
    assert first.matches == (Match.SPLIT,)
    assert first.change_points is None
    assert first.change_percent_of_max == 13.3  # 26 of 60 less 9 of 30
    assert first.end == pytest.approx(26 / 60 * 100)
    assert ([sub.code for sub in dropped.named], dropped.after) == (["1.2"], None)
    assert [len(one.rows) for one in rest] == [1, 1]
    assert not all_same(compared)


def test_what_lies_in_two_areas_is_whole_in_each(cast: Cast, told: Told) -> None:
    say(told, ("1.1", "1.1", Match.MERGED), ("2.1", "1.1", Match.MERGED))
    compared = shown(cast, told)
    here, there = (wholes_of(compared, part)[0] for part in compared.parts[:2])
    assert here == there
    assert [sub.code for sub in here.befores] == ["1.1", "2.1"]


@pytest.mark.parametrize(("score", "most"), [(None, 30), (31, 30), (5, None)])
def test_no_sum_of_what_is_not_known(
    cast: Cast, told: Told, score: int | None, most: int | None
) -> None:
    split(told)
    odd = told.after.score_sets[0].areas[0].subareas[1]
    odd.score, odd.max = score, most
    db.session.commit()
    compared = shown(cast, told)
    first = wholes_of(compared, compared.parts[0])[0]
    assert numbers(first.after) == (None, None)
    assert (first.change_percent_of_max, first.start, first.end) == (None, None, None)


def test_each_row_is_in_one_whole(cast: Cast, told: Told) -> None:
    compared = shown(cast, told)
    found = wholes(compared.result.subareas)
    assert [row for whole in found for row in whole.rows] == list(compared.result.subareas)
    assert all(isinstance(whole, Whole) and whole.change_points is not None for whole in found)
    assert all_same(compared)


def test_a_pair_by_its_code_alone_is_unsure_until_somebody_says(
    cast: Cast, told: Told, count_queries: Callable[[], Any]
) -> None:
    compared = shown(cast, told)
    with count_queries() as counted:
        assert unsure_pairs(compared) == 0
    assert counted.number <= 2
    told.after.score_sets[0].areas[0].subareas[0].name = "Något helt annat"
    db.session.commit()
    compared = shown(cast, told)
    turned = compare_evaluations(told.after.id, told.before.id, by=cast.director)
    assert unsure_pairs(compared) > 0
    assert unsure_pairs(turned) == unsure_pairs(compared)
    say(told, ("1.1", "1.1", Match.REVISED))
    assert unsure_pairs(shown(cast, told)) == 0
