"""Frozen dataclasses become JSON and come back the same."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.frozen import canonical, from_plain, sha256_of, to_plain
from tracker.domain.reporting import Change, Move, ReportRow
from tracker.domain.statuses import ActionStatus


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Leaf:
    text: str
    number: float | None = None


@dataclass(frozen=True)
class Twig:
    leaves: tuple[Leaf, ...]
    pair: tuple[str, int] = ("", 0)


@dataclass(frozen=True)
class Tree:
    on: date
    at: datetime
    colour: Colour
    parts: tuple[Leaf | Twig, ...] = ()
    words: str | tuple[Leaf, ...] = ""
    alive: bool = True


TREE = Tree(
    date(2026, 2, 28),
    datetime(2026, 2, 28, 12, tzinfo=UTC),
    Colour.RED,
    (Leaf("löv", 0.5), Twig((Leaf(""),), ("x", 2))),
    (Leaf("å"),),
)
ROW = ReportRow(
    1, "Anta en policy", ActionStatus.DONE, date(2026, 1, 1), date(2025, 1, 1), date(2024, 1, 1)
)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Tree, TREE),
        (Tree, replace(TREE, words="bara text", parts=())),
        (Change, Change(Move.NEW, None, ROW)),
    ],
)
def test_what_is_frozen_comes_back_the_same(kind: type, value: object) -> None:
    text = canonical(to_plain(value))
    assert from_plain(kind, json.loads(text)) == value
    assert canonical(json.loads(text)) == text


@settings(max_examples=25)
@given(st.text(), st.none() | st.floats(allow_nan=False, allow_infinity=False))
def test_any_text_and_number_comes_back_the_same(text: str, number: float | None) -> None:
    leaf = Leaf(text, number)
    assert from_plain(Leaf, json.loads(json.dumps(to_plain(leaf)))) == leaf


@settings(max_examples=25)
@given(st.none() | st.integers(-(2**40), 2**40))
def test_a_whole_number_is_written_as_it_is_read(number: int | None) -> None:
    first = canonical(to_plain(Leaf("", number)))
    assert canonical(to_plain(from_plain(Leaf, json.loads(first)))) == first


def test_a_field_that_came_later_takes_its_default() -> None:
    data = to_plain(TREE)
    del data["alive"]
    assert from_plain(Tree, data) == TREE


PLAIN = to_plain(TREE)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {**PLAIN, "is": "Bush"},
        {**PLAIN, "on": "31 februari"},
        {**PLAIN, "on": None},
        {**PLAIN, "colour": "blue"},
        {**PLAIN, "parts": "text"},
        {**PLAIN, "parts": [{"is": "Root"}]},
        {**PLAIN, "words": 3},
        {**PLAIN, "alive": 1},
        {**PLAIN, "parts": [{"is": "Twig", "leaves": [], "pair": ["x"]}]},
        {**PLAIN, "parts": [{"is": "Leaf", "text": "x", "number": True}]},
        {key: value for key, value in PLAIN.items() if key != "at"},
    ],
)
def test_other_data_are_refused(data: object) -> None:
    with pytest.raises(ValueError):
        from_plain(Tree, data)


def test_what_has_no_place_in_json_is_refused() -> None:
    with pytest.raises(TypeError):
        to_plain({"a": object()})
    with pytest.raises(ValueError):
        canonical(float("nan"))


def test_the_hash_is_of_the_bytes_in_utf_8() -> None:
    assert sha256_of("å").startswith("e83979df9d360901")
