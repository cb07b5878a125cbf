"""Mentions: where a text calls a colleague, as @Name or @address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.text import fold

# An @ inside an e-mail address calls nobody.
_CALL = re.compile(r"(?<![\w.+@-])@(?=\w)")
_END = re.compile(r"\b(?!\w)")
_SLACK = 20  # a name may be typed with more spaces or accents than it is kept with


@dataclass(frozen=True)
class Person:
    """Somebody who can be called by name or by e-mail address."""

    id: int
    name: str
    address: str


@dataclass(frozen=True)
class Call:
    """The place text[start:end], its @ included, and all whom it may mean."""

    start: int
    end: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class Piece:
    """A part of a text; `calls` is set where it is somebody's name."""

    text: str
    calls: bool = False


def find_calls(text: str, people: Iterable[Person]) -> tuple[Call, ...]:
    """Every call in `text`, in order: the longest name or address that stands after an @.

    Case and accents do not count. An @ before anything else calls nobody.
    """
    index: dict[str, list[Person]] = {}
    for person in people:
        for key in {fold(person.name), fold(person.address)} - {""}:
            index.setdefault(key, []).append(person)
    initials = {key[0] for key in index}
    longest = max(map(len, index), default=0) + _SLACK
    found: list[Call] = []
    for sign in _CALL.finditer(text):
        start = sign.end()
        if fold(text[start : start + 2])[:1] not in initials:
            continue
        if found and start <= found[-1].end:
            continue
        line = text[start : start + longest].partition("\n")[0]
        ends = [place.start() for place in _END.finditer(line) if place.start()]
        for end in reversed(ends):
            if called := index.get(fold(line[:end])):
                found.append(Call(sign.start(), start + end, tuple(called)))
                break
    return tuple(found)


def pieces(text: str, calls: Sequence[Call]) -> tuple[Piece, ...]:
    """The whole of `text`, cut where a call begins or ends."""
    cut: list[Piece] = []
    at = 0
    for call in calls:
        cut += [Piece(text[at : call.start]), Piece(text[call.start : call.end], calls=True)]
        at = call.end
    cut.append(Piece(text[at:]))
    return tuple(piece for piece in cut if piece.text)
