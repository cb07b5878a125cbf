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
    """The bars of all areas on one scale; "" where there is no row."""
    if not rows:
        return ""
    most = max(1, *(sum(row.counts) for row in rows))
    unit = min((pen.WIDTH - 4) / most, _WIDEST)
    parts, y = _legend(words)
    for row in rows:
        drawn, y = _row(row, unit, y + 2)
        parts.append(drawn)
    return pen.drawing(name, y + 2, parts)


def _legend(words: ProgressWords) -> tuple[list[str], float]:
    """The four looks with their words, on as many lines as they need."""
    parts, x, y = [], 2.0, 10.0
    for look, word in zip(
        _LOOKS, (words.done, words.ongoing, words.late, words.waiting), strict=True
    ):
        width = 22 + pen.text_width(word, pen.SMALL)
        if x > 2 and x + width > pen.WIDTH:
            x, y = 2.0, y + 20
        parts.append(_part(x, x + 16, y, 12, look))
        parts.append(pen.write(x + 21, y + 4.5, word, size=pen.SMALL, width=pen.WIDTH - x - 22))
        x += width + 12
    return parts, y + 12


def _row(row: ProgressRow, unit: float, y: float) -> tuple[str, float]:
    label, y = pen.paragraph(y, row.label, size=pen.SMALL, most=1)
    if not sum(row.counts):
        note = pen.write(2, y + 13, row.note, size=pen.SMALL, look="muted")
        return label + note, y + _HEIGHT + 2
    parts, x, middle = [label], 2.0, y + 1 + _HEIGHT / 2
    for look, number in zip(_LOOKS, row.counts, strict=True):
        if number < 1:
            continue
        end = x + unit * number
        parts.append(_part(x, end, middle, _HEIGHT, look))
        parts.append(_figure(x, end, middle, number, look))
        x = end
    return "".join(parts), y + _HEIGHT + 2


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
