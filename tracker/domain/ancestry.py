"""Where a point comes from: which points of the evaluation before it repeats, or says anew.

Evaluators seldom say a thing in the same words twice, so what counts is the words that carry the
matter, whatever their endings. A sub-area's own name counts for little: every point that speaks
of the sub-area holds it. People have the last word; nothing here is more than a proposal.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tracker.domain.errors import N_
from tracker.domain.text import fold, words


class Ancestry(StrEnum):
    """What a point is beside those of the evaluation before."""

    NEW = "new"
    REPEATED = "repeated"
    CHANGED = "changed"


class Why(StrEnum):
    """What makes two points one matter."""

    SAME_WORDS = "same_words"
    SUBAREA = "subarea"
    STILL = "still"
    AREA = "area"
    ELSEWHERE = "elsewhere"
    GUESSED = "guessed"

    @property
    def label(self) -> str:
        """The Swedish words, to be translated where they are shown."""
        return _LABELS[self]


_LABELS = {
    Why.SAME_WORDS: N_("samma ord"),
    Why.SUBAREA: N_("samma delområde och flera av orden"),
    Why.STILL: N_("samma delområde, och orden säger att det gäller ännu"),
    Why.AREA: N_("samma område och nästan samma ord"),
    Why.ELSEWHERE: N_("nästan samma ord, men i ett annat område"),
    Why.GUESSED: N_("kopplad sedan tidigare"),
}

# How alike two points must be, by how near to each other they stand. Held against two real
# reports of different municipalities, where every tie would be a false one.
LEAST = {Why.SUBAREA: 0.31, Why.STILL: 0.24, Why.AREA: 0.5, Why.ELSEWHERE: 0.8}
# From here on the words are much the same: the point is repeated. Below, it is changed.
REPEATED_FROM = 0.6
# One that is already answered to is answered to by a second point only from here on.
ALSO_FROM = 0.4

_NAMED = 1 / 3  # what a word of the sub-area's own name weighs
_FEWEST_SHARED = 2  # words, but for points that are nearly the same in all
_LETTERS, _STEMS = 2_000, 120  # of each text: enough for a point, and hostile ones end there
_STILL = re.compile(r"\b(fortfarande|alltjämt|ännu|kvarstår|återstår)\b")
_GOES_ON = re.compile(r"\b(fortsätt|fortsatt|slutför|färdigställ)")
_NOTHING_SAID = frozenset(
    # Words that carry no matter: little ones, and what evaluators ask for in any point.
    words(
        "alla allt alltid alltjämt andra annan annat arbete arbetet av bara behöver bestäm blev "
        "bli blir bättre bör de dem den denna deras dess det detta dig du där då efter egen eget "
        "egna ej eller en ett exempel finns fler flera fortfarande fortsatt fortsätt fram från få "
        "får följ för förstärk förtydliga ge genom ger gäller gör göra ha han har hel hela helt "
        "hos hur här hög högre i in inför inom inte istället ju just kan kommun kommunen "
        "kommunens kommuner kommunerna komplettera kring kunna kvarstår likt låt man med medan "
        "mellan men mer mera mest minst mot mycket må många måste ned ner ny nya nytt när nå "
        "någon något några nås och också om oss pröva på redan respektive samt se ser sig sin "
        "sina sitt själva ska skall skulle som stärk stärka större störst systematisk "
        "systematiskt säkerställ särskilt sätt så sådan ta tar till tydliga tydligare tydligt "
        "under upp ur ut utan utifrån utveckla utvecklas utveckling vad var vara varandra varje "
        "vart vem verka verksamhet verksamheten verksamheter verksamheterna vi via vid vidare "
        "vilka vilken vilket vill väl vår våra än ännu är återstår över översyn"
    )
)
_ENDINGS = tuple(
    words(
        "heterna heten heter het arnas ernas ornas andet ande arna erna orna aren arens ades ning "
        "ens ets ers are ade ast ing en et er ar or as es at ad an in ig a e i s t"
    )
)


@dataclass(frozen=True, slots=True)
class Point:
    """A point to be compared. `area` and `subareas` (codes) of both sides are in the later
    evaluation's numbers; `named` is what its sub-areas are called."""

    id: int
    area: int | None
    text: str
    subareas: frozenset[str] = frozenset()
    named: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a point seems to be: `alike` is 0 to 1, and None stands for no older point."""

    kind: Ancestry
    old_id: int | None = None
    alike: float = 0.0
    why: Why | None = None


NEW = Proposal(Ancestry.NEW)


def proposals(
    old: Sequence[Point],
    new: Sequence[Point],
    *,
    guessed: Mapping[int, int] | None = None,
    taken: Collection[int] = (),
) -> dict[int, Proposal]:
    """What each new point seems to be, by its id.

    One to one, the most alike first; a point that is left may still be a second answer to one
    that is taken, and is *changed* then. `guessed` (new id → old id) are ties that stand
    already, `taken` the old points that people have tied to others.
    """
    olds = [_taken_apart(point) for point in old]
    news = [_taken_apart(point) for point in new]
    found = _tied(olds, news, guessed or {})
    used = {one.old_id for one in found.values()} | set(taken)
    _by_words(olds, news, found, used)
    likely = sorted(_likely(olds, [one for one in news if one.point.id not in found]))
    for _, new_id, old_id, proposal in likely:
        if new_id not in found and old_id not in used:
            found[new_id] = proposal
            used.add(old_id)
    for _, new_id, old_id, proposal in likely:
        if new_id not in found and proposal.alike >= ALSO_FROM:
            found[new_id] = Proposal(Ancestry.CHANGED, old_id, proposal.alike, proposal.why)
    return {point.id: found.get(point.id, NEW) for point in new}


def alike(one: str, other: str) -> float:
    """How alike two texts are, 0 to 1, by the words that carry the matter."""
    left, right = (_taken_apart(Point(0, None, text)) for text in (one, other))
    return 1.0 if left.key == right.key else _share(left, right)[0]


def shared_words(text: str, other: str) -> list[tuple[str, bool]]:
    """`text` in pieces, in order, and whether each is a word that carries the matter of both."""
    mine = text[:_LETTERS]
    common = _stems(mine) & _stems(other[:_LETTERS])
    pieces: list[tuple[str, bool]] = []
    for piece in re.findall(r"[^\W_]+|[\W_]+", mine):
        found = words(piece)
        marked = bool(found) and all(
            word not in _NOTHING_SAID and stem(word) in common for word in found
        )
        if pieces and pieces[-1][1] == marked:
            pieces[-1] = (pieces[-1][0] + piece, marked)
        else:
            pieces.append((piece, marked))
    return [*pieces, (text[_LETTERS:], False)] if len(text) > _LETTERS else pieces


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """A folded Swedish word without its endings, cheaply: of "planen" and "plan" the same.

    What is left is no word, and may be that of several; it only has to be the same each time.
    """
    while (ending := _ending(word)) is not None:
        word = word[: -len(ending)]
    return word


def _ending(word: str) -> str | None:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (3 if len(ending) < 3 else 4):
            return ending
    return None


@dataclass(frozen=True, slots=True)
class _Text:
    """A point made ready to be compared."""

    point: Point
    key: str
    stems: frozenset[str]
    named: frozenset[str]
    still: bool  # it says that what was asked for is not there yet
    goes_on: bool  # it asks for more of what was begun


def _taken_apart(point: Point) -> _Text:
    text = point.text[:_LETTERS]
    said = fold(text)
    key = said + point.text[_LETTERS:]
    still, goes_on = (bool(sign.search(said)) for sign in (_STILL, _GOES_ON))
    return _Text(point, key, _stems(text), _stems(point.named), still, goes_on)


def _stems(text: str) -> frozenset[str]:
    said = dict.fromkeys(
        stem(word) for word in words(text) if len(word) > 1 and word not in _NOTHING_SAID
    )
    return frozenset(list(said)[:_STEMS])


def _tied(
    olds: Sequence[_Text], news: Sequence[_Text], guessed: Mapping[int, int]
) -> dict[int, Proposal]:
    """What the ties that stand already amount to; one to a point that is not here is none."""
    by_id = {one.point.id: one for one in olds}
    found = {}
    for one in news:
        before = by_id.get(guessed.get(one.point.id, 0))
        if before is not None:
            _value, why = _weighed(before, one)
            found[one.point.id] = _proposal(before, one, why or Why.GUESSED)
    return found


def _by_words(
    olds: Sequence[_Text],
    news: Sequence[_Text],
    found: dict[int, Proposal],
    used: set[int | None],
) -> None:
    """Tie what says the very same: in the same area first, then anywhere."""
    for anywhere in (False, True):
        waiting: dict[tuple[int | None, str], list[_Text]] = {}
        for one in reversed(olds):
            if one.point.id not in used and one.key:
                area = None if anywhere else one.point.area
                waiting.setdefault((area, one.key), []).append(one)
        for one in news:
            if one.point.id in found:
                continue
            if same := waiting.get((None if anywhere else one.point.area, one.key)):
                before = same.pop()
                found[one.point.id] = _proposal(before, one, Why.SAME_WORDS)
                used.add(before.point.id)


def _proposal(before: _Text, after: _Text, why: Why) -> Proposal:
    if before.key == after.key:
        return Proposal(Ancestry.REPEATED, before.point.id, 1.0, Why.SAME_WORDS)
    return _judged(before, after, _share(before, after)[0], why)


def _judged(before: _Text, after: _Text, value: float, why: Why) -> Proposal:
    more = after.goes_on and not before.goes_on
    still = after.still and why in (Why.SUBAREA, Why.STILL)
    again = still or (value >= REPEATED_FROM and not more)
    kind = Ancestry.REPEATED if again else Ancestry.CHANGED
    return Proposal(kind, before.point.id, round(value, 2), why)


def _likely(
    olds: Sequence[_Text], news: Sequence[_Text]
) -> Iterator[tuple[float, int, int, Proposal]]:
    """Every pair that is alike enough, to be sorted: the most alike first."""
    holding: dict[str, list[int]] = {}
    for place, before in enumerate(olds):
        for one in before.stems:
            holding.setdefault(one, []).append(place)
    for after in news:
        shared = Counter(place for one in after.stems for place in holding.get(one, ()))
        for place, number in shared.items():
            before = olds[place]
            if not _could_be(before, after, number):
                continue
            value, why = _weighed(before, after)
            if why is not None:
                proposal = _judged(before, after, value, why)
                yield -value, after.point.id, before.point.id, proposal


def _could_be(before: _Text, after: _Text, number: int) -> bool:
    """Whether two points with that `number` of words in common may be alike enough; cheaply."""
    why = _nearness(before.point, after.point)
    least = LEAST[Why.STILL] if why is Why.SUBAREA else LEAST[why]
    # At the most, all that is shared is their own, and all else stands in the sub-area's name.
    return 2 * number >= _NAMED * least * (len(before.stems) + len(after.stems))


def _weighed(before: _Text, after: _Text) -> tuple[float, Why | None]:
    """How alike two points are, and why they may be one matter (None: they are not)."""
    why = _nearness(before.point, after.point)
    value, telling = _share(before, after)
    if not telling:
        return value, None
    if len(before.stems & after.stems) < _FEWEST_SHARED:
        return value, why if value >= LEAST[Why.ELSEWHERE] else None
    if value >= LEAST[why]:
        return value, why
    said_so = after.still or after.goes_on
    if why is Why.SUBAREA and said_so and value >= LEAST[Why.STILL]:
        return value, Why.STILL
    return value, None


def _nearness(before: Point, after: Point) -> Why:
    if before.area != after.area:
        return Why.ELSEWHERE
    return Why.SUBAREA if before.subareas & after.subareas else Why.AREA


def _share(one: _Text, other: _Text) -> tuple[float, int]:
    """Of all that both say, how much both say; and how many of these words are their own."""
    named = one.named | other.named
    both = one.stems & other.stems

    def weight(stems: frozenset[str]) -> float:
        plain = len(stems - named)
        return plain + _NAMED * (len(stems) - plain)

    whole = weight(one.stems) + weight(other.stems)
    return (2 * weight(both) / whole if whole else 0.0), len(both - named)
