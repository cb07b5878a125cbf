"""Everything that is kept about one person, to be given to that person (GDPR articles 15 and 20).

Which rows and columns these are is decided by domain.personal_data: rows that are tied to the
person, and of them only what is the person's own. What opens an account is never given.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, select

from tracker.domain.permissions import Deed
from tracker.domain.personal_data import OWN_ROW, SELF, TIES, Tie
from tracker.extensions import db
from tracker.models import Base, JournalEntry, User
from tracker.services import journal, scope
from tracker.services.people import person_with

FORMAT = "atgarda-person-1"
# What a key in a row stands for, put in words: the table's column that names the thing.
NAMED_BY = {
    "action": "title",
    "action_plan": "title",
    "committee": "name",
    "follow_up_round": "name",
    "improvement_point": "text",
    "report": "title",
    "unit": "name",
}
# What the journal's facts may say of the person themselves; other facts may tell of others.
OWN_FACTS = frozenset(
    {"committee_id", "digest_weekday", "email", "method", "name", "role", "unit_id"}
)


@dataclass(frozen=True)
class Section:
    """The rows of one table that are tied to the person in one part (a msgid), oldest first."""

    table: str
    part: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class PersonData:
    """All there is: the account's own fields, and the sections that hold anything."""

    made_at: datetime
    account: dict[str, Any]
    sections: tuple[Section, ...]

    def as_json(self) -> bytes:
        """The same as JSON: instants and days in ISO 8601, codes as they are stored."""
        found = {
            "format": FORMAT,
            "made_at": self.made_at,
            "account": self.account,
            "sections": [
                {
                    "table": section.table,
                    "part": section.part,
                    "rows": [dict(zip(section.columns, row, strict=True)) for row in section.rows],
                }
                for section in self.sections
            ],
        }
        return json.dumps(found, ensure_ascii=False, indent=1, default=_plain).encode()


def own_data(*, by: User, now: datetime) -> PersonData:
    """What is kept about whoever asks; the journal tells that it was given out.

    Raises:
        Forbidden: the account has no role.
    """
    scope.require(by, Deed.ACCOUNT_USE)
    found = _gathered(by, now)
    journal.record("user.export", "user", by.id, {"own": True}, by=by, now=now)
    db.session.commit()
    return found


def data_of(user_id: int, *, by: User, now: datetime) -> PersonData:
    """What is kept about a person who has asked for it; the journal tells who took it out.

    Raises:
        NotFound, Forbidden.
    """
    scope.require(by, Deed.PRIVACY_MANAGE)
    found = _gathered(person_with(user_id), now)
    journal.record("user.export", "user", user_id, {"own": False}, by=by, now=now)
    db.session.commit()
    return found


def packed(data: PersonData, page: str) -> bytes:
    """A ZIP with the data as JSON and as `page` (HTML), for people."""
    files: Mapping[str, bytes] = {"data.json": data.as_json(), "data.html": page.encode()}
    packed_files = io.BytesIO()
    with zipfile.ZipFile(packed_files, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, data.made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            package.writestr(entry, content)
    return packed_files.getvalue()


def _gathered(person: User, now: datetime) -> PersonData:
    account = {name: getattr(person, name) for name in OWN_ROW}
    found = [
        _section(Base.metadata.tables[table], column, tie, person.id)
        for table, ties in TIES.items()
        for column, tie in ties.items()
    ]
    found.append(_told_in_the_journal(person.id))
    return PersonData(now, account, tuple(section for section in found if section.rows))


def _section(table: Table, column: str, tie: Tie, user_id: int) -> Section:
    """The rows that the column ties to the person, keys followed by what they stand for."""
    wanted: list[ColumnElement[Any]] = []
    names: list[str] = []
    source: FromClause = table
    for name in tie.given:
        wanted.append(table.c[name])
        names.append(name)
        for key in table.c[name].foreign_keys:
            named = key.column.table
            if named.name in NAMED_BY:
                source = source.outerjoin(named, key.column == table.c[name])
                wanted.append(named.c[NAMED_BY[named.name]].label(f"{name}_in_words"))
                names.append(f"{name.removesuffix('_id')}")
    query: Select[Any] = select(*wanted).select_from(source).where(table.c[column] == user_id)
    rows = db.session.execute(query.order_by(*table.primary_key.columns)).all()
    return Section(table.name, tie.part, tuple(names), tuple(tuple(row) for row in rows))


def _told_in_the_journal(user_id: int) -> Section:
    """What was done to the person's account; who did it is another person's business."""
    query = (
        select(JournalEntry.at, JournalEntry.deed, JournalEntry.data)
        .where(JournalEntry.subject == "user", JournalEntry.subject_id == user_id)
        .order_by(JournalEntry.id)
    )
    rows = tuple(
        (at, deed, {name: fact for name, fact in data.items() if name in OWN_FACTS})
        for at, deed, data in db.session.execute(query)
    )
    return Section("journal_entry", SELF, ("at", "deed", "data"), rows)


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    raise TypeError(f"no JSON for {type(value).__name__}")
