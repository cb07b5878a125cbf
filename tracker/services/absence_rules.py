"""What makes an absence one that will do: its days, and that somebody acts on each of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.staff import Away, Staff
from tracker.extensions import db
from tracker.models import Absence, User
from tracker.services.actions import rules

LONGEST = 366


@dataclass(frozen=True)
class Wanted:
    """An absence as typed: its first and last day, and the name or address of who acts."""

    starts_on: date | None = None
    ends_on: date | None = None
    delegate: str = ""


def checked(
    user_id: int, wanted: Wanted, today: date, changed_id: int | None = None
) -> tuple[User, User, Away]:
    """Person, delegate and days once they will do; the two are held until the transaction ends.

    `changed_id` is the absence that takes these days and this delegate, where there is one.

    Raises:
        NotFound: no such person.
        RuleBroken, Refused: at `starts_on`, `ends_on` or `delegate`.
    """
    problems: list[RuleBroken] = []
    _check_days(wanted, today, problems)
    with rules.collecting(problems):
        delegate_id = _meant(rules.one_line(wanted.delegate))
    if problems or wanted.starts_on is None or wanted.ends_on is None:
        raise rules.Refused(problems)
    # In one order for everybody: two who name each other must not both be let through.
    held = locked(user_id, delegate_id)
    person, delegate = held[user_id], held[delegate_id]
    _check_person(person)
    _check_delegate(person, delegate)
    away = Away(person.id, delegate.id, wanted.starts_on, wanted.ends_on)
    _check_apart(away, changed_id)
    _check_somebody_acts(away, delegate, changed_id, today)
    return person, delegate, away


def _check_days(wanted: Wanted, today: date, problems: list[RuleBroken]) -> None:
    first, last = wanted.starts_on, wanted.ends_on
    with rules.collecting(problems):
        if first is None:
            raise RuleBroken("Välj den första dagen.", field="starts_on")
        rules.check_year(first, "starts_on")
    with rules.collecting(problems):
        if last is None:
            raise RuleBroken("Välj den sista dagen.", field="ends_on")
        passed = N_("Den sista dagen har redan passerat. Välj i dag eller en senare dag.")
        rules.check_ahead(last, today, "ends_on", passed)
    if first and last and not problems:
        with rules.collecting(problems):
            _check_length(first, last)


def _check_length(first: date, last: date) -> None:
    if last < first:
        raise RuleBroken("Den sista dagen ligger före den första. Byt en av dem.", field="ends_on")
    if (last - first).days >= LONGEST:
        raise RuleBroken(
            "En frånvaro kan vara högst ett år. Är den längre, låt någon annan ta över "
            "åtgärderna i stället.",
            field="ends_on",
        )


def _meant(text: str) -> int:
    """Whom the text means, by key."""
    if not text:
        raise RuleBroken("Skriv vem som svarar under tiden.", field="delegate")
    (found,) = rules.people_called([text]).values()
    if not found:
        raise RuleBroken(
            "Det finns inget konto för ”%(name)s”. Rätta namnet, eller välj någon annan.",
            field="delegate",
            name=text,
        )
    if len(found) > 1:
        raise RuleBroken(
            "Flera personer heter ”%(name)s”. Skriv e-postadressen i stället.",
            field="delegate",
            name=text,
        )
    return found[0].id


def locked(*user_ids: int) -> dict[int, User]:
    """The people as they are now, held until the transaction ends; NotFound for a missing one."""
    query = select(User).where(User.id.in_(user_ids)).order_by(User.id)
    query = query.with_for_update(of=User, key_share=True)
    people = db.session.scalars(query.execution_options(populate_existing=True))
    found = {person.id: person for person in people}
    if found.keys() != set(user_ids):
        raise NotFound
    return found


def _check_person(person: User) -> None:
    if not person.may(Deed.ACTION_REPORT):
        raise RuleBroken(
            "%(name)s får inga påminnelser och behöver ingen ersättare.", name=person.name
        )


def _check_delegate(person: User, delegate: User) -> None:
    if delegate.id == person.id:
        raise RuleBroken("Välj någon annan än den som är borta.", field="delegate")
    if not delegate.is_active:
        raise RuleBroken(
            "%(name)s har slutat. Välj någon annan.", field="delegate", name=delegate.name
        )
    if not delegate.may(Deed.ACTION_REPORT):
        raise RuleBroken(
            "%(name)s har ingen roll som chef eller direktör och kan inte lämna lägesrapporter. "
            "Välj någon annan.",
            field="delegate",
            name=delegate.name,
        )


def _check_apart(away: Away, changed_id: int | None) -> None:
    other = db.session.scalar(
        select(Absence)
        .where(
            Absence.user_id == away.person_id,
            Absence.id != (changed_id or 0),
            Absence.starts_on <= away.last,
            Absence.ends_on >= away.first,
        )
        .order_by(Absence.starts_on)
        .limit(1)
    )
    if other is not None:
        raise RuleBroken(
            "Det finns redan en frånvaro från %(first)s till %(last)s. Ändra den i stället, "
            "eller välj andra dagar.",
            field="starts_on",
            first=other.starts_on,
            last=other.ends_on,
        )


def _check_somebody_acts(away: Away, delegate: User, changed_id: int | None, today: date) -> None:
    """Raise RuleBroken where on some day everybody in turn is away for each other."""
    first = max(away.first, today)
    left = select(User.id).where(User.deactivated_at.is_(None))
    others = db.session.execute(
        select(Absence.user_id, Absence.delegate_id, Absence.starts_on, Absence.ends_on).where(
            Absence.starts_on <= away.last,
            Absence.ends_on >= first,
            Absence.id != (changed_id or 0),
            Absence.delegate_id.in_(left),
        )
    )
    staff = Staff.of([away, *(Away(*row) for row in others)], {})
    for day in (first + timedelta(days=n) for n in range((away.last - first).days + 1)):
        if staff.acting(away.person_id, day) == away.person_id:
            raise RuleBroken(
                "%(name)s är också borta den %(day)s, och då svarar ingen. Välj någon annan, "
                "eller andra dagar.",
                field="delegate",
                name=delegate.name,
                day=day,
            )
