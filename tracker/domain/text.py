"""Text as the product compares and keeps it: spaces, search keys, likeness of names."""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

_ACCENTED = re.compile(r"[^\x00-\x7fåäö]")
_INVISIBLE = frozenset({"Cf", "Cs"})
_WORD = re.compile(r"[^\W_]+")


def normalise_space(text: str) -> str:
    """`text` in NFC on one line: runs of white space become one blank, the invisible goes.

    Zero-width characters, soft hyphens and control characters (NUL among them, which
    PostgreSQL refuses) are dropped.
    """
    if not text.isprintable():
        text = "".join(ch for ch in text if _is_visible(ch))
    return " ".join(unicodedata.normalize("NFC", text).split())


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """The key to search and compare by: case, accents and invisible characters do not count.

    å, ä and ö stay letters of their own. `fold(fold(x)) == fold(x)`.
    """
    key = normalise_space(text).casefold()
    return normalise_space(_ACCENTED.sub(lambda found: _plain(found[0]), key))


def words(text: str) -> list[str]:
    """The words of `text`, folded, in order; punctuation only separates."""
    return _WORD.findall(fold(text))


def likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: 1 when the same words stand in the same order."""
    a, b = _name_key(one), _name_key(other)
    if a == b:
        return 1.0 if a else 0.0
    if not a or not b or not 0.6 <= len(a) / len(b) <= 1.67 or not _share_words(a, b):
        return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


def _is_visible(ch: str) -> bool:
    category = unicodedata.category(ch)
    if category == "Cn" and (ord(ch) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(ch) <= 0xFDEF):
        return False  # a code point that never will be a character
    return ch.isspace() or (category not in _INVISIBLE and category != "Cc")


def _plain(ch: str) -> str:
    """One character without its accents ("" for an accent that stands alone)."""
    parts = unicodedata.normalize("NFD", ch)
    return "".join(part for part in parts if unicodedata.category(part) not in {"Mn", "Me"})


@lru_cache(maxsize=16384)
def _name_key(text: str) -> str:
    return " ".join(words(text))


@lru_cache(maxsize=16384)
def _beginnings(key: str) -> frozenset[str]:
    return frozenset(word[:4] for word in key.split() if len(word) > 2)


def _share_words(a: str, b: str) -> bool:
    mine, theirs = _beginnings(a), _beginnings(b)
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0
