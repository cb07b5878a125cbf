"""Which points come again: what is found, what is not, where the limits are, and how long it takes.

Every sentence here is made up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.ancestry import (
    ALSO_FROM,
    LEAST,
    REPEATED_FROM,
    Ancestry,
    Point,
    Proposal,
    Why,
    alike,
    proposals,
    shared_words,
    stem,
)
from tracker.importers import read_report
from tracker.services.demo import loading

NEW, REPEATED, CHANGED = Ancestry.NEW, Ancestry.REPEATED, Ancestry.CHANGED


def one(number: int, text: str, place: str = "3.2", named: str = "") -> Point:
    """A point of a sub-area; of an area alone ("3"), or of none ("")."""
    area = int(place.partition(".")[0]) if place else None
    return Point(number, area, text, frozenset([place] if "." in place else []), named)


def told(old: str, new: str, was: str = "3.2", now: str = "3.2", named: str = "") -> Proposal:
    """What a single point is proposed to be beside a single older one."""
    return proposals([one(1, old, was, named)], [one(9, new, now, named)])[9]


LIBRARY = "Öppna biblioteket på kvällar och helger i alla kommundelar."


@pytest.mark.parametrize(
    ("old", "new", "kind", "why"),
    [
        (LIBRARY, LIBRARY, REPEATED, Why.SAME_WORDS),
        (LIBRARY, f"  {LIBRARY.upper()} ", REPEATED, Why.SAME_WORDS),
        (LIBRARY, "Öppna biblioteken på kväll och helg i alla kommundelar", REPEATED, Why.SUBAREA),
        # The same matter in other words, endings and order
        (
            "Bygg ut cykelvägarna mellan skolorna och centrum.",
            "Cykelvägar saknas alltjämt mellan flera skolor och centrum.",
            REPEATED,
            Why.SUBAREA,
        ),
        (
            "Ta fram en energiplan för kommunens lokaler.",
            "Slutför energiplanen och låt den styra underhållet av lokalerna.",
            CHANGED,
            Why.SUBAREA,
        ),
        (
            "Inför en gemensam kundtjänst med öppet telefonnummer och chatt.",
            "Kundtjänsten når fortfarande inte dem som ringer på kvällen, trots chatt.",
            REPEATED,
            Why.SUBAREA,
        ),
        # Other matters of the same sub-area
        (LIBRARY, "Låt eleverna välja böcker till skolans läsfåtöljer.", NEW, None),
        ("Mät luftkvaliteten vid torget.", "Plantera träd längs Storgatan.", NEW, None),
        ("Utveckla det och gör det bättre.", "Utveckla det mer och gör allt bättre.", NEW, None),
        ("", "", NEW, None),
        ("😀😀", "😀😀", REPEATED, Why.SAME_WORDS),
    ],
)
def test_two_points_of_a_subarea(old: str, new: str, kind: Ancestry, why: Why | None) -> None:
    found = told(old, new)
    assert (found.kind, found.why) == (kind, why), found
    assert (found.old_id is None) == (kind is NEW)


def test_the_subareas_own_name_says_little() -> None:
    old, new = "Skriv en strategi för idrott och hälsa.", "Sprid strategin för idrott och hälsa."
    assert told(old, new).kind is not NEW
    assert told(old, new, named="Strategi för idrott och hälsa").kind is NEW


SAME_HALF = "Lägg ut sträckor, broar, kajer, parker och stigar på kartan."


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [("3.2", "3.2", True), ("3.2", "3.3", False), ("3", "3", False), ("3.2", "4.1", False)],
)
def test_the_farther_apart_the_more_alike(was: str, now: str, found: bool) -> None:
    new = "Lägg ut broar, kajer och bänkar, papperskorgar, lyktor på planscher."
    assert LEAST[Why.SUBAREA] <= alike(SAME_HALF, new) < LEAST[Why.AREA]
    assert (told(SAME_HALF, new, was, now).kind is not NEW) is found


def test_the_same_words_in_another_area() -> None:
    found = told(LIBRARY, LIBRARY, "3.2", "5.1")
    assert (found.kind, found.why, found.alike) == (REPEATED, Why.SAME_WORDS, 1.0)
    nearly = told(LIBRARY, "Öppna biblioteken på kvällar och helger i alla kommundelar", "", "5")
    assert (nearly.kind, nearly.why) == (REPEATED, Why.ELSEWHERE)


SAID = st.lists(
    st.tuples(st.sampled_from(["", "1.1", "1.2", "2"]), st.text(max_size=60)), max_size=8
)


def words_of(shared: int, of: int, side: str) -> str:
    """A text of so many words, the first of them shared with the other side."""
    own = [f"{side}{place}q" for place in range(of - shared)]
    return " ".join([*(f"gemensamt{place}q" for place in range(shared)), *own])


@pytest.mark.parametrize(
    ("shared", "of", "now", "kind"),
    [
        (31, 100, "3.2", CHANGED), (30, 100, "3.2", NEW),
        (50, 100, "3.3", CHANGED), (49, 100, "3.3", NEW),
        (80, 100, "4.1", REPEATED), (79, 100, "4.1", NEW),
        (60, 100, "3.2", REPEATED), (59, 100, "3.2", CHANGED),
        (2, 4, "3.2", CHANGED), (1, 2, "3.2", NEW), (1, 1, "3.2", REPEATED),
    ],
)  # fmt: skip
def test_the_limits(shared: int, of: int, now: str, kind: Ancestry) -> None:
    new = f"{words_of(shared, of, 'n')} {'och' if shared == of else ''}"
    found = told(words_of(shared, of, "g"), new, "3.2", now)
    assert found.kind is kind, found


@pytest.mark.parametrize(("shared", "kind"), [(24, REPEATED), (23, NEW)])
def test_a_point_that_says_it_still_stands_needs_less(shared: int, kind: Ancestry) -> None:
    old, new = words_of(shared, 100, "g"), f"{words_of(shared, 100, 'n')} fortfarande"
    assert told(old, new).kind is kind
    assert told(old, new, now="3.3").kind is NEW


class TestSeveral:
    def test_one_to_one_and_the_most_alike_first(self) -> None:
        old = [one(1, "Måla bänkarna gröna vid kajen."), one(2, "Måla staketen vid kajen röda.")]
        new = [one(11, "Måla staketen röda vid kajen"), one(12, "Måla bänkarna vid kajen gröna!")]
        assert {key: found.old_id for key, found in proposals(old, new).items()} == {11: 2, 12: 1}

    def test_two_that_answer_to_one(self) -> None:
        """An old point that was taken apart: the part that is most alike has it, the other is
        changed."""
        old = [one(1, "Måla bänkarna gröna och laga grindarna vid kajen.")]
        new = [one(11, "Måla bänkarna gröna vid kajen."), one(12, "Laga grindarna vid kajen.")]
        found = proposals(old, new)
        assert [found[11].old_id, found[12].old_id] == [1, 1]
        assert found[12].kind is CHANGED
        assert found[12].alike >= ALSO_FROM

    def test_a_third_that_is_less_alike_is_new(self) -> None:
        old = [one(1, words_of(100, 100, "g"))]
        new = [one(11, words_of(90, 100, "n")), one(12, words_of(39, 100, "m"))]
        assert proposals(old, new)[12] == Proposal(NEW)

    def test_the_same_words_twice_on_each_side(self) -> None:
        old, new = [one(1, LIBRARY), one(2, LIBRARY)], [one(11, LIBRARY), one(12, LIBRARY)]
        assert [found.old_id for found in proposals(old, new).values()] == [1, 2]

    def test_what_people_have_tied_is_taken(self) -> None:
        new = [one(11, LIBRARY)]
        assert proposals([one(1, LIBRARY)], new, taken={1})[11].kind is CHANGED
        both = [one(1, LIBRARY), one(2, f"{LIBRARY} Gärna.")]
        assert proposals(both, new, taken={1})[11].old_id == 2

    def test_a_tie_that_stands_already(self) -> None:
        old = [one(1, "Gräv en damm."), one(2, LIBRARY)]
        new = [one(11, LIBRARY), one(12, "Sjung.")]
        found = proposals(old, new, guessed={11: 1, 12: 99})
        assert found[11] == Proposal(CHANGED, 1, 0.0, Why.GUESSED)
        assert found[12].kind is NEW, "the older point is not here any more"

    @given(
        SAID,
        SAID,
    )  # fmt: skip
    @settings(max_examples=60, deadline=None)
    def test_whatever_is_said(
        self, before: list[tuple[str, str]], after: list[tuple[str, str]]
    ) -> None:
        old = [one(place, text, where) for place, (where, text) in enumerate(before, 1)]
        new = [one(place, text, where) for place, (where, text) in enumerate(after, 101)]
        found = proposals(old, new)
        assert list(found) == [point.id for point in new]
        repeated = [one.old_id for one in found.values() if one.kind is REPEATED]
        assert len(repeated) == len(set(repeated))
        for proposal in found.values():
            assert (proposal.kind is NEW) == (proposal.old_id is None)
            assert 0 <= proposal.alike <= 1
            assert proposal.kind is not REPEATED or proposal.why is not None


@pytest.mark.parametrize(
    ("one_form", "other"),
    [
        ("plan", "planen"), ("planer", "planerna"), ("uppföljning", "uppföljningen"),
        ("återkoppla", "återkopplingen"), ("medarbetare", "medarbetarnas"), ("chef", "chefernas"),
        ("klimat", "klimatet"), ("skola", "skolornas"), ("innovation", "innovationen"),
        ("bolagen", "bolagens"), ("möjlighet", "möjligheterna"), ("strategi", "strategin"),
    ],
)  # fmt: skip
def test_endings(one_form: str, other: str) -> None:
    assert stem(one_form) == stem(other)


@pytest.mark.parametrize(
    ("one_form", "other"),
    [("plan", "plats"), ("mål", "måltid"), ("budget", "bud"), ("skola", "skog")],
)
def test_other_words(one_form: str, other: str) -> None:
    assert stem(one_form) != stem(other)


class TestSharedWords:
    def test_nothing_is_lost_and_little_words_are_not_marked(self) -> None:
        text = "Ta fram en plan – för ”kajen”, och bron!"
        pieces = shared_words(text, "Planen för kajer.")
        assert "".join(piece for piece, _shared in pieces) == text
        assert [piece for piece, shared in pieces if shared] == ["plan", "kajen"]

    @given(st.text(max_size=200), st.text(max_size=200))
    @settings(max_examples=60, deadline=None)
    def test_whatever_is_said(self, text: str, other: str) -> None:
        assert "".join(piece for piece, _shared in shared_words(text, other)) == text

    def test_a_long_text_stays_whole(self) -> None:
        text = "kaj " * 5_000
        assert "".join(piece for piece, _shared in shared_words(text, "kaj")) == text


TEXTS: dict[str, Callable[[int], str]] = {
    "of a report's length": lambda i: " ".join(f"ord{(i * 7 + j * j) % 600}" for j in range(20)),
    "long, of few words": lambda i: " ".join(f"ord{(i + j * j) % 600}" for j in range(1_400)),
    "long, of many words": lambda i: " ".join(f"o{i * 1_000 + j}q" for j in range(1_400)),
    "accents": lambda i: str(i) + "é\u0301" * 5_000,
    "one word": lambda i: "x" * 9_990 + str(i),
    "emoji": lambda i: "😀\u202e" * 5_000,
    "all the same": lambda _i: "Måla bänkarna gröna vid kajen i hamnen. " * 250,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_hundred_and_fifty_beside_as_many(text: Callable[[int], str]) -> None:
    """The time grows with the texts, not with the pairs; a limit that a busy machine keeps too."""
    old = [one(place, text(place), f"{place % 8 + 1}.1") for place in range(150)]
    new = [one(1_000 + place, text(place + 50), f"{place % 8 + 1}.1") for place in range(150)]
    start = process_time()
    found = proposals(old, new)
    assert process_time() - start < 2
    assert len(found) == 150


def points_of(number: int) -> tuple[list[Point], dict[tuple[int, int], int]]:
    """The points of a report of the demo, and their ids by area and place."""
    text = loading.report_text(number, date(2024, 3, 1)).encode()
    draft = read_report(text, f"report-{number}.txt")
    names = {sub.code: sub.name for area in draft.areas for sub in area.subareas}
    points: list[Point] = []
    places: dict[tuple[int, int], int] = {}
    for area in draft.areas:
        for place, point in enumerate(area.improvements):
            key = places[area.number, place] = number * 1_000 + len(points)
            named = " ".join(names.get(code, "") for code in point.subareas)
            points.append(Point(key, area.number, point.text, frozenset(point.subareas), named))
    return points, places


def test_the_demos_repeats() -> None:
    """Nine of the ten that the story knows, and none that it does not: the tenth shares one word
    with the older point, and that one is the sub-area's name."""
    old, old_places = points_of(1)
    new, new_places = points_of(2)
    story: dict[str, Any] = json.loads(loading._file("story.json"))
    known = {
        new_places[pair["new"]["area"], pair["new"]["index"]]:
        old_places[pair["old"]["area"], pair["old"]["index"]]
        for pair in story["repeats"]
    }  # fmt: skip
    found = {key: one.old_id for key, one in proposals(old, new).items() if one.old_id}
    assert found.items() <= known.items(), "none is false"
    assert len(found) >= len(known) - 1


def test_what_is_repeated_is_said_to_be() -> None:
    assert LEAST[Why.SUBAREA] < REPEATED_FROM < LEAST[Why.ELSEWHERE]
    assert {why.label for why in Why}
