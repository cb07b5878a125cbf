"""The running text of an area, told apart by the sub-areas' headings in it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.domain.editions import SubAreaDef, subarea_names
from tracker.domain.text import Names, fold, likeness
from tracker.importers.lines import Line
from tracker.importers.points import Joiner

_LIST_NUMBER = re.compile(r"^(?:\d{1,2}\.)?\d{1,2}\s*[.)]?\s+(?=\D)")
_LONGEST_NAME = 110


def read_bodies(
    body: Sequence[Line], known: Sequence[SubAreaDef], joiner: Joiner
) -> dict[str, str]:
    """Code → the text that follows the sub-area's heading, without the heading itself; its
    paragraphs are divided by blank lines. Sub-areas without text are left out."""
    names = subarea_names(known)
    paragraphs: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    fresh, at = True, 0
    while at < len(body):
        line = body[at]
        code, took, text = _heading(body, at, names, known)
        if code:
            current, fresh = paragraphs.setdefault(code, []), True
        elif line.blank_before or line.bullet or line.heading:
            fresh = True
        if current is not None and text:
            current.extend([[]] if fresh or not current else [])
            current[-1].append(text)
            fresh = line.heading is not None
        at += took
    joined = {
        code: "\n\n".join(joiner.join(p) for p in parts) for code, parts in paragraphs.items()
    }
    return {code: text for code, text in joined.items() if text}


def _heading(
    body: Sequence[Line], at: int, names: Names[SubAreaDef], known: Sequence[SubAreaDef]
) -> tuple[str, int, str]:
    """(code of the sub-area whose heading stands at `at`, lines it takes, text beside it)."""
    line = body[at]
    text = f"{line.bullet} {line.text}" if line.bullet else line.text
    if len(line.text) <= _LONGEST_NAME and names.opens(_LIST_NUMBER.sub("", line.text)):
        alone = names.match(_LIST_NUMBER.sub("", line.text))
        two = " ".join(_LIST_NUMBER.sub("", x.text) for x in body[at : at + 2])
        wrapped = names.match(two) if len(two) <= _LONGEST_NAME else None
        if wrapped and (alone is None or _nearer(two, line.text, wrapped)):
            return wrapped.code, len(body[at : at + 2]), ""
        if alone:
            return alone.code, 1, ""
    begun = _begins(line, known) if line.blank_before else None
    if begun:
        name, sub = begun
        return sub.code, 1, line.text[len(name) :].lstrip(" .:–—-")
    return "", 1, text


def _nearer(one: str, other: str, sub: SubAreaDef) -> bool:
    spelled = (sub.name, *sub.aliases)
    return max(likeness(one, n) for n in spelled) > max(likeness(other, n) for n in spelled)


def _begins(line: Line, known: Sequence[SubAreaDef]) -> tuple[str, SubAreaDef] | None:
    """The longest name that a paragraph begins with, where its heading stands on its own line."""
    key = fold(line.text) + " "
    begun = [
        (name, sub)
        for sub in known
        for name in (sub.name, *sub.aliases)
        if key.startswith(fold(name) + " ")
    ]
    return max(begun, key=lambda pair: len(pair[0]), default=None)
