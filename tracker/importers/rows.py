"""One row of a score table: its words, its numbers, and what the columns mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from tracker.domain.text import fold


class Column(Enum):
    """What a column of a score table holds."""

    SCORE = auto()
    MAX = auto()
    PERCENT = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table from left to right; of several scores the newest counts."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row as printed: `numbers` are None for a dash; `percent` says which are shares."""

    name: str
    numbers: tuple[float | None, ...]
    percent: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """What a row says. `certain` is False where the numbers could be meant in another way,
    `printed` is the score where it is no whole number."""

    score: int | None
    top: int | None
    certain: bool = True
    printed: float | None = None


_NUMBER = re.compile(r"^\(?(\d{1,3}(?:[.,]\d{1,2})?)(%|p|poäng)?\)?$", re.I)
_FRACTION = re.compile(r"^\(?(\d{1,3})/(\d{1,3})(?:p|poäng)?\)?$", re.I)
_DASHES = frozenset("-–—")
_FILLERS = frozenset({"/", "av", "|", "max", "p", "poäng", "%", "(max", "p)", "poäng)", "p."})
_NAME_END = " .:|…–—-("
_PERCENT = r"(?:(?:i |andel i )?(?:procent|%)|andel|måluppfyllelse)(?: av max\w*)?"
_MAX = r"(?:max\w*(?: (?:antal )?poäng)?|högsta(?: möjliga)?(?: poäng)?|möjlig\w*(?: poäng)?)"
_WORD = (
    r"(?:uppnå\w+(?: poäng)?|(?:nuvarande|årets)(?: poäng| resultat)?|poäng|resultat|utfall|"
    r"bedömning|nu)"
)
_YEAR = rf"(?:{_WORD} )?(?:år )?\(?(?P<year>20\d\d)\)?(?: {_WORD})?"
_OTHER = (
    r"(?:förändring|skillnad|diff\w*|(?:riks|genom)?snitt\w*|medel\w*|föregående\w*(?: poäng)?|"
    r"tidigare(?: poäng)?|förra\w*(?: gången)?)"
)
_LAST = re.compile(
    r"\(?(?:uppnå\w+|max\w*|poäng|resultat|utfall|bedömning|20\d\d\)?|%|procent|andel|måluppfyllelse|"
    r"möjlig\w*|högsta|nu|nuvarande|årets|förändring|skillnad|diff\w*|\w*snitt\w*|medel\w*|"
    r"föregående\w*|tidigare|förra\w*|gången)\)?$",
    re.I,
)
_COLUMN = re.compile(
    rf"(?P<percent>{_PERCENT})|(?P<max>{_MAX})|(?P<other>{_OTHER})|{_YEAR}|(?P<score>{_WORD})"
)


def read_row(text: str) -> Row | None:
    """The name and the numbers at the end of a row; None where it ends with no number."""
    if not (text[-1].isdecimal() or text[-1] in "%-–—)pgPG."):
        return None
    parts = text.split()
    numbers: list[float | None] = []
    percent: list[bool] = []
    share = False
    while parts:
        part = parts[-1]
        number, pair = _NUMBER.match(part), _FRACTION.match(part)
        if number:
            numbers.append(float(number[1].replace(",", ".")))
            percent.append(share or number[2] == "%")
        elif pair:
            numbers += [float(pair[2]), float(pair[1])]
            percent += [False, False]
        elif part in _DASHES and numbers:
            numbers.append(None)
            percent.append(False)
        elif part.casefold() not in _FILLERS:
            break
        share = part == "%"
        parts.pop()
    if not any(number is not None for number in numbers):
        return None
    while numbers and numbers[-1] is None and len(numbers) > 2:
        numbers.pop(), percent.pop()
    name = " ".join(parts).rstrip(_NAME_END)
    return Row(name, tuple(reversed(numbers)), tuple(reversed(percent)))


def read_header(text: str) -> Header | None:
    """The columns that the end of `text` names; None where it names none."""
    if len(text) > 140 or not _LAST.match(text.rsplit(maxsplit=1)[-1]):
        return None
    key = " ".join(fold(text).replace("|", " ").replace("/", " ").split())
    best: list[re.Match[str]] = []
    starts = [0, *(m.end() for m in re.finditer(" ", key))]
    for start in starts:
        found = _whole(key, start)
        if found:
            best = found
            break
    if not best:
        return None
    years = [int(m["year"]) for m in best if m["year"]]
    columns = [_column(m, max(years, default=None)) for m in best]
    if Column.SCORE not in columns and (at := _split_max(best)) is not None:
        columns[at : at + 1] = [Column.MAX, Column.SCORE]
    return Header(tuple(columns))


def _split_max(found: Sequence[re.Match[str]]) -> int | None:
    """Where "max poäng" must be two columns, since no other holds the score."""
    return next((i for i, m in enumerate(found) if (m["max"] or "").endswith(" poäng")), None)


def _whole(key: str, start: int) -> list[re.Match[str]]:
    """The columns' names, where the text from `start` consists of nothing else."""
    found: list[re.Match[str]] = []
    while start < len(key):
        match = _COLUMN.match(key, start)
        if not match or (match.end() < len(key) and key[match.end()] != " "):
            return []
        found.append(match)
        start = match.end() + 1
    return found


def _column(match: re.Match[str], newest: int | None) -> Column:
    if match["percent"]:
        return Column.PERCENT
    if match["max"]:
        return Column.MAX
    if match["year"]:
        return Column.SCORE if int(match["year"]) == newest else Column.OTHER
    return Column.OTHER if match["other"] or newest else Column.SCORE


def points_of(row: Row, header: Header | None) -> Points:
    """The score and the highest score of a row."""
    columns = header.columns if header else ()
    if len(columns) == len(row.numbers) and Column.SCORE in columns:
        score = row.numbers[columns.index(Column.SCORE)]
        top = row.numbers[columns.index(Column.MAX)] if Column.MAX in columns else None
        return _points(score, top)
    plain = [n for n, share in zip(row.numbers, row.percent, strict=True) if not share]
    if len(plain) == 1:
        return _points(plain[0], None)
    if len(plain) == 2:
        return _points(plain[0], plain[1])
    return _judged(plain) if plain else Points(None, None, certain=False)


def _judged(numbers: Sequence[float | None]) -> Points:
    """Three numbers or more without a header: a share of the first two, or an earlier score
    before the score and its highest."""
    first, second, last = numbers[0], numbers[1], numbers[-1]
    whole = len(numbers) == 3 and first is not None and last is not None
    if whole and second and second != 100 and abs((last or 0) - 100 * (first or 0) / second) <= 1:
        return _points(first, second)
    known = [n for n in numbers if n is not None]
    if last is not None and last == max(known):
        return _points(numbers[-2], last, certain=False)
    return _points(first, second, certain=False)


def _points(score: float | None, top: float | None, *, certain: bool = True) -> Points:
    whole = None if score is None else int(score + 0.5)
    odd = score is not None and score != whole
    return Points(whole, None if top is None else int(top), certain, score if odd else None)
