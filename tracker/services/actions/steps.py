"""The life of an action: done, verified, reopened, dropped; and its milestones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus, check_transition
from tracker.extensions import db
from tracker.models import Action, JournalEntry, Milestone, User
from tracker.services import journal, scope
from tracker.services.actions import rules
from tracker.services.actions.evidence import NewEvidence, attach
from tracker.services.points import answers
from tracker.services.sources import Sources

TAKEN_BACK = {
    ActionStatus.DONE: ("action.complete", Deed.ACTION_COMPLETE),
    ActionStatus.DROPPED: ("action.drop", Deed.ACTION_DROP),
}


def complete_action(
    action_id: int,
    evidence: NewEvidence,
    *,
    by: User,
    now: datetime,
    today: date,
    files: Sources | None = None,
) -> Action:
    """Say that the action is done, and what shows it; `files` keeps the file, if there is one.

    Raises:
        Forbidden, NotFound: outside what this person may complete.
        RuleBroken, Refused: the action is not open, or the evidence says nothing.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_COMPLETE)
    before = action.status
    check_transition(before, ActionStatus.DONE)
    kept = attach(action, evidence, files, by=by, now=now)
    action.status, action.done_on, action.done_by_id = ActionStatus.DONE, today, by.id
    said = {"evidence": kept.title, "url": kept.url, "file_name": kept.file_name}
    _note("complete", action, before, by=by, now=now, **said)
    db.session.commit()
    return action


def verify_action(action_id: int, *, by: User, now: datetime, today: date) -> Action:
    """Confirm that the evidence of a done action holds.

    Raises:
        Forbidden, NotFound: outside what this person may verify.
        RuleBroken: it is not done, or this person said so themselves.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_VERIFY)
    before = action.status
    check_transition(before, ActionStatus.VERIFIED)
    if action.done_by_id == by.id:
        raise RuleBroken(
            "Du har själv markerat åtgärden som genomförd. "
            "Någon annan behöver se underlaget och verifiera den."
        )
    action.status = ActionStatus.VERIFIED
    action.verified_on, action.verified_by_id = today, by.id
    _note("verify", action, before, by=by, now=now)
    db.session.commit()
    return action


def reopen_action(action_id: int, reason: str, *, by: User, now: datetime) -> Action:
    """Send a done or verified action back to work, or a dropped one back to the plan. An owner
    who has left since then does not get it back: somebody else has to be chosen.

    Raises:
        Forbidden, NotFound: outside what this person may edit.
        RuleBroken: the action is open already, or the reason is missing.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_EDIT)
    before = action.status
    if before in OPEN:
        raise RuleBroken("Åtgärden är redan öppen.")
    rules.hold_plan_open(action.plan)
    after = ActionStatus.PLANNED if before is ActionStatus.DROPPED else ActionStatus.ONGOING
    check_transition(before, after)
    reason = rules.paragraphs(reason)
    missing = N_("Skriv varför åtgärden öppnas igen.")
    rules.check_written(reason, "reason", missing, rules.REPORT_MAX)
    _open(action, after)
    answers.act_again([point.id for point in action.points], by=by, now=now)
    _note("reopen", action, before, by=by, now=now, reason=reason, **_without_leaver(action))
    db.session.commit()
    return action


def undo_step(action_id: int, *, by: User, now: datetime) -> Action:
    """Take back one's own completing or dropping, as long as nobody has gone on from it: the
    action stands as it stood before. What was added as evidence stays.

    Raises:
        Forbidden, NotFound: outside what this person may complete.
        RuleBroken: it was another's step, or something has happened since, or the plan is closed.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_COMPLETE)
    step, deed = TAKEN_BACK.get(action.status, ("", Deed.ACTION_COMPLETE))
    entry = _last(step, action.id)
    if entry is None or entry.actor_id != by.id or "status" not in entry.data:
        raise RuleBroken(
            N_(
                "Det går inte att ångra längre, för något har hänt sedan dess. Öppna åtgärden "
                "igen om den inte är klar."
            )
        )
    if not scope.may_on(by, deed, action):
        raise NotFound
    rules.hold_plan_open(action.plan)
    before, former = action.status, ActionStatus(entry.data["status"][0])
    _open(action, former)
    answers.act_again([point.id for point in action.points], by=by, now=now)
    _note("take_back", action, before, by=by, now=now, **_without_leaver(action))
    db.session.commit()
    return action


def _last(deed: str, action_id: int) -> JournalEntry | None:
    return db.session.scalar(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "action",
            JournalEntry.subject_id == action_id,
            JournalEntry.deed == deed,
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )


def _open(action: Action, status: ActionStatus) -> None:
    """Give the action an open status, and forget how it was finished."""
    action.status = status
    action.done_on = action.done_by_id = None
    action.verified_on = action.verified_by_id = None
    action.dropped_on, action.dropped_by, action.dropped_reason = None, "", ""


def _without_leaver(action: Action) -> dict[str, list[Any]]:
    """Take an action that is open again from an owner who has left; gives what that changed."""
    if action.owner is None or (owner := rules.held(action.owner)).is_active:
        return {}
    action.owner = action.assigned_at = action.assigned_by_id = None
    return {"owner_id": [owner.id, None], "owner": [owner.name, None]}


def drop_action(
    action_id: int, reason: str, decided_by: str, *, by: User, now: datetime, today: date
) -> Action:
    """Stop an open action for good; `decided_by` is the person or body that decided it.

    Raises:
        Forbidden, NotFound: outside what this person may drop.
        RuleBroken, Refused: the action is not open, or reason or decision-maker is missing.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_DROP)
    before = action.status
    check_transition(before, ActionStatus.DROPPED)
    reason, decided_by = rules.paragraphs(reason), rules.one_line(decided_by)
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        missing = N_("Skriv varför åtgärden avbryts.")
        rules.check_written(reason, "reason", missing, rules.REPORT_MAX)
    with rules.collecting(problems):
        missing = N_("Skriv vem som har beslutat det.")
        rules.check_written(decided_by, "decided_by", missing, rules.BODY_MAX)
    if problems:
        raise rules.Refused(problems)
    action.status, action.dropped_on = ActionStatus.DROPPED, today
    action.dropped_by, action.dropped_reason = decided_by, reason
    _note("drop", action, before, by=by, now=now, reason=reason, decided_by=decided_by)
    db.session.commit()
    return action


def toggle_milestone(
    action_id: int, milestone_id: int, *, done: bool, by: User, now: datetime, today: date
) -> Milestone:
    """Tick a milestone of an open action, or take the tick away; the same twice changes nothing.

    Raises:
        Forbidden, NotFound: outside what this person may report on, or no such milestone.
        RuleBroken: the action is finished.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_REPORT)
    milestone = next((m for m in action.milestones if m.id == milestone_id), None)
    if milestone is None:
        raise NotFound
    rules.check_open(action)
    if done != (milestone.done_on is not None):
        milestone.done_on = today if done else None
        deed = "milestone_done" if done else "milestone_undone"
        _note(deed, action, action.status, by=by, now=now, milestone=milestone.title)
    db.session.commit()
    return milestone


def _note(
    deed: str, action: Action, before: ActionStatus, *, by: User, now: datetime, **said: Any
) -> None:
    """Journal what was said, and the status before and after where it changed."""
    changed = {"status": [before.value, action.status.value]} if before is not action.status else {}
    journal.record(f"action.{deed}", "action", action.id, {**changed, **said}, by=by, now=now)
