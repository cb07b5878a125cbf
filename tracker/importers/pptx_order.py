"""The order in which a person reads what lies on a slide: columns from left to right where
things stand side by side, else from top to bottom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.importers.lines import Box

_MOST = 120  # on a slide with more than that, the order is only from top to bottom
_OVERLAP = 0.1  # of its own width or height a frame may lie over its neighbour's
_Span = Callable[["Piece"], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Piece:
    """Something with text on a slide, and where it stands."""

    shape: Any
    box: Box


def reading_order(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces as they are read. Headings in boxes of their own above two columns go with the
    column below them; what is as wide as both stands before or after."""
    if len(pieces) > _MOST:
        return sorted(pieces, key=lambda piece: (piece.box.top, piece.box.left))
    columns = _columns(pieces)
    if len(columns) > 1:
        return [piece for column in columns for piece in reading_order(column)]
    bands = _cut(pieces, _down)
    if len(bands) == 1:
        return sorted(pieces, key=lambda piece: (piece.box.top, piece.box.left))
    ordered: list[Piece] = []
    while bands:
        together = _side_by_side(bands)
        ordered += reading_order([piece for band in bands[:together] for piece in band])
        bands = bands[together:]
    return ordered


def _side_by_side(bands: Sequence[Sequence[Piece]]) -> int:
    """How many of the bands, from the first, divide into the same columns; at least one."""
    most, run = 1, list(bands[0])
    for count, band in enumerate(bands[1:], start=2):
        run += band
        if len(_columns(run)) > 1:
            most = count
    return most


def _columns(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces by column; all in one where none stands beside another."""
    columns = _cut(pieces, _across)
    beside = any(
        len({id(column) for column in columns if any(p is q for p in band for q in column)}) > 1
        for band in _cut(pieces, _down)
    )
    return columns if beside else [list(pieces)]


def _cut(pieces: Sequence[Piece], span: _Span) -> list[list[Piece]]:
    """The pieces in groups with a gap between each two of them, along one direction."""
    groups: list[list[Piece]] = []
    end = 0.0
    for piece in sorted(pieces, key=lambda piece: span(piece)[0]):
        start, stop = span(piece)
        if groups and start < end:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        end = max(end, stop) if len(groups[-1]) > 1 else stop
    return groups


def _across(piece: Piece) -> tuple[float, float]:
    return _inner(piece.box.left, piece.box.right)


def _down(piece: Piece) -> tuple[float, float]:
    return _inner(piece.box.top, piece.box.bottom)


def _inner(start: float, stop: float) -> tuple[float, float]:
    margin = _OVERLAP * (stop - start)
    return start + margin, stop - margin
