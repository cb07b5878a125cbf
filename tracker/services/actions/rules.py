"""What every change of an action needs: the rules, each with its sentence and its field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from sqlalchemy import select

from tracker.domain.errors import N_, NotFound, RuleBroken
from tracker.domain.permissions import Deed
from tracker.domain.statuses import OPEN
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db
from tracker.models import Action, ActionPlan, Committee, Unit, User
from tracker.services import scope

TITLE_MAX = 200
TEXT_MAX = 10_000
REPORT_MAX = 1_000
COST_MAX = 1_000
BODY_MAX = 120
URL_MAX = 1_000
SHORTEST = 3
FIRST_YEAR, LAST_YEAR = 2000, 2100
PIECE_PASSED = N_("Delstegets datum har redan passerat. Välj i dag eller en senare dag.")


class Refused(RuleBroken):
    """One or more rules say no; `problems` holds them all, so that a form can show them at once."""

    def __init__(self, problems: Sequence[RuleBroken]) -> None:
        first = problems[0]
        super().__init__(first.message, field=first.field, **first.params)
        self.problems = tuple(problems)


class Unknown(RuleBroken):
    """Nobody with an account is called what was typed."""


@contextmanager
def collecting(problems: list[RuleBroken]) -> Iterator[None]:
    """Keep a broken rule for later instead of stopping at it."""
    try:
        yield
    except RuleBroken as problem:
        problems.append(problem)


def one_line(text: str) -> str:
    """`text` on one line, without what cannot be seen or stored."""
    return normalise_space(text)


def paragraphs(text: str) -> str:
    """`text` with its line breaks, without what cannot be seen or stored."""
    return "\n".join(normalise_space(line) for line in text.splitlines()).strip("\n")


def check_length(text: str, field: str, longest: int) -> None:
    """Raise RuleBroken at `field` when `text` is longer than `longest` characters."""
    if len(text) > longest:
        raise RuleBroken(
            "Skriv högst %(longest)s tecken. Nu är det %(length)s.",
            field=field,
            longest=longest,
            length=len(text),
        )


def check_written(text: str, field: str, missing: str, longest: int) -> None:
    """Raise RuleBroken at `field` when `text` says next to nothing, or too much."""
    if len(text) < SHORTEST:
        raise RuleBroken(missing, field=field)
    check_length(text, field, longest)


def check_title(title: str) -> None:
    """A title says something, within TITLE_MAX characters."""
    if not title:
        raise RuleBroken("Skriv vad som ska göras.", field="title")
    check_length(title, "title", TITLE_MAX)


def check_year(day: date, field: str) -> None:
    """Raise RuleBroken at `field` for a day so far away that somebody mistyped the year."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise RuleBroken(
            "Datumet ligger år %(year)s. Kontrollera årtalet.", field=field, year=day.year
        )


def check_ahead(day: date, today: date, field: str, passed: str) -> None:
    """A day to come is of our time and not passed, for which `passed` is the sentence; today itself
    is still in time. RuleBroken at `field`."""
    check_year(day, field)
    if day < today:
        raise RuleBroken(passed, field=field)


def check_deadline(deadline: date | None, today: date) -> None:
    """A deadline is given, of our time and not passed; today itself is still in time."""
    if deadline is None:
        raise RuleBroken("Välj ett slutdatum.", field="deadline")
    passed = N_("Slutdatumet har redan passerat. Välj i dag eller en senare dag.")
    check_ahead(deadline, today, "deadline", passed)


def check_start(starts_on: date | None, deadline: date | None) -> None:
    """An action that has a start starts in our time, and at its deadline at the latest."""
    if starts_on is not None:
        check_year(starts_on, "starts_on")
    if starts_on is not None and deadline is not None and starts_on > deadline:
        raise RuleBroken(
            "Åtgärden börjar efter sitt slutdatum. Välj en tidigare start eller ett senare slut.",
            field="starts_on",
        )


def check_milestone(
    title: str,
    due: date | None,
    deadline: date | None,
    today: date,
    starts_on: date | None = None,
) -> None:
    """A milestone is whole or absent, and falls from today and the start to the deadline."""
    if not title and due is None:
        return
    if not title:
        raise RuleBroken("Skriv vad delsteget är, eller ta bort datumet.", field="milestone_title")
    check_length(title, "milestone_title", TITLE_MAX)
    if due is None:
        raise RuleBroken("Välj när delsteget ska vara klart.", field="milestone_due")
    check_ahead(due, today, "milestone_due", PIECE_PASSED)
    check_between(due, starts_on, deadline, "milestone_due")


def check_between(
    due: date, starts_on: date | None, deadline: date | None, field: str = "due"
) -> None:
    """A milestone's day is of our time and lies from the action's start to its deadline;
    RuleBroken at `field`."""
    check_year(due, field)
    if starts_on is not None and due < starts_on:
        raise RuleBroken("Delsteget kan inte vara klart innan åtgärden börjar.", field=field)
    if deadline is not None and due > deadline:
        raise RuleBroken("Delsteget ska vara klart senast på slutdatumet.", field=field)


def check_address(url: str, field: str = "evidence_url") -> None:
    """A link is empty, or an address on the web; RuleBroken at `field`."""
    check_length(url, field, URL_MAX)
    if not url:
        return
    try:
        parts = urlsplit(url)
        whole = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        whole = False
    if not whole:
        raise RuleBroken(
            "Skriv en hel webbadress, till exempel https://www.kommunen.se/dokument.",
            field=field,
        )


def check_open(action: Action) -> None:
    """Only an action that is not finished can be changed."""
    if action.status not in OPEN:
        raise RuleBroken("Åtgärden är avslutad. Öppna den igen om något ska ändras.")


def check_plan_open(plan: ActionPlan) -> None:
    """Nothing is added to a plan that is closed, nor opened again in it."""
    if plan.closed_on is not None:
        raise RuleBroken(
            "Planen ”%(title)s” är avslutad. Lägg åtgärden i en plan som är öppen.",
            field="plan_id",
            title=plan.title,
        )


def hold_plan_open(plan: ActionPlan) -> None:
    """As check_plan_open; whoever closes the plan waits until this transaction ends."""
    db.session.refresh(plan, with_for_update={"read": True, "key_share": True})
    check_plan_open(plan)


def open_action(action_id: int, deed: Deed, *, by: User) -> Action:
    """As locked_action; RuleBroken also where the action is finished or its plan is closed."""
    action = locked_action(action_id, by=by, deed=deed)
    check_open(action)
    check_plan_open(action.plan)
    return action


def locked_action(action_id: int, *, by: User, deed: Deed) -> Action:
    """The action, held so that nobody else writes to it before this transaction ends.

    On SQLite the transaction itself is the lock. Raises as scope.load_action does.
    """
    db.session.execute(select(Action.id).where(Action.id == action_id).with_for_update())
    action = scope.load_action(action_id, by=by, deed=deed)
    # What an earlier read of this session remembers may be older than the lock.
    db.session.refresh(action)
    return action


def reachable_unit(unit_id: int | None, *, by: User, deed: Deed) -> Unit:
    """The unit, if the person may do `deed` for it; RuleBroken at `unit_id` otherwise."""
    unit = db.session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise RuleBroken("Välj den förvaltning som ska göra jobbet.", field="unit_id")
    scope = by.scope(deed)
    if not scope.everything and unit.id not in scope.units:
        raise RuleBroken("Du kan bara lägga åtgärder på din egen förvaltning.", field="unit_id")
    return unit


def committee_for(committee_id: int | None) -> int | None:
    """The id itself, once its committee is known to exist; NotFound otherwise."""
    if committee_id is not None and db.session.get(Committee, committee_id) is None:
        raise NotFound
    return committee_id


@dataclass(frozen=True)
class People:
    """Whom texts mean, asked once for a step on many actions: as people_called gives it. Nobody
    closes the accounts of those with the keys in `held` before its transaction ends."""

    called: Mapping[str, list[User]]
    held: frozenset[int]


def hold_people(owners: Iterable[str], others: Iterable[str]) -> People:
    """Whom the texts mean, and a hold on those who are to own."""
    owners = list(owners)
    called = people_called([*owners, *others])
    keys = {person.id for text in owners for person in called[fold(text)]}
    if keys:
        # In one order for everybody, so that two who hold many do not wait for each other.
        query = select(User).where(User.id.in_(keys)).order_by(User.id)
        query = query.with_for_update(read=True, of=User)
        db.session.scalars(query.execution_options(populate_existing=True)).all()
    return People(called, frozenset(keys))


def find_owner(text: str, people: People | None = None) -> User | None:
    """The active person whom a name or an e-mail address means; None for an empty text. `people`
    are those whom the caller asked for already.

    Raises:
        RuleBroken: nobody, or several, or somebody who cannot report; at `owner_text`.
    """
    if not text:
        return None
    found = people_called([text], people)[fold(text)]
    if not found:
        raise Unknown(
            N_(
                "Det finns inget konto för ”%(name)s”. Be administratören lägga upp personen, "
                "eller lämna fältet tomt så länge."
            ),
            field="owner_text",
            name=text,
        )
    if len(found) > 1:
        raise RuleBroken(
            "Flera personer heter ”%(name)s”. Skriv e-postadressen i stället.",
            field="owner_text",
            name=text,
        )
    is_held = people is not None and found[0].id in people.held
    return _able_to_own(found[0] if is_held else held(found[0]))


def held(person: User) -> User:
    """The person as they are now; nobody closes their account before this transaction ends."""
    query = select(User).where(User.id == person.id).with_for_update(read=True, of=User)
    return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def people_called(texts: Sequence[str], people: People | None = None) -> dict[str, list[User]]:
    """Each text, folded, with the active people whose name or address it is."""
    found: dict[str, list[User]] = {fold(text): [] for text in texts}
    if not found:
        return found
    if people is not None and found.keys() <= people.called.keys():
        return {key: list(people.called[key]) for key in found}
    if all("@" in key for key in found):
        theirs = User.deactivated_at.is_(None), User.email_key.in_(found)
        for user in db.session.scalars(select(User).where(*theirs).order_by(User.id)):
            found[user.email_key].append(user)
        return found
    # Names are compared folded, which no database of ours can do by itself.
    active = select(User.id, User.name, User.email_key).where(User.deactivated_at.is_(None))
    keys = {
        user_id: said
        for user_id, name, email_key in db.session.execute(active)
        if (said := found.keys() & {fold(name), email_key})
    }
    for user in db.session.scalars(select(User).where(User.id.in_(keys)).order_by(User.id)):
        for key in keys[user.id]:
            found[key].append(user)
    return found


def _able_to_own(person: User) -> User:
    """The person, who may have lost the role or the account while the lock was waited for."""
    if not person.may(Deed.ACTION_REPORT):
        raise RuleBroken(
            "%(name)s har ingen roll som chef. Be administratören ge den rollen, "
            "eller välj en annan ägare.",
            field="owner_text",
            name=person.name,
        )
    return person


def is_called(person: User, text: str) -> bool:
    """Whether `text` is the person's own name or address."""
    return fold(text) in (fold(person.name), person.email_key)
