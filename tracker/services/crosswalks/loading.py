"""Two evaluations and the crosswalk that people keep between them, loaded for who may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.crosswalk import SubAreaLink
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Crosswalk, Evaluation, User
from tracker.services import scope
from tracker.services.comparisons.choosing import Side, chosen_pair, comparable
from tracker.services.crosswalks.pairs import Paired
from tracker.services.crosswalks.reading import by_way_of
from tracker.services.evaluations import ListedEvaluation


@dataclass(frozen=True)
class Between:
    """Two evaluations, the earlier first, under the scores that a comparison of them uses.

    `editions` are those that both are scored under; `seen` is what a page was drawn from: it
    changes with the links, with those in between and with the reports behind. `version` is 0
    while nobody has said anything.
    """

    before: Side
    after: Side
    editions: tuple[str, ...]
    paired: Paired
    kept_id: int | None
    version: int
    corrected_at: datetime | None
    corrected_by: str | None
    seen: str


def in_order(before_id: int, after_id: int, listed: Sequence[ListedEvaluation]) -> tuple[int, int]:
    """The two with the earlier first; those that do not exist stay as they are."""
    months = {one.id: one.month for one in listed}
    if before_id not in months or after_id not in months:
        return before_id, after_id
    first, second = sorted((before_id, after_id), key=lambda number: (months[number], number))
    return first, second


def between(before_id: int, after_id: int, edition: str | None, *, by: User) -> Between:
    """Two evaluations and what is kept between them, whichever is named first.

    Raises:
        NotFound: one of them does not exist.
        RuleBroken: they are the same, or a report has a sub-area twice.
        Forbidden.
    """
    scope.require(by, Deed.COMPARISON_MANAGE)
    listed = comparable(by)
    first, second = in_order(before_id, after_id, listed)
    before, after, editions = chosen_pair(first, second, listed, edition)
    kept = kept_crosswalk(before, after)
    by_name = db.session.get(User, kept.corrected_by_id) if kept and kept.corrected_by_id else None
    version = kept.version if kept else 0
    way = by_way_of(first, before.scores.edition, second, after.scores.edition)
    drawn_from = (version, *_versions(first, second), *([crc32(repr(way).encode())] if way else []))
    return Between(
        before=before,
        after=after,
        editions=editions,
        paired=Paired(before.scores, after.scores, links_kept(kept), way),
        kept_id=kept.id if kept else None,
        version=version,
        corrected_at=kept.corrected_at if kept else None,
        corrected_by=by_name.name if by_name else None,
        seen="-".join(str(number) for number in drawn_from),
    )


def kept_crosswalk(before: Side, after: Side) -> Crosswalk | None:
    """The row that is kept between two sides, as it is in the database now."""
    query = select(Crosswalk).where(
        Crosswalk.before_id == before.listed.id,
        Crosswalk.after_id == after.listed.id,
        Crosswalk.before_edition == before.scores.edition,
        Crosswalk.after_edition == after.scores.edition,
    )
    found: Crosswalk | None = db.session.scalar(
        query.options(selectinload(Crosswalk.links)).execution_options(populate_existing=True)
    )
    return found


def links_kept(kept: Crosswalk | None) -> tuple[SubAreaLink, ...]:
    """What people have told, as links."""
    rows = kept.links if kept else ()
    return tuple(SubAreaLink(x.before_code, x.after_code, x.match) for x in rows)


def _versions(first: int, second: int) -> tuple[int, ...]:
    """How often a report was accepted for each."""
    query = select(Evaluation.id, Evaluation.version).where(Evaluation.id.in_((first, second)))
    found = {row.id: row.version for row in db.session.execute(query)}
    return found[first], found[second]
