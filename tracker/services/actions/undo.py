"""Taking back what was just changed: one action's last edit, or one step on many actions.

What is taken back is what stood there before, exactly: a deadline that had passed then is allowed
to have passed now. What somebody has changed since is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.extensions import db
from tracker.models import Action, ChangeBatch, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.actions import rules, search, who
from tracker.services.actions.standing import differences, readable

WINDOW = timedelta(hours=24)
EDIT = "action.edit"
PLAIN = (
    *("title", "description", "expected_effect", "effect_measure", "cost"),
    *("owner_id", "unit_id", "committee_id", "starts_on", "deadline", "status"),
)
# What an edit notes beside the fields themselves; it follows from them.
_BESIDE = frozenset({"owner", "deadline_reason"})
_ALSO = ("contributors", "extra")
_TOO_LATE = N_("Det går att ångra i ett dygn. Ändra åtgärden i stället.")
_CHANGED = N_("Åtgärden har ändrats sedan dess. Ingenting ångrades.")


@dataclass(frozen=True)
class Left:
    """An action that a step left alone, and why."""

    title: str
    why: RuleBroken


@dataclass(frozen=True)
class Undone:
    """What taking back a step did: how many actions stand as before, and which do not."""

    restored: int
    left: tuple[Left, ...]


def undo_edit(action_id: int, entry_id: int, *, by: User, now: datetime) -> Action:
    """Take back the person's own edit of an open action, which the journal has as `entry_id`.

    Raises:
        Forbidden, NotFound: outside what this person may edit.
        RuleBroken: something has happened since, a day has passed, or it was no plain edit.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_EDIT)
    entry = _last_entry(action.id)
    if entry is None or (entry.id, entry.actor_id, entry.deed) != (entry_id, by.id, EDIT):
        raise RuleBroken(_CHANGED)
    if now - entry.at > WINDOW:
        raise RuleBroken(_TOO_LATE)
    _restore(action, _before(entry.data), by=by, now=now)
    db.session.commit()
    return action


def undoable_edit(action_id: int, *, by: User, at: datetime) -> int | None:
    """The journal's id of the edit that this person made at that very moment, if undo_edit can
    take it back; None where nothing was changed, or more than the fields."""
    entry = _last_entry(action_id)
    if entry is None or (entry.at, entry.actor_id, entry.deed) != (at, by.id, EDIT):
        return None
    return entry.id if _is_plain(entry.data) else None


def undo_batch(batch_id: int, *, by: User, now: datetime) -> Undone:
    """Take back one step on many actions: those that nobody changed since, and within reach.

    Whoever took the step may, and any director whom all of it lies within reach of.

    Raises:
        Forbidden: no role of the person allows changing actions.
        NotFound: there is no such step, or it reaches further than the person.
        RuleBroken: it is undone already, or a day has passed.
    """
    scope.require(by, Deed.ACTION_EDIT)
    batch = _locked_batch(batch_id)
    wanted = {row["action_id"]: row for row in batch.rows}
    actions = locked_in_order(wanted)
    if batch.by_id != by.id and not all(_within(action, by) for action in actions):
        raise NotFound
    if batch.undone_at is not None:
        raise RuleBroken("Ändringen är redan ångrad.")
    if now - batch.at > WINDOW:
        raise RuleBroken("Det går att ångra i ett dygn. Ändra åtgärderna i stället.")
    left = []
    for action in actions:
        try:
            _take_back(action, wanted[action.id], by=by, now=now)
        except RuleBroken as why:
            left.append(Left(action.title if _within(action, by) else "", why))
    batch.undone_at = now
    db.session.commit()
    return Undone(len(actions) - len(left), tuple(left))


def keep(kind: str, before: Mapping[int, dict[str, Any]], *, by: User, now: datetime) -> int:
    """Remember a step in the caller's transaction, and say under which id.

    `before` is, for each changed action, what `standing` said of it before the step. The
    actions are in the session, changed.
    """
    db.session.flush()
    rows = [
        {
            "action_id": action_id,
            "was": old["version"],
            "version": action.version,
            "before": {name: old[name] for name in (*PLAIN, *_ALSO) if name in old},
        }
        for action_id, old in before.items()
        if (action := db.session.get(Action, action_id)) is not None
    ]
    batch = ChangeBatch(kind=kind, at=now, by_id=by.id, rows=rows)
    db.session.add(batch)
    db.session.flush()
    return batch.id


def standing(action: Action) -> dict[str, Any]:
    """The fields of an action, and its version, as they can be kept in JSON."""
    return {
        "version": action.version,
        **{name: _plain(getattr(action, name)) for name in PLAIN},
        "contributors": [person.email for person in action.contributors],
        "extra": action.extra or {},
    }


def locked_in_order(ids: Iterable[int]) -> list[Action]:
    """The actions, held until the transaction ends, in the order of their ids: two who change
    many at once must not wait for each other."""
    query = (
        select(Action)
        .where(Action.id.in_(set(ids)))
        .order_by(Action.id)
        .with_for_update(of=Action)
        .options(
            *(selectinload(part) for part in (Action.owner, Action.unit)),
            *(selectinload(part) for part in (Action.plan, Action.contributors)),
        )
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def _locked_batch(batch_id: int) -> ChangeBatch:
    query = select(ChangeBatch).where(ChangeBatch.id == batch_id).with_for_update()
    batch = db.session.scalar(query.execution_options(populate_existing=True))
    if batch is None:
        raise NotFound
    return batch


def _within(action: Action, by: User) -> bool:
    return scope.may_on(by, Deed.ACTION_EDIT, action)


def _take_back(action: Action, row: dict[str, Any], *, by: User, now: datetime) -> None:
    if not _within(action, by):
        raise NotFound
    if action.version != row["version"]:
        raise RuleBroken(_CHANGED)
    _restore(action, row["before"], by=by, now=now)


def _last_entry(action_id: int) -> JournalEntry | None:
    return db.session.scalar(
        select(JournalEntry)
        .where(JournalEntry.subject == "action", JournalEntry.subject_id == action_id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )


def _is_plain(data: dict[str, Any]) -> bool:
    known = {*PLAIN, *_ALSO}
    return bool(known & set(data)) and set(data) <= known | _BESIDE


def _before(data: dict[str, Any]) -> dict[str, Any]:
    """What the fields of an edit held before it; RuleBroken where it did more than that."""
    if not _is_plain(data):
        raise RuleBroken(
            "Ändringen går inte att ångra med en knapp. Öppna åtgärden och ändra tillbaka."
        )
    return {name: pair[0] for name, pair in data.items() if name in (*PLAIN, *_ALSO)}


def _restore(action: Action, before: dict[str, Any], *, by: User, now: datetime) -> None:
    """Let the fields stand as `before` says, in the caller's transaction."""
    if action.status not in OPEN:
        raise RuleBroken(_CHANGED)
    wanted = {name: _read(name, value) for name, value in before.items() if name in PLAIN}
    _check(wanted, action, by)
    noted = {**standing(action), **readable(action)}
    if "contributors" in before:
        known = action.contributors
        action.contributors = who.find_contributors(before["contributors"], known=known)
        # What stands in another table raises no version by itself.
        flag_modified(action, "title")
    if "extra" in before:
        action.extra = before["extra"] or None
    for name, value in wanted.items():
        setattr(action, name, value)
    db.session.flush()
    db.session.expire(action, ["owner"])
    _note_owner_and_days(action, noted, by=by, now=now)
    search.remember(action)
    data = differences(noted, {**standing(action), **readable(action)})
    data.pop("version", None)
    journal.record("action.undo", "action", action.id, data, by=by, now=now)


def _note_owner_and_days(
    action: Action, before: dict[str, Any], *, by: User, now: datetime
) -> None:
    """Whoever owns it again is told again, and by which day."""
    if action.owner_id != before["owner_id"]:
        action.assigned_at = now if action.owner_id else None
        action.assigned_by_id = by.id if action.owner_id else None
    elif action.deadline.isoformat() == before["deadline"]:
        return
    action.deadline_rev += 1
    action.deadline_set_at = now


def _check(wanted: dict[str, Any], action: Action, by: User) -> None:
    """What held then must still be there: the unit within reach, the owner able to own."""
    if wanted.get("unit_id") not in (None, action.unit_id):
        rules.reachable_unit(wanted["unit_id"], by=by, deed=Deed.ACTION_EDIT)
    if wanted.get("owner_id") in (None, action.owner_id):
        return
    owner = db.session.get(User, wanted["owner_id"])
    if owner is None or not rules.held(owner).may(Deed.ACTION_REPORT):
        raise RuleBroken(
            "%(name)s kan inte äga åtgärden längre. Välj en ägare i stället.",
            name=owner.name if owner else "",
        )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("deadline", "starts_on"):
        return date.fromisoformat(value)
    return ActionStatus(value) if name == "status" else value
