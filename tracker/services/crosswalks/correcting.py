"""A person's word on which sub-areas belong together: saved, taken back, and undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.corrections import Row, changes, problems
from tracker.domain.crosswalk import Match, SubAreaLink
from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.pairing import way_between
from tracker.extensions import db, in_turn
from tracker.models import Crosswalk, CrosswalkLink, JournalEntry, User
from tracker.services import journal
from tracker.services.actions.rules import Refused
from tracker.services.comparisons.choosing import Side
from tracker.services.crosswalks.loading import Between, between
from tracker.services.crosswalks.pairs import Paired


def save(
    before_id: int,
    after_id: int,
    edition: str | None,
    rows: Sequence[Row],
    seen: str,
    *,
    right: Collection[str] = (),
    by: User,
    now: datetime,
) -> bool:
    """Let the sub-areas belong together as `rows` say, if nothing has changed since the writer
    looked (`seen`); whether that is anything new. What somebody
    has said of a row that is not among them stands.

    Kept as somebody's word are the rows that say something else than what counted, those that
    were somebody's word already, and those in `right` (earlier codes; the later code of what is
    new, with a plus before it). The others stay suggestions.

    Raises:
        Refused: with every row that does not hold, as RowProblem.
        Conflict: somebody saved in between; `current` holds a Between.
        NotFound, RuleBroken, Forbidden: as `between`.
    """
    there = _to_be_changed(before_id, after_id, edition, seen, by)
    known = there.paired
    if wrong := problems(rows, known.codes_before.keys(), known.codes_after.keys()):
        raise Refused(wrong)
    links = _spoken(known, rows, right)
    replace(way_between(known.before, known.after)[0], subareas=links)  # the domain's own checks
    if set(links) == set(known.told):
        db.session.rollback()
        return False
    data = _told(there, links)
    kept = _put(there, links, by, now)
    journal.record("crosswalk.correct", "crosswalk", kept.id, data, by=by, now=now)
    db.session.commit()
    return True


def _spoken(known: Paired, rows: Sequence[Row], right: Collection[str]) -> tuple[SubAreaLink, ...]:
    """The links of the rows that are somebody's word; with them, all rows come out as asked."""
    told = {code: row for code, row in known.rows.items() if code in known.told_codes}
    wanted = {**told, **{row.code: row for row in rows}}
    asked = {
        code
        for code, row in wanted.items()
        if code in right or code in known.told_codes or not _alike(row, known.rows.get(code))
    }
    while True:
        links = _two_sided(known, [row for code, row in wanted.items() if code in asked])
        result = replace(known, told=links)
        # What one row takes or leaves may move another that nobody touched: then it is said too.
        moved = {
            code
            for code, row in wanted.items()
            if code not in asked and not _alike(row, result.rows.get(code))
        }
        if not moved:
            break
        asked |= moved
    new = [
        SubAreaLink(None, code, Match.NEW)
        for code in known.codes_after
        if code in result.new_codes
        and (code not in known.new_codes or f"+{code}" in right or f"+{code}" in known.told_codes)
    ]
    return (*links, *new)


def _two_sided(known: Paired, rows: Sequence[Row]) -> tuple[SubAreaLink, ...]:
    return tuple(link for link in known.as_links(rows) if link.match is not Match.NEW)


def _alike(one: Row, other: Row | None) -> bool:
    return other is not None and (sorted(one.to), one.match) == (sorted(other.to), other.match)


def reset(
    before_id: int, after_id: int, edition: str | None, seen: str, *, by: User, now: datetime
) -> bool:
    """Go back to what is suggested; whether anything had been corrected.

    Raises:
        Conflict, NotFound, RuleBroken, Forbidden: as `save`.
    """
    there = _to_be_changed(before_id, after_id, edition, seen, by)
    if not there.paired.told:
        db.session.rollback()
        return False
    data = _told(there, ())
    kept = _put(there, (), by, now)
    journal.record("crosswalk.reset", "crosswalk", kept.id, data, by=by, now=now)
    db.session.commit()
    return True


def undo(
    before_id: int, after_id: int, edition: str | None, seen: str, *, by: User, now: datetime
) -> None:
    """Take back the newest change, where nothing has come after it.

    Raises:
        RuleBroken: somebody has saved since, or there is nothing to take back.
        NotFound, Forbidden.
    """
    try:
        there = _to_be_changed(before_id, after_id, edition, seen, by)
    except Conflict:
        raise RuleBroken(
            "Det går inte att ångra längre: någon har sparat något nytt sedan dess."
        ) from None
    entry = next(iter(history(there)), None)
    if entry is None:
        raise NotFound
    was = tuple(
        SubAreaLink(one, other, Match(match)) for one, other, match in entry.data["was"] or ()
    )
    data = _told(there, was)
    kept = _put(there, was, by, now)
    journal.record("crosswalk.undo", "crosswalk", kept.id, data, by=by, now=now)
    db.session.commit()


def undone_by_reset(there: Between) -> dict[str, Any]:
    """What going back to the suggestion would change, as the journal keeps it."""
    found: dict[str, Any] = _told(there, ())["rows"]
    return found


def history(there: Between) -> list[JournalEntry]:
    """What people have said of the two, newest first."""
    return journal.history("crosswalk", there.kept_id) if there.kept_id else []


def _to_be_changed(
    before_id: int, after_id: int, edition: str | None, seen: str, by: User
) -> Between:
    in_turn("crosswalks")
    there = between(before_id, after_id, edition, by=by)
    if seen != there.seen:
        db.session.rollback()
        raise Conflict({"there": there})
    return there


def _put(there: Between, links: Iterable[SubAreaLink], by: User, now: datetime) -> Crosswalk:
    """Write the links instead of those that were, flushed; the version goes up by one."""
    kept = db.session.get(Crosswalk, there.kept_id) if there.kept_id else None
    if kept is None:
        kept = Crosswalk(
            before_id=there.before.listed.id,
            after_id=there.after.listed.id,
            before_edition=there.before.scores.edition,
            after_edition=there.after.scores.edition,
        )
        db.session.add(kept)
    kept.links.clear()
    kept.corrected_at, kept.corrected_by_id = now, by.id
    flag_modified(kept, "corrected_at")  # the same instant, too, is a change of its own
    db.session.flush()  # the old ones must be gone before new ones may have their codes
    kept.links = [
        CrosswalkLink(before_code=x.before_code, after_code=x.after_code, match=x.match)
        for x in links
    ]
    db.session.flush()
    return kept


def _told(there: Between, links: Sequence[SubAreaLink]) -> dict[str, Any]:
    """What the journal says: the pair, each row [from, to], what is now somebody's word though it
    stays as it was, and all links that were told."""
    known, told = there.paired, there.paired.told
    becomes = replace(known, told=tuple(links))
    rows = changes(known.links, becomes.links)
    return {
        "pair": [_name(there.before), _name(there.after)],
        "rows": rows,
        "right": sorted(becomes.told_codes - known.told_codes - rows.keys()),
        "was": [[x.before_code, x.after_code, x.match.value] for x in told] or None,
    }


def _name(side: Side) -> str:
    return f"{side.listed.municipality} {side.listed.month:%Y-%m}"
