"""What stands in a person's bell: how many items, and the items themselves as the mail words them.

An item is an action; of several reminders of it that hold, the latest stands for all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, Subquery, bindparam, case, func, select

from tracker.domain.calendar import local_date, next_digest_day
from tracker.domain.ladder import ROUNDS, Reason
from tracker.domain.permissions import Deed
from tracker.domain.reminders import is_nudge
from tracker.extensions import db
from tracker.mail.catalogue import catalogue
from tracker.mail.digest import sentences
from tracker.mail.headline import Urgency
from tracker.models import Action, Reminder, User
from tracker.services import ladders, scope
from tracker.services.bell.holding import asking, holding, ringing
from tracker.services.digests import About, Line, about, item_about
from tracker.services.posts import Post

MOST_COUNTED = 99
SIZE = 30


@dataclass(frozen=True)
class Item:
    """One action in the bell; `asks` says whether the reader is asked how it goes, `appoints`
    whether to appoint somebody, and `put_away_at` when they put it away."""

    reminder_id: int
    action_id: int
    title: str
    sentences: tuple[str, ...]
    asks: bool
    appoints: bool
    told_at: datetime
    put_away_at: datetime | None


@dataclass(frozen=True)
class Items:
    """Some items of a list that has `total` of them, none with an id above `newest`."""

    rows: tuple[Item, ...]
    total: int
    newest: int


def _unseen(*columns: Any) -> Select[Any]:
    return holding(*columns).where(Reminder.seen_at.is_(None))


def _waiting() -> Select[int, int]:
    """Per action what the reader has not put away: (action_id, id)."""
    newest = func.max(Reminder.id).label("id")
    return _unseen(Reminder.action_id, newest).group_by(Reminder.action_id)


def _put_away() -> Select[int, int]:
    newest = func.max(Reminder.id).label("id")
    waits = func.max(case((Reminder.seen_at.is_(None), 1), else_=0))
    return holding(Reminder.action_id, newest).group_by(Reminder.action_id).having(waits == 0)


def _counting(items: Select[int, int]) -> Select[int, int]:
    found = items.subquery()
    return select(func.count(), func.coalesce(func.max(found.c.id), 0)).select_from(found)


def _counting_some(most: int) -> Select[int]:
    """As many as there are, or `most`: where there are more, the rest is not looked at."""
    found = ringing().limit(most).subquery()
    return select(func.count()).select_from(found)


_TODAY = bindparam("today", type_=Date)
_TOMORROW = bindparam("tomorrow", type_=Date)


def _reading(items: Subquery, *order: Any) -> Select[Reminder, str]:
    query = select(Reminder, Action.title).join(items, items.c.id == Reminder.id)
    page = query.join(Action, Action.id == Reminder.action_id).order_by(*order, Reminder.id)
    return page.offset(bindparam("first")).limit(bindparam("size"))


def _urgency() -> ColumnElement[int]:
    """The order of the mail, most urgent first."""
    return case(
        (Action.deadline < _TODAY, Urgency.OVERDUE.value),
        (Action.deadline == _TODAY, Urgency.TODAY.value),
        (Action.deadline == _TOMORROW, Urgency.TOMORROW.value),
        (Reminder.reason == Reason.ROUND_LATE, Urgency.ROUND_LATE.value),
        (Reminder.reason.in_(ROUNDS), Urgency.ROUND.value),
        (Reminder.reason == Reason.SILENT, Urgency.SILENT.value),
        (Reminder.reason == Reason.ASSIGNED, Urgency.ASSIGNED.value),
        else_=Urgency.SOON.value,
    )


# Put together once: every page asks for the number.
_NUMBER = _counting_some(MOST_COUNTED + 1)
_ALL = {False: _counting(_waiting()), True: _counting(_put_away())}
_PAGES = {
    False: _reading(_waiting().subquery(), _urgency(), Action.deadline, Action.title),
    True: _reading(_put_away().subquery(), Reminder.seen_at.desc()),
}


def number_waiting(by: User, today: date, zone: ZoneInfo) -> int:
    """How many items wait in the bell of `by`, counted up to MOST_COUNTED + 1; one query."""
    return db.session.execute(_NUMBER, asking(by.id, today, zone)).scalar_one()


def listed(
    by: User, *, now: datetime, post: Post, put_away: bool = False, page: int = 1, size: int = SIZE
) -> Items:
    """Page number `page` (from 1; the last one where there are fewer) of what waits, most urgent
    first, or of what was put away, the latest first. A constant number of queries.

    Raises:
        Forbidden: a person whom nobody reminds.
    """
    scope.require(by, Deed.ACTION_REPORT)
    today = local_date(now, post.zone)
    asked = asking(by.id, today, post.zone)
    total, newest = db.session.execute(_ALL[put_away], asked).one()
    number = max(1, min(page, -(-total // size)))
    place = {"first": (number - 1) * size, "size": size}
    tomorrow = {} if put_away else {"tomorrow": today + timedelta(days=1)}
    rows = db.session.execute(_PAGES[put_away], {**asked, **place, **tomorrow}).all()
    known = about({row.Reminder.action_id for row in rows}, today, post.zone)
    return Items(tuple(_item(row.Reminder, by, known, post, now) for row in rows), total, newest)


def _item(reminder: Reminder, by: User, known: About, post: Post, now: datetime) -> Item:
    line = Line(reminder.action_id, reminder.reason, is_nudge(reminder.step))
    told = item_about(by, line, known, post, now)
    return Item(
        reminder_id=reminder.id,
        action_id=reminder.action_id,
        title=told.title,
        sentences=sentences(told, catalogue(by.locale), by.locale, known.day),
        asks=told.asks,
        appoints=told.appoints,
        told_at=reminder.decided_at,
        put_away_at=reminder.seen_at,
    )


def next_mail(by: User, *, now: datetime, zone: ZoneInfo) -> datetime:
    """When, at the earliest, the next digest comes to `by`: a local day and the morning hour."""
    morning = ladders.current().morning
    here = now.astimezone(zone)
    day = here.date() if here.time() < morning else here.date() + timedelta(days=1)
    return datetime.combine(next_digest_day(day, by.digest_weekday), morning, zone)
