"""What to do first: what a point may gain us, against what it costs us.

The gain is a point's share of the most that any point of its evaluation may gain; the effort is
what people think it takes (1 small, 2 middling, 3 large). What is unknown counts as middling.

    gain \\ effort        1 small    2 middling    3 large
    two thirds or more      1            1            2
    one third or more       1            2            3
    less                    2            3            3

1 comes first, 3 last. A priority that was set by hand wins over the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

MIDDLING = 2
LEVELS = (1, 2, 3)
SHARE_OF_MUCH = Fraction(2, 3)
SHARE_OF_SOME = Fraction(1, 3)

# RULES[gain][effort] → priority; a gain of 3 is much, an effort of 3 is large.
RULES: dict[int, dict[int, int]] = {
    3: {1: 1, 2: 1, 3: 2},
    2: {1: 1, 2: 2, 3: 3},
    1: {1: 2, 2: 3, 3: 3},
}


@dataclass(frozen=True)
class Weight:
    """How a point weighs: `priority` counts, `computed` is the table's; `gain` and `effort` are
    levels from 1 to 3, None where nobody knows."""

    priority: int
    computed: int
    gain: int | None
    effort: int | None
    by_hand: bool


def gain_of(subareas: Iterable[int | None], area: int | None) -> int | None:
    """What a point may gain: the most points missing in one of its own sub-areas, else `area`,
    what is missing in its area; None where neither is known. Never below 0."""
    known = [missing for missing in subareas if missing is not None]
    most = max(known) if known else area
    return None if most is None else max(most, 0)


def gain_level(gain: int | None, most: int | None) -> int | None:
    """The gain as a level from 1 to 3 of `most`, the largest gain of the evaluation."""
    if gain is None or most is None:
        return None
    if most <= 0:
        return 1
    share = Fraction(gain, most)
    if share >= SHARE_OF_MUCH:
        return 3
    return 2 if share >= SHARE_OF_SOME else 1


def weigh(gain: int | None, most: int | None, effort: int | None, by_hand: int | None) -> Weight:
    """The priority of a point that may gain `gain` of `most`."""
    level = gain_level(gain, most)
    computed = RULES[level or MIDDLING][effort or MIDDLING]
    return Weight(
        priority=by_hand or computed,
        computed=computed,
        gain=level,
        effort=effort,
        by_hand=by_hand is not None,
    )
