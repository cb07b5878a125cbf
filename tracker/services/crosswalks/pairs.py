"""How the sub-areas of two evaluations belong together: as suggested, and as people say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tracker.domain.composing import beside
from tracker.domain.corrections import SEVERAL, Row, links_of, rows_of
from tracker.domain.crosswalk import Crosswalk, Match, SubAreaLink
from tracker.domain.pairing import (
    AreaScore,
    Pair,
    SameName,
    ScoredEvaluation,
    SubAreaScore,
    pair_subareas,
    same_name_of,
    way_between,
)
from tracker.domain.suggestions import Hint, Sign, hints, sign_of

UNSURE = (Sign.CODE, Sign.NOTHING)


@dataclass(frozen=True)
class ShownRow:
    """A sub-area of the earlier evaluation: what it answers to now, and what was suggested.

    `sign` is what the suggestion rests on, `to` are the later sub-areas as they are known,
    `told` says that the row is somebody's word, and `softened` that it was said to be the same
    but counts as revised, since max differs.
    """

    sub: SubAreaScore
    row: Row
    to: tuple[SubAreaScore, ...]
    suggested: Row
    sign: Sign
    told: bool
    softened: bool
    hints: tuple[Hint, ...]

    @property
    def unsure(self) -> bool:
        """Whether nobody has spoken of it, and no name does."""
        return not self.told and self.sign in UNSURE

    @property
    def certain(self) -> bool:
        """Whether it is surely the same, so that nobody has to look at it."""
        return self.row.match is Match.SAME and not (self.unsure or self.softened or self.hints)


@dataclass(frozen=True)
class Section:
    """An area before and after, with the rows under it and what is new in it."""

    before: AreaScore | None
    after: AreaScore | None
    rows: tuple[ShownRow, ...]
    new: tuple[SubAreaScore, ...]


@dataclass(frozen=True)
class Paired:
    """Two scored evaluations and the links between them that people have told: each row that is
    somebody's word. `between` are the links by way of evaluations in between; they stand before
    what names suggest."""

    before: ScoredEvaluation
    after: ScoredEvaluation
    told: tuple[SubAreaLink, ...] = ()
    between: tuple[SubAreaLink, ...] = ()

    @cached_property
    def _way(self) -> tuple[Crosswalk, bool]:
        return way_between(self.before, self.after)

    @property
    def guessed(self) -> bool:
        """Whether nothing but names tells how the areas belong together."""
        return self._way[1]

    @cached_property
    def _same_name(self) -> SameName:
        return same_name_of(self.after.edition)

    @cached_property
    def suggested(self) -> tuple[Pair, ...]:
        """The pairs while nobody has said anything of these two."""
        return self._stated(self.between) if self.between else self._by_name

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs as they count."""
        if not self.told:
            return self.suggested
        return self._stated((*self.told, *beside(self.told, self.between)))

    @cached_property
    def _by_name(self) -> tuple[Pair, ...]:
        return self._stated(())

    def _stated(self, links: tuple[SubAreaLink, ...]) -> tuple[Pair, ...]:
        way = replace(self._way[0], subareas=links)
        return tuple(pair_subareas(self.before, self.after, way, self._same_name))

    @cached_property
    def rows(self) -> dict[str, Row]:
        """By the earlier code, what counts, in the words that people used."""
        return {code: self._worded(row)[0] for code, row in rows_of(self.pairs).items()}

    @cached_property
    def links(self) -> tuple[SubAreaLink, ...]:
        """All of what `rows` say, as links."""
        return self.as_links(tuple(self.rows.values()))

    @property
    def counting_links(self) -> tuple[SubAreaLink, ...]:
        """As links, but what differs in max is revised, whatever people said."""
        return self.as_links(tuple(rows_of(self.pairs).values()))

    def as_links(self, rows: Sequence[Row]) -> tuple[SubAreaLink, ...]:
        """Rows without problems as links between these two."""
        return links_of(rows, self.codes_after)

    @cached_property
    def codes_before(self) -> dict[str, SubAreaScore]:
        """The earlier sub-areas by code."""
        return {sub.code: sub for area in self.before.areas for sub in area.subareas}

    @cached_property
    def codes_after(self) -> dict[str, SubAreaScore]:
        """The later sub-areas by code."""
        return {sub.code: sub for area in self.after.areas for sub in area.subareas}

    @property
    def stale(self) -> tuple[SubAreaLink, ...]:
        """What was told of sub-areas that are no longer there."""
        return tuple(
            link
            for link in self.told
            if (link.before_code and link.before_code not in self.codes_before)
            or (link.after_code and link.after_code not in self.codes_after)
        )

    @property
    def counts(self) -> dict[Match, int]:
        """How many pairs there are of each kind."""
        kinds = [pair.match for pair in self.pairs]
        return {match: kinds.count(match) for match in Match}

    @property
    def unsure(self) -> int:
        """How many pairs nobody has looked at, and no name speaks for."""
        return sum(self._is_unsure(pair) for pair in self.pairs)

    @property
    def unsure_codes(self) -> frozenset[str]:
        """What is unsure: the earlier codes, and the later ones of what is new with a plus."""
        return frozenset(_key(pair) for pair in self.pairs if self._is_unsure(pair))

    @property
    def told_codes(self) -> frozenset[str]:
        """What is somebody's word, written as in unsure_codes."""
        return frozenset(_key(pair) for pair in self.pairs if _codes(pair) in self._said)

    @property
    def new_codes(self) -> frozenset[str]:
        """The later codes that nothing answers to."""
        return frozenset(self._new())

    def _is_unsure(self, pair: Pair) -> bool:
        return _codes(pair) not in self._said and self._sign(pair) in UNSURE

    def _sign(self, pair: Pair) -> Sign:
        plain = (*_codes(pair), pair.match) in self._plain
        return sign_of(pair, self._same_name) if plain or not self.between else Sign.BETWEEN

    @cached_property
    def _plain(self) -> set[tuple[str | None, str | None, Match]]:
        return {(*_codes(pair), pair.match) for pair in self._by_name}

    @property
    def hints(self) -> dict[str, Hint]:
        """By its key, each hint about rows that nobody has spoken of."""
        rows = [shown for part in self.sections for shown in part.rows]
        return {hint.key: hint for shown in rows for hint in shown.hints}

    @property
    def sections(self) -> tuple[Section, ...]:
        """Everything by area, in the earlier evaluation's order; what has no area before last."""
        rows, new = self._rows(), self._new()
        later = {area.number: area for area in self.after.areas}
        onward = {link.before: link.after for link in self._way[0].areas}
        found = []
        for area in self.before.areas:
            target = later.pop(onward.get(area.number, -1), None)
            own = tuple(rows[sub.code] for sub in area.subareas)
            found.append(Section(area, target, own, _within(target, new)))
        found += [Section(None, area, (), _within(area, new)) for area in later.values()]
        return tuple(found)

    def _rows(self) -> dict[str, ShownRow]:
        counting, proposed = rows_of(self.pairs), rows_of(self.suggested)
        signs = {pair.before.code: self._sign(pair) for pair in self.suggested if pair.before}
        return {
            code: self._row(counting[code], proposed[code], signs[code])
            for code in self.codes_before
        }

    def _row(self, counting: Row, proposed: Row, sign: Sign) -> ShownRow:
        code = counting.code
        row, spoken = self._worded(counting)
        return ShownRow(
            sub=self.codes_before[code],
            row=row,
            to=tuple(self.codes_after[to] for to in row.to),
            suggested=proposed,
            sign=sign,
            told=spoken,
            softened=row.match is Match.SAME and counting.match is Match.REVISED,
            hints=()
            if spoken or row.match in SEVERAL
            else tuple(hint for hint in self._hints if code in _earlier(hint)),
        )

    def _worded(self, counting: Row) -> tuple[Row, bool]:
        """The row in the words that people used, and whether they spoke of it."""
        code, said = counting.code, self._said
        spoken = [said[code, to] for to in (counting.to or (None,)) if (code, to) in said]
        return (replace(counting, match=spoken[0]), True) if spoken else (counting, False)

    def _new(self) -> set[str]:
        return {pair.after.code for pair in self.pairs if pair.before is None and pair.after}

    @cached_property
    def _said(self) -> dict[tuple[str | None, str | None], Match]:
        return {(link.before_code, link.after_code): link.match for link in self.told}

    @cached_property
    def _hints(self) -> tuple[Hint, ...]:
        way, names = self._way[0], self._same_name
        return hints(self.before, self.after, way, self.suggested, names)


def _codes(pair: Pair) -> tuple[str | None, str | None]:
    before, after = pair.before, pair.after
    return before.code if before else None, after.code if after else None


def _key(pair: Pair) -> str:
    one, other = _codes(pair)
    return one or f"+{other}"


def _within(area: AreaScore | None, codes: set[str]) -> tuple[SubAreaScore, ...]:
    return tuple(sub for sub in area.subareas if sub.code in codes) if area else ()


def _earlier(hint: Hint) -> set[str]:
    """The codes that a hint speaks of in the earlier evaluation."""
    earlier = (hint.whole,) if hint.match is Match.SPLIT else hint.parts
    return {sub.code for sub in earlier}
