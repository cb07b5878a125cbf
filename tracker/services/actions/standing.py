"""An action as it stands: for the journal, for the form, and for who was too late to save."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select

from tracker.extensions import db
from tracker.models import Action, JournalEntry
from tracker.services.actions import who


def readable(action: Action) -> dict[str, Any]:
    """The action's wording as the journal keeps it; days as ISO, contributors by name."""
    return {
        "title": action.title,
        "description": action.description,
        "expected_effect": action.expected_effect,
        "effect_measure": action.effect_measure,
        "cost": action.cost,
        "owner": action.owner.name if action.owner else None,
        "owner_id": action.owner.id if action.owner else None,
        "contributors": [person.name for person in action.contributors],
        "unit_id": action.unit_id,
        "committee_id": action.committee_id,
        "starts_on": _iso(action.starts_on),
        "deadline": action.deadline.isoformat(),
        "status": action.status.value,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Field by field, [before, after] of what differs."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def saved_values(action: Action) -> dict[str, Any]:
    """An action in the names of the fields that change it; contributors as one text."""
    return {
        "title": action.title,
        "description": action.description,
        "expected_effect": action.expected_effect,
        "effect_measure": action.effect_measure,
        "cost": action.cost,
        "owner_text": action.owner.name if action.owner else "",
        "contributors": who.join_names(action.contributors),
        "unit_id": action.unit_id,
        "committee_id": action.committee_id,
        "starts_on": action.starts_on,
        "deadline": action.deadline,
        "status": action.status,
        "version": action.version,
    }


def current(action: Action) -> dict[str, Any]:
    """The saved version, and who saved it."""
    query = (
        select(JournalEntry.actor)
        .where(JournalEntry.subject == "action", JournalEntry.subject_id == action.id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    return {**saved_values(action), "saved_by": db.session.scalar(query) or ""}
