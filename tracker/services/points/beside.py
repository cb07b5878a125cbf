"""The points of two evaluations, the older ones in the later one's areas and sub-areas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from tracker.domain.ancestry import Point
from tracker.domain.crosswalk import Crosswalk
from tracker.domain.editions import KEYS, edition
from tracker.domain.errors import RuleBroken
from tracker.domain.pairing import (
    AreaScore,
    ScoredEvaluation,
    SubAreaScore,
    pair_subareas,
    same_name_in,
    spelled_alike,
    way_between,
)
from tracker.extensions import db
from tracker.models import Area, PointSubArea, ScoreSet, SubArea
from tracker.services.crosswalks.reading import corrected


class Comparing:
    """How the points of two evaluations are held against each other, in three queries.

    `rows` are the points of both, with `id`, `evaluation_id`, `number` (of the area), `text` and
    `score_set_id`; `areas` are the links between their areas.
    """

    def __init__(self, after_id: int, before_id: int, rows: Sequence[Any]) -> None:
        used = {row.evaluation_id: row.score_set_id for row in rows if row.score_set_id}
        scored = _scored([before_id, after_id], used)
        before, after = scored.get(before_id), scored.get(after_id)
        walk = _crosswalk(before_id, before, after_id, after)
        self.areas = walk.areas if walk else ()
        self._area = {link.before: link.after for link in self.areas}
        self._codes = _codes(before, after, walk)
        self._spoken = _spoken([row.id for row in rows])

    def new(self, row: Any) -> Point:
        """A point of the later evaluation."""
        spoken = self._spoken.get(row.id, [])
        named = " ".join(name for _code, name in spoken)
        return Point(row.id, row.number, row.text, frozenset(code for code, _ in spoken), named)

    def old(self, row: Any) -> Point:
        """An older point; in an area that answers to none it stands by itself."""
        spoken = self._spoken.get(row.id, [])
        codes = frozenset(now for code, _ in spoken for now in self._codes.get(code, ()))
        area = None if row.number is None else self._area.get(row.number, -row.number)
        return Point(row.id, area, row.text, codes, " ".join(name for _code, name in spoken))


def _spoken(point_ids: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
    """The code and name of each sub-area that the points speak of."""
    rows = db.session.execute(
        select(PointSubArea.point_id, SubArea.code, SubArea.name)
        .join(SubArea, SubArea.id == PointSubArea.sub_area_id)
        .where(PointSubArea.point_id.in_(point_ids))
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for point_id, code, name in rows:
        found.setdefault(point_id, []).append((code, name))
    return found


def _scored(ids: Sequence[int], used: Mapping[int, int]) -> dict[int, ScoredEvaluation]:
    """The areas and sub-areas of each evaluation, under the scores that its points stand in, else
    its first. One that holds anything twice is left out: nothing can be said of its parts."""
    rows = db.session.execute(
        select(
            ScoreSet.evaluation_id,
            ScoreSet.id,
            ScoreSet.edition,
            Area.number,
            Area.name,
            SubArea.code,
            SubArea.name,
            SubArea.max,
        )
        .outerjoin(Area, Area.score_set_id == ScoreSet.id)
        .outerjoin(SubArea, SubArea.area_id == Area.id)
        .where(ScoreSet.evaluation_id.in_(ids))
        .order_by(Area.number, SubArea.id)
    ).all()
    found = {}
    for evaluation_id in ids:
        sets = [row for row in rows if row[0] == evaluation_id]
        chosen = used.get(evaluation_id) or min((row[1] for row in sets), default=0)
        parts = [row for row in sets if row[1] == chosen]
        try:
            if parts:
                found[evaluation_id] = _evaluation(parts)
        except RuleBroken:
            continue
    return found


def _evaluation(rows: Sequence[Any]) -> ScoredEvaluation:
    areas: dict[int, list[SubAreaScore]] = {}
    for _id, _set, _edition, number, _name, code, name, most in rows:
        if number is not None:
            held = areas.setdefault(number, [])
            if code is not None:
                held.append(SubAreaScore(code, name, None, most))
    names = {row[3]: row[4] for row in rows}
    return ScoredEvaluation(
        "utvärderingen",
        rows[0][2],
        tuple(AreaScore(n, names[n], None, None, tuple(subs)) for n, subs in areas.items()),
    )


def _crosswalk(
    before_id: int,
    before: ScoredEvaluation | None,
    after_id: int,
    after: ScoredEvaluation | None,
) -> Crosswalk | None:
    """The way between the two; None where nobody knows one."""
    if before is None or after is None:
        return None
    links = corrected(before_id, before.edition, after_id, after.edition)
    try:
        return replace(way_between(before, after)[0], subareas=links)
    except RuleBroken:
        return None


def _codes(
    before: ScoredEvaluation | None, after: ScoredEvaluation | None, walk: Crosswalk | None
) -> dict[str, set[str]]:
    """The sub-areas that each of the older evaluation became."""
    if before is None or after is None or walk is None:
        return {}
    key = after.edition
    same_name = same_name_in(edition(key)) if key in KEYS else spelled_alike
    found: dict[str, set[str]] = {}
    for pair in pair_subareas(before, after, walk, same_name):
        if pair.before and pair.after:
            found.setdefault(pair.before.code, set()).add(pair.after.code)
    return found
