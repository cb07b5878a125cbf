"""What differs between the languages of the interface, apart from their sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Say: TypeAlias = Callable[[str], str]  # a sentence of the source → the reader's

LANGUAGES = ("sv", "en", "nb")  # the source's first; config.LOCALES says the same
# Each language by its own name, so that it is found by whoever reads no other.
NAMES = {"sv": "Svenska", "en": "English", "nb": "Norsk"}
_POINT = {"nb": "."}  # after the day's number: 1. desember
_COMMA = {"en": ","}  # after the weekday: Tuesday, 1 December
_BETWEEN = {"en": ":"}  # hours and minutes; a full stop in the Nordic languages


def day_pattern(language: str, *, year: bool = True, weekday: bool = False) -> str:
    """How a day is written in words, as a pattern of Unicode's CLDR: 1 december 2026,
    1. desember 2026, Tuesday, 1 December 2026."""
    said = f"d{_POINT.get(language, '')} MMMM"
    if weekday:
        said = f"EEEE{_COMMA.get(language, '')} {said}"
    return f"{said} y" if year else said


def time_pattern(language: str) -> str:
    """How a time of day is written, as a pattern of Unicode's CLDR: 09.14, 09:14."""
    return f"HH{_BETWEEN.get(language, '.')}mm"
