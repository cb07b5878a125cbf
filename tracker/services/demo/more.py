"""What only some of the demo's actions have: helpers, costs, links, comments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.domain.statuses import Health
from tracker.extensions import db
from tracker.models import Action, ActionLink, Comment, Mention
from tracker.services.demo.story import Story


def add_more(told: dict[str, Any], action: Action, every: Sequence[Action], story: Story) -> None:
    """The fields that an action may have, and what it hangs together with."""
    action.effect_measure = told.get("measure", "")
    action.cost = told.get("cost", "")
    action.starts_on = story.day_ago(told.get("starts_days_ago"))
    action.contributors = [story.people[key] for key in told.get("contributors", ())]
    action.needs = [every[place] for place in told.get("needs", ())]
    action.links = [
        ActionLink(
            title=title,
            url=url,
            added_at=action.created_at,
            added_by_id=action.owner_id or story.people["karin"].id,
        )
        for title, url in told.get("links", ())
    ]


def repeat_latest(action: Action, update: dict[str, Any], story: Story) -> None:
    """Let the action say what its latest update says; they are told in the order of time."""
    action.health, action.reported_at = Health(update["health"]), story.ago(update["days_ago"])


def add_comments(every: Sequence[Action], story: Story) -> None:
    """What colleagues have said to each other; nobody has answered yet."""
    for told in story.data["comments"]:
        db.session.add(
            Comment(
                action_id=every[told["action"]].id,
                author_id=story.people[told["by"]].id,
                at=story.ago(told["days_ago"]),
                text=told["text"],
                mentions=[Mention(user_id=story.people[key].id) for key in told["mentions"]],
            )
        )
