"""The pen of `charts`: SVG elements, text that fits its width, colours, a scale with round ticks.

A colour is a literal presentation attribute, so that a file shows it; the class beside it lets
the page's stylesheet (effect_charts.css) put its own in the dark. Sizes are in the units of a
drawing that is `WIDTH` wide.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from tracker.reports.glyphs import one_line, short

WIDTH = 320.0
LABEL, SMALL = 14.0, 13.0  # sizes of text
LINE = 18.0  # from one line of a label to the next
FONTS = "'Open Sans', system-ui, sans-serif"
INK, MUTED, EDGE = "#20261f", "#585b50", "#7d7667"
FAINT, SOFT, PAPER = "#ded6c7", "#e6dfd1", "#ffffff"
ACCENT, LIGHT, DOWN = "#125a4c", "#dfece5", "#98271f"
_LONGEST_TITLE, _LONGEST_DESC = 300, 2000
_LARGEST = 1e9
_IDENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_NARROW = frozenset("iljtfrI.,:;'|!()[]{}/\\ -·")
_WIDE = frozenset("mwMWÆŒ@%…—")
_ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Name:
    """What a drawing is called: a prefix for its ids, unique on the page; a title; a description.

    Raises ValueError where `ident` is not an ASCII letter with letters, digits, - or _ after it.
    """

    ident: str
    title: str
    desc: str = ""

    def __post_init__(self) -> None:
        if not _IDENT.fullmatch(self.ident):
            raise ValueError(f"{self.ident!r} cannot begin an id")


def drawing(name: Name, height: float, parts: Iterable[str], width: float = WIDTH) -> str:
    """The whole SVG: `parts` on a sheet that is `width` × `height`."""
    ids = f"{name.ident}-title {name.ident}-desc" if name.desc else f"{name.ident}-title"
    told = f'<title id="{name.ident}-title">{escape(short(name.title, _LONGEST_TITLE))}</title>'
    if name.desc:
        told += f'<desc id="{name.ident}-desc">{escape(short(name.desc, _LONGEST_DESC))}</desc>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="effect-chart" '
        f'aria-labelledby="{ids}" viewBox="0 0 {number(width)} {number(height)}" '
        f"font-family={quoteattr(FONTS)}>{told}{''.join(parts)}</svg>"
    )


def write(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: float = LABEL,
    strong: bool = False,
    look: str = "text",
    width: float = WIDTH,
) -> str:
    """A line of text on the baseline `y`, cut to `width`; `look`: text, muted, up, down or
    inverse."""
    colour = {"text": INK, "muted": MUTED, "up": ACCENT, "down": DOWN, "inverse": PAPER}[look]
    weight = ' font-weight="600"' if strong else ""
    shown = escape(cut(text, width, size))
    return (
        f'<text class="effect-chart__{look}" x="{number(x)}" y="{number(y)}" '
        f'font-size="{number(size)}" text-anchor="{anchor}" fill="{colour}"{weight}>{shown}</text>'
    )


def line(x1: float, y1: float, x2: float, y2: float, *, look: str, dashed: bool = False) -> str:
    """A straight line; `look` names its colour and width in `_LINES`."""
    colour, width = _LINES[look]
    dashes = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<line class="effect-chart__line effect-chart__line--{look}" x1="{number(x1)}" '
        f'y1="{number(y1)}" x2="{number(x2)}" y2="{number(y2)}" stroke="{colour}" '
        f'stroke-width="{number(width)}"{dashes}/>'
    )


_LINES = {
    "grid": (FAINT, 1.0),
    "axis": (EDGE, 1.0),
    "zero": (INK, 1.5),
    "join": (EDGE, 4.0),
    "up": (ACCENT, 4.0),
    "down": (DOWN, 4.0),
    "series": (ACCENT, 2.5),
    "interval": (ACCENT, 3.0),
    "mean": (EDGE, 1.5),
    "break": (EDGE, 1.0),
}


def arrow(tip: float, y: float, way: int) -> str:
    """A small arrow whose point is at `tip`: `way` is -1 for left, 1 for right."""
    back = tip - way * 11
    head = tip - way * 4
    path = (
        f"M{number(back)} {number(y)}H{number(tip)}M{number(head)} {number(y - 4)}"
        f"L{number(tip)} {number(y)}L{number(head)} {number(y + 4)}"
    )
    return (
        f'<path class="effect-chart__line effect-chart__line--axis" d="{path}" fill="none" '
        f'stroke="{EDGE}" stroke-width="1.5"/>'
    )


def dot(x: float, y: float, *, look: str, radius: float = 5.5) -> str:
    """A dot: `look` is open (then), filled (now) or down (now, and lower)."""
    fill, stroke = {"open": (PAPER, EDGE), "filled": (ACCENT, ACCENT), "down": (DOWN, DOWN)}[look]
    return (
        f'<circle class="effect-chart__dot effect-chart__dot--{look}" cx="{number(x)}" '
        f'cy="{number(y)}" r="{number(radius)}" fill="{fill}" stroke="{stroke}" stroke-width="2"/>'
    )


def bar(x1: float, x2: float, y: float, height: float, *, look: str) -> str:
    """A lying bar from `x1` to `x2` round the line `y`; `look` is one of `_BARS`."""
    fill, stroke = _BARS[look]
    return (
        f'<rect class="effect-chart__bar effect-chart__bar--{look}" x="{number(min(x1, x2))}" '
        f'y="{number(y - height / 2)}" width="{number(abs(x2 - x1))}" height="{number(height)}" '
        f'rx="{number(height / 4)}" fill="{fill}" stroke="{stroke}" stroke-width="1"/>'
    )


_BARS = {
    "track": (SOFT, SOFT),
    "planned": (LIGHT, ACCENT),
    "unplanned": (SOFT, EDGE),
    "done": (ACCENT, ACCENT),
    "ongoing": (LIGHT, ACCENT),
    "late": (PAPER, DOWN),
    "plate": (PAPER, PAPER),
    "waiting": (SOFT, EDGE),
}


def strokes(path: str) -> str:
    """The strokes that hatch what is late."""
    return (
        f'<path class="effect-chart__hatch" d="{path}" fill="none" stroke="{DOWN}" '
        f'stroke-width="1.5"/>'
    )


def area(points: Iterable[tuple[float, float]]) -> str:
    """The filled band between two curves."""
    corners = " ".join(f"{number(x)},{number(y)}" for x, y in points)
    return (
        f'<polygon class="effect-chart__band" points="{corners}" fill="{SOFT}" '
        f'stroke="{EDGE}" stroke-width="1"/>'
    )


def paragraph(
    y: float, text: str, *, size: float = LABEL, look: str = "text", most: int = 2
) -> tuple[str, float]:
    """Text from the left over at most `most` lines below `y`, and where the next thing begins."""
    lines = wrap(text, WIDTH - 4, size, most)
    drawn = [
        write(2, y + 14 + LINE * at, one, size=size, look=look) for at, one in enumerate(lines)
    ]
    return "".join(drawn), y + LINE * len(lines)


def wrap(text: str, width: float, size: float, most: int = 2) -> list[str]:
    """`text` in at most `most` lines that fit; what does not fit ends with an ellipsis."""
    words = one_line(text[:_LONGEST_DESC]).split(" ")
    lines: list[str] = []
    while words and words[0] and len(lines) < most:
        taken = 1
        while taken < len(words) and _fits(" ".join(words[: taken + 1]), width, size):
            taken += 1
        if len(lines) + 1 == most:
            taken = len(words)
        lines.append(cut(" ".join(words[:taken]), width, size))
        words = words[taken:]
    return lines


def cut(text: str, width: float, size: float) -> str:
    """`text` on one line, no wider than `width`; an ellipsis stands for what was cut."""
    text = one_line(text[:_LONGEST_DESC])
    if _fits(text, width, size):
        return text
    kept = 0
    room = width / size - _share(_ELLIPSIS)
    for ch in text:
        room -= _share(ch)
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + _ELLIPSIS


def text_width(text: str, size: float) -> float:
    """About how wide `text` is: no font is at hand, so a little too much rather than too little."""
    return sum(map(_share, one_line(text))) * size


def _fits(text: str, width: float, size: float) -> bool:
    return sum(map(_share, text)) * size <= width


@lru_cache(maxsize=4096)
def _share(ch: str) -> float:
    if ch in _NARROW:
        return 0.36
    if unicodedata.east_asian_width(ch) in "WF":
        return 1.05
    if unicodedata.combining(ch):
        return 0.0
    return 0.92 if ch in _WIDE else 0.7 if ch.isupper() else 0.59


def number(value: float) -> str:
    """A coordinate, without needless decimals, exponent or minus zero."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def figure(value: float, signed: bool = False) -> str:
    """A whole value as a figure, with a true minus sign."""
    whole = round(value)
    return ("−" if whole < 0 else "+" if signed and whole > 0 else "") + str(abs(whole))


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` laid out from `start` to `end`; values outside stop there.

    Its ticks are whole numbers.
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where `value` stands."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int = 5) -> list[float]:
        """Round values on the scale: no more than `most`, the first and the last near its ends."""
        step = max(1.0, _round_step((self.high - self.low) / max(1, most - 1)))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(at * step, 6) + 0.0 for at in range(first, last + 1)]


def widened(values: Iterable[float], start: float, end: float, *, least: float = 1.0) -> Scale:
    """A scale from `start` to `end` that holds `values` with air round them and round ends."""
    low, high = _ends(values)
    step = max(1.0, _round_step(max(high - low, least) / 4))
    return Scale(
        math.floor(low / step - 0.05) * step, math.ceil(high / step + 0.05) * step, start, end
    )


def _ends(values: Iterable[float]) -> tuple[float, float]:
    known = list(values)
    return min(known), max(known)


def _round_step(least: float) -> float:
    ten = 10.0 ** math.floor(math.log10(least))
    return next((share * ten for share in (1, 2, 5) if share * ten >= least - 1e-9), 10 * ten)


def finite(value: float | None) -> float | None:
    """`value`, or None where it is no number that can be drawn."""
    return None if value is None or not abs(value) < _LARGEST else float(value)
