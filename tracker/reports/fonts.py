"""The bundled typeface, and which characters it can draw: a PDF for archives may lack none."""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import lru_cache
from pathlib import Path

import typst

from tracker.reports.glyphs import MISSING, legible

FOLDER = Path(__file__).parents[1] / "data" / "fonts"
FAMILY, LENDER = "Open Sans", "DejaVu Sans Mono"  # the second is inside typst
# What the first lacks and the second has (a test draws them all).
_BORROWED = "□■▪→←↑↓↔⇒✓✔✗✘●○◦▲▼△▽◆◇★☆☐☑☒∞≠√∑"
_LIKE = str.maketrans({"\u2010": "-", "\u2011": "-", "\u202f": "\u00a0", "\t": " "})
_GONE = frozenset("\u200c\u200d\u2060\ufeff\ufe0e\ufe0f")
# The marks that the typeface has, after what they stand on.
_MARKS = "\u0300-\u036f\u0483-\u0489\u05b0-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
_MARKED = re.compile(rf"(^|[^{_MARKS}])[{_MARKS}]+")
_LENT = re.compile(f"([{_BORROWED}]+)")
_SIMPLE = re.compile("[\n -~\u00a0-\u00ac\u00ae-\u017fΑ-ΡΣ-Ωα-ωА-я–—‘’“”„†•…‰€−≈≤≥]")
_SEVERAL = re.compile(rf"{MISSING}{{2,}}")


@lru_cache(maxsize=1)
def typefaces() -> typst.Fonts:
    """The bundled files and what typst holds; never the system's, or files would differ by host."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(FOLDER)])


def drawable(text: str) -> str:
    """`text` with only what the typefaces have: the like of it, or one □ for a run of the rest."""
    known = covered()
    text = legible(text).translate(_LIKE)
    if known.issuperset(text) and not _MARKED.search(text):
        return text
    several = MISSING * 2 in text
    for _ in range(3):  # what stands in for a character may join the mark after it
        text = "".join(ch if ch in known else _stand_in(ch, known) for ch in text)
        text = unicodedata.normalize("NFC", _MARKED.sub(_held, text))
    text = "".join(ch for ch in text if ch in known)
    return text if several else _SEVERAL.sub(MISSING, text)


def lettered(text: str) -> list[str]:
    """Text for a drawing, by turns in the typeface and in `LENDER`; see `simple`."""
    return _LENT.split(simple(text))


def simple(text: str) -> str:
    """Drawable text of plain European letters, digits and signs; a □ stands for the rest.

    With marks of their own, ligatures or letters from right to left, typst loses count of what it
    draws in a drawing: it refuses the file, or falls over.
    """
    return _SEVERAL.sub(MISSING, "".join(map(_simple, drawable(text))))


def _simple(ch: str) -> str:
    if _SIMPLE.match(ch) or ch in _BORROWED:
        return ch
    if unicodedata.category(ch) in ("Mn", "Me", "Cf"):
        return ""
    bare = unicodedata.normalize("NFD", ch)[0]
    return bare if _SIMPLE.match(bare) else MISSING


def _held(found: re.Match[str]) -> str:
    """Marks that stand on a letter of the typeface; no other is drawn together with its base."""
    base = found[1]
    return found[0] if base.isalpha() and base not in _BORROWED else base


def _stand_in(ch: str, known: frozenset[str]) -> str:
    if ch in _GONE or unicodedata.category(ch) in ("Mn", "Me", "Cf"):
        return ""
    like = unicodedata.normalize("NFKC", ch)
    if known.issuperset(like):
        return like
    bare = unicodedata.normalize("NFD", ch)[0]
    return bare if bare in known else MISSING


@lru_cache(maxsize=1)
def covered() -> frozenset[str]:
    """Every character that all faces of the typeface draw, and those that typst's own adds."""
    faces = [_characters(path.read_bytes()) for path in sorted(FOLDER.glob("*.ttf"))]
    shown = {ch for ch in frozenset.intersection(*faces) if ch.isprintable()}
    return frozenset(shown | set(_BORROWED) | {"\n", "\u00a0", "\u00ad", "\u200b"})


def _characters(font: bytes) -> frozenset[str]:
    """The characters of a TrueType file: its "cmap" of format 4, which all ours have."""
    tables = struct.unpack_from(">H", font, 4)[0]
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * at) for at in range(tables))
    cmap = next(offset for tag, _sum, offset, _length in entries if tag == b"cmap")
    subtables = struct.unpack_from(">H", font, cmap + 2)[0]
    for at in range(subtables):
        start = cmap + struct.unpack_from(">HHI", font, cmap + 4 + 8 * at)[2]
        if struct.unpack_from(">H", font, start)[0] == 4:
            return _format_4(font, start)
    raise ValueError("a font without a format 4 table of characters")


def _format_4(font: bytes, start: int) -> frozenset[str]:
    double = struct.unpack_from(">H", font, start + 6)[0]
    count = double // 2
    ends, starts, deltas, ranges = (
        struct.unpack_from(f">{count}H", font, start + 14 + at * double + (2 if at else 0))
        for at in range(4)
    )
    places = start + 16 + 3 * double
    found = set()
    for at in range(count):
        for code in range(starts[at], min(ends[at], 0xFFFE) + 1):
            glyph = code + deltas[at]
            if ranges[at]:
                place = places + 2 * at + ranges[at] + 2 * (code - starts[at])
                glyph = struct.unpack_from(">H", font, place)[0]
                glyph = glyph and glyph + deltas[at]
            if glyph & 0xFFFF:
                found.add(chr(code))
    return frozenset(found)
