"""From how many percentage points on a sub-area counts as risen."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.helpers import between as pieces
from tests.helpers.cast import NOW, Cast
from tests.helpers.together import person, together
from tracker.domain.errors import Conflict, Forbidden, RuleBroken
from tracker.extensions import db
from tracker.models import EffectSettings
from tracker.services import journal
from tracker.services.crosswalks.preview import would_change
from tracker.services.thresholds import ONLY, set_threshold, standing, threshold


def test_the_default_until_somebody_has_set_it(any_app: Flask, cast: Cast) -> None:
    assert standing() == (5.0, 0)
    assert set_threshold(5.0, by=cast.admin, now=NOW, seen=0) is False
    assert db.session.get(EffectSettings, ONLY) is None
    assert set_threshold(7.5, by=cast.admin, now=NOW, seen=0)
    assert standing() == (7.5, 1)
    assert set_threshold(0, by=cast.director, now=NOW, seen=1)
    assert (threshold(), standing()[1]) == (0.0, 2)
    entries = journal.history("effect_settings", ONLY)
    assert [entry.data["threshold"] for entry in entries] == [["7,5", "0"], ["5", "7,5"]]


@pytest.mark.parametrize("value", [None, -0.1, 50.1, 5.25, 1e9, float("nan"), float("inf")])
def test_what_is_no_threshold(cast: Cast, value: float | None) -> None:
    with pytest.raises(RuleBroken, match="0 till 50"):
        set_threshold(value, by=cast.admin, now=NOW, seen=0)


@pytest.mark.parametrize("first", [False, True])
def test_two_at_once(any_app: Flask, cast: Cast, first: bool) -> None:
    if first:
        set_threshold(1, by=cast.admin, now=NOW, seen=0)
    who, seen = cast.admin.id, standing()[1]
    answers = together(
        any_app,
        lambda: set_threshold(7, by=person(who), now=NOW, seen=seen),
        lambda: set_threshold(8, by=person(who), now=NOW, seen=seen),
    )
    assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True]
    assert standing()[1] == seen + 1


def test_only_who_may(cast: Cast) -> None:
    for who in (cast.unit_director, cast.owner, cast.member):
        with pytest.raises(Forbidden):
            set_threshold(7, by=who, now=NOW, seen=0)
        with pytest.raises(Forbidden):
            would_change(7, by=who)


def test_what_would_change(cast: Cast) -> None:
    assert would_change(10, by=cast.admin) is None
    pieces.earlier(cast)  # two sub-areas rose by 20 percentage points, two stood still
    assert would_change(10, by=cast.admin) == ((), 4)
    turns, compared = would_change(20, by=cast.admin) or ((), 0)
    assert ([turn.risen for turn in turns], compared) == ([False, False], 4), "more than it"
    assert [turn.names[0][:3] for turn in turns] == ["1.1", "1.2"]
    assert {turn.change for turn in turns} == {20.0}
    assert threshold() == 5.0
