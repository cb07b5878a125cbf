"""What one step on many actions changes, and what it makes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus
from tracker.domain.text import fold
from tracker.models import Action, Unit, User
from tracker.services.actions import rules, wording

FURTHEST = 3650  # days that a deadline moves at most


@dataclass(frozen=True)
class BulkChange:
    """What one step changes, as typed; what is empty stays as it is.

    `move_days` moves each deadline from where it is, back where it is negative. `outside_ok` says
    that an owner from another unit is meant so.
    """

    owner_text: str = ""
    unit_id: int | None = None
    deadline: date | None = None
    move_days: int | None = None
    deadline_reason: str = ""
    status: ActionStatus | None = None
    outside_ok: bool = False


@dataclass(frozen=True)
class Difference:
    """One field of one action: names as text, days and states as themselves, None for nothing."""

    field: str
    before: str | date | ActionStatus | None
    after: str | date | ActionStatus | None


@dataclass(frozen=True)
class Step:
    """A change whose words have been understood."""

    change: BulkChange
    owner: User | None
    unit: Unit | None

    @property
    def known(self) -> wording.Known:
        """What need not be looked up for each of the actions: the owner, found and held."""
        if self.owner is None:
            return wording.NOTHING_KNOWN
        called = {fold(self.owner.email): [self.owner]}
        return wording.Known(rules.People(called, frozenset({self.owner.id})))


def understood(change: BulkChange, by: User) -> Step:
    """The step with its owner and unit found, once it makes sense as a whole.

    Raises:
        Refused: it makes none; its `problems` name the fields.
    """
    change = replace(
        change,
        owner_text=rules.one_line(change.owner_text),
        deadline_reason=rules.one_line(change.deadline_reason),
    )
    problems: list[RuleBroken] = []
    owner, unit = None, None
    with rules.collecting(problems):
        owner = rules.find_owner(change.owner_text)
    with rules.collecting(problems):
        if change.unit_id is not None:
            unit = rules.reachable_unit(change.unit_id, by=by, deed=Deed.ACTION_EDIT)
    with rules.collecting(problems):
        _check_days(change)
    with rules.collecting(problems):
        if change.status is not None and change.status not in OPEN:
            raise RuleBroken("Välj planerad, pågår eller pausad.", field="status")
    if not problems and not _says_something(change):
        problems.append(RuleBroken("Välj vad som ska ändras: ägare, förvaltning, datum, status."))
    if problems:
        raise rules.Refused(problems)
    return Step(change, owner, unit)


def _says_something(change: BulkChange) -> bool:
    days = (change.deadline, change.move_days)
    return bool(change.owner_text or change.unit_id or change.status or any(days))


def _check_days(change: BulkChange) -> None:
    if change.deadline is not None and change.move_days:
        raise RuleBroken(
            "Välj antingen ett nytt slutdatum eller hur långt datumen ska flyttas.",
            field="move",
        )
    if change.move_days is not None and abs(change.move_days) > FURTHEST:
        raise RuleBroken("Flytta slutdatumen högst tio år.", field="move")
    if change.deadline is not None or change.move_days:
        rules.check_written(
            change.deadline_reason,
            "deadline_reason",
            N_("Skriv varför slutdatumen ändras."),
            rules.REPORT_MAX,
        )


def wanted(action: Action, step: Step) -> wording.ActionChanges:
    """The action as the step would have it."""
    change, changes = step.change, wording.changes_of(action)
    if step.owner is not None and step.owner != action.owner:
        changes = replace(changes, owner_text=step.owner.email)
    if step.unit is not None and step.unit.id != action.unit_id:
        committee_id = step.unit.committee_id or action.committee_id
        changes = replace(changes, unit_id=step.unit.id, committee_id=committee_id)
    if change.status is not None:
        changes = replace(changes, status=change.status)
    deadline = deadline_after(action, change)
    if deadline != action.deadline:
        reason = change.deadline_reason
        changes = replace(changes, deadline=deadline, deadline_reason=reason)
    return changes


def deadline_after(action: Action, change: BulkChange) -> date:
    """The day that the step gives the action. RuleBroken where the calendar has none such."""
    if change.deadline is not None:
        return change.deadline
    try:
        return action.deadline + timedelta(days=change.move_days or 0)
    except OverflowError as error:
        raise RuleBroken("Det nya slutdatumet ligger utanför kalendern.") from error


def differences(
    action: Action, changes: wording.ActionChanges, step: Step, committees: Mapping[int, str]
) -> tuple[Difference, ...]:
    """What `changes` make other than it is; `committees` are names by id."""
    now, owner = wording.changes_of(action), action.owner.name if action.owner else None
    found = []
    if changes.owner_text != now.owner_text and step.owner is not None:
        found.append(Difference("owner", owner, step.owner.name))
    if changes.unit_id != now.unit_id and step.unit is not None:
        unit = action.unit.name if action.unit else None
        found.append(Difference("unit", unit, step.unit.name))
    if changes.committee_id != now.committee_id and step.unit and step.unit.committee:
        committee = committees.get(action.committee_id or 0)
        found.append(Difference("committee", committee, step.unit.committee.name))
    if changes.deadline != now.deadline:
        found.append(Difference("deadline", now.deadline, changes.deadline))
    if changes.status is not now.status:
        found.append(Difference("status", now.status, changes.status))
    return tuple(found)
