"""Text as a file can hold it: what no reader sees goes, what no font draws becomes a □."""

from __future__ import annotations

import re
import unicodedata

MISSING = "□"
_KEPT_CONTROLS = "\n\t"
_MONTHS = (
    "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december|"
    "January|February|March|May|June|July|August|October"
)
_PAIRS = re.compile(rf"(?<![\d.,])(\d{{1,2}}) (?=(?:{_MONTHS})\b)|(?<=\d) (av|of) (?=\d)", re.I)
_NO_BREAK = "\N{NO-BREAK SPACE}"
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_BREAKS = str.maketrans(
    {"\r": "\n", "\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
)


def legible(text: str) -> str:
    """`text` in NFC as XML may hold it: line breaks are `\\n`, controls and bidi controls go.

    Lone surrogates and code points that are no characters become □.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_BREAKS))
    return text if text.isprintable() else "".join(map(_legible, text))


def one_line(text: str) -> str:
    """`legible` text on one line, with single blanks; a paragraph sign stays with its number."""
    return unbroken(" ".join(legible(text).split()))


def unbroken(text: str) -> str:
    """The text with every paragraph sign kept on one line with its number."""
    return text.replace("§ ", "§\N{NO-BREAK SPACE}")


def together(text: str) -> str:
    """`unbroken` text in which a day stays with its month, and "6 av 13" on one line."""
    text = unbroken(text)
    return _PAIRS.sub(lambda found: found[0].replace(" ", _NO_BREAK), text)


def short(text: str, most: int) -> str:
    """`one_line` of no more than `most` characters; an ellipsis stands for what was cut."""
    line = one_line(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _legible(ch: str) -> str:
    if ch.isprintable() or ch in _KEPT_CONTROLS:
        return ch
    kind = unicodedata.category(ch)
    if kind == "Cc" or ch in _BIDI:
        return ""
    noncharacter = 0xFDD0 <= ord(ch) <= 0xFDEF or ord(ch) & 0xFFFE == 0xFFFE
    return MISSING if kind == "Cs" or noncharacter else ch
