"""A planning pass: all that is due on the day, person by person in batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from tracker.domain.calendar import holiday_name, is_working_day, local_date
from tracker.domain.ladder import Ladder
from tracker.domain.reminders import Decision, decide
from tracker.domain.text import fold
from tracker.extensions import db, only_read
from tracker.models import User
from tracker.services.posts import Post
from tracker.services.reminder_facts import candidates, ledger_of, staff_on
from tracker.services.reminders.posting import Errand, Planned, post_batch

BATCH = 100  # people in one transaction: it is over before anybody waits for it


@dataclass(frozen=True)
class Plan:
    """What a planning pass did; `rest` names why nobody is written to today, if so."""

    day: date
    mails: tuple[Planned, ...]
    rest: str | None = None
    failures: tuple[str, ...] = ()


def plan(
    *,
    ladder: Ladder,
    post: Post,
    now: datetime,
    only_to: str | None = None,
    dry_run: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Plan:
    """Plan everything that is due on the local day of `now`; safe to repeat and to race.

    One whose mail cannot be written stops nobody else's. When asked to stop it leaves the people
    it has not come to for the next pass.
    """
    day = local_date(now, post.zone)
    if not is_working_day(day):
        return Plan(day, (), rest=holiday_name(day) or "")
    by_person = decisions_by_person(ladder, day, post)
    people = _recipients(by_person, only_to)
    errand = Errand(post=post, day=day, now=now, keep=not dry_run)
    mails: list[Planned] = []
    failures: list[str] = []
    for start in range(0, len(people), BATCH):
        if stopping():
            break
        batch = {person: by_person[person] for person in people[start : start + BATCH]}
        done = post_batch(batch, errand)
        mails += done.mails
        failures += done.failures
    return Plan(day, tuple(mails), failures=tuple(failures))


def decisions_by_person(ladder: Ladder, day: date, post: Post) -> dict[int, list[Decision]]:
    """All that is due on `day`, grouped by who should hear of it."""
    only_read()
    facts, staff = candidates(ladder, day, post.zone), staff_on(day)
    ledger = ledger_of([fact.action_id for fact in facts], day, post.zone)
    db.session.rollback()
    by_person: dict[int, list[Decision]] = {}
    for fact in facts:
        known = ledger.get(fact.action_id, frozenset())
        for decision in decide(fact, known, ladder, day, staff):
            by_person.setdefault(decision.send.recipient_id, []).append(decision)
    return by_person


def _recipients(by_person: dict[int, list[Decision]], only_to: str | None) -> list[int]:
    only_read()
    query = select(User.id).where(User.deactivated_at.is_(None)).order_by(User.id)
    if only_to is not None:
        query = query.where(User.email_key == fold(only_to))
    people = [person for person in db.session.scalars(query) if person in by_person]
    db.session.rollback()
    return people
