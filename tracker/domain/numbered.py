"""Numbered points as people paste them: one paragraph each, with or without a label of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.domain.text import normalise_space

LABEL_MAX = 20

_LABELLED = re.compile(
    r"(?:[Pp]unkt\s+)?([IVXLC]{1,8}|[ivx]{1,5}|\d{1,3}|[a-zåäöA-ZÅÄÖ])[.)]\s+(?=\S)"
)
_BROKEN_WORD = re.compile(r"[^\W\d_]-$")
_JOINING = re.compile(r"(?:och|eller|samt|respektive|som)\b")


@dataclass(frozen=True)
class NumberedPoint:
    """A point and its number as written, such as IV, 2 or b."""

    label: str
    text: str


def read_points(pasted: str) -> list[NumberedPoint]:
    """The points of a pasted list, in its order.

    A point begins after an empty line, or where a line begins with a label ("IV. ", "2) "). Lines
    are joined, and so are words that were divided at a line's end. A point without a label is
    called by its place.
    """
    points = []
    for place, paragraph in enumerate(_paragraphs(pasted), start=1):
        found = _LABELLED.match(paragraph)
        label = found[1] if found else str(place)
        points.append(NumberedPoint(label, paragraph[found.end() :] if found else paragraph))
    return points


def _paragraphs(pasted: str) -> Iterator[str]:
    lines: list[str] = []
    for line in [*map(normalise_space, pasted.splitlines()), ""]:
        if lines and (not line or _LABELLED.match(line)):
            yield _joined(lines)
            lines = []
        if line:
            lines.append(line)


def _joined(lines: list[str]) -> str:
    """One line of several; a word divided at the end of a line is whole again."""
    text = ""
    for line in lines:
        if not text:
            text = line
        elif _BROKEN_WORD.search(text) and line[0].islower() and not _JOINING.match(line):
            text = text[:-1] + line
        else:
            text = f"{text} {line}"
    return text
