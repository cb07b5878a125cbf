from __future__ import annotations

import pytest

from tracker.importers.columns import leaning, split_at


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Utveckla samverkan", 1),
        ("Behov av bättre stöd", 1),
        ("Gemensam plan saknas", 1),
        ("Tydlig vision som är väl förankrad", -1),
        ("Många bra exempel", -1),
        ("Ledarskapsforum", 0),
    ],
)
def test_leaning(text: str, side: int) -> None:
    assert (leaning(text) > 0) - (leaning(text) < 0) == side


@pytest.mark.parametrize(
    ("texts", "continued", "left"),
    [
        (["God vision", "Forum", "Utveckla mål", "Stärk stödet"], False, 2),
        (["Utveckla mål", "Forum", "Stärk stödet"], True, 0),
        (["Tydlig vision"], False, 1),
        (["Forum", "Campus"], True, 0),
        (["Forum", "Campus"], False, 1),
        ([], False, 0),
    ],
)
def test_split(texts: list[str], continued: bool, left: int) -> None:
    assert split_at(texts, continued=continued) == left
