"""Actions as a table's texts, and what the texts in a table's cells mean here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.interfaces import ORMOption

from tracker.domain.errors import N_, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.sheets import DAYS, KEPT, is_error, people_in, read_day, read_status, same_cell
from tracker.domain.statuses import STATUS_MARKS, ActionStatus
from tracker.domain.text import fold
from tracker.extensions import db
from tracker.models import Action, Committee, Unit, User
from tracker.services.actions import who

_BACK = "; "


@dataclass(frozen=True)
class Value:
    """What a cell means: `text` as an export would write it, `meant` as a service takes it."""

    text: str
    meant: Any


def with_texts() -> tuple[ORMOption, ...]:
    """What a query of Action loads along for `texts_of`."""
    told = (Action.owner, Action.unit, Action.committee, Action.contributors, Action.plan)
    return tuple(selectinload(one) for one in told)


def texts_of(action: Action) -> dict[str, str]:
    """An action's fields as an export writes them."""
    return {
        "title": action.title,
        "description": action.description,
        "expected_effect": action.expected_effect,
        "effect_measure": action.effect_measure,
        "owner": action.owner.email if action.owner else "",
        "contributors": _listed(action.contributors),
        "unit": action.unit.name if action.unit else "",
        "committee": action.committee.name if action.committee else "",
        "starts_on": _iso(action.starts_on),
        "deadline": _iso(action.deadline),
        "status": STATUS_MARKS[action.status].label,
        "cost": action.cost,
    }


def text_of(action: Action, name: str, texts: dict[str, str]) -> str:
    """One field of `texts`, or one of the columns that only spreadsheets know."""
    if name.startswith(f"{KEPT}:"):
        return str((action.extra or {}).get(name.removeprefix(f"{KEPT}:"), ""))
    return texts[name]


def _listed(people: Iterable[User]) -> str:
    return _BACK.join(sorted(person.email for person in people))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@dataclass
class Directory:
    """The people, units and committees that cells may name, by folded name or address."""

    people: dict[str, list[User]] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    committees: dict[str, Committee] = field(default_factory=dict)

    @classmethod
    def of_today(cls) -> Directory:
        """Everybody with an account, and every place: three queries, however long the table."""
        known = cls()
        for person in db.session.scalars(select(User).where(User.deactivated_at.is_(None))):
            for key in {fold(person.name), person.email_key}:
                known.people.setdefault(key, []).append(person)
        known.units = {fold(unit.name): unit for unit in db.session.scalars(select(Unit))}
        known.committees = {fold(one.name): one for one in db.session.scalars(select(Committee))}
        return known

    def read(self, name: str, text: str, action: Action | None = None) -> Value:
        """What `text` means in the column `name`; `action` is the one whose row it is.

        Raises:
            RuleBroken: it means nothing here; the sentence says what to write.
        """
        text = same_cell(name, text)
        if is_error(text):
            raise RuleBroken(
                "Cellen visar felet %(text)s. Rätta formeln i kalkylprogrammet, eller skriv "
                "värdet.",
                text=text,
            )
        if name in DAYS:
            return _day(text, last=name == "deadline")
        if name == "owner":
            return self._owner(text, action)
        if name == "contributors":
            return self._contributors(text, action)
        if name == "unit":
            return _place(text, self.units, _NO_UNIT)
        if name == "committee":
            return _place(text, self.committees, _NO_COMMITTEE)
        return _status(text) if name == "status" else Value(text, text)

    def unit(self, unit_id: int | None) -> Unit | None:
        """The unit with that key, if there is one."""
        return next((unit for unit in self.units.values() if unit.id == unit_id), None)

    def person(self, email: str) -> User | None:
        """Whom an address means, if anybody has it."""
        return next(iter(self.people.get(fold(email), ())), None)

    def _owner(self, text: str, action: Action | None) -> Value:
        if not text:
            return Value("", "")
        person = self._person(text, [action.owner] if action and action.owner else [])
        return Value(person.email, person.email)

    def _contributors(self, text: str, action: Action | None) -> Value:
        names = people_in(text)
        if len(names) > who.MOST_CONTRIBUTORS:
            raise RuleBroken(
                "Välj högst %(most)s medverkande. Nu är det %(number)s.",
                most=who.MOST_CONTRIBUTORS,
                number=len(names),
            )
        known = action.contributors if action else []
        people = {person.id: person for person in (self._person(one, known) for one in names)}
        emails = tuple(person.email for person in people.values())
        return Value(_listed(people.values()), emails)

    def _person(self, text: str, known: Sequence[User]) -> User:
        """The person whom a name or an address means; `known` ones stand there already."""
        key = fold(text)
        already = [person for person in known if key in (fold(person.name), person.email_key)]
        found = already if len(already) == 1 else self.people.get(key, [])
        if not found:
            raise RuleBroken(
                "Det finns inget konto för ”%(name)s”. Skriv e-postadressen till någon som har "
                "ett konto.",
                name=text,
            )
        if len(found) > 1:
            raise RuleBroken(
                "Flera personer heter ”%(name)s”. Skriv e-postadressen i stället.", name=text
            )
        if not already and not found[0].may(Deed.ACTION_REPORT):
            raise RuleBroken(
                "%(name)s har ingen roll som chef. Välj någon annan, eller be administratören ge "
                "den rollen.",
                name=found[0].name,
            )
        return found[0]


_NO_UNIT = N_("Det finns ingen förvaltning som heter ”%(name)s”. Välj en ur listan.")
_NO_COMMITTEE = N_("Det finns ingen nämnd som heter ”%(name)s”. Välj en ur listan.")


def _place(text: str, known: dict[str, Any], unknown: str) -> Value:
    if not text:
        return Value("", None)
    found = known.get(fold(text))
    if found is None:
        raise RuleBroken(unknown, name=text)
    return Value(found.name, found.id)


def _day(text: str, *, last: bool) -> Value:
    if not text:
        return Value("", None)
    day = read_day(text, last=last)
    if day is None:
        raise RuleBroken(
            "”%(text)s” är inget datum. Skriv till exempel 2026-03-01.", text=text[:60]
        )
    return Value(day.isoformat(), day)


def _status(text: str) -> Value:
    status = read_status(text)
    if status is None:
        raise RuleBroken(
            "”%(text)s” är ingen status. Skriv planerad, pågår eller pausad.", text=text[:60]
        )
    return Value(STATUS_MARKS[status].label, ActionStatus(status))
