"""Running heads, feet and page numbers: lines that belong to the page, not to the report."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from tracker.domain.text import fold, words
from tracker.importers.lines import Line

_PAGE = re.compile(
    r"^(?:(?:sida|sid\.?|s\.)\s*\d+(?:\s*(?:av|/)\s*\d+)?|\d+\s*\(\d+\)|[-–]\s*\d+\s*[-–])$"
)
_HEAD = re.compile(r"^(?:\d{1,3}\s+)?kommunkompass\w*\b.{0,60}\banalys av\b.{0,60}?(?:\s\d{1,3})?$")
_NUMBER = re.compile(r"\d+")
_TIMES = 3
_LONGEST = 90


def split_furniture(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """(the report's lines, the lines of the page)."""
    running = _running(lines)
    kept: list[Line] = []
    dropped: list[Line] = []
    for index, line in enumerate(lines):
        away = line.cell is None and (index in running or _is_page(line))
        (dropped if away else kept).append(line)
    return kept, dropped


def _is_page(line: Line) -> bool:
    key = fold(line.text)
    return bool(_PAGE.match(key) or _HEAD.match(key)) and line.heading is None


def _running(lines: Sequence[Line]) -> set[int]:
    """The indexes of lines that come back with only a rising number changed, or that name the
    instrument and come back unchanged."""
    groups: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if line.cell is None and not line.bullet and len(line.text) <= _LONGEST:
            groups[_NUMBER.sub("#", fold(line.text))].append(index)
    found: set[int] = set()
    for key, places in groups.items():
        texts = [lines[i].text for i in places]
        if len(places) >= _TIMES and (_counts_pages(key, texts) or _names_report(key, texts)):
            found.update(places)
    return found


def _counts_pages(key: str, texts: Sequence[str]) -> bool:
    at_edge = key.startswith("# ") or key.endswith(" #")
    if not at_edge or len(words(key)) < 2 or re.match(r"(?:huvud)?område|delområde|# ?#", key):
        return False
    side = -1 if key.endswith(" #") else 0
    numbers = [int(_NUMBER.findall(text)[side]) for text in texts]
    return all(a < b for a, b in pairwise(numbers))


def _names_report(key: str, texts: Sequence[str]) -> bool:
    return len(set(texts)) == 1 and bool(re.search(r"kommunkompass|\banalys av\b", key))
