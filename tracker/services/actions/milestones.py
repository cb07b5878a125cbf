"""The pieces of an action: added, moved, renamed, taken away and put back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tracker.domain.errors import NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.extensions import db
from tracker.models import Action, JournalEntry, Milestone, User
from tracker.services import journal
from tracker.services.actions import rules

MOST_MILESTONES = 50
ADDED, CHANGED = "action.milestone_add", "action.milestone_edit"
REMOVED, RESTORED = "action.milestone_remove", "action.milestone_restore"


def add_milestone(
    action_id: int, title: str, due: date | None, *, by: User, now: datetime, today: date
) -> Milestone:
    """Add a piece to an open action.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit.
        RuleBroken, Refused: `title` or `due` is missing or wrong, there are too many, or the
            action or its plan is finished.
    """
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    title = rules.one_line(title)
    _check(action, title, due, past_from=today)
    if len(action.milestones) >= MOST_MILESTONES:
        raise RuleBroken("En åtgärd kan ha högst %(most)s delsteg.", most=MOST_MILESTONES)
    piece = Milestone(action_id=action.id, title=title, due=due)
    db.session.add(piece)
    _note(ADDED, action, {"milestone": title, "due": _iso(due)}, by=by, now=now)
    db.session.commit()
    return piece


def change_milestone(
    action_id: int,
    milestone_id: int,
    title: str,
    due: date | None,
    *,
    by: User,
    now: datetime,
    today: date,
) -> Milestone:
    """Give a piece another title or day; a day that stays may have passed.

    Raises:
        as add_milestone; NotFound also where the action has no such piece.
    """
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    piece = _piece(action, milestone_id)
    title = rules.one_line(title)
    _check(action, title, due, past_from=None if due == piece.due else today)
    data: dict[str, Any] = {"milestone": title}
    if title != piece.title:
        data["title"] = [piece.title, title]
    if due != piece.due:
        data["due"] = [_iso(piece.due), _iso(due)]
    if due is not None and len(data) > 1:
        piece.title, piece.due = title, due
        _note(CHANGED, action, data, by=by, now=now)
    db.session.commit()
    return piece


def remove_milestone(
    action_id: int, milestone_id: int, *, by: User, now: datetime
) -> tuple[str, int]:
    """Take a piece away; gives its title and the journal's entry that can put it back.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit, or has no such piece.
        RuleBroken: the action or its plan is finished.
    """
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    piece = _piece(action, milestone_id)
    kept = {"milestone": piece.title, "due": _iso(piece.due), "done_on": _iso(piece.done_on)}
    db.session.delete(piece)
    _note(REMOVED, action, kept, by=by, now=now)
    entry = _entries(action.id, REMOVED)[-1]
    db.session.commit()
    return kept["milestone"] or "", entry.id


def restore_milestone(action_id: int, entry_id: int, *, by: User, now: datetime) -> Milestone:
    """Put back a piece as it stood when the journal's entry took it away.

    Raises:
        Forbidden, NotFound: the action is not this person's to edit, or no piece was removed so.
        RuleBroken: it is back already, or the action or its plan is finished.
    """
    action = rules.open_action(action_id, Deed.ACTION_EDIT, by=by)
    entry = next((item for item in _entries(action.id, REMOVED) if item.id == entry_id), None)
    if entry is None:
        raise NotFound
    if any(back.data["removed"] == entry.id for back in _entries(action.id, RESTORED)):
        raise RuleBroken("Delsteget ligger redan där igen.")
    done_on = entry.data["done_on"]
    piece = Milestone(
        action_id=action.id,
        title=entry.data["milestone"],
        due=date.fromisoformat(entry.data["due"]),
        done_on=date.fromisoformat(done_on) if done_on else None,
    )
    db.session.add(piece)
    data = {"milestone": piece.title, "removed": entry.id}
    _note(RESTORED, action, data, by=by, now=now)
    db.session.commit()
    return piece


def _piece(action: Action, milestone_id: int) -> Milestone:
    piece = next((item for item in action.milestones if item.id == milestone_id), None)
    if piece is None:
        raise NotFound
    return piece


def _check(action: Action, title: str, due: date | None, *, past_from: date | None) -> None:
    problems: list[RuleBroken] = []
    with rules.collecting(problems):
        rules.check_written(title, "title", "Skriv vad delsteget är.", rules.TITLE_MAX)
    with rules.collecting(problems):
        if due is None:
            raise RuleBroken("Välj när delsteget ska vara klart.", field="due")
        if past_from is not None:
            rules.check_ahead(due, past_from, "due", rules.PIECE_PASSED)
        rules.check_between(due, action.starts_on, action.deadline)
    if problems:
        raise rules.Refused(problems)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _entries(action_id: int, deed: str) -> list[JournalEntry]:
    query = select(JournalEntry).where(
        JournalEntry.subject == "action",
        JournalEntry.subject_id == action_id,
        JournalEntry.deed == deed,
    )
    return list(db.session.scalars(query.order_by(JournalEntry.id)))


def _note(deed: str, action: Action, data: dict[str, Any], *, by: User, now: datetime) -> None:
    journal.record(deed, "action", action.id, data, by=by, now=now)
