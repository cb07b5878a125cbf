"""The sub-areas of a comparison as they are compared: those of a split or a merger as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.crosswalk import Match
from tracker.domain.scores import ActionCount, SubAreaRow, SubAreaScore, Verdict
from tracker.services.comparisons.comparing import AreaPart, ComparisonShown


@dataclass(frozen=True)
class Whole:
    """The rows of one group: what they hold together before and after, and what all share."""

    rows: tuple[SubAreaRow, ...]

    @property
    def befores(self) -> tuple[SubAreaScore, ...]:
        """The earlier sub-areas, each once."""
        return tuple(dict.fromkeys(row.before for row in self.rows if row.before))

    @property
    def afters(self) -> tuple[SubAreaScore, ...]:
        """The later sub-areas, each once."""
        return tuple(dict.fromkeys(row.after for row in self.rows if row.after))

    @property
    def named(self) -> tuple[SubAreaScore, ...]:
        """The sub-areas that name it: the later ones, else the earlier."""
        return self.afters or self.befores

    @property
    def before(self) -> SubAreaScore | None:
        """The earlier side, added up."""
        return _sum(self.befores)

    @property
    def after(self) -> SubAreaScore | None:
        """The later side, added up."""
        return _sum(self.afters)

    @property
    def group(self) -> int:
        """The number that its rows share."""
        return self.rows[0].group

    @property
    def matches(self) -> tuple[Match, ...]:
        """How its rows belong together, each way once."""
        return tuple(dict.fromkeys(row.match for row in self.rows))

    @property
    def change_points(self) -> int | None:
        """Points, where it is a single row that may say so."""
        return self.rows[0].change_points if len(self.rows) == 1 else None

    @property
    def change_percent_of_max(self) -> float | None:
        """The group's change, in percentage points of max."""
        return self.rows[0].change_percent_of_max

    @property
    def actions(self) -> ActionCount:
        """The actions behind the group."""
        return self.rows[0].actions

    @property
    def verdict(self) -> Verdict:
        """The group's verdict."""
        return self.rows[0].verdict

    @property
    def start(self) -> float | None:
        """The group's share before, in per cent of max."""
        return self.rows[0].start

    @property
    def end(self) -> float | None:
        """The group's share after, in per cent of max."""
        return self.rows[0].end


def wholes(rows: Iterable[SubAreaRow]) -> tuple[Whole, ...]:
    """The rows by group, in the order of each group's first row."""
    found: dict[int, list[SubAreaRow]] = defaultdict(list)
    for row in rows:
        found[row.group].append(row)
    return tuple(Whole(tuple(some)) for some in found.values())


def wholes_of(shown: ComparisonShown, part: AreaPart) -> tuple[Whole, ...]:
    """An area's sub-areas; one that reaches into another area is told whole in each."""
    here = dict.fromkeys(row.group for row in part.subareas)
    known = {one.group: one for one in wholes(shown.result.subareas)}
    return tuple(known[group] for group in here)


def all_same(shown: ComparisonShown) -> bool:
    """Whether every sub-area, and every area, is the same in both."""
    areas, subareas = shown.result.areas, shown.result.subareas
    matches = [*(row.match for row in areas), *(row.match for row in subareas)]
    return all(match is Match.SAME for match in matches)


def _sum(parts: Sequence[SubAreaScore]) -> SubAreaScore | None:
    """One as it is; of several their summed score and max, None where one of them has none."""
    if len(parts) < 2:
        return parts[0] if parts else None
    known = all(
        part.score is not None and part.max is not None and 0 <= part.score <= part.max
        for part in parts
    )
    score, most = (sum(part.score or 0 for part in parts), sum(part.max or 0 for part in parts))
    names = " + ".join(part.code for part in parts)
    return SubAreaScore(names, "", score if known else None, most if known else None)
