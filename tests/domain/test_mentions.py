"""Whom a text calls: the longest name or address after an @, and nobody by accident."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.mentions import Person, find_calls, pieces

ANNA = Person(1, "Anna Berg", "anna.berg@testkoping.example")
LONG = Person(2, "Anna Berg Ek", "anna.ek@testkoping.example")
ASA = Person(3, "Åsa Öberg-Lind", "asa@testkoping.example")
TWIN = Person(4, "Anna Berg", "anna2@testkoping.example")
PEOPLE = [ANNA, LONG, ASA]


def called(text, people=PEOPLE):
    return [[person.id for person in call.people] for call in find_calls(text, people)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Anna Berg, ser du?", [[1]]),
        ("Hej @anna  BERG!", [[1]]),
        ("@Anna Berg Ek och @Anna Berg", [[2], [1]]),
        ("(@Åsa Öberg-Lind)", [[3]]),
        ("@A\u030asa O\u0308berg-Lind", [[3]]),
        ("@anna.berg@testkoping.example.", [[1]]),
        ("fråga @asa@testkoping.example", [[3]]),
        ("Anna Berg", []),
        ("@Anna", []),
        ("@Anna Bergström", []),
        ("@asa oberg-lind", []),
        ("mejla anna.berg@testkoping.example", []),
        ("x@Anna Berg", []),
        ("@@Anna Berg", []),
        ("@ Anna Berg", []),
        ("@Anna\nBerg", []),
        ("@", []),
        ("", []),
        ("@Anna Berg@Anna Berg", [[1]]),
        ("🙂@Anna Berg🙂", [[1]]),
    ],
)
def test_whom_a_text_calls(text, ids):
    assert called(text) == ids


def test_two_of_the_same_name_are_both_told():
    assert called("@Anna Berg", [ANNA, TWIN]) == [[1, 4]]
    assert called("@anna2@testkoping.example", [ANNA, TWIN]) == [[4]]


def test_nobody_to_call():
    assert called("@Anna Berg", []) == []


@given(st.text(alphabet="@aAnN bBeErRgGkK.\n<&å", max_size=80))
def test_the_pieces_are_the_text(text):
    calls = find_calls(text, PEOPLE)
    cut = pieces(text, calls)
    assert "".join(piece.text for piece in cut) == text
    assert [piece.text for piece in cut if piece.calls] == [
        text[call.start : call.end] for call in calls
    ]
    assert all(text[call.start] == "@" for call in calls)
