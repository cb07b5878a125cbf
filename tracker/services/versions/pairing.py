"""Which of the texts that are kept is which of the new ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from tracker.domain.text import fold, likeness, words

ALIKE = 0.8
_SHARED = 0.4  # of their words: texts with fewer in common are never ALIKE, letter by letter
_FEWEST_WORDS = 4  # a shorter text stands within another by chance
# Beyond these only equal words are found. Comparing letter by letter takes the product of the
# two lengths: this many take about two seconds, and reports that are alike need a hundredth.
_MOST_PAIRS = 250_000
_MOST_LETTERS = 20_000_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A text, and the number of the area it stands in (None: in none)."""

    area: int | None
    text: str


def paired(before: Sequence[Placed], after: Sequence[Placed]) -> dict[int, int]:
    """Index in `after` → index in `before`, one to one: what says the same, or nearly.

    The same words in the same area come first, then the same words anywhere, then what is at
    least ALIKE (the most alike first, the same area before another), and last a text that holds
    the other whole: half of one that was split, two that were merged.
    """
    matching = _Matching(_taken_apart(before), _taken_apart(after))
    matching.by_key(lambda one: (one.area, one.key))
    matching.by_key(lambda one: one.key)
    matching.by_score(_Likeness())
    matching.by_score(_held)
    return matching.found


@dataclass(frozen=True, slots=True)
class _Text:
    """A text made ready to be compared; `line` holds its words with a blank around each."""

    area: int | None
    key: str
    line: str
    count: Counter[str]


def _taken_apart(texts: Sequence[Placed]) -> list[_Text]:
    return [_taken(one.area, fold(one.text), words(one.text)) for one in texts]


def _taken(area: int | None, key: str, found: list[str]) -> _Text:
    return _Text(area, key, f" {' '.join(found)} ", Counter(found))


@dataclass
class _Matching:
    """What is paired so far."""

    before: Sequence[_Text]
    after: Sequence[_Text]
    found: dict[int, int] = field(default_factory=dict)

    def by_key(self, key: Callable[[_Text], Hashable]) -> None:
        """Pair what has the same key, in order."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for old in reversed(self._left(self.before, self.found.values())):
            waiting[key(self.before[old])].append(old)
        for new in self._left(self.after, self.found):
            if same := waiting[key(self.after[new])]:
                self.found[new] = same.pop()

    def by_score(self, score: Callable[[_Text, _Text], float]) -> None:
        """Pair what scores more than nothing, the best first."""
        olds = self._left(self.before, self.found.values())
        news = self._left(self.after, self.found)
        if len(olds) * len(news) > _MOST_PAIRS:
            return
        scored = []
        for new in news:
            for old in olds:
                one, other = self.before[old], self.after[new]
                if value := score(one, other):
                    scored.append((-value, one.area != other.area, new, old))
        taken = set(self.found.values())
        for _, _, new, old in sorted(scored):
            if new not in self.found and old not in taken:
                self.found[new] = old
                taken.add(old)

    def _left(self, texts: Sequence[_Text], taken: Iterable[int]) -> list[int]:
        gone = set(taken)
        return [index for index in range(len(texts)) if index not in gone]


@dataclass
class _Likeness:
    """How alike two texts are, 0 where less than ALIKE, and 0 for all once too much is spent."""

    spent: int = 0

    def __call__(self, old: _Text, new: _Text) -> float:
        """The likeness of the two."""
        shared = 2 * (old.count & new.count).total()
        if shared < _SHARED * (old.count.total() + new.count.total()):
            return 0.0
        self.spent += len(old.line) * len(new.line)
        if self.spent > _MOST_LETTERS:
            return 0.0
        found = likeness(old.key, new.key)
        return found if found >= ALIKE else 0.0


def _held(old: _Text, new: _Text) -> float:
    """How much of the longer text the shorter one is, where it stands in it whole; else 0."""
    short, long = sorted((old, new), key=lambda one: len(one.line))
    if short.line not in long.line or short.count.total() < _FEWEST_WORDS:
        return 0.0
    return short.count.total() / long.count.total()
