"""What a person prefers: the language, and when the digest comes."""

from __future__ import annotations

from datetime import datetime

from tracker.domain.errors import RuleBroken
from tracker.extensions import db
from tracker.models import User
from tracker.services import journal


def set_locale(locale: str, *, by: User) -> None:
    """Remember the language a person wants; a preference, not a deed for the journal."""
    by.locale = locale
    db.session.commit()


def set_digest_weekday(weekday: int | None, *, by: User, now: datetime) -> None:
    """Let the digest come on one weekday (0 = Monday … 4 = Friday), or every working day.

    Raises:
        RuleBroken: no such day.
    """
    if weekday is not None and weekday not in range(5):
        raise RuleBroken("Välj en dag från måndag till fredag.", field="weekday")
    before = by.digest_weekday
    if before != weekday:
        by.digest_weekday = weekday
        facts = {"digest_weekday": [before, weekday]}
        journal.record("user.digest_weekday", "user", by.id, facts, by=by, now=now)
    db.session.commit()
