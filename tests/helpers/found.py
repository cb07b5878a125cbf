"""Actions as the services leave them: findable by their words, with their latest report."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.helpers.cast import NOW, Cast, make_action
from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Action, Milestone, StatusUpdate, User
from tracker.services.actions.search import remember


def written(*actions: Action) -> None:
    """Save the actions, findable by their words."""
    db.session.add_all(actions)
    for action in actions:
        remember(action)
    db.session.commit()


def heard(action: Action, health: Health, days_ago: float, author: User, text: str = "") -> None:
    """Save a report, repeated on the action as the latest that it is."""
    at = NOW - timedelta(days=days_ago)
    db.session.add(
        StatusUpdate(action_id=action.id, author_id=author.id, at=at, health=health, text=text)
    )
    action.health, action.reported_at = health, at
    db.session.commit()


def many(cast: Cast, number: int, **values: Any) -> list[Action]:
    """So many actions of the cast's owner, each with a milestone and a report."""
    made = [
        make_action(cast.plan, f"Åtgärd {n:03}", unit=cast.unit, owner=cast.owner, **values)
        for n in range(number)
    ]
    written(*made)
    for action in made:
        action.milestones = [Milestone(title="Delsteg", due=date(2026, 4, 1))]
        heard(action, Health.ON_TRACK, 3, cast.owner)
    return made
