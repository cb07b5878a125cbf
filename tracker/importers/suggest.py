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

from tracker.domain.text import words

_RUN = 5
_NAME, _SENTENCE, _WHOLE = 1.0, 1.0, 0.5
_UNSEEN = 1.0
_LEAST = 0.05
_NEAR = 0.45
_AT_MOST = 3
_STOP = frozenset(
    [
        "och",
        "att",
        "det",
        "som",
        "för",
        "med",
        "den",
        "till",
        "ett",
        "inom",
        "från",
        "eller",
        "samt",
        "mer",
        "fler",
        "bättre",
        "kring",
        "vid",
        "mellan",
        "hela",
        "olika",
        "andra",
        "utveckla",
        "utveckling",
        "fortsätt",
        "arbete",
        "arbetet",
        "behov",
        "finns",
        "kommunen",
        "kommunens",
        "kommun",
        "nämnd",
        "förvaltning",
        "säkerställ",
        "säkerställa",
        "genom",
    ]
)


class Suggester:
    """Built once for an area; `texts` is code → (its names, the text about it)."""

    def __init__(self, texts: Mapping[str, tuple[Sequence[str], str]]) -> None:
        self._names = {code: [_runs(name) for name in names] for code, (names, _) in texts.items()}
        self._parts = {code: _sentences(body) for code, (_, body) in texts.items()}
        seen = Counter(
            run
            for code in texts
            for run in {r for part in (*self._names[code], *self._parts[code]) for r in part}
        )
        self._rarity = {r: math.log((1 + len(texts)) / (n + 0.3)) for r, n in seen.items()}

    def suggest(self, text: str) -> tuple[str, ...]:
        """At most three codes, the likeliest first; none where no word points anywhere."""
        point = _runs(text)
        scores = {code: self._score(point, code) for code in self._names}
        best = max(scores.values(), default=0.0)
        if best < _LEAST:
            return ()
        ranked = sorted(scores, key=lambda code: -scores[code])
        return tuple(code for code in ranked if scores[code] >= _NEAR * best)[:_AT_MOST]

    def _score(self, point: Counter[str], code: str) -> float:
        """The nearest of its names, the nearest of its sentences, and all its text at once."""
        name = max((self._cosine(point, n) for n in self._names[code]), default=0.0)
        nearest = max((self._cosine(point, s) for s in self._parts[code]), default=0.0)
        whole: Counter[str] = sum(self._parts[code], Counter())
        return _NAME * name + _SENTENCE * nearest + _WHOLE * self._cosine(point, whole)

    def _cosine(self, one: Counter[str], other: Counter[str]) -> float:
        shared = sum(self._weight(one, r) * self._weight(other, r) for r in one if r in other)
        return shared / (self._length(one) * self._length(other)) if shared else 0.0

    def _weight(self, runs: Counter[str], run: str) -> float:
        return (1 + math.log(runs[run])) * self._rarity.get(run, _UNSEEN)

    def _length(self, runs: Counter[str]) -> float:
        return math.sqrt(sum(self._weight(runs, run) ** 2 for run in runs)) or 1.0


def _sentences(body: str) -> list[Counter[str]]:
    return [_runs(sentence) for sentence in re.split(r"(?<=[.!?])\s", body) if sentence]


def _runs(text: str) -> Counter[str]:
    return Counter(
        word[i : i + _RUN]
        for word in words(text)
        if len(word) > 2 and word not in _STOP
        for i in range(max(1, len(word) - _RUN + 1))
    )
