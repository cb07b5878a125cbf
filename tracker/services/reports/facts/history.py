"""The actions of a plan as they stood at the end of a day.

What is written over today is found in the journal: each entry after that day says what stood
before it. What has a date of its own is judged by that, and status updates are kept for ever.

In a round people answer after the day that it is measured on, about that day: what they said is
then taken up to a later day than how things stood.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from tracker.domain.calendar import local_date
from tracker.domain.reporting import ReportRow
from tracker.domain.statuses import REACHED, ActionStatus
from tracker.extensions import db
from tracker.models import (
    Action,
    CarriedAction,
    Committee,
    Evidence,
    StatusUpdate,
    Unit,
    User,
)
from tracker.services.actions.ids import each
from tracker.services.reports.facts.journalled import (
    OVERWRITING,
    PROOFS,
    Entry,
    entries_since,
    finished_by,
    is_pair,
)
from tracker.services.reports.facts.ties import plan_points, points

FIELDS = ("title", "expected_effect", "unit_id", "committee_id", "deadline", "status")
_NONE: Mapping[str, Any] = {}
_COLUMNS = (
    *(Action.id, Action.plan_id, Action.title, Action.expected_effect, Action.owner_id),
    *(Action.unit_id, Action.committee_id, Action.status, Action.deadline),
    *(Action.first_deadline, Action.created_at, Action.done_on, Action.verified_on),
    *(Action.dropped_on, Action.dropped_by, Action.dropped_reason),
)


@dataclass(frozen=True)
class Stood:
    """The actions by id (their `areas` are left empty), and which of them were the plan's then.

    `places` are their (committee, unit) and `points` the improvement points that they answered,
    both as ids.
    """

    rows: Mapping[int, ReportRow]
    members: frozenset[int]
    places: Mapping[int, tuple[int | None, int | None]]
    points: Mapping[int, frozenset[int]]


@dataclass(frozen=True)
class _Names:
    """The names of people, units and committees by id."""

    people: Mapping[int, str]
    units: Mapping[int, str]
    committees: Mapping[int, str]


@dataclass(frozen=True)
class _Kept:
    """What is known of the actions beside their own columns, by action; `finished` holds the
    entries of the last time that they were finished by the end of the day."""

    day: date
    end: datetime
    zone: ZoneInfo
    later: Mapping[int, Sequence[Entry]]
    finished: Mapping[int, Mapping[str, Entry]]
    said: Mapping[int, Any]
    proofs: Mapping[int, int]
    names: _Names


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after a day of the municipality's."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def stood(
    plan_id: int,
    day: date,
    *,
    zone: ZoneInfo,
    also: Collection[int] = (),
    said_by: date | None = None,
) -> Stood:
    """The plan's actions as they stood at the end of `day`, and the actions `also`, of whichever
    plan. What was carried to the next plan later was still this one's; what was carried here
    later was not. `said_by` is the last day of whose status updates the latest is told, where it
    is not `day`: a later update says something new, and changes nothing of how things stood."""
    end = end_of(day, zone)
    rows = _present(plan_id, end, also)
    moved = _moved([row.id for row in rows], end)
    heard = max(end, end_of(said_by, zone)) if said_by is not None else end
    members = frozenset(row.id for row in rows if moved.get(row.id, row.plan_id) == plan_id)
    return _rolled_back(rows, members, plan_id, (end, heard), zone)


def stood_before(plan_id: int, ids: Collection[int], instant: datetime, zone: ZoneInfo) -> Stood:
    """These actions as they stood right before an instant, when all of them were the plan's."""
    rows = db.session.execute(select(*_COLUMNS).where(Action.id.in_(each(ids)))).all()
    return _rolled_back(rows, frozenset(ids), plan_id, (instant, instant), zone)


def _rolled_back(
    rows: Sequence[Any],
    members: frozenset[int],
    plan_id: int,
    until: tuple[datetime, datetime],
    zone: ZoneInfo,
) -> Stood:
    """The actions as they stood right before the first instant, with what was said before the
    second."""
    end, heard = until
    ids, day = [row.id for row in rows], local_date(end - timedelta(microseconds=1), zone)
    later = entries_since(ids, end)
    before = {row.id: _before(later.get(row.id, ())) for row in rows}
    lacking = [row.id for row in rows if _is_lacking(row, before[row.id], day)]
    kept = _Kept(
        *(day, end, zone, later),
        finished=finished_by(lacking, end),
        said=_said(ids, heard),
        proofs=_proofs(ids, end),
        names=_names(),
    )
    labels = plan_points(plan_id, ids, later)
    return Stood(
        {row.id: _row(row, before[row.id], kept, labels[row.id]) for row in rows},
        members,
        {row.id: _place(row, before[row.id]) for row in rows},
        points(ids, later),
    )


def _present(plan_id: int, end: datetime, also: Collection[int]) -> Sequence[Any]:
    """The actions that there were, as they are today."""
    carried = select(CarriedAction.action_id).where(
        CarriedAction.from_plan_id == plan_id, CarriedAction.at >= end
    )
    query = select(*_COLUMNS).where(
        Action.created_at < end,
        or_(Action.plan_id == plan_id, Action.id.in_(carried), Action.id.in_(each(also))),
    )
    return db.session.execute(query).all()


def _moved(ids: Collection[int], end: datetime) -> dict[int, int]:
    """Action → the plan that it was in, for what has been carried since."""
    query = (
        select(CarriedAction.action_id, CarriedAction.from_plan_id)
        .where(CarriedAction.at >= end, CarriedAction.action_id.in_(each(ids)))
        .order_by(CarriedAction.at.desc(), CarriedAction.id.desc())
    )
    return dict(db.session.execute(query).all())


def _before(later: Iterable[Entry]) -> Mapping[str, Any]:
    """What the fields held that have been written over since: of each, what the earliest entry
    found. `owner` is an id, or a name where an old entry has nothing else."""
    found: dict[str, Any] = {}
    for entry in later:
        if entry.deed not in OVERWRITING:
            continue
        for name in FIELDS:
            if name not in found and is_pair(entry.data.get(name)):
                found[name] = entry.data[name][0]
        owner = entry.data.get("owner_id", entry.data.get("owner"))
        if "owner" not in found and is_pair(owner):
            found["owner"] = owner[0]
    return found or _NONE


def _is_lacking(row: Any, before: Mapping[str, Any], day: date) -> bool:
    """Whether it was finished then, and the date of that has been taken away or replaced."""
    status = ActionStatus(before.get("status", row.status))
    if status is ActionStatus.DROPPED:
        return not _by(row.dropped_on, day)
    if status is ActionStatus.VERIFIED and not _by(row.verified_on, day):
        return True
    return status in REACHED and not _by(row.done_on, day)


def _by(on: date | None, day: date) -> date | None:
    """A date that had come by then."""
    return on if on is not None and on <= day else None


def _said(ids: Collection[int], end: datetime) -> dict[int, Any]:
    """The last status update of each by then, with the instant of the first (`first_at`); a
    correction is one, and follows what it corrects."""
    newest = func.row_number().over(
        partition_by=StatusUpdate.action_id,
        order_by=(StatusUpdate.at.desc(), StatusUpdate.id.desc()),
    )
    first = func.min(StatusUpdate.at).over(partition_by=StatusUpdate.action_id)
    ranked = (
        select(StatusUpdate.id, newest.label("place"), first.label("first_at"))
        .where(StatusUpdate.action_id.in_(each(ids)), StatusUpdate.at < end)
        .subquery()
    )
    query = (
        select(
            StatusUpdate.action_id,
            StatusUpdate.at,
            StatusUpdate.health,
            StatusUpdate.text,
            StatusUpdate.percent,
            StatusUpdate.forecast,
            ranked.c.first_at,
        )
        .join(ranked, ranked.c.id == StatusUpdate.id)
        .where(ranked.c.place == 1)
    )
    return {row.action_id: row for row in db.session.execute(query)}


def _proofs(ids: Collection[int], end: datetime) -> dict[int, int]:
    """How many of today's proofs there were by then."""
    query = (
        select(Evidence.action_id, func.count())
        .where(Evidence.action_id.in_(each(ids)), Evidence.added_at < end)
        .group_by(Evidence.action_id)
    )
    return dict(db.session.execute(query).all())


def _names() -> _Names:
    people, units, committees = (
        dict(db.session.execute(select(kind.id, kind.name)).all())
        for kind in (User, Unit, Committee)
    )
    return _Names(people, units, committees)


def _place(row: Any, before: Mapping[str, Any]) -> tuple[int | None, int | None]:
    return before.get("committee_id", row.committee_id), before.get("unit_id", row.unit_id)


def _row(row: Any, before: Mapping[str, Any], kept: _Kept, labels: tuple[str, ...]) -> ReportRow:
    """The action as it stood."""
    committee_id, unit_id = _place(row, before)
    said = kept.said.get(row.id)
    deadline = before.get("deadline")
    return ReportRow(
        id=row.id,
        title=before.get("title", row.title),
        deadline=row.deadline if deadline is None else date.fromisoformat(deadline),
        first_deadline=row.first_deadline,
        created_on=local_date(row.created_at, kept.zone),
        owner=_owner(before.get("owner", row.owner_id), kept.names),
        unit=kept.names.units.get(unit_id or 0, ""),
        committee=kept.names.committees.get(committee_id or 0, ""),
        expected_effect=before.get("expected_effect", row.expected_effect),
        health=said.health if said else None,
        percent=said.percent if said else None,
        forecast=said.forecast if said else None,
        said=said.text if said else "",
        said_on=local_date(said.at, kept.zone) if said else None,
        evidence=_evidence(row.id, kept),
        plan_points=labels,
        **_finish(row, before, kept),
    )


def _owner(who: int | str | None, names: _Names) -> str:
    if who is None or isinstance(who, str):
        return who or ""
    return names.people.get(who, "")


def _evidence(action_id: int, kept: _Kept) -> int:
    """The proofs by then: what has been taken away since was there, what has been put back was
    not."""
    since = sum(
        PROOFS[entry.deed]
        for entry in kept.later.get(action_id, ())
        if entry.deed in PROOFS and datetime.fromisoformat(entry.data["added_at"]) < kept.end
    )
    return kept.proofs.get(action_id, 0) + since


def _finish(row: Any, before: Mapping[str, Any], kept: _Kept) -> dict[str, Any]:
    """Its status, and the dates and words that belong to it.

    The journal says what the status was. Where it is silent (an action that came with its dates),
    a date that had not come yet says that the action was not finished.
    """
    entries = kept.finished.get(row.id, {})

    def on(deed: str, column: date | None) -> date | None:
        entry = entries.get(f"action.{deed}")
        return _by(column, kept.day) or (local_date(entry.at, kept.zone) if entry else None)

    status, told = ActionStatus(before.get("status", row.status)), "status" in before
    if status in REACHED:
        done_on, verified_on = on("complete", row.done_on), on("verify", row.verified_on)
        if done_on is None and not told:
            return {"status": _still_open(row.id, kept)}
        if status is ActionStatus.VERIFIED and (verified_on or told):
            return {"status": status, "done_on": done_on, "verified_on": verified_on}
        return {"status": ActionStatus.DONE, "done_on": done_on}
    if status is not ActionStatus.DROPPED:
        return {"status": status}
    dropped_on = on("drop", row.dropped_on)
    if dropped_on is None and not told:
        return {"status": _still_open(row.id, kept)}
    return {"status": status, "dropped_on": dropped_on, **_decided(row, entries, kept.day)}


def _decided(row: Any, entries: Mapping[str, Entry], day: date) -> dict[str, str]:
    """Who decided that it was dropped, and why."""
    if _by(row.dropped_on, day):
        return {"dropped_by": row.dropped_by, "dropped_reason": row.dropped_reason}
    entry = entries.get("action.drop")
    said = entry.data if entry else _NONE
    return {
        "dropped_by": said.get("decided_by", ""),
        "dropped_reason": said.get("reason", ""),
    }


def _still_open(action_id: int, kept: _Kept) -> ActionStatus:
    """What an action was before it was finished: the first report sets a planned one going."""
    said = kept.said.get(action_id)
    begun = said is not None and said.first_at < kept.end
    return ActionStatus.ONGOING if begun else ActionStatus.PLANNED
