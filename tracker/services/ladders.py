"""The ladder as the administrator has set it."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select

from tracker.domain.ladder import Ladder, Step, standard_ladder
from tracker.extensions import db
from tracker.models import LadderStep, ReminderSettings


def current() -> Ladder:
    """The ladder that counts: the one that comes with the product until somebody has edited it."""
    settings = db.session.get(ReminderSettings, 1)
    if settings is None:
        return standard_ladder()
    steps = db.session.scalars(select(LadderStep).order_by(LadderStep.id))
    return Ladder(
        time.fromisoformat(settings.morning),
        tuple(Step(s.key, s.reason, s.days, s.to, s.every, s.since) for s in steps),
    )
