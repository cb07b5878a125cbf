"""The actions of a plan as they stood at the end of a day.

What is written over today is found in the journal: each entry after that day says what stood
before it. What has a date of its own is judged by that, and status updates are kept for ever.
"""

from __future__ import annotations

from collections import defaultdict
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
    JournalEntry,
    StatusUpdate,
    Unit,
    User,
    action_point,
)
from tracker.services.actions.ids import each

FIELDS = ("title", "expected_effect", "unit_id", "committee_id", "deadline", "status")
FINISHING = ("action.complete", "action.verify", "action.drop")
_OVERWRITING = (
    *("action.edit", "action.undo", "action.report", "action.reopen", "action.take_back"),
    *FINISHING,
)
_TIES = ("action.tie", "action.untie")
_PROOFS = {"action.evidence_remove": 1, "action.evidence_restore": -1}
_NONE: Mapping[str, Any] = {}


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
class _Entry:
    deed: str
    at: datetime
    data: Mapping[str, Any]


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
    zone: ZoneInfo
    later: Mapping[int, Sequence[_Entry]]
    finished: Mapping[int, Mapping[str, _Entry]]
    said: Mapping[int, Any]
    proofs: Mapping[int, int]
    names: _Names


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The first instant after a day of the municipality's."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def stood(plan_id: int, day: date, *, zone: ZoneInfo, also: Collection[int] = ()) -> Stood:
    """The plan's actions as they stood at the end of `day`, and the actions `also`, of whichever
    plan. What was carried to the next plan later was still this one's; what was carried here
    later was not."""
    end = end_of(day, zone)
    rows = _present(plan_id, end, also)
    ids = [row.id for row in rows]
    later = _later(ids, end)
    before = {row.id: _before(later.get(row.id, ())) for row in rows}
    lacking = [row.id for row in rows if _is_lacking(row, before[row.id], day)]
    kept = _Kept(
        *(day, zone, later),
        finished=_finished(lacking, end),
        said=_said(ids, end),
        proofs=_proofs(ids, end),
        names=_names(),
    )
    moved = _moved(ids, end)
    return Stood(
        {row.id: _row(row, before[row.id], kept) for row in rows},
        frozenset(row.id for row in rows if moved.get(row.id, row.plan_id) == plan_id),
        {row.id: _place(row, before[row.id]) for row in rows},
        _points(ids, later),
    )


def _present(plan_id: int, end: datetime, also: Collection[int]) -> Sequence[Any]:
    """The actions that there were, as they are today."""
    carried = select(CarriedAction.action_id).where(
        CarriedAction.from_plan_id == plan_id, CarriedAction.at >= end
    )
    columns = (
        *(Action.id, Action.plan_id, Action.title, Action.expected_effect, Action.owner_id),
        *(Action.unit_id, Action.committee_id, Action.status, Action.deadline),
        *(Action.first_deadline, Action.created_at, Action.done_on, Action.verified_on),
        *(Action.dropped_on, Action.dropped_by, Action.dropped_reason),
    )
    query = select(*columns).where(
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


def _later(ids: Collection[int], end: datetime) -> dict[int, list[_Entry]]:
    """What has been done to the actions since, oldest first."""
    query = (
        select(JournalEntry.subject_id, JournalEntry.deed, JournalEntry.at, JournalEntry.data)
        .where(
            JournalEntry.subject == "action",
            JournalEntry.subject_id.in_(each(ids)),
            JournalEntry.at >= end,
            JournalEntry.deed.in_((*_OVERWRITING, *_TIES, *_PROOFS)),
        )
        .order_by(JournalEntry.at, JournalEntry.id)
    )
    found: dict[int, list[_Entry]] = defaultdict(list)
    for action_id, *entry in db.session.execute(query):
        found[action_id].append(_Entry(*entry))
    return found


def _before(later: Iterable[_Entry]) -> Mapping[str, Any]:
    """What the fields held that have been written over since: of each, what the earliest entry
    found. `owner` is an id, or a name where an old entry has nothing else."""
    found: dict[str, Any] = {}
    for entry in later:
        if entry.deed not in _OVERWRITING:
            continue
        for name in FIELDS:
            if name not in found and _is_pair(entry.data.get(name)):
                found[name] = entry.data[name][0]
        owner = entry.data.get("owner_id", entry.data.get("owner"))
        if "owner" not in found and _is_pair(owner):
            found["owner"] = owner[0]
    return found or _NONE


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2


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


def _finished(ids: Collection[int], end: datetime) -> dict[int, dict[str, _Entry]]:
    """Of each deed that finishes an action, the last by then."""
    query = (
        select(JournalEntry.subject_id, JournalEntry.deed, JournalEntry.at, JournalEntry.data)
        .where(
            JournalEntry.subject == "action",
            JournalEntry.subject_id.in_(each(ids)),
            JournalEntry.at < end,
            JournalEntry.deed.in_(FINISHING),
        )
        .order_by(JournalEntry.at, JournalEntry.id)
    )
    found: dict[int, dict[str, _Entry]] = defaultdict(dict)
    for action_id, *entry in db.session.execute(query):
        found[action_id][entry[0]] = _Entry(*entry)
    return found


def _said(ids: Collection[int], end: datetime) -> dict[int, Any]:
    """The last status update of each by then; a correction is one, and follows what it corrects."""
    newest = func.row_number().over(
        partition_by=StatusUpdate.action_id,
        order_by=(StatusUpdate.at.desc(), StatusUpdate.id.desc()),
    )
    ranked = (
        select(StatusUpdate.id, newest.label("place"))
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


def _points(
    ids: Collection[int], later: Mapping[int, Sequence[_Entry]]
) -> dict[int, frozenset[int]]:
    """Action → its points then: today's, with what was tied or untied since taken back."""
    found: dict[int, set[int]] = defaultdict(set)
    query = select(action_point.c.action_id, action_point.c.point_id)
    for action_id, point_id in db.session.execute(
        query.where(action_point.c.action_id.in_(each(ids)))
    ):
        found[action_id].add(point_id)
    for action_id, entries in later.items():
        for entry in reversed(entries):
            if entry.deed == "action.tie":
                found[action_id].difference_update(entry.data["points"])
            elif entry.deed == "action.untie":
                found[action_id].update(entry.data["points"])
    return {action_id: frozenset(found.get(action_id, ())) for action_id in ids}


def _place(row: Any, before: Mapping[str, Any]) -> tuple[int | None, int | None]:
    return before.get("committee_id", row.committee_id), before.get("unit_id", row.unit_id)


def _row(row: Any, before: Mapping[str, Any], kept: _Kept) -> ReportRow:
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
        **_finish(row, before, kept),
    )


def _owner(who: int | str | None, names: _Names) -> str:
    if who is None or isinstance(who, str):
        return who or ""
    return names.people.get(who, "")


def _evidence(action_id: int, kept: _Kept) -> int:
    """The proofs by then: what has been taken away since was there, what has been put back was
    not."""
    end = end_of(kept.day, kept.zone)
    since = sum(
        _PROOFS[entry.deed]
        for entry in kept.later.get(action_id, ())
        if entry.deed in _PROOFS and datetime.fromisoformat(entry.data["added_at"]) < end
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


def _decided(row: Any, entries: Mapping[str, _Entry], day: date) -> dict[str, str]:
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
    return ActionStatus.ONGOING if action_id in kept.said else ActionStatus.PLANNED
