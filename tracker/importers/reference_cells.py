"""One cell of a CSV file of scores: its text to what it means, or the sentence that says why not.

Every function raises RuleBroken for a text that does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from tracker.domain.editions import editions
from tracker.domain.errors import N_, RuleBroken
from tracker.domain.text import fold

NAME_MAX = 100
SOURCE_MAX = 300
AREA_MAX = 100
TOTAL_MAX = 800
FIRST_YEAR = 1990
_NOTHING = frozenset({"", "-", "–", "—"})
_FORMULA = re.compile(r"[=@]|[+-]\s*[\w(]")
_NUMBER = re.compile(r"-?\d{1,6}(?:[.,]\d{1,3})?")
_MONTH = re.compile(r"(\d{4})(?:[-/. ]?(0[1-9]|1[0-2])(?:[-/.](?:0[1-9]|[12]\d|3[01]))?)?")
_NAMED = re.compile(r"([a-zåäö]{3,9})\.?[ -]?(\d{4}|\d{2})")
_SHORT = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTHS = {**{name: place for place, name in enumerate(_SHORT, 1)}, "may": 5, "oct": 10}
_EDITION = re.compile(r"(?:kommunkompassen|kommunkompass|kk|version)?[ -]*(\d{4}|3[.,]1)")
_PRINT_OF_2020 = ("3.1", "3,1")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program could take the text for a formula; a number is none."""
    return bool(_FORMULA.match(text)) and not _NUMBER.fullmatch(text)


def municipality(text: str, spelled: Callable[[str], str]) -> str:
    """The name as we write it."""
    if not any(sign.isalpha() for sign in text):
        raise RuleBroken("Kommunens namn saknas.")
    if max(len(text), len(fold(text))) > NAME_MAX:
        raise RuleBroken("Kommunens namn får ha högst %(most)s tecken.", most=NAME_MAX)
    return spelled(text)


def source(text: str) -> str:
    """Where the scores were published."""
    if len(text) > SOURCE_MAX:
        raise RuleBroken("Källan får ha högst %(most)s tecken.", most=SOURCE_MAX)
    return text


def month(text: str, today: date) -> tuple[date, bool]:
    """The first day of the month or the year, and whether only the year is known."""
    if not text:
        raise RuleBroken("Månaden saknas. Skriv den som 2023-01, eller bara året.")
    year, month = _written_month(fold(text))
    if year < FIRST_YEAR:
        raise RuleBroken("Månaden går inte att läsa. Skriv den som 2023-01, eller bara året.")
    day = date(year, month or 1, 1)
    if day > today:
        raise RuleBroken("Månaden har inte kommit än.")
    return day, month is None


def _written_month(text: str) -> tuple[int, int | None]:
    """Year and month; the year is 0 where there is none. Excel turns 2023-01 into jan-23."""
    if found := _MONTH.fullmatch(text):
        return int(found[1]), int(found[2]) if found[2] else None
    if (found := _NAMED.fullmatch(text)) and (month := _MONTHS.get(found[1][:3])):
        year = int(found[2])
        return (year if year > 99 else 2000 + year), month
    return 0, None


def edition(text: str) -> str:
    """The key of an edition that we know."""
    if not text:
        raise RuleBroken("Versionen saknas. Skriv till exempel kommunkompassen-2020.")
    found = _EDITION.fullmatch(fold(text))
    year = found[1] if found else ""
    for known in editions():
        if str(known.year) == ("2020" if year in _PRINT_OF_2020 else year):
            return known.key
    raise RuleBroken(
        "Versionen är okänd. Skriv en av %(known)s.",
        known=", ".join(one.key for one in editions()),
    )


def area(number: int, text: str) -> float | None:
    """An area's score."""
    score = _number(text, N_("Poängen för område %(number)s är inget tal."), number=number)
    if score is not None and not 0 <= score <= AREA_MAX:
        raise RuleBroken("Poängen för område %(number)s ska vara mellan 0 och 100.", number=number)
    return score


def total(text: str) -> int | None:
    """The stated sum of all areas."""
    score = _number(text, N_("Summan är inget tal."))
    if score is None:
        return None
    if not 0 <= score <= TOTAL_MAX:
        raise RuleBroken("Summan ska vara mellan 0 och 800.")
    if score != int(score):
        raise RuleBroken("Summan ska vara ett helt tal.")
    return int(score)


def _number(text: str, otherwise: str, number: int = 0) -> float | None:
    """A number, whole where it is whole; None for nothing."""
    if text in _NOTHING:
        return None
    if not text.isascii() or not _NUMBER.fullmatch(text):
        raise RuleBroken(otherwise, number=number)
    score = float(text.replace(",", "."))
    return int(score) if score == int(score) else score
