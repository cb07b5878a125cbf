"""The drawing of a series: a line over two to ten evaluations, one small plot for each line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.reports import drawing as pen
from tracker.reports.drawing import Name

_LEFT, _RIGHT = 34.0, 300.0
_TALL, _LOW = 130.0, 62.0  # the plot of a line alone, and of one among several


@dataclass(frozen=True, slots=True)
class Period:
    """An evaluation of a series: its label ("2021"), its edition, its time in years if known."""

    label: str
    edition: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """An area, or the total: a value for each period, None where there was none."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Other municipalities at a period: their mean, and a low and a high end of their spread."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True, slots=True)
class SeriesWords:
    """The axis; what the band is ("Andra kommuner"); what the dashed line between editions says."""

    axis: str
    others: str = ""
    broken: str = ""


def series(
    lines: Sequence[SeriesLine],
    periods: Sequence[Period],
    *,
    name: Name,
    words: SeriesWords,
    others: Sequence[Spread | None] = (),
) -> str:
    """Each line over the periods, in a plot of its own; "" with less than two periods.

    No line passes from one edition to another. `others` has a place for each period. Raises
    ValueError where a line's values, or the others, are not as many as the periods.
    """
    if any(
        len(values) != len(periods)
        for values in [*(one.values for one in lines), others or periods]
    ):
        raise ValueError("a line does not fit the periods")
    if len(periods) < 2 or not lines:
        return ""
    sheet = _Sheet(periods, others or [None] * len(periods), _LOW if len(lines) > 1 else _TALL)
    parts, y = _legend(sheet, words)
    for one in lines:
        drawn, y = _plot(one, sheet, y + 12)
        parts.append(drawn)
    parts.append(_period_labels(sheet, y + 16))
    return pen.drawing(name, y + 22, parts)


class _Sheet:
    """What all plots of a series share: the periods' places, the others, the height."""

    def __init__(
        self, periods: Sequence[Period], others: Sequence[Spread | None], height: float
    ) -> None:
        self.periods, self.height = periods, height
        self.others = [other if other and _drawable(other) else None for other in others]
        self.places = _places(periods)

    def breaks(self) -> Iterator[float]:
        """Where one edition gives way to the next."""
        for at, (one, after) in enumerate(pairwise(self.periods)):
            if one.edition != after.edition:
                yield (self.places[at] + self.places[at + 1]) / 2

    def runs(self, known: Callable[[int], bool]) -> Iterator[list[int]]:
        """The periods in runs of one edition, without those that are not known."""
        run: list[int] = []
        for at, period in enumerate(self.periods):
            if run and (not known(at) or period.edition != self.periods[at - 1].edition):
                yield run
                run = []
            if known(at):
                run.append(at)
        if run:
            yield run


def _drawable(other: Spread) -> bool:
    return None not in map(pen.finite, (other.low, other.mean, other.high))


def _places(periods: Sequence[Period]) -> list[float]:
    """Where each period stands: by time where all times are known and rise, else evenly."""
    times = [pen.finite(period.at) for period in periods]
    known = [at for at in times if at is not None]
    if len(known) < len(times) or any(late <= early for early, late in pairwise(known)):
        known = [float(at) for at in range(len(periods))]
    scale = pen.Scale(known[0], known[-1], _LEFT + 8, _RIGHT - 8)
    return [scale(at) for at in known]


def _legend(sheet: _Sheet, words: SeriesWords) -> tuple[list[str], float]:
    """What the axis counts, and what the band and the dashed line are where there are any."""
    axis, y = (
        pen.paragraph(0, words.axis, size=pen.SMALL, look="muted") if words.axis else ("", 0.0)
    )
    parts = [axis]
    if any(sheet.others) and words.others:
        parts.append(pen.bar(4, 26, y + 10, 10, look="unplanned"))
        parts.append(pen.line(4, y + 10, 26, y + 10, look="mean"))
        parts.append(pen.write(_LEFT, y + 14, words.others, size=pen.SMALL, width=_RIGHT - _LEFT))
        y += pen.LINE + 1
    if any(True for _ in sheet.breaks()) and words.broken:
        parts.append(pen.line(15, y + 2, 15, y + 17, look="break", dashed=True))
        parts.append(pen.write(_LEFT, y + 14, words.broken, size=pen.SMALL, width=_RIGHT - _LEFT))
        y += pen.LINE + 1
    return parts, y


def _plot(one: SeriesLine, sheet: _Sheet, y: float) -> tuple[str, float]:
    label, y = pen.paragraph(y, one.label)
    bottom = y + 8 + sheet.height
    scale = pen.Scale(0, 100, bottom, y + 8)
    parts = [label, _grid(scale)]
    parts += [pen.line(x, y + 4, x, bottom, look="break", dashed=True) for x in sheet.breaks()]
    parts += _band(sheet, scale)
    values = [pen.finite(value) for value in one.values]
    for run in sheet.runs(lambda at: values[at] is not None):
        spots = [(sheet.places[at], scale(values[at] or 0.0)) for at in run]
        parts += [pen.line(*a, *b, look="series") for a, b in pairwise(spots)]
        parts += [pen.dot(x, at, look="filled", radius=4) for x, at in spots]
    parts += _labels(values, sheet, scale)
    return "".join(parts), bottom


def _grid(scale: pen.Scale) -> str:
    return "".join(
        pen.line(_LEFT, scale(at), _RIGHT, scale(at), look="grid" if at else "axis")
        + pen.write(
            _LEFT - 5, scale(at) + 4, str(at), anchor="end", size=pen.SMALL, look="muted", width=30
        )
        for at in (0, 50, 100)
    )


def _band(sheet: _Sheet, scale: pen.Scale) -> Iterator[str]:
    """The others' spread with their mean; a single period gives an upright bar."""
    for run in sheet.runs(lambda at: sheet.others[at] is not None):
        known = [(sheet.places[at], other) for at in run if (other := sheet.others[at])]
        if len(known) == 1:
            x, only = known[0]
            known = [(x - 5, only), (x + 5, only)]
        low = [(x, scale(one.low)) for x, one in known]
        high = [(x, scale(one.high)) for x, one in known]
        yield pen.area([*high, *reversed(low)])
        for (x1, one), (x2, after) in pairwise(known):
            yield pen.line(x1, scale(one.mean), x2, scale(after.mean), look="mean")


def _labels(values: Sequence[float | None], sheet: _Sheet, scale: pen.Scale) -> Iterator[str]:
    """Each figure beside its dot, away from the others' mean; the last one wins over its rivals."""
    known = [(at, value) for at, value in enumerate(values) if value is not None]
    start = float("inf")
    for at, value in reversed(known):
        figure, other = pen.figure(value), sheet.others[at]
        x, half = sheet.places[at], pen.text_width(figure, pen.LABEL) / 2
        if x + half < start:
            y = scale(value)
            under = y - 8 < scale.end + 4 or (other is not None and value < other.mean)
            under = under and y + 17 < scale.start
            yield pen.write(x, y + 17 if under else y - 8, figure, anchor="middle", strong=True)
            start = x - half - 3


def _period_labels(sheet: _Sheet, y: float) -> str:
    """The periods under the last plot, without those that would run into another."""
    parts, end, last = [], float("-inf"), len(sheet.periods) - 1
    room = {at: _label_room(sheet, at) for at in range(last + 1)}
    for at, period in enumerate(sheet.periods):
        left, right = room[at]
        if left > end and (at == last or right < room[last][0]):
            parts.append(
                pen.write(
                    (left + right) / 2, y, period.label, anchor="middle", size=pen.SMALL, width=80
                )
            )
            end = right + 4
    return "".join(parts)


def _label_room(sheet: _Sheet, at: int) -> tuple[float, float]:
    """Where a period's label begins and ends, moved in from the edges of the sheet."""
    half = min(pen.text_width(sheet.periods[at].label, pen.SMALL), 80) / 2
    x = min(max(sheet.places[at], half + 2), pen.WIDTH - half - 2)
    return x - half, x + half
