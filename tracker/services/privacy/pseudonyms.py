"""When somebody who has left is to be named no longer: the account loses what tells who it was.

What the person wrote, decided and was responsible for stays, under a number; published reports and
the journal stay as they are, for they are records. domain.personal_data says which rows go. It
cannot be undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    ColumnElement,
    CursorResult,
    LargeBinary,
    Table,
    delete,
    func,
    or_,
    select,
    update,
)

from tracker.domain.errors import RuleBroken
from tracker.domain.mentions import Person, find_calls
from tracker.domain.permissions import Deed
from tracker.domain.personal_data import TEXTS, TIES, Content, columns
from tracker.domain.text import fold, normalise_space
from tracker.extensions import db, in_turn
from tracker.models import (
    Base,
    Comment,
    Mention,
    OutboxMessage,
    OutboxState,
    Reminder,
    ReminderState,
    User,
)
from tracker.services import journal, scope
from tracker.services.accounts.closed_identities import remember_closed
from tracker.services.people import locked_person, person_with
from tracker.services.privacy import letters

NAME = "Tidigare medarbetare %s"  # data, not interface: what the account is called from then on
ADDRESS = "tidigare-medarbetare-%s@atgarda.invalid"  # nobody has mail there (RFC 2606)

RECORDS = ("journal_entry", "report")  # they keep the name, frozen


@dataclass(frozen=True)
class Foreseen:
    """What pseudonymising would do, by table: how many rows go and how many stay tied to the
    number; how many letters lose their text; how many rows hold the name in words (they stay,
    but for `mentions`: comments that call the person, in which the number takes its place)."""

    person: User
    removed: dict[str, int]
    tied: dict[str, int]
    letters: int
    mentions: int
    named: dict[str, int]


def foreseen(user_id: int, *, by: User) -> Foreseen:
    """What pseudonymising a person would remove, change and leave.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    person = person_with(user_id)
    gone = {table: _tied(table, user_id) for table in _removed()}
    stays = {
        table: _tied(table, user_id)
        for table in TIES
        if table not in gone and table != "journal_entry"
    }
    named = list(_naming(person.name))
    tied, found = _counted([*gone.items(), *stays.items()], named)
    return Foreseen(
        person=person,
        removed={table: number for table, number in tied.items() if table in gone},
        tied={table: number for table, number in tied.items() if table in stays},
        letters=letters.number_of(OutboxMessage.recipient_id == user_id),
        mentions=tied.get("mention", 0),
        named=found,
    )


def pseudonymise(user_id: int, typed: str, *, by: User, now: datetime) -> User:
    """Take out of a closed account what tells who it was; `typed` is the name, as confirmation.

    Raises:
        NotFound, Forbidden.
        RuleBroken: the account is open or pseudonymised already, or `typed` is another name.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    user = locked_person(user_id)
    scope.require_still(by, Deed.PRIVACY_MANAGE)
    if user.is_active:
        raise RuleBroken("Kontot är öppet. Avaktivera det först.")
    if fold(normalise_space(typed)) != fold(user.name):
        raise RuleBroken(
            "Skriv namnet precis som det står: %(name)s.", field="typed", name=user.name
        )
    in_turn("pseudonymise")
    number = 1 + (
        db.session.scalar(select(func.count()).where(User.pseudonymised_at.is_not(None))) or 0
    )
    remember_closed(user.id)
    facts = {
        "number": number,
        "mentions": _rename_mentions(user, NAME % number),
        "letters": _empty_letters(user.id),
        "removed": _remove_rows(user.id),
    }
    _rename(user, number, now)
    journal.record("user.pseudonymise", "user", user.id, facts, by=by, now=now)
    db.session.commit()
    return user


def _rename(user: User, number: int, now: datetime) -> None:
    user.name, user.email = NAME % number, ADDRESS % number
    user.email_key = fold(user.email)
    user.password_hash = ""
    user.calendar_rev = -abs(user.calendar_rev)
    user.digest_weekday = None
    user.pseudonymised_at = now


def _removed() -> dict[str, list[str]]:
    """The tables whose rows go, and the columns that tie them to a person."""
    found = {
        table: [column for column, tie in ties.items() if tie.removed]
        for table, ties in TIES.items()
    }
    return {table: names for table, names in found.items() if names}


def _remove_rows(user_id: int) -> dict[str, int]:
    found = {}
    for table in _removed():
        gone = db.session.execute(delete(_table(table)).where(_tied(table, user_id)))
        found[table] = cast("CursorResult[Any]", gone).rowcount
    db.session.expire_all()
    return {table: number for table, number in found.items() if number}


def _empty_letters(user_id: int) -> int:
    """No letter to the person is left to read, nor will one leave; what it said is withdrawn."""
    theirs = OutboxMessage.recipient_id == user_id
    waiting = select(OutboxMessage.id).where(theirs, OutboxMessage.state != OutboxState.SENT)
    db.session.execute(
        update(Reminder)
        .where(Reminder.outbox_id.in_(waiting), Reminder.state == ReminderState.IN_MAIL)
        .values(state=ReminderState.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )
    return letters.empty(theirs)


def _rename_mentions(user: User, name: str) -> int:
    """Put the new name where a comment calls the person; how many comments did."""
    person = Person(user.id, user.name, user.email)
    query = select(Comment).join(Mention, Mention.comment_id == Comment.id)
    found = db.session.scalars(query.where(Mention.user_id == user.id)).all()
    for comment in found:
        for call in reversed(find_calls(comment.text, [person])):
            comment.text = f"{comment.text[: call.start]}@{name}{comment.text[call.end :]}"
    db.session.flush()
    return len(found)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _tied(table: str, user_id: int) -> ColumnElement[bool]:
    """The rows of a table that any of its columns ties to the person."""
    return or_(*(_table(table).c[column] == user_id for column in TIES[table]))


def _naming(name: str) -> Iterable[tuple[str, ColumnElement[bool]]]:
    """Per table of texts that people wrote, the condition that the name stands in one of them."""
    for table in TEXTS:
        found = [
            _table(table).c[column].contains(name, autoescape=True)
            for column in columns(table, Content.PERSON, Content.WORDS)
            if not isinstance(_table(table).c[column].type, JSON | LargeBinary)
        ]
        if found and table not in ("user_account", "outbox", *RECORDS):
            yield table, or_(*found)


Asked = list[tuple[str, ColumnElement[bool]]]


def _counted(*asked: Asked) -> list[dict[str, int]]:
    """How many rows of each table meet its condition, all in one query; none where it is zero."""
    counts = [
        select(func.count()).select_from(_table(table)).where(condition).scalar_subquery()
        for group in asked
        for table, condition in group
    ]
    numbers = iter(db.session.execute(select(*counts)).one())
    found = [{table: next(numbers) for table, _condition in group} for group in asked]
    return [{table: n for table, n in group.items() if n} for group in found]
