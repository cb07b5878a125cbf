"""The bars of the areas: one part for each kind, hatched where late, with its figure."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tracker.reports.charts import (
    Name,
    ProgressRow,
    ProgressWords,
    progress,
    progress_on_paper,
)

WORDS = ProgressWords("Genomförda", "Pågår i tid", "Försenade", "Inte i gång")
NAME = Name("areas", "Läget per område", "Fyra områden")
SPACE = "{http://www.w3.org/2000/svg}"


def draw(*rows: ProgressRow) -> ElementTree.Element:
    """The drawing, parsed."""
    return ElementTree.fromstring(progress(rows, name=NAME, words=WORDS))


def test_each_part_is_as_wide_as_its_number() -> None:
    """Three done are three times as wide as one late, and each part carries its figure."""
    root = draw(ProgressRow("1 Samspel", 3, 0, 1, 0))
    bars = {one.get("class", "").split("--")[1]: one for one in root.iter(f"{SPACE}rect")}
    assert float(bars["done"].get("width", "")) == 3 * float(bars["late"].get("width", ""))
    told = [one.text for one in root.iter(f"{SPACE}text")]
    assert told[:4] == ["Genomförda", "Pågår i tid", "Försenade", "Inte i gång"]
    assert told[4:] == ["1 Samspel", "3", "1"]


def test_it_is_a_picture_with_words_and_literal_colours() -> None:
    """A file shows it as the page does: role, title and description; no colour by name."""
    svg = progress((ProgressRow("1", 1, 1, 1, 1),), name=NAME, words=WORDS)
    assert 'role="img"' in svg
    assert "<title" in svg and "<desc" in svg
    assert "var(" not in svg and "currentColor" not in svg
    assert 'class="effect-chart__hatch"' in svg


def test_the_hatch_stays_within_its_part() -> None:
    """No stroke runs outside the late part."""
    root = draw(ProgressRow("1", 0, 0, 2, 0))
    paths = [one.get("d", "") for one in root.iter(f"{SPACE}path")][1:]  # the first is the legend's
    numbers = [float(one) for path in paths for one in re.findall(r"-?[\d.]+", path)]
    late = [one for one in root.iter(f"{SPACE}rect") if "late" in one.get("class", "")][1]
    left, top = float(late.get("x", "")), float(late.get("y", ""))
    right, bottom = left + float(late.get("width", "")), top + float(late.get("height", ""))
    assert all(left - 0.1 <= x <= right + 0.1 for x in numbers[::2])
    assert all(top - 0.1 <= y <= bottom + 0.1 for y in numbers[1::2])


@pytest.mark.parametrize("most", [1, 11, 5000])
def test_nothing_leaves_the_sheet(most: int) -> None:
    """Few actions make no giant bars, and many fit."""
    root = draw(ProgressRow("x" * 300, most, 0, 0, 0), ProgressRow("2", 0, 0, 0, 0, "Inga"))
    ends = [
        float(one.get("x", "")) + float(one.get("width", "")) for one in root.iter(f"{SPACE}rect")
    ]
    assert max(ends) <= 320
    assert "Inga" in [one.text for one in root.iter(f"{SPACE}text")]


def test_without_areas_nothing_is_drawn() -> None:
    """An empty plan has no drawing."""
    assert progress((), name=NAME, words=WORDS) == ""


def test_on_paper_the_labels_are_whole_and_the_legend_is_one_line() -> None:
    """Where a sheet has room, each bar stands beside its label."""
    label = "1 Samspel mellan förtroendevalda och medborgare"
    words = ProgressWords("Genomförda", "Pågår i tid", "Försenade", "Planerade eller pausade")
    rows = (ProgressRow(label, 3, 2, 1, 0), ProgressRow("2", 5000, 0, 0, 0))
    root = ElementTree.fromstring(progress_on_paper(rows, name=NAME, words=words))
    sheet = float(root.get("viewBox", "").split()[2])
    written = {one.text: one for one in root.iter(f"{SPACE}text")}
    legend = {written[word].get("y") for word in ("Genomförda", "Planerade eller pausade")}
    assert label in written and len(legend) == 1
    bars = list(root.iter(f"{SPACE}rect"))
    ends = [float(one.get("x", "")) + float(one.get("width", "")) for one in bars]
    assert max(ends) <= sheet
    assert progress_on_paper((), name=NAME, words=words) == ""
