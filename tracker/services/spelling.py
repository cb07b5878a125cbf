"""How people write a municipality's name and a month, and what they mean by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from babel.dates import get_month_names

from tracker.domain.languages import LANGUAGES
from tracker.domain.text import fold, normalise_space
from tracker.importers.municipalities import NAMES

_BEFORE = re.compile(r"kommunen\s+", re.IGNORECASE)
_AFTER = re.compile(r"\s+(?:kommun(?:en)?s?|stads?)", re.IGNORECASE)
_SPELLED = {fold(name): name for name in NAMES}

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_MONTHS = (
    re.compile(rf"{_YEAR}\s*[-/. ]\s*(?P<month>0?[1-9]|1[0-2])"),
    re.compile(rf"{_YEAR}(?P<month>0[1-9]|1[0-2])"),
    re.compile(rf"(?P<month>0?[1-9]|1[0-2])\s*[-/. ]\s*{_YEAR}"),
    re.compile(rf"(?P<name>[a-zåäö]+)\.?,?\s*{_YEAR}"),
    re.compile(rf"{_YEAR}\s*(?P<name>[a-zåäö]+)\.?"),
)
_NUMBERS = {
    name.casefold().rstrip("."): number
    for locale in LANGUAGES
    for width in ("abbreviated", "wide")
    for number, name in get_month_names(width, locale=locale).items()
}


def spelled_as_known(name: str, ours: Sequence[str]) -> str:
    """The name as we already have it (`ours`), else as Sweden's municipalities spell it, else as
    it is written.

    Case, a "kommun" or "stad" beside the name and its genitive s do not count, as long as what is
    left is a known name: "nynäshamns kommun" is Nynäshamn, but "Sjöviks" is left alone.
    """
    name = normalise_space(name)
    known = {fold(one): one for one in reversed(ours)}
    # One that was kept as "X kommun" before X was known is X all the same.
    bare = {fold(form): one for one in reversed(ours) if _named(one) != one for form in _forms(one)}
    for form in _forms(name):
        key = fold(form)
        for names in (known, _SPELLED, bare):
            if key in names:
                return _kept(names[key], known, bare)
    return name


def _kept(found: str, known: dict[str, str], bare: dict[str, str]) -> str:
    """A name of the country's list as we have it, where we do."""
    key = fold(found)
    return known.get(key) or bare.get(key) or found


def _forms(name: str) -> Iterator[str]:
    """What may be meant, the nearest to what is written first."""
    yield name
    stem = _named(name)
    yield stem
    if fold(stem) not in _SPELLED and stem[-1:] in {"s", "S"}:
        yield stem[:-1]  # right only where that is a name we know: "Sjönäs" has no genitive s


def _named(name: str) -> str:
    """The name without what says that it is a municipality's."""
    before = _BEFORE.match(name)
    if before:
        return name[before.end() :]
    after = _AFTER.search(name)
    return name[: after.start()] if after and after.end() == len(name) else name


def written_month(text: str) -> date | None:
    """The first day of a month written like 2023-01, 2023/1, 202301, 1/2023, "januari 2023" or
    "jan 2023"; None for anything else."""
    text = normalise_space(text).casefold()
    for pattern in _MONTHS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        parts = found.groupdict()
        number = int(parts["month"]) if "month" in parts else _NUMBERS.get(parts["name"])
        if number:
            return date(int(parts["year"]), number, 1)
    return None
