"""When somebody is away, and who acts in their stead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from tracker.domain.errors import Conflict, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.staff import Away
from tracker.extensions import db
from tracker.models import Absence, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.absence_rules import Wanted, checked, locked

ADDED, CHANGED, REMOVED = "absence.add", "absence.change", "absence.remove"


@dataclass(frozen=True)
class Shown:
    """An absence that is not over; `needs_delegate` where the one who should act has left.

    `seen` says how it stood, for whoever changes it.
    """

    id: int
    delegate: str
    delegate_email: str
    starts_on: date
    ends_on: date
    under_way: bool
    needs_delegate: bool
    seen: str


@dataclass(frozen=True)
class Duty:
    """Somebody whom a person acts for, or will; `starts_on` None where it is so today."""

    name: str
    starts_on: date | None
    ends_on: date


@dataclass(frozen=True)
class Ended:
    """What ending an absence did: took it away, or let it end yesterday; `entry_id` undoes it."""

    entry_id: int
    removed: bool


def absences_of(user_id: int, *, by: User, today: date) -> tuple[Shown, ...]:
    """A person's absences that are not over, the earliest first.

    Raises:
        Forbidden, NotFound: it is neither oneself nor somebody one may manage.
    """
    _check_allowed(user_id, by)
    query = (
        select(Absence)
        .where(Absence.user_id == user_id, Absence.ends_on >= today)
        .options(joinedload(Absence.delegate))
        .order_by(Absence.starts_on)
    )
    return tuple(_shown(absence, today) for absence in db.session.scalars(query))


def absence_of(user_id: int, absence_id: int, *, by: User, today: date) -> Shown:
    """One absence that is not over. Raises as absences_of, and NotFound where there is none."""
    found = absences_of(user_id, by=by, today=today)
    absence = next((one for one in found if one.id == absence_id), None)
    if absence is None:
        raise NotFound
    return absence


def duties_of(user: User, *, today: date) -> tuple[Duty, ...]:
    """Whom the person acts for today, and for whom they are going to, by name and by day."""
    coming = db.session.execute(
        select(User.name, Absence.starts_on, Absence.ends_on)
        .join(User, User.id == Absence.user_id)
        .where(
            Absence.delegate_id == user.id,
            Absence.starts_on > today,
            User.deactivated_at.is_(None),
        )
        .order_by(Absence.starts_on, User.name)
    )
    present = [Duty(person.name, None, person.until) for person in user.stands_for]
    return (*present, *(Duty(*row) for row in coming))


def left_without(user_id: int, *, today: date) -> tuple[str, ...]:
    """The people who have named this person to act for them, today or later, by name."""
    names = (
        select(User.name)
        .join(Absence, Absence.user_id == User.id)
        .where(
            Absence.delegate_id == user_id,
            Absence.ends_on >= today,
            User.deactivated_at.is_(None),
        )
    )
    return tuple(db.session.scalars(names.distinct().order_by(User.name)))


def add_absence(user_id: int, wanted: Wanted, *, by: User, now: datetime, today: date) -> Absence:
    """Say when a person is away and who acts for them.

    Raises:
        Forbidden, NotFound: it is neither oneself nor somebody one may manage.
        RuleBroken, Refused: days or delegate will not do; `starts_on`, `ends_on` or `delegate`.
    """
    _check_allowed(user_id, by)
    person, delegate, away = checked(user_id, wanted, today)
    absence = _store(person, delegate, away)
    _note(ADDED, absence, _told({}, _facts(absence)), by=by, now=now)
    db.session.commit()
    return absence


def change_absence(
    user_id: int,
    absence_id: int,
    wanted: Wanted,
    seen: str,
    *,
    by: User,
    now: datetime,
    today: date,
) -> Absence:
    """Give an absence that is not over other days or another delegate.

    Raises:
        as add_absence; NotFound also where the person has no such absence that is not over.
        Conflict: it no longer stands as it did when it was `seen`.
    """
    _check_allowed(user_id, by)
    person, delegate, away = checked(user_id, wanted, today, absence_id)
    absence = _not_over(person.id, absence_id, today)
    before = _facts(absence)
    if _seen(absence) != seen:
        raise Conflict(before)
    absence.starts_on, absence.ends_on, absence.delegate = away.first, away.last, delegate
    db.session.flush()
    if told := _told(before, _facts(absence)):
        _note(CHANGED, absence, told, by=by, now=now)
    db.session.commit()
    return absence


def end_absence(user_id: int, absence_id: int, *, by: User, now: datetime, today: date) -> Ended:
    """The person is back today, or will not be away at all.

    Raises:
        Forbidden, NotFound: as absences_of, or the person has no such absence that is not over.
    """
    _check_allowed(user_id, by)
    locked(user_id)
    absence = _not_over(user_id, absence_id, today)
    before = _facts(absence)
    removed = absence.starts_on >= today
    if removed:
        _note(REMOVED, absence, _told(before, {}), by=by, now=now)
        db.session.delete(absence)
    else:
        absence.ends_on = today - timedelta(days=1)
        _note(CHANGED, absence, _told(before, _facts(absence)), by=by, now=now)
    entry_id = _latest_entry(user_id)
    db.session.commit()
    return Ended(entry_id, removed)


def undo_end(user_id: int, entry_id: int, *, by: User, now: datetime, today: date) -> Absence:
    """Put an absence back as it stood before the journal's entry ended it.

    Raises:
        Forbidden, NotFound: as absences_of, or no absence of the person was ended so.
        RuleBroken: it is back already, or it would no longer do.
    """
    _check_allowed(user_id, by)
    entry = db.session.get(JournalEntry, entry_id)
    if entry is None or (entry.subject, entry.subject_id) != ("user", user_id):
        raise NotFound
    if entry.deed not in (REMOVED, CHANGED) or "ends_on" not in entry.data:
        raise NotFound
    locked(user_id)
    undone = _put_back if entry.deed == REMOVED else _last_day_back
    absence = undone(user_id, entry.data, by=by, now=now, today=today)
    db.session.commit()
    return absence


def _put_back(
    user_id: int, data: dict[str, Any], *, by: User, now: datetime, today: date
) -> Absence:
    before = {name: pair[0] for name, pair in data.items() if isinstance(pair, list)}
    first, last = (date.fromisoformat(before[name]) for name in ("starts_on", "ends_on"))
    again = Wanted(first, last, _address_of(before["delegate_id"]))
    absence = _store(*checked(user_id, again, today))
    _note(ADDED, absence, _told({}, _facts(absence)), by=by, now=now)
    return absence


def _last_day_back(
    user_id: int, data: dict[str, Any], *, by: User, now: datetime, today: date
) -> Absence:
    absence = db.session.get(Absence, data["absence_id"], populate_existing=True)
    before, after = data["ends_on"]
    # The key of a removed absence may have been given to another.
    if absence is None or absence.user_id != user_id or str(absence.ends_on) != after:
        raise RuleBroken("Det går inte att ångra längre. Frånvaron har ändrats sedan dess.")
    again = Wanted(absence.starts_on, date.fromisoformat(before), absence.delegate.email)
    checked(user_id, again, today, absence.id)
    facts = _facts(absence)
    absence.ends_on = date.fromisoformat(before)
    _note(CHANGED, absence, _told(facts, _facts(absence)), by=by, now=now)
    return absence


def _check_allowed(user_id: int, by: User) -> None:
    if by.id != user_id:
        scope.require(by, Deed.PEOPLE_MANAGE)
        if db.session.get(User, user_id) is None:
            raise NotFound


def _store(person: User, delegate: User, away: Away) -> Absence:
    absence = Absence(user=person, delegate=delegate, starts_on=away.first, ends_on=away.last)
    db.session.add(absence)
    db.session.flush()
    return absence


def _not_over(user_id: int, absence_id: int, today: date) -> Absence:
    absence = db.session.get(Absence, absence_id, populate_existing=True)
    if absence is None or absence.user_id != user_id or absence.ends_on < today:
        raise NotFound
    return absence


def _shown(absence: Absence, today: date) -> Shown:
    return Shown(
        id=absence.id,
        delegate=absence.delegate.name,
        delegate_email=absence.delegate.email,
        starts_on=absence.starts_on,
        ends_on=absence.ends_on,
        under_way=absence.starts_on <= today,
        needs_delegate=not absence.delegate.is_active,
        seen=_seen(absence),
    )


def _seen(absence: Absence) -> str:
    return f"{absence.starts_on}/{absence.ends_on}/{absence.delegate_id}"


def _facts(absence: Absence) -> dict[str, Any]:
    return {
        "starts_on": str(absence.starts_on),
        "ends_on": str(absence.ends_on),
        "delegate_id": absence.delegate.id,
        "delegate": absence.delegate.name,
    }


def _told(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """[before, after] of what differs."""
    names = dict.fromkeys([*before, *after])
    pairs = {name: [before.get(name), after.get(name)] for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _note(deed: str, absence: Absence, data: dict[str, Any], *, by: User, now: datetime) -> None:
    data = {"absence_id": absence.id, **data}
    journal.record(deed, "user", absence.user_id, data, by=by, now=now)


def _latest_entry(user_id: int) -> int:
    of_person = JournalEntry.subject == "user", JournalEntry.subject_id == user_id
    found = db.session.scalar(select(func.max(JournalEntry.id)).where(*of_person))
    return found or 0


def _address_of(user_id: int) -> str:
    return db.session.scalar(select(User.email).where(User.id == user_id)) or ""
