"""A person's own calendar: a secret address that can be changed, and the days behind it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import CompoundSelect, Row, Select, func, literal, null, or_, select, union_all

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.models import Action, JournalEntry, Milestone, User, action_contributor
from tracker.reports.ical import Event, calendar
from tracker.services import journal, scope

MOST_EVENTS = 500
_LARGEST_KEY = 2**31 - 1
_TOKEN = re.compile(r"([1-9][0-9]{0,9})-([0-9a-f]{32})", re.ASCII)


class Kind(StrEnum):
    """What a day in the calendar is about."""

    DEADLINE = "deadline"
    FORECAST = "forecast"
    MILESTONE = "milestone"


_SUMMARIES = {
    Kind.DEADLINE: N_("Slutdatum: %(title)s"),
    Kind.FORECAST: N_("Prognos: %(title)s"),
    Kind.MILESTONE: N_("Delsteg: %(piece)s (%(title)s)"),
}
_CATEGORIES = {
    Kind.DEADLINE: N_("Slutdatum"),
    Kind.FORECAST: N_("Prognos"),
    Kind.MILESTONE: N_("Delsteg"),
}


@dataclass(frozen=True)
class Feed:
    """A calendar as it is sent; `tag` is the same as long as the content is."""

    content: bytes
    tag: str


def token_of(user: User, secret: str) -> str | None:
    """The secret part of the person's address, None where the calendar is off.

    It is computed and stored nowhere: whoever reads the database learns no address.
    """
    return _token(user.id, user.calendar_rev, secret) if user.calendar_rev > 0 else None


def renew_address(*, by: User, now: datetime) -> User:
    """Give the person a new address; the one before, if there was one, stops at once.

    Raises:
        Forbidden: the person has no actions to remember.
    """
    user = _locked(by)
    user.calendar_rev = abs(user.calendar_rev) + 1
    journal.record("user.calendar_renew", "user", user.id, {}, by=by, now=now)
    db.session.commit()
    return user


def close_address(*, by: User, now: datetime) -> User:
    """Turn the calendar off. The addresses given out so far are counted on, so that none of
    them ever works again.

    Raises:
        Forbidden: the person has no actions to remember.
        RuleBroken: it is off already.
    """
    user = _locked(by)
    if user.calendar_rev <= 0:
        raise RuleBroken("Din kalender är redan avstängd.")
    user.calendar_rev = -user.calendar_rev
    journal.record("user.calendar_close", "user", user.id, {}, by=by, now=now)
    db.session.commit()
    return user


def feed(token: str, *, secrets: tuple[str, ...], base_url: str) -> Feed:
    """The calendar behind an address: deadlines of the person's open actions, forecasts that
    differ from them, and milestones that are left; the first MOST_EVENTS of them by day. The
    address may have been made with any of `secrets`.

    Raises:
        NotFound: no such address, or not any more; why is not said.
    """
    user = _holder(token, secrets)
    words = catalogue(user.locale).gettext
    rows = db.session.execute(_days(user).order_by("day", "kind", "id").limit(MOST_EVENTS))
    events = [_event(row, words, base_url) for row in rows]
    content = calendar(words(N_("Mina åtgärder")), events)
    return Feed(content, hashlib.sha256(content).hexdigest())


def _token(user_id: int, rev: int, secret: str) -> str:
    message = f"calendar|{user_id}|{rev}".encode()
    return f"{user_id}-{hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()[:32]}"


def _holder(token: str, secrets: tuple[str, ...]) -> User:
    found = _TOKEN.fullmatch(token)
    user_id = int(found[1]) if found else 0
    user = db.session.get(User, user_id) if 0 < user_id <= _LARGEST_KEY else None
    if user is None or user.calendar_rev <= 0 or not user.may(Deed.ACTION_REPORT):
        raise NotFound
    made = [_token(user.id, user.calendar_rev, secret) for secret in secrets]
    # Each is compared to its end: how long it takes tells nothing.
    if not sum(hmac.compare_digest(one, token) for one in made):
        raise NotFound
    return user


def _locked(by: User) -> User:
    """The person's own row, held until the transaction ends and read anew."""
    scope.require(by, Deed.ACTION_REPORT)
    user: User = db.session.execute(
        select(User)
        .where(User.id == by.id)
        .with_for_update(of=User)
        .execution_options(populate_existing=True)
    ).scalar_one()
    return user


def _days(user: User) -> CompoundSelect[*tuple[Any, ...]]:
    """Every day of the person's calendar, one row each, in one query."""
    return union_all(
        _of_actions(user, Kind.DEADLINE, Action.deadline),
        _of_actions(user, Kind.FORECAST, Action.forecast).where(
            Action.forecast.is_not(None), Action.forecast != Action.deadline
        ),
        _of_actions(user, Kind.MILESTONE, Milestone.due, Milestone.id, Milestone.title)
        .join(Milestone, Milestone.action_id == Action.id)
        .where(Milestone.done_on.is_(None)),
    )


def _of_actions(
    user: User, kind: Kind, day: Any, id_: Any = Action.id, piece: Any = None
) -> Select[*tuple[Any, ...]]:
    """The person's open actions, own and helped; the last deed in the journal dates a row."""
    helped = select(action_contributor.c.action_id).where(action_contributor.c.user_id == user.id)
    last = (
        select(func.max(JournalEntry.id))
        .where(JournalEntry.subject == "action", JournalEntry.subject_id == Action.id)
        .correlate(Action)
        .scalar_subquery()
    )
    return (
        select(
            literal(kind.value).label("kind"),
            id_.label("id"),
            Action.id.label("action_id"),
            day.label("day"),
            Action.title,
            (null() if piece is None else piece).label("piece"),
            (Action.owner_id == user.id).label("own"),
            func.coalesce(JournalEntry.id, 0).label("sequence"),
            func.coalesce(JournalEntry.at, Action.created_at).label("changed_at"),
        )
        .outerjoin(JournalEntry, JournalEntry.id == last)
        .where(
            Action.status.in_(OPEN),
            scope.actions_within(user, Deed.ACTION_REPORT),
            or_(Action.owner_id == user.id, Action.id.in_(helped)),
        )
    )


def _event(row: Row[*tuple[Any, ...]], words: Callable[[str], str], base_url: str) -> Event:
    kind = Kind(row.kind)
    summary = words(_SUMMARIES[kind]) % {"title": row.title, "piece": row.piece or ""}
    if not row.own:
        summary = words(N_("%(summary)s (medverkar)")) % {"summary": summary}
    return Event(
        uid=f"{kind.value}-{row.id}@{urlsplit(base_url).hostname}",
        day=row.day,
        summary=summary,
        url=f"{base_url}/actions/{row.action_id}",
        categories=("Åtgärda", words(_CATEGORIES[kind])),
        sequence=row.sequence,
        changed_at=row.changed_at,
    )
