"""A page of a PDF as runs of text with their places, in the way the page is shown.

The page's text comes in one call and tells where lines end; the boxes come by text object. Single
characters are asked for only where a line may hold more than one run.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tracker.importers.lines import MAX_CHARACTERS, TooMuch

_SEGMENT = re.compile(r"[^\r\n\x02\ufffe]+[\x02\ufffe]?")
_DROPPED = "\x03"  # keeps the place of a character that is left out
_PRINTED: dict[str, str | None] = {"\x02": "-", "\ufffe": "-", "\x00": " ", _DROPPED: None}
_TRANSLATED = str.maketrans(_PRINTED)
_MARK = re.compile(r"(?<=[^\W\d_]|[.,;:!?)”\"])\d{1,2}(?![\w%])")
_WORD = re.compile(r"\S+")
_WIDE = 0.95  # of the font size, per character: a run so thin holds a gap
_RAISED = 0.15  # of the font size: the least height of a footnote's mark
_SMALL = 0.85  # of the font size: the greatest size of it
_APART = 0.6  # of the font size: a gap that is no space between words

Rect = tuple[float, float, float, float]


@dataclass(slots=True)
class Run:
    """Text that stands together: x from the left and y down from the top of the shown page, in
    points. `base` is the line it stands on, `size` the font's size as shown."""

    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(frozen=True, slots=True)
class Page:
    """The runs of a page in the file's order, and those that are turned on their side."""

    width: float
    height: float
    runs: list[Run]
    sideways: list[Run]


def page_of(page: Any) -> Page:
    """What stands on a pypdfium2 page. Raises TooMuch where it holds more than any report."""
    textpage = page.get_textpage()
    try:
        if textpage.count_chars() > MAX_CHARACTERS:
            raise TooMuch
        rotation, (left, bottom, right, top) = page.get_rotation(), page.get_bbox()
        reading = _Reading(textpage.raw, rotation, (left, bottom, right, top))
        runs: list[Run] = []
        aside: list[Run] = []
        for run, upright in reading.runs(_text(textpage)):
            (runs if upright else aside).append(run)
        width, height = right - left, top - bottom
        if rotation in {90, 270}:
            width, height = height, width
        return Page(max(width, 1.0), max(height, 1.0), _once(runs), aside)
    finally:
        textpage.close()


def _text(textpage: Any) -> str:
    """The page's text, one character for each that PDFium counts."""
    from pypdfium2 import raw

    count = textpage.count_chars()
    text = str(textpage.get_text_range(errors="replace")) if count else ""
    if len(text) == count:
        return text
    codes = (raw.FPDFText_GetUnicode(textpage.raw, i) for i in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)


def _once(runs: list[Run]) -> list[Run]:
    """Without what is printed twice on one spot to look bold."""
    seen: dict[tuple[str, int, int], Run] = {}
    for run in runs:
        seen.setdefault((run.text, round(run.left / 2), round(run.base / 2)), run)
    return list(seen.values())


class _Reading:
    """Asks PDFium about the characters of one page."""

    def __init__(self, textpage: Any, rotation: int, box: Rect) -> None:
        from pypdfium2 import raw

        self.raw, self.textpage = raw, textpage
        self.rotation, self.page = rotation, box
        self.numbers = [ctypes.c_double() for _ in range(4)]
        self.refs = [ctypes.byref(number) for number in self.numbers]
        self.matrix = raw.FS_MATRIX()

    def runs(self, text: str) -> Iterator[tuple[Run, bool]]:
        """Every run, and whether it stands upright."""
        for found in _SEGMENT.finditer(text):
            piece = found[0].strip()
            if not piece:
                continue
            start = found.start() + found[0].index(piece[0])
            base, size = self._font(start)
            rects = self._rects(start, len(piece))
            if not rects:
                continue
            piece = self._unmarked(piece, start)
            box = _union(rects)
            if len(piece) > 3 and box[3] - box[1] > 3 * max(box[2] - box[0], 0.8 * size):
                yield self._run(piece, box, base, size), False
            elif _plain(rects, size, len(piece)):
                yield self._run(piece, box, base, size), True
            else:
                yield from ((run, True) for run in self._split(piece, start))

    @staticmethod
    def _run(text: str, box: Rect, base: float, size: float) -> Run:
        return Run(text.translate(_TRANSLATED), box[0], box[2], base, size)

    def _split(self, piece: str, start: int) -> Iterator[Run]:
        """The runs of a line that may be cut: by gaps, and by steps up or down."""
        run: Run | None = None
        for word in _WORD.finditer(piece):
            at = start + word.start()
            base, size = self._font(at)
            rects = self._rects(at, len(word[0]))
            if not rects:
                continue
            new = self._run(word[0], _union(rects), base, size)
            if run and _goes_on(run, new):
                run.text, run.right = f"{run.text} {new.text}", max(run.right, new.right)
                continue
            if run:
                yield run
            run = new
        if run:
            yield run

    def _unmarked(self, piece: str, start: int) -> str:
        """`piece` without the marks of footnotes: small raised figures right after a word."""
        for mark in _MARK.finditer(piece):
            base, size = self._font(start + mark.start() - 1)
            high, small = self._font(start + mark.start())
            if small <= _SMALL * size and high <= base - _RAISED * size:
                kept = _DROPPED * len(mark[0])
                piece = piece[: mark.start()] + kept + piece[mark.end() :]
        return piece

    def _rects(self, start: int, count: int) -> list[Rect]:
        found = []
        for i in range(self.raw.FPDFText_CountRects(self.textpage, start, count)):
            self.raw.FPDFText_GetRect(self.textpage, i, *self.refs)
            left, top, right, bottom = (number.value for number in self.numbers)
            found.append(self._shown(left, bottom, right, top))
        return found

    def _font(self, at: int) -> tuple[float, float]:
        """(the line that a character stands on, its size)."""
        self.raw.FPDFText_GetCharOrigin(self.textpage, at, *self.refs[:2])
        x, y = self.numbers[0].value, self.numbers[1].value
        base = self._shown(x, y, x, y)[1]
        size = self.raw.FPDFText_GetFontSize(self.textpage, at)
        self.raw.FPDFText_GetMatrix(self.textpage, at, self.matrix)
        return base, max(size * math.hypot(self.matrix.c, self.matrix.d), 1.0)

    def _shown(self, left: float, bottom: float, right: float, top: float) -> Rect:
        """(left, top, right, bottom) on the page as it is shown, y downwards."""
        x0, y0, x1, y1 = self.page
        if self.rotation == 90:
            return bottom - y0, left - x0, top - y0, right - x0
        if self.rotation == 180:
            return x1 - right, bottom - y0, x1 - left, top - y0
        if self.rotation == 270:
            return y1 - top, x1 - right, y1 - bottom, x1 - left
        return left - x0, y1 - top, right - x0, y1 - bottom


def _union(
    rects: list[Rect],
) -> Rect:
    if len(rects) == 1:
        return rects[0]
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _plain(rects: list[Rect], size: float, count: int) -> bool:
    """Whether the boxes of a line follow each other like words of one run."""
    width = max(r[2] for r in rects) - min(r[0] for r in rects)
    if count > 3 and width > _WIDE * size * count:
        return False
    for before, after in pairwise(rects):
        if after[0] - before[2] > _APART * size or after[0] < before[0] - size:
            return False
        if after[1] > before[3] + 0.3 * size or before[1] > after[3] + 0.3 * size:
            return False
    return True


def _goes_on(run: Run, new: Run) -> bool:
    """Whether a word stands beside the run as the next word of it."""
    level = abs(new.base - run.base) < 0.6 * run.size
    return level and -run.size < new.left - run.right <= _APART * run.size
