"""Numbered points as they are pasted."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.numbered import NumberedPoint, read_points
from tracker.domain.text import normalise_space


def read(text: str) -> list[tuple[str, str]]:
    return [(point.label, point.text) for point in read_points(text)]


@pytest.mark.parametrize(
    ("pasted", "points"),
    [
        ("", []),
        (" \n\u200b\n\x00", []),
        ("I. Först\nII. Sedan", [("I", "Först"), ("II", "Sedan")]),
        ("1) Först\n\n2) Sedan", [("1", "Först"), ("2", "Sedan")]),
        ("a) Först\nb. Sedan", [("a", "Först"), ("b", "Sedan")]),
        ("Punkt IV. Kultur", [("IV", "Kultur")]),
        ("Först\nfortsätter\n\nSedan", [("1", "Först fortsätter"), ("2", "Sedan")]),
        ("VI. Ett led-\narskap som\n  håller", [("VI", "Ett ledarskap som håller")]),
        ("1. Mark-\noch bostad", [("1", "Mark- och bostad")]),
        ("1. Stads-\nUtveckling", [("1", "Stads- Utveckling")]),
        ("I.Först", [("1", "I.Först")]),
        ("I Nacka. Mycket", [("1", "I Nacka. Mycket")]),
        ("2017. Ett år", [("1", "2017. Ett år")]),
        ("I. Först\n\nUtan nummer", [("I", "Först"), ("2", "Utan nummer")]),
        ("\r\nI. Först\r\n\r\nII. Sedan\r\n", [("I", "Först"), ("II", "Sedan")]),
        ("🙂 Glädje", [("1", "🙂 Glädje")]),
    ],
)
def test_points_of_a_pasted_list(pasted: str, points: list[tuple[str, str]]) -> None:
    assert read(pasted) == points


@given(st.text())
def test_any_text_gives_points_that_say_something(pasted: str) -> None:
    for point in read_points(pasted):
        assert point.label
        assert point.text
        assert normalise_space(point.text) == point.text


@settings(max_examples=40)
@given(st.lists(st.from_regex(r"[A-ZÅÄÖ][a-zåäö]{2,9}( [a-zåäö]{2,9}){0,6}", fullmatch=True)))
def test_what_was_numbered_is_read_back(texts: list[str]) -> None:
    pasted = "\n".join(f"{place}. {text}" for place, text in enumerate(texts, start=1))
    assert read_points(pasted) == [
        NumberedPoint(str(place), text) for place, text in enumerate(texts, start=1)
    ]
