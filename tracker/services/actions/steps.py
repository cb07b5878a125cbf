"""The life of an action: reported, done, verified, reopened, dropped; and its milestones."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN, ActionStatus, Health, check_transition
from tracker.extensions import db
from tracker.models import Action, Evidence, Milestone, StatusUpdate, User
from tracker.services import journal
from tracker.services.actions import rules

SAME_REPORT = timedelta(minutes=1)


def report_status(action_id: int, health: Health, text: str, *, by: User, now: datetime) -> Action:
    """Append what the owner says of an open action; the first report sets a planned one going.

    The very same words by the same person within a minute are one report that was sent twice.

    Raises:
        Forbidden, NotFound: outside what this person may report on.
        RuleBroken: the action is finished, or the text is too long.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_REPORT)
    text = rules.one_line(text)
    rules.check_open(action)
    rules.check_length(text, "text", rules.REPORT_MAX)
    if not _just_reported(action, health, text, by=by, now=now):
        db.session.add(
            StatusUpdate(action_id=action.id, author_id=by.id, at=now, health=health, text=text)
        )
        if action.status is ActionStatus.PLANNED:
            action.status = ActionStatus.ONGOING
        _note("report", action, by=by, now=now, health=health.value, text=text)
    db.session.commit()
    return action


def _just_reported(action: Action, health: Health, text: str, *, by: User, now: datetime) -> bool:
    last = db.session.scalar(
        select(StatusUpdate)
        .where(StatusUpdate.action_id == action.id)
        .order_by(StatusUpdate.at.desc(), StatusUpdate.id.desc())
        .limit(1)
    )
    return (
        last is not None
        and (last.author_id, last.health, last.text) == (by.id, health, text)
        and now - last.at <= SAME_REPORT
    )


def complete_action(
    action_id: int, evidence_title: str, evidence_url: str, *, by: User, now: datetime, today: date
) -> Action:
    """Say that the action is done, and what shows it.

    Raises:
        Forbidden, NotFound: outside what this person may complete.
        RuleBroken, Refused: the action is not open, or the evidence says nothing.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_COMPLETE)
    check_transition(action.status, ActionStatus.DONE)
    title, url = rules.one_line(evidence_title), evidence_url.strip()
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        missing = N_("Skriv vad som visar att åtgärden är på plats.")
        rules.check_written(title, "evidence_title", missing, rules.TITLE_MAX)
    with rules.collecting(problems):
        rules.check_address(url)
    if problems:
        raise rules.Refused(problems)
    action.status, action.done_on, action.done_by_id = ActionStatus.DONE, today, by.id
    db.session.add(
        Evidence(action_id=action.id, title=title, url=url, added_at=now, added_by_id=by.id)
    )
    _note("complete", action, by=by, now=now, evidence=title, url=url)
    db.session.commit()
    return action


def verify_action(action_id: int, *, by: User, now: datetime, today: date) -> Action:
    """Confirm that the evidence of a done action holds.

    Raises:
        Forbidden, NotFound: outside what this person may verify.
        RuleBroken: it is not done, or this person said so themselves.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_VERIFY)
    check_transition(action.status, ActionStatus.VERIFIED)
    if action.done_by_id == by.id:
        raise RuleBroken(
            "Du har själv markerat åtgärden som genomförd. "
            "Någon annan behöver se underlaget och verifiera den."
        )
    action.status = ActionStatus.VERIFIED
    action.verified_on, action.verified_by_id = today, by.id
    _note("verify", action, by=by, now=now)
    db.session.commit()
    return action


def reopen_action(action_id: int, reason: str, *, by: User, now: datetime) -> Action:
    """Send a done or verified action back to work, or a dropped one back to the plan.

    Raises:
        Forbidden, NotFound: outside what this person may edit.
        RuleBroken: the action is open already, or the reason is missing.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_EDIT)
    before = action.status
    if before in OPEN:
        raise RuleBroken("Åtgärden är redan öppen.")
    after = ActionStatus.PLANNED if before is ActionStatus.DROPPED else ActionStatus.ONGOING
    check_transition(before, after)
    reason = rules.paragraphs(reason)
    missing = N_("Skriv varför åtgärden öppnas igen.")
    rules.check_written(reason, "reason", missing, rules.REPORT_MAX)
    action.status = after
    action.done_on = action.done_by_id = None
    action.verified_on = action.verified_by_id = None
    action.dropped_on, action.dropped_by, action.dropped_reason = None, "", ""
    _note("reopen", action, by=by, now=now, before=before.value, reason=reason)
    db.session.commit()
    return action


def drop_action(
    action_id: int, reason: str, decided_by: str, *, by: User, now: datetime, today: date
) -> Action:
    """Stop an open action for good; `decided_by` is the person or body that decided it.

    Raises:
        Forbidden, NotFound: outside what this person may drop.
        RuleBroken, Refused: the action is not open, or reason or decision-maker is missing.
    """
    action = rules.locked_action(action_id, by=by, deed=Deed.ACTION_DROP)
    check_transition(action.status, ActionStatus.DROPPED)
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
    _note("drop", action, by=by, now=now, reason=reason, decided_by=decided_by)
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
        _note(deed, action, by=by, now=now, milestone=milestone.title)
    db.session.commit()
    return milestone


def _note(deed: str, action: Action, *, by: User, now: datetime, **data: str) -> None:
    journal.record(f"action.{deed}", "action", action.id, data, by=by, now=now)
