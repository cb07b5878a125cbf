from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.text import fold, likeness, normalise_space, words


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  a\u00a0 b\n\tc ", "a b c"),
        ("a\u200bb\x00c\u00ad", "abc"),
        ("a\u030a", "å"),
        ("a\uffffb\ufdd0\U0001fffe", "ab"),
        ("", ""),
    ],
)
def test_normalise_space(text: str, clean: str) -> None:
    assert normalise_space(text) == clean


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ÅÄÖ", "åäö"),
        ("A\u030angstro\u0308m", "ångström"),
        ("Idé  CAFÉ", "ide cafe"),
        ("STRASSE ß", "strasse ss"),
    ],
)
def test_fold(text: str, key: str) -> None:
    assert fold(text) == key


@given(st.text())
def test_fold_is_settled_after_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert normalise_space(normalise_space(text)) == normalise_space(text)


def test_words() -> None:
    assert words("Chefs- och ledarskap, 2023!") == ["chefs", "och", "ledarskap", "2023"]


def test_likeness() -> None:
    assert likeness("Intern  KOMMUNIKATION", "intern kommunikation.") == 1
    assert likeness("Chefers uppdrag", "Chefernas uppdrag") > 0.85
    assert likeness("Arbetsmiljö", "Arbetsliv") < 0.84
    assert likeness("", "") == 0


@given(st.text(), st.text())
def test_likeness_is_a_share(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) <= 1
