"""What forms and addresses may hold where a row's key belongs."""

from __future__ import annotations

import pytest

from tracker.web.fields import LARGEST_KEY, keys_among, printable


def test_keys_keep_their_order_and_come_once() -> None:
    assert keys_among(["7", " 3 ", "7", "1"]) == [7, 3, 1]


def test_what_no_database_could_hold_is_left_out() -> None:
    nonsense = ["", "x", "0", "-1", "1.5", "None", str(LARGEST_KEY + 1), "9" * 5000]
    assert keys_among([*nonsense, str(LARGEST_KEY)]) == [LARGEST_KEY]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        (None, None),
        ("rad\tett\r\ntvå", "rad\tett\r\ntvå"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("rad\x0btvå\x0ctre\x85fyra\x1ffem", "rad två tre fyra fem"),
        ("\u202ea\u200bb", "\u202ea\u200bb"),
    ],
)
def test_what_parts_words_still_does(typed: str | None, left: str | None) -> None:
    assert printable(typed) == left
