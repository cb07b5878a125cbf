"""Text as the product compares and keeps it: spaces, search keys, likeness of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Generic, TypeVar

_ACCENTED = re.compile(r"[^\x00-\x7fåäö]+")
_INVISIBLE = frozenset({"Cf", "Cs"})
_WORD = re.compile(r"[^\W_]+")
_ALIKE = 0.84

T = TypeVar("T")


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
    if not _ACCENTED.search(key):
        return key
    return normalise_space(_ACCENTED.sub(lambda found: "".join(map(_plain, found[0])), key))


def words(text: str) -> list[str]:
    """The words of `text`, folded, in order; punctuation only separates."""
    return _WORD.findall(fold(text))


def likeness(one: str, other: str) -> float:
    """How alike two names are, 0 to 1: 1 when the same words stand in the same order."""
    return _likeness(_name_key(one), _name_key(other))


def _likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0 if a else 0.0
    if not a or not b or not 0.6 <= len(a) / len(b) <= 1.67 or not _share_words(a, b):
        return 0.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()


class Names(Generic[T]):
    """Things that are known by several names, made ready once to be found by a tolerant spelling.

    `match` gives what `likeness` would, at a fraction of the time: most texts share no word
    with any name, or differ too much in length.
    """

    def __init__(self, things: Iterable[tuple[T, Sequence[str]]]) -> None:
        self._owners = [(thing, _name_key(name)) for thing, names in things for name in names]
        self._exact = {key: thing for thing, key in reversed(self._owners) if key}
        self._first_words = {key[:4] for _, key in self._owners}
        self._by_word: dict[str, list[int]] = {}
        for index, (_, key) in enumerate(self._owners):
            for beginning in _beginnings(key):
                self._by_word.setdefault(beginning, []).append(index)

    def opens(self, text: str) -> bool:
        """Whether a name begins with the first word of `text`, or with one much like it."""
        word = _WORD.search(fold(text))
        return word is not None and word[0][:4] in self._first_words

    def match(self, text: str, least: float = _ALIKE) -> T | None:
        """What is named most like `text`, the first of equals; None where nothing is at least
        as alike as `least`."""
        key = _name_key(text)
        if key in self._exact:
            return self._exact[key]
        near = {i for word in _beginnings(key) for i in self._by_word.get(word, ())}
        found, best = None, least
        for index in sorted(near):
            thing, name = self._owners[index]
            if 2 * min(len(key), len(name)) < best * (len(key) + len(name)):
                continue
            score = _likeness(key, name)
            if score > best or (found is None and score == best):
                found, best = thing, score
        return found


def _is_visible(ch: str) -> bool:
    category = unicodedata.category(ch)
    if category == "Cn" and (ord(ch) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(ch) <= 0xFDEF):
        return False  # a code point that never will be a character
    return ch.isspace() or (category not in _INVISIBLE and category != "Cc")


@lru_cache(maxsize=4096)
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
