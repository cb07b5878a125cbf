"""Actions as the services leave them: findable by their words, with their latest report."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from tests.helpers.cast import NOW, Cast, make_action
from tracker.domain.statuses import Health
from tracker.domain.text import fold, words
from tracker.extensions import db
from tracker.models import Action, Milestone, StatusUpdate, User, action_word
from tracker.services.actions.search import learnt, remember


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
    """So many actions of the cast's owner, each with a milestone and a report: written at once,
    with what `written` and `heard` would leave."""
    at = NOW - timedelta(days=3)
    told = {"health": Health.ON_TRACK, "reported_at": at, "unit": cast.unit, "owner": cast.owner}
    made = [make_action(cast.plan, f"Åtgärd {n:03}", **{**told, **values}) for n in range(number)]
    for action in made:
        action.milestones = [Milestone(title="Delsteg", due=date(2026, 4, 1))]
        action.search_key = fold(action.title)
    db.session.add_all(made)
    db.session.flush()
    report = {"author_id": cast.owner.id, "at": at, "health": Health.ON_TRACK, "text": ""}
    db.session.add_all(StatusUpdate(action_id=action.id, **report) for action in made)
    known = learnt(action.title for action in made)
    rows = [
        {"word_id": known[word], "action_id": action.id}
        for action in made
        for word in set(words(action.search_key))
    ]
    db.session.execute(insert(action_word), rows)
    db.session.commit()
    return made
