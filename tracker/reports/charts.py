"""The drawings of the effect pages: one SVG each, the same on the page, in the PDF and the DOCX.

Every word comes from the caller, in the reader's language; all of it is escaped and cut to fit.
Values are in per cent of max unless a function says otherwise. A drawing is 320 units wide, so
that it can be read on a telephone; the page limits its width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.reports import drawing as pen
from tracker.reports.drawing import Name
from tracker.reports.progress_bars import ProgressRow, ProgressWords, progress, progress_on_paper
from tracker.reports.timelines import Period, SeriesLine, SeriesWords, Spread, series

__all__ = [
    "DumbbellRow",
    "DumbbellWords",
    "IntervalRow",
    "IntervalWords",
    "Name",
    "OutlookRow",
    "OutlookWords",
    "Period",
    "ProgressRow",
    "ProgressWords",
    "SeriesLine",
    "SeriesWords",
    "Spread",
    "dumbbell",
    "interval",
    "outlook",
    "progress",
    "progress_on_paper",
    "series",
]


@dataclass(frozen=True, slots=True)
class DumbbellRow:
    """One area: its share of max then and now (None where there was none), the change in words.

    `comparable` is false where the two may not be joined; `note` says why (new, dropped, another
    edition) and stands below the label. A change too `small` to count has no colour.
    """

    label: str
    before: float | None
    after: float | None
    change: str = ""
    note: str = ""
    comparable: bool = True
    small: bool = False


@dataclass(frozen=True, slots=True)
class DumbbellWords:
    """The legend: what the open and the filled dot are ("mars 2021"), and the axis."""

    before: str
    after: str
    axis: str


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """A difference with its interval; `text` says the same in figures. None: too little to say."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class IntervalWords:
    """What lies left and right of the zero line, and what the axis counts."""

    below: str
    above: str
    axis: str


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """A range to expect, with or without what is `planned`; `text` says the same in figures.
    `middle` is marked by a dot where it is known, as today's value is by a line."""

    label: str
    low: float
    high: float
    text: str = ""
    planned: bool = True
    middle: float | None = None


@dataclass(frozen=True, slots=True)
class OutlookWords:
    """What the line of today says ("I dag: 57 %"), and what the axis counts."""

    today: str
    axis: str


def dumbbell(rows: Sequence[DumbbellRow], *, name: Name, words: DumbbellWords) -> str:
    """Each row then and now in per cent of max; "" where there is no row."""
    if not rows:
        return ""
    scale = pen.Scale(0, 100, 8, pen.WIDTH - 74)
    parts, top = _dumbbell_legend(words)
    ticks, y = _ticks_above(scale, top, words.axis)
    parts.append(ticks)
    for row in rows:
        drawn, y = _dumbbell_row(row, scale, y + 8)
        parts.append(drawn)
    return pen.drawing(name, y, parts)


def _dumbbell_legend(words: DumbbellWords) -> tuple[list[str], float]:
    """The two dots and what they are, on one line if they fit, and where the next thing begins."""
    parts, x, y = [], 8.0, 10.0
    for look, word in (("open", words.before), ("filled", words.after)):
        width = 14 + pen.text_width(word, pen.LABEL)
        if x > 8 and x + width > pen.WIDTH:
            x, y = 8.0, y + 20
        parts.append(pen.dot(x, y, look=look))
        parts.append(pen.write(x + 12, y + 4.5, word, width=pen.WIDTH - x - 14))
        x += width + 18
    return parts, y + 14


_LABEL_LINES = 4  # several names stand together where sub-areas were split or merged


def _dumbbell_row(row: DumbbellRow, scale: pen.Scale, y: float) -> tuple[str, float]:
    label, y = pen.paragraph(y, row.label, most=_LABEL_LINES)
    before, after = pen.finite(row.before), pen.finite(row.after)
    if row.note:
        note, y = pen.paragraph(y - 1, row.note, size=pen.SMALL, look="muted")
        label += note
    middle = y + 9
    parts = [label, pen.bar(scale.start, scale.end, middle, 4, look="track")]
    way = "join"
    if before is not None and after is not None and row.comparable:
        if not row.small:
            way = "up" if after > before else "down" if after < before else "join"
        parts.append(pen.line(scale(before), middle, scale(after), middle, look=way))
    if before is not None:
        hidden = after is not None and abs(scale(before) - scale(after)) < 6
        parts.append(pen.dot(scale(before), middle, look="open", radius=9 if hidden else 5.5))
    if after is not None:
        parts.append(pen.dot(scale(after), middle, look="down" if way == "down" else "filled"))
    look = way if way in ("up", "down") else "muted"
    room = pen.WIDTH - scale.end - 12
    end = pen.WIDTH - 2
    parts.append(
        pen.write(end, middle + 4.5, row.change, anchor="end", strong=True, look=look, width=room)
    )
    return "".join(parts), y + 20


def interval(rows: Sequence[IntervalRow], *, name: Name, words: IntervalWords) -> str:
    """Differences with their intervals and the zero line; "" where there is too little to say."""
    known = [(row, ends) for row in rows if (ends := _ends(row)) is not None]
    if not known:
        return ""
    values = [value for _row, ends in known for value in (*ends, 0.0)]
    scale = pen.widened(values, 14, pen.WIDTH - 14, least=8)
    sides, y = _sides(words)
    drawn = []
    for row, ends in known:
        made, y = _interval_row(row, ends, scale, y + 8)
        drawn.append(made)
    axis, y = _ticks_below(scale, y + 2, words.axis, signed=True)
    return pen.drawing(name, y, [*sides, *drawn, axis])


def _ends(row: IntervalRow) -> tuple[float, float, float] | None:
    low, value, high = (pen.finite(one) for one in (row.low, row.value, row.high))
    return None if low is None or value is None or high is None else (low, value, high)


_SIDE_LINES = 4  # each side has less than half of the width


def _sides(words: IntervalWords) -> tuple[list[str], float]:
    """What lies left and right of zero, each with its arrow, and where the next thing begins."""
    room = pen.WIDTH / 2 - 24
    parts, most = [], 0
    for word, way in ((words.below, -1), (words.above, 1)):
        tip = pen.WIDTH / 2 + way * (pen.WIDTH / 2 - 3)
        lines = pen.wrap(word, room, pen.SMALL, _SIDE_LINES)
        most = max(most, len(lines))
        anchor = "start" if way < 0 else "end"
        for at, one in enumerate(lines):
            x, y = tip - way * 16, 13 + at * pen.LINE
            parts.append(pen.write(x, y, one, anchor=anchor, size=pen.SMALL, look="muted"))
        parts.append(pen.arrow(tip, 9, way))
    return parts, 4 + most * pen.LINE


def _interval_row(
    row: IntervalRow, ends: tuple[float, float, float], scale: pen.Scale, y: float
) -> tuple[str, float]:
    label, y = pen.paragraph(y, row.label)
    text, y = pen.paragraph(y, row.text, look="text") if row.text else ("", y)
    low, value, high = map(scale, ends)
    middle = y + 11
    zero = scale(0)
    parts = [pen.line(zero, middle - 12, zero, middle + 13, look="zero")]
    parts.append(pen.line(low, middle, high, middle, look="interval"))
    parts += [pen.line(end, middle - 6, end, middle + 6, look="interval") for end in (low, high)]
    parts.append(pen.dot(value, middle, look="filled", radius=6))
    return label + text + "".join(parts), y + 24


def outlook(
    today: float | None, rows: Sequence[OutlookRow], *, name: Name, words: OutlookWords
) -> str:
    """Today's value and the ranges to expect (any unit); "" where there is no range."""
    known = [row for row in rows if None not in (pen.finite(row.low), pen.finite(row.high))]
    if not known:
        return ""
    now = pen.finite(today)
    values = [value for row in known for value in (row.low, row.high)]
    scale = pen.widened([*values, *([] if now is None else [now])], 14, pen.WIDTH - 14, least=4)
    drawn, y = ([], 0.0) if now is None else _today(scale(now), words.today)
    for row in known:
        made, y = _outlook_row(row, scale, y + 8)
        drawn.append(made)
        if now is not None:
            drawn.append(pen.line(scale(now), y - 24, scale(now), y - 2, look="zero"))
    axis, y = _ticks_below(scale, y + 4, words.axis)
    return pen.drawing(name, y, [*drawn, axis])


def _today(x: float, word: str) -> tuple[list[str], float]:
    """Today's value as a row of its own: the word, and the line that goes on below."""
    label, y = pen.paragraph(0, word)
    return [label, pen.line(x, y + 4, x, y + 20, look="zero")], y + 20


def _outlook_row(row: OutlookRow, scale: pen.Scale, y: float) -> tuple[str, float]:
    label, y = pen.paragraph(y, row.label)
    text, y = pen.paragraph(y, row.text) if row.text else ("", y)
    look = "planned" if row.planned else "unplanned"
    low, high = sorted((scale(row.low), scale(row.high)))
    made = pen.bar(low, max(high, low + 3), y + 11, 14, look=look)
    middle = pen.finite(row.middle)
    dot = "" if middle is None else pen.dot(scale(middle), y + 11, look="open", radius=4)
    return label + text + made + dot, y + 24


def _ticks_above(scale: pen.Scale, y: float, word: str) -> tuple[str, float]:
    """The axis of a whole drawing on its top: what it counts, and its figures."""
    named, y = pen.paragraph(y, word, size=pen.SMALL, look="muted") if word else ("", y)
    return named + _figures(scale, y + 12, signed=False), y + 14


def _ticks_below(
    scale: pen.Scale, y: float, word: str, *, signed: bool = False
) -> tuple[str, float]:
    """The axis at the bottom: a line with marks, figures, and what they count."""
    marks = pen.line(scale.start, y, scale.end, y, look="axis") + "".join(
        pen.line(scale(at), y, scale(at), y + 4, look="axis") for at in scale.ticks()
    )
    figures = _figures(scale, y + 17, signed=signed)
    named, y = pen.paragraph(y + 18, word, size=pen.SMALL, look="muted") if word else ("", y + 20)
    return marks + figures + named, y + 3


def _figures(scale: pen.Scale, y: float, *, signed: bool) -> str:
    return "".join(
        pen.write(
            scale(at), y, pen.figure(at, signed), anchor="middle", size=pen.SMALL, look="muted"
        )
        for at in scale.ticks()
    )
