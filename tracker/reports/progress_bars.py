"""A lying bar for each area: how many of its actions are done, going on, late or not begun.

Each kind has its own fill and edge, late ones are hatched, and the figure stands in its part, so
that nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.reports import drawing as pen
from tracker.reports.drawing import Name

_HEIGHT = 16.0
_PAPER, _MOST_LABEL = 560.0, 335.0  # a sheet, and its labels beside the bars
_WIDEST = 30.0  # units for one action, where there are few
_LOOKS = ("done", "ongoing", "late", "waiting")
_HATCH = 6.0  # from one stroke to the next


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """An area: how many actions are done, going on in time, late, and not going on. `note` stands
    where there is none."""

    label: str
    done: int
    ongoing: int
    late: int
    waiting: int
    note: str = ""

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The four in the order of the legend."""
        return self.done, self.ongoing, self.late, self.waiting


@dataclass(frozen=True, slots=True)
class ProgressWords:
    """The legend: what the four parts of a bar are called."""

    done: str
    ongoing: str
    late: str
    waiting: str


def progress(rows: Sequence[ProgressRow], *, name: Name, words: ProgressWords) -> str:
    """The bars of all areas on one scale, each below its label; "" where there is no row."""
    if not rows:
        return ""
    unit = min((pen.WIDTH - 4) / _most(rows), _WIDEST)
    parts, y = _legend(words, pen.WIDTH)
    for row in rows:
        label, y = pen.paragraph(y + 2, row.label, size=pen.SMALL)
        parts += [label, _bar(row, 2, unit, y)]
        y += _HEIGHT + 2
    return pen.drawing(name, y + 2, parts)


def progress_on_paper(rows: Sequence[ProgressRow], *, name: Name, words: ProgressWords) -> str:
    """The same for a sheet of paper: each bar beside its label."""
    if not rows:
        return ""
    widest = max(pen.text_width(row.label, pen.SMALL) for row in rows)
    start = min(widest, _MOST_LABEL) + 10
    unit = min((_PAPER - 2 - start) / _most(rows), _WIDEST)
    parts, y = _legend(words, _PAPER)
    for row in rows:
        label = pen.write(2, y + 15, row.label, size=pen.SMALL, width=start - 8)
        parts += [label, _bar(row, start, unit, y + 1)]
        y += _HEIGHT + 6
    return pen.drawing(name, y + 2, parts, _PAPER)


def _most(rows: Sequence[ProgressRow]) -> int:
    return max(1, *(sum(row.counts) for row in rows))


def _legend(words: ProgressWords, room: float) -> tuple[list[str], float]:
    """The four looks with their words, on as many lines as they need."""
    parts, x, y = [], 2.0, 10.0
    for look, word in zip(
        _LOOKS, (words.done, words.ongoing, words.late, words.waiting), strict=True
    ):
        width = 22 + pen.text_width(word, pen.SMALL)
        if x > 2 and x + width > room:
            x, y = 2.0, y + 20
        parts.append(_part(x, x + 16, y, 12, look))
        parts.append(pen.write(x + 21, y + 4.5, word, size=pen.SMALL, width=room - x - 22))
        x += width + 12
    return parts, y + 12


def _bar(row: ProgressRow, x: float, unit: float, y: float) -> str:
    """The bar of an area from `x`, or what is said where it has none."""
    if not sum(row.counts):
        return pen.write(x, y + 13, row.note, size=pen.SMALL, look="muted")
    parts, middle = [], y + 1 + _HEIGHT / 2
    for look, number in zip(_LOOKS, row.counts, strict=True):
        if number < 1:
            continue
        end = x + unit * number
        parts.append(_part(x, end, middle, _HEIGHT, look))
        parts.append(_figure(x, end, middle, number, look))
        x = end
    return "".join(parts)


def _figure(start: float, end: float, y: float, number: int, look: str) -> str:
    text = pen.figure(number)
    width = pen.text_width(text, pen.SMALL)
    if end - start < width + 2:
        return ""
    middle = (start + end) / 2
    plate = ""
    if look == "late":  # the hatch would run through the figure
        plate = pen.bar(middle - width / 2 - 2, middle + width / 2 + 2, y, 14, look="plate")
    shade = "inverse" if look == "done" else "text"
    return plate + pen.write(middle, y + 4.5, text, anchor="middle", size=pen.SMALL, look=shade)


def _part(start: float, end: float, y: float, height: float, look: str) -> str:
    drawn = pen.bar(start, end, y, height, look=look)
    return drawn + _hatch(start, end, y, height) if look == "late" else drawn


def _hatch(start: float, end: float, y: float, height: float) -> str:
    """Strokes that lean within the part from `start` to `end`."""
    top, strokes, x = y - height / 2, [], start - height + _HATCH
    while x < end:
        left, right = max(x, start), min(x + height, end)
        if right > left:
            # On a stroke from (x, bottom) to (x + height, top), where does it meet the sides?
            low, high = top + height - (left - x), top + height - (right - x)
            strokes.append(
                f"M{pen.number(left)} {pen.number(low)}L{pen.number(right)} {pen.number(high)}"
            )
        x += _HATCH
    return pen.strokes("".join(strokes))
