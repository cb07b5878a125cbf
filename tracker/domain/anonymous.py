"""Texts without the names of people: a role and a unit stand where a name stood.

One word too many hidden is better than one name shown. What is hidden, case, accents and invisible
characters aside:

- a full name however it is cased, with any spaces, hyphens, dots or line ends between its parts,
  turned round ("Berg, Anna"), with an initial or a middle name between, and its genitive;
- a first or last name that stands alone with a capital letter, also where it is an ordinary word
  ("Björn", "Lund"). Only a few small words that open sentences ("Vi", "Min", "De") are kept where
  they open one;
- a mention (@Anna Berg, @annaberg);
- every e-mail address and every telephone number, whoever's they are: HIDDEN stands there, or the
  words for the person whose name an address is made of. Numbers are told as Swedish ones from
  dates, hours, amounts and record numbers.

A person who is not among `people` is not known: such a name stays. A first or last name in small
letters is an ordinary word and stays, and so does a name that is part of a longer word. Where a
name may mean several people of different roles, NOBODY stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from tracker.domain.text import fold

NOBODY = "NN"
HIDDEN = "[…]"
# Characters that nobody sees, but that may stand within a name, and accents of their own.
_UNSEEN = (
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_UNSEEN}])*")
_ADDRESS = re.compile(rf"[\w.+{_UNSEEN}-]+@[\w{_UNSEEN}-]+(?:\.[\w{_UNSEEN}-]+)+")
_BETWEEN = rf"[^\S\r\n]|[-‐-―−./(){_UNSEEN}]"  # between the digits of a telephone number
_PHONE = re.compile(
    # Not the end of a date, an amount or a record number, nor a part of a longer word.
    r"(?<!\w)(?<![A-ZÅÄÖ\d][-–/])(?<!\d[.:,])(?:"
    # +46, 0046 and the neighbours; others unless they look like an amount with its sign.
    rf"(?:\+|00)\s?(?:4[5-7]|35[48])(?:(?:{_BETWEEN}){{0,3}}\d){{6,11}}"
    rf"|(?!\+[1-9]\d{{0,2}}(?:[\s.]\d{{3}})+(?![\s-]?\d))\+[1-9](?:(?:{_BETWEEN}){{0,3}}\d){{7,14}}"
    # 01.02.2026, 08.30, 0123/2026, and the end of 3 070 123 456.
    r"|(?!0\d[-./]\d\d[-./](?:19|20)\d\d(?!\d))(?!0\d\.\d\d(?![.\d]))"
    r"(?!0\d{1,6}[-/:](?:19|20)\d\d(?!\d|[\s-]\d))"
    r"(?:(?<!\d\s)|(?!0\d\d(?:\s\d{3})+(?!\s?\d)))"
    rf"(?:\(0[1-9]\d{{0,2}}\)|0[{_UNSEEN}]*[1-9])(?:(?:{_BETWEEN}){{0,3}}\d){{5,8}}"
    rf"(?:\s?/\s?0[1-9](?:(?:{_BETWEEN}){{0,3}}\d){{5,8}})*"
    r")(?!\d)"
)
_GAP = re.compile(rf"[\s.,:;/|_'’`´‐-―−{_UNSEEN}-]*")  # between the parts of a name
_NARROW = re.compile(rf"[\s.‐-―{_UNSEEN}-]*")  # the same where a part is a guess
_HYPHEN = re.compile(rf"[‐‑{_UNSEEN}-]+")
_CALLED = re.compile(r"@[\s]?$")
_GENITIVE = re.compile(r"(?:[:'’]s\b|['’](?!\w))", re.IGNORECASE)
_OPENS = re.compile(r"(?:^|[.!?:…]|[\r\n]|[•*])[\s\"'”“»«(–—@-]*$")
_SHORTENED = re.compile(r"(?:^|[\s(.])[^\W\d_]{1,3}\.[\s\"'”“»«(]*$")
_LOOK_BACK = 24  # characters; what opens a sentence stands this near
_SIBILANTS = ("s", "x", "z")

# Parts of names that are among the commonest words; with a capital they mostly open a sentence.
_SMALL = frozenset(
    word
    for line in (
        "af al alla an av da de del den der det di do du där då el en er ett för ha han",
        "har hon hur här i in ja jag kan la le man med men mer min mina ni nu och om på",
        "se sen sin ska so st så te ten till tre två ut van vi vid von vår våra än är",
    )
    for word in line.split()
)


@dataclass(frozen=True)
class _Index:
    """The people by what gives them away; each set holds numbers into `words`.

    `whole`: the folded parts of a full name, by its first; `alone`: one part; `joined`: parts put
    together as in mentions and addresses.
    """

    words: tuple[str, ...]
    whole: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
    alone: Mapping[str, frozenset[int]]
    joined: Mapping[str, frozenset[int]]
    addresses: Mapping[str, frozenset[int]]


@dataclass(frozen=True)
class _Word:
    """A word of the text at [start:end], folded, and whether it has a capital (or no case)."""

    start: int
    end: int
    key: str
    capital: bool


@dataclass(frozen=True)
class _Hit:
    """Somebody named at [start:end] of the text; without `people` a way to reach somebody."""

    start: int
    end: int
    people: frozenset[int]
    genitive: bool = False


def without_names(text: str, people: Mapping[str, str]) -> str:
    """`text` with the words that `people` gives instead of each name (full name → role and unit),
    and without e-mail addresses and telephone numbers.

    A key may be an e-mail address too. Text that names nobody comes back as it was.
    """
    if not text:
        return text
    index = _index(frozenset(people.items()))
    found = (*_addresses(text, index), *_phones(text), *(_names(text, index) if people else ()))
    hits = sorted(found, key=lambda hit: hit.start)
    out: list[str] = []
    at = 0
    for hit in hits:
        if hit.start < at:  # within an address that is hidden already
            continue
        out += [text[at : hit.start], _told(text, hit, index)]
        at = hit.end
    return "".join([*out, text[at:]])


@lru_cache(maxsize=8)
def _index(people: frozenset[tuple[str, str]]) -> _Index:
    """Everybody, ready to be found."""
    words: list[str] = []
    whole: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    alone: dict[str, set[int]] = {}
    joined: dict[str, set[int]] = {}
    addresses: dict[str, set[int]] = {}
    for number, (name, told) in enumerate(sorted(people)):
        words.append(told)
        if "@" in name:
            addresses.setdefault(_key(name), set()).add(number)
            continue
        parts = tuple(_key(found[0]) for found in _WORD.finditer(name))
        for turned in _turns(parts):
            whole.setdefault(turned[0], []).append((turned, number))
        for part in _with_bare(parts):
            if len(part) > 1 or not part.isascii():
                alone.setdefault(part, set()).add(number)
        for one in _together(tuple(map(_bare, parts))):
            joined.setdefault(one, set()).add(number)
    return _Index(
        tuple(words),
        # The longest first: a name may begin with another.
        {key: tuple(sorted(found, key=lambda one: -len(one[0]))) for key, found in whole.items()},
        _frozen(alone),
        _frozen(joined),
        _frozen(addresses),
    )


def _frozen(found: Mapping[str, set[int]]) -> dict[str, frozenset[int]]:
    return {key: frozenset(numbers) for key, numbers in found.items()}


@lru_cache(maxsize=32768)
def _key(word: str) -> str:
    return fold(unicodedata.normalize("NFKC", word))


@lru_cache(maxsize=32768)
def _bare(key: str) -> str:
    """A folded word as addresses spell it: åäö are letters with accents there."""
    apart = unicodedata.normalize("NFD", key)
    return "".join(one for one in apart if not unicodedata.combining(one))


def _with_bare(parts: Iterable[str]) -> set[str]:
    return {spelt for part in parts for spelt in (part, _bare(part))}


def _turns(parts: tuple[str, ...]) -> set[tuple[str, ...]]:
    """The parts of a name in the orders in which it is written, with and without åäö."""
    orders = {parts[cut:] + parts[:cut] for cut in range(len(parts))} if parts else set()
    return orders | {tuple(map(_bare, order)) for order in orders}


def _together(parts: tuple[str, ...]) -> set[str]:
    """What addresses are made of: annaberg, aberg, annab, annber, anbe."""
    if len(parts) < 2:
        return set()
    first, last = parts[0], parts[-1]
    cuts = ((None, None), (1, None), (None, 1), (2, 2), (3, 3), (2, 3), (3, 2))
    ways = {first[:a] + last[:b] for a, b in cuts} | {last + first, "".join(parts)}
    return {way for way in ways if len(way) >= 4}


def _addresses(text: str, index: _Index) -> Iterable[_Hit]:
    """The e-mail addresses in the text, and whose they seem to be."""
    if "@" not in text:
        return
    for found in _ADDRESS.finditer(text):
        whose = index.addresses.get(_key(found[0].strip(".")), frozenset[int]())
        parts = [_bare(_key(one[0])) for one in _WORD.finditer(found[0].partition("@")[0])]
        for parted in () if whose else ([*parts, "".join(parts)]):
            near = index.joined.get(parted) or index.alone.get(parted) or frozenset()
            whose = (whose & near) or whose or near
        yield _Hit(found.start(), found.end(), whose)


def _phones(text: str) -> Iterable[_Hit]:
    """The telephone numbers in the text."""
    for found in _PHONE.finditer(text):
        yield _Hit(found.start(), found.end(), frozenset())


def _names(text: str, index: _Index) -> Iterable[_Hit]:
    """The names in the text, from left to right; none overlaps another."""
    found = [
        _Word(one.start(), one.end(), _key(one[0]), not one[0][0].islower())
        for one in _WORD.finditer(text)
    ]
    at = 0
    while at < len(found):
        hit = _whole(text, found, at, index) or _partly(text, found, at, index)
        if hit is None:
            at += 1
            continue
        last, people, genitive = _with_half(text, found, *hit)
        start = _with_initial(text, found, at, people, index)
        end = found[last].end
        marked = _GENITIVE.match(text, end)
        yield _Hit(
            _with_sign(text, found[start].start),
            marked.end() if marked else end,
            people,
            genitive or marked is not None,
        )
        at = last + 1


def _whole(
    text: str, found: list[_Word], at: int, index: _Index
) -> tuple[int, frozenset[int], bool] | None:
    """A full name that begins with the word `at`: its last word, whose it is, its genitive."""
    best: tuple[int, frozenset[int], bool] | None = None
    for parts, number in index.whole.get(found[at].key, ()) or _genitives(found[at].key, index):
        last = at + len(parts) - 1
        if best is not None and last < best[0]:
            break
        if last >= len(found) or not _adjoin(text, found, at, last):
            continue
        keys = tuple(word.key for word in found[at : last + 1])
        ends = keys[-1] == parts[-1] + "s"
        if keys[:-1] == parts[:-1] and (ends or keys[-1] == parts[-1]):
            people = (best[1] if best else frozenset()) | {number}
            best = (last, people, ends)
    return best


def _genitives(key: str, index: _Index) -> tuple[tuple[tuple[str, ...], int], ...]:
    """The names of one part only that the word is the genitive of."""
    if not key.endswith("s"):
        return ()
    return tuple(one for one in index.whole.get(key[:-1], ()) if len(one[0]) == 1)


def _adjoin(text: str, found: list[_Word], first: int, last: int) -> bool:
    gaps = pairwise(found[first : last + 1])
    return all(_GAP.fullmatch(text, one.end, two.start) for one, two in gaps)


def _partly(
    text: str, found: list[_Word], at: int, index: _Index
) -> tuple[int, frozenset[int], bool] | None:
    """A name that begins with the word `at`, of which perhaps only a part is there."""
    people, genitive = _alone(text, found[at], index)
    if not people:
        return None
    last = at
    while last + 1 < len(found) and _close(text, found[last], found[last + 1]):
        more = _goes_on(text, found, last, people, index)
        if more is None:
            break
        last, people, genitive = more
    return last, people, genitive


def _alone(text: str, word: _Word, index: _Index) -> tuple[frozenset[int], bool]:
    """Whose first or last name the word may be, and whether in the genitive."""
    called = _CALLED.search(text, max(word.start - 2, 0), word.start) is not None
    if called and word.key in index.joined:
        return index.joined[word.key], False
    if not word.capital and not called:
        return frozenset(), False
    if word.key in _SMALL and not called and _opens(text, word.start):
        return frozenset(), False
    if people := index.alone.get(word.key):
        return people, False
    if word.key.endswith("s") and (people := index.alone.get(word.key[:-1])):
        return people, True
    return frozenset(), False


def _goes_on(
    text: str, found: list[_Word], last: int, people: frozenset[int], index: _Index
) -> tuple[int, frozenset[int], bool] | None:
    """The next word where it belongs to the same name: a further part, an initial, a middle name
    or the second half of a double name."""
    word = found[last + 1]
    more, genitive = _alone(text, word, index)
    if more & people:
        return last + 1, more & people, genitive
    if not word.capital:
        return None
    if last + 2 < len(found) and _close(text, word, found[last + 2]):
        beyond, ends = _alone(text, found[last + 2], index)
        if beyond & people:
            return last + 2, beyond & people, ends
    if _HYPHEN.fullmatch(text, found[last].end, word.start):
        # A double name of two people's names: nobody knows whose it is.
        return last + 1, people | more, genitive or (not more and word.key.endswith("s"))
    if _is_initial(word, people, index) and text[found[last].end : word.start] == " ":
        return last + 1, people, False
    return None


def _with_half(
    text: str, found: list[_Word], last: int, people: frozenset[int], genitive: bool
) -> tuple[int, frozenset[int], bool]:
    """The same, with the rest of a double name that begins with a known one."""
    while (
        last + 1 < len(found)
        and found[last + 1].capital
        and _HYPHEN.fullmatch(text, found[last].end, found[last + 1].start)
    ):
        last += 1
        genitive = found[last].key.endswith("s")
    return last, people, genitive


def _close(text: str, one: _Word, two: _Word) -> bool:
    return _NARROW.fullmatch(text, one.end, two.start) is not None


def _with_initial(
    text: str, found: list[_Word], at: int, people: frozenset[int], index: _Index
) -> int:
    """The number of the word that the name begins with: an initial, or the first half of a double
    name, may stand before what was found."""
    while at > 0 and found[at - 1].capital and _close(text, found[at - 1], found[at]):
        before = found[at - 1]
        halves = _HYPHEN.fullmatch(text, before.end, found[at].start)
        if not halves and not _is_initial(before, people, index):
            break
        at -= 1
    return at


def _is_initial(word: _Word, people: frozenset[int], index: _Index) -> bool:
    if len(word.key) != 1:
        return False
    return any(people & whose and part[0] == word.key for part, whose in index.alone.items())


def _with_sign(text: str, start: int) -> int:
    """Where the mention begins whose name begins at `start`."""
    sign = _CALLED.search(text, max(start - 2, 0), start)
    return sign.start() if sign else start


def _opens(text: str, start: int) -> bool:
    """Whether a sentence begins at `start`."""
    before = text[max(start - _LOOK_BACK, 0) : start]
    return _OPENS.search(before) is not None and _SHORTENED.search(before) is None


def _told(text: str, hit: _Hit, index: _Index) -> str:
    """The words for somebody, fit for where they stand."""
    if not hit.people:
        return HIDDEN
    told = {index.words[number] for number in hit.people}
    words = (told.pop() if len(told) == 1 else "") or NOBODY
    if hit.genitive and not words.endswith(_SIBILANTS):
        words += "s"
    return words[0].upper() + words[1:] if _opens(text, hit.start) else words
