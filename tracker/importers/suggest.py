"""Which sub-areas an improvement point is about, told from its words.

Each sub-area is a small text: its name, and what the report says of it. Words are compared by
the runs of five letters in them, since Swedish puts words together; rare runs weigh more
(tf-idf over all the report's sub-areas), and the name weighs more than the body.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain

from tracker.domain.text import words

_RUN = 5
_NAME, _SENTENCE, _WHOLE = 1.0, 1.0, 0.5
_UNSEEN = 1.0
_LEAST = 0.05
_NEAR = 0.45
_AT_MOST = 3
_STOP = frozenset(
    [
        "och", "att", "det", "som", "för", "med", "den", "till", "ett", "inom", "från", "eller",
        "samt", "mer", "fler", "bättre", "kring", "vid", "mellan", "hela", "olika", "andra",
        "utveckla", "utveckling", "fortsätt", "arbete", "arbetet", "behov", "finns", "kommunen",
        "kommunens", "kommun", "nämnd", "förvaltning", "säkerställ", "säkerställa", "genom",
    ]
)  # fmt: skip

Vector = dict[str, float]


class Suggester:
    """Built once for an area; `texts` is code → (its names, the text about it)."""

    def __init__(self, texts: Mapping[str, tuple[Sequence[str], str]]) -> None:
        names = {code: [_runs(name) for name in names] for code, (names, _) in texts.items()}
        parts = {code: _sentences(body) for code, (_, body) in texts.items()}
        seen = Counter(
            run
            for code in texts
            for run in {r for part in (*names[code], *parts[code]) for r in part}
        )
        self._rarity = {r: math.log((1 + len(texts)) / (n + 0.3)) for r, n in seen.items()}
        self._names = {code: [self._vector(name) for name in names[code]] for code in texts}
        self._parts = {code: [self._vector(part) for part in parts[code]] for code in texts}
        self._wholes = {code: self._vector(_sum(parts[code])) for code in texts}

    def suggest(self, text: str) -> tuple[str, ...]:
        """At most three codes, the likeliest first; none where no word points anywhere."""
        point = self._vector(_runs(text))
        scores = {code: self._score(point, code) for code in self._names}
        best = max(scores.values(), default=0.0)
        if best < _LEAST:
            return ()
        ranked = sorted(scores, key=lambda code: -scores[code])
        return tuple(code for code in ranked if scores[code] >= _NEAR * best)[:_AT_MOST]

    def _score(self, point: Vector, code: str) -> float:
        """The nearest of its names, the nearest of its sentences, and all its text at once."""
        name = max((_product(point, n) for n in self._names[code]), default=0.0)
        nearest = max((_product(point, s) for s in self._parts[code]), default=0.0)
        return _NAME * name + _SENTENCE * nearest + _WHOLE * _product(point, self._wholes[code])

    def _vector(self, runs: Counter[str]) -> Vector:
        """Run → its weight, the whole of length 1."""
        rarity = self._rarity.get
        weights = {
            run: rarity(run, _UNSEEN) * (1.0 if n == 1 else 1 + math.log(n))
            for run, n in runs.items()
        }
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {run: weight / length for run, weight in weights.items()}


def _product(one: Vector, other: Vector) -> float:
    """The cosine of two vectors of length 1."""
    if one.keys().isdisjoint(other):
        return 0.0
    return sum(weight * other[run] for run, weight in one.items() if run in other)


def _sum(parts: Sequence[Counter[str]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for part in parts:
        whole.update(part)
    return whole


def _sentences(body: str) -> list[Counter[str]]:
    return [_runs(sentence) for sentence in re.split(r"(?<=[.!?])\s", body) if sentence]


def _runs(text: str) -> Counter[str]:
    return Counter(chain.from_iterable(_runs_of(word) for word in words(text)))


@lru_cache(maxsize=8192)
def _runs_of(word: str) -> tuple[str, ...]:
    if len(word) <= 2 or word in _STOP:
        return ()
    return tuple(word[i : i + _RUN] for i in range(max(1, len(word) - _RUN + 1)))
