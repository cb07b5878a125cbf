"""What conforms to its type, and what does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.importers.granvik import granvik
from tracker.importers import Reading, read_file
from tracker.importers.lines import Box, Cell, Line
from tracker.importers.shapes import conforms


@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        ("a", str, True), ("a\0", str, False), ("\ud800", str, False), (1, str, False),
        (1, int, True), (True, int, False), (1.0, int, False), (None, int | None, True),
        ("1", int | None, False), (0.5, float, True), (float("nan"), float, False),
        (("a",), tuple[str, ...], True), (["a"], tuple[str, ...], False),
        ((1,), tuple[str, ...], False), ({"a": 1}, dict[str, str | int], True),
        ({1: "a"}, dict[str, str], False), ({"a": []}, dict[str, str | int], False),
        (Cell(0, 1, 2), Cell, True), (Cell("0", 1, 2), Cell, False),  # type: ignore[arg-type]
        (Line("a", 1, box=Box(0.0, 0.0, 1.0, 1.0)), Line, True),
        (Line("a", 1, box=Box(0.0, 0.0, 1.0, float("inf"))), Line, False),
        (Line("a", 1, blank_before="no"), Line, False),  # type: ignore[arg-type]
    ],
)  # fmt: skip
def test_conforms(value: Any, kind: Any, fits: bool) -> None:
    assert conforms(value, kind) is fits


def test_a_whole_reading_and_one_with_a_wrong_leaf() -> None:
    reading = read_file(granvik().encode(), "granvik.txt")
    assert conforms(reading, Reading)
    area = replace(reading.draft.areas[0], name=7)  # type: ignore[arg-type]
    assert not conforms(replace(reading, draft=replace(reading.draft, areas=(area,))), Reading)
