"""Why two sub-areas are proposed as a pair, and where one may have been split or merged."""

from __future__ import annotations

import pytest

from tracker.domain.crosswalk import Match, crosswalk_between
from tracker.domain.pairing import (
    AreaScore,
    ScoredEvaluation,
    SubAreaScore,
    pair_subareas,
    spelled_alike,
    way_between,
)
from tracker.domain.suggestions import Hint, Sign, hints, sign_of

NEW = "kommunkompassen-2020"
Sub = tuple[str, str, int | None]


def scored(
    *subs: Sub, edition: str = NEW, area: int = 3, name: str = "Styrning"
) -> ScoredEvaluation:
    """One area with sub-areas of (code, name, max)."""
    parts = tuple(SubAreaScore(code, title, 10, most) for code, title, most in subs)
    return ScoredEvaluation(edition, edition, (AreaScore(area, name, 10, 100, parts),))


def told(one: str, other: str) -> bool:
    """Knows one alias beside spelling."""
    return spelled_alike(one, other) or {one, other} == {"Inflytande", "Medborgardialog"}


@pytest.mark.parametrize(
    ("before", "after", "sign"),
    [
        (
            ("3.1", "Strategisk styrning", 30),
            ("3.1", "strategisk STYRNING", 40),
            Sign.CODE_AND_NAME,
        ),
        (("3.1", "Strategisk styrning", 30), ("3.4", "Strategisk styrning", 30), Sign.NAME),
        (("3.1", "Inflytande", 30), ("3.1", "Medborgardialog", 30), Sign.ALIAS),
        (("3.1", "Strategisk styrning", 30), ("3.1", "Uppföljning", 30), Sign.CODE),
        (("3.1", "Strategisk styrning", 30), ("3.9", "Uppföljning", 30), Sign.NOTHING),
    ],
)
def test_what_a_pair_rests_on(before: Sub, after: Sub, sign: Sign) -> None:
    pairs = pair_subareas(scored(before), scored(after), crosswalk_between(NEW, NEW), told)
    assert sign_of(pairs[0], told) is sign
    assert sign.label


def found(before: ScoredEvaluation, after: ScoredEvaluation) -> tuple[Hint, ...]:
    way, _guessed = way_between(before, after)
    pairs = pair_subareas(before, after, way, spelled_alike)
    return hints(before, after, way, pairs, spelled_alike)


WHOLE = ("3.2", "Politisk styrning och uppföljning", 40)


@pytest.mark.parametrize(
    ("parts", "adds_up"),
    [
        # The name's words stand divided over the two.
        ([("3.2", "Politisk styrning", 30), ("3.5", "Uppföljningen", 30)], False),
        # Each has a word of the whole, and max adds up.
        ([("3.2", "Styrning", 20), ("3.5", "Politiska mål", 20)], True),
        ([("3.4", "Uppföljning av mål", 25), ("3.5", "Styrningen", 15)], True),
    ],
)
def test_a_split_is_hinted_at(parts: list[Sub], adds_up: bool) -> None:
    (hint,) = found(scored(WHOLE), scored(*parts))
    assert (hint.match, hint.whole.code, hint.adds_up) == (Match.SPLIT, "3.2", adds_up)
    assert [part.code for part in hint.parts] == [code for code, _name, _max in parts]
    (back,) = found(scored(*parts), scored(WHOLE))
    assert (back.match, back.whole.code) == (Match.MERGED, "3.2")


@pytest.mark.parametrize(
    "parts",
    [
        [("3.2", "Styrning", 20), ("3.5", "Upphandling", 20)],  # one speaks of something else
        [("3.2", "Styrning", 20), ("3.5", "Politiska mål", 30)],  # max does not add up
        [("3.2", "Styrning", None), ("3.5", "Politiska mål", None)],
        [WHOLE, ("3.5", "Politisk uppföljning", 10), ("3.6", "Styrning", 10)],  # has its partner
        [("3.2", "Och i av", 20), ("3.5", "Kommunen inom", 20)],  # words that say nothing
        [],
    ],
)
def test_what_gives_no_hint(parts: list[Sub]) -> None:
    assert found(scored(WHOLE), scored(*parts)) == ()


def test_a_part_with_a_partner_of_its_own_is_no_part() -> None:
    before = scored(WHOLE, ("3.3", "Uppföljning", 20))
    after = scored(("3.2", "Politisk styrning", 20), ("3.3", "Uppföljning", 20))
    assert found(before, after) == ()


def test_a_part_that_only_shares_a_code_may_be_one() -> None:
    before = scored(WHOLE, ("3.5", "Upphandling", 20))
    after = scored(("3.2", "Politisk styrning", 20), ("3.5", "Uppföljning", 20))
    (hint,) = found(before, after)
    assert (hint.whole.code, [part.code for part in hint.parts]) == ("3.2", ["3.2", "3.5"])


def test_unknown_editions_go_by_the_names_of_areas() -> None:
    way, guessed = way_between(scored(WHOLE, edition="lokal"), scored(WHOLE))
    assert guessed
    assert [(link.before, link.after, link.match) for link in way.areas] == [(3, 3, Match.REVISED)]
    way, guessed = way_between(scored(WHOLE, edition="lokal", name="Annat"), scored(WHOLE))
    assert (way.areas, guessed) == ((), True)
    assert way_between(scored(WHOLE), scored(WHOLE))[1] is False
