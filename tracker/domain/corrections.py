"""What a person says of the sub-areas of two evaluations, row by row, and what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.domain.crosswalk import Match, SubAreaLink
from tracker.domain.errors import N_, RuleBroken
from tracker.domain.pairing import Pair

SEVERAL = (Match.SPLIT, Match.MERGED)
OFFERED = (Match.SAME, Match.REVISED, *SEVERAL, Match.DROPPED)


@dataclass(frozen=True)
class Row:
    """One sub-area of the earlier evaluation and those of the later that answer to it."""

    code: str
    to: tuple[str, ...] = ()
    match: Match | None = None


class RowProblem(RuleBroken):
    """A rule says no to one row; `row` is its place, `field` is to, also or match."""

    def __init__(self, row: int, field: str, message: str, **params: Any) -> None:
        super().__init__(message, field=field, **params)
        self.row = row


def rows_of(pairs: Iterable[Pair]) -> dict[str, Row]:
    """The pairs as rows by the earlier one's code; what is new has none."""
    rows: dict[str, Row] = {}
    for pair in pairs:
        if pair.before is None:
            continue
        code = pair.before.code
        to = (*rows.get(code, Row(code)).to, *([pair.after.code] if pair.after else []))
        rows[code] = Row(code, to, pair.match)
    return rows


def problems(
    rows: Sequence[Row], before: Collection[str], after: Collection[str]
) -> list[RowProblem]:
    """Everything that is wrong with the rows, given the codes that each evaluation has."""
    users = Counter(code for row in rows for code in row.to)
    once = Counter(row.code for row in rows)
    found: list[RowProblem] = []
    for place, row in enumerate(rows):
        problem = (
            _unknown(place, row, before, after)
            or _without_partner(place, row)
            or _too_many(place, row, users)
        )
        if problem is None and once[row.code] > 1:
            message = N_("Delområde %(code)s står på mer än en rad.")
            problem = RowProblem(place, "to", message, code=row.code)
        if problem is not None:
            found.append(problem)
    return found


def _unknown(
    place: int, row: Row, before: Collection[str], after: Collection[str]
) -> RowProblem | None:
    if row.code not in before:
        message = N_(
            "Delområde %(code)s finns inte längre i den tidigare utvärderingen. "
            "Läs in sidan på nytt."
        )
        return RowProblem(place, "to", message, code=row.code[:20])
    for position, code in enumerate(row.to):
        if code not in after:
            message = N_(
                "Det finns inget delområde %(code)s i den senare utvärderingen. "
                "Skriv koder som finns där, till exempel %(example)s."
            )
            example = next(iter(sorted(after)), "1.1")
            field = "also" if position else "to"
            return RowProblem(place, field, message, code=code[:20], example=example)
    return None


def _without_partner(place: int, row: Row) -> RowProblem | None:
    if row.match is None:
        message = N_("Välj hur delområde %(code)s hör ihop med den senare utvärderingen.")
        return RowProblem(place, "match", message, code=row.code)
    if row.match is Match.DROPPED and row.to:
        message = N_(
            "Delområde %(code)s kan inte både ha utgått och svara mot ett senare. "
            "Ta bort motsvarigheten eller välj ett annat sätt."
        )
        return RowProblem(place, "match", message, code=row.code)
    if row.match is not Match.DROPPED and not row.to:
        message = N_("Välj vad delområde %(code)s svarar mot, eller ange att det har utgått.")
        return RowProblem(place, "to", message, code=row.code)
    return None


def _too_many(place: int, row: Row, users: Mapping[str, int]) -> RowProblem | None:
    shared = [code for code in row.to if users[code] > 1]
    if row.match in SEVERAL:
        if len(row.to) > 1 or shared:
            return None
        message = N_(
            "Delområde %(code)s står ensamt: ett delat svarar mot minst två senare, och ett "
            "sammanslaget delar sin motsvarighet med en annan rad."
        )
        return RowProblem(place, "match", message, code=row.code)
    if len(row.to) > 1:
        message = N_("Delområde %(code)s svarar mot flera: välj Delat.")
        return RowProblem(place, "match", message, code=row.code)
    if shared:
        message = N_(
            "%(other)s står på flera rader: välj Sammanslaget på dem alla, eller låt bara en "
            "svara mot det."
        )
        return RowProblem(place, "match", message, other=shared[0])
    return None


def links_of(rows: Iterable[Row], after: Iterable[str]) -> tuple[SubAreaLink, ...]:
    """Rows without problems as links; what nothing answers to of `after` is new."""
    known = list(rows)
    links = [
        SubAreaLink(row.code, code, row.match or Match.REVISED)
        for row in known
        for code in (row.to or (None,))
    ]
    taken = {code for row in known for code in row.to}
    return (*links, *(SubAreaLink(None, code, Match.NEW) for code in after if code not in taken))


def changes(
    old: Iterable[SubAreaLink], new: Iterable[SubAreaLink]
) -> dict[str, list[list[list[str]]]]:
    """What differs, as the journal keeps it: by the earlier code (by "+" and the later one's for
    what is new) the sides [from, to], each a list of [later code, match]."""
    was, became = _by_code(old), _by_code(new)
    keys = [*was, *(key for key in became if key not in was)]
    return {
        key: [was.get(key, []), became.get(key, [])]
        for key in keys
        if was.get(key) != became.get(key)
    }


def _by_code(links: Iterable[SubAreaLink]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for link in links:
        key = link.before_code or f"+{link.after_code}"
        found.setdefault(key, []).append([link.after_code or "", link.match.value])
    return {key: sorted(sides) for key, sides in found.items()}
