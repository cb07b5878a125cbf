"""Which passwords will do: long ones that nobody tries first. Anything may be in them, and nothing
has to be (NIST SP 800-63B, OWASP ASVS 5.0 V6.2).

No list of leaked passwords comes with the product. Those that are long enough to pass here are,
in such lists, nearly all made the same way: a well-known word or two, a run of keys or one piece
over and over, with digits and signs around it. That is what is refused, and so is what anybody
could guess of this very person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tracker.domain.common_words import COMMON
from tracker.domain.errors import RuleBroken
from tracker.domain.text import fold

SHORTEST, LONGEST = 12, 200  # characters
_SERVICE = ("åtgärda", "atgarda", "kommunkompassen", "kommunekompasset", "kommun", "kommune")
_OWN_AT_LEAST = 3  # letters in a part of a name, for it to count
_REST_AT_LEAST = 8  # letters and digits besides what belongs to the person and the service
_MOST_COMMON_WORDS = 2
_KEYS = (
    *("abcdefghijklmnopqrstuvwxyzåäö", "1234567890", "0123456789"),
    *("qwertyuiopåasdfghjklöäzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p"),
    *("1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp", "azertyuiopqsdfghjklmwxcvbn"),
    *("!@#$%^&*()_+", '!"#€%&/()=?'),
)
_RUN = 4  # neighbours in a row that make a run
_LEET = str.maketrans("013457@$!", "oieastasi")
_NO_LETTER = re.compile(r"[\W\d_]+")
_NO_SIGN = re.compile(r"[\W_]+")


def check_password(password: str, *, about: Iterable[str] = (), field: str = "password") -> None:
    """Let pass what will do as a password. `about` is what anybody knows of the person: name,
    address, municipality.

    Raises:
        RuleBroken: at `field`; the sentence says what to do.
    """
    if len(password) < SHORTEST:
        raise RuleBroken("Lösenordet ska ha minst %(least)s tecken.", field=field, least=SHORTEST)
    if len(password) > LONGEST:
        raise RuleBroken("Lösenordet får ha högst %(most)s tecken.", field=field, most=LONGEST)
    if _is_about(password, about):
        raise RuleBroken(
            "Lösenordet består mest av ditt namn, din adress, kommunen eller tjänsten. Välj något "
            "som ingen kan gissa, till exempel fyra ord som inte hör ihop.",
            field=field,
        )
    if is_common(password):
        raise RuleBroken(
            "Lösenordet är för lätt att gissa. Välj till exempel fyra ord som inte hör ihop.",
            field=field,
        )


def _is_about(password: str, about: Iterable[str]) -> bool:
    rest = _NO_SIGN.sub("", fold(password))
    whole = len(rest)
    known = {part for text in about for part in re.split(r"[\W_]+", fold(text))} | set(_SERVICE)
    for part in sorted(known, key=len, reverse=True):
        if len(part) >= _OWN_AT_LEAST:
            rest = rest.replace(part, "")
    return len(rest) < whole and len(rest) < _REST_AT_LEAST


def is_common(password: str) -> bool:
    """Whether it is one piece over and over, runs of neighbouring keys, or at most two well-known
    words (also with digits for letters), whatever digits and signs stand around them."""
    key = fold(password)
    bare = _NO_SIGN.sub("", key) or key
    if len(set(bare)) < 5 or _repeats(bare) or _runs(bare):
        return True
    middle = key.strip("0123456789!?.@#$ ")
    spelt = (
        _NO_LETTER.sub("", text) for text in (key, key.translate(_LEET), middle.translate(_LEET))
    )
    return any(letters and _is_made_of(letters, _MOST_COMMON_WORDS) for letters in spelt)


def _repeats(text: str) -> bool:
    """Whether a piece of at most half of the text fills it, the last time perhaps cut short."""
    return any(
        all(text[at] == text[at % size] for at in range(size, len(text)))
        for size in range(1, len(text) // 2 + 1)
    )


def _runs(text: str) -> bool:
    """Whether all but a few characters stand in runs of neighbouring keys, or of one key."""
    at, outside = 0, 0
    while at < len(text):
        size = max((_run_at(text, at, keys) for keys in _KEYS), default=0)
        if size >= _RUN:
            at += size
        else:
            at, outside = at + 1, outside + 1
    return outside < 5


def _run_at(text: str, at: int, keys: str) -> int:
    best = 1
    for row in (keys, keys[::-1], text[at] * len(text)):
        size = 1
        while at + size < len(text) and text[at : at + size + 1] in row:
            size += 1
        best = max(best, size)
    return best


def _is_made_of(text: str, words: int) -> bool:
    """Whether the text is at most so many well-known words, one after the other."""
    if not text:
        return True
    return words > 0 and any(
        text[:size] in COMMON and _is_made_of(text[size:], words - 1)
        for size in range(1, len(text) + 1)
    )
