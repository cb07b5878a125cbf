"""Which round waits for a report on an action, for the places where people work on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from tracker.domain.calendar import local_date
from tracker.domain.reminders import Round, waiting_round
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.models import Action, FollowUpRound


@dataclass(frozen=True)
class WaitingRound:
    """A round that waits for a report; `late` once its last day has passed."""

    id: int
    name: str
    due_on: date
    late: bool


def waiting_for(
    action_ids: Collection[int], *, today: date, zone: ZoneInfo
) -> dict[int, WaitingRound]:
    """Action id → the round that waits for a report on it; two queries, one where no round has
    opened. The caller has seen to it that the reader may see the actions."""
    columns = (
        FollowUpRound.plan_id,
        FollowUpRound.name,
        FollowUpRound.id,
        FollowUpRound.opens_on,
        FollowUpRound.due_on,
        FollowUpRound.closed_on,
    )
    rows = db.session.execute(select(*columns).where(FollowUpRound.opens_on <= today)).all()
    if not action_ids or not any(row.closed_on is None for row in rows):
        return {}
    names = {row.id: row.name for row in rows}
    rounds = [(row.plan_id, Round(*row[2:])) for row in rows]
    found = {}
    for action_id, plan_id, created_at, reported_at in db.session.execute(
        select(Action.id, Action.plan_id, Action.created_at, Action.reported_at).where(
            Action.id.in_(action_ids), Action.status.in_(OPEN)
        )
    ):
        about = [one for plan, one in rounds if plan in (None, plan_id)]
        reported_on = local_date(reported_at, zone) if reported_at else None
        waits = waiting_round(about, local_date(created_at, zone), reported_on, today)
        if waits is not None:
            found[action_id] = WaitingRound(
                waits.id, names[waits.id], waits.due_on, waits.due_on < today
            )
    return found
