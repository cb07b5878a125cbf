"""Where the dots of the priority picture stand: effort across, gain upwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.priority import MIDDLING, RULES
from tracker.services.points.matrix import Dot

PER_ROW = 3  # dots beside each other in a cell, on the narrowest screen too
STEP = 32  # pixels between two rows of dots
RADIUS = 13
HEAD = 28  # pixels above the dots, where a band has its name
FOOT = 6  # and below them
LEAST = 2  # rows of dots that a cell has room for, however empty it is
COLUMN = 100 / 3


@dataclass(frozen=True)
class Placed:
    """A dot and its place: `x` in per cent of the width, `y` in pixels. `guessed` where nobody
    knows its gain or effort."""

    dot: Dot
    x: float
    y: int
    guessed: bool


@dataclass(frozen=True)
class Cell:
    """A field of the picture: one gain, one effort, and the priority that they make."""

    x: float
    effort: int
    priority: int


@dataclass(frozen=True)
class Band:
    """A row of the picture: all that may gain us as much. Pixels from the top."""

    gain: int
    y: int
    height: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Drawing:
    """The whole picture; its height in pixels."""

    bands: tuple[Band, ...]
    dots: tuple[Placed, ...]
    height: int


def draw(dots: Sequence[Dot]) -> Drawing:
    """Place the dots in nine fields, as many in each as there are; much gain is at the top."""
    fields: dict[tuple[int, int], list[Dot]] = {}
    for dot in dots:
        key = (dot.weight.gain or MIDDLING, dot.weight.effort or MIDDLING)
        fields.setdefault(key, []).append(dot)
    bands, placed, top = [], [], 0
    for gain in (3, 2, 1):
        most = max(len(fields.get((gain, effort), ())) for effort in (1, 2, 3))
        height = HEAD + STEP * max(LEAST, -(-most // PER_ROW)) + FOOT
        bands.append(Band(gain, top, height, _cells(gain)))
        for effort in (1, 2, 3):
            placed += _place(fields.get((gain, effort), []), effort, top + HEAD)
        top += height
    placed.sort(key=lambda one: one.dot.number)
    return Drawing(tuple(bands), tuple(placed), top)


def _cells(gain: int) -> tuple[Cell, ...]:
    return tuple(
        Cell(round((effort - 1) * COLUMN, 3), effort, RULES[gain][effort]) for effort in (1, 2, 3)
    )


def _place(dots: Sequence[Dot], effort: int, top: int) -> list[Placed]:
    width = COLUMN / PER_ROW
    return [
        Placed(
            dot,
            x=round((effort - 1) * COLUMN + (place % PER_ROW + 0.5) * width, 3),
            y=top + (place // PER_ROW) * STEP + STEP // 2,
            guessed=dot.weight.gain is None or dot.weight.effort is None,
        )
        for place, dot in enumerate(dots)
    ]
