"""Reminders in the ledger, as the planner would have written them."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from tests.helpers.cast import NOW, Cast, make_user
from tracker.domain.ladder import Reason
from tracker.domain.permissions import Role
from tracker.extensions import db
from tracker.models import (
    Action,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    RoleAssignment,
    User,
)

YESTERDAY = NOW - timedelta(days=1)
_days = count(1)


def letter(to: User, state: OutboxState = OutboxState.SENT) -> OutboxMessage:
    """A mail to a person, on a day of its own."""
    day = YESTERDAY.date() - timedelta(days=next(_days) % 3000)
    claimed = state is OutboxState.CLAIMED
    return OutboxMessage(
        kind=f"digest-{next(_days)}",
        recipient_id=to.id,
        local_date=day,
        message_id=f"<{day}@test>",
        address=to.email,
        subject="Dina åtgärder",
        mime=b"x",
        state=state,
        created_at=YESTERDAY,
        next_at=YESTERDAY,
        sent_at=YESTERDAY if state is OutboxState.SENT else None,
        lease_token="t" if claimed else None,
        lease_expires_at=NOW if claimed else None,
    )


def remind(
    action: Action,
    to: User,
    step: str = "before-7",
    reason: Reason = Reason.BEFORE,
    *,
    rev: int | None = None,
    at: datetime = YESTERDAY,
    mail: OutboxState | None = OutboxState.SENT,
) -> Reminder:
    """A line of the ledger, committed; without `mail` it was passed over."""
    usual = 0 if "@" in step else action.deadline_rev
    made = Reminder(
        action_id=action.id,
        step=step,
        deadline_rev=usual if rev is None else rev,
        recipient_id=to.id,
        message=letter(to, mail) if mail else None,
        reason=reason,
        state=ReminderState.IN_MAIL if mail else ReminderState.SUPERSEDED,
        decided_at=at,
    )
    db.session.add(made)
    db.session.commit()
    return made


def escalate(cast: Cast, to: User, action: Action | None = None) -> Reminder:
    """The escalation of the colleague's overdue action."""
    about = action or cast.colleague_action
    return remind(about, to, f"escalate-unit@{about.deadline}", Reason.ESCALATED)


def appoint(cast: Cast, role: Role = Role.MANAGER) -> User:
    """A new person in the cast's unit."""
    made = make_user(f"Nya Nisse {next(_days)}", RoleAssignment(role=role, unit=cast.unit))
    db.session.add(made)
    db.session.commit()
    return made
